"""What the AI changed: the same readers before and after they see it."""

from collections.abc import Iterator, Mapping

import numpy as np

from validation.plans.described_endpoints import Answered
from validation.plans.described_one import Described
from validation.plans.document import Subject
from validation.plans.outcome import negated
from validation.plans.table import AI_NAME, DECIDED_FROM
from validation.stats.checks import BoolArray, FloatArray
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_u import mrmc_u
from validation.stats.reclassification import KINDS, reclassification
from validation.stats.results import JSONValue, Outcome, Reason, Undefined, jsonable

HIDDEN = "HIDDEN"
_NO_COMMON = Undefined(Reason.NO_COMMON_CASES, "No reader decided the same case without and with the AI.")


def changes_of(described: Described, answered: Answered) -> list[JSONValue]:
    """Describe the change from every subject that reads without the AI to every one that reads with it."""
    return [_change(described, before, after, answered) for before, after in _pairs(described)]


def _pairs(described: Described) -> Iterator[tuple[Subject, Subject]]:
    readers = [one for one in described.subjects if one["kind"] == "READERS"]
    without = [one for one in readers if not _sees_ai(described, one)]
    yield from ((a, b) for a in without for b in readers if _sees_ai(described, b))


def _sees_ai(described: Described, subject: Subject) -> bool:
    return subject["phase"] == "SIGNED" and described.ai_displays.get(subject["arm"], HIDDEN) != HIDDEN


def _change(described: Described, before: Subject, after: Subject, answered: Answered) -> JSONValue:
    keys = (before["key"], after["key"])
    ai = _ai_decisions(described)
    head: dict[str, JSONValue] = {"before": keys[0], "after": keys[1], "ai": None if ai is None else ai[0]}
    decided = _readings(described, {key: described.decisions[key].call for key in keys}, None if ai is None else ai[1])
    rated = _readings(described, {key: described.table.subjects[key].rating for key in keys}, None)
    area = answered.change_of_area(*keys, jsonable(_area_change(rated, keys, described)))
    return head | _flow(described, decided, keys, ai is not None) | {"auc": area}


def _ai_decisions(described: Described) -> tuple[str, FloatArray] | None:
    for subject in described.subjects:
        if subject["kind"] == "AI" and subject["operating_point"] is not None:
            return subject["key"], described.decisions[subject["key"]].call[0]
    return None


def _readings(described: Described, layers: Mapping[str, FloatArray], ai: FloatArray | None) -> Readings:
    """The readers of both subjects by name; the AI, if given, reads the same in both."""
    table = described.table
    names = sorted({name for key in layers for name in table.subjects[key].readers})
    rating = np.full((len(layers), len(names) + (ai is not None), len(table.cases)), np.nan)
    for index, (key, layer) in enumerate(layers.items()):
        for row, name in enumerate(table.subjects[key].readers):
            rating[index, names.index(name)] = layer[row]
        if ai is not None:
            rating[index, -1] = ai
    return Readings(tuple(layers), (*names, *([AI_NAME] if ai is not None else [])), table.cases, table.truth, rating)


def _flow(described: Described, table: Readings, keys: tuple[str, str], has_ai: bool) -> dict[str, JSONValue]:
    people = len(table.readers) - has_ai
    first, second = table.rating[:, :people]
    both = ~np.isnan(first) & ~np.isnan(second)
    if not both.any():
        return {"flow": _NO_COMMON.to_json(), "cases": {}}
    # Whoever read in one arm only has not changed: their rows would be empty.
    kept = np.flatnonzero(both.any(axis=1)).tolist()
    rows = [*kept, *([people] if has_ai else [])]
    names = tuple(table.readers[row] for row in rows)
    found = reclassification(
        Readings(table.modalities, names, table.cases, table.truth, table.rating[:, rows]),
        *keys,
        threshold=DECIDED_FROM,
        ai=AI_NAME if has_ai else None,
        level=described.level,
    )
    cases: dict[str, JSONValue] = {
        table.readers[row]: _cells(first[row], second[row], both[row], table) for row in kept
    }
    return {"flow": found.to_json(), "cases": cases}


def _cells(first: FloatArray, second: FloatArray, both: BoolArray, table: Readings) -> dict[str, JSONValue]:
    """Positions of a reader's cases by what became of them."""
    before, after = ((said == 1.0) == table.truth for said in (first, second))
    states = dict(zip(KINDS, (before & after, ~before & after, before & ~after, ~before & ~after), strict=True))
    return {kind: jsonable(np.flatnonzero(state & both)) for kind, state in states.items()}


def _area_change(table: Readings, keys: tuple[str, str], described: Described) -> Outcome:
    """AUC after minus before, readers and cases random."""
    read: BoolArray = np.any(~np.isnan(table.rating), axis=(0, 1))
    if np.isnan(table.rating).all(axis=(1, 2)).any():
        return Undefined(Reason.NOT_COLLECTED, "There are no ratings in one of the arms.")
    kept = Readings(
        table.modalities,
        table.readers,
        tuple(case for case, some in zip(table.cases, read, strict=True) if some),
        table.truth[read],
        table.rating[:, :, read],
    )
    rows = mrmc_u(kept, level=described.level).differences
    row = next(one for one in rows if one.analysis == "ustat" and {one.a, one.b} == set(keys))
    return row.outcome if row.a == keys[1] else negated(row.outcome)
