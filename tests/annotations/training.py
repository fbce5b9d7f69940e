"""Readers who are done with their training."""

from django.test import Client

from annotations.models import Read, ReaderStudy
from portal.accounts.models import User


def train(reader_study: ReaderStudy, reader: User) -> None:
    """Look at the truth of each signed training case, and say that the training is done."""
    client = Client()
    client.force_login(reader)
    for read in Read.objects.filter(assignment__reader=reader, assignment__is_training=True, signed_at__isnull=False):
        assert client.get(f"/api/v1/reads/{read.pk}/feedback").status_code == 200
    answer = client.post(f"/api/v1/reader-studies/{reader_study.pk}/training")
    assert answer.status_code == 200, answer.content
