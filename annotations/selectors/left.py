"""What of a reader study is not done: counted before its coordinator closes or locks it."""

from typing import Any

from django.db.models import Count, Q

from annotations.models import Assignment, AssignmentRole, AssignmentState, DataQuery, QueryState, ReaderStudy
from annotations.selectors.arbitration import arbitration_counts
from annotations.selectors.vacancies import vacancies_of


def left_undone(*, reader_study: ReaderStudy) -> dict[str, Any]:
    """Count the reads that are not signed, the arbitrations by where they stand, vacant cases and open queries."""
    reads = Assignment.objects.filter(reader_study=reader_study, role=AssignmentRole.READER)
    unsigned = ~Q(state__in=[AssignmentState.SIGNED, AssignmentState.VOID])
    counted: dict[str, Any] = reads.aggregate(
        unsigned=Count("pk", filter=unsigned),
        begun=Count("pk", filter=unsigned & ~Q(state=AssignmentState.PENDING)),
        reopened=Count("pk", filter=Q(state=AssignmentState.REOPENED)),
    )
    queries = DataQuery.objects.filter(read__assignment__reader_study=reader_study)
    vacant = {case.pk for vacancy in vacancies_of(reader_study=reader_study) for case in vacancy.cases}
    return {
        **counted,
        "arbitrations": arbitration_counts(reader_study=reader_study),
        "vacant_cases": len(vacant),
        "open_queries": queries.exclude(state=QueryState.CLOSED).count(),
    }
