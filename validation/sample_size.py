"""The sample size of a reader study: a pure function from planning values, or a pilot's snapshot, to a document."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from validation.dataset import Dataset, dataset_from_snapshot
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import OrComponents
from validation.stats.mrmc_design import Readings, readings
from validation.stats.mrmc_results import MrmcResult
from validation.stats.planning import MOST_CASES, Correlations, planned_components, power_table
from validation.stats.power import MrmcPlan, MrmcPower
from validation.stats.results import JSONValue, Reason, Undefined, jsonable

SAMPLE_SIZE_FORMAT = "overread.sample-size"
SAMPLE_SIZE_VERSION = 1
PLANNED_CASES = 100
METHOD = (
    "Obuchowski-Rockette with Hillis' degrees of freedom; power by the noncentral F distribution (fixed readers: "
    "chi-square). Hillis, Obuchowski & Berbaum 2011, Acad Radiol 18:129."
)
PLANNED_METHOD = (
    "Error variance: Obuchowski's binormal variance of an area, at the mean of the two areas (Obuchowski & McClish "
    "1997, Stat Med 16:1529)."
)
ANALYSIS_WORDS = {
    "RRRC": "Readers and cases are both samples: the result speaks for readers and cases like these.",
    "RRFC": "Readers are a sample, cases are fixed: the result speaks for these cases only.",
    "FRRC": "Cases are a sample, readers are fixed: the result speaks for these readers only.",
}
ASSUMPTIONS = (
    "Two conditions are compared, each by the area under the ROC curve of every reader, with a two-sided test.",
    "Every reader reads every case in both conditions (fully crossed), and no reading is missing.",
    "Cases are independent of each other: one case for each patient.",
    "The share of positive cases stays the same whatever the number of cases.",
    "A negative estimate of a variance counts as 0.",
)


class PilotLacking(Exception):
    """The pilot does not show what a plan needs."""

    def __init__(self, problem: Undefined) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Basis(NamedTuple):
    """What a plan rests on, wherever it came from."""

    components: OrComponents
    cases: int
    positive_share: float
    pilot: dict[str, JSONValue] | None = None


def sample_size(
    inputs: Mapping[str, Any], *, pilot: Mapping[str, Any] | None, software: Mapping[str, str]
) -> dict[str, Any]:
    """Compute the document of a sample size; `pilot` is the snapshot of the analysis that `inputs` name."""
    basis = _from_pilot(pilot) if pilot is not None else _from_values(inputs)
    plan = MrmcPlan(inputs["difference"], basis.components, basis.cases, inputs["alpha"])
    table = power_table(
        plan, inputs["readers"], inputs["cases"], power=inputs["target_power"], analysis=inputs["analysis"]
    )
    return {
        "format": SAMPLE_SIZE_FORMAT,
        "version": SAMPLE_SIZE_VERSION,
        "software": dict(software),
        "inputs": dict(inputs),
        "method": METHOD if inputs["basis"] != "PLANNING_VALUES" else f"{METHOD} {PLANNED_METHOD}",
        "assumptions": [ANALYSIS_WORDS[inputs["analysis"]], *ASSUMPTIONS],
        "pilot": basis.pilot,
        "components": basis.components.to_json(),
        "component_cases": basis.cases,
        "positive_share": basis.positive_share,
        "table": [_cell(readers, cases, basis, outcome) for readers, cases, outcome in table.cells],
        "needed": [_needed(readers, basis, outcome) for readers, outcome in table.needed],
        "most_cases": MOST_CASES,
    }


def _cell(readers: int, cases: int, basis: Basis, outcome: MrmcPower | Undefined) -> dict[str, Any]:
    positives = round(cases * basis.positive_share)
    split = {"readers": readers, "cases": cases, "positives": positives, "negatives": cases - positives}
    if isinstance(outcome, Undefined):
        return {**split, "outcome": outcome.to_json()}
    return {**split, "outcome": {key: jsonable(getattr(outcome, key)) for key in ("power", "noncentrality", "df2")}}


def _needed(readers: int, basis: Basis, outcome: MrmcPower | Undefined) -> dict[str, Any]:
    if isinstance(outcome, Undefined):
        return {"readers": readers, "outcome": outcome.to_json()}
    positives = round(outcome.cases * basis.positive_share)
    split = {"cases": outcome.cases, "positives": positives, "negatives": outcome.cases - positives}
    return {"readers": readers, "outcome": {**split, "power": outcome.power}}


def _from_values(inputs: Mapping[str, Any]) -> Basis:
    share = inputs["positive_share"]
    if inputs["basis"] == "COMPONENTS":
        given = {name: inputs[name] for name in ("var_tr", "var_error", "cov1", "cov2", "cov3")}
        components = OrComponents(var_r=0.0, **given, not_estimable=("var_r",))
        return Basis(components, inputs["component_cases"], share)
    components = planned_components(
        (inputs["auc"], inputs["auc"] + inputs["difference"]),
        positive_share=share,
        var_tr=inputs["var_tr"],
        correlations=Correlations(inputs["rho1"], inputs["rho2"], inputs["rho3"]),
        cases=PLANNED_CASES,
    )
    return Basis(components, PLANNED_CASES, share)


def _from_pilot(snapshot: Mapping[str, Any]) -> Basis:
    datasets = {
        arm["key"]: dataset_from_snapshot(
            {**snapshot, "configuration": {**snapshot["configuration"], "arm": arm["key"]}}
        )
        for arm in snapshot["arms"]
    }
    study = _readings(datasets)
    result = mrmc(study)
    components = result.variance_components
    if not isinstance(components, OrComponents):
        detail = f"The pilot's ratings give no variance components. {' '.join(result.notes)}".strip()
        raise PilotLacking(Undefined(Reason.TOO_FEW_CASES, detail, len(study.truth)))
    missing = [name for name in components.not_estimable if name != "var_r"]
    if missing:
        raise PilotLacking(_too_small(study, missing))
    return Basis(components, len(study.truth), float(study.truth.mean()), _facts(snapshot, datasets, study, result))


def _readings(datasets: Mapping[str, Dataset]) -> Readings:
    """Lay out who rated what in which arm; cases count as they do in an analysis of that arm."""
    rows = [
        (arm, reader.name, case, dataset.truth[case], reader.rating[case])
        for arm, dataset in datasets.items()
        for reader in dataset.readers
        for case in np.flatnonzero(reader.has_rating)
    ]
    if not rows:
        raise PilotLacking(Undefined(Reason.NOT_COLLECTED, "The pilot has no signed rating of a case with a truth."))
    modality, reader, case, truth, rating = zip(*rows, strict=True)
    return readings(modality=modality, reader=reader, case=case, truth=truth, rating=rating)


def _too_small(study: Readings, missing: list[str]) -> Undefined:
    arms, readers = len(study.modalities), len(study.readers)
    reason = Reason.TOO_FEW_MODALITIES if arms < 2 else Reason.TOO_FEW_READERS
    has = f"{readers} reader{'s' * (readers != 1)} in {arms} arm{'s' * (arms != 1)}"
    detail = f"The pilot needs two readers and two arms with ratings; with {has} it cannot show {', '.join(missing)}."
    return Undefined(reason, detail, len(study.truth))


def _facts(
    snapshot: Mapping[str, Any], datasets: Mapping[str, Dataset], study: Readings, result: MrmcResult
) -> dict[str, JSONValue]:
    """Say what the pilot consists of, so that a plan can be judged without opening it."""
    positives = int(study.truth.sum())
    names = {arm["key"]: arm["name"] for arm in snapshot["arms"]}
    patients = next(iter(datasets.values())).patients
    notes: list[JSONValue] = [*result.notes]
    if len(set(patients)) < len(patients):
        notes.append("Several cases of the pilot come from one patient; they are treated as independent.")
    means = {one.modality: one.outcome for one in result.modalities}
    return {
        "reader_study": jsonable(snapshot["reader_study"]),
        "arms": [{"key": key, "name": names[key], "auc": means[key].to_json()} for key in study.modalities],
        "readers": len(study.readers),
        "cases": len(study.truth),
        "positives": positives,
        "negatives": len(study.truth) - positives,
        "readings": int(study.present.sum()),
        "notes": notes,
    }
