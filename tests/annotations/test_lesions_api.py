"""Three readers, four cases, known lesions: matched, corrected, decided by a rule, judged, kept with their origin."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from annotations.models import LesionCorrection, Membership, Read, ReferenceStandard, Revision
from annotations.selectors.lesions import signed_findings
from annotations.selectors.truth import truths_of
from annotations.services.reader_studies import label_schema_put, reader_study_launch
from annotations.services.reads import read_sign
from annotations.services.reference_segments import reference_segment_read
from annotations.services.truth import reference_standard_lock
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.audit.verify import trail_verify
from portal.imaging.segments import encode
from tests.annotations.building import (
    CALL,
    NODULES,
    RATING,
    Built,
    content,
    draft,
    finding,
    launched,
    mark,
    person,
    save,
)
from tests.annotations.reference_jobs import seen, storing
from tests.annotations.segment_building import COLUMNS, ROWS, change, put, segment_mark
from tests.annotations.test_adjudication import client_of, decide, path, to_judge

pytestmark = pytest.mark.django_db

Point = tuple[float, float, float]
# Case -> for each reader, whether there is something, and the points marked.
SIGNED: dict[str, list[tuple[bool, list[Point]]]] = {
    # One lesion of all three, its marks at most 5 mm apart, and one that the third alone marks.
    "Case 001": [(True, [(0, 0, 0)]), (True, [(3, 0, 0)]), (True, [(0, 4, 0), (100, 0, 0)])],
    # One lesion of two, 8 mm apart.
    "Case 002": [(True, [(0, 0, 0)]), (True, [(8, 0, 0)]), (False, [])],
    "Case 003": [(False, []), (False, []), (False, [])],
    # Nobody says that there is something, and two mark it.
    "Case 004": [(False, [(1, 1, 1)]), (False, [(1, 1, 1)]), (False, [])],
}
RULE = {"kind": "MAJORITY", "question": "nodule_present", "lesions": {"question": "nodules"}}


def sign(built: Built, reader: User, read: Read, present: bool, points: list[Point]) -> None:
    case = read.assignment.case
    findings = []
    for point in points:
        one = mark(case)
        one["geometry"]["points_mm"] = [list(point)]
        findings.append(finding(case, marks=[one]))
    answers = content(*findings, nodule_present=present, confidence=50)
    read_sign(by=reader, read=read, save=save(answers))


@pytest.fixture
def built() -> Built:
    built = launched(cases=4, readers=3)
    for number, reader in enumerate(built.readers):
        for position in range(1, 5):
            read = built.open(reader, position)
            sign(built, reader, read, *SIGNED[read.assignment.case.name][number])
    return built


def send(built: Built, rest: str, body: dict[str, Any]) -> Any:
    return client_of(built.coordinator).post(path(built, rest), body, format="json")


def preview(built: Built, **changes: Any) -> dict[str, Any]:
    shown = seen(client_of(built.coordinator), send(built, "consensus/preview", RULE | changes))
    return shown | {"by_case": {one["case"]: one for one in shown["cases"]}}


def store(built: Built, **changes: Any) -> Any:
    job = storing(client_of(built.coordinator), preview(built, **changes))
    assert job.state == "SUCCEEDED", job.error_detail
    return client_of(built.coordinator).get(path(built, "reference-standards")).json()["versions"][0]


def lesions(shown: dict[str, Any], case: str) -> list[tuple[int, int, str, str]]:
    """How many marked each lesion and how many did not, and what it came to."""
    found = shown["by_case"][case]["matching"]["lesions"]
    return [(len(one["marks"]), len(one["unmarked"]), one["outcome"], one["reason"]) for one in found]


def groups_of(shown: dict[str, Any], case: str) -> list[list[str]]:
    return [[one["key"] for one in lesion["marks"]] for lesion in shown["by_case"][case]["matching"]["lesions"]]


def correct(built: Built, case: str, groups: list[list[str]] | None, base: int = 0, **changes: Any) -> Any:
    case_id = next(str(one.pk) for one in built.cases if one.name == case)
    body = {"case_id": case_id, "arm": "A", "question": "nodules", "base_number": base, "groups": groups}
    return send(built, "lesion-corrections", {**body, "reason": "Seen on the images.", **changes})


def test_known_lesions_of_four_cases(built: Built) -> None:
    shown = preview(built)
    assert lesions(shown, "Case 001") == [(3, 0, "POSITIVE", "AGREED"), (1, 2, "NEGATIVE", "BY_RULE")]
    assert lesions(shown, "Case 002") == [(2, 1, "POSITIVE", "BY_RULE")]
    assert lesions(shown, "Case 003") == []
    assert lesions(shown, "Case 004") == [(2, 1, "POSITIVE", "BY_RULE")]
    first = shown["by_case"]["Case 001"]["matching"]["lesions"][0]
    assert first["largest_distance_mm"] == 5
    assert first["places"][0]["geometry"]["points_mm"] == [[1, 1.333, 0]]
    assert shown["by_case"]["Case 002"]["matching"]["lesions"][0]["largest_distance_mm"] == 8
    outcome = shown["by_case"]["Case 004"]
    assert (outcome["outcome"], outcome["reason"], outcome["truth"]) == ("ADJUDICATION", "CONTRADICTED", None)
    assert shown["counts"]["contradicted"] == 1
    assert shown["rule"]["lesions"] == {
        "question": "nodules", "criterion": "DISTANCE", "max_distance_mm": 10, "min_iou": None, "voxels": "MAJORITY",
    }  # fmt: skip
    near = preview(built, lesions={"question": "nodules", "max_distance_mm": 7})
    assert [row[:2] for row in lesions(near, "Case 002")] == [(1, 2), (1, 2)], "8 mm are more than 7"
    every = preview(built, kind="ANY")
    assert [row[2] for row in lesions(every, "Case 001")] == ["POSITIVE", "POSITIVE"]
    panel = [{"user_id": str(reader.pk)} for reader in built.readers[:2]]
    assert lesions(preview(built, readers=panel), "Case 001") == [(2, 0, "POSITIVE", "AGREED")]


@pytest.mark.parametrize("rule", ["MAJORITY", "STAPLE"])
def test_painted_segments_come_to_one_that_is_stored_with_the_truth(rule: str) -> None:
    """Three bands of 4 by 4 voxels, each a column further: columns 1 to 4 are in at least two of them."""
    built = draft(cases=1, readers=3)
    form = [CALL, RATING, {**NODULES, "tools": ["SEGMENT"]}]
    label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=form)
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    for first, reader in enumerate(built.readers):
        read, counts = built.open(reader, 1), band(first, first + 3)
        painted = segment_mark(read, put(read, change(read, counts)), counts)
        answers = content(finding(marks=[painted]), nodule_present=True, confidence=50)
        read_sign(by=reader, read=read, save=save(answers))
    asked = {"question": "nodules", "voxels": rule}
    (lesion,) = preview(built, lesions=asked)["by_case"]["Case 001"]["matching"]["lesions"]
    assert (len(lesion["marks"]), lesion["outcome"], lesion["smallest_iou"]) == (3, "POSITIVE", round(8 / 24, 4))
    store(built, lesions=asked)
    (truth,) = truths_of(reader_study=built.reader_study).values()
    geometry = truth.lesions[0]["marks"][0]["geometry"]
    assert (geometry["kind"], geometry["voxel_count"]) == ("SEGMENT", 16)
    (stored,) = json.loads(reference_segment_read(geometry["sha256"]))["slices"]
    assert stored["counts"] == band(1, 4)
    standard = ReferenceStandard.objects.get(reader_study=built.reader_study)
    reference_standard_lock(by=built.coordinator, standard=standard)


def test_an_adjudicator_sees_painted_segments_of_their_own_case_only() -> None:
    built = draft(cases=2, readers=2)
    form = [CALL, RATING, {**NODULES, "tools": ["SEGMENT"]}]
    label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=form)
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    for first, reader in enumerate(built.readers):
        for position in (1, 2):
            read, counts = built.open(reader, position), band(first, first + 2)
            painted = segment_mark(read, put(read, change(read, counts)), counts)
            answers = content(finding(marks=[painted]), nodule_present=True, confidence=50)
            read_sign(by=reader, read=read, save=save(answers))
    judge, stranger = person("judge"), person("judge-elsewhere")
    built.join(judge, Role.ADJUDICATOR)
    other = launched("elsewhere", cases=1, readers=1)
    Membership.objects.create(reader_study=other.reader_study, user=stranger, role=Role.ADJUDICATOR)
    store(built, lesions={"question": "nodules"})
    assert begin(built, open_cases=False, random_percent=100).status_code == 201
    first_case, second_case = to_judge(built, judge).values()

    def segments(case: str) -> dict[str, str]:
        (lesion,) = client_of(judge).get(f"/api/v1/adjudication-cases/{case}").json()["lesions"]
        assert all("segment_id" not in one for mark in lesion["marks"] for one in mark["segments"])
        assert all(mark["geometries"] == [] for mark in lesion["marks"])
        return {mark["reader"]: mark["segments"][0]["sha256"] for mark in lesion["marks"]}

    def got(user: User, case: str, sha256: str) -> Any:
        return client_of(user).get(f"/api/v1/adjudication-cases/{case}/segments/{sha256}")

    shown = segments(first_case)
    assert sorted(shown) == ["A", "B"]
    for sha256 in shown.values():
        answer = got(judge, first_case, sha256)
        assert answer.status_code == 200
        assert hashlib.sha256(answer.content).hexdigest() == sha256, "byte for byte what its reader painted"
        assert answer["Cache-Control"] == "no-store"
    seen = Event.objects.filter(action="adjudication.view_segment", actor=judge)
    assert {event.detail["sha256"] for event in seen} == set(shown.values())
    of_other_case = segments(second_case)["A"]
    assert got(judge, first_case, of_other_case).status_code == 404, "it is shown with the other case"
    assert got(judge, first_case, "0" * 64).status_code == 404
    assert got(stranger, first_case, shown["A"]).status_code == 404, "an adjudicator of another reader study"
    assert got(built.readers[0], first_case, shown["A"]).status_code == 403, "a reader judges nothing"

    for case in (first_case, second_case):
        assert decide(judge, case, "NEGATIVE").status_code == 200
    assert send(built, "adjudications/1/reference-standard", {}).status_code == 201
    assert begin(built, open_cases=False, random_percent=100, shows="ANSWERS").status_code == 201
    assert got(judge, next(iter(to_judge(built, judge).values())), shown["A"]).status_code == 404, "it shows no marks"


def band(first: int, last: int) -> list[int]:
    mask = np.zeros((ROWS, COLUMNS), dtype=np.uint8)
    mask[:4, first : last + 1] = 1
    return encode(mask.tobytes())


def test_what_is_stored_is_what_was_seen_and_names_its_reads(built: Built) -> None:
    shown = preview(built)
    version = store(built)
    assert version["rule"]["lesions"]["max_distance_mm"] == 10
    truths = {one.case.name: one for one in truths_of(reader_study=built.reader_study).values()}
    assert {name: (one.truth, len(one.lesions)) for name, one in truths.items()} == {
        "Case 001": (1, 1), "Case 002": (1, 1), "Case 003": (0, 0),
    }  # fmt: skip
    (lesion,) = truths["Case 001"].lesions
    assert (lesion["id"], lesion["code"]["meaning"], lesion["provenance"][0]["source"]) == ("L1", "nodule", "CONSENSUS")
    digests = set(Revision.objects.values_list("digest", flat=True))
    assert {read["digest"] for read in lesion["provenance"][0]["reads"]} <= digests
    assert not [reader for reader in built.readers if reader.username in str(lesion)]
    rows = client_of(built.coordinator).get(path(built, "reference-standards/1")).json()
    assert {row["case"]: row["matching"] for row in rows} == {
        name: one["matching"] for name, one in shown["by_case"].items()
    }
    standard = ReferenceStandard.objects.get(reader_study=built.reader_study)
    lock = reference_standard_lock(by=built.coordinator, standard=standard)
    assert lock.digest == standard.digest, "worked out again from the stored rows"
    assert trail_verify(scope=f"reader-study:{built.reader_study.pk}").problems == []


def test_a_correction_is_kept_with_who_and_why_and_changes_the_digest(built: Built) -> None:
    before = preview(built)
    one, other = groups_of(before, "Case 002")[0]
    answer = correct(built, "Case 002", [[one], [other]], reason=" Two nodules. ")
    assert answer.status_code == 201, answer.content
    row = answer.json()[0]
    assert (row["case"], row["number"], row["created_by"], row["reason"]) == (
        "Case 002", 1, built.coordinator.username, "Two nodules.",
    )  # fmt: skip
    after = preview(built)
    assert lesions(after, "Case 002") == [(1, 2, "NEGATIVE", "BY_RULE")] * 2
    assert after["by_case"]["Case 002"]["matching"]["correction"] == 1
    assert after["digest"] != before["digest"]
    old = storing(client_of(built.coordinator), before)
    assert (old.state, old.error_code) == ("FAILED", "preview_outdated")
    stale = correct(built, "Case 002", [[one, other]])
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")
    assert correct(built, "Case 002", None, base=1).status_code == 201, "back to the rule's own groups"
    assert lesions(preview(built), "Case 002") == lesions(before, "Case 002")
    history = client_of(built.coordinator).get(path(built, "lesion-corrections")).json()
    assert [row["number"] for row in history] == [2, 1]
    assert Event.objects.filter(action="lesions.correct").count() == 2
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM annotations_lesioncorrection")


def test_a_coordinator_sees_the_marks_of_a_case_as_they_were_drawn(built: Built) -> None:
    case = next(one for one in built.cases if one.name == "Case 002")
    shown = groups_of(preview(built), "Case 002")
    answer = client_of(built.coordinator).get(path(built, f"cases/{case.pk}/marks/A/nodules"))
    assert [one["key"] for one in answer.json()] == shown[0]
    assert [one["geometries"][0]["points_mm"] for one in answer.json()] == [[[0, 0, 0]], [[8, 0, 0]]]
    of_case = signed_findings(reader_study=built.reader_study, arm="A", question="nodules", case_id=case.pk)
    assert list(of_case) == [case.pk], "what was signed about other cases stays in the database"
    other = client_of(built.coordinator).get(path(built, f"cases/{case.pk}/marks/A/other"))
    assert (other.status_code, [one["geometries"] for one in other.json()]) == (200, [])


def test_a_far_mark_can_be_moved_and_a_readers_two_marks_stay_apart(built: Built) -> None:
    whole, alone = groups_of(preview(built), "Case 001")
    answer = correct(built, "Case 001", [whole + alone])
    assert (answer.status_code, answer.json()["code"]) == (400, "same_reader")
    moved = [[key for key in whole if key.split("/")[0] != alone[0].split("/")[0]] + alone]
    rest = [[key for key in whole if key not in moved[0]]]
    assert correct(built, "Case 001", moved + rest).status_code == 201
    assert [row[:2] for row in lesions(preview(built), "Case 001")] == [(3, 0), (1, 2)]
    others: list[list[list[str]]] = [[whole], [whole, alone, ["x/y"]], [[]]]
    for groups in others:
        answer = correct(built, "Case 001", groups, base=1)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "groups")
    assert correct(built, "Case 001", [whole, alone], base=1, reason="  ").status_code == 400
    assert LesionCorrection.objects.count() == 1


def test_a_read_signed_again_outdates_a_correction(built: Built) -> None:
    one, other = groups_of(preview(built), "Case 002")[0]
    correct(built, "Case 002", [[one], [other]])
    reader = built.readers[0]
    read = Read.objects.get(assignment__reader=reader, assignment__case__name="Case 002")
    client = client_of(built.coordinator)
    reopened = client.post(f"/api/v1/reads/{read.pk}/reopen", {"reason": "Another look."}, format="json")
    assert reopened.status_code == 200, reopened.content
    read.refresh_from_db()
    case = read.assignment.case
    moved = mark(case)
    moved["geometry"]["points_mm"] = [[1.0, 0.0, 0.0]]
    payload = content(finding(case, marks=[moved]), nodule_present=True, confidence=50)
    newest = Revision.objects.filter(read=read).order_by("-number").first()
    assert newest is not None
    read_sign(by=reader, read=read, save=save(payload, base=newest.number))
    matching = preview(built)["by_case"]["Case 002"]["matching"]
    assert (matching["correction"], matching["is_correction_outdated"], len(matching["lesions"])) == (1, True, 1)


@pytest.fixture
def judge(built: Built) -> User:
    judge = person("judge")
    built.join(judge, Role.ADJUDICATOR)
    return judge


def begin(built: Built, **changes: Any) -> Any:
    body = {"base_version": 1, "question": "Is there a nodule?", "seed": "fixed", "shows": "MARKS", **changes}
    return send(built, "adjudications", body)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"Case 004"}),
        ({"open_cases": False, "lesion_not_all": True}, {"Case 001", "Case 002", "Case 004"}),
        ({"open_cases": False, "lesion_distance_above_mm": 6}, {"Case 002"}),
        ({"open_cases": False, "lesion_distance_above_mm": 4.9}, {"Case 001", "Case 002"}),
        # Points have no area: nobody can say how far they overlap.
        ({"open_cases": True, "lesion_iou_below": 0.5}, {"Case 004"}),
    ],
)
def test_triggers_by_lesion(built: Built, judge: User, changes: dict[str, Any], expected: set[str]) -> None:
    store(built)
    answer = begin(built, **changes)
    assert answer.status_code == 201, answer.content
    assert set(to_judge(built, judge)) == expected


def test_an_adjudicator_decides_about_each_lesion_without_a_name(built: Built, judge: User) -> None:
    store(built)
    assert begin(built, open_cases=False, lesion_not_all=True).status_code == 201
    cases = to_judge(built, judge)
    answer = client_of(judge).get(f"/api/v1/adjudication-cases/{cases['Case 001']}")
    shown = answer.json()
    assert [mark["reader"] for mark in shown["lesions"][0]["marks"]] == ["A", "B", "C"]
    points = {mark["reader"]: mark["geometries"][0]["points_mm"][0] for mark in shown["lesions"][0]["marks"]}
    assert sorted(points.values()) == [[0, 0, 0], [0, 4, 0], [3, 0, 0]]
    secrets = [str(pk) for row in Revision.objects.values_list("pk", "read_id") for pk in row]
    secrets += [name for reader in built.readers for name in (reader.username, str(reader.pk))]
    secrets += [
        one["id"] for payload in Revision.objects.values_list("payload", flat=True) for one in payload["findings"]
    ]
    assert not [secret for secret in secrets if secret.encode() in answer.content]

    added = {"kind": "POINT", "points_mm": [[50.0, 0.0, 0.0]], "frame_of_reference_uid": None, "frame_number": 1}
    place = shown["lesions"][0]["marks"][0]["geometries"][0]
    added |= {name: place[name] for name in ("sop_instance_uid", "series_instance_uid")}
    taken: list[dict[str, Any]] = [
        {"lesion": "L1", "decision": "ACCEPTED", "outline": "B"},
        {"lesion": "L2", "decision": "REJECTED"},
        {"lesion": "J1", "decision": "ADDED", "geometry": added},
    ]
    body: dict[str, Any] = {"base_number": 0, "outcome": "POSITIVE", "comment": "Seen twice.", "lesions": taken}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"lesions": taken[:1]}, "not_all_decided"),
        ({"lesions": [taken[0] | {"outline": "Z"}, taken[1]]}, "unknown_outline"),
        ({"lesions": [taken[0], taken[1] | {"outline": "A"}]}, "not_accepted"),
        ({"outcome": "NEGATIVE"}, "not_positive"),
        ({"lesions": [*taken[:2], taken[2] | {"geometry": added | {"sop_instance_uid": "1.2.3"}}]}, "not_in_case"),
        ({"lesions": [*taken[:2], taken[2] | {"geometry": None}]}, "bad_shape"),
    ]
    for changes, code in wrong:
        refused = client_of(judge).post(
            f"/api/v1/adjudication-cases/{cases['Case 001']}/decision", body | changes, format="json"
        )
        assert (refused.status_code, refused.json()["code"]) == (400, code)
    stored = client_of(judge).post(f"/api/v1/adjudication-cases/{cases['Case 001']}/decision", body, format="json")
    assert stored.status_code == 200, stored.content
    assert [one["decision"] for one in stored.json()["decision"]["lesions"]] == ["ACCEPTED", "REJECTED", "ADDED"]
    mean = [{"lesion": "L1", "decision": "ACCEPTED", "outline": "MEAN"}]
    body = {"base_number": 0, "outcome": "POSITIVE", "comment": "One.", "lesions": mean}
    answer = client_of(judge).post(f"/api/v1/adjudication-cases/{cases['Case 002']}/decision", body, format="json")
    assert answer.status_code == 200, answer.content
    assert decide(judge, cases["Case 004"], "NEGATIVE").status_code == 200

    answer = send(built, "adjudications/1/reference-standard", {})
    assert answer.status_code == 201, answer.content
    truths = {one.case.name: one for one in truths_of(reader_study=built.reader_study).values()}
    assert {name: one.truth for name, one in truths.items()} == {
        "Case 001": 1, "Case 002": 1, "Case 003": 0, "Case 004": 0,
    }  # fmt: skip
    first, second = truths["Case 001"].lesions
    assert first["marks"][0]["geometry"]["points_mm"] == [points["B"]]
    assert (first["provenance"][0]["source"], len(first["provenance"][0]["reads"])) == ("ADJUDICATION", 3)
    assert (second["id"], second["marks"][0]["geometry"]["points_mm"]) == ("J1", [[50, 0, 0]])
    assert truths["Case 002"].lesions[0]["marks"][0]["geometry"]["points_mm"] == [[4, 0, 0]]
    assert trail_verify(scope=f"reader-study:{built.reader_study.pk}").problems == []


def test_marks_are_hidden_unless_the_round_shows_them(built: Built, judge: User) -> None:
    store(built)
    begin(built, shows="ANSWERS")
    case = to_judge(built, judge)["Case 004"]
    shown = client_of(judge).get(f"/api/v1/adjudication-cases/{case}").json()
    assert (len(shown["readers"]), shown["lesions"]) == (3, [])
    assert decide(judge, case, "POSITIVE").status_code == 200, "about the case alone"


def test_a_round_about_cases_alone_keeps_the_lesions_of_what_stays_positive(built: Built, judge: User) -> None:
    store(built)
    assert begin(built, shows="ANSWERS", random_percent=100).status_code == 201
    for name, case in (cases := to_judge(built, judge)).items():
        assert decide(judge, case, "POSITIVE" if name == "Case 001" else "NEGATIVE").status_code == 200
    own = mark(next(one for one in built.cases if one.name == "Case 004"))["geometry"]
    added = [{"lesion": "J1", "decision": "ADDED", "geometry": own}]
    body = {"base_number": 1, "outcome": "POSITIVE", "comment": "Here.", "lesions": added}
    url = f"/api/v1/adjudication-cases/{cases['Case 004']}/decision"
    assert client_of(judge).post(url, body, format="json").status_code == 200
    assert send(built, "adjudications/1/reference-standard", {}).status_code == 201
    truths = truths_of(reader_study=built.reader_study).values()
    assert {one.case.name: [lesion["id"] for lesion in one.lesions] for one in truths if one.truth} == {
        "Case 001": ["L1"], "Case 004": ["J1"],
    }  # fmt: skip


def test_marks_need_lesions_in_the_base(built: Built) -> None:
    store(built, lesions=None)
    answer = begin(built, random_percent=100)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_lesions")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"question": "confidence"}, "lesions.question"),
        ({"question": "nodules", "criterion": "IOU"}, "lesions.min_iou"),
        ({"question": "nodules", "min_iou": 0.5}, "lesions.min_iou"),
        ({"question": "nodules", "max_distance_mm": 0}, "lesions.max_distance_mm"),
        ({"question": "nodules", "criterion": "GUESS"}, "lesions.criterion"),
    ],
)
def test_what_does_not_fit_names_its_field(built: Built, asked: dict[str, Any], field: str) -> None:
    answer = send(built, "consensus/preview", RULE | {"lesions": asked})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_only_coordinators_correct(built: Built, judge: User) -> None:
    for user in (judge, built.readers[0]):
        client = APIClient()
        client.force_authenticate(user)
        assert client.get(path(built, "lesion-corrections")).status_code == 403
