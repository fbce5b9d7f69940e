"""A reference standard from what the readers have signed: looked at first, then stored as it was seen."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from annotations.domain.consensus import KINDS
from annotations.models import ReaderStudy, ReaderStudyState, ReferenceSource, ReferenceStandard
from annotations.selectors.consensus import (
    Consensus,
    Panel,
    Progress,
    consensus_inputs,
    consensus_of,
    panel_problems,
)
from annotations.services.drafts import field_problems
from annotations.services.reference_segments import reference_segment_write
from annotations.services.segment_files import segment_read
from annotations.services.truth import reference_standard_create
from portal.accounts.models import User
from portal.errors import Conflict, Invalid

Stored = Callable[[ReferenceStandard], None]


def _untold(*_: Any) -> None:
    """Tell nobody."""


def consensus_find(*, reader_study: ReaderStudy, panel: Panel, progress: Progress = _untold) -> Consensus:
    """Return what a rule makes of the reads that are signed now; nothing is stored."""
    consensus_check(reader_study=reader_study, panel=panel)
    return consensus_of(reader_study=reader_study, panel=panel, read_segment=segment_read, progress=progress)


def consensus_store(
    *,
    by: User,
    reader_study: ReaderStudy,
    panel: Panel,
    digest: str,
    progress: Progress = _untold,
    stored: Stored = _untold,
) -> ReferenceStandard:
    """Store a consensus as the next version; 409 `preview_outdated` when it is no longer the one with this digest.

    The reader study's row is taken only once the consensus is found, so that nobody who signs waits for the matching;
    what it was made of is compared then. `stored` is called in the transaction.
    """
    before = consensus_inputs(reader_study=reader_study, panel=panel)
    found = consensus_find(reader_study=reader_study, panel=panel, progress=progress)
    with transaction.atomic():
        ReaderStudy.objects.select_for_update().get(pk=reader_study.pk)
        if found.digest != digest or consensus_inputs(reader_study=reader_study, panel=panel) != before:
            detail = (
                "Reads have been signed, or the protocol has changed, since you looked. Look again before you store."
            )
            raise Conflict(detail, code="preview_outdated")
        for name, text in found.segments.items():
            reference_segment_write(sha256=name, text=text)
        standard = reference_standard_create(
            by=by,
            reader_study=reader_study,
            truths=[truth for one in found.decisions if (truth := one.as_truth)],
            source=ReferenceSource.CONSENSUS,
            provenance=_in_words(panel),
            rule=found.rule,
            decisions=found.decisions,
        )
        stored(standard)
    return standard


def consensus_check(*, reader_study: ReaderStudy, panel: Panel) -> None:
    """Raise 409 in a draft, and 400 for a rule that does not fit the reader study."""
    if reader_study.state == ReaderStudyState.DRAFT:
        raise Conflict("The reader study is a draft: nobody has read anything yet.")
    problems = panel_problems(reader_study=reader_study, panel=panel)
    if problems:
        raise Invalid("The rule does not fit this reader study.", errors=field_problems(problems))


def _in_words(panel: Panel) -> str:
    rule = panel.rule
    asked = panel.question if panel.positive_from is None else f"{panel.question} from {panel.positive_from} on"
    lesions = f"; lesions of {panel.lesions.question}" if panel.lesions else ""
    return (
        f"{KINDS[rule.kind]}, {len(panel.weights)} reader(s), arm {panel.arm}: {asked}; "
        f"undecided: {rule.ties.lower()}; fewer than {rule.minimum_votes} vote(s): {rule.missing.lower()}{lesions}"
    )
