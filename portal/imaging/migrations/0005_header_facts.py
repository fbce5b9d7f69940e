"""What a protocol may show of the header of an imaging study."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imaging", "0004_series_facts")]

    operations = [
        migrations.AddField(
            model_name="imagingstudy",
            name="header_facts",
            field=models.JSONField(
                help_text=(
                    "Sex, age, site and descriptions without names, once a protocol shows them "
                    "(portal.imaging.header_facts)."
                ),
                null=True,
            ),
        ),
    ]
