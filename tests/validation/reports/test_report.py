"""A report says what the result says: every number of it, to the byte each time, and nothing that is not there."""

import json
import os
import pickle
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest

from tests.validation.reports.printed import Report, as_float, at, last_place
from tests.validation.reports.studies import AROUND, html_of, result_of, simulated, smaller, van_dyke
from tests.validation.stats.reference import REPOSITORY, reference_values
from validation.reports.checklists import ANSWERS, CHECKLISTS, FILLED, LEFT
from validation.reports.document import report_html, report_pdf

STUDIES = {"simulated": simulated, "van_dyke": van_dyke}
pytestmark = pytest.mark.timeout(600)


def content_of(name: str) -> Any:
    return json.loads(STUDIES[name]()[1])


@pytest.mark.parametrize("name", list(STUDIES))
def test_every_number_is_the_results_number(name: str) -> None:
    document, report = content_of(name), Report(html_of(name))
    assert len(report.numbers) > 150
    for one in report.numbers:
        values = [at(document, pointer) for pointer in one.pointers]
        assert one.value == (sum(values) if one.is_sum else values[0]), one
        assert one.is_sum or len(values) == 1
        if one.shown.startswith("<"):
            assert one.value < float(one.shown[1:]), one
        else:
            assert as_float(one.shown) == pytest.approx(one.value, rel=0, abs=last_place(one.shown) * 1.000001), one


@pytest.mark.parametrize("name", list(STUDIES))
def test_no_number_of_a_table_stands_without_its_place(name: str) -> None:
    """Versions of software, digests and plans aside, which stand in no table of figures."""
    loose = [cell for cell in Report(html_of(name)).cells if re.search(r"\d[.,]\d", cell)]
    assert loose == []


@pytest.mark.parametrize("name", list(STUDIES))
def test_every_endpoint_and_participant_is_there(name: str) -> None:
    document = content_of(name)
    places = {pointer for one in Report(html_of(name)).numbers for pointer in one.pointers}
    for index, endpoint in enumerate(document["endpoints"]):
        for part in ("of/outcome", "difference"):
            if at(endpoint, f"/{part}") and "value" in at(endpoint, f"/{part}"):
                assert {f"/endpoints/{index}/{part}/{key}" for key in ("value", "low", "high")
                        if at(endpoint, f"/{part}/{key}") is not None} <= places  # fmt: skip
    for index, one in enumerate(document["description"]["participants"]):
        if "undefined" not in one["roc"]:
            assert f"/description/participants/{index}/roc/estimates/auc/value" in places


def test_van_dyke_is_printed_as_mrmcaov_says() -> None:
    """Obuchowski and Rockette with the jackknife: the difference, its interval and p, each reader, the components."""
    report, values = Report(html_of("van_dyke")), reference_values("mrmc_vandyke", "OR_RRRC_jackknife")

    def shows(pointer: str, expected: float) -> None:
        shown = report.shown_at(pointer)
        assert as_float(shown) == pytest.approx(expected, rel=0, abs=last_place(shown) * 1.000001), pointer

    (difference,), (equality,) = values["test_diffs"], values["test_equality"]
    # The plan's difference is that of the second technique minus the first; MRMCaov's the other way round.
    shows("/endpoints/0/difference/value", -difference["Estimate"])
    shows("/endpoints/0/difference/low", -difference["CI.Upper"])
    shows("/endpoints/0/difference/high", -difference["CI.Lower"])
    shows("/endpoints/0/test/p", equality["p-value"])
    shows("/endpoints/0/detail/tests/RRRC/f", equality["F"])
    document = content_of("van_dyke")
    readers = document["endpoints"][0]["detail"]["readers"]
    printed = {(one["reader"], one["modality"]): index for index, one in enumerate(readers)}
    assert len(printed) == 10
    for row in values["theta"]:
        place = printed[row["reader"], {"M1": "unaided", "M2": "aided"}[row["modality"]]]
        shows(f"/endpoints/0/detail/readers/{place}/fom", row["empirical_auc"])
    names = {"reader": "var_r", "modality:reader": "var_tr", "Error": "var_error"}
    for row in values["vcov_comps"]:
        name = names.get(row["row"], row["row"].lower())
        shows(f"/endpoints/0/detail/variance_components/{name}", row["Estimate"])


def fitted(picture: str) -> tuple[float, float]:
    """Where 0 stands across a picture and how long 1 is, by the words at the ticks of its axis."""
    words = r'<text x="([\d.]+)" y="[\d.]+" text-anchor="middle" font-size="8.5"[^>]*>([−\d.]+)</text>'
    found = [(float(value.replace("−", "-")), float(place)) for place, value in re.findall(words, picture)]
    values, places = np.array(found).T
    slope, start = np.polyfit(values, places, 1)
    return float(start), float(slope)


def test_marks_of_a_forest_stand_at_their_values() -> None:
    """The axis is read back from the words at its ticks."""
    document = content_of("simulated")
    pictures = [
        one for one in re.findall(r"<svg.*?</svg>", html_of("simulated"), re.DOTALL) if "difference of the" in one
    ]
    assert pictures
    marks = 0
    for picture in pictures:
        start, slope = fitted(picture)
        for x, pointer in re.findall(r'translate\(([\d.]+) [\d.]+\)[^>]*data-at="([^"]+)"', picture):
            assert (float(x) - start) / slope == pytest.approx(at(document, pointer), abs=0.002)
            marks += 1
    assert marks >= 15


def test_lines_and_marks_of_a_roc_plot_stand_at_their_values() -> None:
    document, html = content_of("van_dyke"), html_of("van_dyke")
    picture = next(one for one in re.findall(r"<svg.*?</svg>", html, re.DOTALL) if "<title>ROC" in one)
    # Two plots side by side: the first is that of the first arm.
    frame = re.search(r'<polyline points="([\d.]+),([\d.]+) ([\d.]+),([\d.]+)"[^>]*stroke-dasharray="1 3"', picture)
    assert frame is not None
    left, bottom, right, top = map(float, frame.groups())
    first = document["description"]["participants"][0]["roc"]["curve"]
    expected = " ".join(
        f"{round(left + (right - left) * point['fpf'], 2):g},{round(bottom + (top - bottom) * point['tpf'], 2):g}"
        for point in first
    )
    drawn = [
        [float(part) for part in re.split("[ ,]", one)] for one in re.findall(r'<polyline points="([^"]+)"', picture)
    ]
    wanted = [float(part) for part in re.split("[ ,]", expected)]
    assert any(len(one) == len(wanted) and np.allclose(one, wanted, atol=0.011) for one in drawn)


PROGRAM = """
import hashlib, pathlib, pickle, sys
from validation.reports.document import report_html, report_pdf
folder = pathlib.Path(sys.argv[1])
texts = [(folder / name).read_text() for name in ("snapshot.json", "result.json")]
around = pickle.loads((folder / "around").read_bytes())
html = report_html(*texts, around)
pdf = report_pdf(html, result_digest=around.result_digest)
print(hashlib.sha256(html.encode()).hexdigest(), hashlib.sha256(pdf).hexdigest())
"""


def test_two_processes_make_the_same_bytes_but_for_the_date(tmp_path: Any) -> None:
    snapshot, result = smaller()
    (tmp_path / "snapshot.json").write_text(snapshot)
    (tmp_path / "result.json").write_text(result)
    (tmp_path / "around").write_bytes(pickle.dumps(AROUND))

    def made(seed: str) -> str:
        environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed, "HOME": str(tmp_path), "TZ": f"UTC-{seed}"}
        arguments = [sys.executable, "-c", PROGRAM, str(tmp_path)]
        done = subprocess.run(
            arguments, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert made("1") == made("2")
    later = report_html(snapshot, result, AROUND._replace(made_at="2031-02-03T04:05:00+00:00"))
    now = report_html(snapshot, result, AROUND)
    assert later != now
    back = later.replace("2031-02-03T04:05:00+00:00", AROUND.made_at).replace("2031-02-03 04:05", "2026-11-27 20:00")
    assert back == now


def test_the_pdf_is_tagged_and_every_page_says_of_which_result_it_is() -> None:
    html = report_html(*smaller(), AROUND)
    file = pdfium.PdfDocument(report_pdf(html, result_digest=AROUND.result_digest))
    pages = [page.get_textpage().get_text_range() for page in file]
    assert file.is_tagged()
    assert len(pages) > 8
    for number, text in enumerate(pages, start=1):
        assert AROUND.result_digest in text
        assert f"{number} / {len(pages)}" in text
    assert AROUND.snapshot_digest in pages[0]
    assert file.get_metadata_value("Title").startswith("Simulated: a crossover")


def test_what_people_have_typed_is_text_and_nothing_is_fetched() -> None:
    frozen = json.loads(smaller()[0])
    hostile = "<script>alert(1)</script><img src='file:///etc/passwd'>"
    frozen["reader_study"]["name"] = hostile
    frozen["readers"][0]["name"] = hostile
    html = report_html(json.dumps(frozen), result_of(frozen), AROUND)
    report = Report(html)
    assert not [tag for tag, _ in report.tags if tag in ("script", "img", "link", "iframe")]
    assert any(hostile in text for text in report.text)
    assert report_pdf(html, result_digest="e" * 64).startswith(b"%PDF-1.7")


def test_the_page_needs_nothing_else() -> None:
    report = Report(html_of("simulated"))
    addresses = [known[name] or "" for _, known in report.tags for name in ("href", "src") if name in known]
    assert addresses
    assert all(one.startswith("#section-") for one in addresses)
    targets = {f"#{known['id']}" for _, known in report.tags if known.get("id")}
    assert set(addresses) <= targets
    assert "url(" not in html_of("simulated")


def test_tables_and_figures_are_numbered_in_their_order() -> None:
    captions = Report(html_of("simulated")).captions
    for word in ("Table", "Figure"):
        numbers = [int(found[1]) for one in captions if (found := re.match(rf"{word} (\d+)\. \S", one))]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > 5


def limitations(frozen: dict[str, Any] | None = None, **around: Any) -> str:
    snapshot, result = simulated() if frozen is None else (json.dumps(frozen), result_of(frozen))
    text = "".join(Report(report_html(snapshot, result, AROUND._replace(**around))).text)
    return " ".join(text.split("5. Limitations")[1].split("6. Checklists")[0].split())


def test_limitations_are_those_of_the_result() -> None:
    frozen = json.loads(smaller()[0])
    frozen["plan"]["document"]["endpoints"] = frozen["plan"]["document"]["endpoints"][:1]
    said = limitations(frozen)
    assert "Readers: 4. How much readers differ is estimated from few" in said
    assert "60 cases are from 40 patients" in said
    assert "Only 28 positive cases are analysed" in said
    assert "negative cases are analysed" not in said
    assert "28 of the cases analysed are positive, 32 negative" in said
    assert "1 result of this reader study was computed before this one" in said
    assert "simulated readers" not in said
    # One reader has not signed one case.
    assert "Endpoint gain is not fully crossed: not every reader read every case" in said
    assert "Readings left out or incomplete: 1." in said
    assert "not fully crossed" not in limitations(json.loads(van_dyke()[0]))
    assert "positive from" not in said
    assert "Readers' decisions are made from their ratings, positive from 3 on" in limitations()

    frozen["reads"] = [{**one, "provenance": "SIMULATED"} for one in frozen["reads"][:-1]]
    frozen["plan"]["lock"]["results_before"] = 2
    said = limitations(frozen, earlier_results=0)
    assert "signed reads were made by simulated readers" in said
    assert "locked after 2 result(s)" in said
    assert "before this one" not in said
    assert "Readings left out or incomplete: 2." in said


def test_an_undefined_endpoint_is_named_with_its_reason() -> None:
    assert "Endpoint nobody is undefined: " in limitations()
    report = Report(html_of("simulated"))
    assert "undefined" in " ".join(report.cells)
    assert not re.search(r"\b(nan|NaN|inf|Infinity|null)\b", " ".join(report.text))


def test_checklists_are_filled_where_the_data_answer() -> None:
    """By the numbers of items that the three guidelines have: 44, 30 with four in parts, 27 with parts."""
    counted = {one["name"]: [item["number"] for item in one["items"] if item["number"] != "AI"] for one in CHECKLISTS}
    assert counted["CLAIM 2024"] == [str(number) for number in range(1, 45)]
    for name, most in (("STARD-AI", 30), ("TRIPOD+AI", 27)):
        assert list(dict.fromkeys(int(re.sub("[a-z]", "", one)) for one in counted[name])) == list(range(1, most + 1))
        assert len(set(counted[name])) == len(counted[name])
    assert {item["answer"] for one in CHECKLISTS for item in one["items"]} - {None} == set(ANSWERS)
    with_ai, without = (Report(html_of(name)).cells for name in ("simulated", "van_dyke"))
    assert without.count(LEFT) > with_ai.count(LEFT) > 30
    assert with_ai.count(FILLED) > without.count(FILLED) >= 15
