"""Pages as PDF, tagged for screen readers (PDF/UA-1); the same page gives the same bytes."""

import logging
import unicodedata
from collections.abc import Iterable
from contextvars import ContextVar
from html import escape
from typing import Any

from PIL import ImageFile
from weasyprint import HTML
from weasyprint.logger import LOGGER

# WeasyPrint sets this for the whole process, where an image that was cut off would then pass for a whole one.
ImageFile.LOAD_TRUNCATED_IMAGES = False

_BODY, _END = "<body>", "</body>"
# Of a text in a script without fonts; the others have their code point in its place all the same.
_MOST_NAMED = 40


def write_pdf(page: str, *, identifier: str) -> bytes:
    """Return a page of HTML as PDF. Whatever a user has typed in it is text: nothing is fetched or run.

    A character that no font of this machine has is drawn as its code point, [U+1FA7B], and named at the end: the empty
    box of a font would make two names one. `identifier` stands in the file for what it is of, such as a digest: a
    random one would change its bytes.
    """
    missing: set[str] = set()
    token = _missing.set(missing)
    try:
        made = _write(page, identifier)
    finally:
        _missing.reset(token)
    return _write(_spelt_out(page, missing), identifier) if missing else made


def _write(page: str, identifier: str) -> bytes:
    made: bytes = HTML(string=page, url_fetcher=_refuse).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode(), presentational_hints=False
    )
    return made


class _Missing(logging.Filter):
    """Takes from WeasyPrint's log what it says there alone: that no font has a character. Pango chooses the fonts."""

    def filter(self, record: logging.LogRecord) -> bool:
        found = _missing.get()
        if found is None or not str(record.msg).startswith(".notdef") or not isinstance(record.args, tuple):
            return True
        found.add(str(record.args[0]))
        return False


# Of the page that this thread draws.
_missing: ContextVar[set[str] | None] = ContextVar("missing", default=None)
LOGGER.addFilter(_Missing())


def _spelt_out(page: str, missing: Iterable[str]) -> str:
    """Write the code points of characters in the body of a page, and their names below it.

    The head stays: titles and descriptions of a file are drawn by whoever opens it.
    """
    characters = sorted(missing)
    head, begin, body = page.partition(_BODY)
    body = body.translate({ord(one): _code(one) for one in characters})
    named = "; ".join(f"{_code(one)} {unicodedata.name(one, 'without a name')}" for one in characters[:_MOST_NAMED])
    more = f"; and {len(characters) - _MOST_NAMED} more" if len(characters) > _MOST_NAMED else ""
    said = f"No font here has these characters, so each stands as its Unicode code point: {named}{more}."
    text, end, rest = body.rpartition(_END)
    return f"{head}{begin}{text}<p>{escape(said)}</p>{end}{rest}"


def _code(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"A document fetches nothing: {url[:40]}")
