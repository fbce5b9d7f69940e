"""Normal quantiles and p values, written once."""

from scipy.stats import norm


def normal_quantile(level: float) -> float:
    """Give z such that a standard normal lies within -z and z with probability `level`."""
    return float(norm.ppf(0.5 + level / 2.0))


def two_sided_p(z: float) -> float:
    """Give the two-sided p value of a standard normal statistic."""
    return float(2.0 * norm.sf(abs(z)))
