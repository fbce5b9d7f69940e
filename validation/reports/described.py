"""Figures that no plan asked for, under a heading that says so: every AI and reader, curves, calibration, agreement."""

from collections.abc import Sequence

from markupsafe import Markup

from validation.reports.abstention import abstention_part
from validation.reports.curves import Panel, Voice, net_benefit_picture, reliability_picture, roc_picture
from validation.reports.forest import Row, Scale, forest_pictures
from validation.reports.marks import marks_part
from validation.reports.material import Material
from validation.reports.node import Node
from validation.reports.numbers import DASH, counted, number, probability
from validation.reports.paper import Cell, Notes, heading, paragraph

_MEASURES = (("sensitivity", "Sensitivity"), ("specificity", "Specificity"))
_COEFFICIENTS = {
    "percent_agreement": "Share of agreement",
    "fleiss": "Fleiss' kappa",
    "conger": "Conger's kappa",
    "gwet": "Gwet's AC1",
    "krippendorff": "Krippendorff's alpha",
}
_CALIBRATION = {
    "brier": "Brier score",
    "expected_calibration_error": "Expected calibration error",
    "maximum_calibration_error": "Maximum calibration error",
    "calibration_in_the_large": "Calibration in the large",
    "calibration_slope": "Calibration slope",
    "calibration_intercept": "Calibration intercept",
}
_CHANGES = {
    "net_benefit": "Net benefit: share corrected minus share spoiled",
    "nri": "Net reclassification",
    "benefit": "Wrong before, right after",
    "harm": "Right before, wrong after",
    "automation_bias": "Wrong with a wrong AI, of what was right before",
    "under_reliance": "Stays wrong beside a right AI",
    "followed_ai": "Ends with the AI where they differed",
}


def described_part(material: Material) -> list[Markup]:
    """Return everything descriptive that the result holds."""
    label = "" if material.description is None else str(material.description["label"])
    parts = [Markup('<p class="marked">{}</p>').format(label or "Exploratory: nothing here was pre-specified.")]
    parts += [_measures(material), *_roc(material), *_forests(material), *marks_part(material)]
    parts += [_comparisons(material)] if material.result.get("comparisons") else []
    parts += [
        *_calibrations(material),
        *abstention_part(material),
        *_agreement(material),
        *_changes(material),
        *_groups(material),
    ]
    return [*parts, *_times(material)]


def _estimate(participant: Node, part: str, measure: str) -> Node:
    """Return a measure's outcome, or that of the whole part where it is undefined."""
    block = participant[part]
    return block if block.is_undefined else block["estimates"][measure]


def _measures(material: Material) -> Markup:
    notes, rows = Notes(), []
    for one in material.participants:
        counts = one.get("binary", "counts")
        cells = [DASH] * 4 if counts is None else [number(counts[cell], counted) for cell in ("tp", "fn", "fp", "tn")]
        rows.append(
            [
                material.label_of(one),
                number(one["n"], counted),
                *cells,
                *(notes.outcome(_estimate(one, "binary", measure)) for measure, _ in _MEASURES),
                notes.outcome(_estimate(one, "roc", "auc")),
            ]
        )
    header = ["Who", "Cases", "TP", "FN", "FP", "TN", "Sensitivity", "Specificity", "AUC"]
    caption = (
        f"Decisions and areas under the ROC curve of every AI and reader, with {material.percent} intervals. TP, FN, "
        "FP, TN: true and false positive and negative decisions."
    )
    return material.paper.table(caption, header, rows, notes)


def _voice(material: Material, participant: Node) -> Voice:
    curve = participant.get("roc", "curve")
    band = participant.get("roc", "band")
    decisions = [participant.get("binary", "estimates", measure, "value") for measure, _ in _MEASURES]
    return Voice(str(participant["name"]), list(curve or ()), decisions[0], decisions[1], list(band or ()))


def _roc(material: Material) -> list[Markup]:
    branches = [(one, [_voice(material, voice) for voice in one.participants]) for one in material.branches]
    arms = [(one.name, voices) for one, voices in branches if not one.is_ai and any(v.sensitivity for v in voices)]
    panels = [
        Panel(one.name, voices, arms if one.is_ai else ())
        for one, voices in branches
        if any(voice.curve for voice in voices)
    ]
    if not panels:
        return [paragraph("There are no ratings, and so no ROC curves.")]
    title = "ROC curves and operating points"
    caption = (
        f"{title}. A line shows every threshold of the rating, a filled mark the decisions that were made; the fine "
        "dotted line is chance. "
    )
    if any(panel.decisions or any(voice.band for voice in panel.voices) for panel in panels):
        caption += (
            f"Of an AI the grey band is the {material.percent} bootstrap band of the sensitivity, point by point, and "
            "open marks are the decisions of the readers."
        )
    # Four panels fill a page.
    drawn = [roc_picture(title, panels[first : first + 4]) for first in range(0, len(panels), 4)]
    return [
        material.paper.figure(caption if not index else f"{title}, continued.", one) for index, one in enumerate(drawn)
    ]


def _forests(material: Material) -> list[Markup]:
    parts = []
    for part, measure, title in (*(("binary", *one) for one in _MEASURES), ("roc", "auc", "Area under the ROC curve")):
        rows = [
            Row(material.label_of(one), _estimate(one, part, measure), "value", 1 if one.value["kind"] == "AI" else 0)
            for one in material.participants
        ]
        if all(row.node.is_undefined for row in rows):
            continue
        caption = f"{title} of every AI (triangle) and reader (square), with {material.percent} intervals."
        pictures = forest_pictures(caption, rows, Scale(title, is_share=True))
        parts += [material.paper.figure(caption, picture) for picture in pictures]
    return parts


def _comparisons(material: Material) -> Markup:
    names = {one.value["key"]: str(one["name"]) for one in material.participants}
    notes, rows = Notes(), []
    for one in material.result["comparisons"]:
        for measure in ("sensitivity", "specificity", "auc"):
            block = one[measure]
            pair = f"{names[one.value['a']]} − {names[one.value['b']]}"
            if block.is_undefined:
                rows.append([pair, measure, notes.outcome(block), DASH, DASH])
                continue
            for name, test in block["tests"].items():
                p = notes.outcome(test) if test.is_undefined else number(test["p"], probability)
                rows.append([pair, measure, notes.outcome(block["difference"]), name, p])
    caption = (
        "The AI compared with each reader on the cases that both have. p values are not corrected for their number."
    )
    return material.paper.table(caption, ["Difference", "Measure", "Estimate", "Test", "p"], rows, notes)


def _calibrations(material: Material) -> list[Markup]:
    if not material.is_planned:
        block = material.result["calibration"]
        return [] if block.is_undefined else _calibration(material, "The AI", block)
    parts = []
    for one in material.participants:
        block = one["calibration"]
        if one.value["kind"] == "AI" and not block.is_undefined:
            parts += _calibration(material, str(one["name"]), block)
    return parts


def _calibration(material: Material, name: str, block: Node) -> list[Markup]:
    title = f"Reliability of the scores of {name}"
    caption = (
        f"{title}: left, observed share of positive cases by predicted probability with {material.percent} intervals "
        "(the fine dotted line is perfect calibration); right, cases in each bin."
    )
    parts = [material.paper.figure(caption, reliability_picture(title, list(block["bins"])))]
    notes = Notes()
    rows = [[_CALIBRATION.get(key, key), notes.outcome(one)] for key, one in block["estimates"].items()]
    parts.append(material.paper.table(f"Calibration of {name}.", ["Measure", "Estimate"], rows, notes))
    curve = list(block.get("decision_curve") or ())
    if curve:
        title = f"Net benefit of acting on the scores of {name}"
        parts.append(material.paper.figure(f"{title}, by threshold probability.", net_benefit_picture(title, curve)))
    return parts


def _agreement(material: Material) -> list[Markup]:
    found = [] if material.description is None else list(material.description["agreement"])
    parts: list[Markup] = []
    for one in found:
        if not one["readers"].value:
            continue
        notes, rows = Notes(), list[list[Cell]]()
        if not one["decisions"].is_undefined:
            rows += [
                [f"Decisions: {name}", notes.outcome(one["decisions"][key])]
                for key, name in _COEFFICIENTS.items()
                if key in one["decisions"].value
            ]
        alpha = one.get("ratings", "krippendorff_alpha")
        if alpha is not None:
            rows.append([f"Ratings: Krippendorff's alpha, {one['ratings']['metric']} metric", notes.outcome(alpha)])
        rows += [
            [f"Decisions: Cohen's kappa, {pair['a']} and {pair['b']}", notes.outcome(pair["kappa"])]
            for pair in one["pairs"]
            if not pair["kappa"].is_undefined
        ]
        if rows:
            caption = f"Agreement of the readers: {material.name_of(str(one['subject']))}."
            parts.append(material.paper.table(caption, ["Measure", "Estimate"], rows, notes))
    return [heading("Agreement"), *parts] if parts else []


def _changes(material: Material) -> list[Markup]:
    parts: list[Markup] = []
    for one in () if material.description is None else list(material.description["changes"]):
        flow = one["flow"]
        names = f"{material.name_of(str(one['before']))} to {material.name_of(str(one['after']))}"
        if flow.is_undefined:
            parts.append(paragraph(f"From {names}: undefined. {flow['detail']}"))
            continue
        parts.append(_flow_counts(material, flow, names))
        notes = Notes()
        rows = [
            [_CHANGES[str(row["measure"])], _changed(row, notes), number(row.get("p"), probability)]
            for row in flow["changes"]
            if (row.value["reader"], row.value["group"]) == ("all readers", "all") and row.value["measure"] in _CHANGES
        ]
        rows.append(["Area under the ROC curve, after minus before", notes.outcome(one["auc"]), DASH])
        caption = f"What changed from {names}, over all readers, readers and cases random."
        parts.append(material.paper.table(caption, ["Measure", "Estimate", "p"], rows, notes))
    return [heading("Change with the AI"), *parts] if parts else []


def _changed(row: Node, notes: Notes) -> Markup:
    if row.get("estimate") is None:
        return Markup("undefined{}").format(notes.mark(str(row["detail"])))
    return notes.outcome(row, value="estimate")


def _flow_counts(material: Material, flow: Node, names: str) -> Markup:
    cells = ("kept_right", "benefit", "harm", "kept_wrong")
    groups = {"positives": "Positive cases", "negatives": "Negative cases", "all": "All cases"}
    rows = [
        [groups[str(row["group"])], *(number(row[cell], counted) for cell in cells)]
        for row in flow["counts"]
        if row.value["reader"] == "all readers" and row.value["ai_right"] is None
    ]
    header = ["Readings", "Right, stays right", "Wrong, becomes right", "Right, becomes wrong", "Wrong, stays wrong"]
    return material.paper.table(f"Decisions before and after: {names}, readings of all readers.", header, rows)


def _groups(material: Material) -> list[Markup]:
    found = None if material.description is None else material.description.get("groups", "reports")
    by_key = {one.value["key"]: material.label_of(one) for one in material.participants}
    notes, rows = Notes(), list[list[Cell]]()
    for one in found or ():
        if one["report"].is_undefined:
            continue
        for group in one["report"]["subgroups"]:
            outcomes = [notes.outcome(group["estimates"].get(name)) for name in ("sensitivity", "specificity", "auc")]
            who = by_key[one.value["participant"]]
            rows.append([who, f"{str(one['column']).capitalize()}: {group['value']}", *outcomes])
    if not rows:
        return []
    header = ["Who", "Group", "Sensitivity", "Specificity", "AUC"]
    return [heading("Subgroups"), material.paper.table("The measures in subgroups of cases.", header, rows, notes)]


def _times(material: Material) -> list[Markup]:
    rows: list[list[Cell]] = []
    for one in material.participants:
        times = one.get("seconds")
        if times is not None and not times.is_undefined:
            shown = [number(times[key]) for key in ("lower_quartile", "median", "upper_quartile")]
            rows.append([material.label_of(one), number(times["n"], counted), *shown])
    if not rows:
        return []
    header = ["Reader", "Reads", "Lower quartile", "Median", "Upper quartile"]
    return [heading("Reading time"), material.paper.table("Seconds in which a read was in use.", header, rows)]


def undefined_in(node: Node) -> Sequence[Node]:
    """Return every named outcome without a value in a part of the result."""
    if node.is_undefined:
        return [node]
    below = list(node) or [one for _, one in node.items()]
    return [found for one in below for found in undefined_in(one)]
