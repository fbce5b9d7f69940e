"""Run lengths of segments: the same examples as `frontend/src/domain/rle.test.ts`, and properties."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from annotations.domain import segments
from annotations.domain.segments import changed_slices_problems, changes_between, with_changes
from portal.imaging.segments import (
    Slices,
    counts_fault,
    decode,
    encode,
    segment_text,
    slices_of,
    voxels_inside,
)
from tests.annotations.domain.test_payload import json_values

EXAMPLES = Path(__file__).parents[2] / "shared_examples" / "segments"


def load(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def mask_of(picture: list[str]) -> bytes:
    return bytes(mark == "#" for row in picture for mark in row)


@pytest.mark.parametrize("example", load("slices"), ids=lambda example: example["why"])
def test_a_slice_has_one_spelling(example: dict[str, Any]) -> None:
    mask = mask_of(example["picture"])
    assert encode(mask) == example["counts"]
    assert decode(example["counts"], len(mask)) == mask
    assert counts_fault(example["counts"], len(mask)) is None
    assert voxels_inside(example["counts"]) == sum(mask)


@pytest.mark.parametrize("example", load("refused")["counts"], ids=lambda example: example["why"])
def test_hostile_runs_are_refused(example: dict[str, Any]) -> None:
    assert counts_fault(example["counts"], load("refused")["voxels"])


def test_the_text_and_its_digest() -> None:
    example = load("segment")
    slices = slices_of(example["slices"])
    said = {name: example[name] for name in ("series_instance_uid", "rows", "columns")}
    assert segment_text(**said, slices=slices) == example["text"]
    assert hashlib.sha256(example["text"].encode()).hexdigest() == example["sha256"]
    assert sum(voxels_inside(counts) for counts in slices.values()) == example["voxel_count"]


@given(mask=st.binary(max_size=300).map(lambda content: bytes(byte & 1 for byte in content)))
def test_round_trip(mask: bytes) -> None:
    counts = encode(mask)
    assert decode(counts, len(mask)) == mask
    assert counts_fault(counts, len(mask)) is None


@given(counts=st.lists(st.integers(-1, 12), max_size=12))
def test_runs_that_are_taken_are_the_only_spelling_of_their_voxels(counts: list[int]) -> None:
    if counts_fault(counts, 40) is None:
        assert encode(decode(counts, 40)) == counts


@given(value=json_values)
def test_no_value_gets_through_or_breaks_the_check(value: Any) -> None:
    if counts_fault(value, 9) is None:
        assert encode(decode(value, 9)) == value
    entry = {"sop_instance_uid": "1.2", "frame_number": 1, "counts": [0, 1]}
    for name in entry:
        changed_slices_problems([{**entry, name: value}], 3, 3)
    changed_slices_problems(value, 3, 3)


places = st.tuples(st.sampled_from(["1.2", "1.3", "1.10"]), st.integers(1, 3))
contents = st.dictionaries(places, st.sampled_from([[0, 1], [1, 2], [0, 9]]))


@given(base=contents, content=contents)
def test_only_changed_slices_travel_and_they_are_enough(base: Slices, content: Slices) -> None:
    changes = changes_between(base, content)
    assert with_changes(base, changes) == content
    assert all(base.get(place) != content.get(place) for place in changes)
    assert set(changes) == {place for place in {*base, *content} if base.get(place) != content.get(place)}


def test_what_changed_slices_have_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"sop_instance_uid": "1.2", "frame_number": 1, "counts": [0, 1]}

    def code(*changed: Any) -> list[str]:
        return [problem.code for problem in changed_slices_problems(list(changed), 3, 3)]

    assert code(entry) == []
    assert code({**entry, "counts": []}) == []
    assert code() == ["bad_shape"]
    assert code(entry, entry) == ["repeated"]
    assert code({**entry, "more": 1}) == ["bad_shape"]
    assert code({**entry, "sop_instance_uid": "../../etc"}) == ["bad_uid"]
    assert code({**entry, "frame_number": 0}) == ["bad_number"]
    assert code({**entry, "counts": [0, 10]}) == ["bad_runs"]
    monkeypatch.setattr(segments, "MAXIMUM_COUNTS", 3)
    assert code(entry, {**entry, "frame_number": 2}) == ["too_large"]


def test_the_example_script_makes_an_array_of_what_is_stored(tmp_path: Path) -> None:
    script = Path(__file__).parents[3] / "docs" / "examples" / "segment_to_numpy.py"
    example = load("segment")
    source, target = tmp_path / "segment.json", tmp_path / "segment.npz"
    source.write_text(example["text"])
    subprocess.run([sys.executable, script, source, target], check=True)
    archive = np.load(target)
    assert archive["voxels"].shape == (3, example["rows"], example["columns"])
    assert archive["voxels"].sum() == example["voxel_count"]
    places = zip(archive["sop_instance_uids"], archive["frame_numbers"], strict=True)
    by_place = dict(zip(places, archive["voxels"], strict=True))
    for part in example["slices"]:
        expected = decode(part["counts"], example["rows"] * example["columns"])
        assert by_place[part["sop_instance_uid"], part["frame_number"]].tobytes() == expected


def test_what_is_stored_has_the_shape_of_the_schema_that_api_clients_get() -> None:
    schema = Path(__file__).parents[3] / "portal/imaging/schemas/segment-1.schema.json"
    shape = Draft202012Validator(json.loads(schema.read_text()))
    stored = json.loads(load("segment")["text"])
    shape.validate(stored)
    assert not shape.is_valid({**stored, "slices": []})
    assert not shape.is_valid({**stored, "patient": "x"})
