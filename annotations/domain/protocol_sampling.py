"""What the protocol says about the cases that were drawn from a frame."""

from collections.abc import Mapping, Sequence
from typing import Any

from annotations.domain.protocol import Section, section, table


def sampling_section(draws: Sequence[Mapping[str, Any]], *, drawn: int, chosen: int, left: int) -> Section:
    """Say how cases were sampled: `draws` are the stored documents, each with the `file` name of its frame.

    Of the cases there are now `drawn` come from a draw and `chosen` do not; `left` were drawn and are no cases now.
    """
    return section(
        "sampling",
        "Case sampling",
        f"{drawn} case(s) were drawn from a frame of candidates, {chosen} chosen otherwise. The draws are stored with "
        "their seeds and can be repeated by anybody; none is ever made again or removed.",
        f"{left} case(s) that were drawn are no cases of this reader study." if left else "",
        *(_draw(one) for one in draws),
        tables=[_strata(one) for one in draws],
    )


def _draw(draw: Mapping[str, Any]) -> str:
    frame, found = draw["frame"], draw["prevalence"]
    parts = [
        f"Draw {draw['number']}: {len(draw['drawn'])} of the {frame['candidates']} candidates of frame "
        f"{frame['number']} ({draw['file']}, SHA-256 {frame['digest']})",
        f"strata by {', '.join(draw['columns'])}",
        "one imaging study of each patient" if draw["one_per_patient"] else "also several of a patient",
        "in place of the cases there were" if draw["replaces"] else "added to the cases there were",
        f"{len(draw['left_out'])} candidate(s) left out because they or their patient were cases already"
        if draw["left_out"]
        else "",
        f"algorithm {draw['algorithm']}; seed {draw['seed']}",
    ]
    said = "; ".join(part for part in parts if part) + "."
    if found is None:
        return said
    values = " or ".join(draw["positive"]["values"])
    shares = [f"{100 * found[key]:.1f} % of the {key}" for key in ("frame", "sample")]
    return f"{said} {draw['positive']['column']} is {values} in {' and '.join(shares)}."


def _strata(draw: Mapping[str, Any]) -> Any:
    header = [*draw["columns"], "Candidates", "Patients", "Could be drawn", "Drawn", "Sampling fraction"]
    rows = [
        [
            *one["values"],
            one["candidates"],
            one["patients"],
            one["eligible"],
            one["wanted"],
            "" if one["fraction"] is None else f"{one['fraction']:.4f}",
        ]
        for one in draw["strata"]
    ]
    return table(f"Strata of draw {draw['number']}", header, rows)
