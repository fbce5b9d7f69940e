"""HTTP edge of reader studies: parse, one call, answer."""
