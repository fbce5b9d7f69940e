"""The figures of a result as CSV tables."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

# A spreadsheet runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

OUTCOME_COLUMNS = ("estimate", "low", "high", "level", "method", "n", "note", "undefined")


def figure_csv(name: str, result: Mapping[str, Any]) -> str:
    """Write one figure of a result; `name` is a key of `FIGURES`."""
    columns, rows = FIGURES[name]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([spreadsheet_cell(value) for value in row] for row in rows(result))
    return out.getvalue()


def _measures(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for participant in result["participants"]:
        for part in ("binary", "roc"):
            for measure, outcome in _estimates(participant[part], part):
                yield (participant["key"], participant["name"], measure, *_outcome(outcome))


def _estimates(block: Mapping[str, Any], part: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(part, block)] if "undefined" in block else list(block["estimates"].items())


def _roc_curves(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for participant in result["participants"]:
        curve = participant["roc"].get("curve")
        for point in curve if isinstance(curve, list) else ():
            yield participant["key"], participant["name"], point["fpf"], point["tpf"], point["threshold"]


def _comparisons(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    names = {participant["key"]: participant["name"] for participant in result["participants"]}
    for comparison in result["comparisons"]:
        pair = (names[comparison["a"]], names[comparison["b"]])
        for measure in ("sensitivity", "specificity", "auc"):
            block = comparison[measure]
            if "undefined" in block:
                yield (*pair, measure, *_outcome(block), None, None, None)
                continue
            for test, outcome in block["tests"].items():
                yield (
                    *pair, measure, *_outcome(block["difference"]),
                    test, outcome.get("statistic"), outcome.get("p"),
                )  # fmt: skip


def _calibration(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for row in result["calibration"].get("bins", ()):
        observed = row["observed"]
        yield (
            row["low"], row["high"], row["n"], row["events"], row["mean_probability"],
            observed["value"], observed["low"], observed["high"],
        )  # fmt: skip


def _abstention(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for key, name, block in abstaining(result):
        if "undefined" in block:
            yield key, name, *[None] * 7, block["undefined"], block["detail"]
            continue
        for row in block["curve"]:
            yield (
                key, name, row["uncertainty"], row["n"], row["errors"], row["coverage"], row["error_rate"],
                row["low"], row["high"], block["method"], block["definition"],
            )  # fmt: skip


def abstaining(result: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Return key, name and abstention of every AI that has one; none of a result whose predictions are all certain."""
    if "endpoints" not in result:
        ai = next((one for one in result["participants"] if one["kind"] == "AI"), None)
        return [(ai["key"], ai["name"], result["abstention"])] if ai is not None and "abstention" in result else []
    participants = (result.get("description") or {}).get("participants", ())
    return [(one["key"], one["name"], one["abstention"]) for one in participants if "abstention" in one]


def _endpoints(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for endpoint in result["endpoints"]:
        against = endpoint["against"]
        other = None if against is None else against.get("subject", against.get("value"))
        test = endpoint["test"] or {}
        for what, outcome in (("of", endpoint["of"]["outcome"]), ("difference", endpoint["difference"])):
            if outcome is not None:
                yield (
                    endpoint["key"], endpoint["role"], endpoint["figure"], endpoint["of"]["subject"], other, what,
                    *_outcome(outcome), endpoint["hypothesis"], endpoint["margin"], endpoint["alpha"],
                    test.get("statistic"), test.get("df"), test.get("p"), endpoint["p_adjusted"], endpoint["shown"],
                )  # fmt: skip


def _marks(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for one in result["description"]["marks"]["participants"]:
        who = (one["subject"], one["name"])
        if "undefined" in one:
            yield (*who, None, None, None, None, None, *_outcome(one["undefined"]))
            continue
        counts = (one["lesions"], one["counts"]["lesion_marks"], one["counts"]["false_marks"])
        for figure, outcome in one["estimates"].items():
            yield (*who, one["n"], *counts, figure, *_outcome(outcome))


def _froc_curves(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    marks = result["description"]["marks"]
    # Neither is in results from before points had intervals.
    level, methods = marks.get("level"), marks.get("interval_methods", ())
    for one in marks["participants"]:
        for name, curve in one.get("curves", {}).items():
            across = one["n"] if name == "froc" else one["negatives"]
            for point in curve if isinstance(curve, list) else ():
                x, y = (_limits(point, axis, methods) for axis in "xy")
                yield (
                    one["subject"], one["name"], name, point["x"], point["y"], point["threshold"],
                    *x, across, *y, one["lesions"], level,
                )  # fmt: skip


def _limits(point: Mapping[str, Any], axis: str, methods: Sequence[str]) -> tuple[Any, ...]:
    place = point.get(f"{axis}_method")
    return point.get(f"{axis}_low"), point.get(f"{axis}_high"), None if place is None else methods[place]


def _exclusions(result: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for exclusion in result["exclusions"]:
        for case in exclusion["cases"]:
            yield exclusion.get("participant", exclusion.get("subject")), exclusion["name"], exclusion["reason"], case


def _outcome(outcome: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        outcome.get("value"), outcome.get("low"), outcome.get("high"), outcome.get("level"), outcome.get("method"),
        outcome["n"], outcome.get("note", outcome.get("detail")), outcome.get("undefined"),
    )  # fmt: skip


def spreadsheet_cell(value: Any) -> Any:
    """Return what a cell holds: nothing for None, and no text that a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


Rows = Callable[[Mapping[str, Any]], Iterator[Sequence[Any]]]
FIGURES: dict[str, tuple[tuple[str, ...], Rows]] = {
    "measures": (("participant", "name", "measure", *OUTCOME_COLUMNS), _measures),
    "roc-curves": (("participant", "name", "fpf", "tpf", "threshold"), _roc_curves),
    "comparisons": (("a", "b", "measure", *OUTCOME_COLUMNS, "test", "statistic", "p"), _comparisons),
    "calibration": (
        ("low", "high", "n", "events", "mean_probability", "observed", "observed_low", "observed_high"),
        _calibration,
    ),
    "abstention": (
        (
            "participant",
            "name",
            "uncertainty",
            "kept",
            "errors",
            "coverage",
            "error_rate",
            "low",
            "high",
            "method",
            "definition",
        ),
        _abstention,
    ),
    "endpoints": (
        (
            "endpoint",
            "role",
            "figure",
            "of",
            "against",
            "what",
            *OUTCOME_COLUMNS,
            "hypothesis",
            "margin",
            "alpha",
            "statistic",
            "df",
            "p",
            "p_adjusted",
            "shown",
        ),
        _endpoints,
    ),
    "marks": (
        ("subject", "name", "cases", "lesions", "lesion_marks", "false_marks", "figure", *OUTCOME_COLUMNS),
        _marks,
    ),
    "froc-curves": (
        (
            "subject",
            "name",
            "curve",
            "x",
            "y",
            "threshold",
            "x_low",
            "x_high",
            "x_method",
            "x_n",
            "y_low",
            "y_high",
            "y_method",
            "y_n",
            "level",
        ),
        _froc_curves,
    ),
    "exclusions": (("participant", "name", "reason", "case"), _exclusions),
}
_OF_PLANS = frozenset({"endpoints", "exclusions"})
_OF_MARKS = frozenset({"marks", "froc-curves"})


def figures_of(result: Mapping[str, Any]) -> list[str]:
    """Name the figures that a result has: one by plan has endpoints, and what was marked where it was matched.

    Abstention is among them where an AI says how uncertain it is.
    """
    left_out = set() if abstaining(result) else {"abstention"}
    if "endpoints" not in result:
        return [name for name in FIGURES if name not in {"endpoints", *_OF_MARKS, *left_out}]
    has_marks = "marks" in (result.get("description") or {})
    wanted = _OF_PLANS | {"abstention"} | (_OF_MARKS if has_marks else frozenset())
    return [name for name in FIGURES if name in wanted - left_out]
