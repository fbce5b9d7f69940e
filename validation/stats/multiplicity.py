"""Adjustment of several p values for their number."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy.stats import false_discovery_control

from validation.stats.checks import FloatArray, InputError

Adjustment: TypeAlias = Literal["holm", "hochberg", "benjamini-hochberg"]

ADJUSTMENTS: tuple[str, ...] = get_args(Adjustment)


def adjust_p_values(p_values: Mapping[str, float], *, method: Adjustment = "holm") -> dict[str, float]:
    """Adjust named p values for multiple testing.

    Parameters
    ----------
    p_values : mapping of str to float
        Raw p values; leave out tests that are undefined, they are not tests.
    method : {"holm", "hochberg", "benjamini-hochberg"}
        `holm` holds the family-wise error under any dependence, `hochberg` under positive dependence,
        `benjamini-hochberg` holds the false discovery rate.

    Returns
    -------
    dict of str to float
        Adjusted p values under the same names.

    References
    ----------
    Holm S (1979) Scand J Stat 6:65. Hochberg Y (1988) Biometrika 75:800.
    Benjamini Y, Hochberg Y (1995) J R Stat Soc B 57:289.

    Examples
    --------
    >>> adjust_p_values({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'b': 0.06, 'c': 0.06}
    """
    if method not in ADJUSTMENTS:
        raise InputError(f"unknown adjustment {method!r}; use {', '.join(ADJUSTMENTS)}")
    for name, p in p_values.items():
        if not 0.0 <= p <= 1.0:
            raise InputError(f"{name}: {p} is not a p value between 0 and 1")
    if not p_values:
        return {}
    adjusted = _adjusted(np.array(list(p_values.values()), dtype=np.float64), method)
    return dict(zip(p_values, adjusted.tolist(), strict=True))


def _adjusted(p: FloatArray, method: str) -> FloatArray:
    """Adjust an array. statsmodels' multipletests gives the same, but collects all garbage at every call."""
    if method == "benjamini-hochberg":
        return np.asarray(false_discovery_control(p, method="bh"))
    order = np.argsort(p, kind="stable")
    scaled = p[order] * np.arange(len(p), 0, -1)
    stepped = np.maximum.accumulate(scaled) if method == "holm" else np.minimum.accumulate(scaled[::-1])[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
