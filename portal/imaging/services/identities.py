"""Reading who the images of some cases are of, to warn of texts that say so. Nothing of it is kept."""

import logging
import uuid
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from portal.imaging.identity import Identity, identity_of
from portal.imaging.models import Instance
from portal.imaging.orthanc import Orthanc, OrthancError

logger = logging.getLogger(__name__)

# Headers are asked for side by side: a list of cases has thousands of them, and Orthanc answers each from a file.
_AT_ONCE = 4


def identities_read(
    *, imaging_study_ids: Collection[uuid.UUID], gateway: Orthanc
) -> Mapping[uuid.UUID, Identity | None]:
    """Return by imaging study who its first image names; None where the header cannot be had now.

    One image is enough: name, identifier and birth date are those of the patient, whom an imaging study has one of
    (PS3.3 A.1.2). Not within a transaction: it waits for Orthanc.
    """
    first = (
        Instance.objects.filter(series__imaging_study__in=imaging_study_ids)
        .order_by("series__imaging_study_id", "series__series_number", "instance_number", "sop_instance_uid")
        .distinct("series__imaging_study_id")
        .values_list(
            "series__imaging_study_id",
            "series__imaging_study__study_instance_uid",
            "series__series_instance_uid",
            "sop_instance_uid",
        )
    )
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = dict(pool.map(lambda row: (row[0], _identity(row[0], row[1:], gateway)), list(first)))
    return {pk: found.get(pk) for pk in imaging_study_ids}


def _identity(imaging_study_id: uuid.UUID, uids: tuple[str, str, str], gateway: Orthanc) -> Identity | None:
    try:
        return identity_of([gateway.instance_metadata(*uids)])
    except OrthancError as error:
        logger.warning("the header of imaging study %s is not read: %s", imaging_study_id, type(error).__name__)
        return None
