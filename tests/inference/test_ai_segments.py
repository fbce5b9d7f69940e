"""Segments of an AI: what is taken, what is refused with which reason, and that nothing is half stored."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from portal.imaging.models import Instance, Series
from portal.imaging.segments import segment_text, slices_of
from portal.inference import finding_segments, prediction_input
from portal.inference.models import Prediction
from portal.inference.prediction_input import prediction_problems
from portal.inference.segment_files import ai_segment_folder
from tests.inference.test_api import NODULE, UIDS

SERIES = "1.2.826.0.1.3680043.10.77.1.1"
ROWS, COLUMNS = 6, 8


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: Any) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def images(imaging_study_rows):
    """A series of two images, the second of two frames, and a series of another study."""
    series = Series.objects.create(series_instance_uid=SERIES, imaging_study=imaging_study_rows[0], modality="CT")
    other = Series.objects.create(series_instance_uid="1.3", imaging_study=imaging_study_rows[1], modality="CT")
    for name, owner, frames in ((f"{SERIES}.1", series, 1), (f"{SERIES}.2", series, 2), ("1.3.1", other, 1)):
        Instance.objects.create(
            sop_instance_uid=name,
            series=owner,
            orthanc_id=name,
            sop_class_uid="1.2",
            transfer_syntax_uid="1.2",
            number_of_frames=frames,
            rows=ROWS,
            columns=COLUMNS,
            file_sha256="0" * 64,
        )


@pytest.fixture
def url(external_version, images):
    return f"/api/v1/model-versions/{external_version.pk}/predictions"


SLICES = [
    {"sop_instance_uid": f"{SERIES}.2", "frame_number": 2, "counts": [9, 3]},
    {"sop_instance_uid": f"{SERIES}.1", "frame_number": 1, "counts": [0, 1, 7, 1]},
]


def segment(**changes: Any) -> dict[str, Any]:
    document = {"format": "overread.segment", "version": 1, "series_instance_uid": SERIES}
    return {**document, "rows": ROWS, "columns": COLUMNS, "slices": SLICES, **changes}


def prediction(document: dict[str, Any] | None = None, **geometry: Any) -> dict[str, Any]:
    found = {**NODULE, "geometry": {"kind": "SEGMENT", "segment": document or segment(), **geometry}}
    return {"imaging_study_uid": UIDS[0], "score": 0.8, "findings": [found]}


def stored_files(var: Path) -> list[Path]:
    return [path for path in (var / "ai-segments").rglob("*") if path.is_file()]


def test_a_posted_segment_is_a_file_and_its_finding_names_it(client, url, var):
    answer = client.post(url, prediction(frame_of_reference_uid="1.9"), format="json")
    assert answer.status_code == 201, answer.content
    result = answer.json()["results"][0]
    text = segment_text(series_instance_uid=SERIES, rows=ROWS, columns=COLUMNS, slices=slices_of(SLICES))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert result["findings"][0]["geometry"] == {
        "kind": "SEGMENT",
        "sha256": sha256,
        "series_instance_uid": SERIES,
        "frame_of_reference_uid": "1.9",
        # Three voxels there, two on the other image.
        "sop_instance_uid": f"{SERIES}.2",
        "frame_number": 2,
        "voxel_count": 5,
        "slice_count": 2,
        "spacing_mm": None,
    }
    (path,) = stored_files(var)
    assert (path.parent, gzip.decompress(path.read_bytes())) == (ai_segment_folder(sha256), text.encode())
    got = client.get(f"{url}/{result['id']}/segments/{sha256}")
    assert (got.content, got["Cache-Control"]) == (text.encode(), "no-store")
    assert client.get(f"{url}/{result['id']}/segments/{'0' * 64}").status_code == 404
    path.write_bytes(b"rotten")
    assert client.get(f"{url}/{result['id']}/segments/{sha256}").json()["code"] == "segment_damaged"


def test_slices_in_another_order_are_the_same_segment_and_store_nothing_new(client, url, var):
    assert client.post(url, prediction(), format="json").json()["created"] == 1
    again = client.post(url, prediction(segment(slices=SLICES[::-1])), format="json")
    assert (again.status_code, again.json()["created"]) == (200, 0)
    other = client.post(url, prediction(segment(slices=SLICES[:1])), format="json")
    assert other.json()["created"] == 1
    assert (Prediction.objects.count(), len(stored_files(var))) == (2, 2)


def changed_slice(**changes: Any) -> dict[str, Any]:
    return segment(slices=[SLICES[1], {**SLICES[0], **changes}])


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        (segment(series_instance_uid="1.2.3"), "segment.series_instance_uid", "not_in_study"),
        (segment(series_instance_uid="1.3"), "segment.series_instance_uid", "not_in_study"),
        (changed_slice(sop_instance_uid="1.3.1"), "segment.slices[1].sop_instance_uid", "not_in_study"),
        (changed_slice(sop_instance_uid="1.9.9"), "segment.slices[1].sop_instance_uid", "not_in_study"),
        (changed_slice(frame_number=3), "segment.slices[1].frame_number", "bad_number"),
        (segment(rows=COLUMNS, columns=ROWS), "segment.rows", "dimension_mismatch"),
        (segment(rows=ROWS + 1), "segment.rows", "dimension_mismatch"),
        (changed_slice(counts=[0, 49]), "segment.slices[1].counts", "bad_runs"),
        (changed_slice(counts=[]), "segment.slices[1].counts", "empty"),
    ],
)
def test_what_does_not_fit_the_images_is_named_and_nothing_is_stored(client, url, var, document, field, code):
    good = {**prediction(), "imaging_study_uid": UIDS[1], "findings": []}
    answer = client.post(url, [good, prediction(document)], format="json")
    assert answer.status_code == 400
    (problem,) = answer.json()["errors"]
    assert (problem["field"], problem["code"]) == (f"[1].findings[0].geometry.{field}", code)
    assert not Prediction.objects.exists()
    assert stored_files(var) == []


def codes(raw: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["field"], one["code"]) for one in prediction_problems(raw)]


def test_too_much_is_refused(monkeypatch):
    one = prediction()["findings"][0]
    many = {**prediction(), "findings": [{**one, "id": str(number)} for number in range(3)]}
    assert codes(many) == []
    monkeypatch.setattr(prediction_input, "MAXIMUM_SEGMENTS", 2)
    assert codes(many) == [("findings", "too_many_segments")]
    monkeypatch.setattr(prediction_input, "MAXIMUM_SEGMENTS", 100)
    # Each has six run lengths.
    monkeypatch.setattr(prediction_input, "MAXIMUM_COUNTS", 17)
    assert codes(many) == [("findings", "too_large")]
    monkeypatch.setattr(finding_segments, "MAXIMUM_COUNTS", 5)
    assert codes(prediction()) == [("findings[0].geometry.segment.slices", "too_large")]


def test_a_hundred_wrong_slices_are_twenty_problems():
    wrong = [{"sop_instance_uid": f"1.{number}", "frame_number": 0, "counts": [0, 1]} for number in range(100)]
    assert len(codes(prediction(segment(slices=wrong)))) == 20


@pytest.fixture
def phantom(ingest_phantom) -> Series:
    """A CT that is really in Orthanc: eight slices, evenly spaced."""
    return ingest_phantom("segment spacing").series.get()


def of_phantom(series: Series, spacing_mm: list[float] | None) -> dict[str, Any]:
    image = series.instances.first()
    assert image
    slices = [{"sop_instance_uid": image.sop_instance_uid, "frame_number": 1, "counts": [0, 1]}]
    document = segment(
        series_instance_uid=series.series_instance_uid, rows=image.rows, columns=image.columns, slices=slices
    )
    raw = prediction(document, spacing_mm=spacing_mm)
    return {**raw, "imaging_study_uid": series.imaging_study.study_instance_uid}


def test_a_spacing_is_compared_with_the_images(client, external_version, phantom, settings):
    """The header is the outside witness: Pixel Spacing, and the step of Image Position (Patient)."""
    url = f"/api/v1/model-versions/{external_version.pk}/predictions"
    header = json.loads(client.get(metadata_url(phantom)).content)
    down, across = header[0]["00280030"]["Value"]
    heights = sorted(row["00200032"]["Value"][2] for row in header)
    right = [down, across, heights[1] - heights[0]]
    taken = client.post(url, of_phantom(phantom, right), format="json")
    assert taken.status_code == 201, taken.content
    assert taken.json()["results"][0]["findings"][0]["geometry"]["spacing_mm"] == right
    for wrong in ([down, across, right[2] * 1.1], [down * 2, across, right[2]]):
        answer = client.post(url, of_phantom(phantom, wrong), format="json")
        (problem,) = answer.json()["errors"]
        assert (problem["field"], problem["code"]) == ("findings[0].geometry.spacing_mm", "wrong_spacing")
    assert Prediction.objects.count() == 1


def metadata_url(series: Series) -> str:
    study = series.imaging_study.study_instance_uid
    return f"/dicomweb/studies/{study}/series/{series.series_instance_uid}/metadata"


def test_images_that_are_no_even_stack_have_no_spacing_to_compare(client, external_version, ingest_phantom):
    url = f"/api/v1/model-versions/{external_version.pk}/predictions"

    def uneven(datasets):
        x, y, z = datasets[-1].ImagePositionPatient
        datasets[-1].ImagePositionPatient = [x, y, float(z) + 20]
        return datasets

    series = ingest_phantom("segment uneven", change=uneven).series.get()
    answer = client.post(url, of_phantom(series, [1.0, 1.0, 1.0]), format="json")
    (problem,) = answer.json()["errors"]
    assert problem["code"] == "wrong_spacing"
    assert "no even stack" in problem["detail"]
    assert client.post(url, of_phantom(series, None), format="json").status_code == 201
