"""A model card that is in order, to be changed by tests."""

import copy
from typing import Any

CARD: dict[str, Any] = {
    "card_version": 1,
    "input": {
        "modality": "CT",
        "body_parts": ["CHEST"],
        "views": [],
        "orientation": "AXIAL",
        "pixel_spacing_mm": {"minimum": 0.3, "maximum": 5.0},
        "slice_spacing_mm": {"minimum": 0.5, "maximum": 40.0},
        "minimum_slices": 5,
        "minimum_coverage_mm": None,
        "window": {"low": -1000, "high": 200},
    },
    "outputs": [
        {
            "key": "nodule",
            "name": "Pulmonary nodule",
            "kind": "CASE_PROBABILITY",
            "code": {"scheme": "RADLEX", "value": "RID50149", "meaning": "pulmonary nodule"},
        }
    ],
    "operating_points": [
        {"key": "screening", "name": "High sensitivity", "threshold": 0.3},
        {"key": "rule_in", "name": "High specificity", "threshold": 0.8},
    ],
    "intended_use": "Research on chest CT of adults; not for patients.",
    "training_data": "1,200 chest CT of two sites, 2015 to 2019; truth by three radiologists.",
    "licence": "Apache-2.0",
    "limitations": "Never tried on children.",
}


def card(**of_input: Any) -> dict[str, Any]:
    """A card of its own; keywords replace parts of its input specification."""
    made = copy.deepcopy(CARD)
    made["input"].update(of_input)
    return made
