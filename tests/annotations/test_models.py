"""History is append-only: in Python, and in PostgreSQL itself."""

import pytest
from django.apps import apps
from django.db import Error, connection, transaction

from annotations.models import RandomisationList, Revision
from annotations.services.reads import read_save_draft
from portal.db import AppendOnlyError, AppendOnlyModel
from tests.annotations.building import content, launched, save

pytestmark = pytest.mark.django_db

TABLES = sorted(
    model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnlyModel) and model._meta.managed
)


def sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_tables_of_history_are_known() -> None:
    assert TABLES == [
        "annotations_adjudication",
        "annotations_adjudicationcase",
        "annotations_adjudicationdecision",
        "annotations_aidelivery",
        "annotations_aiorder",
        "annotations_arbitrationstep",
        "annotations_clinicaltext",
        "annotations_clinicaltextshown",
        "annotations_designversion",
        "annotations_hangingprotocol",
        "annotations_labelschema",
        "annotations_lesioncorrection",
        "annotations_maskbreak",
        "annotations_protocolapproval",
        "annotations_protocolversion",
        "annotations_querymessage",
        "annotations_randomisationlist",
        "annotations_readerreplacement",
        "annotations_readmeasurement",
        "annotations_referencedecision",
        "annotations_referencelock",
        "annotations_referencestandard",
        "annotations_referencetruth",
        "annotations_reopening",
        "annotations_revision",
        "annotations_revisiontimes",
        "annotations_sampledraw",
        "annotations_samplesizeplan",
        "annotations_samplingframe",
        "annotations_schemaimage",
        "annotations_segmentversion",
        "annotations_signature",
        "annotations_termsacceptance",
        "annotations_termsversion",
        "annotations_trainingacceptance",
        "audit_event",
        "inference_ensemblemember",
        "inference_explanation",
        "inference_heatmap",
        "inference_modelcard",
        "inference_operatinglayer",
        "inference_prediction",
        "inference_predictionmeasurement",
        "inference_weightscheck",
        "validation_analysisplan",
        "validation_analysisplanlock",
        "validation_analysisreportfiles",
        "validation_analysisresult",
        "validation_analysissnapshot",
        "validation_driftacknowledgement",
        "validation_driftsignal",
        "validation_driftwatch",
        "validation_layerevidence",
    ]


# A locked version of the reference standard takes no further row either.
LOCKED = ("annotations_referencedecision", "annotations_referencetruth")


@pytest.mark.parametrize("table", TABLES)
def test_postgresql_guards_every_table_of_history(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY 1",
            [table],
        )
        guards = ["append_only", *(["locked"] if table in LOCKED else []), "no_truncate"]
        assert cursor.fetchall() == [(f"{table}_{guard}", "O") for guard in guards]
    with pytest.raises(Error, match="append-only"):
        sql(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE annotations_revision SET payload = '{}'",
        "DELETE FROM annotations_revision",
        "UPDATE annotations_randomisationlist SET seed = 'mine'",
        "DELETE FROM annotations_randomisationlist",
        "UPDATE audit_event SET actor_id = NULL",
        "DELETE FROM audit_event",
        "UPDATE annotations_labelschema SET questions = '[]'",
    ],
)
def test_postgresql_refuses_to_change_a_row(statement: str) -> None:
    built = launched()
    read_save_draft(by=built.readers[0], read=built.open(built.readers[0]), save=save(content()))
    with pytest.raises(Error, match="append-only"):
        sql(statement)
    assert Revision.objects.get().payload == content()
    assert RandomisationList.objects.count() == 2


def test_python_refuses_before_postgresql_is_asked() -> None:
    built = launched()
    revision = read_save_draft(by=built.readers[0], read=built.open(built.readers[0]), save=save(content()))
    for attempt in (
        revision.save,
        revision.delete,
        Revision.objects.all().delete,
        lambda: Revision.objects.update(number=9),
        lambda: Revision.objects.bulk_update([revision], ["number"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()
