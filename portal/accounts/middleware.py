"""No route without a row in the policy table."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from portal.accounts.permissions import site_roles
from portal.accounts.policy import ROUTES, Role, action_of, allowed
from portal.errors import NotFound, problem_response

# These authenticate and check for themselves: DRF, because only it knows bearer tokens; frames, because a grant spares
# the database.
API_PREFIXES = ("/api/", "/dicomweb/", "/frames/")


class RoutePolicyMiddleware:
    """Refuse a route that the policy table does not know; check the plain Django views against it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Answer in place of the view when the caller may not go on."""
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem_response(400, "invalid", "The address holds a NUL character.")
        match = request.resolver_match
        name = match.view_name if match else ""
        if name not in ROUTES:
            return problem_response(404, NotFound.code, NotFound().detail)
        if request.path.startswith(API_PREFIXES):
            return None
        action = action_of(name, request.method or "")
        if action is None:
            return problem_response(405, "method_not_allowed", "This address does not answer that method.")
        # What is public is answered without asking who it is: health, too, when the database is down.
        if allowed(action, frozenset({Role.ANYONE})) or allowed(action, site_roles(request.user)):
            return None
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}")
