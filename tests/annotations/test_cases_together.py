"""Several current imaging studies in a case: chosen by the coordinator, and refused where they do not fit."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext

from annotations.models import CaseImages, CasePrior
from annotations.models.case_images import MAXIMUM_CURRENT
from annotations.selectors.hanging import prior_candidates
from annotations.selectors.sampling import case_names_of
from annotations.services.cases import cases_with_images_put
from annotations.services.reader_studies import reader_study_launch
from portal.audit.models import Event
from portal.imaging.models import ImagingStudy
from tests.annotations.building import Built, draft, mirrored_study
from tests.annotations.test_designs_api import asking, study
from tests.annotations.test_protocol import protocol, section_of
from tests.annotations.test_sampling import frame_text, upload
from tests.annotations.together import another_study, client_of, joined, launched_together

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> Built:
    return draft(cases=2)


@pytest.fixture
def further(built: Built) -> ImagingStudy:
    return another_study(built.cases[0], "further")


def put(built: Built, status: int = 200, **body: Any) -> Any:
    address = f"/api/v1/reader-studies/{built.reader_study.pk}/cases"
    answer = client_of(built.coordinator).put(address, body, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def together(*studies: Any) -> dict[str, list[str]]:
    return {"imaging_study_ids": [str(getattr(one, "pk", one)) for one in studies]}


def firsts(built: Built) -> list[ImagingStudy]:
    return [case.imaging_study for case in built.cases]


def test_a_case_is_read_from_several_imaging_studies_in_order(built: Built, further: ImagingStudy) -> None:
    first, second = firsts(built)
    third = another_study(built.cases[0], "third")
    shown = put(built, cases=[together(first, third, further), together(second)], base=[str(first.pk), str(second.pk)])
    assert [case["name"] for case in shown] == ["Case 001", "Case 002"]
    assert [one["id"] for one in shown[0]["further_imaging_studies"]] == [str(third.pk), str(further.pk)]
    assert set(shown[0]["further_imaging_studies"][0]) == set(shown[0]["imaging_study"])
    assert shown[1]["further_imaging_studies"] == []
    detail = Event.objects.filter(action="cases.put").latest("created_at").detail
    assert detail["further"] == {str(first.pk): [str(third.pk), str(further.pk)]}
    # The order changes, then one goes: the case keeps its name.
    base = [together(first, third, further)["imaging_study_ids"], [str(second.pk)]]
    shown = put(built, cases=[together(second), together(first, further)], base=base)
    assert [case["name"] for case in shown] == ["Case 002", "Case 001"]
    assert [one["id"] for one in shown[1]["further_imaging_studies"]] == [str(further.pk)]


def test_the_short_form_is_one_imaging_study_each_and_takes_nothing_back(built: Built, further: ImagingStudy) -> None:
    first, second = firsts(built)
    flat = [str(first.pk), str(second.pk)]
    put(built, cases=[together(first, further), together(second)], base=flat)
    # Whoever does not know of the further one may not lose it.
    assert put(built, 409, imaging_study_ids=[*flat, str(mirrored_study("new").pk)], base=flat)["code"] == "stale_cases"
    assert CaseImages.objects.get().imaging_study == further
    # Sent once more because the answer was lost.
    assert put(built, cases=[together(first, further), together(second)], base=flat)[0]["further_imaging_studies"]
    known = [together(first, further)["imaging_study_ids"], [str(second.pk)]]
    shown = put(built, imaging_study_ids=[*flat, flat[0]], base=known)
    assert [case["further_imaging_studies"] for case in shown] == [[], []]


def test_what_does_not_belong_together_is_refused_with_its_place(built: Built, further: ImagingStudy) -> None:
    first, second = firsts(built)
    many = [another_study(built.cases[0], f"more-{number}") for number in range(MAXIMUM_CURRENT)]
    prior = another_study(built.cases[0], "prior")
    CasePrior.objects.create(case=built.cases[0], imaging_study=prior, position=1)
    place = "cases[0].imaging_study_ids"
    for cases, field, code in [
        ([together(first, second)], f"{place}[1]", "other_patient"),
        ([together(first, first)], f"{place}[1]", "current_twice"),
        (
            [together(second), together(first, further), together(further)],
            "cases[2].imaging_study_ids[0]",
            "current_twice",
        ),
        ([together(first, *many)], place, "too_many"),
        ([together(first, prior)], f"{place}[1]", "is_prior"),
        ([together(first, uuid.uuid4())], "imaging_study_ids", "unknown"),
    ]:
        refused = put(built, 400, cases=cases)
        assert (refused["errors"][0]["field"], refused["errors"][0]["code"]) == (field, code)
    assert put(built, cases=[together(first, *many[1:])])[0]["further_imaging_studies"][-1]["id"] == str(many[-1].pk)
    put(built, 400, cases=[{"imaging_study_ids": []}])
    put(built, 400)
    put(built, 400, cases=[together(first)], imaging_study_ids=[str(first.pk)])
    put(built, 400, cases=[together(first)], base="all")


def test_a_current_imaging_study_is_no_prior(built: Built, further: ImagingStudy) -> None:
    assert further in prior_candidates(case=built.cases[0])
    joined(built, further)
    assert further not in prior_candidates(case=built.cases[0])
    address = f"/api/v1/reader-studies/{built.reader_study.pk}/cases/{built.cases[0].pk}/priors"
    refused = client_of(built.coordinator).put(address, together(further), format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_priors")


def test_the_images_of_a_case_are_frozen_at_launch(built: Built, further: ImagingStudy) -> None:
    joined(built, further)
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    first, second = firsts(built)
    assert put(built, 409, cases=[together(first), together(second)])["code"] == "wrong_state"
    assert CaseImages.objects.get().imaging_study == further


def test_the_database_keeps_an_imaging_study_in_one_place(built: Built, further: ImagingStudy) -> None:
    joined(built, further)
    one, other = built.cases
    for case, images, position in [(other, further, 2), (one, mirrored_study("x"), 2), (one, mirrored_study("y"), 1)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseImages.objects.create(
                case=case, reader_study=built.reader_study, imaging_study=images, position=position
            )


def test_the_list_of_cases_asks_no_more_for_more_of_them() -> None:
    counts = []
    for size in (2, 6):
        made = draft(f"size-{size}", cases=size)
        pairs = [(one.imaging_study_id, another_study(one, f"{one.name}-{size}").pk) for one in made.cases]
        cases_with_images_put(by=made.coordinator, reader_study=made.reader_study, cases=pairs)
        with CaptureQueriesContext(connection) as queries:
            client_of(made.coordinator).get(f"/api/v1/reader-studies/{made.reader_study.pk}/cases")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_protocol_names_the_cases_of_several_imaging_studies_and_says_nothing_where_there_are_none(
    built: Built, further: ImagingStudy
) -> None:
    alone = section_of(protocol(built)["document"], "cases")
    assert len(alone["sentences"]) == 1
    assert [one["title"] for one in alone["tables"]] == ["Strata"]
    joined(built, further)
    cases = section_of(protocol(built)["document"], "cases")
    assert cases["sentences"][1].startswith("1 of them have several imaging studies")
    assert cases["tables"][1]["rows"] == [["Case 001", "2", "CT, CT"]]


def test_a_further_draw_takes_no_imaging_study_that_is_read_already_and_keeps_them_together(
    built: Built, further: ImagingStudy
) -> None:
    joined(built, further)
    ask, path = asking(built.coordinator), f"{study(built)}/sampling"
    new = mirrored_study("new")
    upload(built, frame_text([further, new]))
    wish = {"frame_number": 1, "columns": ["site"], "counts": [{"values": ["Bonn"], "count": 1}], "seed": "s"}
    seen = ask("POST", f"{path}/preview", wish)
    assert [one["study_instance_uid"] for one in seen["drawn"]] == [new.study_instance_uid]
    assert [one["eligible"] for one in seen["strata"]] == [0, 1], "the further one is a candidate no more"
    ask("POST", f"{path}/draws", {**wish, "preview_digest": seen["digest"]}, status=201)
    assert CaseImages.objects.get().imaging_study == further
    assert case_names_of(reader_study=built.reader_study)[further.study_instance_uid] == "Case 001"
    said = section_of(protocol(built)["document"], "sampling")["sentences"][0]
    assert said.startswith("1 case(s) were drawn from a frame of candidates, 2 chosen otherwise")


def test_the_table_is_added_to_a_filled_database() -> None:
    built = launched_together()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP TABLE annotations_caseimages")
    loader = MigrationLoader(connection)
    migration = loader.get_migration("annotations", "0030_case_images")
    state = loader.project_state([("annotations", "0029_truth_case_name")])
    with connection.schema_editor(atomic=False) as editor:
        migration.apply(state, editor)
    assert not CaseImages.objects.exists()
    assert built.open(built.readers[0]).assignment.case.further_imaging_studies == []
