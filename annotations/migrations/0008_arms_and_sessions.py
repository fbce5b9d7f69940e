import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def one_arm_and_session(apps, schema_editor):
    """Give every reader study its one arm with what the protocol shows of the AI, and its one session."""
    study_model, arm_model = apps.get_model("annotations", "ReaderStudy"), apps.get_model("annotations", "Arm")
    session_model, assignment = apps.get_model("annotations", "Session"), apps.get_model("annotations", "Assignment")
    for study in study_model.objects.all():
        arm = arm_model.objects.create(reader_study=study, key="A", name="Reading", ai_display=study.ai_display)
        session = session_model.objects.create(reader_study=study, number=1)
        assignment.objects.filter(reader_study=study).update(arm=arm, session=session)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0007_shows_prior_marks")]

    operations = [
        migrations.CreateModel(
            name="Arm",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("key", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=80)),
                ("position", models.PositiveIntegerField(default=1)),
                (
                    "ai_display",
                    models.CharField(
                        choices=[
                            ("HIDDEN", "Hidden"),
                            ("AFTER_SIGNING", "After Signing"),
                            ("CONCURRENT", "Concurrent"),
                            ("SECOND_READ", "Second Read"),
                        ],
                        default="HIDDEN",
                        max_length=13,
                    ),
                ),
                (
                    "blinding",
                    models.JSONField(
                        default=dict, help_text="The cells of the blinding matrix that differ from the defaults."
                    ),
                ),
                (
                    "reader_study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arms",
                        to="annotations.readerstudy",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("reader_study", "key"), name="arm_key_once")],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("number", models.PositiveIntegerField()),
                ("opens_on", models.DateField(null=True)),
                ("closes_on", models.DateField(help_text="The last day of reading.", null=True)),
                ("washout_days", models.PositiveIntegerField(default=0)),
                (
                    "reader_study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="annotations.readerstudy",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("reader_study", "number"), name="session_number_once")],
            },
        ),
        migrations.AddField("assignment", "is_training", models.BooleanField(default=False)),
        migrations.AddField(
            "assignment",
            "repeat_number",
            models.PositiveIntegerField(default=0, help_text="0; in a hidden repeat of a case which one it is."),
        ),
        migrations.AddField(
            "assignment",
            "arm",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="annotations.arm",
            ),
        ),
        migrations.AddField(
            "assignment",
            "session",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="annotations.session",
            ),
        ),
        migrations.RunPython(one_arm_and_session, migrations.RunPython.noop),
    ]
