"""What a signature can mean (21 CFR 11.50(a)(3)): the text that the reader sees is the text that is stored."""

FINDINGS = "FINDINGS"
CORRECTION = "CORRECTION"

MEANINGS = {
    FINDINGS: "I have read this case and these are my findings.",
    CORRECTION: "I have read this case again and these are my corrected findings.",
}
