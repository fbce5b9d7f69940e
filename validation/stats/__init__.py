"""Statistics of reader studies and AI validation: pure numpy and scipy, no Django.

Functions take arrays and give frozen results (`Estimate`, `TestResult`); what cannot be computed is an
`Undefined` with its reason, never NaN and never 0. `python -m validation.stats --help` lists the commands.
"""

from validation.stats.binary import BinaryCounts, BinarySummary, binary_counts, binary_summary
from validation.stats.calibration import CalibrationSummary, calibration_summary
from validation.stats.checks import InputError
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_design import Readings, readings
from validation.stats.mrmc_results import MrmcResult
from validation.stats.mrmc_u import mrmc_u
from validation.stats.paired_binary import PairedBinary, PairedCounts, paired_binary, paired_proportions
from validation.stats.proportions import proportion
from validation.stats.results import Estimate, Reason, TestResult, Undefined
from validation.stats.roc import RocCurve, RocSummary, auc, roc_curve, roc_summary
from validation.stats.roc_compare import RocComparison, compare_paired_auc
from validation.stats.tidy import PairedReadings, paired_levels, readings_of, tidy_table

__all__ = [
    "BinaryCounts",
    "BinarySummary",
    "CalibrationSummary",
    "Estimate",
    "InputError",
    "MrmcResult",
    "PairedBinary",
    "PairedCounts",
    "PairedReadings",
    "Readings",
    "Reason",
    "RocComparison",
    "RocCurve",
    "RocSummary",
    "TestResult",
    "Undefined",
    "auc",
    "binary_counts",
    "binary_summary",
    "calibration_summary",
    "compare_paired_auc",
    "mrmc",
    "mrmc_u",
    "paired_binary",
    "paired_levels",
    "paired_proportions",
    "proportion",
    "readings",
    "readings_of",
    "roc_curve",
    "roc_summary",
    "tidy_table",
]
