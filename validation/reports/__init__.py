"""A result as a report for people: one HTML file, and the same as PDF. Pure: stored bytes in, bytes out."""
