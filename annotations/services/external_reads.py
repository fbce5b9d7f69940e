"""Reads that a tool has made: pushed by the account of its program, many at a time, all or none."""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction

from annotations.access import own_assignments
from annotations.models import Assignment, Read, ReaderStudy, Revision
from annotations.services.arbitration import signing_lock
from annotations.services.content import json_digest
from annotations.services.reads import Save, assignment_open, read_sign
from portal.accounts.models import User
from portal.errors import FieldProblem, Forbidden, Invalid, PortalError


class ExternalRead(NamedTuple):
    """One complete read of a tool."""

    assignment_id: uuid.UUID
    payload: Any


class Pushed(NamedTuple):
    """What has become of the reads, in the order in which they were sent."""

    created: int
    unchanged: int
    reads: list[Revision]


class NotAProgram(Forbidden):
    """A person reads in the reading room."""

    code = "not_a_program"

    def __init__(self) -> None:
        super().__init__("Only the account of a program pushes reads; a person reads in the reading room.")


class InvalidReads(Invalid):
    """Some reads cannot be taken, so none was."""

    code = "invalid_reads"


def require_program(user: User) -> None:
    """Raise 403 for a person."""
    if not user.is_program:
        raise NotAProgram


@transaction.atomic
def external_reads_push(*, by: User, reader_study: ReaderStudy, tool: str, reads: Sequence[ExternalRead]) -> Pushed:
    """Sign each read as the program's own, in its reading order. A read that is signed with this content stays.

    The rules are those of a person's read: own assignments, order, form, images of the case, blinding.
    """
    signing_lock(reader_study=reader_study)
    rows = {read.assignment_id: row for row, read in enumerate(reads)}
    problems = _strangers(reads, rows)
    revisions: dict[int, Revision] = {}
    created = 0
    for assignment in (
        own_assignments(by, reader_study)
        .filter(pk__in=rows)
        .select_related("reader_study", "arm", "session", "case__imaging_study", "reader")
    ):
        row = rows.pop(assignment.pk)
        try:
            # One that is refused stays opened until all is undone, so that the rows after it are judged by themselves.
            revisions[row], is_new = _pushed(by, assignment, tool, reads[row].payload)
            created += is_new
        except PortalError as error:
            problems += _of_row(row, error)
    problems += [
        _problem(row, "assignment_id", "not_found", "This is no assignment of yours.") for row in rows.values()
    ]
    if problems:
        raise InvalidReads(
            f"{len({problem['row'] for problem in problems})} of {len(reads)} reads cannot be taken; none was stored.",
            errors=sorted(problems, key=lambda problem: problem["row"]),
        )
    return Pushed(created, len(reads) - created, [revisions[row] for row in range(len(reads))])


def _pushed(by: User, assignment: Assignment, tool: str, payload: Any) -> tuple[Revision, bool]:
    digest = json_digest(payload, code="invalid_payload")
    opened = assignment_open(assignment=assignment)
    read = (
        Read.objects.select_for_update(of=("self",)).select_related("label_schema", "signed_revision").get(pk=opened.pk)
    )
    # The read and the rules are to see the assignment in hand, which this transaction changes.
    read.assignment = assignment
    if read.signed_revision is not None and read.signed_revision.digest == digest:
        return read.signed_revision, False
    key = f"external-{uuid.uuid4()}"
    return read_sign(by=by, read=read, save=Save(payload, read.revision_number, key, tool=tool)), True


def _strangers(reads: Sequence[ExternalRead], rows: dict[uuid.UUID, int]) -> list[FieldProblem]:
    """Name the rows that send an assignment a second time."""
    return [
        _problem(row, "assignment_id", "twice", "This assignment is in the list more than once.")
        for row, read in enumerate(reads)
        if rows[read.assignment_id] != row
    ]


def _of_row(row: int, error: PortalError) -> list[FieldProblem]:
    if not error.errors:
        return [_problem(row, "payload", error.code, error.detail)]
    return [_problem(row, f"payload.{one['field']}", one["code"], one["detail"]) for one in error.errors]


def _problem(row: int, field: str, code: str, detail: str) -> FieldProblem:
    return {"row": row, "field": f"reads[{row}].{field}", "code": code, "detail": detail}
