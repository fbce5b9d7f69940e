"""`manage.py analyse`: the analysis of a reader study without the web, with the same bytes."""

import uuid
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from annotations.models import ReaderStudy
from portal.audit.services import sha256
from portal.errors import PortalError
from validation.canonical import canonical_result, parse
from validation.computing import compute
from validation.figures import figure_csv, figures_of
from validation.models import AnalysisPlan
from validation.reports.document import report_html, report_pdf
from validation.reports.material import Circumstances
from validation.selectors import SNAPSHOT_FORMAT
from validation.selectors.reports import circumstances_without_run
from validation.services import Frozen, command_record, plan_prepare, snapshot_freeze, software


class Command(BaseCommand):
    help = "Analyse a reader study and write snapshot.json, result.json, figures/*.csv and a report into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--plan", type=uuid.UUID, metavar="ID", help="carry out a locked analysis plan")
        what.add_argument("--reader-study", type=uuid.UUID, metavar="ID", help="explore one arm without a plan")
        what.add_argument(
            "--snapshot", type=Path, metavar="FILE", help="compute a frozen snapshot again; nothing is read or counted"
        )
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="made if it is not there")
        parser.add_argument("--confidence-level", type=float, default=0.95)
        parser.add_argument("--call-threshold", type=float, help="positive when the rating is at least this")
        parser.add_argument("--arm", help="key of the arm to analyse; needed where there are several")
        parser.add_argument(
            "--reference-standard-version", type=int, metavar="N", help="a locked version; by default the newest"
        )
        parser.add_argument("--report", action="store_true", help="write report.html and report.pdf too")
        parser.add_argument(
            "--report-date", type=moment, metavar="ISO", help="the date that the report shows; by default now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Freeze, compute, write."""
        try:
            reader_study, text = self._frozen(options)
        except PortalError as problem:
            raise CommandError(problem.detail) from None
        if options["report"] and reader_study is None:
            raise CommandError("--report tells of the reader study around a result: give --plan or --reader-study.")
        digest = sha256(text)
        result = canonical_result(compute(parse(text), snapshot_digest=digest, software=software()))
        self._write(options["out"], text, result)
        if options["report"] and reader_study is not None:
            around = circumstances_without_run(
                reader_study=reader_study,
                snapshot_digest=digest,
                result_digest=sha256(result),
                made_at=options["report_date"] or timezone.now(),
            )
            self._write_report(options["out"], text, result, around)
        self.stdout.write(f"snapshot {digest}\nresult   {sha256(result)}\nwritten  {options['out']}")

    def _frozen(self, options: dict[str, Any]) -> tuple[ReaderStudy | None, str]:
        if options["snapshot"]:
            return None, self._read(options["snapshot"])
        reader_study, frozen = self._planned(options["plan"]) if options["plan"] else self._explored(options)
        return reader_study, frozen.text

    def _read(self, file: Path) -> str:
        try:
            text = file.read_bytes().decode()
            known = parse(text)["format"] == SNAPSHOT_FORMAT
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem.strerror}") from None
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise CommandError(f"{file} is no snapshot: give the file snapshot.json of a result.")
        return text

    def _planned(self, plan_id: uuid.UUID) -> tuple[ReaderStudy, Frozen]:
        plan = AnalysisPlan.objects.select_related("reader_study", "lock").filter(pk=plan_id).first()
        if plan is None:
            raise CommandError(f"There is no analysis plan {plan_id}.")
        frozen = plan_prepare(plan=plan)
        command_record(reader_study=plan.reader_study, frozen=frozen, plan=plan)
        return plan.reader_study, frozen

    def _explored(self, options: dict[str, Any]) -> tuple[ReaderStudy, Frozen]:
        if not 0.5 <= options["confidence_level"] <= 0.999:
            raise CommandError("--confidence-level lies between 0.5 and 0.999.")
        reader_study = ReaderStudy.objects.filter(pk=options["reader_study"]).first()
        if reader_study is None:
            raise CommandError(f"There is no reader study {options['reader_study']}.")
        frozen = snapshot_freeze(
            reader_study=reader_study,
            confidence_level=options["confidence_level"],
            call_threshold=options["call_threshold"],
            arm=options["arm"],
            reference_standard_version=options["reference_standard_version"],
        )
        command_record(reader_study=reader_study, frozen=frozen, plan=None)
        return reader_study, frozen

    def _write(self, folder: Path, snapshot: str, result: str) -> None:
        try:
            (folder / "figures").mkdir(parents=True, exist_ok=True)
            (folder / "snapshot.json").write_bytes(snapshot.encode())
            (folder / "result.json").write_bytes(result.encode())
            for name in figures_of(parse(result)):
                (folder / "figures" / f"{name}.csv").write_bytes(figure_csv(name, parse(result)).encode())
        except OSError as problem:
            raise CommandError(f"{folder} cannot be written: {problem.strerror}") from None

    def _write_report(self, folder: Path, snapshot: str, result: str, around: Circumstances) -> None:
        html = report_html(snapshot, result, around)
        try:
            (folder / "report.html").write_bytes(html.encode())
            (folder / "report.pdf").write_bytes(report_pdf(html, result_digest=around.result_digest))
        except OSError as problem:
            raise CommandError(f"{folder} cannot be written: {problem.strerror}") from None


def moment(text: str) -> datetime:
    """Read a moment with its time zone from a command line; UTC where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date such as 2026-11-27 or 2026-11-27T20:00:00Z.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
