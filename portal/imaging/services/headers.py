"""Read of the header of an imaging study what a protocol shows, when the first reader is to see it."""

import logging

from portal.imaging.header_facts import header_facts
from portal.imaging.models import ImagingStudy, Instance
from portal.imaging.orthanc import Orthanc, OrthancError

logger = logging.getLogger(__name__)


def header_read(*, imaging_study: ImagingStudy, gateway: Orthanc) -> None:
    """Keep what may be told of patient and site, once for all images that there are now.

    Not within a transaction: it may have to wait for Orthanc, and while that does not answer nothing is told.
    """
    known = imaging_study.header_facts
    if known is not None and known["number_of_series"] == imaging_study.number_of_series:
        return
    first = (
        Instance.objects.filter(series__imaging_study=imaging_study)
        .select_related("series")
        .order_by("series__series_number", "series__series_instance_uid", "instance_number", "sop_instance_uid")
        .first()
    )
    if first is None:
        return
    try:
        row = gateway.instance_metadata(
            imaging_study.study_instance_uid, first.series.series_instance_uid, first.sop_instance_uid
        )
    except OrthancError as error:
        logger.warning("the header of imaging study %s is not read: %s", imaging_study.pk, type(error).__name__)
        return
    descriptions = dict(imaging_study.series.values_list("series_instance_uid", "series_description"))
    facts = header_facts(row, descriptions) | {"number_of_series": imaging_study.number_of_series}
    ImagingStudy.objects.filter(pk=imaging_study.pk).update(header_facts=facts)
    imaging_study.header_facts = facts
