"""From images in Orthanc to a map of where a score comes from; what cannot be explained says why."""

import gzip
import hashlib
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings as site
from rest_framework.test import APIClient

from portal import jobs
from portal.audit.models import Event
from portal.inference.explainer import explanation_job_work
from portal.inference.heat_map_files import heat_map_read
from portal.inference.model_files import model_path
from portal.inference.models import (
    Explanation,
    ExplanationJob,
    InferenceRun,
    ModelVersion,
    Prediction,
    PredictionSource,
    WeightsCheck,
)
from portal.inference.runner import inference_run_work
from portal.inference.services import ai_model_create, inference_run_create, model_version_register
from tests.inference.made_models import SCORES, Bright, card_of, exported

# A block of metal that no phantom has: slices, rows and columns, both ends included.
BLOCK = ((3, 5), (60, 75), (90, 109))
METAL_HU = 2000
# The header of the lowest slice of the phantom that the block was planted in.
FIRST: list[Any] = []
# Bone and soft tissue lie far below its middle.
CARD = card_of("CASE_PROBABILITY", minimum_slices=5, window={"low": 0, "high": METAL_HU})


def with_block(datasets):
    """Plant the block; values as the scanner would store them."""
    slices, rows, columns = BLOCK
    for dataset in datasets[slices[0] : slices[1] + 1]:
        pixels = dataset.pixel_array.copy()
        stored = (METAL_HU - float(dataset.RescaleIntercept)) / float(dataset.RescaleSlope)
        pixels[rows[0] : rows[1] + 1, columns[0] : columns[1] + 1] = round(stored)
        dataset.PixelData = pixels.tobytes()
    FIRST[:] = datasets[:1]
    return datasets


def block_mm():
    """The middle of the block, by the header of the lowest slice, which is axial; slices are as thick as apart."""
    (first,) = FIRST
    x, y, z = (float(value) for value in first.ImagePositionPatient)
    row_mm, column_mm = (float(value) for value in first.PixelSpacing)
    middle = [(low + high) / 2 for low, high in BLOCK]
    return x + middle[2] * column_mm, y + middle[1] * row_mm, z + middle[0] * float(first.SliceThickness)


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def version_of(builder):
    """Registers a file as a version that the portal runs; the file is gone afterwards, for other tests upload it."""
    written: list[Path] = []

    def register(content: bytes, kind: str = "TORCH_EXPORT", card=CARD) -> ModelVersion:
        digest = hashlib.sha256(content).hexdigest()
        path = Path(site.VAR_DIR) / model_path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
        return model_version_register(
            by=builder,
            ai_model=ai_model_create(by=builder, name=f"{kind} {digest[:8]}"),
            version="1",
            card=card,
            kind=kind,
            weights_path=str(model_path(digest)),
            weights_digest=digest,
        )

    yield register
    for path in written:
        path.unlink(missing_ok=True)


@pytest.fixture
def predicted(builder, version_of, ingest_phantom) -> Prediction:
    """The prediction of a phantom with the block."""
    version = version_of(exported(Bright()))
    run = inference_run_create(
        by=builder, model_version=version, imaging_studies=[ingest_phantom("EXPLAINED", change=with_block)]
    )
    jobs.run(InferenceRun, run.pk, inference_run_work)
    run.refresh_from_db()
    assert run.state == "SUCCEEDED", [one.reason for one in run.items.all()]
    return Prediction.objects.get(run=run)


def ask(client, prediction, **asked):
    body = {"prediction_ids": [str(prediction.pk)], **asked}
    return client.post(f"/api/v1/model-versions/{prediction.model_version_id}/explanation-jobs", body, format="json")


def explained(client, prediction, **asked) -> ExplanationJob:
    answer = ask(client, prediction, **asked)
    assert answer.status_code == 202, answer.content
    jobs.run(ExplanationJob, answer.data["id"], explanation_job_work)
    return ExplanationJob.objects.get(pk=answer.data["id"])


def hottest_mm(explanation):
    """Where in the patient the middle of the hottest cells lies: those of at least 200 of 255."""
    packed = heat_map_read(explanation.digest)
    shape = (explanation.slices, explanation.rows, explanation.columns)
    voxels = np.frombuffer(gzip.decompress(packed), np.uint8).reshape(shape)
    slice_index, row, column = np.argwhere(voxels >= 200).mean(axis=0)
    return np.array(explanation.affine) @ [column, row, slice_index, 1]


def like(prediction, **changes) -> Prediction:
    """A further prediction of the same imaging study, which says the same but for the changes."""
    names = ("model_version", "imaging_study", "score", "source", "weights_digest", "input_digest")
    return Prediction.objects.create(**{name: getattr(prediction, name) for name in names} | changes)


def test_both_methods_find_the_planted_block_in_patient_millimetres(client, predicted):
    # The same once more: the same bytes, for whatever the random weights of the check have left behind.
    twin = like(predicted)
    both = [str(predicted.pk), str(twin.pk)]
    job = explained(client, predicted, method="GRAD_CAM", checks_weights=True, seed=11, prediction_ids=both)
    assert (job.state, job.error_detail) == ("SUCCEEDED", "")
    cam, again = (Explanation.objects.get(job=job, prediction=one) for one in (predicted, twin))
    # A cell of the layer is two pixels wide, and lies within half a cell of what it looked at.
    pixel_mm = float(FIRST[0].PixelSpacing[0])
    assert hottest_mm(cam) == pytest.approx(block_mm(), abs=2 * pixel_mm)
    assert (cam.parameters, cam.output_name) == ({"layer": "second"}, "CASE_PROBABILITY")
    assert cam.facts == {"score": pytest.approx(predicted.score, abs=1e-5)}
    assert cam.software["captum"] == "0.9.0"
    check = cam.weights_check
    assert [(one["redrawn"], one["layer"]) for one in check.stages] == [(1, "second"), (2, "first")]
    for one in check.stages:
        assert one["reason"] or (-1 <= one["spearman"] <= 1 and -1 <= one["ssim"] <= 1)

    assert (again.digest, again.greatest, again.facts) == (cam.digest, cam.greatest, cam.facts)
    assert again.weights_check.stages == check.stages

    job = explained(client, predicted, method="INTEGRATED_GRADIENTS", steps=30)
    gradients = Explanation.objects.get(job=job)
    assert hottest_mm(gradients) == pytest.approx(block_mm(), abs=2 * pixel_mm)
    assert gradients.parameters == {"steps": 30, "baseline_hu": 0.0, "baseline_input": -1.0}
    facts = gradients.facts
    difference = facts["score"] - facts["baseline_score"]
    assert facts["completeness_error"] == pytest.approx(facts["attribution_sum"] - difference, abs=1e-12)
    # The network bends at zero, which thirty steps hit to some per cent; the page calls up to five adding up.
    assert abs(facts["completeness_error"]) < 0.05 * difference

    told = set(Event.objects.filter(stream="inference").values_list("action", "object_id"))
    expected = {("explanation_job.create", str(job.pk)), ("explanation_job.finish", str(job.pk))}
    assert expected | {("prediction.explain", str(gradients.pk))} <= told
    shown = client.get(f"/api/v1/model-versions/{predicted.model_version_id}/explanations").data["results"]
    assert [one["id"] for one in shown] == [str(gradients.pk), str(again.pk), str(cam.pk)]
    assert (shown[0]["weights_check"], shown[2]["weights_check"]["seed"]) == (None, 11)
    answer = client.get(f"/api/v1/explanations/{cam.pk}/map")
    assert gzip.decompress(answer.content) == gzip.decompress(heat_map_read(cam.digest))
    assert answer["Cache-Control"] == "no-store"


def test_the_demo_detector_is_explained_too_and_what_fails_stores_nothing(
    client, builder, runnable_version, ingest_phantom
):
    study = ingest_phantom("EXPLAINED DEMO")
    # With a card, as that of the demo data set: its input is for checking, the detector has a grid of its own.
    version = model_version_register(
        by=None,
        ai_model=runnable_version.ai_model,
        version="2",
        kind=runnable_version.kind,
        weights_path=runnable_version.weights_path,
        weights_digest=runnable_version.weights_digest,
        card=card_of("CASE_PROBABILITY", minimum_slices=5),
    )
    run = inference_run_create(by=builder, model_version=version, imaging_studies=[study])
    jobs.run(InferenceRun, run.pk, inference_run_work)
    prediction = Prediction.objects.get(run=run)
    wrong = (like(prediction, input_digest="0" * 64), like(prediction, score=prediction.score / 2))
    asked = [str(one.pk) for one in (prediction, *wrong)]
    job = explained(client, prediction, method="GRAD_CAM", prediction_ids=asked)
    assert (job.state, job.error_code, job.progress_done) == ("FAILED", "items_failed", 3)
    items = client.get(f"/api/v1/explanation-jobs/{job.pk}").data["items"]
    assert [one["reason_code"] for one in items] == ["", "input_changed", "score_differs"]
    explanation = Explanation.objects.get(job=job)
    assert (job.output, job.output_name) == ("score", "pulmonary nodule")
    assert explanation.parameters == {"layer": "layers.8"}
    # On the cells of its own heat map.
    assert (explanation.affine, explanation.rows) == (prediction.heat_map.affine, prediction.heat_map.rows)
    assert not WeightsCheck.objects.exists()
    answer = client.post(f"/api/v1/explanation-jobs/{job.pk}/retry")
    assert (answer.status_code, [one["state"] for one in answer.data["items"]]) == (
        202,
        ["SUCCEEDED", "PENDING", "PENDING"],
    )
    answer = client.post(f"/api/v1/explanation-jobs/{job.pk}/cancel")
    assert (answer.status_code, answer.data["state"]) == (202, "CANCELLED")


@pytest.mark.parametrize(
    ("kind", "method", "code"),
    [
        ("ONNX", "GRAD_CAM", "no_gradients"),
        ("ONNX", "INTEGRATED_GRADIENTS", "no_gradients"),
        ("TORCHSCRIPT", "GRAD_CAM", "no_hooks"),
    ],
)
def test_what_a_format_does_not_allow_is_refused_when_it_is_asked_for(
    client, version_of, imaging_study_rows, kind, method, code
):
    prediction = Prediction.objects.create(
        model_version=version_of(SCORES[kind](), kind),
        imaging_study=imaging_study_rows[0],
        score=0.5,
        source=PredictionSource.COMPUTED,
    )
    answer = ask(client, prediction, method=method)
    assert (answer.status_code, answer.data["code"]) == (400, code)
    assert not ExplanationJob.objects.exists()


def test_only_what_the_portal_has_computed_of_the_version_can_be_explained(
    client, version_of, external_version, imaging_study_rows
):
    version = version_of(SCORES["TORCH_EXPORT"]())
    computed, posted = (
        Prediction.objects.create(model_version=version, imaging_study=study, score=0.5, source=source)
        for study, source in zip(imaging_study_rows, (PredictionSource.COMPUTED, PredictionSource.API), strict=False)
    )
    said = {"value": 0.1, "method": "MC_DROPOUT", "samples": 8, "definition": "A standard deviation."}
    mean = like(computed, imaging_study=imaging_study_rows[2], uncertainty=said)
    ids = [str(one) for one in (computed.pk, posted.pk, uuid.uuid4(), mean.pk)]
    answer = ask(client, computed, method="GRAD_CAM", output="other", prediction_ids=ids)
    assert [(one["field"], one["code"]) for one in answer.data["errors"]] == [
        ("prediction_ids[1]", "not_computed"),
        ("prediction_ids[2]", "unknown"),
        ("prediction_ids[3]", "mean_of_samples"),
        ("output", "unknown_output"),
    ]
    assert "the mean of 8 samples (dropout)" in answer.data["errors"][2]["detail"]
    assert "without uncertainty" in answer.data["errors"][2]["detail"]
    outside = Prediction.objects.create(
        model_version=external_version, imaging_study=imaging_study_rows[0], score=0.5, source=PredictionSource.API
    )
    assert ask(client, outside, method="GRAD_CAM").data["code"] == "not_runnable"
    wrong: dict[str, Any]
    for wrong in ({"method": "LIME"}, {"steps": 9}, {"baseline_hu": 4000}, {"prediction_ids": []}):
        assert ask(client, computed, **{"method": "INTEGRATED_GRADIENTS"} | wrong).status_code == 400


def test_what_the_other_method_takes_is_refused_and_not_left_out_in_silence(client, version_of, imaging_study_rows):
    computed = Prediction.objects.create(
        model_version=version_of(SCORES["TORCH_EXPORT"]()),
        imaging_study=imaging_study_rows[0],
        score=0.5,
        source=PredictionSource.COMPUTED,
    )
    for asked, fields in (
        ({"method": "INTEGRATED_GRADIENTS", "layer": "second"}, ["layer"]),
        ({"method": "GRAD_CAM", "steps": 60, "baseline_hu": 0}, ["steps", "baseline_hu"]),
    ):
        answer = ask(client, computed, **asked)
        assert answer.status_code == 400
        assert [(one["field"], one["code"]) for one in answer.data["errors"]] == [(one, "not_wanted") for one in fields]
    assert not ExplanationJob.objects.exists()
    # As a program sends it that fills in what the description says of the usual values.
    assert ask(client, computed, method="INTEGRATED_GRADIENTS", layer="", steps=60).status_code == 202
