import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("validation", "0008_seal_what_steers"),
        ("annotations", "0037_measurements"),
        ("inference", "0012_operating_layers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LayerEvidence",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("number", models.PositiveIntegerField(help_text="0: the set of the fit.")),
                (
                    "kind",
                    models.CharField(choices=[("FIT", "Fit"), ("VALIDATION", "Validation")], max_length=10),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Why it was checked there.", max_length=1000),
                ),
                (
                    "content",
                    models.TextField(help_text="The set: predictions and truths by their ids, as canonical JSON."),
                ),
                ("digest", models.CharField(help_text="SHA-256 of `content`.", max_length=64)),
                (
                    "figures",
                    models.TextField(help_text="Before and after (`validation.operating_layers`), as canonical JSON."),
                ),
                ("figures_digest", models.CharField(help_text="SHA-256 of `figures`.", max_length=64)),
                ("software", models.JSONField(help_text="Versions of what it was computed with.")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "layer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="inference.operatinglayer",
                    ),
                ),
                (
                    "reader_study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="annotations.readerstudy"
                    ),
                ),
                (
                    "reference_standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="annotations.referencestandard",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("layer", "number"), name="layer_evidence_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "FIT"), ("number", 0)),
                            models.Q(("kind", "VALIDATION"), ("number__gt", 0)),
                            _connector="OR",
                        ),
                        name="layer_is_fitted_first",
                    ),
                ],
            },
        ),
        append_only("validation_layerevidence"),
    ]
