"""Headers are read anew: what was kept of them was searched for fewer names."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Forget what was kept: opening a case reads it again."""
    apps.get_model("imaging", "ImagingStudy").objects.exclude(header_facts=None).update(header_facts=None)


class Migration(migrations.Migration):
    """Data only; there is nothing to take back."""

    dependencies = [("imaging", "0005_header_facts")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
