"""HTTP edge of inference."""
