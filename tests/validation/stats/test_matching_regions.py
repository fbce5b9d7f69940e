import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation.stats.checks import InputError
from validation.stats.matching_regions import Box, Ellipse, Mask, Polygon, box_iou, region_iou

numbers = st.integers(-5, 5)


def grid_box(low, high, size=10):
    """A box on whole numbers as a mask of unit cells between them."""
    voxels = np.zeros((size,) * len(low), dtype=bool)
    voxels[tuple(slice(a, b) for a, b in zip(low[::-1], high[::-1], strict=True))] = True
    return Mask(voxels, (0.5,) * len(low), (1.0,) * len(low))


@pytest.mark.parametrize(
    ("a", "b", "iou"),
    [
        # Unit shifts of a 2 x 2 square: half overlaps, 2 / 6; a corner, 1 / 7; the same, 1; side by side, 0.
        (((0, 0), (2, 2)), ((1, 0), (3, 2)), 1 / 3),
        (((0, 0), (2, 2)), ((1, 1), (3, 3)), 1 / 7),
        (((0, 0), (2, 2)), ((0, 0), (2, 2)), 1.0),
        (((0, 0), (2, 2)), ((2, 0), (4, 2)), 0.0),
        # Cubes: 4 / 12; a corner 1 / 15; a 1 x 1 x 1 inside a 2 x 2 x 2, 1 / 8.
        (((0, 0, 0), (2, 2, 2)), ((1, 0, 0), (3, 2, 2)), 1 / 3),
        (((0, 0, 0), (2, 2, 2)), ((1, 1, 1), (3, 3, 3)), 1 / 15),
        (((0, 0, 0), (2, 2, 2)), ((0, 0, 0), (1, 1, 1)), 1 / 8),
    ],
)
def test_overlap_of_boxes_by_counting(a, b, iou):
    assert region_iou(Box(*a), Box(*b)) == pytest.approx(iou, abs=1e-15)
    assert region_iou(Box(*b), Box(*a)) == pytest.approx(iou, abs=1e-15)
    assert region_iou(grid_box(*a), grid_box(*b)) == pytest.approx(iou, abs=1e-15)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), min_size=6, max_size=6))
def test_boxes_and_their_masks_agree(sides):
    lows = [tuple(min(start, 9) for start, _ in part) for part in (sides[:3], sides[3:])]
    highs = [tuple(min(start + length, 10) for start, length in part) for part in (sides[:3], sides[3:])]
    boxes = [Box(low, high) for low, high in zip(lows, highs, strict=True)]
    masks = [grid_box(low, high) for low, high in zip(lows, highs, strict=True)]
    assert region_iou(*boxes) == pytest.approx(region_iou(*masks), abs=1e-12)
    assert 0.0 <= region_iou(*boxes) <= 1.0
    points = np.stack(np.meshgrid(*[np.arange(10) + 0.5] * 3), axis=-1).reshape(-1, 3)
    for box, mask in zip(boxes, masks, strict=True):
        assert (box.contains(points) == mask.contains(points)).all()
        assert box.centre_mm == pytest.approx(mask.centre_mm)


def test_overlap_of_many_boxes_is_row_by_row():
    a = np.array([[[0.0, 0.0], [2.0, 2.0]], [[0.0, 0.0], [1.0, 1.0]]])
    b = np.array([[[1.0, 0.0], [3.0, 2.0]], [[5.0, 5.0], [6.0, 6.0]]])
    assert box_iou(a, b).tolist() == pytest.approx([1 / 3, 0.0])


def test_an_ellipse_turned_by_45_degrees():
    half = math.sqrt(0.5)
    ellipse = Ellipse((1.0, 1.0), (4.0, 1.0), ((half, half), (half, -half)))
    points = np.array([[1.0 + 3.9 * half, 1.0 + 3.9 * half], [1.0 + 3.9 * half, 1.0 - 3.9 * half], [1.0, 1.0]])
    assert ellipse.contains(points).tolist() == [True, False, True]
    ball = Ellipse((0.0, 0.0, 0.0), (5.0, 5.0, 5.0))
    assert ball.contains(np.array([[3.0, 4.0, 0.0], [3.0, 4.0, 0.1]])).tolist() == [True, False]


def test_a_concave_polygon():
    # An L of two unit squares and one above the first; its centroid by the squares is (5/6, 5/6).
    shape = Polygon(((0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)))
    points = np.array([[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5], [1.0, 1.5], [2.0, 0.5], [2.1, 0.5], [0, 0]])
    assert shape.contains(points).tolist() == [True, True, True, False, True, True, False, True]
    assert shape.centre_mm == pytest.approx([5 / 6, 5 / 6])
    far = Polygon(tuple((x + 1e6, y + 1e6) for x, y in shape.vertices_mm))
    assert far.centre_mm == pytest.approx([1e6 + 5 / 6, 1e6 + 5 / 6], abs=1e-6)


@given(st.tuples(numbers, numbers), st.tuples(st.integers(1, 6), st.integers(1, 6)), st.tuples(numbers, numbers))
def test_a_rectangle_is_a_box_and_a_polygon(low, size, point):
    high = (low[0] + size[0], low[1] + size[1])
    corners = (low, (high[0], low[1]), high, (low[0], high[1]))
    for offset in (0.0, 0.3):
        points = np.array([point]) + offset
        assert Polygon(corners).contains(points) == Box(low, high).contains(points)


def test_a_mask_with_unequal_spacing():
    voxels = np.zeros((2, 3), dtype=bool)
    voxels[1, 2] = True  # row 1, column 2: y = 10 + 5, x = 100 + 2 * 2
    mask = Mask(voxels, (100.0, 10.0), (2.0, 5.0))
    assert mask.centre_mm.tolist() == [104.0, 15.0]
    points = np.array([[104.0, 15.0], [103.1, 12.6], [102.9, 15.0], [500.0, 15.0], [-500.0, -15.0]])
    assert mask.contains(points).tolist() == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Box((0, 0), (1, 0)), "runs from low to high"),
        (lambda: Box((0, 0), (1, 1, 1)), "two or three finite numbers"),
        (lambda: Box((0, math.nan), (1, 1)), "two or three finite numbers"),
        (lambda: Ellipse((0, 0), (1, 0)), "semi-axes of an ellipse are positive"),
        (lambda: Ellipse((0, 0), (1, 1), ((1, 0), (1, 0))), "orthogonal"),
        (lambda: Polygon(((0, 0), (1, 1))), "three vertices"),
        (lambda: Polygon(((0, 0), (1, 1), (2, 2))), "no area"),
        (lambda: Mask(np.zeros((2, 2), dtype=bool), (0, 0), (1, 1)), "the mask is empty"),
        (lambda: Mask(np.ones((2, 2, 2), dtype=bool), (0, 0), (1, 1)), "3 dimensions has an origin of 2"),
        (lambda: Mask(np.ones((2, 2), dtype=bool), (0, 0), (1, 0)), "spacing of a mask is positive"),
        (lambda: region_iou(Box((0, 0), (1, 1)), Box((0, 0, 0), (1, 1, 1))), "2 dimensions meets one of 3"),
        (lambda: region_iou(Box((0, 0), (1, 1)), grid_box((0, 0), (1, 1))), "two boxes or of two masks"),
        (lambda: region_iou(grid_box((0, 0), (1, 1)), grid_box((0, 0), (1, 1), 5)), "needs the same grid"),
    ],
)
def test_bad_shapes_are_refused(make, complaint):
    with pytest.raises(InputError, match=complaint):
        make()
