"""Series whose images differ among each other in size, colour, inversion or display."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from tests.e2e.pixel_phantoms import (
    BLOCK,
    PixelPhantom,
    linear,
    monochrome1,
    rgb_planes,
    sigmoid,
    sigmoid_window,
    spread,
    square,
    uid,
    voi_table,
)


@dataclass(frozen=True)
class SeriesPhantom:
    """Images of one series, in the order of their instance numbers."""

    name: str
    images: tuple[PixelPhantom, ...]

    @property
    def data_sets(self) -> list[Dataset]:
        """The images as files of one series."""
        for number, phantom in enumerate(self.images, 1):
            one = phantom.data_set
            one.StudyInstanceUID, one.SeriesInstanceUID = uid(self.name, "study"), uid(self.name, "series")
            one.SOPInstanceUID, one.InstanceNumber = uid(self.name, str(number)), number
            one.PatientID, one.Modality = f"PIXELS-{self.name}", self.images[0].data_set.Modality
        return [phantom.data_set for phantom in self.images]


def half_size() -> PixelPhantom:
    """The plain CT in a quarter of the pixels, its greys the other way round."""
    stored = np.flip(1312 - 8 * np.arange(64)).reshape(1, 8, 8)[:, ::-1]
    phantom = square()
    one = phantom.data_set
    one.Rows = one.Columns = 4 * BLOCK
    one.PixelData = spread(stored, "<u2", BLOCK // 2)
    values = stored - 1024.0
    return PixelPhantom("half-size", one, values, linear(values, 40, 400), block=BLOCK // 2)


def inverted() -> PixelPhantom:
    """A MONOCHROME1 image among others: the window of the series, then inverted."""
    phantom = monochrome1()
    phantom.data_set.WindowCenter, phantom.data_set.WindowWidth = 1, 2
    return PixelPhantom("inverted", phantom.data_set, phantom.values, 255 - linear(phantom.values, 40, 400))


def mixed() -> SeriesPhantom:
    """A CT series with another size, a colour picture and an inverted one in it."""
    return SeriesPhantom("mixed", (square(), half_size(), rgb_planes(), inverted()))


def views() -> SeriesPhantom:
    """Radiographs of one series, each with a display of its own: a curve, a table, a window."""
    curve, table, window = sigmoid_window(), voi_table(), monochrome1()
    assert curve.greys is not None
    np.testing.assert_array_equal(curve.greys, sigmoid(curve.values, 2000, 1500))
    return SeriesPhantom("views", (curve, table, window))


SERIES: tuple[Callable[[], SeriesPhantom], ...] = (mixed, views)
