"""Two complete reader studies, A and B, with every kind of object, and everybody who might ask for one.

What a blinded reader must never see is made of words that occur nowhere else, so that a search of the answer's
bytes finds it: see `Side.secrets`.
"""

import io
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from PIL import Image

from annotations.domain.adjudication import ANSWERS, Triggers
from annotations.domain.consensus import Rule
from annotations.domain.designs import single_design
from annotations.domain.truth_csv import Truth
from annotations.models import (
    AdjudicationCase,
    AiDisplay,
    Assignment,
    Case,
    DataQuery,
    Invitation,
    InvitationLink,
    Read,
    ReaderStudy,
    ReadMeasurement,
    ReadMeasurementJob,
    ReferenceJob,
    ReferenceJobKind,
    ReferenceSource,
    Revision,
    SegmentVersion,
)
from annotations.runner import execute as execute_reference_job
from annotations.selectors.consensus import Panel
from annotations.selectors.designs import readers_of
from annotations.selectors.sampling import SampleWish
from annotations.services import reader_studies as building
from annotations.services import reads as reading
from annotations.services.adjudication import RoundAsked, adjudication_create
from annotations.services.cases import cases_with_images_put
from annotations.services.clinical_texts import TextWanted, clinical_texts_look, clinical_texts_put
from annotations.services.code_lists import code_list_import
from annotations.services.consensus import consensus_find, consensus_store
from annotations.services.designs import design_put
from annotations.services.invitations import invitations_create
from annotations.services.queries import query_ask
from annotations.services.reference_jobs import reference_job_create
from annotations.services.reference_segments import reference_segment_write
from annotations.services.sampling import frame_import, sample_draw, sample_preview
from annotations.services.schema_images import schema_image_store
from annotations.services.terms import terms_put
from annotations.services.truth import reference_standard_create, reference_standard_lock
from portal import jobs
from portal.accounts.authentication import token_digest
from portal.accounts.models import ApiToken, TokenScope, User
from portal.accounts.policy import Role
from portal.accounts.services import token_create
from portal.audit.services import canonical_json, sha256
from portal.db import JobState
from portal.imaging.connection import orthanc
from portal.imaging.models import ImagingStudy, IngestJob, IngestSource, Instance, Patient, Series, SeriesFrames
from portal.imaging.services.frames import frames_request, write_frames
from portal.imaging.uploads import StoredUpload
from portal.inference.finding_segments import SegmentInput
from portal.inference.heat_map import HeatMapInput
from portal.inference.heat_map_files import heat_map_write
from portal.inference.layer_rule import LayerRule
from portal.inference.models import (
    AiModel,
    EngineKind,
    Explanation,
    ExplanationItem,
    ExplanationJob,
    ExplanationMethod,
    InferenceItem,
    InferenceRun,
    ModelUpload,
    ModelVersion,
    OperatingLayer,
    Prediction,
    PredictionMeasurement,
    PredictionMeasurementJob,
    PredictionSource,
    WeightsCheck,
)
from portal.inference.operating_layers import LayerMade, LayerWords, operating_layer_create
from portal.inference.segment_files import ai_segment_write
from portal.inference.services import heat_map_create
from portal.webhooks.events import EventKind, reader_study_scope
from portal.webhooks.models import Delivery
from portal.webhooks.services import webhook_create
from tests.analysis_plans import PLAN
from tests.annotations.segment_building import change, put
from tests.browserless import PASSWORD
from tests.imaging.dicom_files import ct_slice, to_bytes
from tests.sample_sizes import PLANNED
from validation.drift.charts import Drawn, Point
from validation.drift.rule import Chart
from validation.drift.rule import Rule as DriftRule
from validation.drift.steps import Step
from validation.models import AnalysisReport, AnalysisResult, AnalysisRun
from validation.runner import execute, make_report
from validation.selectors.drift import Shown
from validation.services import analysis_run_create, sample_size_create
from validation.services.drift import drift_signals_store, drift_watch_set
from validation.services.operating_layers import evidence_keep, set_freeze
from validation.services.plans import plan_save
from validation.services.reports import report_create

NODULE = {"scheme": "RADLEX", "value": "RID3875", "meaning": "nodule"}
# What the scanner wrote; the name stands in the texts too, as technicians sometimes type it.
CANARIES_OF_HEADER: dict[str, Any] = {
    "PatientSex": "F",
    "PatientAge": "057Y",
    "PatientBirthDate": "19661105",
    "StudyDate": "20240229",
    "AccessionNumber": "ACCESSIONCANARY",
    "ReferringPhysicianName": "Refercanary^Rita",
    "OperatorsName": "Operatorcanary^Otto",
    "InstitutionName": "InstitutionCanary",
    "StationName": "STATIONCANARY",
    "Manufacturer": "ManufacturerCanary",
    "ManufacturerModelName": "ModelCanary",
    "StudyDescription": "StudytextCanary of Patient, Canary",
    "SeriesDescription": "SeriestextCanary of Canary^Patient",
}
CANARIES_OF_FURTHER = {
    "StationName": "FURTHERSTATION",
    "StudyDescription": "FurthertextCanary of Patient",
    "OperatorsName": "Furtheroperator^Fay",
}
QUESTIONS: list[dict[str, Any]] = [
    {"key": "nodule_present", "kind": "BINARY", "text": "Nodule present?", "required": True, "role": "CALL"},
    {"key": "confidence", "kind": "CONFIDENCE", "text": "How sure?", "required": True, "role": "RATING"},
    {
        "key": "nodules",
        "kind": "LOCATED_FINDING",
        "text": "Mark the nodules.",
        "required": False,
        "role": None,
        "tools": ["POINT"],
        "codes": [NODULE],
        "minimum_count": 0,
        "maximum_count": None,
    },
]


@dataclass(frozen=True)
class Side:
    """One complete reader study and its people."""

    reader_study: ReaderStudy
    coordinator: User
    reader: User
    other_reader: User
    newcomer: User
    adjudicator: User
    client: User
    cases: list[Case]
    read: Read
    other_read: Read
    query: DataQuery
    imaging_study: ImagingStudy
    series: Series
    instance: Instance
    further: tuple[ImagingStudy, Series, Instance]
    ai_model: AiModel
    model_version: ModelVersion
    prediction_id: uuid.UUID
    explanation: Explanation
    inference_run: InferenceRun
    model_upload: ModelUpload
    ingest_job: IngestJob
    analysis_run_id: uuid.UUID
    analysis_report_id: uuid.UUID
    token_id: uuid.UUID
    segment: SegmentVersion
    image_sha256: str
    code_list_id: uuid.UUID
    site_list_id: uuid.UUID
    ai_segment_sha256: str
    delivery: Delivery
    drift_signal_id: uuid.UUID
    adjudication_case: AdjudicationCase
    invitation: Invitation
    # Of a consensus, and of files.
    reference_jobs: tuple[uuid.UUID, uuid.UUID]
    secrets: dict[str, str]

    @property
    def of_further(self) -> "Side":
        """The same with the images that are read together with the first of the case."""
        study, series, instance = self.further
        return replace(self, imaging_study=study, series=series, instance=instance)


@dataclass(frozen=True)
class World:
    """Both sides, and the people of neither."""

    a: Side
    b: Side
    outsider: User
    creator: User
    administrator: User


def person(username: str, *, creates: bool = False, administrator: bool = False) -> User:
    """An account; the tests sign in without its password, and sign reads with it."""
    return User.objects.create(
        username=username,
        first_name=f"First-{username}",
        last_name=f"Last-{username}",
        may_create_reader_studies=creates,
        is_superuser=administrator,
        password=make_password(PASSWORD),
    )


def ai_segment_on(instance: Instance, letter: str) -> SegmentInput:
    """Voxels of the AI on the one slice of a side, other ones than the reader's and than the other side's."""
    return SegmentInput(
        series_instance_uid=instance.series.series_instance_uid,
        rows=instance.rows,
        columns=instance.columns,
        slices={(instance.sop_instance_uid, 1): [3, 2 + len(letter), 4 + ord(letter) - ord("a"), 1]},
        spacing_mm=None,
        frame_of_reference_uid=None,
    )


def bearer(user: User, scope: TokenScope) -> tuple[ApiToken, str]:
    """A token of `user` that is valid for a day."""
    return token_create(user=user, name=scope.value, scope=scope, expires_at=timezone.now() + timedelta(days=1))


def imaging_study(seed: str, patient: Patient | None = None, **header: str) -> tuple[ImagingStudy, Series, Instance]:
    """An imaging study of one slice, its pixels in Orthanc."""
    content = to_bytes(ct_slice(seed=seed, **(CANARIES_OF_HEADER | header)))
    stored_header = pydicom.dcmread(BytesIO(content), stop_before_pixels=True)
    stored = orthanc().upload_instance(content)
    study = ImagingStudy.objects.create(
        study_instance_uid=stored_header.StudyInstanceUID,
        patient=patient or Patient.objects.create(patient_key=f"P-{seed}"),
        study_description=f"description-{seed}",
        modalities=["CT"],
        number_of_series=1,
        number_of_instances=1,
    )
    series = Series.objects.create(
        series_instance_uid=stored_header.SeriesInstanceUID,
        imaging_study=study,
        modality="CT",
        # As it is stored when a file comes in.
        series_description="SeriestextCanary of […]",
        number_of_instances=1,
    )
    instance = Instance.objects.create(
        sop_instance_uid=stored_header.SOPInstanceUID,
        series=series,
        orthanc_id=stored.orthanc_id,
        sop_class_uid=stored_header.SOPClassUID,
        transfer_syntax_uid=stored_header.file_meta.TransferSyntaxUID,
        instance_number=1,
        rows=stored_header.Rows,
        columns=stored_header.Columns,
        file_sha256="0" * 64,
    )
    frames_request([series])
    jobs.run(SeriesFrames, series.frames.pk, write_frames)
    series.refresh_from_db()
    return study, series, instance


def payload(instance: Instance, *, finding_id: str, confidence: int = 61) -> dict[str, Any]:
    """A read complete enough to sign, with one marked nodule."""
    geometry = {
        "kind": "POINT",
        "points_mm": [[-9.0, -19.0, 1.0]],
        "frame_of_reference_uid": None,
        "sop_instance_uid": instance.sop_instance_uid,
        "series_instance_uid": instance.series.series_instance_uid,
        "frame_number": 1,
    }
    return {
        "version": 3,
        "answers": {"nodule_present": True, "confidence": confidence},
        "ai_decisions": [],
        "findings": [
            {
                "id": finding_id,
                "question": "nodules",
                "code": NODULE,
                "confidence": 80,
                "answers": {},
                "marks": [{"id": finding_id, "geometry": geometry, "measurements": {}}],
            }
        ],
    }


def save(content: dict[str, Any], base_revision: int = 0) -> reading.Save:
    """What the browser would send."""
    return reading.Save(payload=content, base_revision=base_revision, idempotency_key=str(uuid.uuid4()))


def _measurements(
    prediction: Prediction, finding_id: str, segment: SegmentInput, signed: Revision, letter: str
) -> tuple[str, str]:
    """Volumes of the AI's segment and of one of the other reader, as a worker would have stored them."""
    of_ai, of_reader = {"a": (7519.328461, 6428.173952), "b": (5317.946283, 4293.618574)}[letter]
    row: dict[str, Any] = {"segment_sha256": segment.sha256, "series_instance_uid": segment.series_instance_uid}
    row["software"] = {"overread-measurement": "1"}
    volume = {"family": "shape", "name": "volume", "unit": "mm3", "ibsi": "YEKZ", "reason": None}
    PredictionMeasurementJob.objects.create(prediction=prediction, state=JobState.SUCCEEDED)
    of_ai_too = {"finding_id": finding_id, "quantities": [{**volume, "value": of_ai}]}
    PredictionMeasurement.objects.create(prediction=prediction, **row, **of_ai_too)
    ReadMeasurementJob.objects.create(revision=signed, state=JobState.SUCCEEDED)
    row |= {"segment_sha256": "ab" * 32, "finding_id": str(uuid.uuid4()), "mark_id": uuid.uuid4()}
    ReadMeasurement.objects.create(revision=signed, **row, quantities=[{**volume, "value": of_reader}])
    return str(of_ai), str(of_reader)


def _explanation(prediction: Prediction, letter: str) -> tuple[Explanation, HeatMapInput]:
    """Where the AI's score comes from, as a worker would have stored it."""
    grid = HeatMapInput(3, 2, 1, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], "", f"why{letter}?!".encode())
    heat_map_write(grid)
    job = ExplanationJob.objects.create(
        model_version=prediction.model_version,
        method=ExplanationMethod.INTEGRATED_GRADIENTS,
        output="score",
        output_name="Nodule",
        parameters={},
        state=JobState.FAILED,
    )
    ExplanationItem.objects.create(job=job, prediction=prediction, state=JobState.FAILED)
    explained = Explanation.objects.create(
        job=job,
        prediction=prediction,
        method=job.method,
        output=job.output,
        output_name=job.output_name,
        parameters={},
        digest=grid.digest,
        columns=grid.columns,
        rows=grid.rows,
        slices=grid.slices,
        affine=grid.affine,
        greatest=0.1,
        facts={"score": prediction.score, "attribution_sum": {"a": 0.5918273, "b": 0.4827361}[letter]},
        software={},
    )
    alike = {"redrawn": 1, "layer": "", "spearman": {"a": 0.3746152, "b": 0.2635184}[letter], "ssim": 0.1, "reason": ""}
    WeightsCheck.objects.create(explanation=explained, seed=0, number_of_layers=1, stages=[alike], software={})
    return explained, grid


def complete_side(letter: str) -> Side:
    """Reader study `letter`: launched; one reader has a draft, the other has signed; AI shown after signing."""
    coordinator = person(f"coordinator-{letter}", creates=True)
    reader, other_reader = person(f"reader-{letter}"), person(f"otherreader-{letter}")
    adjudicator, client = person(f"adjudicator-{letter}"), person(f"client-{letter}")
    study, series, instance = imaging_study(f"permissions-{letter}")
    further = imaging_study(f"permissions-{letter}-further", study.patient, **CANARIES_OF_FURTHER)
    ai_model = AiModel.objects.create(name=f"CanaryModel-{letter}")
    version = ModelVersion.objects.create(ai_model=ai_model, version="9.9-canary", kind=EngineKind.EXTERNAL)
    score = {"a": 0.7391824, "b": 0.6284719}[letter]
    doubt = {"a": 0.0918273, "b": 0.0827364}[letter]
    coordinate = {"a": -81.726354, "b": -93.847261}[letter]
    found = {"kind": "SPHERE", "center_mm": [coordinate, 2.0, 3.0], "diameter_mm": 7.0}
    on_line, on_box = round(coordinate + 11.000001, 6), round(coordinate + 22.000002, 6)
    line = {"kind": "FREEHAND", "points_mm": [[on_line, 2.0, 1.0], [9.0, 2.0, 1.0], [9.0, 8.0, 1.0]]}
    box = {"kind": "BOX", "points_mm": [[on_box, 2.0, 1.0], [9.0, 2.0, 1.0], [on_box, 8.0, 1.0], [on_box, 2.0, 5.0]]}
    segment = ai_segment_on(instance, letter)
    ai_segment_write(sha256=segment.sha256, text=segment.text)
    prediction = Prediction.objects.create(
        model_version=version,
        imaging_study=study,
        score=score,
        uncertainty={
            "value": doubt,
            "method": "OTHER",
            "samples": None,
            "definition": f"doubt-canary-{letter}",
        },
        findings=[
            {"id": f"finding-canary-{letter}", "code": NODULE, "score": 0.5, "geometry": found},
            {"id": f"contour-canary-{letter}", "code": NODULE, "score": 0.4, "geometry": line},
            {"id": f"box-canary-{letter}", "code": NODULE, "score": 0.3, "geometry": box},
            {"id": f"segment-canary-{letter}", "code": NODULE, "score": 0.2, "geometry": segment.geometry},
        ],
        source=PredictionSource.API,
    )
    further_score = {"a": 0.1357924, "b": 0.2468135}[letter]
    further_found = {"id": f"further-canary-{letter}", "code": NODULE, "score": 0.1, "geometry": found}
    Prediction.objects.create(
        model_version=version,
        imaging_study=further[0],
        score=further_score,
        findings=[further_found],
        source=PredictionSource.API,
    )
    heat_map = HeatMapInput(2, 2, 1, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], "", f"hot{letter}".encode())
    heat_map_create(prediction=prediction, heat_map=heat_map)
    explained, explained_map = _explanation(prediction, letter)
    run = InferenceRun.objects.create(model_version=version, state=JobState.FAILED, error_code="canary")
    InferenceItem.objects.create(run=run, imaging_study=study, state=JobState.FAILED)

    reader_study = building.reader_study_create(by=coordinator, name=f"Reader study {letter}")
    building.label_schema_put(by=coordinator, reader_study=reader_study, questions=QUESTIONS)
    cases = building.cases_put(by=coordinator, reader_study=reader_study, imaging_study_ids=[study.pk])
    building.members_put(
        by=coordinator,
        reader_study=reader_study,
        members=[
            (coordinator.pk, Role.COORDINATOR),
            (reader.pk, Role.READER),
            (other_reader.pk, Role.READER),
            (adjudicator.pk, Role.ADJUDICATOR),
            (client.pk, Role.API_CLIENT),
        ],
    )
    building.reader_study_update(
        by=coordinator,
        reader_study=reader_study,
        changes={"ai_model_version_id": version.pk, "ai_display": AiDisplay.AFTER_SIGNING},
    )
    # The launch stores the prediction and its score with the lists; the reader is told that they order, nothing more.
    design = single_design(AiDisplay.AFTER_SIGNING)
    design["arms"][0]["worklist_order"] = {"by": "AI_SCORE", "told_before_ai": True}
    design_put(by=coordinator, reader_study=reader_study, design=design)
    lesion_id = f"lesion-canary-{letter}"
    lesion: dict[str, Any] = {"id": lesion_id, "code": None, "center_mm": [1.0, 2.0, 3.0], "diameter_mm": 4.0}
    # The truth is what the AI has found.
    reference_segment_write(sha256=segment.sha256, text=segment.text)
    lesion["marks"] = [{"geometry": segment.geometry}]
    standard = reference_standard_create(
        by=coordinator,
        reader_study=reader_study,
        truths=[Truth(cases[0].name, 1, [lesion])],
        source=ReferenceSource.CSV,
        provenance=f"truth-canary-{letter}.csv",
    )
    _sample(coordinator, reader_study, study, letter)
    cases = cases_with_images_put(by=coordinator, reader_study=reader_study, cases=[[study.pk, further[0].pk]])
    clinical_text = f"Cough for weeks.\nClinicalcanary-{letter}: nodule?"
    wanted = [TextWanted(cases[0].name, clinical_text)]
    looks = clinical_texts_look(reader_study=reader_study, wanted=wanted)
    clinical_texts_put(by=coordinator, reader_study=reader_study, looks=looks)
    image_sha256 = schema_image_store(by=coordinator, reader_study=reader_study, content=png(letter)).sha256
    reference_standard_lock(by=coordinator, standard=standard)
    webhook_create(
        by=coordinator,
        scope=reader_study_scope(reader_study.pk),
        # A number, so that no name has to be asked for; nothing is sent, for nothing here is committed.
        url="https://93.184.216.34/hook",
        events=[EventKind.READER_STUDY_LAUNCHED],
    )
    building.reader_study_launch(by=coordinator, reader_study=reader_study, seed=f"seed-canary-{letter}")

    other_finding = str(uuid.uuid4())
    read = _open(reader_study, reader)
    reading.read_save_draft(by=reader, read=read, save=save(payload(instance, finding_id=str(uuid.uuid4()))))
    other_read = _open(reader_study, other_reader)
    signed = reading.read_sign(
        by=other_reader, read=other_read, save=save(payload(instance, finding_id=other_finding, confidence=37))
    )
    measured = _measurements(prediction, f"segment-canary-{letter}", segment, signed, letter)
    query_ask(by=coordinator, read=other_read, text=f"query-canary-{letter}")
    terms_put(by=coordinator, reader_study=reader_study, text="Keep the images to yourself.", reason="Asked for.")
    _analysis_plan(coordinator, reader_study)
    analysis_run = _analysis_run(coordinator, reader_study)
    sample_size_create(by=coordinator, reader_study=reader_study, inputs=PLANNED)
    layer = _operating_layer(coordinator, reader_study, version, letter)
    drift_value, drift_signal_id = _drift_signal(coordinator, version, letter)
    return Side(
        reader_study=reader_study,
        coordinator=coordinator,
        reader=reader,
        other_reader=other_reader,
        newcomer=person(f"newcomer-{letter}"),
        adjudicator=adjudicator,
        client=client,
        cases=cases,
        read=read,
        other_read=other_read,
        query=query_ask(by=coordinator, read=read, text="Is this the left lung?"),
        reference_jobs=_reference_jobs(coordinator, reader_study, cases[0]),
        imaging_study=study,
        series=series,
        instance=instance,
        further=further,
        ai_model=ai_model,
        model_version=version,
        prediction_id=prediction.pk,
        explanation=explained,
        inference_run=run,
        model_upload=ModelUpload.objects.create(
            ai_model=ai_model, version="10", kind=EngineKind.ONNX, card={}, size_bytes=1, sha256="ab" * 32
        ),
        ingest_job=IngestJob.objects.create(source=IngestSource.UPLOAD, requested_by=coordinator),
        analysis_run_id=analysis_run.pk,
        analysis_report_id=_analysis_report(coordinator, analysis_run),
        token_id=bearer(coordinator, TokenScope.READ)[0].pk,
        segment=put(read, change(read, [0, 1])),
        image_sha256=image_sha256,
        code_list_id=_code_list(coordinator, reader_study),
        site_list_id=_code_list(coordinator, None),
        ai_segment_sha256=segment.sha256,
        invitation=_invitation(coordinator, reader_study),
        adjudication_case=_adjudication(coordinator, reader_study, f"round-canary-{letter}"),
        delivery=Delivery.objects.get(webhook__scope=reader_study_scope(reader_study.pk)),
        drift_signal_id=drift_signal_id,
        secrets={
            "the other reader's username": other_reader.username,
            "the other reader's name": other_reader.last_name,
            "the other reader's account": str(other_reader.pk),
            "the other reader's finding": other_finding,
            "the other reader's read": str(other_read.pk),
            "what the other reader was asked": f"query-canary-{letter}",
            "the digest of the other reader's answers": signed.digest,
            "the reference standard": f"truth-canary-{letter}",
            "a lesion of the reference standard": lesion_id,
            "the AI's score": str(score),
            "the AI's uncertainty": str(doubt),
            "what the AI's uncertainty is": f"doubt-canary-{letter}",
            "the AI's name": ai_model.name,
            "the AI's version": "9.9-canary",
            "the AI's prediction": str(prediction.pk),
            "the AI's finding": f"finding-canary-{letter}",
            "the place of the AI's finding": str(coordinate),
            "the AI's contour": f"contour-canary-{letter}",
            "the place of the AI's contour": str(on_line),
            "the AI's box": f"box-canary-{letter}",
            "the place of the AI's box": str(on_box),
            "the AI's segment": f"segment-canary-{letter}",
            "the digest of the AI's segment": segment.sha256,
            "the voxels of the AI's segment": segment.text,
            "what the AI's segment measures": measured[0],
            "what the other reader's segment measures": measured[1],
            "the digest of the AI's heat map": heat_map.digest,
            "the AI's heat map": heat_map.compressed.decode("latin-1"),
            "the course of the AI's scores": str(drift_value),
            "why the AI is watched": f"watch-canary-{letter}",
            "the AI's explanation": str(explained.pk),
            "the digest of the AI's explanation": explained_map.digest,
            "the map of the AI's explanation": explained_map.compressed.decode("latin-1"),
            "what the AI's explanation adds up to": str(explained.facts["attribution_sum"]),
            "how the AI's explanation was checked": str(explained.weights_check.stages[0]["spearman"]),
            "the AI's finding on the further images": f"further-canary-{letter}",
            "the AI's score of the further images": str(further_score),
            "the AI's operating layer": layer.name,
            "a parameter of the AI's operating layer": str(layer.parameters["temperature"]),
            "what the operating layer was fitted on": layer.set_digest,
            "the randomisation seed": f"seed-canary-{letter}",
            "the adjudication's seed": f"round-canary-{letter}",
            "the frame's file": f"frame-canary-{letter}",
            "a stratum of the case": f"stratum-canary-{letter}",
            "the sample's seed": f"sample-canary-{letter}",
            "the clinical text": f"Clinicalcanary-{letter}",
            "the imaging study's description": study.study_description,
            "the patient's name": "Canary^Patient",
            "the patient's pseudonym": study.patient.patient_key,
        },
    )


def _sample(by: User, reader_study: ReaderStudy, study: ImagingStudy, letter: str) -> None:
    """The one case was drawn from a frame of one candidate, whose stratum is the truth."""
    text = f"study_instance_uid,truth\n{study.study_instance_uid},stratum-canary-{letter}\n"
    frame = frame_import(by=by, reader_study=reader_study, text=text, name=f"frame-canary-{letter}.csv")
    wish = SampleWish(frame, ["truth"], {(f"stratum-canary-{letter}",): 1}, False, True, None)
    seed = f"sample-canary-{letter}"
    seen = sample_preview(by=by, reader_study=reader_study, wish=wish, seed=seed)
    digest = sha256(canonical_json(seen))
    sample_draw(by=by, reader_study=reader_study, wish=wish, seed=seed, preview_digest=digest)


def _open(reader_study: ReaderStudy, reader: User) -> Read:
    assignment = Assignment.objects.select_related("reader_study", "case__imaging_study", "reader").get(
        reader_study=reader_study, reader=reader, position=1
    )
    return reading.assignment_open(assignment=assignment)


def png(letter: str) -> bytes:
    """A picture of its own for each side."""
    written = io.BytesIO()
    Image.new("L", (4, 4), ord(letter[0])).save(written, "PNG")
    return written.getvalue()


def _code_list(by: User, reader_study: ReaderStudy | None) -> uuid.UUID:
    text = "scheme,value,meaning\nSCT,52988006,Lesion\n"
    return code_list_import(by=by, reader_study=reader_study, text=text, name="codes.csv").pk


def _reference_jobs(coordinator: User, reader_study: ReaderStudy, case: Case) -> tuple[uuid.UUID, uuid.UUID]:
    """Looks at a consensus and at a file, worked out."""
    everybody = dict.fromkeys(readers_of(reader_study=reader_study).values_list("pk", flat=True), Decimal(1))
    panel = Panel(Rule("MAJORITY"), "nodule_present", None, "A", everybody)
    table = Path(settings.VAR_DIR) / f"{reader_study.pk}.csv"
    table.write_text(f"case,truth\n{case.name},1\n")
    asked = [
        (ReferenceJobKind.CONSENSUS, panel.as_json(), []),
        (ReferenceJobKind.FILES, {"files": ["t.csv"], "threshold": 0.5}, [StoredUpload(table, "t.csv", 1)]),
    ]
    made = [
        reference_job_create(by=coordinator, reader_study=reader_study, kind=kind, asked=what, uploads=uploads)
        for kind, what, uploads in asked
    ]
    for job in made:
        jobs.run(ReferenceJob, job.pk, execute_reference_job)
    return made[0].pk, made[1].pk


def _adjudication(coordinator: User, reader_study: ReaderStudy, seed: str) -> AdjudicationCase:
    """The only case, on which the one signed read voted, to be judged."""
    everybody = dict.fromkeys(readers_of(reader_study=reader_study).values_list("pk", flat=True), Decimal(1))
    panel = Panel(Rule("MAJORITY"), "nodule_present", None, "A", everybody)
    digest = consensus_find(reader_study=reader_study, panel=panel).digest
    base = consensus_store(by=coordinator, reader_study=reader_study, panel=panel, digest=digest)
    triggers = Triggers(open_cases=True, disagreement=False, low_confidence_below=None, random_percent=100)
    asked = RoundAsked(triggers, None, ANSWERS, "Is there a nodule?", seed)
    adjudication_create(by=coordinator, reader_study=reader_study, base=base, asked=asked)
    return AdjudicationCase.objects.get(adjudication__reader_study=reader_study)


def _invitation(coordinator: User, reader_study: ReaderStudy) -> Invitation:
    """An open one, whose link's token is its own id."""
    (handed,) = invitations_create(
        by=coordinator, reader_study=reader_study, emails=["invited@example.org"], role=Role.ADJUDICATOR
    )
    invitation = handed.invitation
    InvitationLink.objects.create(invitation=invitation, digest=token_digest(str(invitation.pk)))
    return invitation


def _drift_signal(by: User, version: ModelVersion, letter: str) -> tuple[float, uuid.UUID]:
    """The AI is watched, and its mean score has left its limits, as the portal stores it when it finds that."""
    watch = drift_watch_set(
        by=by, model_version=version, rule=DriftRule(), is_on=True, reason=f"watch-canary-{letter}", base=0
    )
    began = timezone.now() + timedelta(days=1)
    step = Step("2099-01-05", began, began + timedelta(days=7), range(0))
    value = {"a": 0.8173649, "b": 0.9164283}[letter]
    point = Point(step, 20, 20, value, value, 0.25, 0.75, "above", None, [])
    drawn = Drawn(Chart.SCORE_MEAN, {}, None, 0.5, None, [point], {})
    (signal,) = drift_signals_store(watch=watch, charts=[Shown(drawn, None)])
    return value, signal.pk


def _analysis_plan(coordinator: User, reader_study: ReaderStudy) -> None:
    plan_save(by=coordinator, reader_study=reader_study, document=PLAN, base=0)


def _analysis_run(coordinator: User, reader_study: ReaderStudy) -> AnalysisRun:
    run = analysis_run_create(by=coordinator, reader_study=reader_study)
    jobs.run(AnalysisRun, run.pk, execute)
    return run


def _operating_layer(
    coordinator: User, reader_study: ReaderStudy, version: ModelVersion, letter: str
) -> OperatingLayer:
    """A layer over the one case, from which none can be fitted, with figures of its own."""
    found = set_freeze(model_version=version, reader_study=reader_study, version=1)
    rule = LayerRule("TEMPERATURE", {"temperature": {"a": 1.7193826, "b": 2.6184937}[letter]}, None)
    made = LayerMade(rule, 0.5, found.digest, {"overread": "0.1.0"})
    words = LayerWords(f"layer-canary-{letter}", "For the sweep.")
    layer, _ = operating_layer_create(by=coordinator, model_version_id=version.pk, words=words, made=made)
    evidence_keep(by=coordinator, layer=layer, found=found, figures="{}", reason="")
    return layer


def _analysis_report(coordinator: User, run: AnalysisRun) -> uuid.UUID:
    report = report_create(by=coordinator, result=AnalysisResult.objects.get(run=run))
    jobs.run(AnalysisReport, report.pk, make_report)
    return report.pk


def complete_world() -> World:
    """Build everything. It takes a running Orthanc and a database transaction that is rolled back."""
    return World(
        a=complete_side("a"),
        b=complete_side("b"),
        outsider=person("outsider"),
        creator=person("creator", creates=True),
        administrator=person("administrator", administrator=True),
    )
