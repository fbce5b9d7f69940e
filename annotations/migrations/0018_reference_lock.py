"""A locked version of the reference standard takes no further row."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.db import append_only

REFUSE_ROWS_OF_A_LOCKED_VERSION = migrations.RunSQL(
    sql="""
    CREATE FUNCTION overread_refuse_locked_truth() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM annotations_referencelock WHERE reference_standard_id = NEW.reference_standard_id) THEN
            RAISE EXCEPTION 'this version of the reference standard is locked: % into % refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER annotations_referencetruth_locked BEFORE INSERT ON annotations_referencetruth
        FOR EACH ROW EXECUTE FUNCTION overread_refuse_locked_truth();
    """,
    reverse_sql="""
    DROP TRIGGER IF EXISTS annotations_referencetruth_locked ON annotations_referencetruth;
    DROP FUNCTION IF EXISTS overread_refuse_locked_truth();
    """,
)


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0017_terms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferenceLock",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                (
                    "digest",
                    models.CharField(help_text="That of the version, worked out again from its rows.", max_length=64),
                ),
                ("username", models.CharField(help_text="As it was then.", max_length=150)),
                ("full_name", models.CharField(help_text="As it was then.", max_length=301)),
                ("meaning", models.CharField(max_length=20)),
                ("meaning_text", models.CharField(help_text="The sentence that the signer saw.", max_length=300)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it replaces a version that was locked before.", max_length=1000
                    ),
                ),
                (
                    "locked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reference_standard",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lock",
                        to="annotations.referencestandard",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        append_only("annotations_referencelock"),
        REFUSE_ROWS_OF_A_LOCKED_VERSION,
    ]
