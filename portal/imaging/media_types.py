"""Which form of frames a client accepts (PS3.18 8.7): one body, or multipart/related."""

from dataclasses import dataclass

from django.utils.http import parse_header_parameters

OCTET_STREAM = "application/octet-stream"
_NATIVE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"})
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
# What is decoded before it is served, for Orthanc 1.10.1 would change the byte order of big endian unsaid and label
# HTJ2K as native, and no browser decodes JPEG Extended of 12 bits.
DECODED_HERE = frozenset(
    {
        "1.2.840.10008.1.2.2",
        "1.2.840.10008.1.2.4.51",
        "1.2.840.10008.1.2.4.201",
        "1.2.840.10008.1.2.4.202",
        "1.2.840.10008.1.2.4.203",
    }
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What to answer with."""

    is_multipart: bool


def shown_transfer_syntax(stored: str) -> str:
    """The transfer syntax of the bytes of a frame: a deflated file's frames come inflated, some come decoded."""
    return EXPLICIT_LITTLE_ENDIAN if stored in _NATIVE | DECODED_HERE else stored


def choose(accept_header: str, transfer_syntax_uid: str, *, number_of_frames: int) -> Accepted | None:
    """The first form of the Accept header that can be given; None when there is none.

    multipart/related without a transfer syntax asks for native little endian (PS3.18 8.7.3.5.2), so
    compressed frames are not passed off as such.
    """
    for media_range in accept_header.split(",") if accept_header.strip() else ["*/*"]:
        media_type, parameters = parse_header_parameters(media_range.strip())
        wanted = parameters.get("transfer-syntax", "")
        if wanted not in ("", "*", transfer_syntax_uid):
            continue
        if media_type == "multipart/related":
            inner, inner_parameters = parse_header_parameters(parameters.get("type", OCTET_STREAM))
            wanted = wanted or inner_parameters.get("transfer-syntax", EXPLICIT_LITTLE_ENDIAN)
            if inner in (OCTET_STREAM, "*/*") and wanted in ("*", transfer_syntax_uid):
                return Accepted(is_multipart=True)
        elif media_type in ("*/*", "application/*", OCTET_STREAM):
            return Accepted(is_multipart=number_of_frames > 1)
    return None
