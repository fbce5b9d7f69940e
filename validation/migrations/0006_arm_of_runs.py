"""Every run names the arm that its snapshot froze."""

import json

import django.db.models.deletion
from django.db import migrations, models


def name_arms(apps, schema_editor):
    runs = apps.get_model("validation", "AnalysisRun").objects
    arms = apps.get_model("annotations", "Arm").objects
    found = runs.values_list("pk", "reader_study_id", "snapshot__content")
    for pk, reader_study_id, content in found.iterator(chunk_size=20):
        key = json.loads(content).get("configuration", {}).get("arm")
        runs.filter(pk=pk).update(arm=arms.filter(reader_study_id=reader_study_id, key=key).first())


class Migration(migrations.Migration):
    dependencies = [
        ("validation", "0005_plan_of_runs"),
        ("annotations", "0029_truth_case_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="analysisrun",
            name="arm",
            field=models.ForeignKey(
                help_text="The arm that the snapshot froze; null for a plan, and from before there were arms.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.arm",
            ),
        ),
        migrations.RunPython(name_arms, migrations.RunPython.noop),
        # What the update left to be checked at the end of the transaction keeps the column's index from being made.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
    ]
