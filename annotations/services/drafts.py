"""What every change of a reader study needs: its audit stream, its state, and problems as fields."""

import uuid
from collections.abc import Sequence

from annotations.domain.problems import Problem
from annotations.models import ReaderStudy, ReaderStudyState
from portal.errors import Conflict, FieldProblem


def stream_of(reader_study_id: uuid.UUID) -> str:
    """Return the audit stream of a reader study's own events."""
    return f"reader-study:{reader_study_id}"


def field_problems(problems: Sequence[Problem]) -> list[FieldProblem]:
    """Turn the domain's problems into those of a problem document."""
    return [
        FieldProblem(field=p.field, code=p.code, detail=p.detail)
        if p.row is None
        else FieldProblem(field=p.field, code=p.code, detail=p.detail, row=p.row)
        for p in problems
    ]


def require_draft(reader_study: ReaderStudy) -> None:
    """Raise 409 once the reader study has been launched."""
    if reader_study.state != ReaderStudyState.DRAFT:
        raise Conflict("The reader study has been launched: its design is frozen.")


def require_form_open(reader_study: ReaderStudy) -> None:
    """Raise 409 once a read that counts can have been made: a pilot, which reads the training cases, is before."""
    if reader_study.state not in (ReaderStudyState.DRAFT, ReaderStudyState.PILOTING):
        raise Conflict("The reading has begun: the form is frozen.")
