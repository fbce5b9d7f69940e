"""Clinical texts in force, their versions, and what is shown of them to readers and adjudicators."""

import uuid
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet

from annotations.domain.blinding import is_ever_shown
from annotations.domain.protocol import Section, section, table
from annotations.models import Arm, Case, ClinicalText, ClinicalTextShown, Read, ReaderStudy
from annotations.selectors.blinding import is_put_away, shows
from annotations.selectors.reader_studies import cases_of
from portal.audit.services import canonical_json, sha256
from portal.moments import utc_words

CELL = "clinical_text"


class CaseText(NamedTuple):
    """A case with its newest text, None where it never had one, and how many reads were shown one."""

    case: Case
    newest: ClinicalText | None
    number_shown: int

    @property
    def text(self) -> str:
        """The words in force; none where there are none."""
        return self.newest.text if self.newest else ""

    @property
    def version(self) -> int:
        """The version in force; 0 where there was never one."""
        return self.newest.version if self.newest else 0


def newest_texts(*, cases: Iterable[uuid.UUID]) -> dict[uuid.UUID, ClinicalText]:
    """Return the newest version by case; one without words is among them."""
    rows = ClinicalText.objects.filter(case__in=list(cases)).order_by("case_id", "-version").distinct("case_id")
    return {row.case_id: row for row in rows.select_related("created_by")}


def case_texts_of(*, reader_study: ReaderStudy) -> list[CaseText]:
    """Return every case in force with its text, in the coordinator's order."""
    cases = list(cases_of(reader_study=reader_study).order_by("position", "pk"))
    newest = newest_texts(cases=[case.pk for case in cases])
    shown = dict(
        ClinicalTextShown.objects.filter(clinical_text__case__reader_study=reader_study)
        .order_by()
        .values_list("clinical_text__case_id")
        .annotate(Count("read", distinct=True))
    )
    return [CaseText(case, newest.get(case.pk), shown.get(case.pk, 0)) for case in cases]


def versions_of(*, case: Case) -> QuerySet[ClinicalText]:
    """Return every version of a case's text, newest first."""
    found: QuerySet[ClinicalText] = ClinicalText.objects.filter(case=case)
    return found.select_related("created_by").order_by("-version")


def digest_of(texts: Iterable[CaseText]) -> str:
    """Return the SHA-256 of the canonical JSON of [case, text] of the cases that have one, sorted by name."""
    return sha256(canonical_json(sorted([one.case.name, one.text] for one in texts if one.text)))


def clinical_text_of_read(*, read: Read) -> ClinicalText | None:
    """Return the text that the read's arm shows now; None where it hides it or there is none."""
    return _in_force(read.assignment.case_id) if _is_shown_with(read) else None


def tells_of_no_text(*, read: Read) -> bool:
    """Say whether a reader is told that a case has no text: where the arm shows texts and other cases have one."""
    if not _is_shown_with(read):
        return False
    newer = ClinicalText.objects.filter(case=OuterRef("case"), version__gt=OuterRef("version"))
    of_study = ClinicalText.objects.filter(case__reader_study=read.assignment.reader_study_id)
    return bool(of_study.exclude(text="").exclude(Exists(newer)).exists())


def _is_shown_with(read: Read) -> bool:
    return not is_put_away(read=read) and shows(CELL, read=read)


def clinical_text_to_judge(*, case: Case) -> ClinicalText | None:
    """Return what an adjudicator sees of a case: its text where every arm shows it in some phase.

    An adjudicator judges what readers of all arms have said, and knows no more than each of them.
    """
    arms = Arm.objects.filter(reader_study=case.reader_study_id).values_list("blinding", flat=True)
    if not arms or not all(is_ever_shown(CELL, blinding) for blinding in arms):
        return None
    return _in_force(case.pk)


def _in_force(case_id: uuid.UUID) -> ClinicalText | None:
    newest: ClinicalText | None = ClinicalText.objects.filter(case=case_id).order_by("-version").first()
    return newest if newest is not None and newest.text else None


def clinical_text_section(*, reader_study: ReaderStudy) -> list[Section]:
    """Say how many cases have a text, and bind the words; protocols from before there were any stay as they were."""
    texts = case_texts_of(reader_study=reader_study)
    if not any(one.newest for one in texts):
        return []
    launched = reader_study.launched_at
    later = [
        [one.case.name, one.version, utc_words(one.newest.created_at)]
        for one in texts
        if one.newest and launched and one.newest.created_at > launched
    ]
    versions = sum(one.version for one in texts)
    return [
        section(
            CELL,
            "Clinical text",
            f"{sum(bool(one.text) for one in texts)} of {len(texts)} case(s) have a clinical text; {versions} "
            "version(s) are kept. The blinding says who sees it, and when.",
            f"SHA-256 of the texts in force: {digest_of(texts)}.",
            tables=[table("Changed after the launch", ["Case", "Version", "Stored"], later)] if later else [],
        )
    ]


def texts_shown_with(*, read: Read) -> QuerySet[ClinicalTextShown]:
    """Return which versions were shown with a read, oldest first."""
    found: QuerySet[ClinicalTextShown] = ClinicalTextShown.objects.filter(read=read)
    return found.select_related("clinical_text").order_by("created_at")
