"""Phantoms: lesions lie where the generator says, and the files are what the standard says."""

from io import BytesIO

import numpy as np
import pydicom
import pytest
from pydicom.pixels.processing import apply_rescale

from portal.demo.phantoms import catalogue, dicom, ruler
from portal.demo.phantoms.anatomy import capsule_coverage
from portal.demo.phantoms.volume import Grid


def test_same_seed_gives_the_same_voxels():
    first = catalogue.make_phantom("CASE 900", 900, nodules=1, slices=10)
    second = catalogue.make_phantom("CASE 900", 900, nodules=1, slices=10)
    assert np.array_equal(first.hounsfield, second.hounsfield)
    assert first.lesions == second.lesions
    other = catalogue.make_phantom("CASE 901", 901, nodules=1, slices=10)
    assert not np.array_equal(first.hounsfield, other.hounsfield)


def test_no_reading_case_is_ever_trained_on():
    reading = range(catalogue.READING_SEED + 1, catalogue.READING_SEED + catalogue.READING_CASES + 1)
    fitting = range(catalogue.FITTING_SEED + 1, catalogue.FITTING_SEED + catalogue.FITTING_CASES + 1)
    calibration = range(catalogue.CALIBRATION_SEED + 1, catalogue.CALIBRATION_SEED + catalogue.CALIBRATION_CASES + 1)
    assert not set(reading) & set(fitting)
    assert not set(reading) & set(calibration)
    assert not set(fitting) & set(calibration)


def test_half_of_the_reading_cases_carry_a_nodule():
    counts = catalogue._nodule_counts(catalogue.READING_SEED, catalogue.READING_CASES)
    assert len(counts) == 64
    assert sum(count > 0 for count in counts) == 32


@pytest.mark.parametrize("diameter_mm", [6.0, 10.0, 20.0])
def test_a_sphere_has_the_volume_of_a_sphere(diameter_mm):
    """Outside witness: 4/3 pi r^3, and the centroid is the centre."""
    grid = Grid(24, 64, 64, 1.4, 3.0)
    center = (3.3, -7.1, 1.7)
    covered = capsule_coverage(grid, center, center, diameter_mm / 2)
    assert covered is not None
    box, coverage = covered
    volume_mm3 = coverage.sum() * grid.pixel_mm**2 * grid.slice_mm
    assert volume_mm3 == pytest.approx(4 / 3 * np.pi * (diameter_mm / 2) ** 3, rel=0.06)
    z, y, x = grid.axes_mm()
    weights = coverage / coverage.sum()
    centroid = [float((weights * axis[part]).sum()) for axis, part in ((x, np.s_[:, :, box[2]]),)]
    centroid.append(float((weights * y[:, box[1]]).sum()))
    centroid.append(float((weights * z[box[0]]).sum()))
    assert centroid == pytest.approx(center, abs=0.15)


def test_a_lesion_is_brighter_than_the_lung_around_it():
    phantom = catalogue.make_phantom("CASE 902", 902, nodules=1)
    (lesion,) = phantom.lesions
    x0, y0, z0 = phantom.grid.origin_mm
    x, y, z = lesion.center_mm
    index = (
        round((z - z0) / phantom.grid.slice_mm),
        round((y - y0) / phantom.grid.pixel_mm),
        round((x - x0) / phantom.grid.pixel_mm),
    )
    z, y, x = index
    inside = float(phantom.hounsfield[z, y - 1 : y + 2, x - 1 : x + 2].mean())
    assert inside > -700
    assert inside == pytest.approx(lesion.attenuation_hu, abs=250)


@pytest.mark.parametrize("compress", [False, True])
def test_files_carry_the_voxels_and_their_places(compress):
    phantom = catalogue.make_phantom("CASE 903", 903, nodules=1, slices=10)
    datasets = [
        pydicom.dcmread(BytesIO(dicom.to_bytes(dataset)))
        for dataset in dicom.to_datasets(phantom, day=3, compress=compress)
    ]
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 10
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == 1
    for index, dataset in enumerate(datasets):
        assert np.array_equal(apply_rescale(dataset.pixel_array, dataset), phantom.hounsfield[index])
        assert dataset.ImagePositionPatient[2] == pytest.approx(
            phantom.grid.origin_mm[2] + index * phantom.grid.slice_mm, abs=1e-3
        )
        assert [float(value) for value in dataset.PixelSpacing] == [phantom.grid.pixel_mm] * 2
    # Head to feet, as scanners number: the highest slice comes first.
    assert datasets[-1].InstanceNumber == 1


def test_files_say_that_they_are_synthetic():
    phantom = catalogue.make_phantom("CASE 904", 904, nodules=0, slices=8)
    dataset = next(dicom.to_datasets(phantom, day=0, compress=False))
    assert dataset.SyntheticData == "YES"
    assert str(dataset.PatientName) == "SYNTHETIC^CASE 904"
    assert dataset.PatientID.startswith("SYNTHETIC")
    assert "SYNTHETIC" in dataset.StudyDescription
    assert "SYNTHETIC" in dataset.SeriesDescription
    assert "SYNTHETIC" in dataset.ImageComments
    assert dataset.BurnedInAnnotation == "NO"
    assert dataset.PatientIdentityRemoved == "YES"


def test_uids_never_change():
    """A second demo must write the same objects, or every `make up` would fill the archive anew."""
    assert dicom.study_instance_uid("CASE 001") == dicom.study_instance_uid("CASE 001")
    assert dicom.study_instance_uid("CASE 001") != dicom.study_instance_uid("CASE 002")
    assert all(pydicom.uid.UID(uid).is_valid for uid in (dicom.phantom_uid("x"), dicom.study_instance_uid("y")))


def test_the_rods_of_the_ruler_are_as_long_as_they_claim():
    """Counted in pixels times PixelSpacing (PS3.3 10.7.1.3)."""
    dataset = next(dicom.to_datasets(ruler.make_ruler(), day=0, compress=False, description=ruler.DESCRIPTION))
    hounsfield = apply_rescale(dataset.pixel_array, dataset)
    row_spacing_mm, column_spacing_mm = (float(value) for value in dataset.PixelSpacing)
    assert (hounsfield[62] > 600).sum() * column_spacing_mm == pytest.approx(100.0)
    assert (hounsfield[:, 62] > 600)[100:].sum() * row_spacing_mm == pytest.approx(60.0)
