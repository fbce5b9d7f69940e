"""People and their API tokens."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from portal.db import Seal, UuidModel


class User(AbstractUser):
    """A person or a program with an account. `is_superuser` is the site administrator."""

    # What results and signatures name a person by. An account can also be made outside the portal.
    SEAL = Seal(fields=("username", "first_name", "last_name", "is_program"), from_first_use=True)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    may_create_reader_studies = models.BooleanField(
        default=False, help_text="May ingest imaging studies, register AI models and create reader studies."
    )

    is_program = models.BooleanField(
        default=False, help_text="Not a person: what it reads is the work of a tool, and is marked as that."
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="one_account_per_address")
        ]

    @property
    def name(self) -> str:
        """Name to show: the full name, else the username."""
        return self.get_full_name() or self.username


class Preferences(models.Model):
    """What a person has set for themselves, as one versioned document (`portal.accounts.preferences`)."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="preferences")
    revision = models.PositiveIntegerField(default=1)
    content = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"preferences of {self.user_id}, revision {self.revision}"


class TokenScope(models.TextChoices):
    """What a token may do."""

    READ = "READ"
    WRITE = "WRITE"


class ApiToken(UuidModel):
    """A bearer token of an account: only its SHA-256 is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, help_text="First characters, to recognise the token by.")
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=5, choices=TokenScope, default=TokenScope.READ)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class KeyedRequest(UuidModel):
    """A POST that came with an `Idempotency-Key`, and its answer (`portal.accounts.idempotency`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="Keyed digest of address and body: neither can be guessed.")
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(null=True, help_text="Null for an answer that shows a secret: it is never kept.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "route", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.route} of {self.user_id}, {self.key}"
