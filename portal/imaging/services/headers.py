"""Read of the header of an imaging study what a protocol shows, when the first reader is to see it."""

import logging

from portal.imaging.header_facts import header_facts
from portal.imaging.models import ImagingStudy, Instance
from portal.imaging.orthanc import Orthanc, OrthancError

logger = logging.getLogger(__name__)


def header_read(*, imaging_study: ImagingStudy, gateway: Orthanc) -> None:
    """Keep what may be told of patient and site, once for all images that there are now.

    The header of an image of each series is read: that is how far names can differ (PS3.3 A.1.2).
    Not within a transaction: it may have to wait for Orthanc, and while that does not answer nothing is told.
    """
    known = imaging_study.header_facts
    counts = {name: getattr(imaging_study, name) for name in ("number_of_series", "number_of_instances")}
    if known is not None and counts.items() <= known.items():
        return
    of_each_series = (
        Instance.objects.filter(series__imaging_study=imaging_study)
        .order_by("series__series_number", "series__series_instance_uid", "instance_number", "sop_instance_uid")
        .distinct("series__series_number", "series__series_instance_uid")
        .values_list("series__series_instance_uid", "sop_instance_uid")
    )
    try:
        rows = [
            gateway.instance_metadata(imaging_study.study_instance_uid, series_uid, sop_instance_uid)
            for series_uid, sop_instance_uid in of_each_series
        ]
    except OrthancError as error:
        logger.warning("the header of imaging study %s is not read: %s", imaging_study.pk, type(error).__name__)
        return
    if not rows:
        return
    descriptions = dict(imaging_study.series.values_list("series_instance_uid", "series_description"))
    facts = header_facts(rows, descriptions) | counts
    ImagingStudy.objects.filter(pk=imaging_study.pk).update(header_facts=facts)
    imaging_study.header_facts = facts
