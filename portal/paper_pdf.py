"""Pages as PDF, tagged for screen readers (PDF/UA-1); the same page gives the same bytes."""

from typing import Any

from PIL import ImageFile
from weasyprint import HTML

# WeasyPrint sets this for the whole process, where an image that was cut off would then pass for a whole one.
ImageFile.LOAD_TRUNCATED_IMAGES = False


def write_pdf(page: str, *, identifier: str) -> bytes:
    """Return a page of HTML as PDF. Whatever a user has typed in it is text: nothing is fetched or run.

    `identifier` stands in the file for what it is of, such as a digest: a random one would change its bytes.
    """
    made: bytes = HTML(string=page, url_fetcher=_refuse).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode(), presentational_hints=False
    )
    return made


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"A document fetches nothing: {url[:40]}")
