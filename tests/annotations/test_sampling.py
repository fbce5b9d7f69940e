"""Case sampling over HTTP: from the file of candidates to the cases, the stored draw and the protocol."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.models import Case, SampleDraw, SamplingFrame
from annotations.services.truth import reference_standard_import, reference_standard_lock
from portal.audit.models import Event
from portal.audit.verify import broken_links
from portal.imaging.models import ImagingStudy, Patient
from portal.ops.environment import REPOSITORY
from tests.annotations.building import Built, draft
from tests.annotations.test_designs_api import asking, study
from tests.annotations.test_protocol import protocol, section_of

pytestmark = pytest.mark.django_db
SITES = ("Aachen", "Bonn")


def archive(number: int, *, patients: int | None = None) -> list[ImagingStudy]:
    """Imaging studies of as many patients; the rest are further studies of the first ones."""
    people = [Patient.objects.create(patient_key=f"pool-{one}") for one in range(patients or number)]
    return ImagingStudy.objects.bulk_create(
        ImagingStudy(study_instance_uid=f"1.9.{one}", patient=people[one % len(people)], modalities=["CT"])
        for one in range(number)
    )


def frame_text(studies: list[ImagingStudy]) -> str:
    """Every fifth is malignant, the sites take turns."""
    rows = [
        f"{one.study_instance_uid},{'malignant' if place % 5 == 0 else 'benign'},{SITES[place % 2]}"
        for place, one in enumerate(studies)
    ]
    return "\n".join(["study_instance_uid,truth,site", *rows, ""])


def upload(built: Built, text: str, status: int = 201) -> Any:
    client = Client()
    client.force_login(built.coordinator)
    answer = client.post(f"/api/v1/{study(built)}/sampling/frames", text, content_type="text/csv")
    assert answer.status_code == status, answer.content
    return answer.json()


def fetched(built: Built, path: str) -> bytes:
    client = Client()
    client.force_login(built.coordinator)
    answer = client.get(f"/api/v1/{study(built)}/sampling/{path}")
    assert answer.status_code == 200
    return answer.content


WISH: dict[str, Any] = {
    "frame_number": 1,
    "columns": ["truth", "site"],
    "positive": {"column": "truth", "values": ["malignant"]},
}
HALF = {"kind": "PREVALENCE", "total": 12, "prevalence": "0.5"}


def counted(preview: Any) -> list[dict[str, Any]]:
    return [{"values": one["values"], "count": one["wanted"]} for one in preview["strata"]]


def draws_by_the_printed_script(built: Built, folder: Path) -> None:
    """The decision record holds a script that draws again from the two files, without the portal."""
    script = (REPOSITORY / "docs/adr/0025-case-sampling.md").read_text().partition("```python\n")[2].partition("```")[0]
    for name, path in {"frame-1.json": "frames/1", "sample-1.json": "draws/1"}.items():
        (folder / name).write_bytes(fetched(built, path))
    run = [sys.executable, "-I", "-c", script]
    subprocess.run(run, check=True, cwd=folder)
    changed = json.loads((folder / "sample-1.json").read_text()) | {"seed": "another"}
    (folder / "sample-1.json").write_text(json.dumps(changed))
    assert subprocess.run(run, check=False, cwd=folder, capture_output=True).returncode == 1


def test_from_the_file_of_candidates_to_the_frozen_protocol(tmp_path: Path) -> None:
    built = draft(cases=2)
    ask, path = asking(built.coordinator), f"{study(built)}/sampling"
    assert ask("GET", path) == {"frame": None, "draws": []}
    pool = archive(40)
    found = upload(built, frame_text(pool))["frame"]
    assert (found["number"], found["number_of_candidates"], found["number_of_patients"]) == (1, 40, 40)
    assert found["columns"][0]["values"][1] == {"value": "malignant", "candidates": 8}
    assert hashlib.sha256(fetched(built, "frames/1")).hexdigest() == found["digest"]

    numbers = ask("POST", f"{path}/preview", {**WISH, "fill": HALF})
    assert [(one["values"], one["candidates"], one["wanted"]) for one in numbers["strata"]] == [
        (["benign", "Aachen"], 16, 3),
        (["benign", "Bonn"], 16, 3),
        (["malignant", "Aachen"], 4, 3),
        (["malignant", "Bonn"], 4, 3),
    ]
    assert (numbers["prevalence"], numbers["drawn"]) == ({"frame": 0.2, "sample": 0.5}, None)
    wish = {**WISH, "counts": counted(numbers)}
    looked = Event.objects.filter(action="sample.preview").count()
    seen = ask("POST", f"{path}/preview", {**wish, "seed": ""})
    assert len(seen["seed"]) == 32
    assert Event.objects.filter(action="sample.preview").count() == looked + 1
    again = ask("POST", f"{path}/preview", {**wish, "seed": seen["seed"]})
    assert again == seen
    assert SampleDraw.objects.count() == 0

    body = {**wish, "seed": seen["seed"], "preview_digest": seen["digest"]}
    (draw,) = ask("POST", f"{path}/draws", body, status=201)["draws"]
    assert (draw["number"], draw["number_drawn"]) == (1, 12)
    assert ask("GET", f"{path}/draws/1/check") == {"is_reproduced": True}
    assert Event.objects.filter(action="sample.draw").count() == 1
    assert {one["fraction"] for one in draw["strata"]} == {3 / 16, 3 / 4}
    stored = json.loads(fetched(built, "draws/1"))
    assert stored["drawn"] == seen["drawn"]
    assert hashlib.sha256(fetched(built, "draws/1")).hexdigest() == draw["digest"] == seen["digest"]
    draws_by_the_printed_script(built, tmp_path)
    # The hand-picked cases stay first; names tell nothing, because the list is in an order of its own.
    cases = ask("GET", f"{study(built)}/cases")
    assert [one["name"] for one in cases[:3]] == ["Case 001", "Case 002", "Case 003"]
    drawn = [one["study_instance_uid"] for one in stored["drawn"]]
    assert [one["imaging_study"]["study_instance_uid"] for one in cases[2:]] == drawn
    table = list(csv.DictReader(io.StringIO(fetched(built, "draws/1/csv").decode())))
    assert [(one["drawn_case"], one["study_instance_uid"]) for one in table[:1]] == [("Case 003", drawn[0])]

    ask("POST", f"{study(built)}/launch", {"seed": "s"})
    said = section_of(protocol(built)["document"], "sampling")
    assert "12 case(s) were drawn from a frame of candidates, 2 chosen otherwise" in said["sentences"][0]
    assert f"seed {seen['seed']}" in said["sentences"][1]
    assert "truth is malignant in 20.0 % of the frame and 50.0 % of the sample." in said["sentences"][1]
    assert said["tables"][0]["rows"][2] == ["malignant", "Aachen", "4", "4", "4", "3", "0.7500"]
    assert found["digest"] in said["sentences"][1]
    # What is drawn is frozen with the design, and what readers get names no stratum.
    upload(built, frame_text(pool), status=409)
    assert ask("POST", f"{path}/draws", body, status=409)["code"] == "wrong_state"
    asking(built.readers[0])("GET", path, status=403)
    asking(draft("elsewhere", cases=1).coordinator)("GET", path, status=404)
    assert list(broken_links()) == []


def test_the_page_reads_no_frame_and_draws_nothing_again() -> None:
    built = draft(cases=1)
    ask, path = asking(built.coordinator), f"{study(built)}/sampling"
    upload(built, frame_text(archive(20)))
    wish = {**WISH, "columns": ["truth"], "counts": [{"values": ["benign"], "count": 6}], "seed": "s"}
    seen = ask("POST", f"{path}/preview", wish)
    drawn = ask("POST", f"{path}/draws", {**wish, "preview_digest": seen["digest"]}, status=201)
    with CaptureQueriesContext(connection) as queries:
        assert ask("GET", path) == drawn
    selects = [one["sql"] for one in queries if one["sql"].startswith("SELECT") and "annotations_sampl" in one["sql"]]
    assert len(selects) == 2
    assert not any('"content"' in sql for sql in selects)


def test_a_draw_with_another_seed_than_it_was_drawn_with_is_not_drawn_again() -> None:
    built = draft(cases=1)
    ask, path = asking(built.coordinator), f"{study(built)}/sampling"
    upload(built, frame_text(archive(20)))
    wish = {**WISH, "columns": ["truth"], "counts": [{"values": ["benign"], "count": 6}], "seed": "s"}
    seen = ask("POST", f"{path}/preview", wish)
    ask("POST", f"{path}/draws", {**wish, "preview_digest": seen["digest"]}, status=201)
    (true,) = SampleDraw.objects.all()
    kept = {name: getattr(true, name) for name in ("reader_study", "frame", "algorithm", "created_by", "content")}
    SampleDraw.objects.create(**kept, number=2, seed="another", digest="0" * 64)
    assert ask("GET", f"{path}/draws/1/check") == {"is_reproduced": True}
    assert ask("GET", f"{path}/draws/2/check") == {"is_reproduced": False}


def test_a_second_draw_adds_and_says_so_or_replaces() -> None:
    built = draft(cases=1)
    ask, path = asking(built.coordinator), f"{study(built)}/sampling"
    upload(built, frame_text(archive(40)))
    wish = {**WISH, "columns": ["truth"], "counts": [{"values": ["benign"], "count": 6}], "seed": "first"}

    def drawn(wish: dict[str, Any]) -> Any:
        seen = ask("POST", f"{path}/preview", wish)
        body = {**wish, "preview_digest": seen["digest"]}
        answer = ask("POST", f"{path}/draws", body, status=201)
        # The same click once more is not a further draw.
        assert ask("POST", f"{path}/draws", body, status=409)["code"] == "preview_outdated"
        return answer["draws"]

    drawn(wish)
    two = drawn({**wish, "seed": "second"})
    assert [(one["number"], one["number_left_out"], one["strata"][0]["eligible"]) for one in two] == [
        (2, 6, 26),
        (1, 0, 32),
    ]
    in_force = Case.objects.filter(reader_study=built.reader_study, removed_at=None)
    assert in_force.count() == 13
    assert section_of(protocol(built)["document"], "sampling")["sentences"][0].startswith("12 case(s) were drawn")
    three = drawn({**wish, "seed": "third", "replaces": True})
    assert [ask("GET", f"{path}/draws/{one['number']}/check")["is_reproduced"] for one in three] == [True, True, True]
    assert in_force.count() == 6
    assert "no cases of this reader study" in section_of(protocol(built)["document"], "sampling")["sentences"][1]


def test_one_imaging_study_of_each_patient_also_beside_the_cases_there_are() -> None:
    built = draft(cases=1)
    ask, path = asking(built.coordinator), f"{study(built)}/sampling"
    pool = archive(20, patients=10)
    upload(built, frame_text(pool))
    ask("PUT", f"{study(built)}/cases", {"imaging_study_ids": [str(pool[0].pk)]})
    wish = {"frame_number": 1, "columns": ["site"], "one_per_patient": True, "fill": {"kind": "EQUAL", "total": 9}}
    seen = ask("POST", f"{path}/preview", {**wish, "seed": "s"})
    assert len({one["patient"] for one in seen["drawn"]}) == 9
    # The patient of the case is the one who is missing.
    assert "P1" not in {one["patient"] for one in seen["drawn"]}
    wish["fill"] = {"kind": "EQUAL", "total": 10}
    assert ask("POST", f"{path}/preview", wish, status=400)["code"] == "too_few"


def test_faulty_rows_are_named_and_nothing_is_stored() -> None:
    built = draft(cases=1)
    pool = archive(3)
    text = frame_text(pool) + "1.9.0,benign,Bonn\n8.8.8,benign,\n"
    refused = upload(built, text, status=400)
    assert refused["code"] == "invalid_csv"
    # What the portal cannot know without the archive comes with what it sees in the file.
    assert [(one["field"], one["code"], one["row"]) for one in refused["errors"]] == [
        ("study_instance_uid", "repeated", 5),
        ("site", "empty_stratum", 6),
        ("study_instance_uid", "unknown_study", 6),
    ]
    assert not SamplingFrame.objects.exists()
    first = upload(built, frame_text(pool))["frame"]
    assert upload(built, frame_text(pool))["frame"]["number"] == first["number"] == 1
    assert upload(built, frame_text(pool[:2]))["frame"]["number"] == 2
    assert Event.objects.filter(action="sampling_frame.create").count() == 2


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"columns": ["size"]}, "unknown_column", "columns"),
        ({"columns": ["truth", "truth"]}, "repeated", "columns"),
        ({"columns": ["site"]}, "unknown_column", "positive"),
        ({"counts": [{"values": ["odd"], "count": 1}]}, "unknown_stratum", "counts[0]"),
        ({"counts": [{"values": ["benign"], "count": 1}] * 2}, "repeated", "counts"),
        ({"counts": [{"values": ["benign"], "count": 9}]}, "too_few", "counts"),
        ({"counts": [{"values": ["benign"], "count": 0}]}, "nothing_wanted", "counts"),
        ({"fill": {"kind": "PREVALENCE", "total": 5, "prevalence": "0.8"}}, "too_few", "fill"),
        ({"fill": {"kind": "PREVALENCE", "total": 5}}, "invalid", "fill"),
        ({"fill": {"kind": "PROPORTIONAL", "total": 11}}, "too_few", "fill"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_reason(change: dict[str, Any], code: str, field: str) -> None:
    built = draft(cases=1)
    upload(built, frame_text(archive(10)))
    ask = asking(built.coordinator)
    wish = {**WISH, "columns": ["truth"], "seed": "s", **change}
    refused = ask("POST", f"{study(built)}/sampling/preview", wish, status=400)
    assert (refused["code"], refused["errors"][0]["field"]) == (code, field)
    if field == "counts" and code == "too_few":
        assert refused["errors"][0]["detail"] == "benign: 9 wanted, 8 can be drawn (of 8 candidates)."
    if change.get("fill", {}).get("prevalence"):
        assert refused["detail"] == "4 diseased and 1 others wanted, 2 and 8 can be drawn."
    ask("POST", f"{study(built)}/sampling/preview", {**wish, "frame_number": 2}, status=404)


def test_names_do_not_tell_which_stratum_was_topped_up() -> None:
    built = draft(cases=1)
    ask, path = asking(built.coordinator), f"{study(built)}/sampling"
    upload(built, frame_text(archive(40)))

    def names(malignant: int) -> dict[str, str]:
        counts = [{"values": ["malignant"], "count": malignant}, {"values": ["benign"], "count": 5}]
        wish = {"frame_number": 1, "columns": ["truth"], "counts": counts, "replaces": True, "seed": "same"}
        seen = ask("POST", f"{path}/preview", wish)
        ask("POST", f"{path}/draws", {**wish, "preview_digest": seen["digest"]}, status=201)
        rows = ask("GET", f"{study(built)}/cases")
        assert [row["imaging_study"]["study_instance_uid"] for row in rows] == [
            one["study_instance_uid"] for one in seen["drawn"]
        ]
        return {row["imaging_study"]["study_instance_uid"]: row["name"] for row in rows}

    first = names(3)
    truths = "case,truth\n" + "".join(f"{name},1\n" for name in first.values())
    standard = reference_standard_import(
        by=built.coordinator, reader_study=built.reader_study, text=truths, name="t.csv"
    )
    second = names(8)
    # The same seed draws the first ones again; all names are new, in the order of the draw.
    assert set(first) < set(second)
    assert list(first.values()) == [f"Case {number:03d}" for number in range(2, 10)]
    assert list(second.values()) == [f"Case {number:03d}" for number in range(10, 23)]
    # A truth that was stored under the old names is still what it was.
    assert reference_standard_lock(by=built.coordinator, standard=standard).digest == standard.digest


def test_a_list_of_before_the_draw_takes_no_drawn_case_out() -> None:
    built = draft()
    upload(built, frame_text(archive(10)))
    ask, cases = asking(built.coordinator), f"{study(built)}/cases"
    old = [row["imaging_study"]["id"] for row in ask("GET", cases)]
    wish = {**WISH, "counts": [{"values": ["benign", "Bonn"], "count": 2}]}
    found = ask("POST", f"{study(built)}/sampling/preview", {**wish, "seed": "one"})
    ask("POST", f"{study(built)}/sampling/draws", {**wish, "seed": "one", "preview_digest": found["digest"]}, 201)
    refused = ask("PUT", cases, {"imaging_study_ids": old[:1], "base": old}, status=409)
    assert refused["code"] == "stale_cases"
    now = [row["imaging_study"]["id"] for row in ask("GET", cases)]
    assert (now[: len(old)], len(now)) == (old, len(old) + 2)
    # The order is part of it. The same list once more, after an answer that was lost, is no conflict.
    assert ask("PUT", cases, {"imaging_study_ids": old, "base": now[::-1]}, status=409)["code"] == "stale_cases"
    for _ in range(2):
        ask("PUT", cases, {"imaging_study_ids": now[::-1], "base": now})
    assert [row["imaging_study"]["id"] for row in ask("GET", cases)] == now[::-1]
