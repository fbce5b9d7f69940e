import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("inference", "0010_explanations"),
    ]

    operations = [
        migrations.AddField(
            model_name="prediction",
            name="uncertainty",
            field=models.JSONField(help_text="Of the score: {value, method, samples, definition}.", null=True),
        ),
        migrations.AddField(
            model_name="inferencerun",
            name="uncertainty",
            field=models.JSONField(
                help_text="How it is found, where the run asks: {method, samples, seed}.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="modelversion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("DEMO_CNN", "Demo Cnn"),
                    ("EXTERNAL", "External"),
                    ("TORCHSCRIPT", "Torchscript"),
                    ("TORCH_EXPORT", "Torch Export"),
                    ("ONNX", "Onnx"),
                    ("ENSEMBLE", "Ensemble"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="EnsembleMember",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                (
                    "position",
                    models.PositiveSmallIntegerField(help_text="From 1; findings and heat map are those of the first."),
                ),
                (
                    "ensemble",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="inference.modelversion",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inference.modelversion"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("ensemble", "position"), name="ensemble_position_once"),
                    models.UniqueConstraint(fields=("ensemble", "member"), name="ensemble_member_once"),
                ],
            },
        ),
        append_only("inference_ensemblemember"),
    ]
