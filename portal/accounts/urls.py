"""Routes of accounts below `/api/v1/`."""

from django.urls import path

from portal.accounts import api, sign_in_again

urlpatterns = [
    path("me", api.MeApi.as_view(), name="me"),
    path("session", sign_in_again.SignInAgainApi.as_view(), name="sign-in-again"),
    path("me/preferences", api.PreferencesApi.as_view(), name="preferences"),
    path("people", api.PeopleApi.as_view(), name="people"),
    path("tokens", api.TokensApi.as_view(), name="tokens"),
    path("tokens/<uuid:token_id>", api.TokenApi.as_view(), name="token"),
]
