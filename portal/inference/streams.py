"""Which chain of the audit trail tells of AI models, runs and predictions."""

STREAM = "inference"
