"""Reads of accounts and tokens."""

from django.db.models import Q, QuerySet

from portal.accounts.models import ApiToken, Preferences, User


def people_search(*, search: str) -> QuerySet[User]:
    """Return active accounts whose name or username contains `search`."""
    match = Q(username__icontains=search) | Q(first_name__icontains=search) | Q(last_name__icontains=search)
    return User.objects.filter(match, is_active=True).order_by("username")


def tokens_of(*, user: User) -> QuerySet[ApiToken]:
    """Return the account's tokens that have not been revoked."""
    return ApiToken.objects.filter(user=user, revoked_at=None)


def preferences_of(*, user: User) -> Preferences | None:
    """Return what the account has set, or None while all is default."""
    return Preferences.objects.filter(user=user).first()
