"""Heat maps: what is taken, what is refused with which reason, and that the stored file is what was posted."""

import base64
import gzip
import hashlib
import json

import numpy as np
import pytest
from rest_framework.test import APIClient

from portal.db import AppendOnlyError
from portal.inference.heat_map import MAXIMUM_VOXELS, HeatMapInput, heat_map_problems, to_heat_map_input
from portal.inference.heat_map_files import heat_map_path
from portal.inference.models import HeatMap, Prediction
from tests.inference.test_api import UIDS

AFFINE = [[2.0, 0.0, 0.0, -10.0], [0.0, 2.5, 0.0, -20.0], [0.0, 0.0, 3.0, 5.0]]
VOXELS = np.arange(24, dtype=np.uint8).tobytes()


def packed(voxels: bytes) -> str:
    return base64.b64encode(gzip.compress(voxels)).decode()


def heat_map(**changes):
    return {"columns": 4, "rows": 3, "slices": 2, "affine": AFFINE, "voxels": packed(VOXELS), **changes}


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


@pytest.fixture
def url(external_version, imaging_study_rows):
    return f"/api/v1/model-versions/{external_version.pk}/predictions"


def prediction(**changes):
    return {"imaging_study_uid": UIDS[0], "score": 0.8, "findings": [], "heat_map": heat_map(), **changes}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"columns": 0}, "h", "bad_size"),
        ({"columns": True}, "h", "bad_size"),
        ({"rows": 5000}, "h", "bad_size"),
        ({"columns": 4000, "rows": 4000}, "h", "too_large"),
        ({"affine": [[1, 0, 0, 0]]}, "h.affine", "bad_matrix"),
        ({"affine": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, float("nan"), 0]]}, "h.affine", "bad_matrix"),
        ({"affine": [[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]}, "h.affine", "flat"),
        ({"affine": [[0, 0, 0, 0]] * 3}, "h.affine", "flat"),
        ({"frame_of_reference_uid": "x"}, "h.frame_of_reference_uid", "bad_uid"),
        ({"voxels": "not base64!"}, "h.voxels", "bad_voxels"),
        ({"voxels": base64.b64encode(b"not gzip").decode()}, "h.voxels", "bad_voxels"),
        ({"voxels": packed(VOXELS[:-1])}, "h.voxels", "bad_voxels"),
        ({"voxels": packed(VOXELS + b"1")}, "h.voxels", "bad_voxels"),
        ({"voxels": base64.b64encode(gzip.compress(VOXELS)[:-3]).decode()}, "h.voxels", "bad_voxels"),
        ({"voxels": base64.b64encode(gzip.compress(VOXELS) * 2).decode()}, "h.voxels", "bad_voxels"),
        ({"voxels": None}, "h.voxels", "bad_voxels"),
        ({"colour": "red"}, "h", "bad_shape"),
    ],
)
def test_what_is_wrong_is_named(changes, field, code):
    (problem,) = heat_map_problems(heat_map(**changes), "h")
    assert (problem["field"], problem["code"]) == (field, code)


def test_a_bomb_is_refused_without_inflating_it():
    bomb = heat_map(voxels=packed(bytes(200 * 1024 * 1024)))
    assert [one["code"] for one in heat_map_problems(bomb, "h")] == ["bad_voxels"]
    assert MAXIMUM_VOXELS == 8 * 1024 * 1024


def test_the_digest_is_that_of_the_grid_and_the_voxels():
    """Written out by hand, so that an API client can check what is stored."""
    known = to_heat_map_input(heat_map(frame_of_reference_uid="1.2.3"))
    grid = json.dumps([4, 3, 2, AFFINE, "1.2.3"], separators=(",", ":"))
    assert known.digest == hashlib.sha256(grid.encode() + b"\n" + VOXELS).hexdigest()
    assert known.digest != to_heat_map_input(heat_map()).digest
    assert gzip.decompress(known.compressed) == VOXELS


def test_a_posted_heat_map_is_stored_as_a_file_and_given_back_byte_for_byte(client, url):
    answer = client.post(url, prediction(), format="json")
    assert answer.status_code == 201, answer.content
    result = answer.json()["results"][0]
    stored = HeatMap.objects.get(prediction=result["id"])
    assert result["heat_map"] == {
        "digest": stored.digest,
        "columns": 4,
        "rows": 3,
        "slices": 2,
        "affine": AFFINE,
        "frame_of_reference_uid": "",
    }
    assert gzip.decompress(heat_map_path(stored.digest).read_bytes()) == VOXELS
    got = client.get(f"{url}/{result['id']}/heat-map")
    assert (got["Content-Encoding"], got["Cache-Control"]) == ("gzip", "no-store")
    assert gzip.decompress(got.content) == VOXELS
    assert client.get(url).json()["results"][0]["heat_map"]["digest"] == stored.digest
    with pytest.raises(AppendOnlyError):
        HeatMap.objects.filter(pk=stored.pk).update(digest="0" * 64)


def test_the_same_prediction_again_stores_nothing_and_another_heat_map_is_another_prediction(client, url):
    first = client.post(url, prediction(), format="json")
    again = client.post(url, prediction(), format="json")
    assert (first.json()["created"], again.json()["created"]) == (1, 0)
    other = client.post(url, prediction(heat_map=heat_map(voxels=packed(VOXELS[::-1]))), format="json")
    without = client.post(url, prediction(heat_map=None), format="json")
    assert (other.json()["created"], without.json()["created"]) == (1, 1)
    assert without.json()["results"][0]["heat_map"] is None
    assert (Prediction.objects.count(), HeatMap.objects.count()) == (3, 2)


def test_a_bad_heat_map_stores_nothing_of_the_whole_post(client, url):
    good, bad = prediction(), prediction(imaging_study_uid=UIDS[1], heat_map=heat_map(rows=7))
    answer = client.post(url, [good, bad], format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "[1].heat_map.voxels"
    assert not Prediction.objects.exists()


def test_a_prediction_without_heat_map_has_none_to_fetch(client, url):
    made = client.post(url, prediction(heat_map=None), format="json").json()["results"][0]
    assert client.get(f"{url}/{made['id']}/heat-map").status_code == 404


def test_an_unchecked_heat_map_is_no_value():
    with pytest.raises(ValueError, match="checked"):
        to_heat_map_input(heat_map(rows=7))
    assert isinstance(to_heat_map_input(heat_map()), HeatMapInput)
