"""Taking a CSV file from a request: as the body (text/csv) or as the field `file` of a form."""

from typing import Any

from rest_framework.parsers import BaseParser, FormParser, MultiPartParser
from rest_framework.request import Request

from portal.errors import Invalid

MAXIMUM_BYTES = 20 * 1024 * 1024


class CsvParser(BaseParser):
    """A text/csv body."""

    media_type = "text/csv"

    @staticmethod
    def multipart() -> list[type[BaseParser]]:
        """Return the parsers of the other way, a form with the field `file`."""
        return [MultiPartParser, FormParser]

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read the body, one byte further than allowed so that the limit can be told."""
        return stream.read(MAXIMUM_BYTES + 1)


def csv_text(request: Request) -> tuple[str, str]:
    """Return the CSV's text and the name it was sent under."""
    data: Any = request.data
    if isinstance(data, bytes):
        content, name = data, "request body"
    else:
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid(
                "No file was sent.",
                errors=[
                    {
                        "field": "file",
                        "code": "missing",
                        "detail": "Send text/csv, or a form with the field file.",
                    }
                ],
            )
        content, name = upload.read(MAXIMUM_BYTES + 1), str(upload.name)
    if len(content) > MAXIMUM_BYTES:
        raise Invalid(f"The file is larger than {MAXIMUM_BYTES // 2**20} MiB.", code="too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is not UTF-8 text. Save it as CSV UTF-8.", code="not_utf8") from error
    if "\x00" in text:
        raise Invalid("The file holds NUL bytes, so it is no CSV.", code="invalid_csv")
    return text, name
