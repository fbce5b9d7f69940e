"""The design in force, its drawing, and the stored lists."""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from annotations.domain.arbitration import arbitration_of, arbitrators_of, question_problem
from annotations.domain.designs import Design, calendar_problems, fitting_problems, is_plain, single_design
from annotations.domain.drawn_cases import DrawnCase
from annotations.domain.listed import list_misfits
from annotations.domain.problems import Problem
from annotations.domain.randomisation import (
    ALGORITHM,
    DESIGN_ALGORITHM,
    LATE_ALGORITHM,
    ORDERED_ALGORITHM,
    CannotDraw,
    Slot,
    draw,
    reading_order,
)
from annotations.models import (
    AiOrder,
    Assignment,
    AssignmentRole,
    Case,
    DesignVersion,
    RandomisationList,
    ReaderReplacement,
    ReaderStudy,
)
from annotations.selectors.ai_order import ai_order_now, ai_order_of, priorities_of
from annotations.selectors.reader_studies import cases_of, label_schema_of, randomisation_lists_of
from annotations.selectors.sampling import strata_of
from portal.accounts.models import User
from portal.accounts.policy import Role

PREVIEW_SEED = "preview"
# A preview draws for real; larger studies are drawn at their launch only.
MAXIMUM_PREVIEW = 20_000


@dataclass(frozen=True)
class Drawing:
    """A drawing with what it was made from."""

    design: Design
    algorithm: str
    readers: list[User]
    cases: dict[str, Case]
    lists: dict[str, list[Slot]]
    ai_order: AiOrder | None = None


def design_version_of(*, reader_study: ReaderStudy) -> DesignVersion | None:
    """Return the newest version; None while the design is the one every reader study begins with."""
    return DesignVersion.objects.filter(reader_study=reader_study).order_by("-version").first()


def design_of(*, reader_study: ReaderStudy) -> Design:
    """Return the design in force."""
    stored = design_version_of(reader_study=reader_study)
    return stored.content if stored else single_design(str(reader_study.ai_display))


def readers_of(*, reader_study: ReaderStudy) -> QuerySet[User]:
    """Return the readers by username."""
    members = User.objects.filter(memberships__reader_study=reader_study, memberships__role=Role.READER)
    return members.order_by("username")


def drawn_readers_of(*, reader_study: ReaderStudy, design: Design) -> QuerySet[User]:
    """Return the readers for whom lists are drawn.

    An arbitrator gets the cases that need one, later; who joined in the place of a withdrawn reader got that reader's.
    """
    listed = RandomisationList.objects.filter(reader_study=reader_study)
    joined = ReaderReplacement.objects.filter(reader_study=reader_study, reader__isnull=False)
    joined = joined.exclude(reader__in=listed.values("reader"))
    readers = readers_of(reader_study=reader_study)
    return readers.exclude(pk__in=arbitrators_of(design)).exclude(pk__in=joined.values("reader"))


def drawn_cases(*, reader_study: ReaderStudy, cases: Sequence[Case], design: Design) -> list[DrawnCase]:
    """Return the cases as the drawing takes them.

    Patients and strata are numbered, because only what is the same counts; a case that no sample has drawn has none.
    """
    patients: dict[uuid.UUID, str] = {}
    strata: dict[str, str] = {}
    sampled = strata_of(reader_study=reader_study)
    training = set(design["training"])
    return [
        DrawnCase(
            case.name,
            patients.setdefault(case.imaging_study.patient_id, f"P{len(patients) + 1}"),
            str(case.pk) in training,
            strata.setdefault(sampled[uid], f"S{len(strata) + 1}") if uid in sampled else "",
        )
        for case in cases
        for uid in [case.imaging_study.study_instance_uid]
    ]


def draw_lists(
    *, reader_study: ReaderStudy, seed: str, late: Sequence[str] = (), algorithm: str = DESIGN_ALGORITHM
) -> Drawing:
    """Draw the lists from the design, the readers and the cases in force; `late` names who joined after the launch.

    What the AI says of a case is taken as it was stored at the launch; before it as it is now.
    """
    design = design_of(reader_study=reader_study)
    cases = list(cases_of(reader_study=reader_study).order_by("position", "pk"))
    readers = list(drawn_readers_of(reader_study=reader_study, design=design))
    taken = drawn_cases(reader_study=reader_study, cases=cases, design=design)
    usernames = [one.username for one in readers if one.username not in late]
    order = ai_order_of(reader_study=reader_study)
    order = order or ai_order_now(reader_study=reader_study, design=design, cases=cases)
    lists = draw(
        design=design, seed=seed, usernames=usernames, cases=taken, late=late, algorithm=algorithm,
        priorities=priorities_of(order),
    )  # fmt: skip
    has_clusters = len({case.patient for case in taken}) < len(taken)
    name = ALGORITHM if is_plain(design) and not has_clusters else algorithm
    name = ORDERED_ALGORITHM if order else name
    return Drawing(design, name, readers, {case.name: case for case in cases}, lists, order)


def fitting_problems_of(*, reader_study: ReaderStudy) -> list[Problem]:
    """Return what keeps the design from being drawn for the readers and cases there are now."""
    cases = cases_of(reader_study=reader_study).prefetch_related(None)
    names = {str(pk): name for pk, name in cases.values_list("pk", "name")}
    case_ids = list(names)
    design = design_of(reader_study=reader_study)
    everybody = readers_of(reader_study=reader_study)
    if not case_ids or not everybody.exists():
        return []
    drawn = drawn_readers_of(reader_study=reader_study, design=design).values_list("username", flat=True)
    found = fitting_problems(design, readers=len(drawn), case_ids=case_ids)
    training = [names[pk] for pk in design["training"] if pk in names]
    found += list_misfits(design, readers=drawn, cases=names.values(), training=training)
    return [*found, *_arbitration_problems(reader_study, design, set(map(str, everybody.values_list("pk", flat=True))))]


def calendar_problems_of(*, reader_study: ReaderStudy) -> list[Problem]:
    """Return the sessions in which nobody could read if it were launched today; none once they are frozen."""
    if reader_study.launched_at is not None:
        return []
    today = timezone.now().astimezone(datetime.UTC).date()
    return calendar_problems(design_of(reader_study=reader_study), today=today)


def _arbitration_problems(reader_study: ReaderStudy, design: Design, readers: set[str]) -> list[Problem]:
    """Say what of the arbitration fits neither the members nor the form."""
    rule = arbitration_of(design)
    if rule is None:
        return []
    strangers = len(set(rule["arbitrators"]) - readers)
    problems = []
    if strangers:
        detail = f"{strangers} arbitrator(s) are not readers of this reader study; add them on the People page."
        problems.append(Problem("pairing.arbitration", "unknown_arbitrator", detail))
    schema = label_schema_of(reader_study=reader_study)
    found = (question_problem(key, schema.questions) for key in rule["questions"]) if schema else ()
    return problems + [Problem("pairing.arbitration", "unknown_question", detail) for detail in found if detail]


def plan_of(*, reader_study: ReaderStudy) -> list[dict[str, Any]] | None:
    """Count what each reader reads in each session and arm, by the stored lists or by a drawing for show."""
    stored = _stored_counts(reader_study)
    if stored:
        return [_plan_row(username, counts) for username, counts in stored.items()]
    design = design_of(reader_study=reader_study)
    readers = drawn_readers_of(reader_study=reader_study, design=design).count()
    number = cases_of(reader_study=reader_study).count() * readers
    problems = fitting_problems_of(reader_study=reader_study)
    if not 0 < number * len(design["sessions"]) <= MAXIMUM_PREVIEW or any(one.code != "uneven" for one in problems):
        return None
    try:
        lists = draw_lists(reader_study=reader_study, seed=PREVIEW_SEED).lists
    except CannotDraw:
        return None
    return [_plan_row(username, Counter(map(_kind_of, lists[username]))) for username in sorted(lists)]


# A kind of place in a list: session, arm, whether it is training, whether it is a repeat.
_Kind = tuple[int, str, bool, bool]


def _kind_of(slot: Slot) -> _Kind:
    return slot.session, slot.arm, slot.is_training, slot.repeat_number > 0


def _stored_counts(reader_study: ReaderStudy) -> dict[str, Counter[_Kind]]:
    """Count the places of the stored lists by reader: each has become an assignment, so PostgreSQL can count them."""
    lists = RandomisationList.objects.filter(reader_study=reader_study).order_by("reader__username")
    counts = {username: Counter[_Kind]() for username in lists.values_list("reader__username", flat=True)}
    if not counts:
        return {}
    kinds = ("session__number", "arm__key", "is_training", "is_repeat")
    rows = Assignment.objects.filter(reader_study=reader_study).exclude(role=AssignmentRole.ARBITRATION)
    rows = rows.order_by().annotate(is_repeat=Q(repeat_number__gt=0))
    for username, *kind, reads in rows.values_list("reader__username", *kinds).annotate(reads=Count("pk")):
        counts.setdefault(username, Counter())[*kind] = reads
    return counts


def _plan_row(username: str, counts: Counter[_Kind]) -> dict[str, Any]:
    parts = [
        {"session": session, "arm": arm, "is_training": training, "is_repeat": repeat, "reads": reads}
        for (session, arm, training, repeat), reads in sorted(counts.items())
    ]
    return {"reader": username, "reads": counts.total(), "parts": parts}


def slots_of(stored: RandomisationList) -> list[Slot]:
    """Return a stored list; one from before there were designs is session 1 of arm A."""
    if stored.slots:
        return [Slot(*slot) for slot in stored.slots]
    names = dict(Case.objects.filter(pk__in=stored.order).values_list("pk", "name"))
    return [Slot(1, "A", names[uuid.UUID(pk)]) for pk in stored.order]


def launch_list(stored: Iterable[RandomisationList]) -> RandomisationList | None:
    """Return one of the lists that were drawn at the launch, for its seed and algorithm; None before the launch."""
    return next((one for one in stored if one.algorithm != LATE_ALGORITHM), None)


def late_usernames(stored: Iterable[RandomisationList]) -> list[str]:
    """Return who joined after the launch, in order of joining."""
    late = [one for one in stored if one.algorithm == LATE_ALGORITHM]
    return [one.reader.username for one in sorted(late, key=lambda one: one.created_at)]


def is_reproduced(*, reader_study: ReaderStudy, lists_stored: Sequence[RandomisationList] | None = None) -> bool | None:
    """Draw the lists again from their seed and say whether they are the stored ones; None before the launch."""
    found = randomisation_lists_of(reader_study=reader_study) if lists_stored is None else lists_stored
    stored = {one.reader.username: one for one in found}
    first = launch_list(stored.values())
    if first is None:
        return None
    seed = first.seed
    if first.algorithm == ALGORITHM:
        names = [case.name for case in cases_of(reader_study=reader_study)]
        return all(
            [slot.case for slot in slots_of(one)] == reading_order(seed=seed, username=username, case_names=names)
            for username, one in stored.items()
        )
    try:
        late = late_usernames(stored.values())
        lists = draw_lists(reader_study=reader_study, seed=seed, late=late, algorithm=first.algorithm).lists
    except CannotDraw:
        return False
    return {name: slots_of(one) for name, one in stored.items()} == lists
