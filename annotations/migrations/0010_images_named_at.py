from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0009_assignments_have_arms")]

    operations = [
        migrations.AddField(
            "assignment",
            "images_named_at",
            models.DateTimeField(
                help_text="When its reader was first told which images to fetch ahead; until then they are closed.",
                null=True,
            ),
        ),
    ]
