"""What may come in: transfer syntaxes and SOP classes, as tables."""

from pydicom import uid

from portal.imaging.screening.reasons import Refusal

# UID -> are the pixels native, so that their length follows from their description?
TRANSFER_SYNTAXES: dict[str, bool] = {
    uid.ImplicitVRLittleEndian: True,
    uid.ExplicitVRLittleEndian: True,
    uid.DeflatedExplicitVRLittleEndian: True,
    uid.ExplicitVRBigEndian: True,
    uid.JPEGBaseline8Bit: False,
    uid.JPEGExtended12Bit: False,
    uid.JPEGLossless: False,
    uid.JPEGLosslessSV1: False,
    uid.JPEGLSLossless: False,
    uid.JPEGLSNearLossless: False,
    uid.JPEG2000Lossless: False,
    uid.JPEG2000: False,
    uid.HTJ2KLossless: False,
    uid.HTJ2KLosslessRPCL: False,
    uid.HTJ2K: False,
    uid.RLELossless: False,
}

# Refused kinds by the start of their SOP Class UID (PS3.4 Annex B.5), the longest match wins.
_STORAGE = "1.2.840.10008.5.1.4.1.1."
REFUSED_KINDS: dict[str, str] = {
    "1.2.840.10008.1.3.10": "dicomdir",
    _STORAGE + "4.2": "measurement_object",
    _STORAGE + "9.": "waveform",
    _STORAGE + "11": "presentation_state",
    _STORAGE + "30": "parametric_map",
    _STORAGE + "66": "registration_or_mapping",
    _STORAGE + "66.4": "segmentation",
    _STORAGE + "66.5": "segmentation",
    _STORAGE + "66.7": "segmentation",
    _STORAGE + "66.8": "segmentation",
    _STORAGE + "67": "registration_or_mapping",
    _STORAGE + "68": "registration_or_mapping",
    _STORAGE + "77.1.1.1": "video",
    _STORAGE + "77.1.2.1": "video",
    _STORAGE + "77.1.4.1": "video",
    _STORAGE + "77.1.5.3": "registration_or_mapping",
    _STORAGE + "78": "measurement_object",
    _STORAGE + "79": "measurement_object",
    _STORAGE + "80": "measurement_object",
    _STORAGE + "88": "structured_report",
    _STORAGE + "88.59": "key_object_selection",
    _STORAGE + "104": "encapsulated_document",
    _STORAGE + "200": "measurement_object",
    _STORAGE + "481": "radiotherapy_object",
    "1.2.840.10008.5.1.4.38": "presentation_state",
    "1.2.840.10008.5.1.4.39": "measurement_object",
    "1.2.840.10008.5.1.4.43": "measurement_object",
    "1.2.840.10008.5.1.4.44": "measurement_object",
    "1.2.840.10008.5.1.4.45": "measurement_object",
}
# Images whose UID lies below a refused start, or whose standard name lacks the word.
_IMAGES_BY_HAND = frozenset({_STORAGE + "481.1", _STORAGE + "6.2"})
_NAME_OF_AN_IMAGE = "Image Storage"


def check_transfer_syntax(transfer_syntax_uid: str) -> None:
    """Refuse a transfer syntax that is not in the table."""
    if transfer_syntax_uid not in TRANSFER_SYNTAXES:
        raise Refusal("transfer_syntax_unsupported")


def check_sop_class(sop_class_uid: str) -> None:
    """Refuse what is not an image of the DICOM standard."""
    if sop_class_uid in _IMAGES_BY_HAND:
        return
    starts = [start for start in REFUSED_KINDS if _is_or_below(sop_class_uid, start)]
    if starts:
        raise Refusal(REFUSED_KINDS[max(starts, key=len)])
    name = uid.UID(sop_class_uid, validation_mode=0).name
    if _NAME_OF_AN_IMAGE not in name or not sop_class_uid.startswith(_STORAGE):
        raise Refusal("sop_class_unknown")


def _is_or_below(sop_class_uid: str, start: str) -> bool:
    return sop_class_uid == start or sop_class_uid.startswith(start if start.endswith(".") else start + ".")
