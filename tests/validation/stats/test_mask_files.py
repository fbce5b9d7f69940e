import io
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.mask_files import on_one_grid, read_mask
from validation.stats.segmentation import compare_masks


@pytest.fixture
def liver():
    """Give the path of the DICOM segmentation that pydicom carries: three slices of a liver, 0.81 mm pixels."""
    return get_testdata_file("liver.dcm")


@pytest.fixture
def shifted(liver, tmp_path):
    """Write the same segmentation one slice up and with its first frame left out, as writers leave empty ones."""
    dataset = pydicom.dcmread(liver)
    frames = dataset.pixel_array[1:]
    groups = list(dataset.PerFrameFunctionalGroupsSequence)[1:]
    for group in groups:
        position = group.PlanePositionSequence[0]
        position.ImagePositionPatient = [*position.ImagePositionPatient[:2], position.ImagePositionPatient[2] + 1]
    dataset.PerFrameFunctionalGroupsSequence = pydicom.Sequence(groups)
    dataset.NumberOfFrames = 2
    dataset.PixelData = np.packbits(frames.ravel(), bitorder="little").tobytes()
    path = tmp_path / "shifted.dcm"
    dataset.save_as(path)
    return path


def test_a_dicom_segmentation_brings_its_spacing(liver, tmp_path):
    found = read_mask(Path(liver))
    dataset = pydicom.dcmread(liver)
    assert found.voxels.tolist() == dataset.pixel_array.tolist()
    assert found.spacing_mm == (1.0, 0.810547, 0.810547)
    np.save(tmp_path / "liver.npy", dataset.pixel_array)
    spacing = ["--spacing", "1", "0.810547", "0.810547"]
    by_dicom, by_array = io.StringIO(), io.StringIO()
    assert main(["segmentation", "--a", liver, "--b", liver, "--json"], by_dicom) == 0
    assert (
        main(["segmentation", *[f"--{side}={tmp_path / 'liver.npy'}" for side in "ab"], *spacing, "--json"], by_array)
        == 0
    )
    assert by_dicom.getvalue() == by_array.getvalue()
    assert json.loads(by_dicom.getvalue())["voxels_a"] == int(dataset.pixel_array.sum())


def test_slices_that_one_segmentation_lacks_are_empty(liver, shifted):
    first, second = on_one_grid(read_mask(Path(liver)), read_mask(shifted))
    frames = pydicom.dcmread(liver).pixel_array.astype(bool)
    assert first.shape == second.shape == (4, 512, 512)
    # Frames 1 and 2 moved up by one slice: to where frame 2 is, and to one above it.
    assert (second[2] == frames[1]).all()
    assert (second[3] == frames[2]).all()
    assert not first[3].any()
    expected = compare_masks(np.pad(frames, ((0, 1), (0, 0), (0, 0))), second, spacing_mm=(1, 0.810547, 0.810547))
    output = io.StringIO()
    assert main(["segmentation", "--a", liver, "--b", str(shifted), "--json"], output) == 0
    assert json.loads(output.getvalue())["dice"] == expected.dice


def test_other_grids_segments_and_files_are_refused(liver, tmp_path, capsys):
    dataset = pydicom.dcmread(liver)
    dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing = [1, 1]
    other = tmp_path / "other.dcm"
    dataset.save_as(other)
    with pytest.raises(InputError, match="not on one grid"):
        on_one_grid(read_mask(Path(liver)), read_mask(other))
    with pytest.raises(InputError, match="no frame of segment 7; there is segment 1"):
        read_mask(Path(liver), segment=7)
    with pytest.raises(InputError, match="is a DICOM CT; a mask is a SEG of type BINARY"):
        read_mask(Path(get_testdata_file("CT_small.dcm")))
    (tmp_path / "text.npy").write_text("no mask")
    for arguments, complaint in [
        (["--a", liver, "--b", str(tmp_path / "none.dcm")], "there is no such file"),
        (["--a", liver, "--b", str(tmp_path / "text.npy")], "is neither a NumPy array file (.npy) nor a DICOM"),
        (["--a", liver], "give two masks with --a and --b"),
    ]:
        assert main(["segmentation", *arguments]) == 2
        assert complaint in capsys.readouterr().err


def test_a_table_of_pairs(tmp_path, capsys):
    square = np.zeros((6, 6), dtype=int)
    square[1:4, 1:4] = 1
    np.save(tmp_path / "a.npy", square)
    np.save(tmp_path / "b.npy", np.roll(square, 1, axis=0))
    (tmp_path / "pairs.csv").write_text("case,a,b\n01,a.npy,b.npy\n1,a.npy,a.npy\n")
    output = io.StringIO()
    arguments = ["segmentation", "--csv", str(tmp_path / "pairs.csv"), "--spacing", "1", "2"]
    assert main([*arguments, "--json"], output) == 0
    pairs = json.loads(output.getvalue())["pairs"]
    # 6 of 9 pixels are common.
    assert [(pair["case"], pair["dice"]) for pair in pairs] == [("01", pytest.approx(2 / 3)), ("1", 1.0)]
    assert main(arguments) == 0
    assert "hausdorff_mm" in capsys.readouterr().out
    (tmp_path / "pairs.csv").write_text("case,a,b\n01,a.npy,b.npy\n1,a.npy,gone.npy\n")
    assert main(arguments) == 2
    assert "row 2: " in capsys.readouterr().err
