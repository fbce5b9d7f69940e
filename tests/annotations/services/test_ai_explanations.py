"""Where a score comes from reaches a reader only where heat maps do, and only if it was known at the launch."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotations.models import AiDelivery, AiDisplay, Read
from portal.audit.models import Event
from portal.inference.heat_map import HeatMapInput
from portal.inference.heat_map_files import heat_map_write
from portal.inference.models import (
    AiModel,
    EngineKind,
    Explanation,
    ExplanationJob,
    ExplanationMethod,
    ModelVersion,
    Prediction,
    PredictionSource,
)
from tests.annotations.building import Built, launched

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def built() -> Built:
    built = launched()
    model = AiModel.objects.create(name="Explained")
    version = ModelVersion.objects.create(ai_model=model, version="1", kind=EngineKind.EXTERNAL)
    for case in built.cases:
        Prediction.objects.create(
            model_version=version, imaging_study=case.imaging_study, score=0.7, source=PredictionSource.COMPUTED
        )
    built.reader_study.ai_model_version = version
    built.reader_study.save()
    return built


def explain(read: Read, text: bytes, hours_after_launch: int) -> Explanation:
    """An explanation of the prediction on the read's case, as a worker would have stored it then."""
    prediction = Prediction.objects.get(imaging_study=read.assignment.case.imaging_study)
    grid = HeatMapInput(2, 2, 1, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], "", text)
    heat_map_write(grid)
    what: dict[str, Any] = {"method": ExplanationMethod.GRAD_CAM, "output": "score", "output_name": "Nodule"}
    what["parameters"] = {"layer": "secret.layer"}
    launch = read.assignment.reader_study.launched_at
    assert launch is not None
    return Explanation.objects.create(
        job=ExplanationJob.objects.create(model_version=prediction.model_version, **what),
        prediction=prediction,
        **what,
        digest=grid.digest,
        columns=2,
        rows=2,
        slices=1,
        affine=grid.affine,
        greatest=1,
        facts={"score": 0.7},
        software={},
        created_at=launch + timedelta(hours=hours_after_launch),
    )


def asked(built: Built, read: Read, path: str) -> Any:
    client = APIClient()
    client.force_authenticate(built.readers[0])
    return client.get(f"/api/v1/reads/{read.pk}/{path}")


def opened(built: Built, display: AiDisplay, **blinding: str) -> Read:
    built.reader_study.arms.update(ai_display=display, blinding=blinding)
    built.reader_study.refresh_from_db()
    return built.open(built.readers[0])


@pytest.mark.parametrize(
    ("display", "blinding"),
    [
        (AiDisplay.HIDDEN, {}),
        (AiDisplay.AFTER_SIGNING, {}),
        (AiDisplay.SECOND_READ, {}),
        (AiDisplay.CONCURRENT, {"ai_marks": "HIDDEN"}),
    ],
)
def test_where_heat_maps_are_hidden_there_is_no_explanation(
    built: Built, display: AiDisplay, blinding: dict[str, str]
) -> None:
    read = opened(built, display, **blinding)
    explanation = explain(read, b"abcd", -1)
    assert asked(built, read, f"explanations/{explanation.pk}").status_code == 404
    assert explanation.digest.encode() not in asked(built, read, "comparison").content
    assert not AiDelivery.objects.filter(content="HEAT_MAP").exists()


def test_the_newest_of_the_launch_is_shown_and_its_delivery_names_its_map(built: Built) -> None:
    read = opened(built, AiDisplay.CONCURRENT)
    earlier, known, later = (explain(read, text, at) for text, at in ((b"abcd", -2), (b"efgh", -1), (b"ijkl", 1)))
    answer = asked(built, read, "comparison")
    (shown,) = answer.json()["ai"]["explanations"]
    assert (shown["id"], shown["method"], shown["output_name"]) == (str(known.pk), "GRAD_CAM", "Nodule")
    # What could tell the score, or of the network, stays with those who build.
    assert b"secret.layer" not in answer.content
    assert "facts" not in shown
    for hidden in (earlier, later):
        assert asked(built, read, f"explanations/{hidden.pk}").status_code == 404
    answer = asked(built, read, f"explanations/{known.pk}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    row = AiDelivery.objects.get(content="HEAT_MAP")
    assert (row.sha256, row.phase) == (known.digest, "FIRST")
    event = Event.objects.filter(action="read.ai_shown").latest("sequence")
    assert (event.detail["content"], event.detail["sha256"]) == ("HEAT_MAP", known.digest)


def test_where_scores_are_hidden_no_score_stands_beside_the_map(built: Built) -> None:
    read = opened(built, AiDisplay.CONCURRENT, ai_scores="HIDDEN")
    explain(read, b"abcd", -1)
    answer = asked(built, read, "comparison")
    assert len(answer.json()["ai"]["explanations"]) == 1
    assert b"0.7" not in answer.content
