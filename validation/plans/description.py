"""What a planned result tells beside its endpoints: descriptive, never tested for the plan, and labelled as such.

Pure: a snapshot's content and its table give the same document on any machine. Every number comes from
`validation.stats`; what these data do not define is a named outcome. Cases are named once, in `cases`; wherever cases
stand behind a number they are positions in that list.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from validation.plans.described_abstention import abstention_of
from validation.plans.described_agreement import agreement_of
from validation.plans.described_changes import changes_of
from validation.plans.described_endpoints import Answer, Answered
from validation.plans.described_groups import groups_of
from validation.plans.described_marks import marks_of
from validation.plans.described_one import NO_DECISION, Described, Voice, described_voice, voices_of
from validation.plans.document import Subject
from validation.plans.snapshot import Laid
from validation.stats.checks import BoolArray
from validation.stats.crossed import quantile, ratio, share_outcome, signed_outcome
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_u import LARGEST_T_DF, mrmc_u
from validation.stats.normal import normal_quantile
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, Undefined, jsonable
from validation.stats.roc import logit_limits

DESCRIPTION_LABEL = (
    "Descriptive, not in the plan: nothing here was pre-specified, no hypothesis is tested for it, and intervals are "
    "not corrected for their number. Where a number is that of an endpoint, it says so."
)
_NO_NUMBERS = Undefined(
    Reason.NOT_COLLECTED,
    "The snapshot freezes the call and the rating of a read. Answers to numeric questions are not in it.",
)
_NO_READERS = Undefined(Reason.MISSING_READINGS, "Nobody has read anything that counts.")


def describe(snapshot: Mapping[str, Any], laid: Laid, answers: Sequence[Answer] = ()) -> dict[str, JSONValue]:
    """Describe every subject, the agreement of its readers, and what changed between two of them.

    `snapshot` is the content of a planned run's snapshot, `laid` its table, and `answers` what its endpoints came to:
    what they have answered is not estimated once more by another method.
    """
    described = Described.of(snapshot, laid.table)
    answered = Answered(described, answers)
    voices = voices_of(described)
    names = {case["id"]: case["name"] for case in snapshot["cases"]}
    # Only of a plan that says how marks are matched: the bytes of other results stay what they were.
    marks = {} if laid.table.marks is None else {"marks": marks_of(described, laid.table.marks, answers)}
    return {
        "label": DESCRIPTION_LABEL,
        "normal_quantile": normal_quantile(described.level),
        "cases": [
            {"id": case, "name": names[case], "truth": int(truth)}
            for case, truth in zip(laid.table.cases, laid.table.truth, strict=True)
        ],
        "subjects": [_subject(described, subject, answered) for subject in described.subjects],
        "participants": [_voice(described, voice, answered) for voice in voices],
        "changes": changes_of(described, answered),
        "agreement": agreement_of(described),
        "groups": groups_of(described),
        "bland_altman": jsonable(_NO_NUMBERS),
        **marks,
    }


def _voice(described: Described, voice: Voice, answered: Answered) -> dict[str, JSONValue]:
    """A reader or an AI; a subject that is one voice is what an endpoint about it answered."""
    found = described_voice(described, voice) | _abstention(described, voice)
    if len(described.table.subjects[voice.subject["key"]].readers) > 1:
        return found
    for part in ("binary", "roc"):
        block = found[part]
        estimates = block.get("estimates") if isinstance(block, dict) else None
        if isinstance(block, dict) and isinstance(estimates, dict):
            found[part] = {**block, "estimates": answered.replaced(voice.subject, estimates)}
    return found


def _abstention(described: Described, voice: Voice) -> dict[str, JSONValue]:
    """Of every AI, where one of them says how uncertain it is: the bytes of other results stay what they were."""
    said = described.table.subjects[voice.subject["key"]]
    if voice.subject["kind"] != "AI" or not any(one.doubts for one in described.table.subjects.values()):
        return {}
    call = described.decisions[voice.subject["key"]].call[voice.row]
    return {
        "abstention": abstention_of(
            described.table.truth,
            call,
            said.doubts,
            level=described.level,
            is_clustered=described.is_clustered,
        )
    }


def _subject(described: Described, subject: Subject, answered: Answered) -> dict[str, JSONValue]:
    """A subject as a whole: of readers the means, with readers and cases random."""
    key, table = subject["key"], described.table
    said = table.subjects[key]
    head: dict[str, JSONValue] = {
        "key": key,
        "kind": subject["kind"],
        "name": described.names[key],
        "readers": len(said.readers) if subject["kind"] == "READERS" else None,
    }
    if subject["kind"] == "AI":
        return head | {"means": None, "seconds": None}
    decided = described.decisions[key]
    known = ~np.isnan(decided.call)
    right = (decided.call == 1.0) == table.truth
    shares = {
        "sensitivity": ratio(right, known & table.truth, "No positive case is decided."),
        "specificity": ratio(right, known & ~table.truth, "No negative case is decided."),
    }
    means: dict[str, Outcome] = {
        name: share_outcome(share, described.level) if known.any() else NO_DECISION for name, share in shares.items()
    }
    means["auc"] = _mean_area(described, key)
    shown = {name: answered.estimate(key, name, jsonable(outcome)) for name, outcome in means.items()}
    return head | {"means": shown, "seconds": jsonable(_seconds(described, key))}


def _mean_area(described: Described, key: str) -> Outcome:
    table = described.table
    rating = table.subjects[key].rating
    read: BoolArray = np.any(~np.isnan(rating), axis=0)
    if not read.any():
        return _NO_READERS
    cases = tuple(case for case, some in zip(table.cases, read, strict=True) if some)
    readings = Readings((key,), table.subjects[key].readers, cases, table.truth[read], rating[None][:, :, read])
    row = mrmc_u(readings, level=described.level).modalities[0]
    outcome = row.outcome
    if not isinstance(outcome, Estimate) or row.variance is None or outcome.low is None or not 0 < outcome.value < 1:
        return outcome
    # The quantile is iMRMC's, as `mrmc_u` takes it; on the logit scale, because the t interval can leave [0, 1].
    df = None if row.df is None or row.df > LARGEST_T_DF else math.floor(row.df)
    limits = logit_limits(outcome.value, quantile(df, described.level) * math.sqrt(row.variance))
    return Estimate(outcome.value, *limits, outcome.level, f"{outcome.method}, logit", outcome.n, outcome.note)


def _seconds(described: Described, key: str) -> Outcome:
    """Mean seconds of a read, readers and cases random; in units of the longest, since `signed_outcome` ends at 1."""
    seconds = described.table.subjects[key].seconds
    if seconds is None:
        return described.no_seconds(key)
    known = ~np.isnan(seconds)
    if not known.any():
        return described.no_seconds(key)
    longest = float(np.nanmax(seconds))
    outcome, _ = signed_outcome([ratio(seconds / longest, known, "No read has a time.")], described.level)
    return outcome if isinstance(outcome, Undefined) else _scaled(outcome, longest)


def _scaled(outcome: Estimate, by: float) -> Outcome:
    low, high = outcome.low, outcome.high
    if outcome.low is not None and outcome.high is not None:
        low, high = max(0.0, outcome.low * by), outcome.high * by
    return Estimate(outcome.value * by, low, high, outcome.level, outcome.method, outcome.n, outcome.note)
