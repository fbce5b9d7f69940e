import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0029_truth_case_name"),
        ("imaging", "0004_series_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseImages",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("position", models.PositiveIntegerField(help_text="2 is the first after the case's own.")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="further_images",
                        to="annotations.case",
                    ),
                ),
                (
                    "imaging_study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="further_in",
                        to="imaging.imagingstudy",
                    ),
                ),
                (
                    "reader_study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="annotations.readerstudy"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "position"), name="further_images_position_once"),
                    models.UniqueConstraint(
                        fields=("reader_study", "imaging_study"), name="further_images_in_one_case"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position__range", (2, 8))), name="further_images_after_the_first"
                    ),
                ],
            },
        ),
    ]
