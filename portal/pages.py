"""The single-page application's one HTML page."""

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from portal.errors import problem_response

# Modules that the build gives files of their own: what runs first is small, and asks for the rest.
APPLICATION = ("index.html", "src/main.tsx")
READING_ROOM = ("src/viewer/index.ts", "src/reading/ReadingScreen.tsx")


@require_safe
@never_cache
@ensure_csrf_cookie
def app(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer every path of the front end; its router does the rest."""
    try:
        page = render(
            request,
            "index.html",
            {
                "csp_nonce": str(getattr(request, "csp_nonce", "")),
                "overread_test": "1" if settings.OVERREAD_TEST_MODE else "",
            },
        )
    except TemplateDoesNotExist:
        return problem_response(503, "front_end_missing", "The front end is not built. Run `make up`.")
    # The browser would hear of the viewer, by far the largest part, only when the rest has been run.
    wanted = APPLICATION + (READING_ROOM if path.startswith("assignments/") else ())
    page["Link"] = ", ".join(f'<{url}>; rel="modulepreload"; crossorigin' for url in _code_of(wanted))
    return page


@cache
def _code_of(modules: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses of the code of these modules, as the build of the front end lists them."""
    listed = Path(settings.FRONT_END) / ".vite" / "manifest.json"
    manifest = json.loads(listed.read_text()) if listed.is_file() else {}
    found: dict[str, None] = {}
    waiting = [name for name in modules if name in manifest]
    while waiting:
        part = manifest[waiting.pop(0)]
        if part["file"] not in found:
            found[part["file"]] = None
            waiting += part.get("imports", ())
    return tuple(f"{settings.STATIC_URL}app/{file}" for file in found)
