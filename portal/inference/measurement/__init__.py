"""What a segment measures: its shape, the values under it and their texture, as the IBSI defines them.

Pure numpy, scipy and scikit-image over a mask and values of one regular volume. Names, definitions and codes are those
of the Image Biomarker Standardisation Initiative (Zwanenburg et al., Radiology 2020;295:328; reference manual
arXiv:1612.07003), diameters in the slice those of RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228).
"""

from portal.inference.measurement.intensities import intensities
from portal.inference.measurement.quantity import MeasurementError, Quantity
from portal.inference.measurement.segment import measure
from portal.inference.measurement.shape import shape
from portal.inference.measurement.texture import Discretisation, texture

__all__ = ["Discretisation", "MeasurementError", "Quantity", "intensities", "measure", "shape", "texture"]
