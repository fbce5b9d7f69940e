import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0037_measurements"),
        ("inference", "0009_measurements"),
    ]

    operations = [
        migrations.CreateModel(
            name="AiOrder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("operating_threshold", models.FloatField(help_text="From this score on a case was flagged.")),
                ("arms", models.JSONField(help_text="By what, for each arm's key: `annotations.domain.ai_order`.")),
                (
                    "cases",
                    models.JSONField(
                        help_text="[{case_id, name, prediction_id, score}] by the cases' position; both null without a prediction."
                    ),
                ),
                (
                    "model_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inference.modelversion"
                    ),
                ),
                (
                    "reader_study",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ai_order",
                        to="annotations.readerstudy",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        append_only("annotations_aiorder"),
    ]
