"""Suspicion of burned-in text: found where it was drawn, silent on images without, and its behaviour on real files."""

import os
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw, ImageFont
from pydicom import dcmread
from pydicom.data import get_testdata_file

from portal.demo.phantoms.catalogue import make_phantom
from portal.inference.burned_in_text import MOST_SLICES, has_text_lines, slices_with_text
from portal.inference.input_check import pixel_checks
from portal.ops.environment import REPOSITORY
from tests.inference.cards import card

SHARED = Path(os.environ.get("OVERREAD_SHARED", REPOSITORY.parent / "shared")) / "dicom"


@cache
def chest() -> npt.NDArray[np.float32]:
    """Eight slices of the synthetic chest CT, in HU."""
    return make_phantom("TEXT", 5, nodules=1, slices=8).hounsfield.astype(np.float32)


def written(image: npt.NDArray[Any], text: str, place: tuple[int, int], size: int, value: float) -> npt.NDArray[Any]:
    """The image with a text drawn into it, from (column, row) on."""
    drawn = Image.new("L", image.shape[::-1], 0)
    ImageDraw.Draw(drawn).text(place, text, fill=255, font=ImageFont.load_default(size))
    return np.where(np.asarray(drawn) > 127, value, image)


def test_an_image_without_text_raises_no_suspicion() -> None:
    assert slices_with_text(chest()) == []


@pytest.mark.parametrize("text", ["DOE^JANE 1957", "ACC 4711-12", "10:42:07 kV 120"])
@pytest.mark.parametrize("size", [14, 20, 28])
@pytest.mark.parametrize("corner", ["top left", "top right", "bottom left"])
def test_text_in_a_corner_is_found(text: str, size: int, corner: str) -> None:
    rows, columns = chest()[0].shape
    column = 6 if "left" in corner else columns - 10 - int(0.62 * size * len(text))
    row = 6 if "top" in corner else rows - 2 * size
    assert has_text_lines(written(chest()[0], text, (max(column, 2), row), size, 3071))


def test_dark_text_on_a_bright_border_is_found() -> None:
    bright = np.full((256, 256), 200.0)
    assert has_text_lines(written(bright, "DOE^JANE 1957", (8, 8), 16, 0))


def test_a_scale_a_marker_and_a_frame_are_no_text() -> None:
    image = np.zeros((256, 256))
    image[240:250, 20:230:7] = 255  # ticks
    image[2, :] = image[:, 2] = 255  # a frame
    assert not has_text_lines(image)
    assert not has_text_lines(written(np.zeros((256, 256)), "R", (8, 8), 24, 255))


@given(image=arrays.arrays(np.uint8, (48, 48), elements=st.integers(0, 255)))
def test_what_is_said_does_not_depend_on_the_unit_of_the_values(image: npt.NDArray[np.uint8]) -> None:
    values = image.astype(np.float64)
    assert has_text_lines(values) == has_text_lines(4 * values - 1024)


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_no_text(seed: int) -> None:
    random = np.random.default_rng(seed)
    assert not has_text_lines(random.normal(0, 40, (256, 256)))
    assert not has_text_lines(random.poisson(3, (256, 256)))


def test_of_many_slices_some_are_looked_at_and_the_ends_always() -> None:
    stack = np.zeros((4 * MOST_SLICES, 64, 128))
    for index in (0, len(stack) - 1):
        stack[index] = written(stack[index], "DOE^JANE", (4, 4), 16, 255)
    assert slices_with_text(stack) == [0, len(stack) - 1]


def test_a_suspicion_warns_and_refuses_where_the_card_says_so() -> None:
    planted = chest().copy()
    planted[2] = written(planted[2], "DOE^JANE 1957", (6, 6), 18, 3000)
    [warned] = [one for one in pixel_checks(planted, card()["input"]) if one.check == "burned_in_text"]
    assert (warned.outcome, warned.code) == ("WARNED", "burned_in_text_suspected")
    assert "slice 3:" in warned.detail
    [refused] = [one for one in pixel_checks(planted, card(burned_in_text="REFUSE")["input"]) if one.code]
    assert refused.outcome == "REFUSED"
    assert {one.outcome for one in pixel_checks(chest(), card(burned_in_text="REFUSE")["input"])} == {"PASSED"}


# Looked at by eye: what has text in its borders, and what has none.
WITH_TEXT = ["JPGLosslessP14SV1_1s_1f_8b.dcm", "mlut_18.dcm", "examples_palette.dcm"]
WITHOUT = ["CT_small.dcm", "MR_small.dcm", "693_J2KR.dcm", "explicit_VR-UN.dcm"]


@pytest.mark.parametrize(("name", "has_text"), [*((n, True) for n in WITH_TEXT), *((n, False) for n in WITHOUT)])
def test_files_of_pydicom(name: str, has_text: bool) -> None:
    path = get_testdata_file(name, download=False)
    if path is None:
        pytest.skip(f"{name} is not installed with pydicom.")
    assert has_text_lines(grey(Path(path))) == has_text


def grey(path: Path) -> npt.NDArray[Any]:
    data_set = dcmread(path)
    pixels = data_set.pixel_array.astype(np.float32)
    pixels = pixels.mean(axis=-1) if data_set.SamplesPerPixel == 3 else pixels
    return pixels if pixels.ndim == 2 else pixels[0]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared DICOM files are not here")
def test_the_shared_files_raise_no_false_alarm_and_both_texts_are_found() -> None:
    """CT, MR, radiography, angiography and scintigraphy without text; an ultrasound and an endoscopy with it."""
    files = [*(SHARED / "wg04").glob("*.dcm"), *(SHARED / "derived").glob("ct_?.dcm")]
    suspected = {path.name for path in files if has_text_lines(grey(path))}
    assert suspected == {"US1_J2KR.dcm", "US1_RLE.dcm", "VL1_J2KR.dcm"}
    with tarfile.open(SHARED / "t1w_head.tar.xz") as archive:
        head = [dcmread(archive.extractfile(one)) for one in archive if one.name.endswith(".dcm")]  # type: ignore[arg-type]
    assert slices_with_text(np.stack([one.pixel_array for one in head])) == []
