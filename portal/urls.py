"""Every route of the site. Each name has a row in `portal.accounts.policy.ROUTES`."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal import health, pages
from portal.accounts import session_views

handler400 = "portal.errors.bad_request_page"
handler404 = "portal.errors.not_found_page"
handler500 = "portal.errors.server_error_page"

api: list[URLPattern | URLResolver] = [
    path("", include("portal.accounts.urls")),
    path("", include("portal.webhooks.urls")),
    path("", include("portal.imaging.urls")),
    path("", include("portal.inference.urls")),
    path("", include("annotations.urls")),
    path("", include("validation.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path(
        "accounts/sign-in",
        session_views.SignInView.as_view(template_name="accounts/sign_in.html", redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("accounts/sign-out", session_views.SignOutView.as_view(), name="sign-out"),
    path(
        "accounts/password",
        session_views.PasswordView.as_view(template_name="accounts/password.html", success_url="/"),
        name="password",
    ),
    path("api/v1/", include(api)),
    path("dicomweb/", include("portal.imaging.dicomweb_urls")),
    path("frames/", include("portal.imaging.frames_urls")),
    # The page behind the link of an invitation: whoever opens it may have no account yet.
    path("invitation", pages.app, name="invitation-page"),
    # Everything else is the front end's; addresses that belong to the server never are.
    re_path(r"^(?!api/|dicomweb/|frames/|health/|accounts/|static/)(?P<path>.*)$", pages.app, name="app"),
]
