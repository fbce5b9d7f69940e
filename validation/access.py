"""Where an id becomes an analysis run, a plan, or the evidence of an operating layer."""

import uuid

from annotations.access import reader_study_for, roles_in
from annotations.models import ReaderStudy, SampleSizePlan
from annotations.selectors.masking import is_masked, require_unmasked
from annotations.selectors.truth import require_locked
from portal.accounts.models import User
from portal.accounts.policy import Action, allowed
from portal.errors import NotFound
from portal.inference.models import OperatingLayer
from validation.models import (
    AnalysisPlan,
    AnalysisReport,
    AnalysisReportFiles,
    AnalysisResult,
    AnalysisRun,
    DriftSignal,
    LayerEvidence,
)


def analysis_run_for(user: User, run_id: uuid.UUID, action: Action) -> AnalysisRun:
    """Return the analysis run if the caller may do `action` in its reader study."""
    run = (
        AnalysisRun.objects.select_related(
            "reader_study", "snapshot", "result", "requested_by", "reference_standard", "plan"
        )
        # Megabytes that most routes do not need; whoever reads them has them fetched.
        .defer("snapshot__content", "result__content", "plan__content")
        .filter(pk=run_id)
        .first()
    )
    if run is None:
        raise NotFound
    reader_study_for(user, run.reader_study_id, action)
    return run


def analysis_run_to_open(user: User, run_id: uuid.UUID) -> AnalysisRun:
    """Return the analysis run to somebody who opens what it froze or computed; 409 unless its truth is locked."""
    run = analysis_run_for(user, run_id, Action.ANALYSIS_VIEW)
    require_unmasked(user=user, reader_study=run.reader_study)
    require_locked(run.reference_standard)
    return run


def analysis_result_for(user: User, run_id: uuid.UUID) -> AnalysisResult:
    """Return the result of an analysis run; 404 while it has none, 409 while its truth is not locked."""
    run = analysis_run_to_open(user, run_id)
    if not hasattr(run, "result"):
        raise NotFound("This analysis run has no result (yet).")
    return run.result


def analysis_report_for(user: User, report_id: uuid.UUID, action: Action) -> AnalysisReport:
    """Return a report, made or not, if the caller may do `action` in its reader study."""
    report = AnalysisReport.objects.select_related("run", "requested_by").filter(pk=report_id).first()
    if report is None:
        raise NotFound
    reader_study_for(user, report.run.reader_study_id, action)
    return report


def analysis_report_files_for(user: User, report_id: uuid.UUID) -> AnalysisReportFiles:
    """Return what was made; 404 while it is not, 409 while the truth of its run is not locked."""
    report = analysis_report_for(user, report_id, Action.ANALYSIS_VIEW)
    analysis_run_to_open(user, report.run_id)
    files = AnalysisReportFiles.objects.select_related("report__run").filter(report=report).first()
    if files is None:
        raise NotFound("This report is not made (yet).")
    return files


def may_open(user: User, reader_study: ReaderStudy) -> bool:
    """Say whether the caller may see results of a reader study now: its analyses, with no answers masked."""
    roles = roles_in(user, reader_study.pk)
    return allowed(Action.ANALYSIS_VIEW, roles) and not is_masked(user=user, reader_study=reader_study)


def layer_evidence_for(user: User, layer: OperatingLayer, number: int) -> LayerEvidence:
    """Return a set of an operating layer to somebody who may see results of its reader study."""
    found = LayerEvidence.objects.select_related("reader_study").filter(layer=layer, number=number).first()
    if found is None:
        raise NotFound
    reader_study = reader_study_for(user, found.reader_study_id, Action.ANALYSIS_VIEW)
    require_unmasked(user=user, reader_study=reader_study)
    return found


def sample_size_plan_for(user: User, reader_study_id: uuid.UUID, number: int) -> SampleSizePlan:
    """Return one saved sample size of a reader study that the caller runs."""
    reader_study = reader_study_for(user, reader_study_id, Action.READER_STUDY_MANAGE)
    found = SampleSizePlan.objects.select_related("created_by").filter(reader_study=reader_study, number=number).first()
    if found is None:
        raise NotFound
    return found


def analysis_plan_for(user: User, reader_study_id: uuid.UUID, number: int) -> AnalysisPlan:
    """Return one version of the analysis plan to somebody who may see analyses of the reader study."""
    reader_study = reader_study_for(user, reader_study_id, Action.ANALYSIS_VIEW)
    found = (
        AnalysisPlan.objects.select_related("reader_study", "lock")
        .filter(reader_study=reader_study, number=number)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def drift_signal_for(user: User, drift_signal_id: uuid.UUID) -> DriftSignal:
    """Return a signal; one about signed reads only to somebody who may open them."""
    signal = DriftSignal.objects.select_related("watch", "arm__reader_study").filter(pk=drift_signal_id).first()
    if signal is None:
        raise NotFound
    if signal.arm is not None:
        reader_study_for(user, signal.arm.reader_study_id, Action.ANALYSIS_VIEW)
        require_unmasked(user=user, reader_study=signal.arm.reader_study)
    return signal
