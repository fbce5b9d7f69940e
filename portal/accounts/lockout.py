"""What is answered after too many wrong passwords: a problem document to programs, the sign-in page to people."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.errors import TooMany, problem_response

WAIT_MINUTES = round(settings.AXES_COOLOFF_TIME * 60)
DETAIL = f"Too many wrong passwords. Wait {WAIT_MINUTES} minutes without trying, then try again."


def lockout_response(request: HttpRequest, _original: HttpResponse | None, _credentials: Any) -> HttpResponse:
    """Answer 429 in place of the view's own answer; django-axes calls it."""
    if request.path.startswith("/api/"):
        return problem_response(TooMany.status, "too_many_wrong_passwords", DETAIL)
    context = {"form": AuthenticationForm(), "next": request.POST.get("next", ""), "lockout": DETAIL}
    return render(request, "accounts/sign_in.html", context, status=TooMany.status)
