"""Rows from before events held digests of rows: bound once, as they are found."""

from collections import defaultdict

from django.db import migrations

from portal.audit.models import Stream
from portal.audit.rows import seal_of, sealed_models
from portal.audit.services import record

ROWS_PER_EVENT = 500


def seal_existing_rows(apps, schema_editor):
    for real in sealed_models():
        label = real._meta.label
        if real._meta.app_label not in ("annotations", "inference", "validation"):
            continue
        try:
            model = apps.get_model(label)
        except LookupError:
            continue
        scope = seal_of(label).scope
        waiting = defaultdict(list)
        query = model._base_manager.order_by("pk")
        keys = dict(query.values_list("pk", scope)) if scope else {}
        for row in query.iterator(chunk_size=ROWS_PER_EVENT):
            stream = f"reader-study:{keys[row.pk]}" if scope else "inference"
            waiting[stream].append(row)
            if len(waiting[stream]) == ROWS_PER_EVENT:
                _seal(stream, waiting.pop(stream))
        for stream, rows in waiting.items():
            _seal(stream, rows)


def _seal(stream, rows):
    record(
        stream=stream,
        actor=None,
        action="audit.seal_existing",
        obj=Stream(name=stream),
        detail={"table": rows[0]._meta.label, "rows": len(rows)},
        rows=rows,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("validation", "0001_initial"),
        ("annotations", "0014_signatures"),
        ("inference", "0003_calibration"),
        ("audit", "0002_rows_origin_checkpoints"),
    ]

    operations = [migrations.RunPython(seal_existing_rows, migrations.RunPython.noop, elidable=True)]
