from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imaging", "0007_describe_series_anew")]

    operations = [
        migrations.AlterField(
            model_name="imagingstudy",
            name="header_facts",
            field=models.JSONField(
                help_text=(
                    "Sex, age, site and descriptions without names, for protocols and analyses "
                    "(portal.imaging.header_facts)."
                ),
                null=True,
            ),
        ),
    ]
