"""A reference standard from what the readers have signed: looked at first, then stored as it was seen."""

from django.db import transaction

from annotations.domain.consensus import KINDS
from annotations.domain.truth_csv import Truth
from annotations.models import ReaderStudy, ReaderStudyState, ReferenceSource, ReferenceStandard
from annotations.selectors.consensus import Consensus, Panel, consensus_of, panel_problems
from annotations.services.drafts import field_problems
from annotations.services.reference_segments import reference_segment_write
from annotations.services.segment_files import segment_read
from annotations.services.truth import reference_standard_create
from annotations.services.viewing import viewed
from portal.accounts.models import User
from portal.errors import Conflict, Invalid


def consensus_preview(*, by: User, reader_study: ReaderStudy, panel: Panel) -> Consensus:
    """Return what a rule makes of the reads that are signed now; nothing is stored but that somebody looked."""
    found = _consensus(reader_study, panel)
    detail = {"kind": panel.rule.kind, "question": panel.question, "digest": found.digest}
    viewed(by=by, reader_study_id=reader_study.pk, action="consensus.view", obj=reader_study, detail=detail)
    return found


@transaction.atomic
def consensus_store(*, by: User, reader_study: ReaderStudy, panel: Panel, digest: str) -> ReferenceStandard:
    """Store a consensus as the next version; 409 `preview_outdated` when it is no longer the one with this digest."""
    ReaderStudy.objects.select_for_update().get(pk=reader_study.pk)
    found = _consensus(reader_study, panel)
    if found.digest != digest:
        detail = "Reads have been signed, or the protocol has changed, since you looked. Look again before you store."
        raise Conflict(detail, code="preview_outdated")
    for name, text in found.segments.items():
        reference_segment_write(sha256=name, text=text)
    return reference_standard_create(
        by=by,
        reader_study=reader_study,
        truths=[Truth(one.case.name, one.truth, one.lesions) for one in found.decisions if one.truth is not None],
        source=ReferenceSource.CONSENSUS,
        provenance=_in_words(panel),
        rule=found.rule,
        decisions=found.decisions,
    )


def _consensus(reader_study: ReaderStudy, panel: Panel) -> Consensus:
    if reader_study.state == ReaderStudyState.DRAFT:
        raise Conflict("The reader study is a draft: nobody has read anything yet.")
    problems = panel_problems(reader_study=reader_study, panel=panel)
    if problems:
        raise Invalid("The rule does not fit this reader study.", errors=field_problems(problems))
    return consensus_of(reader_study=reader_study, panel=panel, read_segment=segment_read)


def _in_words(panel: Panel) -> str:
    rule = panel.rule
    asked = panel.question if panel.positive_from is None else f"{panel.question} from {panel.positive_from} on"
    lesions = f"; lesions of {panel.lesions.question}" if panel.lesions else ""
    return (
        f"{KINDS[rule.kind]}, {len(panel.weights)} reader(s), arm {panel.arm}: {asked}; "
        f"undecided: {rule.ties.lower()}; fewer than {rule.minimum_votes} vote(s): {rule.missing.lower()}{lesions}"
    )
