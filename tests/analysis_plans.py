"""A plan that any reader study with a yes/no question allows: the sensitivity of its readers."""

from typing import Any

PLAN: dict[str, Any] = {
    "population": {"sessions": None},
    "unit": "CASE",
    "reference_standard_version": None,
    "level": 0.95,
    "subjects": [{"key": "readers", "kind": "READERS", "arm": "A", "phase": "SIGNED"}],
    "endpoints": [
        {
            "key": "sensitivity",
            "role": "PRIMARY",
            "figure": "SENSITIVITY",
            "threshold": None,
            "of": "readers",
            "against": None,
            "hypothesis": "ESTIMATE",
            "margin": None,
            "alpha": 0.05,
            "method": "MRMC_U",
            "generalise_to": "CASES",
        }
    ],
    "multiplicity": "NONE",
}
