"""What sample sizes are planned from in tests."""

from typing import Any

SHARED: dict[str, Any] = {
    "difference": 0.05,
    "alpha": 0.05,
    "target_power": 0.8,
    "analysis": "RRRC",
    "readers": [4, 6, 10],
    "cases": [100, 251],
}
PLANNED: dict[str, Any] = {
    "basis": "PLANNING_VALUES",
    **SHARED,
    "auc": 0.8,
    "positive_share": 0.4,
    "var_tr": 0.0002,
    "rho1": 0.43,
    "rho2": 0.43,
    "rho3": 0.3,
}
