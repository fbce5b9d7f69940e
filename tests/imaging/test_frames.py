"""Frames on disk: the pixels of the file, in both forms, whatever its transfer syntax; written once, never half."""

import errno
import gzip
import hashlib
import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from portal import jobs
from portal.db import JobState
from portal.imaging.frames import htj2k, store
from portal.imaging.frames.decoding import FrameUndecodable, decoded_frames
from portal.imaging.frames.store import FORMS, HTJ2K, RAW, FrameDamaged, FrameGone, FrameStore, version_of
from portal.imaging.models import ImagingStudy, Series, SeriesFrames
from portal.imaging.services import frames as services
from tests.imaging import dicom_files as files
from tests.imaging.manifests import instances_of

PACKAGED = [
    *("CT_small.dcm", "MR_small.dcm", "MR_small_implicit.dcm", "MR_small_bigendian.dcm", "MR_small_RLE.dcm"),
    *("MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm", "MR_small_padded.dcm", "image_dfl.dcm"),
    *("examples_ybr_color.dcm", "examples_rgb_color.dcm", "examples_palette.dcm", "examples_jpeg2k.dcm"),
    *("examples_overlay.dcm", "JPEG2000.dcm", "693_J2KI.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_rle_2frame.dcm"),
    *("SC_rgb_rle_16bit.dcm", "SC_rgb_small_odd.dcm", "SC_rgb_jpeg_dcmtk.dcm", "color3d_jpeg_baseline.dcm"),
    *("JPGLosslessP14SV1_1s_1f_8b.dcm", "emri_small_jpeg_ls_lossless.dcm", "rtdose.dcm"),
    *("ExplVR_BigEnd.dcm", "J2K_pixelrep_mismatch.dcm", "RG1_UNCI.dcm", "explicit_VR-UN.dcm"),
]


def little_endian(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(pixels.dtype.newbyteorder("<"))


@pytest.mark.parametrize("name", PACKAGED)
def test_decoded_frames_are_the_pixels_of_the_file(name: str) -> None:
    path = files.packaged(name)
    if not path.exists():
        path = files.larger(name)
    data_set = pydicom.dcmread(path)
    count = int(data_set.get("NumberOfFrames") or 1)
    expected = data_set.pixel_array if count > 1 else data_set.pixel_array[np.newaxis]
    found = list(decoded_frames(path.read_bytes()))
    assert len(found) == count
    for one, pixels in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.pixels, pixels)
        assert one.pixels.dtype.byteorder in "<=|"
        assert one.pixels.flags.c_contiguous
        about = one.description
        assert one.pixels.shape[:2] == (about["Rows"], about["Columns"])
        assert one.pixels.dtype.itemsize * 8 == about["BitsAllocated"]
        assert about["PhotometricInterpretation"] in {"MONOCHROME1", "MONOCHROME2", "RGB", "PALETTE COLOR"}
        assert about.get("PlanarConfiguration", 0) == 0


@pytest.mark.parametrize(
    ("coded", "native"),
    [
        ("MR_small_RLE.dcm", "MR_small.dcm"),
        ("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm"),
        ("MR_small_jp2klossless.dcm", "MR_small.dcm"),
        ("MR_small_bigendian.dcm", "MR_small.dcm"),
        ("MR_small_implicit.dcm", "MR_small.dcm"),
        ("rtdose_rle.dcm", "rtdose.dcm"),
    ],
)
def test_every_lossless_form_of_an_image_gives_the_same_bytes(coded: str, native: str) -> None:
    """The same image, written by others in another transfer syntax: a witness that is not the decoder itself."""
    pairs = [next(decoded_frames(files.packaged(name).read_bytes())).pixels.tobytes() for name in (coded, native)]
    assert pairs[0] == pairs[1]


def test_twelve_bits_of_jpeg_extended_are_decoded() -> None:
    """No plug-in of pydicom reads it; the header's own size and depth are the witness."""
    (frame,) = decoded_frames(files.packaged("JPEG-lossy.dcm").read_bytes())
    assert (frame.pixels.shape, frame.pixels.dtype) == ((1024, 256), np.dtype("<u2"))
    assert 0 <= frame.pixels.min() < frame.pixels.max() < 2**12
    assert frame.description["BitsStored"] == 12


def test_a_damaged_file_is_refused_by_name() -> None:
    content = files.packaged("JPEG2000.dcm").read_bytes()
    broken = content[: len(content) // 2]
    with pytest.raises(FrameUndecodable):
        list(decoded_frames(broken))


@pytest.mark.parametrize("kind", ["u1", "<u2", "<i2"])
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (64, 64), (33, 17), (200, 300)])
def test_htj2k_gives_back_every_bit(kind: str, shape: tuple[int, ...]) -> None:
    limits = np.iinfo(kind)
    random = np.random.default_rng(7)
    for pixels in (
        random.integers(limits.min, limits.max, shape, endpoint=True).astype(kind),
        np.full(shape, limits.min, kind),
        np.full(shape, limits.max, kind),
    ):
        content = htj2k.encoded(pixels)
        assert content is not None
        np.testing.assert_array_equal(imagecodecs.htj2k_decode(content), pixels)


def test_htj2k_holds_colour_of_eight_bits_and_refuses_what_it_cannot_hold() -> None:
    random = np.random.default_rng(7)
    colour = random.integers(0, 255, (31, 47, 3), np.uint8, endpoint=True)
    content = htj2k.encoded(colour)
    assert content is not None
    np.testing.assert_array_equal(imagecodecs.htj2k_decode(content), colour)
    grey = colour[..., 0]
    others = (grey.astype("<u4"), grey.astype("<f4"), grey.astype("i1"))
    for refused in (colour.astype("<u2"), colour[..., :2], *others):
        assert htj2k.encoded(np.ascontiguousarray(refused)) is None


# --- through Orthanc and a job


@pytest.fixture
def written(ingest_data_sets: Any, db: None) -> Any:
    """Ingest data sets of one series and write its frames in this process."""

    def write(data_sets: list[Dataset]) -> Series:
        ingest_data_sets(data_sets)
        series = Series.objects.get(series_instance_uid=data_sets[0].SeriesInstanceUID)
        run(series)
        return series

    return write


def run(series: Series) -> SeriesFrames:
    services.frames_request([series])
    job = SeriesFrames.objects.get(series=series)
    jobs.run(SeriesFrames, job.pk, services.write_frames)
    job.refresh_from_db()
    return job


def is_damaged(series: Series) -> bool:
    try:
        services.frame_store().frame(*place(series), RAW, 1)
    except FrameDamaged:
        return True
    return False


def place(series: Series) -> tuple[uuid.UUID, uuid.UUID, str]:
    frames = SeriesFrames.objects.get(series=series)
    return series.imaging_study_id, series.pk, frames.version


@pytest.mark.parametrize(
    "name",
    [
        *("CT_small.dcm", "MR_small_RLE.dcm", "MR_small_jpeg_ls_lossless.dcm", "JPEG2000.dcm", "examples_palette.dcm"),
        *("examples_ybr_color.dcm", "SC_rgb_rle_2frame.dcm", "SC_rgb_jpeg_gdcm.dcm", "image_dfl.dcm"),
    ],
)
def test_files_on_disk_hold_the_pixels_in_both_forms(written: Any, seed: str, name: str) -> None:
    original = files.renamed(files.packaged(name), seed)
    series = written([original])
    count = int(original.get("NumberOfFrames") or 1)
    expected = original.pixel_array if count > 1 else original.pixel_array[np.newaxis]
    disk = services.frame_store()
    index = disk.index(*place(series))
    assert index.number_of_frames == count
    for number in range(1, count + 1):
        raw = disk.frame(*place(series), RAW, number)
        assert raw == little_endian(expected[number - 1]).tobytes()
        assert hashlib.sha256(raw).hexdigest() == index.digests[RAW][number - 1]
        np.testing.assert_array_equal(
            imagecodecs.htj2k_decode(disk.frame(*place(series), HTJ2K, number)), expected[number - 1]
        )


def test_the_manifest_is_the_series_metadata_with_the_frames_as_they_are_served(written: Any, seed: str) -> None:
    slices = [files.ct_slice(seed=seed, slice_number=number, WindowCenter=40 + number) for number in (1, 2, 3)]
    del slices[1].WindowCenter
    series = written(slices)
    disk = services.frame_store()
    content = disk.manifest(*place(series))
    assert len(content) < 1500
    rows = instances_of(content)
    from portal.imaging.connection import orthanc
    from portal.imaging.services.metadata import series_metadata

    for row, stored in zip(rows, json.loads(series_metadata(series, orthanc())), strict=True):
        assert row["00083002"]["Value"] == ["1.2.840.10008.1.2.1"]
        assert row | {"00083002": None} == stored | {"00083002": None}
    assert json.loads(gzip.decompress(content))["lengths"][RAW] == 96
    assert "00281050" not in rows[1]


def test_the_planes_of_a_series_that_was_shown_are_kept(written: Any, seed: str) -> None:
    from portal.imaging.services.metadata import kept_places

    slices = [files.ct_slice(seed=seed, slice_number=number) for number in (1, 2, 3)]
    written(slices)
    series = Series.objects.get(series_instance_uid=slices[0].SeriesInstanceUID)
    expected = {one.SOPInstanceUID: [[0, 0, 1, one.ImagePositionPatient[2]]] for one in slices}
    assert kept_places(series) == expected
    series.number_of_instances += 1
    assert kept_places(series) == {}, "what has arrived since is not known until it was shown"


def test_colour_is_described_as_it_is_served(written: Any, seed: str) -> None:
    original = files.renamed(files.packaged("examples_ybr_color.dcm"), seed)
    assert original.PhotometricInterpretation == "YBR_FULL_422"
    (row,) = instances_of(services.frame_store().manifest(*place(written([original]))))
    assert row["00280004"]["Value"] == ["RGB"]
    assert row["00280006"]["Value"] == [0]


def test_a_bundle_is_its_frames_with_their_lengths(written: Any, seed: str) -> None:
    series = written([files.ct_slice(seed=seed, slice_number=number) for number in range(1, 6)])
    disk = services.frame_store()
    for form in FORMS:
        frames = [disk.frame(*place(series), form, number) for number in (2, 3, 4)]
        body = disk.bundle(*place(series), form, range(2, 5))
        assert list(np.frombuffer(body, "<u4", 4)) == [3, *map(len, frames)]
        assert body[16:] == b"".join(frames)


def test_writing_again_changes_nothing_and_more_instances_make_another_version(written: Any, seed: str) -> None:
    series = written([files.ct_slice(seed=seed, slice_number=1)])
    first = place(series)
    before = run(series)
    assert (before.state, before.attempt) == (JobState.SUCCEEDED, 1)
    again = written([files.ct_slice(seed=seed, slice_number=2)])
    second = place(again)
    assert second != first
    with pytest.raises(FrameGone):
        services.frame_store().frame(*first, RAW, 1)
    assert services.frame_store().index(*second).number_of_frames == 2


def test_what_cannot_be_decoded_fails_by_name_and_is_not_tried_for_ever(written: Any, seed: str) -> None:
    original = files.renamed(files.packaged("JPEG2000.dcm"), seed)
    content = bytearray(original.PixelData)
    middle = len(content) // 3
    content[24:middle] = bytes(middle - 24)
    original.PixelData = bytes(content)
    original["PixelData"].is_undefined_length = True
    series = written([original])
    job = SeriesFrames.objects.get(series=series)
    assert (job.state, job.error_code) == (JobState.FAILED, services.UNDECODABLE)
    assert run(series).attempt == 1
    assert list((services.frame_store().root / str(series.imaging_study_id)).rglob("*.json")) == []


def test_a_full_disk_is_named_and_leaves_nothing(ingest_data_sets: Any, seed: str, monkeypatch: Any, db: None) -> None:
    ingest_data_sets([files.ct_slice(seed=seed)])
    series = Series.objects.get(series_instance_uid=files.ct_slice(seed=seed).SeriesInstanceUID)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store.Draft, "_write", full)
        job = run(series)
    assert (job.state, job.error_code) == (JobState.FAILED, services.STORAGE_FULL)
    folder = services.frame_store().root / str(series.imaging_study_id) / str(series.pk)
    assert list(folder.iterdir()) == []
    SeriesFrames.objects.update(finished_at=job.created_at - services._TRY_AGAIN_AFTER * 2)
    assert run(series).state == JobState.SUCCEEDED


def test_the_cache_keeps_to_its_size_and_evicts_what_was_used_longest_ago(written: Any, settings: Any) -> None:
    # Of this test alone: other tests of the session have written frames too, but their rows were rolled back.
    series = [written([files.ct_slice(seed=uuid.uuid4().hex)]) for _ in range(3)]
    rows = [SeriesFrames.objects.get(series=one) for one in series]
    for hours, row in zip((2, 3, 1), rows, strict=True):
        row.used_at = row.created_at - hours * 12 * services._TRY_AGAIN_AFTER
        row.save()
    settings.OVERREAD_FRAME_CACHE_GB = (rows[0].size_bytes + rows[2].size_bytes) / 1e9
    assert services.frames_evict() == 1
    states = list(SeriesFrames.objects.filter(series__in=series).order_by("used_at").values_list("state", "error_code"))
    assert states == [(JobState.CANCELLED, services.EVICTED), (JobState.SUCCEEDED, ""), (JobState.SUCCEEDED, "")]
    evicted = next(one for one in rows if not services.is_ready(SeriesFrames.objects.get(pk=one.pk), one.series))
    with pytest.raises(FrameGone):
        services.frame_store().frame(evicted.series.imaging_study_id, evicted.series_id, evicted.version, RAW, 1)
    settings.OVERREAD_FRAME_CACHE_GB = 100
    assert run(evicted.series).state == JobState.SUCCEEDED


def test_damaged_files_are_not_served_and_are_written_again(written: Any, seed: str) -> None:
    series = written([files.ct_slice(seed=seed)])
    path = services.frame_store().folder(*place(series)) / RAW / "1"
    original = path.read_bytes()
    path.write_bytes(original[:-2])
    with pytest.raises(FrameDamaged):
        services.frame_store().frame(*place(series), RAW, 1)
    path.write_bytes(bytes(len(original)))
    # Of a hundred reads one is compared with its digest.
    assert [is_damaged(series) for _ in range(100)].count(True) == 1
    services.frames_damaged(series.pk)
    assert run(series).state == JobState.SUCCEEDED
    assert services.frame_store().frame(*place(series), RAW, 1) == original


def test_frames_go_with_their_imaging_study(written: Any, seed: str) -> None:
    series = written([files.ct_slice(seed=seed)])
    where = place(series)
    services.frames_remove(series.imaging_study_id)
    assert not SeriesFrames.objects.filter(series=series).exists()
    with pytest.raises(FrameGone):
        services.frame_store().frame(*where, RAW, 1)


def test_the_sweep_removes_orphans_and_asks_for_what_is_missing(ingest_data_sets: Any, seed: str, db: None) -> None:
    root = services.frame_store().root
    orphan = root / str(uuid.uuid4()) / "x"
    orphan.mkdir(parents=True)
    ingest_data_sets([files.ct_slice(seed=seed)])
    series = Series.objects.get(series_instance_uid=files.ct_slice(seed=seed).SeriesInstanceUID)
    SeriesFrames.objects.filter(series=series).delete()
    services.frames_sweep()
    # It is young: its rows may be in a transaction, or in a database that is still being restored.
    assert orphan.exists()
    an_hour_ago = time.time() - services._ORPHAN_AFTER.total_seconds() - 1
    os.utime(orphan.parent, (an_hour_ago, an_hour_ago))
    services.frames_sweep()
    assert not orphan.exists()
    # It has only just come: more of it may follow.
    assert not SeriesFrames.objects.filter(series=series).exists()
    series.instances.update(created_at=series.created_at - 2 * services._SETTLED_AFTER)
    services.frames_sweep()
    assert SeriesFrames.objects.get(series=series).state == JobState.PENDING
    assert ImagingStudy.objects.filter(pk=series.imaging_study_id).exists()


def test_a_killed_worker_leaves_nothing_that_is_served(tmp_path: Path) -> None:
    disk = FrameStore(tmp_path)
    study, series, version = uuid.uuid4(), uuid.uuid4(), version_of([("1.2", "aa", 1)])
    killed = disk.begin(study, series, version)
    killed.add(b"half", None)
    assert not disk.holds(study, series, version)
    with pytest.raises(FrameGone):
        disk.frame(study, series, version, RAW, 1)
    draft = disk.begin(study, series, version)
    assert not killed.folder.exists()
    draft.add(b"whole", b"w")
    disk.publish(draft, b"manifest", study, series, version)
    assert disk.frame(study, series, version, RAW, 1) == b"whole"
    assert disk.frame(study, series, version, HTJ2K, 1) == b"w"
    assert [one.name for one in (tmp_path / str(study) / str(series)).iterdir()] == [version]


def test_one_frame_without_htj2k_makes_the_series_raw_only(tmp_path: Path) -> None:
    disk = FrameStore(tmp_path)
    where = (uuid.uuid4(), uuid.uuid4(), version_of([]))
    draft = disk.begin(*where)
    draft.add(b"one", b"1")
    draft.add(b"two", None)
    draft.add(b"six", b"3")
    disk.publish(draft, b"", *where)
    assert [disk.frame(*where, RAW, number) for number in (1, 2, 3)] == [b"one", b"two", b"six"]
    with pytest.raises(FrameGone):
        disk.frame(*where, HTJ2K, 1)


def test_two_workers_on_one_series_write_it_once(written: Any, ingest_data_sets: Any, seed: str) -> None:
    """The lease of the job decides; the one that comes second finds nothing to do."""
    ingest_data_sets([files.ct_slice(seed=seed)])
    series = Series.objects.get(series_instance_uid=files.ct_slice(seed=seed).SeriesInstanceUID)
    for _ in range(5):
        services.frames_request([series])
    job = SeriesFrames.objects.get(series=series)
    first = jobs.claim(SeriesFrames, job.pk)
    assert first is not None
    assert jobs.claim(SeriesFrames, job.pk) is None
    services.frames_request([series])
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    services.write_frames(*first)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 1)
