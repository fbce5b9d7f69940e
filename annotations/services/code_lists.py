"""Lists of codes that the form builder offers: of the site, or of one reader study."""

from django.db import transaction

from annotations.domain.code_list_csv import parse_code_list
from annotations.models import CodeEntry, CodeList, ReaderStudy
from annotations.services.drafts import field_problems, stream_of
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, Invalid
from portal.grammar import counted

SITE_STREAM = "code-lists"
MOST_LISTS = 50


def stream_of_list(reader_study: ReaderStudy | None) -> str:
    """Return the audit stream of a list."""
    return stream_of(reader_study.pk) if reader_study else SITE_STREAM


@transaction.atomic
def code_list_import(*, by: User, reader_study: ReaderStudy | None, text: str, name: str) -> CodeList:
    """Store a CSV as a list of the reader study, or of the site for None; faulty rows are named, nothing is stored."""
    codes, problems = parse_code_list(text)
    if problems:
        raise Invalid(
            f"The file has {counted(len(problems), 'problem')}; nothing was stored.",
            code="invalid_csv",
            errors=field_problems(problems),
        )
    if CodeList.objects.filter(reader_study=reader_study).count() >= MOST_LISTS:
        raise Conflict(f"There are {MOST_LISTS} lists already; remove one first.", code="too_many_lists")
    made = CodeList.objects.create(
        reader_study=reader_study, name=name[:200], number_of_codes=len(codes), created_by=by
    )
    CodeEntry.objects.bulk_create(
        (CodeEntry(code_list=made, position=index, **code._asdict()) for index, code in enumerate(codes)),
        batch_size=5000,
    )
    detail = {"name": made.name, "codes": len(codes)}
    record(stream=stream_of_list(reader_study), actor=by, action="code_list.create", obj=made, detail=detail)
    return made


@transaction.atomic
def code_list_remove(*, by: User, code_list: CodeList) -> None:
    """Take a list away. Forms that use its codes hold them themselves."""
    detail = {"name": code_list.name, "codes": code_list.number_of_codes}
    record(
        stream=stream_of_list(code_list.reader_study), actor=by, action="code_list.remove", obj=code_list, detail=detail
    )
    code_list.delete()
