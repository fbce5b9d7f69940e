"""State tables of reader studies, assignments and the phases of a read."""

# What may be done to a reader study in which state.
# A pilot draws the lists and lets the training cases be read; `begin` opens the real ones.
READER_STUDY_TRANSITIONS = {
    ("DRAFT", "launch"): "OPEN",
    ("DRAFT", "pilot"): "PILOTING",
    ("PILOTING", "begin"): "OPEN",
    ("PILOTING", "close"): "CLOSED",
    ("OPEN", "pause"): "PAUSED",
    ("OPEN", "close"): "CLOSED",
    ("PAUSED", "resume"): "OPEN",
    ("PAUSED", "close"): "CLOSED",
    ("CLOSED", "lock"): "LOCKED",
}

# In which states a reader may write in a read, by whether it is one of a training case; else the code of the refusal.
READING = {
    ("PILOTING", True): None,
    ("PILOTING", False): "piloting",
    ("OPEN", True): None,
    ("OPEN", False): None,
    ("PAUSED", True): "paused",
    ("PAUSED", False): "paused",
}

# Where an arbitration can still be read, signed, confirmed and reopened though the reading is over: the final answers
# are settled by the lock.
ARBITRATED_STILL = frozenset({"CLOSED"})

# While readers have a day by which to be done.
RUNNING = frozenset(state for state, _ in READING)

# Where readers and cases can be withdrawn: there are assignments, and nothing is locked yet.
WITHDRAWING = frozenset({"PILOTING", "OPEN", "PAUSED", "CLOSED"})

# Where a reader can still join: their list is drawn then, and something is left to read.
JOINING = frozenset({"PILOTING", "OPEN", "PAUSED"})

# Where a coordinator asks about reads and readers answer: also after the close, when data are put in order.
QUERYING = WITHDRAWING

# What may be done to a data query; ASK is the coordinator's further question.
QUERY_TRANSITIONS = {
    ("OPEN", "ANSWER"): "ANSWERED",
    ("ANSWERED", "ANSWER"): "ANSWERED",
    ("OPEN", "ASK"): "OPEN",
    ("ANSWERED", "ASK"): "OPEN",
    ("OPEN", "CLOSE"): "CLOSED",
    ("ANSWERED", "CLOSE"): "CLOSED",
    ("CLOSED", "REOPEN"): "OPEN",
}

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
    ("PENDING", "void"): "VOID",
    ("OPEN", "void"): "VOID",
    ("DRAFT", "void"): "VOID",
    ("SIGNED", "void"): "VOID",
    ("REOPENED", "void"): "VOID",
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
