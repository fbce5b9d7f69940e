"""Share of 95 % intervals that hold the true figure, in reader studies simulated after Roe and Metz.

    python bench/coverage.py [--replicates N] [--seed SEED]

The true figures are closed forms of the model, conditional on what an analysis holds fixed: over readers and cases
(RRRC), over readers of the drawn cases (RRFC), over cases of the drawn readers (FRRC). One minus the coverage of a
difference is also the size of its test. The table goes into docs/statistics.md.
"""

import argparse
import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from validation.stats import auc, compare_paired_auc, mrmc, mrmc_u
from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import sensitivity_figure
from validation.stats.results import Undefined

SEED = 20261124
LEVEL = 0.95
Floats = npt.NDArray[np.float64]
# What was held, and in how many studies the interval existed.
Tally = dict[str, tuple[int, int]]


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One column of the table. Shifts of 0.75 and 1.5 give areas of 0.70 and 0.855 without reader variance."""

    name: str
    model: RoeMetz
    readers: int
    cases_per_class: int


# Correlated cases and little error, or the reverse (Roe & Metz 1997, Acad Radiol 4:298, structures H and L).
HIGH = {"var_c": 0.3, "var_tc": 0.3, "var_rc": 0.2}
LOW = {"var_c": 0.1, "var_tc": 0.1, "var_rc": 0.2}
SETTINGS = (
    Setting("4 readers, 25 + 25", RoeMetz((0.75, 1.0), 0.0055, 0.0055, **HIGH), 4, 25),
    Setting("5 readers, 50 + 50", RoeMetz((1.5, 1.5), 0.03, 0.03, **HIGH), 5, 50),
    Setting("8 readers, 50 + 50", RoeMetz((1.5, 1.75), 0.03, 0.03, **LOW), 8, 50),
    Setting("10 readers, 100 + 100", RoeMetz((1.0, 1.0), 0.03, 0.03, **HIGH), 10, 100),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """A fully crossed study and the effects behind it: readers by class (I, J, 2), cases (I, 2n)."""

    study: Readings
    reader_effects: Floats
    case_effects: Floats
    generator: np.random.Generator


def draw(setting: Setting, generator: np.random.Generator) -> Drawn:
    """Draw a study of the model, as `validation.stats.simulate` does, and keep the effects."""
    model, readers, count = setting.model, setting.readers, setting.cases_per_class

    def normal(variance: float, *shape: int) -> Floats:
        return np.sqrt(variance) * generator.standard_normal(shape)

    rows, truth = len(model.shifts), np.arange(2 * count) >= count
    of_readers = normal(model.var_r, 1, readers, 2) + normal(model.var_tr, rows, readers, 2)
    of_cases = normal(model.var_c, 1, 2 * count) + normal(model.var_tc, rows, 2 * count)
    rating = of_readers[:, :, truth.astype(int)] + of_cases[:, None, :]
    rating = rating + normal(model.var_rc, 1, readers, 2 * count) + normal(model.var_error, rows, readers, 2 * count)
    rating = rating + np.asarray(model.shifts)[:, None, None] * truth
    names = tuple("AB"[:rows]), tuple(f"R{j}" for j in range(readers)), tuple(f"C{k}" for k in range(2 * count))
    return Drawn(Readings(*names, truth, rating), of_readers, of_cases, generator)


def true_areas(setting: Setting) -> Floats:
    """Areas over readers and cases: Phi(shift / sqrt(2 + 2 (var_r + var_tr)))."""
    spread = 2.0 + 2.0 * (setting.model.var_r + setting.model.var_tr)
    return np.asarray(norm.cdf(np.asarray(setting.model.shifts) / np.sqrt(spread)))


def areas_of_these_cases(setting: Setting, drawn: Drawn) -> Floats:
    """Areas over readers, given the cases: each pair of cases is ordered rightly with a normal probability."""
    model, truth = setting.model, drawn.study.truth
    positive, negative = drawn.case_effects[:, truth], drawn.case_effects[:, ~truth]
    ahead = np.asarray(model.shifts)[:, None, None] + positive[:, :, None] - negative[:, None, :]
    spread = 2.0 * (model.var_r + model.var_tr + model.var_rc + model.var_error)
    return np.asarray(norm.cdf(ahead / np.sqrt(spread)).mean(axis=(1, 2)))


def areas_of_these_readers(setting: Setting, drawn: Drawn) -> Floats:
    """Mean areas over cases, given the readers: case variances and error add up to 1."""
    ahead = drawn.reader_effects[:, :, 1] - drawn.reader_effects[:, :, 0]
    return np.asarray(norm.cdf((np.asarray(setting.model.shifts)[:, None] + ahead) / np.sqrt(2.0)).mean(axis=1))


def intervals(setting: Setting, drawn: Drawn) -> Iterator[tuple[str, object, float]]:
    """Give every method's name, interval and true figure."""
    study = drawn.study
    true = {
        "RRRC": true_areas(setting),
        "RRFC": areas_of_these_cases(setting, drawn),
        "FRRC": areas_of_these_readers(setting, drawn),
    }
    yield from one_reader(setting, drawn)
    for method in ("or", "dbm"):
        result = mrmc(study, method=method)
        for row in result.differences:
            areas = true[row.analysis]
            yield f"`mrmc` {method.upper()} A − B, {row.analysis}", row.outcome, areas[0] - areas[1]
        for mean in (*result.modalities, *result.modalities_otherwise):
            if mean.modality == "A" and method == "or":
                yield f"`mrmc` OR A alone, {mean.analysis}", mean.outcome, true[mean.analysis][0]
    unbiased = mrmc(study, covariance="unbiased").differences[0]
    yield "`mrmc` OR unbiased A − B, RRRC", unbiased.outcome, true["RRRC"][0] - true["RRRC"][1]
    yield from u_statistics(drawn, true["RRRC"])
    yield from shares(setting, drawn)
    yield from algorithm(setting, drawn)


def one_reader(setting: Setting, drawn: Drawn) -> Iterator[tuple[str, object, float]]:
    """Analyses of the first reader alone, whose own areas are the truth."""
    study = drawn.study
    ahead = drawn.reader_effects[:, 0, 1] - drawn.reader_effects[:, 0, 0]
    areas = norm.cdf((np.asarray(setting.model.shifts) + ahead) / np.sqrt(2.0))
    one, other = study.rating[0, 0], study.rating[1, 0]
    yield "`roc` AUC, DeLong", auc(study.truth, one), areas[0]
    yield "`roc` AUC, logit", auc(study.truth, one, method="logit"), areas[0]
    yield "`roc` AUC, Newcombe", auc(study.truth, one, method="newcombe"), areas[0]
    yield "`roc-compare` A − B, DeLong", compare_paired_auc(study.truth, one, other).difference, areas[0] - areas[1]


def u_statistics(drawn: Drawn, areas: Floats) -> Iterator[tuple[str, object, float]]:
    """Full cross, and the split plot of it: half of the readers read every second case, the others the rest."""
    study = drawn.study
    rating = study.rating.copy()
    half, odd = np.arange(len(study.readers)) % 2 == 0, np.arange(len(study.cases)) % 2 == 1
    rating[:, half[:, None] == odd[None, :]] = np.nan
    split = Readings(study.modalities, study.readers, study.cases, study.truth, rating)
    rows = (("full cross, U", study, "ustat"), ("full cross, MLE", study, "mle"), ("split plot, U", split, "ustat"))
    for name, design, kind in rows:
        row = next(row for row in mrmc_u(design).differences if row.analysis == kind)
        yield f"`mrmc-u` A − B, {name}", row.outcome, areas[0] - areas[1]


def shares(setting: Setting, drawn: Drawn) -> Iterator[tuple[str, object, float]]:
    """Sensitivity at a threshold between the classes."""
    model, threshold = setting.model, setting.model.shifts[0] / 2.0
    true = norm.cdf((np.asarray(model.shifts) - threshold) / np.sqrt(1.0 + model.var_r + model.var_tr))
    row = next(
        row for row in mrmc(drawn.study, figure=sensitivity_figure(threshold)).differences if row.analysis == "RRRC"
    )
    yield "`mrmc` OR sensitivity A − B, RRRC", row.outcome, true[0] - true[1]


def algorithm(setting: Setting, drawn: Drawn) -> Iterator[tuple[str, object, float]]:
    """An algorithm of fixed skill on the same cases against the readers of A."""
    study, share = drawn.study, setting.model.var_c + setting.model.var_tc
    noise = np.sqrt(1.0 - share) * drawn.generator.standard_normal(len(study.cases))
    score = drawn.case_effects[0] + noise + 1.25 * study.truth
    rating = np.concatenate([score[None, None, :], study.rating[:1]], axis=1)
    joined = Readings(("A",), ("AI", *study.readers), study.cases, study.truth, rating)
    true = float(norm.cdf(1.25 / np.sqrt(2.0))) - float(true_areas(setting)[0])
    row = next(row for row in ai_vs_readers(joined, "AI").differences if row.analysis == "1T-RRRC")
    yield "`ai-vs-readers` AI − readers, 1T-RRRC", row.outcome, true


def coverage(setting: Setting, replicates: int, generator: np.random.Generator) -> Tally:
    """Count, for each method, the intervals that hold the truth and those that exist."""
    held: Counter[str] = Counter()
    existing: Counter[str] = Counter()
    for _ in range(replicates):
        for name, outcome, true in intervals(setting, draw(setting, generator)):
            low, high = getattr(outcome, "low", None), getattr(outcome, "high", None)
            if isinstance(outcome, Undefined) or low is None or high is None:
                continue
            existing[name] += 1
            held[name] += bool(low <= true <= high)
    return {name: (held[name], count) for name, count in existing.items()}


def main() -> None:
    """Print the table as Markdown."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--replicates", type=int, default=2000)
    options.add_argument("--seed", type=int, default=SEED)
    given = options.parse_args()
    tallies = [coverage(one, given.replicates, np.random.default_rng(given.seed)) for one in SETTINGS]
    print("| interval | " + " | ".join(one.name for one in SETTINGS) + " |")
    print("|---" * (len(SETTINGS) + 1) + "|")
    for name in tallies[0]:
        cells = [f"{100 * held / count:.1f}" for held, count in (tally[name] for tally in tallies)]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
