"""What mails say. They name a reader study and people who coordinate it, and nothing of a case or a patient."""

import datetime
from typing import NamedTuple

from portal.moments import utc_words


class MailText(NamedTuple):
    """Subject and body; what people have named stands in the body only, for a subject is one line."""

    subject: str
    body: str


_ROLES = {
    "READER": "to read the cases of",
    "ADJUDICATOR": "to judge disagreements between the readers of",
}


def invitation_text(
    *, reader_study: str, coordinator: str, role: str, link: str, expires_at: datetime.datetime
) -> MailText:
    """Return the mail that invites."""
    return MailText(
        "Overread: invitation to a reader study",
        f"{coordinator} invites you {_ROLES[role]} the reader study\n\n"
        f"    {reader_study}\n\n"
        f"Open this link to take part. It is for you alone and can be used once, until {utc_words(expires_at)}:\n\n"
        f"    {link}\n\n"
        "If you do not know what this is about, do nothing: without the link nobody takes part in your name.\n",
    )


def reminder_text(*, reader_study: str, left: int, ends_on: datetime.date | None, url: str) -> MailText:
    """Return the mail that reminds a reader of what is left."""
    until = f" Your last day of reading is {ends_on} (UTC)." if ends_on else ""
    cases = "1 case waits" if left == 1 else f"{left} cases wait"
    return MailText(
        "Overread: cases wait for you",
        f"In the reader study\n\n    {reader_study}\n\n{cases} for you.{until}\n\nSign in here:\n\n    {url}\n",
    )
