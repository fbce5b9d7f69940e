"""Archives: everything inside is found, nothing escapes, bombs stop."""

import os
import tarfile
import zipfile

import pytest

from portal.imaging import archives
from portal.imaging.archives import Found, NotTaken, walk
from tests.reader_studies import tar_of


@pytest.fixture
def outcome(tmp_path):
    """Walk one path and collect {name: content or reason code}."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def collect(path):
        met = {}
        for one in walk([(path.name, path)], scratch=scratch):
            met[one.name] = one.path.read_bytes() if isinstance(one, Found) else one.code
        assert list(scratch.iterdir()) == []
        return met

    return collect


def make_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def make_tar(path, entries, mode="w"):
    path.write_bytes(tar_of(entries.items(), mode))
    return path


def test_a_folder_is_walked_in_order_and_system_litter_is_left_out(tmp_path, outcome):
    folder = tmp_path / "scan"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "2.dcm").write_bytes(b"two")
    (folder / "a.dcm").write_bytes(b"one")
    (folder / ".DS_Store").write_bytes(b"litter")
    assert list(outcome(folder).items()) == [("scan/a.dcm", b"one"), ("scan/b/2.dcm", b"two")]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_tar_in_every_packing(tmp_path, outcome, mode):
    path = make_tar(tmp_path / "scan.tar", {"d/1.dcm": b"one", "d/2.dcm": b"two"}, mode)
    assert outcome(path) == {"scan.tar/d/1.dcm": b"one", "scan.tar/d/2.dcm": b"two"}


def test_zip(tmp_path, outcome):
    path = make_zip(tmp_path / "scan.zip", {"d/1.dcm": b"one", "__MACOSX/d/._1.dcm": b"litter"})
    assert outcome(path) == {"scan.zip/d/1.dcm": b"one"}


@pytest.mark.parametrize("name", ["../escape.dcm", "/etc/escape.dcm", "a/../../escape.dcm", "C:\\escape.dcm"])
def test_entries_that_point_outside_are_refused_and_the_rest_is_taken(tmp_path, outcome, name):
    for make, suffix in ((make_zip, "zip"), (make_tar, "tar")):
        path = make(tmp_path / f"slip.{suffix}", {name: b"evil", "good.dcm": b"good"})
        met = outcome(path)
        assert met.pop(f"slip.{suffix}/good.dcm") == b"good"
        assert list(met.values()) == ["archive_unsafe_name"]
    assert not (tmp_path.parent / "escape.dcm").exists()


def test_links_and_devices_in_a_tar_are_refused(tmp_path, outcome):
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind in (("sym", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("dev", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert set(outcome(path).values()) == {"not_a_regular_file"}


def test_a_zip_bomb_stops(tmp_path, outcome):
    path = make_zip(tmp_path / "bomb.zip", {"zeros.dcm": b"\0" * 200_000_000, "after.dcm": b"x"})
    assert path.stat().st_size < 300_000
    assert outcome(path) == {"bomb.zip": "archive_bomb"}


def test_a_tar_bomb_stops_even_in_entries_that_are_skipped(tmp_path, outcome):
    path = make_tar(tmp_path / "bomb.tar.xz", {"../zeros": b"\0" * 80_000_000, "after.dcm": b"x"}, "w:xz")
    assert outcome(path) == {"bomb.tar.xz": "archive_bomb"}


def test_too_many_entries_stop(tmp_path, outcome, monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    path = make_zip(tmp_path / "many.zip", {f"{n}.dcm": b"x" for n in range(5)})
    met = outcome(path)
    assert met["many.zip"] == "archive_too_many_entries"
    assert len(met) == 4


def test_archives_inside_archives_are_not_opened(tmp_path, outcome):
    inner = make_zip(tmp_path / "inner.zip", {"1.dcm": b"one"}).read_bytes()
    met = outcome(make_zip(tmp_path / "outer.zip", {"inner.zip": inner, "2.dcm": b"two"}))
    assert met == {"outer.zip/inner.zip": "archive_nested", "outer.zip/2.dcm": b"two"}


def test_damaged_encrypted_and_foreign_archives_are_refused_by_name(tmp_path, outcome):
    whole = make_tar(tmp_path / "whole.tar.gz", {"1.dcm": os.urandom(5000)}, "w:gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    assert outcome(tmp_path / "cut.tar.gz") == {"cut.tar.gz": "archive_unreadable"}
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04" + b"x" * 100)
    assert outcome(tmp_path / "cut.zip") == {"cut.zip": "archive_unreadable"}
    (tmp_path / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + b"x" * 100)
    assert outcome(tmp_path / "a.7z") == {"a.7z": "archive_unsupported"}
    content = bytearray(make_zip(tmp_path / "locked.zip", {"1.dcm": b"one"}).read_bytes())
    content[6] |= 1  # general purpose flag bit 0, in the local header and in the central directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(content)
    assert outcome(tmp_path / "locked.zip") == {"locked.zip/1.dcm": "archive_encrypted"}


def test_a_zip_that_lies_about_a_size_is_stopped_by_what_comes_out(tmp_path, outcome):
    content = bytearray(make_zip(tmp_path / "lie.zip", {"1.dcm": b"a" * 10_000}).read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = (5).to_bytes(4, "little")
    (tmp_path / "lie.zip").write_bytes(content)
    assert outcome(tmp_path / "lie.zip") == {"lie.zip": "archive_unreadable"}


def test_what_is_not_there_is_said(tmp_path, outcome):
    assert outcome(tmp_path / "nowhere") == {"nowhere": "not_found"}


def test_a_link_to_a_folder_is_not_followed(tmp_path, outcome):
    folder = tmp_path / "scan"
    folder.mkdir()
    (folder / "loop").symlink_to(folder)
    assert outcome(folder) == {"scan/loop": "not_a_regular_file"}


def test_a_dicom_file_with_a_zip_at_its_end_is_a_file(tmp_path, outcome):
    archive = make_zip(tmp_path / "z.zip", {"1": b"one"}).read_bytes()
    content = b"\0" * 128 + b"DICM" + archive
    (tmp_path / "poly.dcm").write_bytes(content)
    assert outcome(tmp_path / "poly.dcm") == {"poly.dcm": content}


def test_names_are_shown_without_tricks():
    assert archives.shown_name("a\x1b[31m\u202egnp.exe\ud800") == "a\ufffd[31m\ufffdgnp.exe\ufffd"
    assert len(archives.shown_name("x" * 4000)) == 255


def test_every_code_that_the_walk_can_give_has_its_sentence():
    assert all(text.endswith(".") for text in archives.REASONS.values())
    assert NotTaken("a", "archive_bomb").code in archives.REASONS
