"""The images of a prior: a reader gets them exactly while the protocol shows priors and the case is theirs."""

import pytest
from django.test import Client

from annotations.models import AssignmentState, CasePrior, ReaderStudy
from tests.permissions.requests import address
from tests.permissions.routes import all_routes
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

IMAGE_ROUTES = [
    route for route in all_routes() if route.name.startswith("dicomweb-") and "study_uid" in route.parameters
]


def statuses(client: Client, world: World) -> set[int]:
    """What the other reader study's images answer, which stand in for a prior of A's first case."""
    return {client.get(address(route, world.b)).status_code for route in IMAGE_ROUTES}


def show(world: World, shows: bool) -> None:
    ReaderStudy.objects.filter(pk=world.a.reader_study.pk).update(shows_priors=shows)


@pytest.fixture
def with_prior(world: World) -> CasePrior:
    return CasePrior.objects.create(case=world.a.cases[0], imaging_study=world.b.imaging_study, position=1)


def test_there_are_image_routes() -> None:
    assert len(IMAGE_ROUTES) >= 6


def test_a_prior_that_the_protocol_hides_is_not_there(
    world: World, callers: dict[str, Client], with_prior: CasePrior
) -> None:
    show(world, False)
    assert statuses(callers["reader"], world) == {404}
    assert callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}").json()["case"]["priors"] == []


def test_an_open_room_is_told_which_priors_are_shown_now(
    world: World, callers: dict[str, Client], with_prior: CasePrior
) -> None:
    path = f"/api/v1/reads/{world.a.read.pk}"
    for shows in (True, False, True):
        show(world, shows)
        wanted = [world.b.imaging_study.study_instance_uid] if shows else []
        held = callers["reader"].post(
            f"{path}/editor", {"editor": "a-browser-of-mine", "wish": "HOLD"}, content_type="application/json"
        )
        assert held.json()["priors_shown"] == wanted
        assert callers["reader"].get(path).json()["particulars"]["priors_shown"] == wanted


def test_a_prior_that_the_protocol_shows_is_the_readers_like_the_case_is(
    world: World, callers: dict[str, Client], with_prior: CasePrior
) -> None:
    show(world, True)
    assert statuses(callers["reader"], world) == {200}
    assert statuses(callers["adjudicator"], world) == {200}
    for persona in ("outsider", "client_read", "client_write"):
        assert statuses(callers[persona], world) == {404}, persona
    assert statuses(callers["anonymous"], world) == {401}
    (prior,) = callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}").json()["case"]["priors"]
    assert prior["imaging_study"]["study_instance_uid"] == world.b.imaging_study.study_instance_uid
    assert set(prior) == {"name", "interval", "imaging_study", "own_marks"}, "no date and no description"
    assert prior["own_marks"] == []
    world.a.reader_study.assignments.filter(case=with_prior.case).update(state=AssignmentState.VOID)
    assert statuses(callers["reader"], world) == {404}


def test_a_case_of_another_reader_study_has_no_images(world: World, callers: dict[str, Client]) -> None:
    addresses = f"/api/v1/reader-studies/{world.a.reader_study.pk}/cases/{world.b.cases[0].pk}"
    for tail in ("priors", "images"):
        assert callers["coordinator"].get(f"{addresses}/{tail}").status_code == 404
