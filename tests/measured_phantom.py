"""A block of known size and values in a CT that is really in Orthanc, and the segment that is exactly the block."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from portal import jobs
from portal.demo.phantoms.catalogue import make_phantom
from portal.demo.phantoms.dicom import study_instance_uid, to_bytes, to_datasets
from portal.imaging.models import ImagingStudy, IngestJob, IngestSource
from portal.imaging.segments import encode
from portal.imaging.services.ingest import ingest_job_create_from_paths, ingest_job_run

SLICES = 8
# Of the stack, from feet to head.
BLOCK = (slice(1, 7), slice(40, 60), slice(50, 80))
COUNTS = tuple(one.stop - one.start for one in BLOCK)
# From left to right in the block: 0, 10, 20 … HU.
STEP_HU = 10
RESCALE_INTERCEPT_HU = -1024


def datasets_with_block(name: str) -> list[Dataset]:
    phantom = make_phantom(name, 7, nodules=0, slices=SLICES)
    found = list(to_datasets(phantom, day=0, compress=False))
    for dataset in found[BLOCK[0]]:
        pixels = dataset.pixel_array.copy()
        pixels[BLOCK[1:]] = np.arange(COUNTS[2]) * STEP_HU - RESCALE_INTERCEPT_HU
        dataset.PixelData = pixels.astype("<u2").tobytes()
    return found


def ingest(folder: Path, name: str) -> tuple[ImagingStudy, list[Dataset]]:
    """Take the phantom in through the real ingest."""
    found = datasets_with_block(name)
    for index, dataset in enumerate(found):
        (folder / f"{index}.dcm").write_bytes(to_bytes(dataset))
    job = ingest_job_create_from_paths(paths=[folder], source=IngestSource.COMMAND, requested_by=None)
    jobs.run(IngestJob, job.pk, ingest_job_run)
    return ImagingStudy.objects.get(study_instance_uid=study_instance_uid(name)), found


def block_slices(datasets: Sequence[Dataset]) -> list[dict[str, Any]]:
    """The slices of the segment that is the block."""
    mask = np.zeros((datasets[0].Rows, datasets[0].Columns), np.uint8)
    mask[BLOCK[1:]] = 1
    counts = encode(mask.tobytes())
    return [
        {"sop_instance_uid": str(one.SOPInstanceUID), "frame_number": 1, "counts": counts} for one in datasets[BLOCK[0]]
    ]


def block_document(datasets: Sequence[Dataset]) -> dict[str, Any]:
    first = datasets[0]
    return {
        "format": "overread.segment",
        "version": 1,
        "series_instance_uid": str(first.SeriesInstanceUID),
        "rows": first.Rows,
        "columns": first.Columns,
        "slices": block_slices(datasets),
    }


def expected_of(datasets: Sequence[Dataset]) -> dict[str, float]:
    """Closed forms: a block's volume and middle; mean and SD of evenly spaced values, (n² - 1) / 12 steps squared."""
    first = datasets[0]
    pixel_mm, slice_mm = float(first.PixelSpacing[0]), float(first.SpacingBetweenSlices)
    sides = COUNTS[0] * slice_mm, COUNTS[1] * pixel_mm, COUNTS[2] * pixel_mm
    x, y, z = (float(one) for one in first.ImagePositionPatient)
    middle = [(one.start + one.stop - 1) / 2 for one in BLOCK]
    return {
        "volume": float(np.prod(sides)),
        "centroid_x": x + middle[2] * pixel_mm,
        "centroid_y": y + middle[1] * pixel_mm,
        "centroid_z": z + middle[0] * slice_mm,
        "voxels": float(np.prod(COUNTS)),
        "mean": STEP_HU * (COUNTS[2] - 1) / 2,
        "standard_deviation": STEP_HU * float(np.sqrt((COUNTS[2] ** 2 - 1) / 12)),
        "minimum": 0.0,
        "maximum": STEP_HU * (COUNTS[2] - 1.0),
        "percentile_50": STEP_HU * (COUNTS[2] - 1) / 2,
    }
