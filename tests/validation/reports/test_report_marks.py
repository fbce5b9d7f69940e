"""The report of a plan with marks: table, FROC and AFROC curves, and what limits them; every number is the result's."""

import json
from typing import Any

import pytest

from tests.validation.plans.marks import WAFROC
from tests.validation.plans.test_marks import MARKS, OF_AI, small
from tests.validation.reports.printed import Report, as_float, at, last_place
from tests.validation.reports.studies import AROUND, result_of
from validation.reports.document import report_html


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, Any], Report]:
    """Two readers in two arms and an AI on eight cases; of one positive case no lesion is known."""
    frozen = small(MARKS, WAFROC, {**OF_AI, "key": "ai", "role": "SECONDARY"}, ai=True)
    frozen["arms"] = [
        {"key": key, "name": name, "ai_display": "HIDDEN"} for key, name in (("M1", "One"), ("M2", "Two"))
    ]
    frozen["reference_standard"] = {"id": "t", "version": 1, "digest": "b" * 64}
    frozen["cases"][7] |= {"truth": 1}
    result = result_of(frozen)
    return json.loads(result), Report(report_html(json.dumps(frozen), result, AROUND))


def test_marks_have_a_table_and_curves_of_each_subject(made: tuple[dict[str, Any], Report]) -> None:
    document, report = made
    places = {pointer for one in report.numbers for pointer in one.pointers}
    for index, one in enumerate(document["description"]["marks"]["participants"]):
        start = f"/description/marks/participants/{index}"
        assert {f"{start}/counts/false_marks", f"{start}/estimates/WAFROC/value"} <= places, one["key"]
    curves = [one for one in report.captions if "FROC (left) and AFROC curves" in one]
    assert [name in caption for name, caption in zip(("Finder 1", "One", "Two"), curves, strict=True)] == [True] * 3
    text = " ".join(report.text)
    assert "area under the weighted AFROC curve (wAFROC)" in text
    assert "figures of marks rest on few" in text
    assert "no figure of marks has them" in text


def test_ai_and_readers_have_the_same_axes(made: tuple[dict[str, Any], Report]) -> None:
    """An AI with many false marks and readers with few: a place on the paper means the same in each figure."""
    document, report = made
    most = max(
        point["x"] for one in document["description"]["marks"]["participants"] for point in one["curves"]["froc"]
    )
    # Of each picture the texts between its title and the name of its first axis: the ticks.
    ends = [place for place, text in enumerate(report.text) if text == "False marks per case"]
    starts = [max(i for i in range(end) if report.text[i].startswith("FROC and AFROC curves of")) for end in ends]
    axes = [report.text[start + 1 : end] for start, end in zip(starts, ends, strict=True)]
    assert len(axes) == 3
    assert axes[0] == axes[1] == axes[2]
    assert float(axes[0][-1]) <= most + 0.1


def test_every_number_is_the_results_number(made: tuple[dict[str, Any], Report]) -> None:
    document, report = made
    for one in report.numbers:
        values = [at(document, pointer) for pointer in one.pointers]
        assert one.value == (sum(values) if one.is_sum else values[0]), one
        if not one.shown.startswith("<"):
            assert as_float(one.shown) == pytest.approx(one.value, rel=0, abs=last_place(one.shown) * 1.000001), one
