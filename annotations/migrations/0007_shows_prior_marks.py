from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0006_segment_versions")]

    operations = [
        migrations.AddField(
            model_name="readerstudy",
            name="shows_prior_marks",
            field=models.BooleanField(
                default=False,
                help_text="Whether readers see what they marked on a prior when it was a case.",
            ),
        ),
    ]
