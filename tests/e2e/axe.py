"""What axe finds on a page: faults of accessibility that WCAG 2.1 A and AA know."""

from typing import Any

from playwright.sync_api import Page

from portal.ops.environment import REPOSITORY

AXE = (REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text()
GRAVE = {"serious", "critical"}
# As axe has them, but for the last: it takes a stroke around letters for their colour, which is true where the stroke
# lies over them. Ours lies under them (`paint-order: stroke fill`), as a dark rim against bright images.
CONTRAST = {
    "ignoreUnicode": True,
    "ignoreLength": False,
    "ignorePseudo": False,
    "boldValue": 700,
    "boldTextPt": 14,
    "largeTextPt": 18,
    "contrastRatio": {"normal": {"expected": 4.5}, "large": {"expected": 3}},
    "pseudoSizeThreshold": 0.25,
    "shadowOutlineEmMax": 0.1,
    "textStrokeEmMin": 1,
}


def faults(page: Page) -> list[str]:
    """The serious and critical ones, each with its first place. DevTools runs it: the page itself may not use eval."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
        page.evaluate("options => window.axe.configure({ checks: [{ id: 'color-contrast', options }] })", CONTRAST)
    result: dict[str, Any] = page.evaluate("() => window.axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{page.url.split('/', 3)[-1]}: {found['id']} ({found['impact']}, {len(found['nodes'])}): "
        f"{found['nodes'][0]['html'][:200]} {found['nodes'][0]['failureSummary'][:300]}"
        for found in result["violations"]
        if found["impact"] in GRAVE
    ]


def is_accessible(page: Page) -> None:
    """Nothing serious on the page as it stands, with the panels that are open."""
    found = faults(page)
    assert not found, "\n".join(found)
