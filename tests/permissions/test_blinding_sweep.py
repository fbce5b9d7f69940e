"""The blinding matrix phase by phase: a reader's whole session, searched for what each cell hides and shows.

Each session shows every cell in one phase only. What is planted has to be in the answers of that phase, and in no
byte of any other.
"""

import json
import uuid
from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from annotations.domain.blinding import CELLS, FIRST, HIDDEN, PHASES, SECOND, SHOWN, SIGNED
from annotations.domain.designs import single_design
from annotations.models import AiDisplay, Assignment, Case, CasePrior, DesignVersion, Read, ReaderStudy
from portal.audit.models import Event
from portal.imaging.models import ImagingStudy
from tests.browserless import signature
from tests.permissions.requests import address, body_of
from tests.permissions.routes import all_routes
from tests.permissions.test_blinding import show_ai
from tests.permissions.test_blinding_matrix import MARKS, everything
from tests.permissions.world import Side, World, payload

pytestmark = pytest.mark.django_db

DAY, FURTHER_DAY = date(1987, 6, 5), date(1986, 5, 4)
NEVER = {
    "the patient's name": "Canary^Patient",
    "the patient's name in a text": "Patient, Canary",
    "the patient's identifier": "PATIENT-permissions",
    "the day of birth": "19661105",
    "the day of birth, as a date": "1966-11-05",
    "the day of the study in the files": "20240229",
    "the accession number": "ACCESSIONCANARY",
    "who referred": "Refercanary",
    "who operated": "Operatorcanary",
    "who operated the further images": "Furtheroperator",
}
PLANTED = {
    "patient_data": ["57 years"],
    "dates": ["1987-06-05", "1986-05-04"],
    "site": ["InstitutionCanary", "STATIONCANARY", "ManufacturerCanary", "ModelCanary", "FURTHERSTATION"],
    "clinical_text": ["StudytextCanary", "SeriestextCanary", "FurthertextCanary"],
    "other_readers": ["Reader A"],
    "prevalence": ['"prevalence":{"positives":1,"cases":1}'],
}
# The answer of each step of a session, by the phase that the read is in after it.
Session = dict[str, dict[str, bytes]]


def planted(world: World) -> dict[str, list[str]]:
    """What stands for each cell, as it would stand in an answer."""
    secrets = world.a.secrets
    return PLANTED | {
        "priors": [world.b.imaging_study.study_instance_uid],
        "ai_scores": [secrets["the AI's score"]],
        "ai_marks": [secrets[what] for what in MARKS],
        "clinical_text": [*PLANTED["clinical_text"], secrets["the clinical text"]],
    }


def never(world: World) -> dict[str, str]:
    """What no cell shows, whoever asks and whenever: names, other readers themselves, and the truth of a case."""
    hidden = ("other reader", "reference standard", "stratum", "seed", "frame's file", "pseudonym")
    secrets = {what: value for what, value in world.a.secrets.items() if any(one in what for one in hidden)}
    own = set(world.a.secrets.values())
    others = {f"B: {what}": value for what, value in world.b.secrets.items() if value not in own}
    return NEVER | secrets | others


def phase_by_phase(side: Side, *shown: str) -> None:
    """Show every cell in these phases alone; a signed read can be looked at again, else there is nothing to search."""
    cells: dict[str, Any] = {cell: {phase: SHOWN if phase in shown else HIDDEN for phase in PHASES} for cell in CELLS}
    cells["own_past_reads"][SIGNED] = SHOWN
    side.reader_study.arms.update(blinding=cells)


def write(client: Client, side: Side, verb: str, base: int, content: Any = None, **more: Any) -> Any:
    """Send the own read as the reading room does."""
    sent = {"base_revision": base, "idempotency_key": str(uuid.uuid4())}
    sent["payload"] = content or payload(side.instance, finding_id=str(uuid.uuid4()))
    method = "PUT" if verb == "draft" else "POST"
    return client.generic(
        method, f"/api/v1/reads/{side.read.pk}/{verb}", json.dumps(signature(sent) | more), "application/json"
    )


def refusals(client: Client, side: Side) -> dict[str, bytes]:
    """What is answered to writes that are wrong: stale, out of form, incomplete, or with another's password."""
    answers: dict[str, bytes] = {}
    base = Read.objects.get(pk=side.read.pk).revision_number
    incomplete = {**payload(side.instance, finding_id=str(uuid.uuid4())), "answers": {}}
    wrong: list[tuple[str, int, Any, dict[str, str]]] = [("sign", base, None, {"password": "not it"})]
    for verb in ("draft", "first-read", "sign"):
        wrong += [(verb, 0, None, {}), (verb, base, {"version": 3}, {})]
        wrong += [(verb, base, incomplete, {})] if verb != "draft" else []
    for verb, at, content, more in wrong:
        with transaction.atomic():
            answer = write(client, side, verb, at, content, **more)
            transaction.set_rollback(True)
        answers[f"{verb} {at} {len(answers)}"] = body_of(answer)
    return answers


def images_of_prior(client: Client, world: World) -> set[int]:
    routes = [one for one in all_routes() if one.name.startswith("dicomweb-") and "study_uid" in one.parameters]
    return {client.get(address(route, world.b)).status_code for route in routes}


class Reading:
    """A reader's session from the first opening to a reopened read."""

    def __init__(self, world: World, callers: dict[str, Client]) -> None:
        self.world, self.side = world, world.a
        self.reader, self.coordinator = callers["reader"], callers["coordinator"]
        self.answers: Session = defaultdict(dict)
        self.prior_images: dict[str, set[int]] = {}

    def look(self, phase: str) -> None:
        """Ask for everything there is, rightly and wrongly."""
        self.answers[phase] |= everything(self.reader, self.side) | refusals(self.reader, self.side)
        self.prior_images[phase] = images_of_prior(self.reader, self.world)

    def look_again(self, phase: str) -> None:
        """Ask for what belongs to the read; the answers stand beside those from before it was signed."""
        read = f"/api/v1/reads/{self.side.read.pk}"
        for path in (read, *(f"{read}/{one}" for one in ("comparison", "other-readers", "revisions", "heat-map"))):
            self.answers[phase][f"reopened: {path}"] = body_of(self.reader.get(path))
        opened = self.reader.post(f"/api/v1/assignments/{self.side.read.assignment_id}/open", {}, "application/json")
        self.answers[phase]["reopened: open"] = opened.content
        assert b"Look again." in opened.content
        assert images_of_prior(self.reader, self.world) == self.prior_images[phase]

    def step(self, verb: str, base: int, phase: str) -> None:
        """Save, freeze or sign; the answer belongs to the phase that it leads to."""
        answer = write(self.reader, self.side, verb, base)
        assert answer.status_code == 200, answer.content
        self.answers[phase][f"{verb} itself"] = answer.content

    def whole(self, display: AiDisplay) -> Session:
        """Read, sign, look again, and find the read reopened."""
        self.step("draft", 1, FIRST)
        self.look(FIRST)
        last, base = FIRST, 2
        if display == AiDisplay.SECOND_READ:
            last, base = SECOND, 4
            self.step("first-read", 2, SECOND)
            self.step("draft", 3, SECOND)
            self.look(SECOND)
        self.step("sign", base, SIGNED)
        self.look(SIGNED)
        path = f"/api/v1/reads/{self.side.read.pk}/reopen"
        answer = self.coordinator.post(path, {"reason": "Look again."}, content_type="application/json")
        assert answer.status_code in (200, 201), answer.content
        self.look_again(last)
        return self.answers


def found(answers: dict[str, bytes], value: str) -> list[str]:
    """The addresses whose answers hold a value and that do not name it themselves."""
    return [path for path, content in answers.items() if value.encode("latin-1") in content and value not in path]


@pytest.mark.parametrize(
    ("shown", "display"),
    [
        ((FIRST,), AiDisplay.CONCURRENT),
        ((SECOND,), AiDisplay.SECOND_READ),
        ((SIGNED,), AiDisplay.SECOND_READ),
    ],
)
def test_a_cell_is_in_the_answers_of_the_phases_that_show_it_and_in_no_other(
    world: World, callers: dict[str, Client], shown: tuple[str, ...], display: AiDisplay
) -> None:
    ImagingStudy.objects.filter(pk=world.a.imaging_study.pk).update(study_date=DAY)
    ImagingStudy.objects.filter(pk=world.a.further[0].pk).update(study_date=FURTHER_DAY)
    CasePrior.objects.create(case=world.a.cases[0], imaging_study=world.b.imaging_study, position=1)
    ReaderStudy.objects.filter(pk=world.a.reader_study.pk).update(shows_priors=True)
    show_ai(world.a, display)
    phase_by_phase(world.a, *shown)
    reading = Reading(world, callers)
    session = reading.whole(display)
    assert set(session) == {FIRST, SIGNED} | ({SECOND} if display == AiDisplay.SECOND_READ else set())
    for phase, answers in session.items():
        assert len(answers) > 100
        for what, value in never(world).items():
            assert found(answers, value) == [], (phase, what)
        for cell, values in planted(world).items():
            is_shown = phase in shown and phase in CELLS[cell].phases
            for value in values:
                assert bool(found(answers, value)) == is_shown, (phase, cell, value, found(answers, value))
        assert reading.prior_images[phase] == ({200} if phase in shown else {404}), phase


def test_what_is_shown_comes_with_the_read_is_not_kept_and_names_nobody(
    world: World, callers: dict[str, Client]
) -> None:
    phase_by_phase(world.a, *PHASES)
    opened = callers["reader"].post(f"/api/v1/assignments/{world.a.read.assignment_id}/open", {}, "application/json")
    read = callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}")
    signed = write(callers["reader"], world.a, "sign", 1)
    for answer in (opened, read, signed):
        assert answer.status_code == 200, answer.content
        assert answer["Cache-Control"] == "no-store"
        assert answer.json()["particulars"] == {
            "patient": {"sex": "F", "age": "57 years"},
            "further_imaging_studies": [
                {
                    "study_instance_uid": world.a.further[0].study_instance_uid,
                    "study_date": None,
                    "site": {
                        "institution": "InstitutionCanary",
                        "station": "FURTHERSTATION",
                        "manufacturer": "ManufacturerCanary",
                        "model": "ModelCanary",
                    },
                    "clinical_text": {
                        "study_description": "FurthertextCanary of […]",
                        "series": [
                            {
                                "series_instance_uid": world.a.further[1].series_instance_uid,
                                "description": "SeriestextCanary of […]",
                            }
                        ],
                    },
                }
            ],
            "study_date": None,
            "site": {
                "institution": "InstitutionCanary",
                "station": "STATIONCANARY",
                "manufacturer": "ManufacturerCanary",
                "model": "ModelCanary",
            },
            "case_text": {"version": 1, "text": "Cough for weeks.\nClinicalcanary-a: nodule?"},
            "prevalence": {"positives": 1, "cases": 1} if answer is signed else None,
            "ai_cells": ["ai_scores", "ai_marks"] if answer is signed else [],
            "other_readers_shown": answer is signed,
            "priors_shown": [],
            "clinical_text": {
                "study_description": "StudytextCanary of […], […]",
                "series": [
                    {
                        "series_instance_uid": world.a.series.series_instance_uid,
                        "description": "SeriestextCanary of […]",
                    }
                ],
            },
        }


def test_what_others_answered_comes_in_words_under_letters_and_is_an_event(
    world: World, callers: dict[str, Client]
) -> None:
    path = f"/api/v1/reads/{world.a.read.pk}/other-readers"
    phase_by_phase(world.a, *PHASES)
    assert callers["reader"].get(path).status_code == 404
    assert write(callers["reader"], world.a, "sign", 1).status_code == 200
    answer = callers["reader"].get(path)
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == [
        {
            "name": "Reader A",
            "answers": [
                {"question": "Nodule present?", "answer": "Yes"},
                {"question": "How sure?", "answer": "37"},
                {"question": "Mark the nodules.", "answer": "nodule, confidence 80"},
            ],
        }
    ]
    assert Event.objects.filter(action="read.others_shown", actor=world.a.reader).count() == 1
    # A read that is open again is not to be changed by what others said.
    world.a.reader_study.assignments.filter(read=world.a.other_read).update(state="REOPENED")
    assert callers["reader"].get(path).json() == []


def test_the_prevalence_waits_for_the_last_signature_and_the_lock(world: World, callers: dict[str, Client]) -> None:
    phase_by_phase(world.a, *PHASES)
    assert write(callers["reader"], world.a, "sign", 1).status_code == 200
    path = f"/api/v1/reads/{world.a.read.pk}"
    looks = Event.objects.filter(action="reference_standard.view", actor=world.a.reader)
    before = looks.count()

    def told() -> Any:
        return callers["reader"].get(path).json()["particulars"]["prevalence"]

    assert told() == {"positives": 1, "cases": 1}
    assert looks.count() == before + 1
    own = world.a.reader_study.assignments.get(read=world.a.read)
    another = Case.objects.create(
        reader_study=world.a.reader_study, imaging_study=world.b.imaging_study, name="Case 900", position=2
    )
    left = Assignment.objects.create(
        reader_study=own.reader_study, reader=own.reader, case=another, arm=own.arm, session=own.session, position=9
    )
    assert told() is None
    Assignment.objects.filter(pk=left.pk).update(state="VOID")
    assert told() is not None
    DesignVersion.objects.create(
        reader_study=world.a.reader_study,
        version=99,
        content={**single_design(), "training": [str(own.case_id)]},
        created_by=world.a.coordinator,
    )
    assert told() is None, "a training case is none of those that count"


def test_with_past_reads_hidden_the_signature_is_the_last_answer_and_tells_nothing(
    world: World, callers: dict[str, Client]
) -> None:
    show_ai(world.a, AiDisplay.CONCURRENT)
    phase_by_phase(world.a, *PHASES)
    hidden = {"FIRST": HIDDEN, "SECOND": HIDDEN, "SIGNED": HIDDEN}
    arm = world.a.reader_study.arms.get()
    world.a.reader_study.arms.update(blinding=arm.blinding | {"own_past_reads": hidden})
    reading = Reading(world, callers)
    reading.step("sign", 1, SIGNED)
    reading.look(SIGNED)
    for cell, values in planted(world).items():
        for value in values:
            assert found(reading.answers[SIGNED], value) == [] or cell == "priors", cell
    assert callers["reader"].get(f"/api/v1/reads/{world.a.read.pk}").status_code == 404
