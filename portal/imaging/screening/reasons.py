"""Why a file is refused: one stable code and one sentence each.

The sentence says what is wrong and what to do, and never quotes the file: its content is about a patient.
"""

REASONS: dict[str, str] = {
    # The file itself
    "empty_file": "The file is empty.",
    "unreadable": "The file cannot be read; check that it exists and that its permissions allow it.",
    "file_too_large": "The file is larger than 4 GB; split the image into smaller instances.",
    "not_dicom": "Not a DICOM file: the Part 10 header (128 bytes, then 'DICM') is missing.",
    "preamble_not_dicom": "The bytes before 'DICM' are those of a program or document, not of a DICOM file.",
    "dicomdir": "A DICOMDIR is a table of contents, not an image; ingest the files it lists.",
    "truncated": "The file ends in the middle of its data; copy it again from its source.",
    "structure_invalid": "The DICOM structure is damaged and cannot be followed to the end.",
    "duplicate_element": "The same DICOM element occurs twice, so its value is ambiguous.",
    "nested_too_deep": "Sequences are nested more than 16 deep, which no image needs.",
    "too_many_elements": "The file has more than 65,536 DICOM elements.",
    "deflate_bomb": "The deflated data set grows too large when unpacked (more than 100 times or 256 MB).",
    # What it is
    "transfer_syntax_missing": "The file does not say its transfer syntax.",
    "transfer_syntax_unsupported": (
        "The pixels are encoded in a transfer syntax that is not supported; convert it to JPEG 2000 or an "
        "uncompressed one."
    ),
    "identifier_missing": "The file lacks a SOP Class, SOP Instance, Series Instance or Study Instance UID.",
    "identifier_invalid": "A UID is not made of digits and single dots, at most 64 characters.",
    "patient_id_missing": "The file has no Patient ID, so its images cannot be counted under one patient.",
    "value_invalid": "A value needed to list the image (a date, a number or a text) cannot be read.",
    "structured_report": "A structured report is not an image.",
    "key_object_selection": "A key object selection is not an image.",
    "presentation_state": "A presentation state is not an image.",
    "segmentation": "A segmentation is not an image to read.",
    "parametric_map": "A parametric map is not an image to read.",
    "radiotherapy_object": "A radiotherapy plan, structure set, dose or record is not an image.",
    "encapsulated_document": "An encapsulated document (PDF, CDA or model) is not an image.",
    "waveform": "A waveform is not an image.",
    "registration_or_mapping": "A registration, fiducials, mapping or raw data object is not an image.",
    "measurement_object": "A measurement, protocol or template object is not an image.",
    "video": "Video is not supported.",
    "sop_class_unknown": "The object is of a kind (SOP class) that is not a known image.",
    # Its pixels
    "pixels_missing": "The file has no pixel data.",
    "pixel_description_invalid": (
        "Rows, Columns, Samples per Pixel, Bits Allocated, Bits Stored, High Bit or Number of Frames is missing or "
        "impossible."
    ),
    "photometric_unsupported": (
        "The Photometric Interpretation is missing, retired or does not fit the Samples per Pixel; convert the image "
        "to MONOCHROME2 or RGB."
    ),
    "palette_missing": (
        "The image has indices into a colour palette, but its palette is missing or not whole; convert it to RGB."
    ),
    "pixel_length_mismatch": "The pixel data is not as long as its description says.",
    "frame_count_mismatch": "The pixel data has fewer fragments than the file says it has frames.",
    "image_too_large": "One frame is larger than 512 MB when decoded.",
    # What is taken for a reference standard or as predictions instead of as an image
    "not_located": "Only DICOM segmentations and structured reports (Enhanced, Comprehensive or 3D) are read here.",
    "segmentation_invalid": "The segmentation lacks something it must have, or contradicts itself; write it again.",
    "segmentation_frames": "The segmentation's frames do not match their description one by one; write it again.",
    "segmentation_too_large": "The segmentation has more than 500 segments or 4,000,000 run lengths; split it.",
    "report_invalid": "The structured report lacks something it must have, or contradicts itself; write it again.",
    "report_template": "The structured report is no measurement report (TID 1500).",
    "report_without_regions": "The report has no measurement group with an image region or a segment.",
    "report_graphic": (
        "A region of the report has a form that no mark has: an open line, an ellipsoid with unequal axes, or too "
        "many points."
    ),
    "report_algorithms": "A measurement group of the report names several algorithms, or versions; write one a group.",
    # The screening itself
    "screening_crashed": "The file made the screening process fail; it is refused unread.",
    "screening_timeout": "Screening the file took too long; it is refused unread.",
    "screening_memory": "Screening the file needed too much memory; it is refused unread.",
}


class Refusal(Exception):
    """A file is refused for the reason with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(REASONS[code])
        self.code = code
