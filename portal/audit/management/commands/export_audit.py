"""`manage.py export_audit`: the audit trail with the rows it tells of, its manifest and the offline verifier."""

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.audit import offline_verifier
from portal.audit.export import export_lines


class Command(BaseCommand):
    """Write the trail to a folder."""

    help = "Write audit.jsonl, manifest.json and verify_audit.py into a new folder."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and of which reader study."""
        parser.add_argument("--out", type=Path, required=True, help="A folder that is not there yet.")
        parser.add_argument("--reader-study", help="Only the trail of this reader study (its id).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write line by line; nothing that is there is overwritten."""
        folder: Path = options["out"]
        if folder.exists():
            raise CommandError(f"{folder} is already there; name a new folder.")
        folder.mkdir(parents=True)
        scope = f"reader-study:{options['reader_study']}" if options["reader_study"] else None
        last = b""
        with (folder / "audit.jsonl").open("xb") as file:
            for last in export_lines(scope):
                file.write(last)
        (folder / "manifest.json").write_bytes(last)
        shutil.copyfile(offline_verifier.__file__, folder / "verify_audit.py")
        self.stdout.write(f"python3 {folder}/verify_audit.py {folder}/audit.jsonl")
