"""The times of revisions from before they were kept with them: those of the read as they are found.

Of a read that was signed more than once only the signature in force gets them; what the earlier ones took is not known.
"""

from django.db import migrations

from annotations.domain.times import active_of, times_of_read

ROWS_AT_ONCE = 500


def times_of_revisions(apps, schema_editor):
    sittings = apps.get_model("annotations", "Sitting").objects.values("read")
    reads = apps.get_model("annotations", "Read").objects.filter(pk__in=sittings).prefetch_related("sittings")
    model = apps.get_model("annotations", "RevisionTimes")
    waiting = []
    for read in reads.iterator(chunk_size=ROWS_AT_ONCE):
        ordered = sorted(read.sittings.all(), key=lambda one: one.created_at)
        phases = times_of_read(sitting.phases for sitting in ordered)
        of_first = {name: times for name, times in phases.items() if name == "FIRST"}
        for revision, known in ((read.first_read_revision_id, of_first), (read.signed_revision_id, phases)):
            if revision is not None and known:
                waiting.append(model(revision_id=revision, phases=known, active_ms=active_of(known)))
        if len(waiting) >= ROWS_AT_ONCE:
            model.objects.bulk_create(waiting)
            waiting = []
    model.objects.bulk_create(waiting)


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0035_revision_times"),
    ]

    operations = [migrations.RunPython(times_of_revisions, migrations.RunPython.noop, elidable=True)]
