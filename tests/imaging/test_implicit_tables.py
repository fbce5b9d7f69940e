"""Lookup tables of implicit VR files reach the viewer, though Orthanc's DICOM JSON lacks them."""

import base64
import json
from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from portal.imaging.models import Series
from portal.imaging.reader_tags import tag_of
from portal.imaging.services.metadata import series_metadata
from tests.imaging import dicom_files as files

pytestmark = pytest.mark.django_db


@pytest.fixture
def row_of(ingest, gateway, tmp_path):
    """Ingest a data set in implicit VR and return its metadata as viewers get it."""

    def ingested(data_set: Dataset):
        data_set.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        content = BytesIO()
        pydicom.dcmwrite(content, data_set, implicit_vr=True, little_endian=True, enforce_file_format=True)
        path = tmp_path / "implicit.dcm"
        path.write_bytes(content.getvalue())
        assert ingest(path).items.filter(outcome="REFUSED").count() == 0
        series = Series.objects.get(series_instance_uid=data_set.SeriesInstanceUID)
        (row,) = json.loads(series_metadata(series, gateway))
        return row

    return ingested


def table(explanation: str | None = None, **elements) -> Dataset:
    item = Dataset()
    item.LUTDescriptor, item.LUTData = [3, 5, 16], [1, 2, 65535]
    item["LUTDescriptor"].VR = item["LUTData"].VR = "US"
    if explanation:
        item.LUTExplanation = explanation
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item


def inline(element) -> bytes:
    return base64.b64decode(element["InlineBinary"])


def test_tables_of_both_kinds_come_with_their_names(row_of, seed):
    data_set = files.ct_slice(seed=seed)
    data_set.ModalityLUTSequence = [table(ModalityLUTType="OD")]
    data_set.VOILUTSequence = [table("HARDER"), table("Canary^Patient")]
    row = row_of(data_set)
    (modality,) = row[tag_of("ModalityLUTSequence")]["Value"]
    assert modality[tag_of("ModalityLUTType")]["Value"] == ["OD"]
    first, second = row[tag_of("VOILUTSequence")]["Value"]
    assert first[tag_of("LUTDescriptor")]["Value"] == [3, 5, 16]
    assert inline(first[tag_of("LUTData")]) == b"\x01\x00\x02\x00\xff\xff"
    assert first[tag_of("LUTExplanation")]["Value"] == ["HARDER"]
    assert tag_of("LUTExplanation") not in second
    assert "anary" not in json.dumps(row)


def test_a_palette_has_its_descriptors(row_of, seed):
    row = row_of(files.renamed(files.packaged("examples_palette.dcm"), seed))
    original = pydicom.dcmread(files.packaged("examples_palette.dcm"))
    for colour in ("Red", "Green", "Blue"):
        expected = list(original[f"{colour}PaletteColorLookupTableDescriptor"].value)
        assert row[tag_of(f"{colour}PaletteColorLookupTableDescriptor")]["Value"] == expected
        data = original[f"{colour}PaletteColorLookupTableData"].value
        assert inline(row[tag_of(f"{colour}PaletteColorLookupTableData")]) == data


def test_a_segmented_palette_is_written_out(row_of, seed):
    row = row_of(files.renamed(files.larger("gdcm-US-ALOKA-16.dcm"), seed))
    expected = pydicom.pixels.processing.apply_color_lut(
        pydicom.dcmread(files.larger("gdcm-US-ALOKA-16.dcm")).pixel_array[:1, :1] * 0 + 9,
        pydicom.dcmread(files.larger("gdcm-US-ALOKA-16.dcm")),
    )
    nine = [
        int.from_bytes(inline(row[tag_of(f"{one}PaletteColorLookupTableData")])[18:20], "little")
        for one in ("Red", "Green", "Blue")
    ]
    assert nine == expected[0, 0].tolist()


def test_an_image_without_tables_gets_none(row_of, seed):
    row = row_of(files.ct_slice(seed=seed))
    assert tag_of("VOILUTSequence") not in row
    assert tag_of("ModalityLUTSequence") not in row
