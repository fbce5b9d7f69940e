"""Pages that begin and end sessions: what the account was granted ends with them, and each leaves an event."""

from typing import Any

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse

from portal.accounts.epochs import access_changed
from portal.accounts.models import User
from portal.accounts.services import session_event


class SignInView(auth_views.LoginView):
    """Sign in."""

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Begin the session."""
        answer = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, User):
            session_event(of=user, action="session.begin")
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Refuse; only a known account is recorded, for the field can hold anything, a password too."""
        known = User.objects.filter(username=form.data.get("username", "")).first()
        if known:
            session_event(of=known, action="session.refuse")
        return super().form_invalid(form)


class SignOutView(auth_views.LogoutView):
    """Sign out, and have the browser forget the images it has kept."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session."""
        user = request.user
        answer = super().post(request, *args, **kwargs)
        if isinstance(user, User):
            access_changed([user.pk])
            session_event(of=user, action="session.end")
        answer["Clear-Site-Data"] = '"cache"'
        return answer


class PasswordView(auth_views.PasswordChangeView):
    """Change the own password; every other session of the account ends."""

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Store the new password."""
        answer = super().form_valid(form)
        if isinstance(self.request.user, User):
            access_changed([self.request.user.pk])
            session_event(of=self.request.user, action="password.change")
        return answer
