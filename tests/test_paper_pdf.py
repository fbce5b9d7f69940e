"""What a PDF does with what was typed: characters that no font has, and names that do not end."""

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from portal.paper_pdf import write_pdf

ROOT = Path(__file__).parents[1]
# Noncharacters: no font has them, whatever is installed (Unicode 23.7). Their code points are unnamed.
NOWHERE, NOWHERE_EITHER = "\ufdd0", "\U0001ffff"
LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 6


def page(title: str, body: str, style: str = "") -> str:
    head = f"<title>{title}</title><style>{style}</style>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def text_of(pdf: bytes) -> str:
    return " ".join("".join(one.get_textpage().get_text_range() for one in pdfium.PdfDocument(pdf)).split())


def test_a_character_that_no_font_has_is_drawn_as_its_code_point_and_named() -> None:
    made = write_pdf(page("Study", f"<p>Ada{NOWHERE} &amp; Bo{NOWHERE_EITHER}</p>"), identifier="d")
    said = text_of(made)
    assert "Ada[U+FDD0] & Bo[U+1FFFF]" in said
    assert "No font here has these characters" in said
    assert made == write_pdf(page("Study", f"<p>Ada{NOWHERE} &amp; Bo{NOWHERE_EITHER}</p>"), identifier="d")


def test_a_page_whose_characters_are_all_there_says_nothing_of_fonts() -> None:
    assert text_of(write_pdf(page("Study", "<p>≥ 5 µm, Ödön, Ünal</p>"), identifier="d")) == "≥ 5 µm, Ödön, Ünal"


@pytest.mark.parametrize("style", ["annotations/exporters/protocol.css", "validation/reports/report.css"])
def test_a_name_without_a_break_stays_on_the_page(style: str) -> None:
    row = f'<tr><th scope="row">{LONG}</th><td>{LONG}</td></tr>'
    head = f'<thead><tr><th scope="col">{LONG}</th><th scope="col">n</th></tr></thead>'
    table = f"<table><caption>{LONG}</caption>{head}{row}</table>"
    body = f"<h1>{LONG}</h1><h2>{LONG}</h2><p>{LONG}</p>{table}<figure><figcaption>{LONG}</figcaption></figure>"
    # A second page, whose head repeats the title.
    whole = page("t", f'{body}<p style="break-before: page">end</p>', (ROOT / style).read_text())
    document = pdfium.PdfDocument(write_pdf(whole, identifier="d"))
    assert len(document) > 1
    for one in document:
        text = one.get_textpage()
        right = max(text.get_charbox(index)[2] for index in range(text.count_chars()))
        assert right < one.get_width()
