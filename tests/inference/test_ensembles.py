"""Runs that say how uncertain their scores are: by augmentation, an ensemble or dropout; and what an ensemble is."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.conf import settings
from rest_framework.test import APIClient
from torch import nn

from portal import jobs
from portal.audit.models import Event
from portal.imaging.connection import orthanc
from portal.inference.engine.volume import Volume
from portal.inference.model_input import model_grid
from portal.inference.models import EnsembleMember, InferenceRun, ModelVersion, Prediction
from portal.inference.pixels import ct_series, read_ct_datasets
from portal.inference.runner import inference_run_work
from portal.inference.services import ai_model_create, inference_run_create, model_version_register
from tests.inference.made_models import Score, card_of, score_of, torchscript

CARD = card_of("CASE_PROBABILITY", minimum_slices=5)
MIRRORED = card_of(
    "CASE_PROBABILITY", minimum_slices=5, augmentations={"flips": ["COLUMNS"], "maximum_shift_voxels": 0}
)
# None of another test's models, whose files would be these.
WEIGHTS = [(2.125, 0.5), (1.0625, 0.0), (-1.125, 0.25)]


class Ramp(nn.Module):
    """Linear: 0.5 and a fifth of the mean of the volume times -1 on the first column to 1 on the last."""

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        ramp = torch.linspace(-1.0, 1.0, volume.size(-1), device=volume.device)
        return 0.5 + 0.2 * (volume * ramp).mean()


class Thinned(nn.Module):
    """A half, of which dropout keeps nothing or twice as much for each of 100 ones."""

    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return 0.5 * self.drop(torch.ones(100) + 0.0 * volume.mean()).mean()


@pytest.fixture
def ai_model(builder):
    return ai_model_create(by=builder, name="Several finders")


@pytest.fixture
def register(builder, ai_model):
    """Registers a file as its trial would; the files go with the test, as the rows do."""
    written: set[Path] = set()

    def version(name, module, card=CARD, **fields) -> ModelVersion:
        content = torchscript(module)
        digest = hashlib.sha256(content).hexdigest()
        path = Path("models") / "uploaded" / digest
        (Path(settings.VAR_DIR) / path).parent.mkdir(parents=True, exist_ok=True)
        written.add(Path(settings.VAR_DIR) / path)
        (Path(settings.VAR_DIR) / path).write_bytes(content)
        fields = {"kind": "TORCHSCRIPT", "weights_path": str(path), "weights_digest": digest, **fields}
        return model_version_register(by=builder, ai_model=ai_model, version=name, card=card, **fields)

    yield version
    for file in written:
        file.unlink()


@pytest.fixture
def members(register):
    return [register(str(index), Score(*weights)) for index, weights in enumerate(WEIGHTS, start=1)]


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def combine(client, ai_model):
    def post(members, **fields):
        body = {"version": "all", "member_ids": [str(getattr(one, "pk", one)) for one in members], **fields}
        return client.post(f"/api/v1/ai-models/{ai_model.pk}/ensembles", body, format="json")

    return post


def predicted(builder, version, study, **asked) -> Prediction:
    run = inference_run_create(by=builder, model_version=version, imaging_studies=[study], **asked)
    jobs.run(InferenceRun, run.pk, inference_run_work)
    run.refresh_from_db()
    assert run.state == "SUCCEEDED", (run.error_detail, list(run.items.values_list("reason", flat=True)))
    return Prediction.objects.get(run=run)


def doubt_of(prediction: Prediction) -> dict[str, Any]:
    assert prediction.uncertainty is not None
    return dict(prediction.uncertainty)


def seen(study):
    series = ct_series(*read_ct_datasets(study, orthanc()))
    return model_grid(CARD["input"], Volume(series.hounsfield, series.affine)).values.astype(np.float64)


def test_runs_find_the_closed_forms(builder, register, members, combine, client, ingest_phantom):
    """One imaging study for all three, because taking it in is what costs time."""
    study = ingest_phantom("UNCERTAIN")
    values = seen(study)

    # A mirrored linear model: m and -m around a half, whose standard deviation is m times the square root of 2.
    ramp = register("ramp", Ramp(), MIRRORED)
    m = 0.2 * float((values * np.linspace(-1, 1, values.shape[-1])).mean())
    mirrored = predicted(
        builder, ramp, study, uncertainty={"method": "TEST_TIME_AUGMENTATION", "samples": 2, "seed": 1}
    )
    assert mirrored.score == pytest.approx(0.5, abs=1e-6)
    assert doubt_of(mirrored)["value"] == pytest.approx(abs(m) * np.sqrt(2), abs=2e-6)
    assert abs(m) > 1e-5
    assert (doubt_of(mirrored)["method"], doubt_of(mirrored)["samples"]) == ("TEST_TIME_AUGMENTATION", 2)
    assert "flips along columns" in doubt_of(mirrored)["definition"]
    # Without being asked, a version says what it always said.
    plain = predicted(builder, ramp, study)
    assert (plain.uncertainty, plain.input_digest) == (None, mirrored.input_digest)
    assert plain.score == pytest.approx(0.5 + m, abs=2e-6)

    ensemble = ModelVersion.objects.get(pk=combine(members).data["id"])
    said = [score_of(values, *weights) for weights in WEIGHTS]
    of_all = predicted(builder, ensemble, study)
    assert of_all.score == pytest.approx(np.mean(said), abs=2e-6)
    assert doubt_of(of_all)["value"] == pytest.approx(np.std(said, ddof=1), abs=2e-6)
    assert (doubt_of(of_all)["samples"], of_all.weights_digest) == (3, ensemble.weights_digest)

    asked = {"method": "MC_DROPOUT", "samples": 30, "seed": 5}
    thinned = predicted(builder, register("thinned", Thinned()), study, uncertainty=asked)
    # 0.5 sqrt(0.5 / (0.5 x 100)); of 30 samples within four relative standard errors, 1 / sqrt(58).
    assert doubt_of(thinned)["value"] == pytest.approx(0.05, rel=4 / np.sqrt(58))
    assert thinned.score == pytest.approx(0.5, abs=4 * 0.05 / np.sqrt(30))
    refused = inference_run_create(by=builder, model_version=members[0], imaging_studies=[study], uncertainty=asked)
    jobs.run(InferenceRun, refused.pk, inference_run_work)
    refused.refresh_from_db()
    assert (refused.state, refused.error_code) == ("FAILED", "no_dropout")

    shown = client.get(f"/api/v1/inference-runs/{of_all.run_id}").data
    assert shown["items"][0]["uncertainty"]["method"] == "ENSEMBLE"
    assert client.get(f"/api/v1/inference-runs/{mirrored.run_id}").data["uncertainty"]["seed"] == 1


def test_an_ensemble_is_a_version_made_of_its_members(combine, members, client):
    made = combine(members, description="Three of them.")
    assert made.status_code == 201, made.content
    lines = "".join(f"{one.weights_digest}\n" for one in members)
    assert made.data["weights_digest"] == hashlib.sha256(lines.encode()).hexdigest()
    assert (made.data["kind"], made.data["runnable"], made.data["card"]) == ("ENSEMBLE", True, CARD)
    shown = client.get(f"/api/v1/model-versions/{made.data['id']}").data
    assert [one["version"] for one in shown["members"]] == ["1", "2", "3"]
    assert Event.objects.get(action="ensemble.register").object_id == made.data["id"]
    assert combine(members).json()["code"] == "version_taken"
    turned = combine(members[::-1], version="turned").data
    assert turned["weights_digest"] != made.data["weights_digest"]


def test_what_is_no_ensemble_is_refused(combine, members, register, external_version):
    first, second, _ = members
    wider = register("wider", Score(3.125), card_of("CASE_PROBABILITY", minimum_slices=6))
    spotting = register("spotting", Score(4.125), card_of("CASE_PROBABILITY", "HEAT_MAP", minimum_slices=5))
    posted = register("posted", Score(5.125), kind="EXTERNAL")
    for asked, code in (
        ([first, first], "repeated"),
        ([first, external_version], "unknown"),
        ([first, posted], "not_uploaded"),
        ([first, wider], "other_input"),
        ([first, spotting], "other_outputs"),
    ):
        errors = combine(asked).json()["errors"]
        assert [(one["field"], one["code"]) for one in errors] == [("member_ids[1]", code)]
    both = [first, second]
    assert combine(both, card=wider.card.document).json()["errors"][0]["code"] == "not_the_members"
    assert combine(both, card={"input": 1}).json()["errors"][0]["code"] == "not_the_members"
    assert combine([first]).status_code == 400
    assert combine([combine(both).data["id"], first.pk], version="nested").json()["errors"][0]["code"] == "not_uploaded"
    assert EnsembleMember.objects.count() == 2


def test_a_run_asks_for_what_the_version_can(client, members, imaging_study_rows):
    def post(uncertainty):
        body = {
            "model_version_id": str(members[0].pk),
            "imaging_study_ids": [str(imaging_study_rows[0].pk)],
            "uncertainty": uncertainty,
        }
        return client.post("/api/v1/inference-runs", body, format="json")

    refused = post({"method": "TEST_TIME_AUGMENTATION"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "no_augmentations")
    for wrong in ({"method": "GUESS"}, {"method": "MC_DROPOUT", "samples": 1}, {"method": "MC_DROPOUT", "seed": -1}):
        assert post(wrong).status_code == 400
    assert not InferenceRun.objects.exists()
    assert post({"method": "MC_DROPOUT"}).data["uncertainty"] == {"method": "MC_DROPOUT", "samples": 8, "seed": 1}
