"""Where an id becomes an account's object."""

import uuid

from portal.accounts.models import ApiToken, User
from portal.errors import NotFound


def own_token(user: User, token_id: uuid.UUID) -> ApiToken:
    """Return the caller's own token."""
    token = ApiToken.objects.filter(pk=token_id, user=user, revoked_at=None).first()
    if token is None:
        raise NotFound
    return token
