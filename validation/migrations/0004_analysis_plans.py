"""Analysis plans and their locks, append-only."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0029_truth_case_name"),
        ("validation", "0003_reference_standard_of_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnalysisPlan",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why a plan that was locked before is amended.", max_length=1000
                    ),
                ),
                ("content", models.TextField()),
                ("digest", models.CharField(help_text="SHA-256 of `content`.", max_length=64)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reader_study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="analysis_plans",
                        to="annotations.readerstudy",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="AnalysisPlanLock",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("username", models.CharField(help_text="As it was then.", max_length=150)),
                (
                    "truth_was_locked",
                    models.BooleanField(help_text="Whether a version of the truth was locked by then."),
                ),
                (
                    "results_before",
                    models.PositiveIntegerField(help_text="How many results of the reader study there were by then."),
                ),
                (
                    "locked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lock", to="validation.analysisplan"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="analysisplan",
            constraint=models.UniqueConstraint(fields=("reader_study", "number"), name="analysis_plan_number_once"),
        ),
        append_only("validation_analysisplan"),
        append_only("validation_analysisplanlock"),
    ]
