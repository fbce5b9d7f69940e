"""Voxels beside a read: stored once, proven by their digest, and never named before they are there."""

import gzip
import json
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.models import Read, SegmentVersion
from annotations.services import reads, segment_files, segments
from annotations.services.reader_studies import reader_study_close
from portal.accounts.models import TokenScope
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.errors import Conflict, Invalid, PortalError
from portal.imaging.segments import decode, segment_text, slices_of
from tests.annotations.building import COMPLETE, Built, content, finding, launched, person, save
from tests.annotations.segment_building import change, digest_of, put, segment_mark, slice_of
from tests.permissions.world import bearer

pytestmark = pytest.mark.django_db
DISC, RING = [9, 2, 6, 2], [1, 3, 5, 3]


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: Any) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def built() -> Built:
    return launched()


@pytest.fixture
def read(built: Built) -> Read:
    return built.open(built.readers[0])


def draft(read: Read, payload: dict[str, Any], base: int = 0) -> Any:
    return reads.read_save_draft(by=read.assignment.reader, read=read, save=save(payload, base))


def marked(read: Read, version: SegmentVersion, counts: list[int], **other: Any) -> dict[str, Any]:
    return content(finding(question=None, code=None, marks=[segment_mark(read, version, counts, **other)]), **COMPLETE)


def files(var: Path) -> list[Path]:
    return sorted(path for path in (var / "segments").rglob("*") if path.is_file())


def refused(call: Any) -> str:
    with pytest.raises(PortalError) as caught:
        call()
    return caught.value.code


def test_a_version_is_a_file_that_its_digest_proves(read: Read, var: Path) -> None:
    version = put(read, change(read, DISC))
    assert (version.voxel_count, version.slice_count) == (4, 1)
    [file] = files(var)
    assert file.name == f"{version.sha256}.json.gz"
    assert file.stat().st_size == version.byte_count
    stored = json.loads(gzip.decompress(file.read_bytes()))
    mask = decode(stored["slices"][0]["counts"], stored["rows"] * stored["columns"])
    assert [divmod(index, stored["columns"]) for index, inside in enumerate(mask) if inside] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    ]
    assert Event.objects.filter(action="read.segment", object_id=str(read.pk)).count() == 1


def test_only_what_changed_is_sent_and_the_old_version_stays(read: Read, var: Path) -> None:
    first = put(read, change(read, DISC))
    second = put(read, change(read, RING, segment_id=first.segment_id, base_sha256=first.sha256))
    assert second.base_sha256 == first.sha256
    assert len(files(var)) == 2
    assert json.loads(segment_files.segment_read(read_id=read.pk, sha256=first.sha256))["slices"][0]["counts"] == DISC


def test_sending_again_stores_once(read: Read, var: Path) -> None:
    sent = change(read, DISC)
    assert put(read, sent).pk == put(read, sent).pk == put(read, sent._replace(idempotency_key="another-key")).pk
    assert len(files(var)) == SegmentVersion.objects.count() == 1
    other = change(read, RING, idempotency_key=sent.idempotency_key)
    assert refused(lambda: put(read, other)) == "idempotency_mismatch"


def test_voxels_that_are_not_those_of_the_digest_are_not_stored(read: Read, var: Path) -> None:
    assert refused(lambda: put(read, change(read, DISC, sha256="0" * 64))) == "digest_mismatch"
    assert files(var) == []


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"rows": 7}, "dimension_mismatch"),
        ({"rows": 8, "columns": 6}, "dimension_mismatch"),
        ({"series_instance_uid": "1.2.3"}, "not_in_case"),
        ({"changed": []}, "bad_shape"),
        ({"changed": [{"counts": [0, 1]}]}, "bad_shape"),
    ],
)
def test_slices_of_something_else(read: Read, other: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        put(read, change(read, DISC, **other))
    assert (caught.value.code, caught.value.errors[0]["code"]) == ("invalid_segment", code)


@pytest.mark.parametrize("frame", [2, 10**12])
def test_a_frame_that_is_not_there(read: Read, frame: int) -> None:
    entry = {**slice_of(read, DISC), "frame_number": frame}
    assert refused(lambda: put(read, change(read, DISC, changed=[entry]))) == "invalid_segment"


def test_a_segment_without_voxels_is_refused(read: Read) -> None:
    first = put(read, change(read, DISC))
    nothing = {"segment_id": first.segment_id, "base_sha256": first.sha256, "changed": [slice_of(read, [])]}
    assert refused(lambda: put(read, change(read, DISC, **nothing))) == "invalid_segment"


def test_a_base_that_is_not_stored(read: Read, built: Built) -> None:
    assert refused(lambda: put(read, change(read, DISC, base_sha256="f" * 64))) == "unknown_base"
    elsewhere = built.open(built.readers[1])
    theirs = put(elsewhere, change(elsewhere, DISC))
    own = change(read, DISC, segment_id=theirs.segment_id, base_sha256=theirs.sha256)
    assert refused(lambda: put(read, own)) == "unknown_base"


def test_a_draft_names_only_voxels_that_are_there(read: Read) -> None:
    version = put(read, change(read, DISC))
    unknown = {"sha256": digest_of(read, [slice_of(read, RING)])}
    assert refused(lambda: draft(read, marked(read, version, DISC, **unknown))) == "segment_unknown"
    another = {"segment_id": str(uuid.uuid4())}
    assert refused(lambda: draft(read, marked(read, version, DISC, **another))) == "segment_unknown"
    assert draft(read, marked(read, version, DISC)).number == 1


def test_a_draft_says_as_many_voxels_as_there_are(read: Read) -> None:
    version = put(read, change(read, DISC))
    assert refused(lambda: draft(read, marked(read, version, [0, 5]))) == "segment_mismatch"


def test_a_damaged_file_is_not_signed_and_sending_it_again_mends_it(read: Read, var: Path) -> None:
    sent = change(read, DISC)
    version = put(read, sent)
    [file] = files(var)
    for damage in (b"", b"not gzip", gzip.compress(b"{}"), file.read_bytes()[:-9]):
        file.write_bytes(damage)
        payload = marked(read, version, DISC)
        sign = save(payload, 0)
        assert refused(lambda sign=sign: reads.read_sign(by=read.assignment.reader, read=read, save=sign)) == (
            "segment_damaged"
        )
    file.unlink()
    segment_files.segment_write(read_id=read.pk, sha256=version.sha256, text=_text(read, version))
    assert reads.read_sign(by=read.assignment.reader, read=read, save=save(payload, 0)).number == 1


def _text(read: Read, version: SegmentVersion) -> str:
    return segment_text(
        series_instance_uid=version.series_instance_uid, rows=6, columns=8, slices=slices_of([slice_of(read, DISC)])
    )


def test_nothing_is_added_to_a_signed_read_or_a_closed_study(read: Read, built: Built) -> None:
    other = built.open(built.readers[1])
    reads.read_sign(by=read.assignment.reader, read=read, save=save(content(**COMPLETE)))
    assert refused(lambda: put(read, change(read, DISC))) == "wrong_state"
    reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    other.assignment.reader_study.refresh_from_db()
    with pytest.raises(Conflict):
        put(other, change(other, DISC))


def test_a_read_cannot_fill_the_disk(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    put(read, change(read, DISC))
    monkeypatch.setattr(segments, "MAXIMUM_BYTES_OF_READ", 10)
    assert refused(lambda: put(read, change(read, RING))) == "too_many_segments"


def test_a_full_disk_is_said(read: Read, monkeypatch: pytest.MonkeyPatch, var: Path) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert refused(lambda: put(read, change(read, DISC))) == "storage_full"
    assert files(var) == []


def request_of(read: Read, sent: segments.SegmentChange) -> tuple[str, dict[str, Any]]:
    body = {**sent._asdict()}
    segment_id = body.pop("segment_id")
    return reverse("read-segment", args=[read.pk, segment_id]), body


def test_the_voxels_come_back_byte_for_byte(read: Read, client: Client) -> None:
    client.force_login(read.assignment.reader)
    sent = change(read, DISC)
    url, body = request_of(read, sent)
    stored = client.put(url, body, content_type="application/json")
    assert stored.status_code == 200, stored.content
    assert (stored.json()["sha256"], stored.json()["voxel_count"]) == (sent.sha256, 4)
    got = client.get(f"{url}/{sent.sha256}")
    assert got.content.decode() == _text(read, SegmentVersion.objects.get())
    assert (got.headers["ETag"], got.headers["Content-Type"]) == (f'"{sent.sha256}"', "application/json")
    for odd in ("0" * 64, "x", "..%2F..%2Fsecrets.json", sent.sha256.upper()):
        assert client.get(f"{url}/{odd}").status_code == 404


@pytest.mark.parametrize(
    "hostile",
    [
        {"changed": [{"sop_instance_uid": "1.2", "frame_number": 1, "counts": [0, 10**30]}]},
        {"changed": "AAAA"},
        {"changed": {"counts": []}},
        {"rows": 10**9, "columns": 10**9},
        {"rows": -1},
        {"sha256": "../../../etc/passwd"},
        {"idempotency_key": "x"},
        {"series_instance_uid": "../.."},
        {"base_sha256": "nothing"},
    ],
)
def test_hostile_requests(read: Read, client: Client, var: Path, hostile: dict[str, Any]) -> None:
    client.force_login(read.assignment.reader)
    url, body = request_of(read, change(read, DISC))
    answer = client.put(url, {**body, **hostile}, content_type="application/json")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert files(var) == []


def test_an_api_client_gets_what_is_signed_and_nothing_else(read: Read, built: Built, client: Client) -> None:
    api_client = person("api-client")
    built.reader_study.memberships.create(user=api_client, role=Role.API_CLIENT)
    _, token = bearer(api_client, TokenScope.READ)
    kept, dropped = put(read, change(read, DISC)), put(read, change(read, RING))
    urls = [reverse("read-segment-version", args=[read.pk, one.segment_id, one.sha256]) for one in (kept, dropped)]

    def statuses() -> list[int]:
        return [client.get(url, headers={"Authorization": f"Bearer {token}"}).status_code for url in urls]

    draft(read, marked(read, kept, DISC))
    assert statuses() == [404, 404]
    reads.read_sign(by=read.assignment.reader, read=read, save=save(marked(read, kept, DISC), 1))
    assert statuses() == [200, 404]
