"""State tables of reader studies, assignments and the phases of a read."""

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
    ("OPEN", "freeze"): "DRAFT",
    ("DRAFT", "freeze"): "DRAFT",
    ("OPEN", "sign"): "SIGNED",
    ("DRAFT", "sign"): "SIGNED",
    ("SIGNED", "reopen"): "REOPENED",
    ("REOPENED", "open"): "REOPENED",
    ("REOPENED", "save"): "REOPENED",
    ("REOPENED", "sign"): "SIGNED",
}

_ONE_PHASE = {("FIRST", "save"): "FIRST", ("FIRST", "sign"): "FIRST"}

# What may be done in which phase of a read, by the protocol's AI display. With a second reader the first read is
# frozen, then the AI is shown, then the same read goes on; there is no way back to the first phase.
PHASE_TRANSITIONS: dict[str, dict[tuple[str, str], str]] = {
    "HIDDEN": _ONE_PHASE,
    "AFTER_SIGNING": _ONE_PHASE,
    "CONCURRENT": _ONE_PHASE,
    "SECOND_READ": {
        ("FIRST", "save"): "FIRST",
        ("FIRST", "freeze"): "SECOND",
        ("SECOND", "save"): "SECOND",
        ("SECOND", "sign"): "SECOND",
    },
}

# Whether the AI is shown, by the protocol's AI display: in a phase of an unsigned read, and once it is signed.
AI_SHOWN: dict[str, dict[str, bool]] = {
    "HIDDEN": {"FIRST": False, "SECOND": False, "SIGNED": False},
    "AFTER_SIGNING": {"FIRST": False, "SECOND": False, "SIGNED": True},
    "CONCURRENT": {"FIRST": True, "SECOND": True, "SIGNED": True},
    "SECOND_READ": {"FIRST": False, "SECOND": True, "SIGNED": True},
}

# Where the reader decides about the AI's findings while reading: only where they are shown before signing.
AI_DECIDED = frozenset({"CONCURRENT", "SECOND_READ"})
