"""Data queries as coordinators and readers list them."""

import uuid

from django.db.models import Count, Q, QuerySet

from annotations.models import AssignmentState, DataQuery, QueryState, ReaderStudy
from portal.accounts.models import User


def queries_of(
    *, reader_study: ReaderStudy, read: uuid.UUID | None = None, state: str | None = None
) -> QuerySet[DataQuery]:
    """Return the queries of a reader study, of one read or state where one is named, the oldest first."""
    wanted = {"read": read, "state": state}
    found = DataQuery.objects.filter(read__assignment__reader_study=reader_study)
    return _whole(found.filter(**{lookup: value for lookup, value in wanted.items() if value is not None}))


def own_queries(*, reader_study: ReaderStudy, reader: User) -> QuerySet[DataQuery]:
    """Return what a reader has been asked, as long as the read is theirs."""
    own = DataQuery.objects.filter(read__assignment__reader_study=reader_study, read__assignment__reader=reader)
    return _whole(own.exclude(read__assignment__state=AssignmentState.VOID)).order_by("created_at")


def _whole(queries: QuerySet[DataQuery]) -> QuerySet[DataQuery]:
    return queries.select_related(
        "read__assignment__case", "read__assignment__reader", "read__label_schema"
    ).prefetch_related("messages__author")


def waiting_by_reader(*, reader_study: ReaderStudy) -> dict[uuid.UUID, tuple[int, int]]:
    """Count each reader's queries that wait for the reader, and those that wait for the coordinator."""
    rows = (
        DataQuery.objects.filter(read__assignment__reader_study=reader_study)
        .exclude(read__assignment__state=AssignmentState.VOID)
        .order_by()
        .values("read__assignment__reader_id")
        .annotate(
            open=Count("pk", filter=Q(state=QueryState.OPEN)),
            answered=Count("pk", filter=Q(state=QueryState.ANSWERED)),
        )
    )
    return {row["read__assignment__reader_id"]: (row["open"], row["answered"]) for row in rows}
