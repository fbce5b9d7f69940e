"""A reference standard by consensus keeps its rule, and for each case what it was decided from."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [("annotations", "0018_reference_lock")]

    operations = [
        migrations.AddField(
            model_name="referencestandard",
            name="rule",
            field=models.JSONField(
                default=dict, help_text="What a consensus was made by; empty for what was imported."
            ),
        ),
        migrations.AlterField(
            model_name="referencestandard",
            name="source",
            field=models.CharField(
                choices=[("CSV", "Csv"), ("DEMO", "Demo"), ("CONSENSUS", "Consensus")], max_length=12
            ),
        ),
        migrations.CreateModel(
            name="ReferenceDecision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                (
                    "outcome",
                    models.CharField(help_text="`annotations.domain.consensus`: POSITIVE, NEGATIVE …", max_length=12),
                ),
                (
                    "reason",
                    models.CharField(help_text="Why: AGREED, BY_RULE, TIED, TOO_FEW, CARRIED.", max_length=12),
                ),
                (
                    "votes",
                    models.JSONField(default=list, help_text="Reader, read, revision with its digest, answer, weight."),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="annotations.case"
                    ),
                ),
                (
                    "reference_standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="annotations.referencestandard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("reference_standard", "case"), name="decision_once_per_case")
                ],
            },
        ),
        append_only("annotations_referencedecision"),
        migrations.RunSQL(
            sql="""
            CREATE TRIGGER annotations_referencedecision_locked BEFORE INSERT ON annotations_referencedecision
                FOR EACH ROW EXECUTE FUNCTION overread_refuse_locked_truth();
            """,
            reverse_sql="""
            DROP TRIGGER IF EXISTS annotations_referencedecision_locked ON annotations_referencedecision;
            """,
        ),
    ]
