"""Opening, saving and signing: nothing acknowledged is lost or overwritten."""

import copy
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.api.labels import LabelOutput
from annotations.models import Assignment, AssignmentState, Provenance, Read, Revision, RevisionKind
from annotations.services import reads
from annotations.services.reader_studies import reader_study_close
from portal.audit.models import Event
from portal.audit.verify import broken_links
from portal.errors import Conflict, Invalid
from portal.imaging.frame_places import frame_places
from portal.imaging.models import Instance
from portal.imaging.services import metadata
from tests.annotations.building import COMPLETE, Built, content, finding, launched, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> Built:
    return launched()


@pytest.fixture
def read(built: Built) -> Read:
    return built.open(built.readers[0])


def draft_of(read: Read, payload: dict[str, Any], base: int, **more: Any) -> Revision:
    return reads.read_save_draft(by=read.assignment.reader, read=read, save=save(payload, base, **more))


def sign(read: Read, payload: dict[str, Any], base: int, **more: Any) -> Revision:
    return reads.read_sign(by=read.assignment.reader, read=read, save=save(payload, base, **more))


def test_opening_again_gives_the_same_read(built: Built) -> None:
    first = built.open(built.readers[0])
    assert built.open(built.readers[0]).pk == first.pk
    assert built.assignment(built.readers[0], 1).state == AssignmentState.OPEN
    assert Read.objects.count() == 1


def test_cases_are_opened_in_the_drawn_order(built: Built) -> None:
    reader = built.readers[0]
    with pytest.raises(Conflict) as refused:
        built.open(reader, 2)
    assert refused.value.code == "out_of_order"
    built.open(reader, 1)
    assert built.open(reader, 2).assignment.position == 2


def test_every_save_is_a_new_revision_with_its_audit_event(read: Read) -> None:
    draft_of(read, content(confidence=10), 0)
    draft_of(read, content(confidence=20), 1)
    signed = sign(read, content(**COMPLETE), 2)
    assert list(read.revisions.values_list("number", "base_number", "kind")) == [
        (1, 0, "DRAFT"),
        (2, 1, "DRAFT"),
        (3, 2, "SIGNED"),
    ]
    events = Event.objects.filter(object_id=str(read.pk)).order_by("sequence")
    assert [event.action for event in events] == ["read.open", "read.save", "read.save", "read.sign"]
    assert [event.detail.get("revision") for event in events] == [None, 1, 2, 3]
    read.refresh_from_db()
    assert (read.signed_revision, read.revision_number) == (signed, 3)
    assert list(broken_links()) == []


def test_a_stale_base_is_refused_with_the_newer_content(read: Read) -> None:
    draft_of(read, content(confidence=10), 0)
    with pytest.raises(Conflict) as refused:
        draft_of(read, content(confidence=99), 0)
    assert refused.value.code == "stale_revision"
    assert refused.value.extra == {
        "current_revision": 1,
        "current_payload": content(confidence=10),
        "base_payload": content(),
    }
    assert read.revisions.count() == 1


def test_a_base_from_the_future_is_stale_too(read: Read) -> None:
    with pytest.raises(Conflict) as refused:
        draft_of(read, content(), 7)
    assert refused.value.code == "stale_revision"


def test_the_same_key_again_gives_the_first_answer(read: Read) -> None:
    key = str(uuid.uuid4())
    first = draft_of(read, content(confidence=10), 0, key=key)
    draft_of(read, content(confidence=20), 1)
    again = draft_of(read, content(confidence=10), 0, key=key)
    assert again.pk == first.pk
    assert read.revisions.count() == 2


def test_the_same_key_with_other_content_is_refused(read: Read) -> None:
    key = str(uuid.uuid4())
    draft_of(read, content(confidence=10), 0, key=key)
    attempts = (
        lambda: draft_of(read, content(confidence=11), 1, key=key),
        lambda: sign(read, content(confidence=10), 1, key=key),
    )
    for attempt in attempts:
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "idempotency_mismatch"


def test_signing_freezes_the_read(read: Read) -> None:
    key = str(uuid.uuid4())
    signed = sign(read, content(**COMPLETE), 0, key=key)
    for attempt in (draft_of, sign):
        with pytest.raises(Conflict) as refused:
            attempt(read, content(**COMPLETE), 1)
        assert refused.value.code == "wrong_state"
    assert sign(read, content(**COMPLETE), 0, key=key).pk == signed.pk
    assert read.revisions.count() == 1
    assert Assignment.objects.get(pk=read.assignment_id).state == AssignmentState.SIGNED


def on_known_planes(read: Read, monkeypatch: pytest.MonkeyPatch, folder: Path, *, orientation: bool = True) -> None:
    """The metadata of the case's only image as it is kept once the series was shown: an axial plane at z = 3 mm."""
    monkeypatch.setattr(settings, "VAR_DIR", folder)
    instance = Instance.objects.select_related("series").get(series__imaging_study=read.assignment.case.imaging_study)
    row: dict[str, Any] = {"00080018": {"Value": [instance.sop_instance_uid]}, "00200032": {"Value": [-10, -20, 3]}}
    if orientation:
        row["00200037"] = {"Value": [1, 0, 0, 0, 1, 0]}
    kept = metadata._places_file(metadata._kept(instance.series))
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps(frame_places([row])))


def length_at(read: Read, z_mm: float) -> dict[str, Any]:
    one = finding(read.assignment.case)
    one["marks"][0]["geometry"] |= {"kind": "LENGTH", "points_mm": [[1.0, 2.0, z_mm], [4.0, 6.0, z_mm]]}
    one["marks"][0]["measurements"] = {"length_mm": 5.0}
    return one


def test_a_mark_off_the_image_that_it_names_is_refused(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_known_planes(read, monkeypatch, tmp_path)
    draft_of(read, content(length_at(read, 3)), 0)
    with pytest.raises(Invalid) as refused:
        draft_of(read, content(length_at(read, 3), length_at(read, 43)), 1)
    found = [(error["field"], error["code"]) for error in refused.value.errors]
    assert found == [("findings[1].marks[0].geometry", "not_on_image")]
    assert read.revisions.count() == 1


def test_a_mark_that_was_stored_before_planes_were_asked_for_stays_and_can_be_signed(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stored = length_at(read, 43)
    draft_of(read, content(stored), 0)
    on_known_planes(read, monkeypatch, tmp_path)
    draft_of(read, content(stored, confidence=10), 1)
    draft_of(read, content(), 2)
    # Brought back by undo, one end of it moved within the plane where it lay, and pulled towards the image's.
    draft_of(read, content(stored), 3)
    moved = length_at(read, 43) | {"id": stored["id"]}
    moved["marks"][0] |= {"id": stored["marks"][0]["id"], "measurements": {"length_mm": 10.0}}
    moved["marks"][0]["geometry"]["points_mm"] = [[1.0, 2.0, 43], [7.0, 10.0, 43]]
    draft_of(read, content(moved), 4)
    moved["marks"][0]["geometry"]["points_mm"] = [[1.0, 2.0, 30], [7.0, 10.0, 30]]
    draft_of(read, content(moved), 5)
    sign(read, content(moved, **COMPLETE), 6)


def test_a_mark_that_was_off_its_image_gets_no_farther(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stored = length_at(read, 43)
    draft_of(read, content(stored), 0)
    on_known_planes(read, monkeypatch, tmp_path)
    farther, copied = copy.deepcopy(stored), copy.deepcopy(stored)
    farther["marks"][0]["geometry"]["points_mm"] = [[1.0, 2.0, 44], [4.0, 6.0, 44]]
    copied["marks"][0]["id"] = str(uuid.uuid4())
    for wrong in (farther, copied):
        with pytest.raises(Invalid, match="does not lie on the image"):
            draft_of(read, content(wrong), 1)


def test_where_a_mark_has_lain_is_picked_out_by_the_database(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """However many revisions there are, none but the newest is read whole; also a finding of version 1 is found."""
    old = length_at(read, 43)
    mark = old["marks"][0]
    first = {name: old[name] for name in ("question", "code", "confidence")}
    first |= {"id": mark["id"], "geometry": mark["geometry"], "measurements": mark["measurements"]}
    # As an earlier version of the portal has stored it.
    Revision.objects.create(
        read=read,
        number=1,
        base_number=0,
        kind=RevisionKind.DRAFT,
        author=read.assignment.reader,
        payload={"version": 1, "answers": {}, "findings": [first]},
        digest="0" * 64,
        idempotency_key="old",
    )
    read.revision_number = 1
    read.save()
    for number in (1, 2, 3):
        draft_of(read, content(confidence=number), number)
    on_known_planes(read, monkeypatch, tmp_path)
    with CaptureQueriesContext(connection) as queries:
        draft_of(read, content(old), 4)
    asked = [one["sql"] for one in queries if "FROM annotations_revision" in one["sql"]]
    assert len(asked) == 1
    assert "SELECT DISTINCT place" in asked[0]


def test_where_the_plane_is_not_known_nothing_is_refused(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_known_planes(read, monkeypatch, tmp_path, orientation=False)
    draft_of(read, content(length_at(read, 43)), 0)


def test_asking_for_the_plane_takes_no_query_more(read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with CaptureQueriesContext(connection) as unknown:
        draft_of(read, content(length_at(read, 3)), 0)
    on_known_planes(read, monkeypatch, tmp_path)
    with CaptureQueriesContext(connection) as known:
        draft_of(read, content(length_at(read, 3)), 1)
    assert len(known) <= len(unknown)


def test_an_incomplete_read_cannot_be_signed_and_nothing_is_stored(read: Read) -> None:
    with pytest.raises(Invalid) as refused:
        sign(read, content(nodule_present=True), 0)
    assert refused.value.code == "incomplete"
    assert [error["field"] for error in refused.value.errors] == ["confidence"]
    assert read.revisions.count() == 0
    assert Assignment.objects.get(pk=read.assignment_id).state == AssignmentState.OPEN


def test_a_mark_on_another_case_is_refused(built: Built, read: Read) -> None:
    other = next(case for case in built.cases if case.pk != read.assignment.case_id)
    with pytest.raises(Invalid) as refused:
        draft_of(read, content(finding(other)), 0)
    assert [error["code"] for error in refused.value.errors] == ["not_in_case"]
    draft_of(read, content(finding(read.assignment.case)), 0)


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
def test_text_that_postgresql_cannot_hold_is_refused(read: Read, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        draft_of(read, {**content(), "note": text}, 0)
    assert refused.value.code == "invalid_payload"


def test_a_closed_reader_study_takes_no_more_saves(built: Built, read: Read) -> None:
    draft_of(read, content(confidence=10), 0)
    reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    late = Read.objects.select_related("assignment__reader_study", "assignment__reader").get(pk=read.pk)
    with pytest.raises(Conflict) as refused:
        draft_of(late, content(confidence=11), 1)
    assert refused.value.code == "wrong_state"


def test_readers_do_not_see_each_others_content(built: Built) -> None:
    first, second = (built.open(reader) for reader in built.readers)
    draft_of(first, content(confidence=10), 0)
    assert reads.current_payload(second) == content()


def test_provenance_says_who_made_the_content(read: Read) -> None:
    revision = reads.read_sign(
        by=read.assignment.reader, read=read, save=save(content(**COMPLETE)), provenance=Provenance.SIMULATED
    )
    assert revision.provenance == "SIMULATED"


def test_a_revision_of_version_1_is_read_as_the_newest_and_stays_as_it_is(read: Read) -> None:
    marked = finding(read.assignment.case)
    (mark,) = marked.pop("marks")
    old = {**marked, "geometry": mark["geometry"], "measurements": {"length_mm": None}}
    del old["answers"]
    stored = {"version": 1, "answers": COMPLETE, "findings": [old]}
    Revision.objects.create(
        read=read,
        number=1,
        base_number=0,
        kind=RevisionKind.DRAFT,
        author=read.assignment.reader,
        payload=stored,
        digest="0" * 64,
        idempotency_key="old",
    )
    Read.objects.filter(pk=read.pk).update(revision_number=1)
    read.refresh_from_db()
    newest = reads.current_payload(read)
    assert (newest["version"], newest["ai_decisions"]) == (3, [])
    assert newest["findings"][0]["marks"] == [{"id": old["id"], "geometry": mark["geometry"], "measurements": {}}]
    revision = Revision.objects.get(read=read, number=1)
    assert revision.payload == stored
    assert LabelOutput(revision).data["findings"] == newest["findings"]
    sign(read, newest, 1)
