"""Hounsfield units and geometry come from the files in Orthanc, in patient order."""

import hashlib

import numpy as np
import pytest

from portal.demo.phantoms.catalogue import make_phantom
from portal.imaging.connection import orthanc
from portal.imaging.models import Instance, Series
from portal.inference.pixels import CtSeries, UnusableInput, ct_series, read_ct_datasets
from tests.inference.conftest import SLICES


def read_ct_series(imaging_study, gateway) -> CtSeries:
    return ct_series(*read_ct_datasets(imaging_study, gateway))


def reason_of(imaging_study):
    with pytest.raises(UnusableInput) as unusable:
        read_ct_series(imaging_study, orthanc())
    assert unusable.value.reason
    return unusable.value.code


@pytest.mark.parametrize("compress", [False, True])
def test_voxels_and_places_are_those_of_the_generator(ingest_phantom, compress):
    name = f"PIXELS {compress}"
    series = read_ct_series(ingest_phantom(name, compress=compress), orthanc())
    phantom = make_phantom(name, sum(map(ord, name)), nodules=0, slices=SLICES)
    assert np.array_equal(series.hounsfield, phantom.hounsfield)
    grid = phantom.grid
    assert series.affine[:3, 3] == pytest.approx(grid.origin_mm, abs=1e-3)
    assert np.diag(series.affine)[:3] == pytest.approx([grid.pixel_mm, grid.pixel_mm, grid.slice_mm], abs=1e-3)
    assert len(series.sop_instance_uids) == SLICES


def test_the_digest_is_sha256_over_uids_and_stored_values(ingest_phantom):
    """Outside witness: computed here from the files, in slice order (the generator writes them in that order)."""
    expected = hashlib.sha256()

    def watched(datasets):
        for dataset in datasets:
            expected.update(dataset.SOPInstanceUID.encode())
            expected.update(dataset.pixel_array.astype("<i4").tobytes())
        return datasets

    series = read_ct_series(ingest_phantom("DIGEST", compress=True, change=watched), orthanc())
    assert series.input_digest == expected.hexdigest()


def test_an_imaging_study_without_ct_is_refused(imaging_study_rows):
    Series.objects.create(series_instance_uid="1.2.3.9", imaging_study=imaging_study_rows[0], modality="MR")
    assert reason_of(imaging_study_rows[0]) == "wrong_modality"


def test_too_few_slices_are_refused(ingest_phantom):
    study = ingest_phantom("FEW SLICES", change=lambda datasets: datasets[:4])
    assert reason_of(study) == "too_few_slices"


def test_a_gap_in_the_stack_is_refused(ingest_phantom):
    study = ingest_phantom("GAP", change=lambda datasets: datasets[:3] + datasets[4:])
    assert reason_of(study) == "irregular_geometry"


def test_an_image_that_orthanc_lost_is_named(ingest_phantom):
    study = ingest_phantom("LOST")
    orthanc().delete_instance(Instance.objects.filter(series__imaging_study=study)[0].orthanc_id)
    assert reason_of(study) == "missing_pixels"


@pytest.mark.parametrize(
    ("keyword", "code"),
    [("RescaleSlope", "no_rescale"), ("PixelSpacing", "no_geometry"), ("ImagePositionPatient", "no_geometry")],
)
def test_files_without_what_decides_a_number_are_refused(ingest_phantom, keyword, code):
    def without(datasets):
        for dataset in datasets:
            del dataset[keyword]
        return datasets

    assert reason_of(ingest_phantom(f"NO {keyword}", change=without)) == code


def test_slices_of_another_frame_of_reference_are_refused(ingest_phantom):
    def moved(datasets):
        datasets[-1].FrameOfReferenceUID = "1.2.3.4"
        return datasets

    assert reason_of(ingest_phantom("MOVED", change=moved)) == "irregular_geometry"


def test_a_tilted_gantry_keeps_its_shear(ingest_phantom):
    """Slices that slide sideways: PS3.3 C.7.6.2.1.1 says where each one is."""

    def tilted(datasets):
        for index, dataset in enumerate(datasets):
            x, y, z = (float(value) for value in dataset.ImagePositionPatient)
            dataset.ImagePositionPatient = [x, round(y + 0.5 * index, 4), z]
        return datasets

    series = read_ct_series(ingest_phantom("TILTED", change=tilted), orthanc())
    assert series.affine[:3, 2] == pytest.approx([0, 0.5, series.affine[2, 2]])
