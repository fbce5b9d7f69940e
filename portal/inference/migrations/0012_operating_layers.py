import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("inference", "0011_uncertainty"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OperatingLayer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("reason", models.CharField(max_length=1000)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("TEMPERATURE", "Temperature"),
                            ("PLATT", "Platt"),
                            ("ISOTONIC", "Isotonic"),
                            ("BETA", "Beta"),
                        ],
                        max_length=12,
                    ),
                ),
                ("parameters", models.JSONField(help_text="`portal.inference.layer_rule`")),
                (
                    "trained_at",
                    models.FloatField(help_text="Prevalence that the fitted probabilities are for.", null=True),
                ),
                (
                    "applied_at",
                    models.FloatField(help_text="Prevalence that they are carried to; null: to none.", null=True),
                ),
                (
                    "operating_threshold",
                    models.FloatField(help_text="A probability at or above it is a positive call."),
                ),
                (
                    "set_digest",
                    models.CharField(help_text="SHA-256 of the set of cases that it was fitted on.", max_length=64),
                ),
                ("software", models.JSONField(help_text="Versions of what it was fitted with.")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "model_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="operating_layers",
                        to="inference.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("model_version", "number"), name="operating_layer_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("operating_threshold__gte", 0), ("operating_threshold__lte", 1)),
                        name="layer_threshold_is_a_probability",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applied_at", None), ("trained_at", None)),
                            models.Q(
                                ("applied_at__gt", 0),
                                ("applied_at__lt", 1),
                                ("trained_at__gt", 0),
                                ("trained_at__lt", 1),
                            ),
                            _connector="OR",
                        ),
                        name="layer_shifts_between_prevalences",
                    ),
                ],
            },
        ),
        append_only("inference_operatinglayer"),
    ]
