"""HTTP edge of validation: parse, one call, answer."""
