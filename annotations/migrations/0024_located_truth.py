"""Versions of the reference standard from JSON, DICOM SEG and SR, and where each of their truths comes from."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0023_invitations")]

    operations = [
        migrations.AlterField(
            model_name="referencestandard",
            name="source",
            field=models.CharField(
                choices=[
                    ("CSV", "Csv"),
                    ("JSON", "Json"),
                    ("SEG", "Seg"),
                    ("SR", "Sr"),
                    ("FILES", "Files"),
                    ("DEMO", "Demo"),
                    ("CONSENSUS", "Consensus"),
                    ("ADJUDICATION", "Adjudication"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="referencestandard",
            name="base",
            field=models.ForeignKey(
                help_text="The version that files were added to.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.referencestandard",
            ),
        ),
        migrations.AlterField(
            model_name="referencetruth",
            name="lesions",
            field=models.JSONField(default=list, help_text="`annotations.domain.lesions`"),
        ),
        migrations.AddField(
            model_name="referencetruth",
            name="provenance",
            field=models.JSONField(
                default=dict, help_text="Where it comes from when not, as a whole, from where the version does."
            ),
        ),
    ]
