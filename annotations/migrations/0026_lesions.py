"""Lesions of a consensus as they were matched and decided, their corrections, and what adjudicators decide about each."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0025_located_truth"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LesionCorrection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("arm", models.CharField(help_text="Key.", max_length=20)),
                ("question", models.CharField(help_text="Key of the located finding.", max_length=40)),
                ("number", models.PositiveIntegerField()),
                (
                    "groups",
                    models.JSONField(
                        help_text="Lists of `<revision>/<finding>`, one for each lesion; null: as the rule matches them.",
                        null=True,
                    ),
                ),
                ("reason", models.CharField(max_length=1000)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lesion_corrections",
                        to="annotations.case",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reader_study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="annotations.readerstudy"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "arm", "question", "number"), name="lesion_correction_once")
                ],
            },
        ),
        append_only("annotations_lesioncorrection"),
        migrations.AddField(
            model_name="adjudicationdecision",
            name="lesions",
            field=models.JSONField(default=list, help_text="What became of each lesion, and whose outline it has."),
        ),
        migrations.AddField(
            model_name="referencedecision",
            name="matching",
            field=models.JSONField(
                default=dict, help_text="Its lesions: `annotations.selectors.lesions.Matching`, or {}."
            ),
        ),
        migrations.AlterField(
            model_name="referencedecision",
            name="reason",
            field=models.CharField(
                help_text="Why: AGREED, BY_RULE, TIED, TOO_FEW, CARRIED, ADJUDICATED, CONTRADICTED.", max_length=12
            ),
        ),
    ]
