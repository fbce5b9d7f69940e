"""State tables of reader studies and assignments."""

# What may be done to a reader study in which state.
READER_STUDY_TRANSITIONS = {("DRAFT", "launch"): "OPEN", ("OPEN", "close"): "CLOSED"}

# What may be done to an assignment in which state; anything else is refused.
ASSIGNMENT_TRANSITIONS = {
    ("PENDING", "open"): "OPEN",
    ("OPEN", "open"): "OPEN",
    ("DRAFT", "open"): "DRAFT",
    ("SIGNED", "open"): "SIGNED",
    ("OPEN", "save"): "DRAFT",
    ("DRAFT", "save"): "DRAFT",
    ("OPEN", "sign"): "SIGNED",
    ("DRAFT", "sign"): "SIGNED",
}
