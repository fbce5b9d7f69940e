import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0008_arms_and_sessions")]

    operations = [
        migrations.AlterField(
            "assignment",
            "arm",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="annotations.arm"
            ),
        ),
        migrations.AlterField(
            "assignment",
            "session",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="annotations.session"
            ),
        ),
        migrations.RemoveConstraint("assignment", "assignment_once"),
        migrations.AddConstraint(
            "assignment",
            models.UniqueConstraint(fields=("reader", "case", "session", "repeat_number"), name="assignment_once"),
        ),
        migrations.RemoveField("readerstudy", "ai_display"),
    ]
