"""What a signature can mean (21 CFR 11.50(a)(3)): the text that the reader sees is the text that is stored."""

FINDINGS = "FINDINGS"
CORRECTION = "CORRECTION"

MEANINGS = {
    FINDINGS: "I have read this case and these are my findings.",
    CORRECTION: "I have read this case again and these are my corrected findings.",
}

# What approving a version of the protocol means.
PROTOCOL_MEANINGS = {
    "APPROVED": "I have read this version of the protocol and approve it.",
    "STATISTICS": "I have reviewed the design, the sample size and the analysis, and approve them.",
}

REFERENCE_STANDARD = "REFERENCE_STANDARD"
AMENDMENT = "AMENDMENT"

# What locking a version of the reference standard means: the first one, and one after another was locked.
LOCK_MEANINGS = {
    REFERENCE_STANDARD: "This version is the reference standard of this reader study; results may be opened by it.",
    AMENDMENT: "This version replaces one that was locked before, for the reason given.",
}
