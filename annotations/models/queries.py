"""Data queries: what a coordinator asks a reader about one read, and what was said. The read is never changed by it."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, MovingModel, Seal


class QueryState(models.TextChoices):
    """Who has to do something: the reader, the coordinator, nobody."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


class QueryEvent(models.TextChoices):
    """What a message did."""

    ASK = "ASK"
    ANSWER = "ANSWER"
    CLOSE = "CLOSE"
    REOPEN = "REOPEN"


class DataQuery(MovingModel):
    """One question about one read, or about one question of its form. Its words are in the messages."""

    SEAL = Seal(scope="read__assignment__reader_study")

    read = models.ForeignKey("annotations.Read", on_delete=models.PROTECT, related_name="queries")
    number = models.PositiveIntegerField(help_text="Of the read, from 1.")
    question_key = models.CharField(max_length=64, blank=True)
    revision_number = models.PositiveIntegerField(help_text="How far the read was when it was asked.")
    state = models.CharField(max_length=8, choices=QueryState, default=QueryState.OPEN)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["read", "number"], name="query_number_once")]


class QueryMessage(AppendOnlyModel):
    """What was said, by whom and when, and what became of the query."""

    SEAL = Seal(scope="query__read__assignment__reader_study")

    query = models.ForeignKey(DataQuery, on_delete=models.PROTECT, related_name="messages")
    event = models.CharField(max_length=7, choices=QueryEvent)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["created_at"]
