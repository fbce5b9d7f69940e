"""Invitations of people into a reader study, reminders, and the mails of both."""

from django.conf import settings
from django.db import models

from portal.accounts.policy import Role
from portal.db import JobModel, UuidModel

INVITED_ROLES = [(role.value, role.value) for role in (Role.READER, Role.ADJUDICATOR)]
OPEN = models.Q(accepted_at=None, revoked_at=None)


class Invitation(UuidModel):
    """An address that is asked to take part; open until accepted, revoked, or past `expires_at`."""

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(help_text="In lower case.")
    role = models.CharField(max_length=20, choices=INVITED_ROLES)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["reader_study", "email"], condition=OPEN, name="invitation_open_once")
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class InvitationLink(UuidModel):
    """The token of one link that was handed out: only its SHA-256 is stored. Sending anew ends the links before."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"link of {self.invitation_id}"


class ReminderRule(UuidModel):
    """After how many days without a signed read a reader is reminded; no row: never."""

    reader_study = models.OneToOneField(
        "annotations.ReaderStudy", on_delete=models.CASCADE, related_name="reminder_rule"
    )
    after_days = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"after {self.after_days} days"


class StudyMail(JobModel):
    """One mail of a reader study, of an invitation or a reminder. It is written when it is sent, and kept nowhere."""

    TASK_NAME = "annotations.mail_send"
    QUEUE = "default"

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.CASCADE, related_name="mails")
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.CASCADE, related_name="mails")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    on_day = models.DateField(null=True, help_text="The day of UTC of a reminder.")
    is_automatic = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, help_text="When it is tried again; null where it is not.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["reader_study", "reader", "on_day"], name="reminder_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(invitation=None) ^ models.Q(reader=None), name="mail_of_invitation_or_reminder"
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
