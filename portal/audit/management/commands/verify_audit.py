"""`manage.py verify_audit`: name the first broken link of every audit stream, and every row that was tampered with."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.audit.verify import trail_verify


class Command(BaseCommand):
    """Recompute every digest of the audit trail."""

    help = (
        "Recompute the audit trail's hash chains and the digests of the rows; exit code 1 and one line for each fault."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """An anchor makes the end of the trail certain too."""
        parser.add_argument("--anchor", type=Path, help="The manifest.json of an earlier export.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check every stream."""
        anchor = json.loads(options["anchor"].read_text()) if options["anchor"] else None
        found = trail_verify(scope=None, anchor=anchor)
        if found.problems:
            raise CommandError("\n".join(found.problems))
        self.stdout.write(f"{found.number_of_events} events: every chain is whole. {found.number_of_rows} rows agree.")
