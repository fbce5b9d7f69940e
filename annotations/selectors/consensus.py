"""What a consensus rule makes of the signed reads that there are now, case by case, with what it was made from."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

from django.db.models import QuerySet

from annotations.domain.answers import reason_not_assessed
from annotations.domain.arbitration import arbitrators_of
from annotations.domain.consensus import (
    ADJUDICATION,
    AGREED,
    BY_RULE,
    CARRIED,
    CONTRADICTED,
    NEGATIVE,
    POSITIVE,
    TIED,
    TOO_FEW,
    TRUTHS,
    WEIGHTED,
    Rule,
    Vote,
    decide,
)
from annotations.domain.kinds import BINARY, CONFIDENCE, ORDINAL
from annotations.domain.lesion_matching import MatchRule
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.problems import Problem
from annotations.domain.truth_csv import Truth
from annotations.models import (
    AdjudicationDecision,
    Assignment,
    Case,
    LabelSchema,
    LesionCorrection,
    Membership,
    ReaderStudy,
    ReferenceTruth,
    Revision,
)
from annotations.selectors.assignments import voting_assignments
from annotations.selectors.designs import design_of, readers_of
from annotations.selectors.lesions import (
    LesionPanel,
    Matching,
    ReadSegment,
    SignedRead,
    corrections_in,
    is_located,
    matching_of,
    signed_findings,
    truth_lesions,
)
from annotations.selectors.reader_studies import cases_of, label_schema_of
from annotations.selectors.truth import provenance_of, reference_standard_of, truths_of
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.services import canonical_json, sha256

# Told how many of how many cases are done.
Progress = Callable[[int, int], None]


class Panel(NamedTuple):
    """Who votes, on what, and by which rule; `lesions` where the marks are matched too."""

    rule: Rule
    question: str
    positive_from: int | None
    arm: str
    weights: dict[UUID, Decimal]
    lesions: LesionPanel | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            **self._asdict(),
            "rule": self.rule._asdict(),
            "weights": {str(pk): str(weight) for pk, weight in self.weights.items()},
            "lesions": self.lesions.as_stored() if self.lesions else None,
        }


def panel_from_json(kept: Mapping[str, Any]) -> Panel:
    """Return a panel from its plain JSON values."""
    lesions = dict(kept["lesions"] or {})
    if lesions:
        match = MatchRule(*(lesions.pop(name) for name in MatchRule._fields))
    return Panel(
        Rule(**kept["rule"]),
        kept["question"],
        kept["positive_from"],
        kept["arm"],
        {UUID(pk): Decimal(weight) for pk, weight in kept["weights"].items()},
        LesionPanel(match=match, **lesions) if lesions else None,
    )


class VoteTaken(TypedDict):
    """A vote as it is kept with the truth: which read, which signed revision, and what it said."""

    reader: str
    reader_id: str
    read_id: str
    revision_id: str
    digest: str
    answer: Any
    is_positive: bool
    weight: str


class CaseDecision(NamedTuple):
    """What a case came to; `lesions` are those of its truth, `adjudicated` where it was judged again.

    `matching` has every lesion that somebody marked, where marks were matched. `provenance` is that of a truth which
    does not come from this version: one that was kept.
    """

    case: Case
    outcome: str
    reason: str
    truth: int | None
    votes: list[VoteTaken]
    lesions: list[dict[str, Any]]
    adjudicated: AdjudicationDecision | None = None
    matching: Matching | None = None
    provenance: dict[str, Any] | None = None

    @property
    def as_truth(self) -> Truth | None:
        """The truth of the case, None where it came to none."""
        if self.truth is None:
            return None
        return Truth(self.case.name, self.truth, self.lesions, self.provenance)


class Consensus(NamedTuple):
    """All cases, and what they were decided by; the digest is that of both.

    `segments` are the texts of those that the lesions' places name, by their digests.
    """

    rule: dict[str, Any]
    decisions: list[CaseDecision]
    digest: str
    segments: dict[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """Count by reason and by outcome."""
        reasons = Counter(one.reason for one in self.decisions)
        outcomes = Counter(one.outcome for one in self.decisions if one.reason != CARRIED)
        return {
            "cases": len(self.decisions),
            **{reason.lower(): reasons[reason] for reason in (AGREED, BY_RULE, TIED, TOO_FEW, CARRIED, CONTRADICTED)},
            **{outcome.lower(): outcomes[outcome] for outcome in TRUTHS},
        }


def voters_of(*, reader_study: ReaderStudy) -> QuerySet[User]:
    """Return the readers who can vote: not who was withdrawn, nor who arbitrates what two others have read."""
    gone = Membership.objects.filter(reader_study=reader_study, role=Role.READER, withdrawn_at__isnull=False)
    arbitrators = arbitrators_of(design_of(reader_study=reader_study))
    return readers_of(reader_study=reader_study).exclude(pk__in=gone.values("user")).exclude(pk__in=arbitrators)


def panel_problems(*, reader_study: ReaderStudy, panel: Panel) -> list[Problem]:
    """Say what of a panel does not fit the reader study."""
    schema = label_schema_of(reader_study=reader_study)
    problems = _question_problems(schema, panel)
    arms = [arm.key for arm in reader_study.arms.all()]
    if panel.arm not in arms:
        problems.append(Problem("arm", "unknown_arm", f"Name one of the arms: {', '.join(arms)}."))
    known = set(voters_of(reader_study=reader_study).values_list("pk", flat=True))
    problems += [
        Problem("readers", "unknown_reader", f"{pk} reads nothing here, has been withdrawn, or arbitrates.")
        for pk in panel.weights
        if pk not in known
    ]
    if panel.lesions is not None and not is_located(schema, panel.lesions.question):
        problems.append(Problem("lesions.question", "unknown_question", "The form asks for no marks under this key."))
    if panel.rule.minimum_votes > len(panel.weights):
        detail = f"The panel has {len(panel.weights)} reader(s)."
        problems.append(Problem("minimum_votes", "too_many", detail))
    return problems


def _question_problems(schema: LabelSchema | None, panel: Panel) -> list[Problem]:
    kind, threshold = kind_voted_on(schema, panel.question), panel.positive_from
    if kind is None:
        detail = "The form has no binary, ordinal or confidence question of this key."
        return [Problem("question", "unknown_question", detail)]
    if kind == BINARY:
        detail = "A binary question has no threshold."
        return [] if threshold is None else [Problem("positive_from", "not_for_binary", detail)]
    if threshold is None:
        return [Problem("positive_from", "required", "From which answer on is the vote positive?")]
    lowest, highest = _ends(schema, panel.question)
    if not lowest <= threshold <= highest:
        detail = f"The answers go from {lowest} to {highest}: every vote would be the same."
        return [Problem("positive_from", "out_of_range", detail)]
    return []


def _ends(schema: LabelSchema | None, key: str) -> tuple[int, int]:
    """Return the lowest and highest answer of an ordinal or confidence question."""
    question = next(one for one in (schema.questions if schema else []) if one["key"] == key)
    return (1, len(question["options"])) if question["kind"] == ORDINAL else (0, 100)


def kind_voted_on(schema: LabelSchema | None, key: str) -> str | None:
    """Return the kind of a question that can be voted on; None for every other one."""
    questions = schema.questions if schema else []
    kinds = {one["key"]: one["kind"] for one in questions if one["kind"] in (BINARY, ORDINAL, CONFIDENCE)}
    return kinds.get(key)


def consensus_of(
    *, reader_study: ReaderStudy, panel: Panel, read_segment: ReadSegment, progress: Progress
) -> Consensus:
    """Apply a panel's rule to every case that is not withdrawn; training cases keep the truth that they have."""
    votes = _votes(reader_study, panel)
    matchings = _matchings(reader_study, panel, read_segment, progress)
    known, training = truths_of(reader_study=reader_study), set(design_of(reader_study=reader_study)["training"])
    decisions = []
    for case in _cases_voted_on(reader_study):
        if str(case.pk) in training:
            decisions += _carried(case, known.get(case.pk))
        else:
            decisions.append(_decided(case, panel, votes[case.pk], matchings.get(case.pk, (None, {}))[0]))
    base = reference_standard_of(reader_study=reader_study) if training else None
    rule = _rule_as_stored(reader_study, panel) | {"carried_from_version": base.version if base else None}
    found = [
        [one.case.name, one.outcome, one.reason, one.truth, one.votes, one.lesions, one.matching] for one in decisions
    ]
    segments = {digest: text for _, texts in matchings.values() for digest, text in texts.items()}
    return Consensus(rule, decisions, sha256(canonical_json([rule, found])), segments)


def consensus_inputs(*, reader_study: ReaderStudy, panel: Panel) -> str:
    """Return a digest of all that a consensus depends on, which takes no matching and no voxels: while it stays the
    same, so does the consensus.
    """
    votes = _votes(reader_study, panel)
    reads: dict[UUID, list[SignedRead]] = {}
    corrections: dict[UUID, LesionCorrection] = {}
    if panel.lesions is not None:
        arm, key = panel.arm, panel.lesions.question
        reads = signed_findings(reader_study=reader_study, arm=arm, question=key, readers=panel.weights)
        corrections = corrections_in(reader_study=reader_study, arm=arm, question=key)
    newest = reference_standard_of(reader_study=reader_study)
    cases = [
        [
            one.name,
            str(one.pk),
            votes[one.pk],
            [read.as_stored for read in reads.get(one.pk, [])],
            corrections[one.pk].number if one.pk in corrections else 0,
        ]
        for one in _cases_voted_on(reader_study)
    ]
    training = design_of(reader_study=reader_study)["training"]
    version = newest.version if newest and training else 0
    return sha256(canonical_json([_rule_as_stored(reader_study, panel), cases, sorted(training), version]))


def _cases_voted_on(reader_study: ReaderStudy) -> QuerySet[Case]:
    return cases_of(reader_study=reader_study).filter(withdrawn_at=None).order_by("position", "pk")


def _carried(case: Case, known: ReferenceTruth | None) -> list[CaseDecision]:
    if known is None:
        return []
    outcome = next(name for name, truth in TRUTHS.items() if truth == known.truth)
    return [CaseDecision(case, outcome, CARRIED, known.truth, [], known.lesions, provenance=provenance_of(known))]


def _decided(case: Case, panel: Panel, votes: Sequence[VoteTaken], matching: Matching | None) -> CaseDecision:
    decision = decide(panel.rule, [Vote(one["is_positive"], Fraction(one["weight"])) for one in votes])
    if matching is None or panel.lesions is None:
        return CaseDecision(case, decision.outcome, decision.reason, decision.truth, list(votes), [])
    if decision.outcome == NEGATIVE and any(one["outcome"] == POSITIVE for one in matching["lesions"]):
        return CaseDecision(case, ADJUDICATION, CONTRADICTED, None, list(votes), [], matching=matching)
    lesions = truth_lesions(matching, panel.lesions) if decision.outcome == POSITIVE else []
    return CaseDecision(
        case, decision.outcome, decision.reason, decision.truth, list(votes), lesions, matching=matching
    )


def _matchings(
    reader_study: ReaderStudy, panel: Panel, read_segment: ReadSegment, progress: Progress
) -> dict[UUID, tuple[Matching, dict[str, str]]]:
    """Return the lesions of every case that somebody who votes has read; none where marks are not matched."""
    asked = panel.lesions
    if asked is None:
        return {}
    arm, key = panel.arm, asked.question
    reads = signed_findings(reader_study=reader_study, arm=arm, question=key, readers=panel.weights)
    corrections = corrections_in(reader_study=reader_study, arm=arm, question=key)
    weights = {str(pk): Fraction(_weight(panel, pk)) for pk in panel.weights}
    found = {}
    for number, (case, of_case) in enumerate(reads.items()):
        progress(number, len(reads))
        found[case] = matching_of(of_case, asked, panel.rule, weights, corrections.get(case), read_segment)
    return found


def _weight(panel: Panel, reader: UUID) -> Decimal:
    return panel.weights[reader] if panel.rule.kind == WEIGHTED else Decimal(1)


def _votes(reader_study: ReaderStudy, panel: Panel) -> dict[UUID, list[VoteTaken]]:
    """Return the votes on each case: one for each reader, of the first session in which they gave an answer.

    Hidden repeats and arbitrations do not vote, and who could not assess a case has no vote on it.
    """
    signed = voting_assignments(reader_study=reader_study, arm=panel.arm).filter(reader__in=panel.weights)
    votes: dict[UUID, list[VoteTaken]] = defaultdict(list)
    seen: set[tuple[UUID, UUID]] = set()
    for assignment in signed:
        revision = assignment.read.signed_revision
        answer = upgraded(revision.payload)["answers"].get(panel.question) if revision else None
        if revision is None or answer is None or (assignment.case_id, assignment.reader_id) in seen:
            continue
        if reason_not_assessed(answer) is not None:
            continue
        seen.add((assignment.case_id, assignment.reader_id))
        votes[assignment.case_id].append(_vote(assignment, revision, panel, answer))
    return votes


def _vote(assignment: Assignment, revision: Revision, panel: Panel, answer: Any) -> VoteTaken:
    return {
        "reader": assignment.reader.username,
        "reader_id": str(assignment.reader_id),
        "read_id": str(revision.read_id),
        "revision_id": str(revision.pk),
        "digest": revision.digest,
        "answer": answer,
        "is_positive": answer if panel.positive_from is None else answer >= panel.positive_from,
        "weight": _plain(_weight(panel, assignment.reader_id)),
    }


def _rule_as_stored(reader_study: ReaderStudy, panel: Panel) -> dict[str, Any]:
    readers = readers_of(reader_study=reader_study).filter(pk__in=panel.weights)
    return {
        **panel.rule._asdict(),
        "question": panel.question,
        "positive_from": panel.positive_from,
        "arm": panel.arm,
        "readers": [
            {"id": str(one.pk), "username": one.username, "weight": _plain(_weight(panel, one.pk))} for one in readers
        ],
        **({"lesions": panel.lesions.as_stored()} if panel.lesions else {}),
    }


def _plain(weight: Decimal) -> str:
    """Write a weight in one way only: 2, 2.0 and 2.00 are the same weight."""
    return format(Decimal(weight).normalize(), "f")
