"""Every run names the version of the reference standard that its snapshot froze."""

import json

import django.db.models.deletion
from django.db import migrations, models


def name_reference_standards(apps, schema_editor):
    runs = apps.get_model("validation", "AnalysisRun").objects
    for pk, content in runs.values_list("pk", "snapshot__content").iterator(chunk_size=20):
        frozen = json.loads(content)["reference_standard"]["id"]
        runs.filter(pk=pk).update(reference_standard_id=frozen)


class Migration(migrations.Migration):
    dependencies = [
        ("validation", "0002_seal_existing_rows"),
        ("annotations", "0018_reference_lock"),
    ]

    operations = [
        migrations.AddField(
            model_name="analysisrun",
            name="reference_standard",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.referencestandard",
            ),
        ),
        migrations.RunPython(name_reference_standards, migrations.RunPython.noop),
        # What the update left to be checked at the end of the transaction keeps the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="analysisrun",
            name="reference_standard",
            field=models.ForeignKey(
                help_text="The version that the snapshot froze: its result can be opened once this is locked.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.referencestandard",
            ),
        ),
    ]
