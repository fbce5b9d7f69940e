"""Of which cases the priors' images may be fetched now: the blinding matrix as a condition of the database."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.domain.blinding import FIRST, HIDDEN, PHASES, SECOND, SIGNED
from annotations.models import Arm, Assignment, AssignmentState

_UNSIGNED = (AssignmentState.OPEN, AssignmentState.DRAFT, AssignmentState.REOPENED)
_AT_REST = (AssignmentState.PENDING, AssignmentState.SIGNED)


def cases_with_priors_shown(assigned: QuerySet[Assignment]) -> QuerySet[Assignment, object]:
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
