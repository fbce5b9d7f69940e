"""Limitations that can be read off a result: each rule says what it has found, or nothing."""

from collections.abc import Callable

from markupsafe import Markup

from validation.reports.described import undefined_in
from validation.reports.material import Material, is_of_all
from validation.reports.numbers import counted, number, plain, total
from validation.reports.paper import Cell, listing, paragraph

# With so few the variance between readers is hardly known: a t interval with 4 degrees of freedom is 1.4 times as wide
# as a normal one.
FEW_READERS = 5
# In each class: below, an interval of a share is 0.3 wide and more.
FEW_CASES = 30
_DESIGNS = {
    "case-nested-in-reader": "each case was read by one reader only",
    "case-nested-in-modality": "each case was read in one condition only",
    "partial": "not every reader read every case in every condition",
}


def limitations_part(material: Material) -> list[Markup]:
    """List what the software knows; what it cannot know is said to be the authors' to add."""
    found = [text for rule in RULES for text in rule(material)]
    parts = [paragraph("What the software knows of this result:"), listing(found)] if found else []
    left = (
        "Not known to the software: how cases and readers were chosen, how the reference standard was made and how "
        "sure it is, and what the images were taken with beyond their headers. These are for the authors to add."
    )
    return [*parts, paragraph(left)]


def _unplanned(material: Material) -> list[Cell]:
    if material.is_planned:
        return []
    return ["No analysis plan was carried out: choices could have been made after the figures were seen."]


def _notes(material: Material) -> list[Cell]:
    return [str(one) for one in material.result["notes"]]


def _looks(material: Material) -> list[Cell]:
    earlier = material.circumstances.earlier_results
    if not earlier:
        return []
    were = "result of this reader study was" if earlier == 1 else "results of this reader study were"
    return [f"{earlier} {were} computed before this one; p values are not corrected for such looks."]


def _few_readers(material: Material) -> list[Cell]:
    readers = material.result["counts"]["readers"]
    if not 0 < readers.value <= FEW_READERS:
        return []
    said = Markup(
        "Readers: {}. How much readers differ is estimated from few; what is said of other readers is uncertain."
    )
    return [said.format(number(readers, counted))]


def _few_cases(material: Material) -> list[Cell]:
    counts = material.result["counts"]
    return [
        Markup("Only {} {} cases are analysed.").format(number(counts[key], counted), name)
        for key, name in (("positives", "positive"), ("negatives", "negative"))
        if counts[key].value < FEW_CASES
    ]


def _few_lesions(material: Material) -> list[Cell]:
    """Says what figures of marks rest on: lesions, and positive cases of which no lesion is known."""
    counts = None if material.description is None else material.description.get("marks", "counts")
    if counts is None:
        return []
    found: list[Cell] = []
    if counts["lesions"].value < FEW_CASES:
        found.append(
            Markup("Only {} lesions are known: figures of marks rest on few.").format(
                number(counts["lesions"], counted)
            )
        )
    if counts["positives_without_lesion"].value:
        said = Markup("{} positive cases have no known lesion, and no figure of marks has them.")
        found.append(said.format(number(counts["positives_without_lesion"], counted)))
    return found


def _clusters(material: Material) -> list[Cell]:
    counts = material.result["counts"]
    cases = counts.get("cases_analysed")
    if cases is None or cases.value <= counts["patients"].value:
        return []
    return [
        Markup(
            "{} cases are from {} patients. Analyses of several readers, and tests of paired decisions, take cases "
            "for independent; areas, sensitivity and specificity of one reader or AI allow for it."
        ).format(number(cases, counted), number(counts["patients"], counted))
    ]


def _left_out(material: Material) -> list[Cell]:
    by_reader = [one["n"] for one in material.result["exclusions"] if not is_of_all(one)]
    found: list[Cell] = []
    if material.cases_left_out:
        left_out = total([one["n"] for one in material.cases_left_out])
        found.append(Markup("Cases left out for everybody: {} (section 2).").format(left_out))
    if by_reader:
        said = Markup(
            "Readings left out or incomplete: {}. If they lack for a reason that has to do with the case, figures "
            "are biased."
        )
        found.append(said.format(total(by_reader)))
    return found


def _design(material: Material) -> list[Cell]:
    if not material.is_planned:
        return []
    designs = [(str(one["key"]), one.get("detail", "design")) for one in material.result["endpoints"]]
    return [
        f"Endpoint {key} is not fully crossed: {_DESIGNS[str(design)]}."
        for key, design in designs
        if design is not None and str(design) in _DESIGNS
    ]


def _undefined(material: Material) -> list[Cell]:
    if not material.is_planned:
        return []
    return [
        f"Endpoint {one['key']} is undefined: {outcome['detail']}"
        for one in material.result["endpoints"]
        if (outcome := one.get("difference") or one["of"]["outcome"]).is_undefined
    ]


def _undefined_described(material: Material) -> list[Cell]:
    agreement = None if material.description is None else material.description.get("agreement")
    places = [*material.participants, *(agreement or ())]
    reasons = {str(found["undefined"]).replace("-", " ") for place in places for found in undefined_in(place)}
    if not reasons:
        return []
    return [f"Some descriptive figures are undefined, for these reasons: {', '.join(sorted(reasons))}."]


def _thresholds(material: Material) -> list[Cell]:
    made = [one for one in material.participants if one.value["kind"] == "READER" and one.get("threshold") is not None]
    if not made:
        return []
    return [
        Markup(
            "Readers' decisions are made from their ratings, positive from {} on; they were not asked for them."
        ).format(number(made[0]["threshold"], plain))
    ]


def _prevalence(material: Material) -> list[Cell]:
    counts = material.result["counts"]
    said = Markup(
        "{} of the cases analysed are positive, {} negative. Predictive values, net benefit and average precision hold "
        "for this share and not for practice where it is another."
    )
    return [said.format(number(counts["positives"], counted), number(counts["negatives"], counted))]


def _secondary(material: Material) -> list[Cell]:
    if not material.is_planned:
        return []
    tested = [
        one for one in material.result["endpoints"] if one.value["role"] != "PRIMARY" and one.get("test") is not None
    ]
    return ["Secondary endpoints are tested without a correction for their number."] if tested else []


RULES: tuple[Callable[[Material], list[Cell]], ...] = (
    _unplanned,
    _notes,
    _looks,
    _few_readers,
    _few_cases,
    _few_lesions,
    _design,
    _clusters,
    _left_out,
    _undefined,
    _undefined_described,
    _thresholds,
    _secondary,
    _prevalence,
)
