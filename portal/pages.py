"""The single-page application's one HTML page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from portal.errors import problem_response


@require_safe
@never_cache
@ensure_csrf_cookie
def app(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer every path of the front end; its router does the rest."""
    try:
        return render(
            request,
            "index.html",
            {
                "csp_nonce": str(getattr(request, "csp_nonce", "")),
                "overread_test": "1" if settings.OVERREAD_TEST_MODE else "",
            },
        )
    except TemplateDoesNotExist:
        return problem_response(503, "front_end_missing", "The front end is not built. Run `make up`.")
