"""What steers who reads what, and how it is counted, from before the trail bound it: bound once, as it is found."""

from django.db import migrations

from portal.audit.sealing import rows_seal

# Of the last two something else is bound than before: the role of an assignment, and the time of a signed read.
LABELS = (
    "annotations.ReaderStudy",
    "annotations.Membership",
    "annotations.Arm",
    "annotations.Session",
    "annotations.Case",
    "annotations.CaseImages",
    "annotations.CasePrior",
    "annotations.RevisionTimes",
    "validation.AnalysisRun",
    "annotations.Assignment",
    "annotations.Read",
)
STREAMS = {"accounts.User": "accounts", "inference.AiModel": "inference", "inference.ModelVersion": "inference"}


def seal_what_steers(apps, schema_editor):
    for label in LABELS:
        rows_seal(apps.get_model(label)._base_manager.all())
    for label, stream in STREAMS.items():
        rows_seal(apps.get_model(label)._base_manager.all(), stream=stream)


class Migration(migrations.Migration):
    dependencies = [
        ("validation", "0007_analysis_reports"),
        ("annotations", "0036_times_of_revisions"),
        ("inference", "0006_input_checks"),
        ("accounts", "0005_addresses"),
        ("audit", "0002_rows_origin_checkpoints"),
    ]

    operations = [migrations.RunPython(seal_what_steers, migrations.RunPython.noop, elidable=True)]
