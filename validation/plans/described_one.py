"""One reader of one arm, or one AI: how good its decisions and its ratings are, and which cases stand behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from validation.plans.document import Plan, Subject
from validation.plans.snapshot import layer_of
from validation.plans.table import StudyTable
from validation.stats.binary import binary_summary
from validation.stats.calibration import ReliabilityBin, calibration_summary
from validation.stats.checks import BoolArray, FloatArray
from validation.stats.clusters import clustered_accuracy
from validation.stats.decision_curve import decision_curve
from validation.stats.proportions import proportion
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, Undefined, jsonable
from validation.stats.roc import auc, missing_class, roc_curve
from validation.stats.roc_bootstrap import Resampling, bootstrap_metrics
from validation.stats.roc_clustered import clustered_auc
from validation.stats.roc_metrics import precision_at, sensitivity_at
from validation.stats.roc_points import precision_recall

BAND_AT = tuple(step / 20 for step in range(21))
RECALL_AT = BAND_AT[1:]
BAND_RESAMPLES = 2000
# The same resamples on every machine: a result's bytes depend on its snapshot alone.
BAND_SEED = 1
DECISION_THRESHOLDS = tuple(step / 20 for step in range(1, 20))
# More operating points than a figure can show are thinned; the area is that of all.
MOST_POINTS = 400
CONFIDENCE_MAXIMUM = 100
NO_DECISION = Undefined(
    Reason.NOT_COLLECTED,
    "There is no decision: the label schema asks for no call, and the plan names no threshold or operating point.",
)
_NO_RATING = Undefined(Reason.NOT_COLLECTED, "The label schema asks for no rating.")
_NO_PROBABILITY = Undefined(
    Reason.NOT_COLLECTED, "A rating on an ordinal scale is no probability: there is nothing to calibrate."
)
_NUMBER_NO_PROBABILITY = Undefined(
    Reason.NOT_COLLECTED, "A rating on a scale of its own is no probability: there is nothing to calibrate."
)


class Decisions(NamedTuple):
    """What a subject decides, reader x case, 1, 0 or NaN; and from which rating on, where a threshold made it so."""

    call: FloatArray
    threshold: float | None


class Voice(NamedTuple):
    """One reader of a subject, by its row."""

    subject: Subject
    row: int


@dataclass(frozen=True, slots=True)
class Described:
    """A plan, its table, and what of the snapshot names them."""

    plan: Plan
    table: StudyTable
    names: Mapping[str, str]
    ai_displays: Mapping[str, str]
    rating_scale: str | None
    decisions: Mapping[str, Decisions]
    facts: Mapping[str, tuple[str | None, ...]]

    @classmethod
    def of(cls, snapshot: Mapping[str, Any], table: StudyTable) -> "Described":
        """Collect it from the content of a snapshot."""
        plan = snapshot["plan"]["document"]
        arms = {one["key"]: one for one in snapshot.get("arms", [])}
        return cls(
            plan=plan,
            table=table,
            names={one["key"]: _name(one, snapshot, arms) for one in plan["subjects"]},
            ai_displays={key: one["ai_display"] for key, one in arms.items()},
            rating_scale=snapshot["label_schema"].get("rating_scale"),
            decisions={one["key"]: _decisions(plan, one, table) for one in plan["subjects"]},
            facts=_facts(snapshot, table),
        )

    @property
    def level(self) -> float:
        """Confidence level of the plan."""
        return float(self.plan["level"])

    @property
    def subjects(self) -> list[Subject]:
        """In the order of the plan."""
        return list(self.plan["subjects"])

    @property
    def is_clustered(self) -> bool:
        """Whether a patient has several cases."""
        return len(set(self.table.patients)) < len(self.table.patients)

    def no_seconds(self, key: str) -> Undefined:
        """Say why a subject has no reading time."""
        subject = next(one for one in self.subjects if one["key"] == key)
        if subject["kind"] == "READERS" and subject["phase"] == "FIRST":
            return Undefined(
                Reason.NOT_COLLECTED, "The clock runs on over both phases: the first has no time of its own."
            )
        return Undefined(Reason.NOT_COLLECTED, "The snapshot holds no reading time of these reads.")


def _name(subject: Subject, snapshot: Mapping[str, Any], arms: Mapping[str, Mapping[str, Any]]) -> str:
    if subject["kind"] == "AI":
        name = next(one["name"] for one in snapshot["model_versions"] if one["id"] == subject["model_version_id"])
        layer = layer_of(snapshot, subject)
        return str(name) if layer is None else f"{name}, layer {layer['number']}"
    arm = arms.get(subject["arm"], {}).get("name") or f"Arm {subject['arm']}"
    return f"{arm}, before the AI" if subject["phase"] == "FIRST" else str(arm)


def _decisions(plan: Plan, subject: Subject, table: StudyTable) -> Decisions:
    """The call where there is one; else the rating from the threshold of the subject's first endpoint that has one."""
    said = table.subjects[subject["key"]]
    if subject["kind"] == "AI":
        return Decisions(said.call, subject["operating_point"])
    if not np.isnan(said.call).all():
        return Decisions(said.call, None)
    of_subject = (one for one in plan["endpoints"] if subject["key"] in (one["of"], one["against"]))
    threshold = next((one["threshold"] for one in of_subject if one["threshold"] is not None), None)
    # Two arms are decided alike: an endpoint of the other arm says it too.
    if threshold is None:
        threshold = next((one["threshold"] for one in plan["endpoints"] if one["threshold"] is not None), None)
    if threshold is None:
        return Decisions(said.call, None)
    return Decisions(np.where(np.isnan(said.rating), np.nan, (said.rating >= threshold).astype(np.float64)), threshold)


def _facts(snapshot: Mapping[str, Any], table: StudyTable) -> dict[str, tuple[str | None, ...]]:
    """What the snapshot knows of the cases, by name, in the order of the table. Older snapshots know nothing."""
    by_case = {case["id"]: case.get("facts") or {} for case in snapshot["cases"]}
    names = sorted({name for facts in by_case.values() for name in facts})
    return {name: tuple(by_case[case].get(name) for case in table.cases) for name in names}


def voices_of(described: Described) -> list[Voice]:
    """Name every AI, then every reader of every arm."""
    ordered = sorted(described.subjects, key=lambda one: one["kind"] != "AI")
    return [Voice(one, row) for one in ordered for row in range(len(described.table.subjects[one["key"]].readers))]


def described_voice(described: Described, voice: Voice) -> dict[str, JSONValue]:
    """Describe one reader or AI: decisions with the cases of each cell, curve, calibration, reading time."""
    key, kind = voice.subject["key"], voice.subject["kind"]
    said, decided = described.table.subjects[key], described.decisions[key]
    call, rating = decided.call[voice.row], said.rating[voice.row]
    name = described.names[key] if kind == "AI" else said.readers[voice.row]
    seconds = None if said.seconds is None else said.seconds[voice.row]
    return {
        "key": key if kind == "AI" else f"{key}:{name}",
        "subject": key,
        "kind": "AI" if kind == "AI" else "READER",
        "name": name,
        "n": int((~np.isnan(call) | ~np.isnan(rating)).sum()),
        "threshold": decided.threshold,
        "rating_scale": "PROBABILITY" if kind == "AI" else described.rating_scale,
        "binary": _binary(described, call),
        "confusion": _cells(described.table.truth, call),
        "roc": _roc(described, rating, with_band=kind == "AI"),
        "calibration": _calibration(described, rating, kind),
        # In the order of the cases: whatever threshold somebody looks at leads to its cases.
        "ratings": [None if np.isnan(one) else float(one) for one in rating],
        "seconds": jsonable(_quartiles(seconds)),
    }


def _binary(described: Described, call: FloatArray) -> JSONValue:
    """All measures of the 2x2 table; of patients with several cases by the ratio estimator."""
    known = ~np.isnan(call)
    if not known.any():
        return NO_DECISION.to_json()
    truth, said = described.table.truth[known], call[known] == 1.0
    summary = binary_summary(truth, said, level=described.level)
    clustered: Mapping[str, Outcome] = {}
    if described.is_clustered:
        clustered = clustered_accuracy(truth, said, np.array(described.table.patients)[known], level=described.level)
    return {"counts": jsonable(summary.counts), "estimates": jsonable({**summary.estimates, **clustered})}


def _cells(truth: BoolArray, call: FloatArray) -> dict[str, JSONValue]:
    """The positions of the cases in each cell of the confusion matrix."""
    cells = {"tp": truth & (call == 1.0), "fp": ~truth & (call == 1.0), "fn": truth & (call == 0.0),
             "tn": ~truth & (call == 0.0)}  # fmt: skip
    return {name: jsonable(np.flatnonzero(chosen)) for name, chosen in cells.items()}


def _roc(described: Described, rating: FloatArray, *, with_band: bool) -> JSONValue:
    """The area, every operating point with its intervals, average precision, and for an AI the bands of its curves."""
    known = ~np.isnan(rating)
    if not known.any():
        return _NO_RATING.to_json()
    truth, said = described.table.truth[known], rating[known]
    patients = np.array(described.table.patients)[known]
    positives = int(truth.sum())
    counts: dict[str, JSONValue] = {"positives": positives, "negatives": len(truth) - positives}
    missing = missing_class(truth)
    if missing is not None:
        nothing = missing.to_json()
        return {"counts": counts, "estimates": {"auc": nothing, "average_precision": nothing}, "curve": nothing}
    area = (
        clustered_auc(truth, said, patients, level=described.level, method="logit")
        if described.is_clustered
        else auc(truth, said, level=described.level, method="logit")
    )
    found = {
        "counts": counts,
        "estimates": {"auc": jsonable(area), "average_precision": jsonable(_average_precision(truth, said, described))},
        **_curve(truth, said, described.level),
    }
    if not with_band:
        return found
    resampling = Resampling(
        np.random.default_rng(BAND_SEED), BAND_RESAMPLES, patients if described.is_clustered else None
    )
    prevalence = positives / len(truth)
    metrics = [*map(sensitivity_at, BAND_AT), *(precision_at(one, prevalence) for one in RECALL_AT)]
    both = bootstrap_metrics(truth, said, metrics, resampling, level=described.level)
    band: list[JSONValue] = [
        {"specificity": at, "sensitivity": jsonable(one)} for at, one in zip(BAND_AT, both[: len(BAND_AT)], strict=True)
    ]
    precision: list[JSONValue] = [
        {"recall": at, "precision": jsonable(one)} for at, one in zip(RECALL_AT, both[len(BAND_AT) :], strict=True)
    ]
    return found | {"band": band, "precision_band": precision}


def _average_precision(truth: BoolArray, rating: FloatArray, described: Described) -> Outcome:
    found = precision_recall(truth, rating)
    if isinstance(found, Undefined):
        return found
    note = "No interval: precision depends on the prevalence among these cases, which the study chose."
    return Estimate(found.average_precision, None, None, described.level, "step sum", len(truth), note)


def _curve(truth: BoolArray, rating: FloatArray, level: float) -> dict[str, JSONValue]:
    """Operating points as counts, with intervals of both fractions."""
    curve = roc_curve(truth, rating)
    if isinstance(curve, Undefined):
        return {"curve": curve.to_json()}
    positives, negatives = int(truth.sum()), int((~truth).sum())
    points: list[JSONValue] = []
    for index in thinned(len(curve.threshold)):
        tp = round(float(curve.true_positive_fraction[index]) * positives)
        fp = round(float(curve.false_positive_fraction[index]) * negatives)
        tpf, fpf = _share(tp, positives, level), _share(fp, negatives, level)
        threshold = float(curve.threshold[index])
        points.append({
            "fpf": fpf.value, "fpf_low": fpf.low, "fpf_high": fpf.high,
            "tpf": tpf.value, "tpf_low": tpf.low, "tpf_high": tpf.high,
            "tp": tp, "fp": fp, "threshold": threshold if np.isfinite(threshold) else None,
        })  # fmt: skip
    return {"curve": points, "points": len(curve.threshold), "interval": "wilson, each point by itself"}


@lru_cache(maxsize=1 << 16)
def _share(count: int, n: int, level: float) -> Estimate:
    """Wilson's interval; all readers of the same cases ask for the same few."""
    found = proportion(count, n, level=level)
    if isinstance(found, Undefined):
        raise AssertionError("both classes are there")
    return found


def thinned(n: int) -> list[int]:
    """Choose from n points as many as a figure can show, both ends among them."""
    if n <= MOST_POINTS:
        return list(range(n))
    return sorted(set(np.linspace(0, n - 1, MOST_POINTS).round().astype(int).tolist()))


def _calibration(described: Described, rating: FloatArray, kind: str) -> JSONValue:
    """Reliability of an AI's scores, or of a reader's confidence as a share of its maximum."""
    known = np.flatnonzero(~np.isnan(rating))
    if not len(known):
        return _NO_RATING.to_json()
    if kind != "AI" and described.rating_scale != "CONFIDENCE":
        why = _NUMBER_NO_PROBABILITY if described.rating_scale == "NUMBER" else _NO_PROBABILITY
        return why.to_json()
    truth, said = described.table.truth[known], rating[known]
    probability = said if kind == "AI" else said / CONFIDENCE_MAXIMUM
    if probability.min() < 0.0 or probability.max() > 1.0:
        detail = "Some scores lie outside 0 to 1: they are no probabilities."
        return Undefined(Reason.NOT_COLLECTED, detail, len(known)).to_json()
    summary = calibration_summary(truth, probability, level=described.level)
    bins: list[JSONValue] = [
        {**_fields(one), "cases": known[_in_bin(one, probability)].tolist()} for one in summary.bins
    ]
    found = summary.to_json() | {"bins": bins}
    if kind == "AI":
        curve = decision_curve(truth, probability, DECISION_THRESHOLDS, level=described.level)
        found["decision_curve"] = [one.to_json() for one in curve]
    return found


def _fields(one: ReliabilityBin) -> dict[str, JSONValue]:
    document = jsonable(one)
    if not isinstance(document, dict):
        raise AssertionError("a bin is an object")
    return document


def _in_bin(one: ReliabilityBin, probability: FloatArray) -> BoolArray:
    """Bins are closed on the right, and the first holds 0 too."""
    inside: BoolArray = (probability > one.low) & (probability <= one.high)
    return inside | (probability == 0.0) if one.low == 0.0 else inside


def _quartiles(seconds: FloatArray | None) -> Mapping[str, float | int] | None:
    """Median and quartiles of a reader's times, in seconds; None where the snapshot has none."""
    if seconds is None or np.isnan(seconds).all():
        return None
    known = seconds[~np.isnan(seconds)]
    lower, median, upper = (float(value) for value in np.quantile(known, [0.25, 0.5, 0.75]))
    return {"n": len(known), "lower_quartile": lower, "median": median, "upper_quartile": upper}
