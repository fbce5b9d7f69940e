"""Writes to reader studies: one transaction each, with its audit event."""
