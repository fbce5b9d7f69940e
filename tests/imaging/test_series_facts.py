"""What hanging protocols ask of a series, from DICOM JSON (PS3.18 annex F)."""

import pytest

from portal.imaging.reader_tags import tag_of
from portal.imaging.series_facts import plane_name, series_facts


def row(**values):
    return {
        tag_of(keyword): {"vr": "UN", "Value": value if isinstance(value, list) else [value]}
        for keyword, value in values.items()
    }


@pytest.mark.parametrize(
    ("orientation", "name"),
    [
        # PS3.3 C.7.6.2.1.1: direction cosines of the row, then of the column.
        ([1, 0, 0, 0, 1, 0], "AXIAL"),
        ([1, 0, 0, 0, 0, -1], "CORONAL"),
        ([0, 1, 0, 0, 0, -1], "SAGITTAL"),
        # A gantry tilted by 20 degrees is axial still, one by 45 degrees is neither.
        ([1, 0, 0, 0, 0.9397, -0.342], "AXIAL"),
        ([1, 0, 0, 0, 0.7071, -0.7071], "OBLIQUE"),
        ([], None),
    ],
)
def test_the_plane_is_that_of_the_nearest_axis(orientation, name):
    assert plane_name(orientation) == name


def test_a_stack_is_described_by_its_first_image():
    rows = [row(ImageOrientationPatient=[1, 0, 0, 0, 1, 0], SliceThickness=1.25, ConvolutionKernel="B70f")] * 3
    facts = series_facts(rows, "CT")
    assert (facts["orientation"], facts["slice_thickness_mm"], facts["kernel"]) == ("AXIAL", 1.25, "B70f")
    assert (facts["number_of_images"], facts["views"]) == (3, [])


def test_the_frame_of_reference_is_that_of_the_first_image_and_empty_without_one():
    rows = [row(FrameOfReferenceUID="1.2.3"), row(FrameOfReferenceUID="1.2.4")]
    assert series_facts(rows, "PT")["frame_of_reference_uid"] == "1.2.3"
    assert series_facts([row()], "PT")["frame_of_reference_uid"] == ""


def test_projections_are_described_image_by_image():
    rows = [
        row(SOPInstanceUID="1.1", ViewPosition="CC", ImageLaterality="R", PatientOrientation=["P", "L"]),
        row(SOPInstanceUID="1.2", ViewPosition="LL", Laterality="L", PatientOrientation=["A", "F"]),
    ]
    facts = series_facts(rows, "MG")
    assert facts["orientation"] is None
    assert facts["views"] == [
        {"sop_instance_uid": "1.1", "view": "CC", "laterality": "R", "row_direction": "P"},
        {"sop_instance_uid": "1.2", "view": "LATERAL", "laterality": "L", "row_direction": "A"},
    ]


@pytest.mark.parametrize(("code", "view"), [("399368009", "MLO"), ("R-10242", "CC"), ("1", "")])
def test_a_view_that_is_named_by_its_code_alone(code, view):
    coded = {tag_of("ViewCodeSequence"): {"vr": "SQ", "Value": [row(CodeValue=code)]}}
    facts = series_facts([row(ImageLaterality="L") | coded], "MG")
    assert (facts["views"][0]["view"], facts["views"][0]["laterality"]) == (view, "L")


def test_an_enhanced_image_is_described_by_the_groups_its_frames_share():
    plane = row(ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    measures = row(SliceThickness="3.0")
    shared = [{tag_of("PlaneOrientationSequence"): {"vr": "SQ", "Value": [plane]}}]
    shared[0][tag_of("PixelMeasuresSequence")] = {"vr": "SQ", "Value": [measures]}
    facts = series_facts([row(NumberOfFrames="10", SharedFunctionalGroupsSequence=shared)], "MR")
    assert (facts["orientation"], facts["slice_thickness_mm"]) == ("SAGITTAL", 3.0)
    assert facts["number_of_images"] == 10


@pytest.mark.parametrize("rows", [[], [{}], [row(SliceThickness=[None])], [row(ImageOrientationPatient=["x"] * 6)]])
def test_what_a_file_does_not_say_is_not_made_up(rows):
    facts = series_facts(rows, "CT")
    assert (facts["orientation"], facts["slice_thickness_mm"], facts["body_part"]) == (None, None, "")
