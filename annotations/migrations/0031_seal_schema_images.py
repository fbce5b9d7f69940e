"""Example images from before the trail bound them: bound once, as they are found."""

from django.db import migrations

from portal.audit.models import Stream
from portal.audit.services import record


def seal_schema_images(apps, schema_editor):
    images = apps.get_model("annotations", "SchemaImage").objects.order_by("reader_study_id", "pk")
    for image in images.iterator(chunk_size=20):
        stream = f"reader-study:{image.reader_study_id}"
        told = {"table": image._meta.label, "rows": 1}
        record(
            stream=stream,
            actor=None,
            action="audit.seal_existing",
            obj=Stream(name=stream),
            detail=told,
            rows=[image],
        )


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0030_case_images"),
        ("audit", "0002_rows_origin_checkpoints"),
    ]

    operations = [migrations.RunPython(seal_schema_images, migrations.RunPython.noop, elidable=True)]
