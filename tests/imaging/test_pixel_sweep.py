"""Every DICOM file at hand: shown with the pixels of the file, on both serving paths, or refused with a reason.

The files are pydicom's own, the larger ones of the package pydicom-data, and those of DICOM's working group 4 where
they lie beside the repository. None may be an error of the server, none may be shown with other pixels.
"""

import json
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from django.test import Client
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from portal import jobs
from portal.db import JobState
from portal.imaging.frames.store import HTJ2K, RAW
from portal.imaging.models import IngestItem, Instance, Series, SeriesFrames
from portal.imaging.reader_tags import tag_of
from portal.imaging.screening.reasons import REASONS
from portal.imaging.screening.screener import Screener
from portal.imaging.services import frames as services
from tests.imaging import dicom_files as files
from tests.imaging.files_at_hand import all_files, pixels_expected, refusal_of
from tests.imaging.manifests import instances_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(900)]

# What a wrong answer or a decoder of damaged pixels raises; the sweep names every such file before it fails.
FAULTS = (AssertionError, AttributeError, KeyError, NotImplementedError, RuntimeError, TypeError, ValueError)
Pixels = npt.NDArray[Any]


def described_array(content: bytes, row: dict[str, Any]) -> Pixels:
    """A native frame, knowing nothing but what the manifest says of it."""
    value = {
        name: row[tag_of(name)]["Value"][0] for name in ("Rows", "Columns", "BitsAllocated", "PixelRepresentation")
    }
    samples = row[tag_of("SamplesPerPixel")]["Value"][0]
    kind = f"<{'i' if value['PixelRepresentation'] else 'u'}{value['BitsAllocated'] // 8}"
    shape = (value["Rows"], value["Columns"], samples)[: 3 if samples > 1 else 2]
    return np.frombuffer(content, kind).reshape(shape)


def decoded_answer(content: bytes, content_type: str, row: dict[str, Any]) -> Pixels:
    """A frame of the DICOMweb route in whatever transfer syntax it says, decoded with that route's metadata alone."""
    one = Dataset.from_json(
        {tag: row[tag] for tag in row if tag.startswith("0028") and "Value" in row[tag] and row[tag]["vr"] != "SQ"}
    )
    one.NumberOfFrames = 1
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = UID(content_type.rpartition("=")[2])
    is_encapsulated = one.file_meta.TransferSyntaxUID.is_encapsulated
    one.PixelData = encapsulate([content]) if is_encapsulated else content + b"\0" * (len(content) % 2)
    one["PixelData"].VR = "OB" if is_encapsulated or one.BitsAllocated <= 8 else "OW"
    return get_decoder(one.file_meta.TransferSyntaxUID).as_array(one, index=0)[0]


@pytest.fixture
def see(client: Client, reader, settings) -> Client:
    settings.OVERREAD_IMAGING_ACCESS = "tests.imaging.access_rules.studies_described_by_username"
    client.force_login(reader)
    return client


@pytest.fixture
def sorted_files(tmp_path: Path, seed: str) -> tuple[dict[str, Path], Counter[str]]:
    """Copies of what screening takes, each with identifiers of its own; and the reasons for the rest."""
    folder = tmp_path / "sweep"
    folder.mkdir()
    taken: dict[str, Path] = {}
    refused: Counter[str] = Counter()
    with Screener() as screener, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, path in enumerate(all_files()):
            code = refusal_of(screener, path)
            if code not in (None, "patient_id_missing"):
                refused[code] += 1
                continue
            # Several files share their identifiers; a missing Patient ID says nothing about pixels.
            copy = files.renamed(path, f"{seed}-{number}")
            copy.StudyDescription = "reader"
            target = folder / f"{number:03d}-{path.name}"
            target.write_bytes(files.to_bytes(copy))
            taken[copy.SOPInstanceUID] = target
    return taken, refused


def written_frames(series: Series) -> SeriesFrames:
    services.frames_request([series])
    jobs.run(SeriesFrames, series.frames.pk, services.write_frames)
    return SeriesFrames.objects.select_related("series").get(series=series)


def judge(see: Client, instance: Instance, path: Path) -> None:
    """Both paths give the pixels; where no decoder reads the file, the job says so by its code."""
    frames = written_frames(instance.series)
    try:
        expected = pixels_expected(pydicom.dcmread(path))
    except RuntimeError:
        # What pydicom raises when every decoder has failed.
        assert (frames.state, frames.error_code) == (JobState.FAILED, services.UNDECODABLE)
        return
    assert frames.state == JobState.SUCCEEDED, (frames.error_code, frames.error_detail)
    compare_files(instance, frames, expected)
    compare_dicomweb(see, instance, expected)


def compare_files(instance: Instance, frames: SeriesFrames, expected: Pixels) -> None:
    """The fast path: manifest, raw and HTJ2K files."""
    place = (frames.series.imaging_study_id, frames.series_id, frames.version)
    store = services.frame_store()
    (row,) = instances_of(store.manifest(*place))
    for number, pixels in enumerate(expected, 1):
        np.testing.assert_array_equal(described_array(store.frame(*place, RAW, number), row), pixels)
    assert frames.number_of_frames == len(expected) == instance.number_of_frames
    assert HTJ2K in store.index(*place).lengths or expected.dtype.itemsize > 1


def compare_dicomweb(see: Client, instance: Instance, expected: Pixels) -> None:
    """The standard path: metadata and frames as Orthanc or we serve them."""
    series = instance.series
    address = f"/dicomweb/studies/{series.imaging_study.study_instance_uid}/series/{series.series_instance_uid}"
    (row,) = json.loads(see.get(f"{address}/metadata").content)
    for number in {1, len(expected)}:
        answer = see.get(f"{address}/instances/{instance.sop_instance_uid}/frames/{number}")
        assert answer.status_code == 200, answer.content
        found = decoded_answer(answer.content, answer["Content-Type"], row)
        np.testing.assert_array_equal(found, expected[number - 1])


def test_every_file_is_shown_right_or_refused_with_a_reason(see, ingest, sorted_files) -> None:
    taken, refused = sorted_files
    assert set(refused) <= set(REASONS)
    job = ingest(next(iter(taken.values())).parent)
    items = IngestItem.objects.filter(job=job, outcome="REFUSED").values_list("name", "reason_code")
    assert list(items) == []
    faults: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for uid, path in taken.items():
            instance = Instance.objects.select_related("series__imaging_study").get(sop_instance_uid=uid)
            try:
                judge(see, instance, path)
            except FAULTS as error:
                faults[path.name] = f"{type(error).__name__}: {str(error).strip()[:300]}"
    assert faults == {}
    assert len(taken) > 120
