"""Drift of an AI model at work: by which rule it is watched, and the charts that come of it. Pure."""
