"""Describe series for hanging protocols, from their metadata, once they have arrived."""

import logging
from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from portal.errors import PortalError
from portal.imaging.models import Series
from portal.imaging.orthanc import Orthanc
from portal.imaging.series_facts import series_facts
from portal.imaging.services.metadata import series_rows

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 100


def series_describe(*, gateway: Orthanc, most: int = MOST_AT_ONCE) -> int:
    """Describe series that are new or have grown; the answer is how many."""
    return _describe(_undescribed()[:most], gateway)


def imaging_studies_describe(*, wanted: Q, gateway: Orthanc) -> None:
    """Describe what the worker has not come to of some imaging studies, before somebody hangs them.

    Which rule hangs a case, and so its window, must not depend on how soon after its images it is opened. Not within
    a transaction: it may have to wait for Orthanc.
    """
    _describe(_undescribed().filter(wanted), gateway)


def _undescribed() -> QuerySet[Series]:
    todo = Series.objects.filter(Q(facts__isnull=True) | ~Q(described_instances=F("number_of_instances")))
    return todo.filter(number_of_instances__gt=0).select_related("imaging_study__patient")


def _describe(todo: Iterable[Series], gateway: Orthanc) -> int:
    count = 0
    for series in todo:
        try:
            rows = series_rows(series, gateway)
        except PortalError as error:
            # One damaged series must not keep the others from being described; the next call tries it again.
            logger.warning("series %s is not described: %s", series.pk, error.code)
            continue
        # A description of fewer images that comes late must not replace one of all.
        there = Series.objects.filter(pk=series.pk, number_of_instances=series.number_of_instances)
        count += there.update(facts=series_facts(rows, series.modality), described_instances=series.number_of_instances)
    return count
