"""Runs from before they named their arm get it from the snapshot that they froze."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.validation.factory import make_reader_study
from validation.models import AnalysisRun
from validation.services import analysis_run_create

pytestmark = pytest.mark.django_db


def migrate(name: str) -> None:
    # What this transaction has still to check keeps tables from being altered.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate([("validation", name)])


def test_a_run_from_before_names_its_arm() -> None:
    made = make_reader_study()
    run = analysis_run_create(by=made.coordinator, reader_study=made.reader_study)
    assert run.arm == made.reader_study.arms.get()
    migrate("0005_plan_of_runs")
    migrate("0006_arm_of_runs")
    assert AnalysisRun.objects.get(pk=run.pk).arm == run.arm
