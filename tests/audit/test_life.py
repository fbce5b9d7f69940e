"""The whole life of a reader study, each step of which leaves a trail without a gap."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from annotations.domain.designs import single_design
from annotations.domain.times import PhaseTimes
from annotations.domain.truth_csv import Truth
from annotations.models import ReaderStudy, ReferenceSource, RevisionTimes
from annotations.services import reader_studies as building
from annotations.services.cases import cases_with_images_put
from annotations.services.designs import design_put
from annotations.services.hanging import case_priors_put, hanging_protocol_put, priors_suggest
from annotations.services.invitations import NewAccount, invitation_accept, invitations_create
from annotations.services.late_readers import reader_join
from annotations.services.reads import read_save_draft, read_sign
from annotations.services.reopening import read_reopen
from annotations.services.timing import SittingReport
from annotations.services.truth import reference_standard_create, reference_standard_lock
from annotations.services.withdrawals import case_withdraw, reader_withdraw
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.accounts.services import person_create
from portal.audit.models import Event
from portal.audit.verify import trail_verify
from portal.inference.models import ModelVersion
from portal.inference.services import ai_model_create, model_version_register, predictions_post
from tests.annotations.building import COMPLETE, QUESTIONS, Built, content, mirrored_study, save
from tests.annotations.together import another_study
from tests.annotations.training import train
from validation.services import analysis_run_create

pytestmark = pytest.mark.django_db
PASSWORD = "a long and unusual sentence"
DATED = [{"opens_on": "2026-01-01", "closes_on": "2999-01-01", "washout_days": 0}]


def account(name: str, **more: Any) -> User:
    return person_create(by=None, username=name, password=PASSWORD, name=f"{name} Person", **more)


class Life:
    """A reader study on its way; `step` takes the next one, as a request does, and verifies the trail."""

    def __init__(self) -> None:
        self.coordinator = account("life-coordinator", may_create_reader_studies=True)
        self.readers = [account(f"life-reader-{number}") for number in range(3)]
        self.key = building.reader_study_create(by=self.coordinator, name="A life").pk
        self.verify()

    @property
    def study(self) -> ReaderStudy:
        """Its row as it is in the database: no request sees another one's objects."""
        return ReaderStudy.objects.get(pk=self.key)

    def step(self, do: Callable[..., Any], **given: Any) -> Any:
        result = do(by=self.coordinator, reader_study=self.study, **given)
        self.verify()
        return result

    def verify(self) -> None:
        for scope in (None, f"reader-study:{self.key}"):
            assert trail_verify(scope=scope).problems == []

    def built(self) -> Built:
        return Built(self.study, self.coordinator, self.readers, list(self.study.cases.filter(removed_at=None)))

    def sign(self, reader: User, position: int) -> Any:
        """Open, save with a sitting, and sign."""
        read = self.built().open(reader, position)
        self.verify()
        for base, sign in ((0, read_save_draft), (1, read_sign)):
            read = (
                type(read)
                .objects.select_related("assignment__reader_study", "assignment__arm", "label_schema")
                .get(pk=read.pk)
            )
            sign(by=reader, read=read, save=save(content(**COMPLETE), base, sitting=sitting(base)))
            self.verify()
        return read


def sitting(number: int) -> SittingReport:
    times: PhaseTimes = {"first_image_ms": 0, "first_mark_ms": None, "active_ms": number, "total_ms": number}
    return SittingReport("sitting", {"FIRST": times})


@pytest.fixture
def life() -> Life:
    """A draft with everything that a draft can have, and much of which was changed again."""
    life = Life()
    by, step = life.coordinator, life.step
    step(building.label_schema_put, questions=QUESTIONS)
    model = ai_model_create(by=by, name="AI of a life")
    version = model_version_register(by=by, ai_model=model, version="1")
    step(building.reader_study_update, changes={"name": "Renamed", "ai_model_version_id": version.pk})
    step(building.reader_study_update, changes={"ai_display": "AFTER_SIGNING"})
    studies = [mirrored_study(f"life-{number}") for number in range(5)]
    keys = [[one.pk] for one in studies]
    step(cases_with_images_put, cases=keys)
    further = another_study(life.built().cases[0], "life-further")
    later = another_study(life.built().cases[0], "life-later")
    step(cases_with_images_put, cases=[[keys[0][0], further.pk, later.pk], *keys[1:]])
    step(cases_with_images_put, cases=[[keys[0][0], later.pk], *keys[3:0:-1]])
    step(cases_with_images_put, cases=[keys[0], *keys[1:4]], named_anew=True)
    step(hanging_protocol_put, rules=[], shows_priors=True)
    step(hanging_protocol_put, rules=[], shows_priors=False)
    for chosen in ([further.pk, later.pk], [later.pk], []):
        case_priors_put(by=by, case=life.built().cases[0], imaging_study_ids=chosen)
        life.verify()
    step(priors_suggest, maximum=1)
    members = [(by.pk, Role.COORDINATOR), *((one.pk, Role.READER) for one in life.readers)]
    step(building.members_put, members=members)
    step(building.members_put, members=members[:-1])
    step(building.reader_dates_put, reader=life.readers[0], starts_on=None, ends_on=datetime.date(2999, 1, 1))
    return life


def design(life: Life, **changes: Any) -> dict[str, Any]:
    return {**single_design("AFTER_SIGNING"), "training": [str(life.built().cases[0].pk)], **changes}


def test_every_step_of_a_life_is_told_of(life: Life) -> None:
    by, step, built = life.coordinator, life.step, life.built
    step(design_put, design=design(life, training=[], sessions=DATED))
    step(design_put, design=design(life))
    (invited,) = step(invitations_create, emails=["invited@example.org"], role=Role.READER)
    token = invited.link.partition("#")[2]
    invitation_accept(token=token, account=NewAccount("life-invited", PASSWORD, "In Vited"))
    life.verify()
    truths = [Truth(case.name, number % 2, []) for number, case in enumerate(built().cases)]
    made = {"truths": truths, "source": ReferenceSource.CSV, "provenance": "Pathology"}
    standard = step(reference_standard_create, **made)
    uids = [case.imaging_study.study_instance_uid for case in built().cases]
    said = [{"imaging_study_uid": uid, "score": 0.5, "findings": []} for uid in uids]
    predictions_post(by=by, model_version=ModelVersion.objects.get(), body=said)
    step(building.reader_study_launch, seed="fixed", as_pilot=True)
    for reader in life.readers[:2]:
        life.sign(reader, 1)
        train(life.study, reader)
        life.verify()
    step(building.reader_study_move, event="begin")
    read = life.sign(life.readers[0], 2)
    assert RevisionTimes.objects.filter(revision__read=read).get().active_ms == 1
    read = type(read).objects.select_related("assignment__reader_study", "signed_revision").get(pk=read.pk)
    read_reopen(by=by, read=read, reason="A slip.")
    life.verify()
    reads = type(read).objects.select_related("assignment__reader_study", "assignment__arm", "label_schema")
    read_sign(by=life.readers[0], read=reads.get(pk=read.pk), save=save(content(**COMPLETE), 2, sitting=sitting(2)))
    life.verify()
    for event in ("pause", "resume"):
        step(building.reader_study_move, event=event, reason="A holiday.")
    day = timezone.now().date() + datetime.timedelta(days=9)
    step(building.reader_dates_put, reader=life.readers[1], starts_on=None, ends_on=day, reason="Agreed.")
    step(reader_join, user_id=life.readers[2].pk, reason="One more.")
    step(reader_withdraw, reader=life.readers[1], reason="Ill.")
    step(case_withdraw, case=built().cases[2], reason="Blurred.")
    for event in ("close", "lock"):
        step(building.reader_study_move, event=event)
    reference_standard_lock(by=by, standard=standard, reason="Complete.")
    step(analysis_run_create)
    step(analysis_run_create)
    assert {"cases.put", "members.put", "design.put", "reader_study.lock"} <= set(
        Event.objects.values_list("action", flat=True)
    )
