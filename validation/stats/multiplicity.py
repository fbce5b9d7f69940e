"""Adjustment of several p values for their number."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import numpy as np
from statsmodels.stats.multitest import multipletests

from validation.stats.checks import InputError

Adjustment: TypeAlias = Literal["holm", "hochberg", "benjamini-hochberg"]

_STATSMODELS_NAMES = {"holm": "holm", "hochberg": "simes-hochberg", "benjamini-hochberg": "fdr_bh"}
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
    if method not in _STATSMODELS_NAMES:
        raise InputError(f"unknown adjustment {method!r}; use {', '.join(ADJUSTMENTS)}")
    for name, p in p_values.items():
        if not 0.0 <= p <= 1.0:
            raise InputError(f"{name}: {p} is not a p value between 0 and 1")
    if not p_values:
        return {}
    adjusted = multipletests(np.array(list(p_values.values())), method=_STATSMODELS_NAMES[method])[1]
    return dict(zip(p_values, adjusted.tolist(), strict=True))
