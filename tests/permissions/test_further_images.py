"""The images that are read together with the first of a case belong to who has the case, and to nobody else."""

import pytest
from django.test import Client

from annotations.models import AssignmentState
from tests.permissions.requests import address
from tests.permissions.test_priors import IMAGE_ROUTES
from tests.permissions.world import World

pytestmark = pytest.mark.django_db


def statuses(client: Client, world: World) -> set[int]:
    return {client.get(address(route, world.a.of_further)).status_code for route in IMAGE_ROUTES}


def test_further_images_are_the_readers_and_the_adjudicators_like_the_first(
    world: World, callers: dict[str, Client]
) -> None:
    for persona in ("reader", "adjudicator", "coordinator"):
        assert statuses(callers[persona], world) == {200}, persona
    for persona in ("outsider", "client_read", "client_write"):
        assert statuses(callers[persona], world) == {404}, persona
    assert statuses(callers["anonymous"], world) == {401}
    world.a.reader_study.assignments.filter(case=world.a.cases[0]).update(state=AssignmentState.VOID)
    assert statuses(callers["reader"], world) == {404}


def test_reader_adjudicator_and_preview_get_them_in_order(world: World, callers: dict[str, Client]) -> None:
    study, series, _ = world.a.further
    read = callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}").json()["case"]
    judged = callers["adjudicator"].get(f"/api/v1/adjudication-cases/{world.a.adjudication_case.pk}").json()
    for shown in (read, judged):
        (further,) = shown["further_imaging_studies"]
        assert further["study_instance_uid"] == study.study_instance_uid
        assert [one["series_instance_uid"] for one in further["series"]] == [series.series_instance_uid]
        assert set(further) == set(shown["imaging_study"]), "no date and no description"
    preview = f"/api/v1/reader-studies/{world.a.reader_study.pk}/cases/{world.a.cases[0].pk}/images"
    studies = callers["coordinator"].get(preview).json()["studies"]
    assert [(one["name"], one["study_instance_uid"]) for one in studies] == [
        ("Current 1", world.a.imaging_study.study_instance_uid),
        ("Current 2", study.study_instance_uid),
    ]
