"""A prior of several cases of one patient: a case that is signed does not show what another still hides."""

import pytest
from rest_framework.test import APIClient

from annotations.access import viewable_imaging_studies
from annotations.domain.blinding import FIRST, HIDDEN, SECOND, SHOWN, SIGNED
from annotations.models import AssignmentState, CasePrior, ReaderStudy, ReaderStudyState
from annotations.selectors.hanging import priors_of_read
from annotations.services import reads as reading
from portal.accounts.models import User
from portal.imaging.models import ImagingStudy
from tests.annotations.building import COMPLETE, Built, content, launched, mirrored_study, save

pytestmark = pytest.mark.django_db

# Priors once signed, and not before.
AFTERWARDS = {"priors": {FIRST: HIDDEN, SECOND: HIDDEN, SIGNED: SHOWN}}


def shared_by(*studies: Built) -> ImagingStudy:
    """A prior of the first two cases of each reader study, which shows priors."""
    prior = mirrored_study("shared-prior")
    for built in studies:
        for case in built.cases[:2]:
            CasePrior.objects.create(case=case, imaging_study=prior, position=1)
        ReaderStudy.objects.filter(pk=built.reader_study.pk).update(shows_priors=True)
    return prior


def sees(reader: User, study: ImagingStudy) -> bool:
    return viewable_imaging_studies(reader).filter(pk=study.pk).exists()


def positions(built: Built, reader: User) -> list[int]:
    """Where the two cases that share the prior stand in the reader's order."""
    shared = {case.pk for case in built.cases[:2]}
    own = built.reader_study.assignments.filter(reader=reader, case__in=shared)
    return list(own.values_list("position", flat=True))


def signed(built: Built, reader: User, position: int) -> None:
    read = built.open(reader, position)
    reading.read_sign(by=reader, read=read, save=save(content(**COMPLETE)))


def test_a_signed_case_does_not_show_the_prior_of_one_that_is_read_without() -> None:
    built = launched(cases=2)
    prior, reader = shared_by(built), built.readers[0]
    built.reader_study.arms.update(blinding=AFTERWARDS)
    first, second = positions(built, reader)
    signed(built, reader, first)
    assert not sees(reader, prior), "the second case is still to be read"
    built.open(reader, second)
    assert not sees(reader, prior), "the second case is at hand"
    read = built.open(reader, first)
    assert not priors_of_read(read=read).exists()
    client = APIClient()
    client.force_authenticate(reader)
    assert client.get(f"/dicomweb/studies/{prior.study_instance_uid}/series").status_code == 404
    assert prior.study_instance_uid not in client.get(f"/api/v1/reads/{read.pk}").content.decode()
    signed(built, reader, second)
    assert sees(reader, prior)
    assert priors_of_read(read=built.open(reader, first)).exists()
    own = built.reader_study.assignments.filter(reader=reader, position=second)
    own.update(state=AssignmentState.REOPENED)
    assert not sees(reader, prior), "a reopened read is at hand again"
    own.update(state=AssignmentState.VOID)
    assert sees(reader, prior), "nobody reads the second case any more"


def test_what_was_never_read_keeps_nothing_back_after_the_lock() -> None:
    built = launched(cases=2)
    prior, reader = shared_by(built), built.readers[0]
    built.reader_study.arms.update(blinding=AFTERWARDS)
    signed(built, reader, positions(built, reader)[0])
    for state in (ReaderStudyState.PAUSED, ReaderStudyState.CLOSED):
        ReaderStudy.objects.filter(pk=built.reader_study.pk).update(state=state)
        assert not sees(reader, prior), state
    ReaderStudy.objects.filter(pk=built.reader_study.pk).update(state=ReaderStudyState.LOCKED)
    assert sees(reader, prior)


@pytest.mark.parametrize("by_protocol", [False, True])
def test_nor_does_a_case_of_another_reader_study(by_protocol: bool) -> None:
    """The same images in two reader studies with the same reader; the second reads them without priors."""
    shows, hides = launched("shows", cases=2), launched("hides", cases=2)
    prior, reader = shared_by(shows, hides), shows.readers[0]
    hides.reader_study.assignments.filter(reader=hides.readers[0]).update(reader=reader)
    hides.reader_study.memberships.filter(user=hides.readers[0]).update(user=reader)
    if by_protocol:
        ReaderStudy.objects.filter(pk=hides.reader_study.pk).update(shows_priors=False)
    else:
        hides.reader_study.arms.update(blinding={"priors": HIDDEN})
    first, second = positions(shows, reader)
    signed(shows, reader, first)
    assert not sees(reader, prior)
    assert not sees(shows.readers[1], prior), "who has opened nothing sees nothing"
    read = shows.open(reader, second)
    assert sees(reader, prior), "a case at hand shows what its own arm shows"
    assert priors_of_read(read=read).exists()


def test_where_every_case_shows_its_priors_a_signed_one_does_too() -> None:
    built = launched(cases=2)
    prior, reader = shared_by(built), built.readers[0]
    first, second = positions(built, reader)
    signed(built, reader, first)
    built.open(reader, second)
    assert sees(reader, prior)
    assert priors_of_read(read=built.open(reader, first)).exists()
