import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.db import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0034_clinical_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="RevisionTimes",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ("phases", models.JSONField(help_text="`annotations.domain.times`, added up by phase.")),
                ("active_ms", models.PositiveBigIntegerField(help_text="Time in use, over all phases.")),
                (
                    "revision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="times", to="annotations.revision"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        append_only("annotations_revisiontimes"),
    ]
