import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0033_reference_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClinicalText",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clinical_texts",
                        to="annotations.case",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["version"],
            },
        ),
        migrations.CreateModel(
            name="ClinicalTextShown",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                (
                    "phase",
                    models.CharField(help_text="Of the blinding matrix: FIRST, SECOND or SIGNED.", max_length=6),
                ),
                (
                    "revision_number",
                    models.PositiveIntegerField(help_text="The read's newest revision at that time."),
                ),
                (
                    "clinical_text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shown",
                        to="annotations.clinicaltext",
                    ),
                ),
                (
                    "read",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clinical_texts_shown",
                        to="annotations.read",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at"],
            },
        ),
        migrations.AddConstraint(
            model_name="clinicaltext",
            constraint=models.UniqueConstraint(fields=("case", "version"), name="clinical_text_version_once"),
        ),
        migrations.AddConstraint(
            model_name="clinicaltextshown",
            constraint=models.UniqueConstraint(
                fields=("read", "clinical_text", "phase"), name="clinical_text_shown_once"
            ),
        ),
        append_only("annotations_clinicaltext"),
        append_only("annotations_clinicaltextshown"),
    ]
