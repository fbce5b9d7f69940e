"""An exported trail: any single change of it is found by the script that travels with it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.services.reads import read_save_draft, read_sign
from portal.audit.export import export_lines
from portal.audit.offline_verifier import canonical_json, main, verify_file
from portal.audit.services import checkpoint_write
from tests.annotations.building import COMPLETE, content, launched, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail() -> list[bytes]:
    """The lines of a small trail."""
    built = launched(cases=2)
    for reader in built.readers:
        read = built.open(reader)
        read_save_draft(by=reader, read=read, save=save(content(confidence=1)))
        read_sign(by=reader, read=read, save=save(content(**COMPLETE), 1))
        checkpoint_write()
    return list(export_lines(f"reader-study:{built.reader_study.pk}"))


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a JSON document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inside for place in places_in(one, (*path, key)))]


def changed(line: bytes, draw: st.DataObject) -> bytes:
    """The line with one value somewhere in it replaced."""
    document = json.loads(line)
    *above, last = draw.draw(st.sampled_from([place for place in places_in(document) if place]))
    holder = document
    for key in above:
        holder = holder[key]
    other: st.SearchStrategy[Any] = (
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just({}) | st.just([])
    )
    holder[last] = draw.draw(other.filter(lambda value: canonical_json(value) != canonical_json(holder[last])))
    return canonical_json(document).encode() + b"\n"


def mutated(lines: list[bytes], draw: st.DataObject) -> list[bytes]:
    """The lines with one of them changed, deleted, inserted twice, or moved."""
    kind = draw.draw(st.sampled_from(["change", "flip", "delete", "insert", "move"]))
    at = draw.draw(st.integers(0, len(lines) - 1))
    rest = lines[:at] + lines[at + 1 :]
    to = draw.draw(st.integers(0, len(rest)).filter(lambda place: place != at))
    if kind == "change":
        return [*lines[:at], changed(lines[at], draw), *lines[at + 1 :]]
    if kind == "flip":
        line = bytearray(lines[at])
        byte = draw.draw(st.integers(0, len(line) - 1))
        line[byte] ^= 1 << draw.draw(st.integers(0, 7))
        return [*lines[:at], bytes(line), *lines[at + 1 :]]
    if kind == "delete":
        return rest
    into = lines if kind == "insert" else rest
    return [*into[:to], lines[at], *into[to:]]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_any_single_change_is_found(trail: list[bytes], tmp_path: Path, draw: st.DataObject) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(mutated(trail, draw)))
    assert verify_file(path)


def test_the_trail_as_it_was_written_is_whole(trail: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(trail))
    assert verify_file(path) == []
    assert main([str(path)]) == 0


@pytest.mark.parametrize("kind", ["event", "annotations.Revision"])
def test_a_change_is_named_at_its_place_even_when_the_manifest_is_made_anew(
    trail: list[bytes], tmp_path: Path, kind: str
) -> None:
    number, line = next(
        (n, json.loads(raw))
        for n, raw in enumerate(trail)
        if kind in (json.loads(raw)["kind"], json.loads(raw).get("table"))
    )
    line["detail" if kind == "event" else "values"] = {"heads": {}}
    lines = [*trail[:number], canonical_json(line).encode() + b"\n", *trail[number + 1 :]]
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(lines))
    place = (
        f"{line['stream']}: event {line['sequence']} has been altered" if kind == "event" else f"{line['id']}: the row"
    )
    assert any(place in problem for problem in verify_file(path))


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    call_command("export_audit", "--out", tmp_path / "trail")
    with pytest.raises(CommandError, match="already there"):
        call_command("export_audit", "--out", tmp_path / "trail")


def test_what_is_no_trail_gets_an_answer_not_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in {"empty": b"", "noise": b"\xff\x00\n[]\n{}\n", "list": b'[1]\n"x"\nnull\n'}.items():
        (tmp_path / name).write_bytes(text)
        assert main([str(tmp_path / name)]) == 1
        assert "line" in capsys.readouterr().out
    assert main([str(tmp_path / "missing")]) == 2


def test_an_export_of_version_1_verifies_as_it_did(tmp_path: Path) -> None:
    """It was written before events said what a row was before: of a row that moved the newest event counts."""
    old = Path(__file__).parent / "trail-version-1.jsonl"
    assert json.loads(old.read_bytes().splitlines()[0])["version"] == 1
    assert verify_file(old) == []
    lines = old.read_bytes().splitlines(keepends=True)
    (number, read) = next(
        (number, line) for number, line in enumerate(map(json.loads, lines)) if line.get("table") == "annotations.Read"
    )
    read["values"]["revision_number"] = 1
    changed = tmp_path / "changed.jsonl"
    changed.write_bytes(b"".join([*lines[:number], canonical_json(read).encode() + b"\n", *lines[number + 1 :]]))
    assert any(f"annotations.Read {read['id']}: the row is not what" in one for one in verify_file(changed))
