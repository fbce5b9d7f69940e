"""Versions of a reader study's label schema, what each changed, and schemas from files."""

from typing import TypedDict

from django.db.models import Count

from annotations.domain.schema_changes import Change, misfits, schema_changes
from annotations.domain.schema_file import SchemaFile, parse_schema_file
from annotations.models import LabelSchema, Read, ReaderStudy
from annotations.services.drafts import field_problems
from portal.audit.models import Event
from portal.errors import Invalid


class EarlierReads(TypedDict):
    """Reads of an earlier version, and why they do not fit the later one; no reasons when they do."""

    version: int
    number_of_reads: int
    misfits: list[str]


class VersionEntry(TypedDict):
    """One version, with what it changed against the one before and which earlier reads fit it."""

    schema: LabelSchema
    reason: str
    number_of_reads: int
    is_in_force: bool
    changes: list[Change]
    misfits: list[str]
    earlier_reads: list[EarlierReads]


def version_history(*, reader_study: ReaderStudy) -> list[VersionEntry]:
    """Return every version, the newest first."""
    versions = list(
        LabelSchema.objects.filter(reader_study=reader_study).select_related("created_by").order_by("version")
    )
    counted = Read.objects.filter(label_schema__in=versions).order_by().values("label_schema")
    reads = {row["label_schema"]: row["count"] for row in counted.annotate(count=Count("pk"))}
    reasons = _reasons(versions)
    entries = []
    for index, schema in enumerate(versions):
        earlier = versions[index - 1].questions if index else None
        entries.append(
            VersionEntry(
                schema=schema,
                reason=reasons.get(str(schema.pk), ""),
                number_of_reads=reads.get(schema.pk, 0),
                is_in_force=schema is versions[-1],
                changes=schema_changes(earlier, schema.questions) if earlier is not None else [],
                misfits=misfits(earlier, schema.questions) if earlier is not None else [],
                earlier_reads=[
                    EarlierReads(
                        version=old.version,
                        number_of_reads=reads[old.pk],
                        misfits=misfits(old.questions, schema.questions),
                    )
                    for old in versions[:index]
                    if old.pk in reads
                ],
            )
        )
    return entries[::-1]


def _reasons(versions: list[LabelSchema]) -> dict[str, str]:
    """Return by id why a version was stored, as the audit trail has it."""
    told = Event.objects.filter(
        object_type=LabelSchema._meta.label,
        object_id__in=[str(one.pk) for one in versions],
        action="label_schema.create",
    )
    return {one.object_id: one.detail.get("reason", "") for one in told}


def schema_file_check(*, text: str) -> SchemaFile:
    """Return the label schema that a file holds; raise `Invalid` with everything that is wrong with it."""
    content, problems = parse_schema_file(text)
    if content is None:
        raise Invalid("The file holds no valid label schema.", code="invalid_schema", errors=field_problems(problems))
    return content
