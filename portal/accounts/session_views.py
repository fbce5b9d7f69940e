"""Pages that end sessions: what the account was granted ends with them."""

from typing import Any

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse

from portal.accounts.epochs import access_changed
from portal.accounts.models import User


class SignOutView(auth_views.LogoutView):
    """Sign out, and have the browser forget the images it has kept."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session."""
        user = request.user
        answer = super().post(request, *args, **kwargs)
        if isinstance(user, User):
            access_changed([user.pk])
        answer["Clear-Site-Data"] = '"cache"'
        return answer


class PasswordView(auth_views.PasswordChangeView):
    """Change the own password; every other session of the account ends."""

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Store the new password."""
        answer = super().form_valid(form)
        if isinstance(self.request.user, User):
            access_changed([self.request.user.pk])
        return answer
