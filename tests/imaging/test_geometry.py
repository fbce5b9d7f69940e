"""Geometry: against the equation of PS3.3 C.7.6.2.1.1 worked by hand, and by round trips."""

import math

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.imaging import geometry
from tests.imaging import dicom_files as files

AXIAL = [1, 0, 0, 0, 1, 0]


def test_an_axial_pixel_by_hand():
    # Column 10 at 0.7 mm goes 7 mm to the left hand, row 4 at 0.5 mm goes 2 mm to the back.
    one = geometry.plane([-100, -50, 30], AXIAL, [0.5, 0.7])
    assert one.pixel_to_patient_mm(10, 4) == pytest.approx([-93.0, -48.0, 30.0])
    assert one.normal == pytest.approx([0, 0, 1])


def test_a_sagittal_plane_by_hand():
    # Rows run to the back (+y), columns run to the feet (-z): the normal is y x (-z) = -x.
    one = geometry.plane([5, 0, 100], [0, 1, 0, 0, 0, -1], [2, 1])
    assert one.pixel_to_patient_mm(3, 10) == pytest.approx([5, 3, 80])
    assert one.normal == pytest.approx([-1, 0, 0])


def test_the_matrix_of_the_standard_gives_the_same_point():
    """The 4x4 matrix of equation C.7.6.2.1-1, written out, is the witness for an oblique plane."""
    angle = math.radians(30)
    row = np.array([math.cos(angle), math.sin(angle), 0.0])
    column = np.array([0.0, 0.0, -1.0])
    origin, spacing = np.array([12.5, -3.0, 40.0]), (0.8, 0.6)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 3] = row * spacing[1], column * spacing[0], origin
    expected = matrix @ np.array([17.0, 23.0, 0.0, 1.0])
    one = geometry.plane(list(origin), [*row, *column], spacing)
    many = one.patient_mm_to_pixels(np.array([expected[:3], origin + 2 * one.normal]))
    assert np.array(many) == pytest.approx(np.array([[17, 0], [23, 0], [0, 2]]), abs=1e-9)
    assert one.pixel_to_patient_mm(17, 23) == pytest.approx(expected[:3])


finite = st.floats(-500, 500)


@given(st.tuples(finite, finite, finite), finite, finite, st.floats(0, 2 * math.pi), st.floats(0.1, 5))
def test_pixel_to_patient_and_back(origin, column, row, angle, spacing):
    cosines = [math.cos(angle), math.sin(angle), 0, 0, 0, 1]
    one = geometry.plane(origin, cosines, [spacing, 2 * spacing])
    back = one.patient_mm_to_pixel(one.pixel_to_patient_mm(column, row))
    assert back == pytest.approx((column, row, 0), abs=1e-6)


def test_distance_from_the_plane_is_signed():
    one = geometry.plane([0, 0, 10], AXIAL, [1, 1])
    assert one.patient_mm_to_pixel([2, 3, 14.5]) == pytest.approx((2, 3, 4.5))
    assert one.patient_mm_to_pixel([2, 3, 4])[2] == pytest.approx(-6)


def test_slices_sort_by_place_not_by_number():
    planes = [geometry.plane([0, 0, z], AXIAL, [1, 1]) for z in (5, -5, 0, 10)]
    order = geometry.order_slices(planes)
    assert order.indices == (1, 2, 0, 3)
    assert order.positions_mm == pytest.approx((-5, 0, 5, 10))
    assert order.spacing_mm == 5
    assert order.is_regular


@pytest.mark.parametrize("places", [(0, 5, 15), (0, 5, 5, 10), (0, 5, 10.2)])
def test_a_gap_or_a_double_is_not_regular(places):
    order = geometry.order_slices([geometry.plane([0, 0, z], AXIAL, [1, 1]) for z in places])
    assert not order.is_regular


def test_one_slice_has_no_spacing():
    order = geometry.order_slices([geometry.plane([0, 0, 1], AXIAL, [1, 1])])
    assert (order.indices, order.spacing_mm, order.is_regular) == ((0,), None, True)


def test_planes_that_are_not_parallel_have_no_order():
    tilted = [1, 0, 0, 0, math.cos(0.1), math.sin(0.1)]
    with pytest.raises(geometry.GeometryError, match="not parallel"):
        geometry.order_slices([geometry.plane([0, 0, 0], cosines, [1, 1]) for cosines in (AXIAL, tilted)])
    with pytest.raises(geometry.GeometryError, match="no slices"):
        geometry.order_slices([])


@pytest.mark.parametrize(
    ("position", "orientation", "spacing", "element"),
    [
        ([0, 0], AXIAL, [1, 1], "ImagePositionPatient"),
        ([0, 0, math.nan], AXIAL, [1, 1], "ImagePositionPatient"),
        ([0, 0, "x"], AXIAL, [1, 1], "ImagePositionPatient"),
        ([0, 0, 0], [1, 0, 0, 1, 0, 0], [1, 1], "right angles"),
        ([0, 0, 0], [2, 0, 0, 0, 1, 0], [1, 1], "unit vectors"),
        ([0, 0, 0], AXIAL, [0, 1], "PixelSpacing"),
    ],
)
def test_impossible_values_name_the_element(position, orientation, spacing, element):
    with pytest.raises(geometry.GeometryError, match=element):
        geometry.plane(position, orientation, spacing)


def test_a_real_image_and_orthanc_text_give_the_same_plane():
    data_set = pydicom.dcmread(files.packaged("CT_small.dcm"))
    keywords = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
    from_file = geometry.plane_from_tags({keyword: data_set[keyword].value for keyword in keywords})
    from_text = geometry.plane_from_tags({k: "\\".join(map(str, data_set[k].value)) for k in keywords})
    # Values printed by dcmdump for this file.
    assert from_file.position_mm == pytest.approx([-158.135803, -179.035797, -75.699997])
    assert from_file.row_spacing_mm == pytest.approx(0.661468)
    assert from_text.position_mm == pytest.approx(from_file.position_mm)
    with pytest.raises(geometry.GeometryError, match="PixelSpacing is missing"):
        geometry.plane_from_tags({k: data_set[k].value for k in keywords[:2]})
