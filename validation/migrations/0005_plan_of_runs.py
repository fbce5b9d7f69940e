"""A run names the plan that it carries out."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("validation", "0004_analysis_plans"),
    ]

    operations = [
        migrations.AddField(
            model_name="analysisrun",
            name="plan",
            field=models.ForeignKey(
                help_text="The locked version that is carried out; none where figures are only explored.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="validation.analysisplan",
            ),
        ),
    ]
