"""The figures as tables: ratios first, since they are what another machine will find too."""

from typing import Any

Row = dict[str, Any]
PORTAL = "portal"


def tables(rows: list[Row]) -> str:
    """Everything that was measured."""
    parts = [_timed(rows, "load"), _timed(rows, "next"), _scrolled(rows), _held(rows, "heap"), _held(rows, "hundred")]
    return "\n\n".join(part for part in parts if part)


def _timed(rows: list[Row], part: str) -> str:
    found = [row for row in rows if row["part"] == part]
    lines = ["| line | case | viewer | first image | all frames |", "| --- | --- | --- | --- | --- |"]
    for row in found:
        same = [one for one in found if (one["line"], one.get("case")) == (row["line"], row.get("case"))]
        ours = next(one for one in same if one["contender"] == PORTAL)
        cells = [_against(row, ours, key) for key in ("first_ms", "complete_ms")]
        lines.append(f"| {row['line']} | {row.get('case', part)} | {row['contender']} | {' | '.join(cells)} |")
    return "\n".join(lines) if found else ""


def _against(row: Row, ours: Row, key: str) -> str:
    """A time, and how many times the portal's it is."""
    value, own = row[key], ours[key]
    if value is None:
        return "not in time"
    text = f"{value:.0f} ms"
    return text if row is ours or own is None else f"x{value / own:.2f} ({text})"


def _scrolled(rows: list[Row]) -> str:
    found = [row for row in rows if row["part"] == "scroll"]
    lines = ["| viewer | next slice drawn after, median | 95th percentile |", "| --- | --- | --- |"]
    for row in found:
        cells = [_against(row, found[0], key) for key in ("scroll_median_ms", "scroll_p95_ms")]
        lines.append(f"| {row['contender']} | {' | '.join(cells)} |")
    return "\n".join(lines) if found else ""


def _held(rows: list[Row], part: str) -> str:
    found = [row for row in rows if row["part"] == part]
    lines = [
        "| viewer | cases | JS heap | typed arrays | decoded images | nodes |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in found:
        sizes = [
            "?" if row[key] is None else f"{row[key]:.0f} MiB" for key in ("heap_mib", "arrays_mib", "decoded_mib")
        ]
        lines.append(f"| {row['contender']} | {row['cases']} | {' | '.join(sizes)} | {row['nodes']:.0f} |")
    return "\n".join(lines) if found else ""
