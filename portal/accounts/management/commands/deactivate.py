"""`manage.py deactivate USERNAME`: close an account at once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.models import User
from portal.accounts.services import person_deactivate


class Command(BaseCommand):
    help = "Close an account: its sessions, tokens and image grants end at once; what it has signed stays."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name of the account."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Close it."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is no account {options['username']}.")
        person_deactivate(by=None, person=person)
        self.stdout.write(f"{person.username} is closed.")
