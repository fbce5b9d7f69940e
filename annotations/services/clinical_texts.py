"""Storing clinical texts: who the patient is must not stand in them unseen; and what of them a reader was shown."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from annotations.domain.clinical_text import (
    CLEARED,
    NOT_SCREENED,
    SAME,
    change_of,
    cleaned,
    parse_clinical_csv,
    text_fault,
    warning_words,
)
from annotations.domain.problems import Problem
from annotations.domain.states import RUNNING
from annotations.models import Case, ClinicalText, ClinicalTextShown, Read, ReaderStudy, ReaderStudyState
from annotations.selectors.blinding import phase_of
from annotations.selectors.case_images import imaging_studies_of
from annotations.selectors.clinical_texts import newest_texts
from annotations.selectors.reader_studies import cases_of
from annotations.services.drafts import field_problems, stream_of
from annotations.services.protocol import protocol_follow
from annotations.services.streams import stream_of_reader
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, Invalid
from portal.grammar import counted
from portal.imaging.connection import orthanc
from portal.imaging.identity import hits_in, together
from portal.imaging.services.identities import identities_read

MAXIMUM_PROBLEMS = 200


class TextWanted(NamedTuple):
    """A case by its name, the words that it is to have, the version that they were made from, and where they stand."""

    case: str
    text: str
    base_version: int | None = None
    row: int | None = None


class TextWarning(NamedTuple):
    """What of the patient a text holds; `detail` names the lines, never the words."""

    code: str
    detail: str


class TextLook(NamedTuple):
    """What storing a text would do."""

    case: Case
    before: str
    base_version: int
    text: str
    change: str
    warnings: list[TextWarning]
    row: int | None


def clinical_texts_look(*, reader_study: ReaderStudy, wanted: Sequence[TextWanted]) -> list[TextLook]:
    """Say what storing these texts would do, in their order, or name every problem; nothing is stored.

    Texts that are new are compared with the header of the case's images. Not within a transaction: it may have to wait
    for Orthanc. Raises 400 `invalid_texts`, 409 `stale_clinical_texts`.
    """
    cases = {case.name: case for case in cases_of(reader_study=reader_study)}
    newest = newest_texts(cases=[case.pk for case in cases.values()])
    problems = _problems(wanted, cases)
    if problems:
        raise Invalid(
            f"{counted(len(problems), 'problem')}; nothing was stored.",
            code="invalid_texts",
            errors=field_problems(problems[:MAXIMUM_PROBLEMS]),
        )
    looks = []
    for one in wanted:
        case, text = cases[one.case], cleaned(one.text)
        stored = newest.get(case.pk)
        before, version = (stored.text, stored.version) if stored else ("", 0)
        if one.base_version not in (None, version) and text != before:
            raise _stale(case.name)
        looks.append(TextLook(case, before, version, text, change_of(before, text), [], one.row))
    return _screened(looks)


def clinical_csv_look(*, reader_study: ReaderStudy, text: str) -> tuple[list[TextLook], list[str]]:
    """Say what storing a CSV would do, and which of its columns say nothing; 400 `invalid_csv` with every problem."""
    found = parse_clinical_csv(text)
    wanted = [TextWanted(one.case, one.text, row=one.row) for one in found.rows]
    cases = {case.name: case for case in cases_of(reader_study=reader_study)}
    problems = [*found.problems, *_problems(wanted, cases)]
    if problems:
        raise Invalid(
            f"The file has {counted(len(problems), 'problem')}; nothing was stored.",
            code="invalid_csv",
            errors=field_problems(problems[:MAXIMUM_PROBLEMS]),
        )
    return clinical_texts_look(reader_study=reader_study, wanted=wanted), found.ignored_columns


def _problems(wanted: Sequence[TextWanted], cases: Mapping[str, Case]) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    for index, one in enumerate(wanted):
        place = f"texts[{index}]." if one.row is None else ""
        if one.case not in cases:
            detail = "The reader study has no case of this name."
            problems.append(Problem(f"{place}case", "unknown_case", detail, one.row))
        elif one.case in seen:
            problems.append(Problem(f"{place}case", "repeated", f"{one.case} stands there twice.", one.row))
        seen.add(one.case)
        fault = text_fault(cleaned(one.text))
        if fault:
            problems.append(Problem(f"{place}text", fault[0], fault[1], one.row))
    return problems


def _stale(case: str) -> Conflict:
    detail = f"The text of {case} has been changed since you loaded it. Look again."
    return Conflict(detail, code="stale_clinical_texts")


def _screened(looks: Sequence[TextLook]) -> list[TextLook]:
    """Return them with what each new text holds of who the patient is."""
    asked = [one for one in looks if one.text and one.change != SAME]
    studies = {study.pk for one in asked for study in imaging_studies_of(one.case)}
    known = identities_read(imaging_study_ids=studies, gateway=orthanc()) if studies else {}

    def warnings(look: TextLook) -> list[TextWarning]:
        if not look.text or look.change == SAME:
            return []
        found = [known.get(study.pk) for study in imaging_studies_of(look.case)]
        hits = hits_in(look.text, together(one for one in found if one is not None))
        said = [TextWarning(hit.kind, warning_words(hit.kind, hit.lines)) for hit in hits]
        unseen = [TextWarning(NOT_SCREENED, warning_words(NOT_SCREENED, ()))] if None in found else []
        return said + unseen

    return [look._replace(warnings=warnings(look)) for look in looks]


def require_looked_at(looks: Sequence[TextLook]) -> None:
    """Raise 409 `identifies_patient` when a text holds who the patient is, saying where; no word of it is repeated."""
    problems = [
        Problem(f"texts[{index}].text", warning.code, f"{look.case.name}: {warning.detail}", look.row)
        for index, look in enumerate(looks)
        for warning in look.warnings
    ]
    if problems:
        raise Conflict(
            "A text may say who the patient is. Change it, or store it all the same with accept_warnings.",
            code="identifies_patient",
            errors=field_problems(problems[:MAXIMUM_PROBLEMS]),
        )


@transaction.atomic
def clinical_texts_put(
    *, by: User, reader_study: ReaderStudy, looks: Sequence[TextLook], reason: str = ""
) -> list[ClinicalText]:
    """Store texts that were looked at as new versions (the study's row is locked by the caller).

    The same words are the same version. After the launch that amends the protocol, with a reason; once the reading is
    over nothing changes any more (409). Raises 409 `stale_clinical_texts` when a text is another one by now.
    """
    if reader_study.state not in {ReaderStudyState.DRAFT, *RUNNING}:
        raise Conflict("The reader study is closed: nobody reads its clinical texts any more.")
    newest = newest_texts(cases=[look.case.pk for look in looks])
    rows = []
    for look in looks:
        stored = newest.get(look.case.pk)
        if (stored.text if stored else "") == look.text:
            continue
        version = stored.version if stored else 0
        if version != look.base_version:
            raise _stale(look.case.name)
        rows.append(ClinicalText(case=look.case, version=version + 1, text=look.text, created_by=by))
    if not rows:
        return []
    ClinicalText.objects.bulk_create(rows)
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="clinical_texts.put",
        obj=reader_study,
        detail=_told(looks, rows),
        rows=rows,
    )
    protocol_follow(by=by, reader_study=reader_study, reason=reason)
    return rows


def _told(looks: Sequence[TextLook], rows: Collection[ClinicalText]) -> dict[str, Any]:
    """Return what the trail says: versions, and which warnings were accepted; no word of a text."""
    accepted = {look.case.name: [one.code for one in look.warnings] for look in looks if look.warnings}
    return {
        "versions": {row.case.name: row.version for row in rows},
        "cleared": [look.case.name for look in looks if look.change == CLEARED],
        **({"warnings_accepted": accepted} if accepted else {}),
    }


@transaction.atomic
def clinical_text_shown(*, read: Read, clinical_text: ClinicalText) -> None:
    """Record that a reader is shown this version now; once for each phase of the blinding matrix."""
    phase = phase_of(read=read)
    row, is_new = ClinicalTextShown.objects.get_or_create(
        read=read, clinical_text=clinical_text, phase=phase, defaults={"revision_number": read.revision_number}
    )
    if is_new:
        record(
            stream=stream_of_reader(read.assignment),
            actor=read.assignment.reader,
            action="read.clinical_text_shown",
            obj=read,
            detail={"version": clinical_text.version, "phase": phase, "revision": read.revision_number},
            rows=[row],
        )
