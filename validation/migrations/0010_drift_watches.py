"""The watch over a model version, its signals and what people say of them: append-only, and the job that looks."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.db import append_only


def _keys():
    return [
        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
        ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
    ]


def _by():
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0037_measurements"),
        ("inference", "0009_measurements"),
        ("validation", "0009_layer_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DriftWatch",
            fields=[
                *_keys(),
                ("number", models.PositiveIntegerField()),
                ("is_on", models.BooleanField(help_text="Whether the portal evaluates it by itself.")),
                (
                    "reference_kind",
                    models.CharField(choices=[("FIRST", "FIRST"), ("PERIOD", "PERIOD")], max_length=6),
                ),
                ("reference_cases", models.PositiveIntegerField()),
                ("reference_from", models.DateField(null=True)),
                ("reference_to", models.DateField(null=True)),
                (
                    "step_kind",
                    models.CharField(
                        choices=[("DAY", "DAY"), ("WEEK", "WEEK"), ("CASES", "CASES")],
                        max_length=5,
                    ),
                ),
                ("step_cases", models.PositiveIntegerField()),
                ("least_cases", models.PositiveIntegerField()),
                ("charts", models.JSONField(help_text="`validation.drift.rule.Chart`.")),
                ("false_alarm", models.FloatField()),
                ("ewma_weight", models.FloatField()),
                ("ewma_limit", models.FloatField()),
                ("reason", models.CharField(max_length=1000)),
                ("created_by", _by()),
                (
                    "model_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drift_watches",
                        to="inference.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("model_version", "number"), name="drift_watch_number_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DriftSignal",
            fields=[
                *_keys(),
                (
                    "chart",
                    models.CharField(
                        choices=[
                            ("SCORE_MEAN", "SCORE_MEAN"),
                            ("POSITIVE_SHARE", "POSITIVE_SHARE"),
                            ("SCORE_STABILITY", "SCORE_STABILITY"),
                            ("REFUSED_SHARE", "REFUSED_SHARE"),
                            ("SLICE_THICKNESS", "SLICE_THICKNESS"),
                            ("SLICE_COUNT", "SLICE_COUNT"),
                            ("SCANNER", "SCANNER"),
                            ("AGREEMENT", "AGREEMENT"),
                        ],
                        max_length=15,
                    ),
                ),
                ("place", models.CharField(help_text="Chart, arm and step in one text.", max_length=100)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("side", models.CharField(max_length=5)),
                ("n", models.PositiveIntegerField()),
                ("value", models.FloatField()),
                ("low", models.FloatField()),
                ("high", models.FloatField()),
                (
                    "is_told",
                    models.BooleanField(
                        help_text="Whether webhooks were told: not of what came before the watch was set."
                    ),
                ),
                (
                    "arm",
                    models.ForeignKey(
                        help_text="Whose reads: of AGREEMENT only.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="annotations.arm",
                    ),
                ),
                (
                    "watch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signals", to="validation.driftwatch"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [models.UniqueConstraint(fields=("watch", "place"), name="drift_signal_once")],
            },
        ),
        migrations.CreateModel(
            name="DriftAcknowledgement",
            fields=[
                *_keys(),
                ("text", models.CharField(max_length=2000)),
                ("created_by", _by()),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="validation.driftsignal",
                    ),
                ),
            ],
            options={"ordering": ["created_at"]},
        ),
        migrations.CreateModel(
            name="DriftCheck",
            fields=[
                *_keys(),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("RUNNING", "Running"),
                            ("SUCCEEDED", "Succeeded"),
                            ("FAILED", "Failed"),
                            ("CANCELLED", "Cancelled"),
                        ],
                        db_index=True,
                        default="PENDING",
                        max_length=10,
                    ),
                ),
                ("progress_done", models.PositiveIntegerField(default=0)),
                ("progress_total", models.PositiveIntegerField(default=0)),
                ("progress_message", models.CharField(blank=True, max_length=200)),
                ("error_code", models.CharField(blank=True, max_length=60)),
                ("error_detail", models.TextField(blank=True)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("lease_owner", models.UUIDField(editable=False, null=True)),
                ("lease_expires_at", models.DateTimeField(editable=False, null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("cancel_requested", models.BooleanField(default=False)),
                (
                    "model_version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drift_check",
                        to="inference.modelversion",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        append_only("validation_driftwatch"),
        append_only("validation_driftsignal"),
        append_only("validation_driftacknowledgement"),
    ]
