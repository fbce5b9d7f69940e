"""The endpoints of a plan: a table of all, then each with its readers, its tests and its components of variance."""

from markupsafe import Markup

from validation.plans.rules import METHOD_NAMES
from validation.plans.wording import GENERALISATION, MULTIPLICITY
from validation.reports.forest import Row, Scale, forest_pictures
from validation.reports.front import against, answer, figure_of
from validation.reports.material import Material
from validation.reports.node import Node
from validation.reports.numbers import DASH, number, p_value, plain, precise, probability
from validation.reports.paper import Cell, Notes, heading, listing, paragraph
from validation.stats.mrmc_results import ANALYSES

HYPOTHESES = {
    "ESTIMATE": "estimated",
    "DIFFERENCE": "differs",
    "SUPERIORITY": "is greater",
    "NON_INFERIORITY": "is not worse",
    "EQUIVALENCE": "is equivalent",
}
_SHOWN = {True: "shown", False: "not shown", None: DASH}
_COMPONENTS = {
    "var_r": "Reader",
    "var_tr": "Condition × reader",
    "var_error": "Error",
    "cov1": "Covariance 1: same reader, other condition",
    "cov2": "Covariance 2: other reader, same condition",
    "cov3": "Covariance 3: other reader, other condition",
    "rho1": "Correlation 1",
    "rho2": "Correlation 2",
    "rho3": "Correlation 3",
}
_OTHER_ANALYSES = {
    "ustat": "U-statistics",
    "mle": "V-statistics",
    "1T-RRRC": "random readers, random cases",
    "1T-RRFC": "random readers, fixed cases",
    "1T-FRRC": "fixed readers, random cases",
}


def endpoints_part(material: Material) -> list[Markup]:
    """Report every endpoint; those of subjects with several readers with what lies behind."""
    parts = [_overview(material)]
    tested = [one for one in material.result["endpoints"] if one.value["p_adjusted"] is not None]
    if len(tested) > 1:
        parts.append(paragraph(MULTIPLICITY[material.result.value["multiplicity"]]))
    for number_of, endpoint in enumerate(material.result["endpoints"], start=1):
        parts += [heading(f"Endpoint {number_of}: {endpoint['key']}"), *_endpoint(material, endpoint)]
    return parts


def _overview(material: Material) -> Markup:
    notes, rows = Notes(), []
    for one in material.result["endpoints"]:
        other = one.get("against", "outcome")
        rows.append(
            [
                Markup("{}<br>{}").format(str(one["key"]), str(one["role"]).lower()),
                _what(material, one),
                notes.outcome(one["of"]["outcome"]),
                notes.outcome(other),
                notes.outcome(one.get("difference")),
                _p(one, notes),
                _SHOWN[one.value["shown"]],
            ]
        )
    header = ["Endpoint", "What", "Of", "Against", "Difference", "p", "Hypothesis"]
    caption = (
        f"Endpoints of the plan, with {material.percent} intervals. Primary p values are corrected as the plan says; "
        "p values of secondary endpoints describe."
    )
    return material.paper.table(caption, header, rows, notes)


def _what(material: Material, endpoint: Node) -> Markup:
    of = material.name_of(endpoint.value["of"]["subject"])
    if endpoint.value["against"] is None:
        return Markup("{} of {}").format(figure_of(endpoint), of)
    return Markup("{}: {} against {}").format(figure_of(endpoint), of, against(material, endpoint))


def _p(endpoint: Node, notes: Notes) -> Markup:
    adjusted, test = endpoint.get("p_adjusted"), endpoint.get("test")
    if adjusted is not None:
        return number(adjusted, probability)
    if test is None:
        return DASH
    return notes.outcome(test) if test.is_undefined else number(test["p"], probability)


def _endpoint(material: Material, endpoint: Node) -> list[Markup]:
    parts = [paragraph(_asked(material, endpoint)), paragraph(Markup("{}").format(answer(material, endpoint)))]
    test = endpoint.get("test")
    if test is not None and not test.is_undefined:
        parts.append(paragraph(_tested(test)))
    detail = endpoint.get("detail")
    if detail is None:
        return parts
    parts += [*_forest(material, endpoint, detail), *_tests(material, detail), *_components(material, detail)]
    notes = [str(one) for one in detail.get("notes") or ()]
    return [*parts, listing(notes)] if notes else parts


def _asked(material: Material, endpoint: Node) -> Markup:
    asked = endpoint.value
    of = material.name_of(asked["of"]["subject"])
    method = METHOD_NAMES[asked["method"]]
    if asked["hypothesis"] == "ESTIMATE":
        aim = Markup("is estimated")
    else:
        aim = Markup("{} against {} (alpha {}{})").format(
            HYPOTHESES[asked["hypothesis"]],
            against(material, endpoint),
            number(endpoint["alpha"], plain),
            Markup("") if asked["margin"] is None else Markup(", margin {}").format(number(endpoint["margin"], plain)),
        )
    return Markup("{} endpoint. The {} of {} {}, by {}. {}").format(
        asked["role"].capitalize(), figure_of(endpoint), of, aim, method, GENERALISATION[asked["generalise_to"]]
    )


def _tested(test: Node) -> Markup:
    df = test.get("df")
    freedom = Markup("") if df is None else Markup(", {} degrees of freedom").format(number(df, precise))
    return Markup("Test: {}; statistic {}{}, {}, uncorrected.").format(
        str(test["method"]), number(test["statistic"]), freedom, p_value(test["p"])
    )


def _forest(material: Material, endpoint: Node, detail: Node) -> list[Markup]:
    """Draw the readers' own figures and the means; and their differences, where there are two conditions."""
    figure = figure_of(endpoint)
    readers = [one for one in detail.get("readers") or () if one.get("fom") is not None and "modality" in one.value]
    drawn: list[Markup] = []
    if readers:
        shapes = {name: index for index, name in enumerate(dict.fromkeys(one.value["modality"] for one in readers))}
        rows = [
            Row(
                f"{one['reader']}, {material.name_of(one.value['modality'])}", one, "fom", shapes[one.value["modality"]]
            )
            for one in readers
        ]
        rows += _means(material, endpoint)
        caption = f"{endpoint['key']}: {figure} of each reader and the means, with {material.percent} intervals."
        drawn += _figures(
            material,
            caption,
            rows,
            Scale(f"{figure[0].upper()}{figure[1:]}", is_share=endpoint.value["figure"] != "FROC"),
        )
    differences = [one for one in detail.get("reader_differences") or () if one.get("estimate") is not None]
    if differences:
        rows = [
            Row(
                f"{one['reader']}: {material.name_of(one.value['a'])} − {material.name_of(one.value['b'])}",
                one,
                "estimate",
            )
            for one in differences
        ]
        difference = endpoint.get("difference")
        if difference is not None and not difference.is_undefined:
            rows.append(Row("All readers, as planned", difference, "value", 2, True))
        margin = endpoint.value["margin"] or 0.0
        caption = (
            f"{endpoint['key']}: difference of the {figure} within each reader, with {material.percent} intervals. The "
            "full line is no difference" + (", the dashed ones the margin." if margin else ".")
        )
        drawn += _figures(material, caption, rows, Scale("Difference", sorted({-margin, 0.0, margin})))
    return drawn


def _means(material: Material, endpoint: Node) -> list[Row]:
    rows = []
    for side in ("of", "against"):
        outcome = endpoint.get(side, "outcome")
        if outcome is not None and not outcome.is_undefined:
            rows.append(Row(f"Mean, {material.name_of(endpoint.value[side]['subject'])}", outcome, "value", 2, True))
    return rows


def _figures(material: Material, caption: str, rows: list[Row], scale: Scale) -> list[Markup]:
    pictures = forest_pictures(caption, rows, scale)
    captions = [caption, *[f"{caption} Continued."] * (len(pictures) - 1)]
    return [material.paper.figure(said, one) for said, one in zip(captions, pictures, strict=True)]


def _tests(material: Material, detail: Node) -> list[Markup]:
    """The test of equal conditions under each generalisation, and the differences of pairs."""
    parts = []
    tests = detail.get("tests")
    if tests is not None and all(name in ANALYSES for name in tests.value) and tests.value:
        notes, rows = Notes(), list[list[Cell]]()
        for name in (name for name in _ANALYSIS_WORDS if name in tests.value):
            test = tests[name]
            head = f"{name}: {_ANALYSIS_WORDS[name]}"
            if test.is_undefined:
                rows.append([head, Markup("undefined{}").format(notes.mark(str(test["detail"]))), DASH, DASH, DASH])
            else:
                freedom = [number(test.get("df1"), precise), number(test.get("df2"), precise)]
                rows.append([head, number(test["f"], precise), *freedom, number(test["p"], probability)])
        caption = "Test that all conditions are equal, by what is taken for random."
        parts.append(material.paper.table(caption, ["Analysis", "F", "df 1", "df 2", "p"], rows, notes))
    differences = list(detail.get("differences") or ())
    if differences:
        parts.append(_differences(material, differences))
    return parts


_ANALYSIS_WORDS = {str(key): value for key, value in ANALYSES.items()}


def _differences(material: Material, differences: list[Node]) -> Markup:
    notes, rows = Notes(), []
    for one in differences:
        sides = [material.name_of(str(one[side])) for side in ("a", "b")]
        name = str(one["analysis"])
        said = (
            Markup("undefined{}").format(notes.mark(str(one["detail"])))
            if one.get("estimate") is None
            else notes.outcome(one, value="estimate")
        )
        spread = one.get("se") or one.get("variance")
        rows.append(
            [
                f"{sides[0]} − {sides[1]}",
                _ANALYSIS_WORDS.get(name, _OTHER_ANALYSES.get(name, name)),
                said,
                number(spread, precise),
                number(one.get("df"), precise),
                number(one.get("p"), probability),
            ]
        )
    spread_name = "Variance" if "variance" in differences[0].value else "Standard error"
    header = ["Difference", "Analysis", f"Estimate ({material.percent} interval)", spread_name, "df", "p"]
    return material.paper.table("Differences under each analysis, two-sided p.", header, rows, notes)


def _components(material: Material, detail: Node) -> list[Markup]:
    found = detail.get("variance_components")
    if found is None:
        return []
    if found.is_undefined:
        return [paragraph(f"Components of variance are undefined: {found['detail']}")]
    if isinstance(found.value, dict):
        names = sorted(found.value, key=[*_COMPONENTS, *found.value].index)
        rows = [[_COMPONENTS.get(name, name), number(found[name], precise)] for name in names]
        caption = (
            "Components of variance and covariances of the figure (Obuchowski and Rockette); a dash where the design "
            "shows none."
        )
        return [material.paper.table(caption, ["Component", "Value"], rows)]
    return [_moments(material, found)]


def _moments(material: Material, found: Node) -> Markup:
    """The eight moments of Barrett, Clarkson and Kupinski by which the variance of a U-statistic is made up."""
    names = list(found[0]["ustat"]["bck"].value)
    rows: list[list[Cell]] = []
    for one in found:
        other = one.get("b")
        sides = material.name_of(str(one["a"])) + (f", {material.name_of(str(other))}" if other is not None else "")
        rows.append([sides, *(number(one["ustat"]["bck"][name], precise) for name in names)])
    caption = "Components of variance of the U-statistics (Barrett, Clarkson and Kupinski)."
    return material.paper.table(caption, ["Of", *names], rows)
