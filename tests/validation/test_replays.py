"""Published reader studies, brought in through the API as reader studies, analysed by plan, and as they were published.

Each ratings table goes through `docs/examples/import_ratings.py`, over HTTP into this process; then plan and truth are
locked and the plan is carried out. What the results page draws (the result's JSON and the tables of its figures) and
what the report prints are compared with what the tool of the publication says of the same table.
"""

import csv
import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.utils import timezone

from docs.examples.import_ratings import Imported, Portal, Scale, Study, import_study, read_table
from portal.accounts.models import User
from portal.accounts.services import token_create
from portal.audit.verify import broken_links
from tests.browserless import PASSWORD
from tests.thorough import is_thorough
from tests.validation.reports.printed import Report, as_float, at, last_place
from tests.validation.stats.reference import reference_path, reference_values
from validation.models import AnalysisResult
from validation.reports.document import report_html
from validation.selectors.reports import circumstances_of
from validation.tasks import analysis_run_execute

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(900)]

# Each read is pushed and signed as a program does it.
thousands = pytest.mark.skipif(
    not is_thorough(), reason="pushes thousands of reads, which takes minutes: make test-thorough"
)
# shared/reference/README.md: deterministic results 1e-9; intervals and p values carry the rounding of their own steps.
EXACT: dict[str, float] = {"rel": 1e-9}
CLOSE: dict[str, float] = {"rel": 1e-8}


def connect() -> httpx.Client:
    """A connection to the portal's web application, in this process and in the test's transaction."""
    return httpx.Client(transport=httpx.WSGITransport(app=get_wsgi_application()), base_url="http://testserver")


@pytest.fixture
def portal() -> Iterator[Portal]:
    # As Django's own test client does: the test's transaction outlives a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    administrator = User.objects.create_superuser("root", password=PASSWORD)
    expires_at = timezone.now() + datetime.timedelta(days=1)
    yield Portal(connect, token_create(user=administrator, name="t", scope="WRITE", expires_at=expires_at)[1])
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@dataclass(frozen=True)
class Replayed:
    """A published study as the portal has it."""

    portal: Portal
    imported: Imported
    run_id: str
    result: Any
    report: Report

    def printed(self, pointer: str, expected: float) -> None:
        """The report prints this number at this place of the result, rounded."""
        shown = self.report.shown_at(pointer)
        if shown.startswith("<"):
            assert expected < float(shown[1:]), pointer
            return
        assert as_float(shown) == pytest.approx(expected, rel=0, abs=last_place(shown) * 1.000001), pointer

    def says(self, pointer: str, expected: float, tolerance: dict[str, float] = EXACT) -> None:
        """The result holds this number, and the report prints it."""
        assert at(self.result, pointer) == pytest.approx(expected, **tolerance), pointer
        self.printed(pointer, expected)

    def area_of(self, subject: str, reader: str) -> tuple[str, Any]:
        """The place and the content of one reader's ROC analysis."""
        name = self.imported.usernames.get(reader, reader)
        found = self.result["description"]["participants"]
        (index,) = (i for i, one in enumerate(found) if (one["subject"], one["name"]) == (subject, name))
        return f"/description/participants/{index}/roc/estimates/auc/value", found[index]

    def compares(self, index: int, value: float, interval: tuple[float, float], p: float) -> None:
        """A difference with its interval and p: in the result, in the table of its figure and in the report."""
        self.says(f"/endpoints/{index}/difference/value", value)
        self.says(f"/endpoints/{index}/difference/low", interval[0], CLOSE)
        self.says(f"/endpoints/{index}/difference/high", interval[1], CLOSE)
        self.says(f"/endpoints/{index}/test/p", p, CLOSE)
        key = self.result["endpoints"][index]["key"]
        (row,) = (one for one in self.figure("endpoints") if (one["endpoint"], one["what"]) == (key, "difference"))
        drawn = [float(row[name]) for name in ("estimate", "low", "high", "p")]
        assert drawn == pytest.approx([value, *interval, p], **CLOSE)

    def figure(self, name: str) -> list[dict[str, str]]:
        """A figure's table, as the results page hands it out."""
        answer = self.portal.http.get(f"/api/v1/analysis-runs/{self.run_id}/figures/{name}.csv")
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.text)))


def carried_out(portal: Portal, imported: Imported, plan: dict[str, Any]) -> Replayed:
    """Lock the plan, then the truth, and carry the plan out."""
    path = f"reader-studies/{imported.reader_study_id}"
    number = portal.ask("POST", f"{path}/analysis-plans", {"plan": plan, "base": 0})["number"]
    assert portal.ask("POST", f"{path}/analysis-plans/{number}/lock", {})["results_before"] == 0
    portal.ask("POST", f"{path}/reference-standards/1/lock", {"password": PASSWORD})
    run_id = portal.ask("POST", f"{path}/analysis-runs", {"plan": number})["id"]
    analysis_run_execute(run_id)
    stored = AnalysisResult.objects.select_related("run__snapshot", "run__reader_study").get(run=run_id)
    around = circumstances_of(result=stored, made_at=stored.created_at)
    report = Report(report_html(stored.run.snapshot.content, stored.content, around))
    return Replayed(portal, imported, run_id, portal.ask("GET", f"analysis-runs/{run_id}/result"), report)


def of_arms(figure: str, method: str, key: str = "gain", **more: Any) -> dict[str, Any]:
    """Arm B against arm A, generalised to readers and cases."""
    return {
        "key": key, "role": "PRIMARY", "figure": figure, "threshold": None, "of": "second", "against": "first",
        "hypothesis": "DIFFERENCE", "margin": None, "alpha": 0.05, "method": method,
        "generalise_to": "READERS_AND_CASES",
    } | more  # fmt: skip


def plan_of(*endpoints: dict[str, Any], **more: Any) -> dict[str, Any]:
    subjects = [
        {"key": key, "kind": "READERS", "arm": arm, "phase": "SIGNED"} for key, arm in (("first", "A"), ("second", "B"))
    ]
    return {
        "population": {"sessions": None}, "unit": "CASE", "reference_standard_version": 1, "level": 0.95,
        "subjects": subjects, "endpoints": list(endpoints), "multiplicity": "NONE",
    } | more  # fmt: skip


def imported(portal: Portal, table: str, name: str, scale: Scale, ai: str | None = None, **columns: str) -> Imported:
    ratings = read_table(reference_path(table).read_text(), scale, columns)
    return import_study(portal, Study(name, scale, ratings, ai), tell=lambda said: count_rows())


def count_rows() -> None:
    """Have PostgreSQL count its rows, as autovacuum does but cannot within a test's transaction: it plans by them."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE annotations_assignment, annotations_read, annotations_revision, audit_event")


def test_van_dyke_is_what_mrmcaov_says(portal: Portal) -> None:
    """Five readers, spin echo and cine MRI, 114 patients, ratings 1 to 5: Obuchowski and Rockette, jackknife."""
    made = imported(portal, "mrmc_vandyke", "Van Dyke 1993", Scale(1, 5))
    replayed = carried_out(portal, made, plan_of(of_arms("AUC", "MRMC_OR")))
    values = reference_values("mrmc_vandyke", "OR_RRRC_jackknife")
    (difference,), (equality,) = values["test_diffs"], values["test_equality"]
    # The plan's difference is that of the second modality minus the first; MRMCaov's the other way round.
    limits = -difference["CI.Upper"], -difference["CI.Lower"]
    replayed.compares(0, -difference["Estimate"], limits, equality["p-value"])
    replayed.says("/endpoints/0/detail/tests/RRRC/f", equality["F"], CLOSE)
    names = {"reader": "var_r", "modality:reader": "var_tr", "Error": "var_error"}
    for row in values["vcov_comps"]:
        name = names.get(row["row"], row["row"].lower())
        replayed.says(f"/endpoints/0/detail/variance_components/{name}", row["Estimate"], CLOSE)
    areas = {(row["modality"], row["reader"]): row["empirical_auc"] for row in values["theta"]}
    assert len(areas) == 10
    for (modality, reader), area in areas.items():
        replayed.says(replayed.area_of({"M1": "first", "M2": "second"}[modality], reader)[0], area)
    counts = replayed.result["counts"]
    assert (counts["cases_analysed"], counts["positives"]) == (114, 45)
    assert list(broken_links()) == []


@thousands
def test_viper_is_what_imrmc_says(portal: Portal) -> None:
    """Twenty readers in four blocks, film and digital mammograms, each block its own cases: U-statistics."""
    made = imported(portal, "mrmc_viper_screeningHighP", "VIPER high", Scale(0, 201), call="recall")
    decided = [of_arms(figure, "MRMC_U", figure.lower(), role="SECONDARY") for figure in ("SENSITIVITY", "SPECIFICITY")]
    replayed = carried_out(portal, made, plan_of(of_arms("AUC", "MRMC_U"), *decided))
    # What iMRMC makes of decisions by cases without disease (FPF) is how many are right: specificity.
    for index, result_id in enumerate(("AUC", "TPF_recall", "FPF_recall")):
        row = reference_values("mrmc_viper_screeningHighP", f"iMRMC_{result_id}")["Ustat"][2]
        assert (row["modalityA"], row["modalityB"]) == ("FFDM", "SFM")
        # The plan's difference is that of the second modality minus the first.
        limits = -row["topCIBDG"], -row["botCIBDG"]
        replayed.compares(index, -row["AUCAminusAUCB"], limits, row["pValueBDG"])
        replayed.says(f"/endpoints/{index}/against/outcome/value", row["AUCA"])
        replayed.says(f"/endpoints/{index}/of/outcome/value", row["AUCB"])
    counts = replayed.result["counts"]
    assert (counts["cases_analysed"], counts["positives"]) == (239, 109)
    # Nobody was to read what they did not read: the design is the published one, and drawn again it is the same.
    study = portal.ask("GET", f"reader-studies/{made.reader_study_id}/progress")
    assert study["total"] == study["signed"] == 2390
    assert {one["reason"] for one in replayed.figure("exclusions")} == {"not-assigned"}
    assert portal.ask("GET", f"reader-studies/{made.reader_study_id}/randomisation/check")["is_reproduced"] is True


@thousands
def test_nico_is_what_rjafroc_says(portal: Portal) -> None:
    """A CAD and nine radiologists on 200 mammograms: one modality, the CAD against their mean."""
    made = imported(portal, "cad_nico_roc", "NICO", Scale(0, 101), ai="R1")
    subjects = [
        {"key": "readers", "kind": "READERS", "arm": "A", "phase": "SIGNED"},
        {"key": "cad", "kind": "AI", "model_version_id": made.model_version_id, "operating_point": None},
    ]
    both = of_arms("AUC", "AI_VS_READERS", of="cad", against="readers")
    fixed = {**both, "key": "fixed", "role": "SECONDARY", "generalise_to": "READERS"}
    replayed = carried_out(portal, made, plan_of(both, fixed, subjects=subjects))
    for index, form in enumerate(("RRRC", "RRFC")):
        values = reference_values("cad_nico_roc", f"CadVsRad_Wilcoxon_1T-{form}")
        # RJafroc gives readers minus CAD.
        low, high = values["CIAvgDiffFom"]
        replayed.compares(index, -values["avgDiffFom"], (-high, -low), values["pval"])
        replayed.says(f"/endpoints/{index}/of/outcome/value", values["fomCAD"])
        replayed.says(f"/endpoints/{index}/against/outcome/value", values["avgRadFom"])
    components = reference_values("cad_nico_roc", "CadVsRad_Wilcoxon_1T-RRRC")
    for ours, theirs in (("var_r", "varR"), ("var_error", "varError"), ("cov2", "cov2")):
        replayed.says(f"/endpoints/0/detail/variance_components/{ours}", components[theirs], CLOSE)
    for number, area in enumerate(components["fomRAD"], start=2):
        replayed.says(replayed.area_of("readers", f"R{number}")[0], area)
    assert replayed.result["counts"]["cases_analysed"] == 200
