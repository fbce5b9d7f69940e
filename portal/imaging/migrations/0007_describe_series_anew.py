"""Series are described anew: what was kept of them does not say in which frame of reference they lie."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Forget the descriptions: the worker, or opening a case, makes them again."""
    apps.get_model("imaging", "Series").objects.exclude(facts=None).update(facts=None)


class Migration(migrations.Migration):
    """Data only; there is nothing to take back."""

    dependencies = [("imaging", "0006_read_headers_anew")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
