"""The first page: what this is, which bytes it stands for, what was found."""

from markupsafe import Markup

from validation.plans.wording import FIGURE_NAMES
from validation.reports.material import Material
from validation.reports.node import Node
from validation.reports.numbers import interval, number, p_value, plain
from validation.reports.paper import listing, paragraph

PLANNED = "Analysis report: pre-specified analysis plan"
EXPLORED = "Analysis report: exploratory, without an analysis plan"


def kind_of(material: Material) -> str:
    """Say what sort of report this is."""
    return PLANNED if material.is_planned else EXPLORED


def front_page(material: Material, titles: list[str]) -> Markup:
    """Return the title page: identity, what was found, contents."""
    rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(term, said) for term, said in _identity(material))
    links = Markup("").join(
        Markup('<li><a href="#section-{}">{}</a></li>').format(index, title)
        for index, title in enumerate(titles, start=1)
    )
    return Markup(
        '<header><p class="kind">{}</p><h1>{}</h1><dl class="identity">{}</dl></header>{}'
        '<nav aria-labelledby="contents"><h2 id="contents" class="plain">Contents</h2><ol>{}</ol></nav>'
    ).format(kind_of(material), material.title, rows, _found(material), links)


def _identity(material: Material) -> list[tuple[str, str | Markup]]:
    around, snapshot = material.circumstances, material.snapshot
    truth, software = snapshot.get("reference_standard"), material.result["software"].value
    rows: list[tuple[str, str | Markup]] = [
        ("Report made", Markup('<time class="made">{} UTC</time>').format(around.made_at[:16].replace("T", " ")))
    ]
    rows += _plan_rows(material)
    if around.protocol is not None:
        rows.append(("Protocol", _with_digest(f"Version {around.protocol.number}", around.protocol.digest)))
    if truth:
        rows.append(("Reference standard", _with_digest(f"Version {truth['version']}", truth["digest"])))
    rows += [
        ("AI model", _with_digest(one["name"], one["weights_digest"]) if one.get("weights_digest") else one["name"])
        for one in _models(material)
    ]
    rows += [
        ("Snapshot analysed", _digest(around.snapshot_digest)),
        ("Result", _digest(around.result_digest)),
        ("Software", ", ".join(f"{name} {version}" for name, version in software.items())),
    ]
    return rows


def _plan_rows(material: Material) -> list[tuple[str, str | Markup]]:
    if not material.is_planned:
        return [("Analysis plan", "None: every figure is exploratory.")]
    plan = material.result.value["plan"]
    lock = plan["lock"]
    when = str(lock["at"])[:16].replace("T", " ")
    return [
        ("Analysis plan", _with_digest(f"Version {plan['number']}", plan["digest"])),
        ("Plan locked", f"{when} UTC by {lock['by']}"),
    ]


def _models(material: Material) -> list[dict[str, str]]:
    if material.is_planned:
        return list(material.snapshot.get("model_versions", []))
    one = material.snapshot.get("model_version")
    return [{**one, "name": f"{one['name']} {one['version']}"}] if one else []


def _digest(value: str) -> Markup:
    return Markup("SHA-256 <code>{}</code>").format(value)


def _with_digest(text: str, digest: str) -> Markup:
    return Markup("{}, {}").format(text, _digest(digest))


def _found(material: Material) -> Markup:
    """Say the answers to the primary endpoints, or that there are none."""
    if not material.is_planned:
        said = "Nothing was pre-specified: the figures describe, and no hypothesis is tested for confirmation."
        return Markup('<section class="found"><h2 class="plain">Summary</h2>{}</section>').format(paragraph(said))
    primary = [one for one in material.result["endpoints"] if one.value["role"] == "PRIMARY"]
    items = [answer(material, one) for one in primary] or [Markup("The plan names no primary endpoint.")]
    return Markup('<section class="found"><h2 class="plain">Primary endpoints</h2>{}</section>').format(listing(items))


def answer(material: Material, endpoint: Node) -> Markup:
    """Say in a sentence what an endpoint came to."""
    of = material.name_of(endpoint.value["of"]["subject"])
    shown = {True: "Shown.", False: "Not shown.", None: ""}[endpoint.value["shown"]]
    difference = endpoint.get("difference")
    outcome = difference if difference is not None else endpoint["of"]["outcome"]
    what = Markup("{}: {} of {}").format(endpoint.value["key"], figure_of(endpoint), of)
    if difference is not None:
        what += Markup(" minus {}").format(against(material, endpoint))
    if outcome.is_undefined:
        return Markup("{}: undefined. {}").format(what, str(outcome["detail"]))
    said = Markup("{}: {}").format(what, interval(outcome))
    p = endpoint.get("p_adjusted") or endpoint.get("test", "p")
    tested = Markup("") if p is None else Markup(", {}").format(p_value(p))
    return Markup("{}{}. {}").format(said, tested, shown)


def against(material: Material, endpoint: Node) -> str | Markup:
    """Name what an endpoint's subject is compared with."""
    other = endpoint.get("against")
    if other is None:
        return "nothing"
    return material.name_of(other.value["subject"]) if "subject" in other.value else number(other["value"], plain)


def figure_of(endpoint: Node) -> str:
    """Name the figure of an endpoint in words."""
    return FIGURE_NAMES[endpoint.value["figure"]]
