"""Which priors' images may be fetched now: the blinding matrix as a condition of the database.

It is about priors as such. What a reader has as a case of their own they have been given to read, so its images stay
theirs, also where they are a prior of the next case.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.domain.blinding import FIRST, HIDDEN, PHASES, SECOND, SIGNED
from annotations.models import Arm, Assignment, AssignmentState, CasePrior, ReaderStudyState

_UNSIGNED = (AssignmentState.OPEN, AssignmentState.DRAFT, AssignmentState.REOPENED)
_AT_REST = (AssignmentState.PENDING, AssignmentState.SIGNED)


def priors_shown(*, own: QuerySet[Assignment], reached: QuerySet[Assignment]) -> QuerySet[CasePrior]:
    """Return the priors that a reader may see of the assignments `reached`; `own` are all of theirs, in every study.

    Cases of one patient can share a prior. One that is hidden where it is still to be read comes with no other case
    that is at rest, in whichever reader study: a case signed first would show it. A case at hand shows what its own
    arm shows, as its reader needs it for the answer that is due.
    """
    at_hand = _cases_with_priors_shown(reached.filter(state__in=_UNSIGNED))
    at_rest = _cases_with_priors_shown(reached.filter(state__in=_AT_REST))
    kept = CasePrior.objects.filter(case__in=_cases_to_read_without_priors(own)).values("imaging_study")
    return CasePrior.objects.filter(Q(case__in=at_hand) | Q(case__in=at_rest) & ~Q(imaging_study__in=kept))


def _cases_to_read_without_priors(own: QuerySet[Assignment]) -> QuerySet[Assignment, object]:
    """Return the cases that a reader has not signed yet and for which the priors are hidden until then."""
    is_second = Q(state__in=_UNSIGNED, read__phase=SECOND)
    hides = (
        Q(reader_study__shows_priors=False)
        | is_second & Q(arm__in=_hiding(SECOND))
        | ~is_second & Q(arm__in=_hiding(FIRST))
    )
    to_read = own.filter(hides, state__in=[AssignmentState.PENDING, *_UNSIGNED])
    return to_read.exclude(reader_study__state=ReaderStudyState.LOCKED).values("case")


def _cases_with_priors_shown(assigned: QuerySet[Assignment]) -> QuerySet[Assignment, object]:
    """Return the cases of a reader's assignments whose priors the arm shows in the phase that the read is in.

    Where another arm hides them, or the reader meets the case again in this one, only while the read is open: what
    is signed or still to be read must not show what is hidden in the read at hand.
    """
    is_second = Q(state__in=_UNSIGNED, read__phase=SECOND)
    shown = assigned.filter(reader_study__shows_priors=True).filter(
        Q(Q(state__in=[AssignmentState.PENDING, *_UNSIGNED]) & ~is_second & ~Q(arm__in=_hiding(FIRST)))
        | Q(is_second & ~Q(arm__in=_hiding(SECOND)))
        | Q(state=AssignmentState.SIGNED) & ~Q(arm__in=_hiding(SIGNED))
    )
    hiding = _hiding(*PHASES)
    elsewhere = Exists(hiding.filter(reader_study=OuterRef("reader_study")).exclude(pk=OuterRef("arm")))
    again = ~Q(shown_name="") & Q(arm__in=hiding)
    return shown.exclude(Q(state__in=_AT_REST) & (Q(elsewhere) | again)).values("case")


def _hiding(*phases: str) -> QuerySet[Arm]:
    """Return the arms that hide priors in one of the phases; without a value of their own arms show them."""
    hidden = Q(blinding__priors=HIDDEN)
    for phase in phases:
        hidden |= Q(**{f"blinding__priors__{phase}": HIDDEN})
    return Arm.objects.filter(hidden)
