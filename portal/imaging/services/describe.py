"""Describe series for hanging protocols, from their metadata, once they have arrived."""

import json
import logging

from django.db.models import F, Q

from portal.errors import PortalError
from portal.imaging.models import Series
from portal.imaging.orthanc import Orthanc
from portal.imaging.series_facts import series_facts
from portal.imaging.services.metadata import series_metadata

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 100


def series_describe(*, gateway: Orthanc, most: int = MOST_AT_ONCE) -> int:
    """Describe series that are new or have grown; the answer is how many."""
    todo = Series.objects.filter(Q(facts=None) | ~Q(described_instances=F("number_of_instances")))
    count = 0
    for series in todo.filter(number_of_instances__gt=0).select_related("imaging_study__patient")[:most]:
        try:
            rows = json.loads(series_metadata(series, gateway))
        except PortalError as error:
            # One damaged series must not keep the others from being described; the next call tries it again.
            logger.warning("series %s is not described: %s", series.pk, error.code)
            continue
        Series.objects.filter(pk=series.pk).update(
            facts=series_facts(rows, series.modality), described_instances=series.number_of_instances
        )
        count += 1
    return count
