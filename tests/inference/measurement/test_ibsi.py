"""The digital phantom of the IBSI: its values, computed by hand by the initiative, to the digits it gives.

Zwanenburg et al., Image Biomarker Standardisation Initiative, reference manual (arXiv:1612.07003v11), chapter 5: 5 x 4
x 4 voxels of 2 mm, six of them outside. Column "dig. phantom", for texture its row "3D, merged" (IAZD).
"""

import numpy as np
import pytest

from portal.inference.measurement import Discretisation, Quantity, measure

X = 0  # outside
PHANTOM = np.array(
    [
        [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [X, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
        [[1, 4, 4, X, X], [1, 1, 1, 1, 1], [1, 1, X, 1, 1], [1, 1, 6, 1, 1]],
        [[1, 4, 4, X, X], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
    ]
)
REFERENCE = {
    "shape": {
        "RNU0": "556",  # mesh volume
        "YEKZ": "592",  # volume by voxels
        "C0JK": "388",  # surface area
        "QCFX": "0.843",  # sphericity
        "L0JK": "13.1",  # maximum 3D diameter
    },
    "intensity": {
        "Q4LE": "2.15",
        "KE2A": "1.08",
        "IPH6": "-0.355",
        "Y12H": "1",
        "1GSF": "1",
        "QG58": "1",
        "8DWT": "4",
        "84IY": "6",
        "2OJQ": "5",
        "4FUA": "1.55",
        "5ZWQ": "2.77",
    },
    "texture": {
        "GYBY": "0.509",
        "60VM": "2.15",
        "UR99": "3.13",
        "TU9B": "2.57",
        "TF7R": "1.38",
        "D3YU": "3.21",
        "NTRS": "1.64",
        "ZGXS": "4.30",
        "OEEB": "7.41",
        "P6QZ": "2.11",
        "8ZQL": "0.291",
        "ACUI": "5.12",
        "IB1Z": "0.688",
        "WF0Z": "0.631",
    },
}


@pytest.fixture(scope="module")
def measured() -> dict[str, list[Quantity]]:
    return measure(PHANTOM > 0, PHANTOM, (2, 2, 2), unit="1", discretisation=Discretisation(start=1, width=1))


@pytest.mark.parametrize(("family", "ibsi"), [(family, one) for family, rows in REFERENCE.items() for one in rows])
def test_the_digital_phantom(measured: dict[str, list[Quantity]], family: str, ibsi: str) -> None:
    expected = REFERENCE[family][ibsi]
    (found,) = [one for one in measured[family] if one.ibsi == ibsi]
    digits = len(expected.partition(".")[2])
    assert found.value is not None
    assert f"{found.value:.{digits}f}" == expected, f"{found.name}: {found.value}"
