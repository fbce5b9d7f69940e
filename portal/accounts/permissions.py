"""The policy table applied to DRF views and, by the middleware, to every other route."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.accounts.policy import Role, action_of, allowed, is_site_wide

if TYPE_CHECKING:
    # DRF loads this module while it loads its views.
    from rest_framework.views import APIView


def site_roles(user: Any) -> frozenset[Role]:
    """Return the roles an account has on the whole site."""
    roles = {Role.ANYONE}
    if user.is_authenticated and user.is_active:
        roles.add(Role.SIGNED_IN)
        if user.may_create_reader_studies:
            roles.add(Role.STUDY_CREATOR)
        if user.is_superuser:
            roles.add(Role.SITE_ADMINISTRATOR)
    return frozenset(roles)


class PolicyPermission(BasePermission):
    """Deny unless the policy table allows. Roles in a reader study are checked by `annotations.access`."""

    message = "Your role does not allow this."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Apply the table to the route and method of `request`."""
        match = request.resolver_match
        action = action_of(match.view_name if match else None, request.method or "")
        if action is None:
            # DRF answers 405 to a method that the view does not have; one that only the table lacks is refused.
            return not hasattr(view, (request.method or "").lower())
        roles = site_roles(request.user)
        return allowed(action, roles) if is_site_wide(action) else Role.SIGNED_IN in roles
