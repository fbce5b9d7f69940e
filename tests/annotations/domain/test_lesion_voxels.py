"""Segments of several readers: overlap and consensus against closed forms, and against the statistics' own STAPLE."""

import tracemalloc

import numpy as np
import pytest

from annotations.domain import lesion_voxels
from annotations.domain.lesion_consensus import consensus_segments
from annotations.domain.lesion_matching import DISTANCE, IOU, Marked, MatchRule, lesions_of, smallest_iou
from annotations.domain.lesion_voxels import (
    SegmentsTooLarge,
    Voxels,
    consensus_voxels,
    grid_of,
    joined,
    segment_of,
    voxels_iou,
)
from annotations.domain.lesions import lesion_problems
from portal.imaging.segments import encode
from validation.stats.segmentation import staple

ROWS, COLUMNS = 6, 8


def band(first: int, last: int, *, sop: str = "1.2.1", rows: int = 4) -> Voxels:
    """Columns first to last of the upper rows of one slice."""
    mask = np.zeros((ROWS, COLUMNS), dtype=np.uint8)
    mask[:rows, first : last + 1] = 1
    return Voxels(ROWS, COLUMNS, {(sop, 1): encode(mask.tobytes())}, "1.2", None, [1.0, 1.0, 2.0])


def counts(first: int, last: int, rows: int = 4) -> list[int]:
    return next(iter(band(first, last, rows=rows).slices.values()))


A, B, C = band(0, 3), band(1, 4), band(2, 5)


def test_overlap_of_bands() -> None:
    """Bands of 4 by 4: three columns in common of five, then two of six."""
    assert voxels_iou(A, B) == pytest.approx(12 / 20)
    assert voxels_iou(A, C) == pytest.approx(8 / 24)
    assert voxels_iou(A, band(0, 3, sop="1.2.2")) == 0, "another slice"
    assert voxels_iou(A, band(4, 7)) == 0


def test_majority_holds_what_more_than_half_hold() -> None:
    """Columns 1 to 4 are in two bands or three; of two segments only what both hold is more than half."""
    assert consensus_voxels([A, B, C], "MAJORITY") == {("1.2.1", 1): counts(1, 4)}
    assert consensus_voxels([A, B], "MAJORITY") == {("1.2.1", 1): counts(1, 3)}
    assert consensus_voxels([A, band(4, 7)], "MAJORITY") == {}
    assert consensus_voxels([A], "MAJORITY") == A.slices


def test_staple_is_that_of_the_statistics_in_the_box_around_the_segments() -> None:
    upper = band(1, 6, rows=2)
    masks = np.zeros((3, 1, 4, 7), dtype=np.uint8)
    masks[0, :, :, 0:4], masks[1, :, :, 1:5], masks[2, :, :2, 1:7] = 1, 1, 1
    expected = np.zeros((ROWS, COLUMNS), dtype=np.uint8)
    expected[:4, :7] = staple(masks).probability[0] >= 0.5  # type: ignore[union-attr]
    assert consensus_voxels([A, B, upper], "STAPLE") == {("1.2.1", 1): encode(expected.tobytes())}


def test_segments_that_would_take_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesion_voxels, "MAXIMUM_CELLS", 2 * 4 * 5 - 1)
    with pytest.raises(SegmentsTooLarge):
        consensus_voxels([A, B], "STAPLE")


def test_images_of_two_sizes_in_one_series_are_two_grids() -> None:
    """As views of a breast may be: nothing there can be laid over each other."""
    other = Voxels(9, 9, {("1.2.7", 1): [3, 2]}, "1.2", None, None)
    assert grid_of(A) == grid_of(B) != grid_of(other)
    group = [Marked(name, name, {}, {grid_of(one): one}) for name, one in (("A", A), ("B", B), ("C", other))]
    found = consensus_segments(group, "MAJORITY")
    assert [geometry["voxel_count"] for _, geometry in found] == [12, 2]
    assert lesions_of(group, MatchRule(IOU, min_iou=0.5)) == [group[:2], group[2:]]


def test_a_consensus_takes_the_memory_of_its_box_and_one_image() -> None:
    """40 images of 1000 by 1000 are 40 MB, and the segments a hundred voxels on each."""
    places = [(f"1.2.{number}", 1) for number in range(40)]
    one = Voxels(1000, 1000, {place: [1000, 100] for place in places}, "1.2", None, None)
    two = one._replace(slices={place: [1050, 100] for place in places})
    tracemalloc.start()
    found = consensus_voxels([one, two], "MAJORITY")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == {place: [1050, 50] for place in places}
    assert peak < 10_000_000


def test_equal_segments_are_their_consensus() -> None:
    assert consensus_voxels([A, A, A], "STAPLE") == A.slices


def test_segments_are_matched_by_voxels_in_common() -> None:
    findings = [Marked(name, name, {}, {"1.2": one}) for name, one in (("A", A), ("B", B), ("far", band(6, 7)))]
    names = [sorted(one.key for one in group) for group in lesions_of(findings, MatchRule(DISTANCE, 10.0))]
    assert sorted(names) == [["A", "B"], ["far"]]
    half = lesions_of(findings, MatchRule(IOU, min_iou=0.6))
    assert sorted(len(group) for group in half) == [1, 2]
    assert len(lesions_of(findings, MatchRule(IOU, min_iou=0.61))) == 3
    assert smallest_iou(findings[:2]) == pytest.approx(0.6)


def test_a_consensus_is_a_segment_that_a_lesion_can_have() -> None:
    group = [Marked(name, name, {}, {"1.2": one}) for name, one in (("A", A), ("B", B), ("C", C))]
    ((text, geometry),) = consensus_segments(group, "MAJORITY")
    assert (geometry["voxel_count"], geometry["slice_count"], geometry["sop_instance_uid"]) == (16, 1, "1.2.1")
    assert '"counts":[1,4' in text
    mark = {"geometry": {**geometry, "sha256": "0" * 64}}
    assert lesion_problems({"id": "L1", "marks": [mark]}, "lesion") == []
    assert consensus_segments(group[::-1], "MAJORITY") == [(text, geometry)]


def test_two_segments_of_one_finding_are_one() -> None:
    both = joined(band(0, 1), band(1, 4))
    assert both.slices == {("1.2.1", 1): counts(0, 4)}
    tall = joined(A, band(0, 0, sop="1.2.2"))
    _, geometry = segment_of(tall, tall.slices)
    assert (geometry["voxel_count"], geometry["slice_count"], geometry["sop_instance_uid"]) == (20, 2, "1.2.1")
