"""Clinical texts over HTTP: stored version by version, compared with the images' header, and shown as the arm says."""

import csv
import hashlib
import io
import json
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from annotations.models import AdjudicationCase, ClinicalText, ClinicalTextShown
from annotations.services import reader_studies as building
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.audit.services import canonical_json
from portal.audit.verify import broken_links
from portal.db import AppendOnlyError
from portal.imaging.connection import orthanc
from portal.imaging.models import ImagingStudy, Instance, Patient, Series
from tests.annotations.building import COMPLETE, Built, content, draft, launched, mirrored_study, person
from tests.annotations.test_arbitration import disagree, launched_double, open_it
from tests.annotations.test_consensus_api import preview, read_all, store
from tests.annotations.test_designs_api import Ask, asking, study
from tests.annotations.test_protocol import protocol, section_of
from tests.browserless import PASSWORD, signature
from tests.imaging.dicom_files import ct_slice, to_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("orthanc_server")]

TEXT = "Cough for three weeks.\nSmoker.\n\nNodule?"
SHOWN = {"clinical_text": "SHOWN"}
HEADER = {"PatientName": "Canary^Clara", "PatientID": "PID-4711-7", "PatientBirthDate": "19661105"}
NAMING = ["Clara", "Canary", "PID-4711-7", "1966", "5.11."]


def imaged(**header: str) -> ImagingStudy:
    """An imaging study whose file lies in Orthanc."""
    values: dict[str, Any] = HEADER | header
    file = ct_slice(seed=uuid.uuid4().hex, **values)
    stored = orthanc().upload_instance(to_bytes(file))
    patient = Patient.objects.create(patient_key=uuid.uuid4().hex[:12])
    images = ImagingStudy.objects.create(
        study_instance_uid=file.StudyInstanceUID,
        patient=patient,
        modalities=["CT"],
        number_of_series=1,
        number_of_instances=1,
    )
    series = Series.objects.create(
        series_instance_uid=file.SeriesInstanceUID, imaging_study=images, modality="CT", number_of_instances=1
    )
    Instance.objects.create(
        sop_instance_uid=file.SOPInstanceUID,
        series=series,
        orthanc_id=stored.orthanc_id,
        sop_class_uid=file.SOPClassUID,
        transfer_syntax_uid=file.file_meta.TransferSyntaxUID,
        rows=file.Rows,
        columns=file.Columns,
        file_sha256="0" * 64,
    )
    return images


@pytest.fixture
def built() -> Built:
    """A draft of three cases, the first with images of somebody."""
    made = draft(cases=0)
    images = [imaged(), imaged(**dict.fromkeys(HEADER, "")), mirrored_study("nowhere")]
    ids = [one.pk for one in images]
    made.cases = building.cases_put(by=made.coordinator, reader_study=made.reader_study, imaging_study_ids=ids)
    return made


def texts(built: Built) -> str:
    return f"{study(built)}/clinical-texts"


def put(built: Built, *rows: tuple[int, str], status: int = 200, **more: Any) -> Any:
    sent = [{"case": built.cases[index].name, "text": text} for index, text in rows]
    body = {"texts": sent, "accept_warnings": True, **more}
    return asking(built.coordinator)("PUT", texts(built), body, status)


def in_force(answer: Any) -> list[tuple[str, int]]:
    return [(one["text"], one["version"]) for one in answer["texts"]]


def show(built: Built, blinding: dict[str, Any]) -> None:
    for arm in built.reader_study.arms.all():
        built.change(arm, blinding=blinding)


def open_case(built: Built, ask: Ask, position: int = 1, status: int = 200) -> Any:
    return ask("POST", f"assignments/{built.assignment(built.readers[0], position).pk}/open", status=status)


def at(built: Built, case: int) -> int:
    """Where the first reader reads a case."""
    found = built.reader_study.assignments.get(reader=built.readers[0], case=built.cases[case])
    return int(found.position)


def csv_sent(built: Built, text: str, status: int = 200, name: str = "preview") -> Any:
    client = Client()
    client.force_login(built.coordinator)
    answer = client.post(f"/api/v1/{texts(built)}/{name}", text, content_type="text/csv")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_text_is_stored_version_by_version_and_the_same_words_are_the_same_version(built: Built) -> None:
    assert in_force(asking(built.coordinator)("GET", texts(built))) == [("", 0)] * 3
    first = put(built, (0, f"  {TEXT}\r\n"), (2, "Fever?"))
    assert in_force(first) == [(TEXT, 1), ("", 0), ("Fever?", 1)]
    assert (first["number_with_text"], first["texts"][0]["stored_by"]) == (2, built.coordinator.username)
    assert in_force(put(built, (0, TEXT))) == in_force(first)
    put(built, (0, "Chest pain."))
    assert in_force(put(built, (0, ""))) == [("", 3), ("", 0), ("Fever?", 1)]
    path = f"{study(built)}/cases/{built.cases[0].pk}/clinical-texts"
    versions = asking(built.coordinator)("GET", path)
    assert [(one["version"], one["text"]) for one in versions] == [(3, ""), (2, "Chest pain."), (1, TEXT)]
    events = Event.objects.filter(action="clinical_texts.put").order_by("at")
    assert [event.detail["versions"] for event in events] == [
        {"Case 001": 1, "Case 003": 1},
        {"Case 001": 2},
        {"Case 001": 3},
    ]
    assert events[2].detail["cleared"] == ["Case 001"]
    assert "Fever" not in json.dumps([event.detail for event in events])
    assert list(broken_links()) == []


def test_the_digest_is_that_of_the_words_in_force(built: Built) -> None:
    answer = put(built, (0, TEXT), (2, "Fever?"))
    expected = canonical_json([["Case 001", TEXT], ["Case 003", "Fever?"]])
    assert answer["digest"] == hashlib.sha256(expected.encode()).hexdigest()
    assert put(built, (2, ""))["digest"] != answer["digest"]


def test_versions_are_append_only_in_the_database_too(built: Built) -> None:
    put(built, (0, TEXT))
    row = ClinicalText.objects.get()
    with pytest.raises(AppendOnlyError):
        row.delete()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE annotations_clinicaltext SET text = 'other'")


def test_nothing_of_a_request_with_a_fault_is_stored_and_every_fault_is_named(built: Built) -> None:
    body = {
        "texts": [
            {"case": "Case 001", "text": TEXT},
            {"case": "Case 900", "text": "x"},
            {"case": "Case 002", "text": "y" * 4001},
            {"case": "Case 001", "text": "F\x07ever"},
        ]
    }
    answer = asking(built.coordinator)("PUT", texts(built), body, 400)
    assert answer["code"] == "invalid_texts"
    assert [(one["field"], one["code"]) for one in answer["errors"]] == [
        ("texts[1].case", "unknown_case"),
        ("texts[2].text", "too_long"),
        ("texts[3].case", "repeated"),
        ("texts[3].text", "control_character"),
    ]
    assert not ClinicalText.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Clara coughs.", "PATIENT_NAME"),
        ("Coughs.\nSee pid-4711-7", "IDENTIFIER"),
        ("Born 5.11.1966", "BIRTH_DATE"),
    ],
)
def test_a_text_that_says_who_the_patient_is_is_stored_only_when_that_is_accepted(
    built: Built, text: str, code: str
) -> None:
    refused = put(built, (1, "Fever?"), (0, text), status=409, accept_warnings=False)
    assert refused["code"] == "identifies_patient"
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("texts[1].text", code)]
    line = 1 + text.count("\n")
    assert f"Case 001: Line {line}: the text holds" in refused["errors"][0]["detail"]
    assert not any(one in json.dumps(refused) for one in NAMING)
    assert not ClinicalText.objects.exists()
    put(built, (1, "Fever?"), (0, text))
    (event,) = Event.objects.filter(action="clinical_texts.put")
    assert event.detail["warnings_accepted"] == {"Case 001": [code]}
    assert not any(one in json.dumps(event.detail) for one in NAMING)


def test_a_text_that_cannot_be_compared_is_not_taken_for_one_without_names(built: Built) -> None:
    """The third case's images are not in the archive."""
    refused = put(built, (2, "Fever?"), status=409, accept_warnings=False)
    assert [one["code"] for one in refused["errors"]] == ["NOT_SCREENED"]
    put(built, (1, "Fever?"), accept_warnings=False)
    # What takes a text away, or changes nothing, holds no name.
    put(built, (2, "Fever?"))
    put(built, (2, "Fever?"), accept_warnings=False)
    put(built, (2, ""), accept_warnings=False)


def test_who_changes_what_somebody_else_has_changed_is_told(built: Built) -> None:
    put(built, (0, TEXT))
    put(built, (0, "Chest pain."))
    ask = asking(built.coordinator)

    def changed(text: str, base: int, status: int) -> Any:
        row = {"case": "Case 001", "text": text, "base_version": base}
        return ask("PUT", texts(built), {"texts": [row], "accept_warnings": True}, status)

    assert changed("Fever?", 1, 409)["code"] == "stale_clinical_texts"
    # What is there already is sent once more because the answer was lost.
    assert in_force(changed("Chest pain.", 1, 200))[0] == ("Chest pain.", 2)
    assert in_force(changed("Fever?", 2, 200))[0] == ("Fever?", 3)


def test_a_file_is_looked_at_and_then_stored_as_it_was_seen(built: Built) -> None:
    put(built, (0, TEXT), (2, "Fever?"))
    events = Event.objects.count()
    seen = csv_sent(
        built,
        'case,text,ward\r\nCase 001,"Clara coughs.\r\nBorn 5.11.1966",A\r\nCase 002,\'- fever,B\r\nCase 003,,C\r\n',
    )
    assert Event.objects.count() == events, "a preview leaves no event"
    assert seen["ignored_columns"] == ["ward"]
    assert seen["counts"] == {"NEW": 1, "CHANGED": 1, "SAME": 0, "CLEARED": 1}
    assert [(one["row"], one["case"], one["change"], one["text"]) for one in seen["rows"]] == [
        (2, "Case 001", "CHANGED", "Clara coughs.\nBorn 5.11.1966"),
        (3, "Case 002", "NEW", "- fever"),
        (4, "Case 003", "CLEARED", ""),
    ]
    assert [one["code"] for one in seen["rows"][0]["warnings"]] == ["PATIENT_NAME", "BIRTH_DATE"]
    rows = [{name: one[name] for name in ("case", "text", "base_version")} for one in seen["rows"]]
    body = {"texts": rows, "accept_warnings": True}
    stored = asking(built.coordinator)("PUT", texts(built), body)
    assert in_force(stored) == [("Clara coughs.\nBorn 5.11.1966", 2), ("- fever", 1), ("", 2)]
    exported = Client()
    exported.force_login(built.coordinator)
    file = exported.get(f"/api/v1/{texts(built)}/csv").content.decode()
    rows_of_file = list(csv.DictReader(io.StringIO(file, newline="")))
    assert [(row["case"], row["text"], row["version"]) for row in rows_of_file] == [
        ("Case 001", "Clara coughs.\nBorn 5.11.1966", "2"),
        ("Case 002", "'- fever", "1"),
        ("Case 003", "", "2"),
    ]
    assert csv_sent(built, file)["counts"] == {"NEW": 0, "CHANGED": 0, "SAME": 3, "CLEARED": 0}


def test_a_file_with_faults_is_refused_row_by_row(built: Built) -> None:
    answer = csv_sent(built, f"case,text\nCase 001,{'x' * 4001}\nCase 900,a\nCase 001,b\n", 400)
    assert answer["code"] == "invalid_csv"
    assert [(one["row"], one["field"], one["code"]) for one in answer["errors"]] == [
        (4, "case", "repeated"),
        (2, "text", "too_long"),
        (3, "case", "unknown_case"),
    ]


def test_after_the_launch_a_text_is_an_amendment_with_a_reason_and_after_the_close_none_changes() -> None:
    built = launched()
    before = protocol(built)
    assert "clinical_text" not in [one["key"] for one in before["document"]["sections"]]
    refused = put(built, (0, TEXT), status=400)
    assert [one["field"] for one in refused["errors"]] == ["reason"]
    assert not ClinicalText.objects.exists()
    answer = put(built, (0, TEXT), reason="The referrers sent them late.")
    after = protocol(built)
    newest = max(after["versions"], key=lambda one: one["number"])
    assert (newest["number"], newest["changed"]) == (2, ["Clinical text"])
    assert newest["reason"] == "The referrers sent them late."
    said = section_of(after["document"], "clinical_text")
    assert said["sentences"][0].startswith("1 of 3 case(s) have a clinical text; 1 version(s) are kept.")
    assert answer["digest"] in said["sentences"][1]
    assert said["tables"][0]["rows"][0][:2] == ["Case 001", "1"]
    # The same words are no amendment, and need no reason.
    put(built, (0, TEXT))
    assert len(protocol(built)["versions"]) == 2
    building.reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    put(built, (0, "Chest pain."), status=409, reason="Too late.")
    assert list(broken_links()) == []


def test_a_draft_says_in_its_protocol_how_many_cases_have_a_text(built: Built) -> None:
    put(built, (0, TEXT))
    said = section_of(protocol(built)["document"], "clinical_text")
    assert (said["sentences"][0][:38], said["tables"]) == ("1 of 3 case(s) have a clinical text; 1", [])


def test_the_launch_check_says_whether_anybody_would_see_them(built: Built) -> None:
    ask = asking(built.coordinator)

    def item() -> Any:
        items = ask("GET", f"{study(built)}/launch-check")["items"]
        return next((one for one in items if one["code"] == "clinical_text"), None)

    assert item() is None
    put(built, (0, TEXT))
    assert (item()["ok"], item()["blocking"]) == (False, False)
    assert item()["text"] == "1 of 3 case(s) have a clinical text. The blinding hides it in every arm."
    design = ask("GET", f"{study(built)}/design")["design"]
    design["arms"][0]["blinding"] = SHOWN
    ask("PUT", f"{study(built)}/design", {"design": design})
    assert (item()["ok"], item()["text"].rpartition("text. ")[2]) == (True, "Arm(s) A show it.")


def test_who_may_see_and_store_them() -> None:
    built = launched()
    for path in (texts(built), f"{texts(built)}/csv", f"{study(built)}/cases/{built.cases[0].pk}/clinical-texts"):
        asking(built.readers[0])("GET", path, status=403)
        asking(person(f"stranger-{len(path)}"))("GET", path, status=404)
    row = {"case": built.cases[0].name, "text": "Mine"}
    asking(built.readers[0])("PUT", texts(built), {"texts": [row], "reason": "Mine"}, 403)
    other = launched("other", cases=1)
    path = f"{study(built)}/cases/{other.cases[0].pk}/clinical-texts"
    asking(built.coordinator)("GET", path, status=404)


def test_a_reader_sees_the_text_where_the_arm_shows_it_and_which_version_is_recorded() -> None:
    built = launched()
    put(built, (0, TEXT), reason="New")
    ask, place = asking(built.readers[0]), at(built, 0)
    for position in range(1, place):
        open_case(built, ask, position)
    assert open_case(built, ask, place)["particulars"]["case_text"] is None
    assert not ClinicalTextShown.objects.exists()
    show(built, SHOWN)
    read = open_case(built, ask, place)
    assert read["particulars"]["case_text"] == {"version": 1, "text": TEXT}
    ask("GET", f"reads/{read['id']}")
    put(built, (0, "Chest pain."), reason="Corrected")
    assert ask("GET", f"reads/{read['id']}")["particulars"]["case_text"] == {"version": 2, "text": "Chest pain."}
    rows = ClinicalTextShown.objects.order_by("created_at")
    assert [(row.clinical_text.version, row.phase, row.revision_number) for row in rows] == [
        (1, "FIRST", 0),
        (2, "FIRST", 0),
    ], "once for each version and phase"
    events = Event.objects.filter(action="read.clinical_text_shown", actor=built.readers[0])
    assert [event.detail["version"] for event in events.order_by("at")] == [1, 2]
    assert [one["number_shown"] for one in asking(built.coordinator)("GET", texts(built))["texts"]] == [1, 0, 0]
    history = asking(built.coordinator)("GET", f"reads/{read['id']}/history")
    assert [(one["version"], one["phase"]) for one in history["clinical_texts_shown"]] == [(1, "FIRST"), (2, "FIRST")]
    assert list(broken_links()) == []


def test_a_label_names_the_versions_that_its_reader_had_seen() -> None:
    built = launched(cases=1, readers=1)
    built.readers[0].set_password(PASSWORD)
    built.readers[0].save()
    show(built, SHOWN)
    put(built, (0, TEXT), reason="New")
    ask = asking(built.readers[0])
    read = open_case(built, ask)
    body = signature({"base_revision": 0, "idempotency_key": str(uuid.uuid4()), "payload": content(**COMPLETE)})
    signed = ask("POST", f"reads/{read['id']}/sign", body)
    assert signed["particulars"]["case_text"] == {"version": 1, "text": TEXT}
    client = asking(built.coordinator)
    (label,) = client("GET", f"{study(built)}/labels")["results"]
    # What was shown again once it was signed came after the label.
    assert [(one["version"], one["phase"]) for one in label["clinical_texts_shown"]] == [(1, "FIRST")]
    assert ClinicalTextShown.objects.filter(phase="SIGNED").count() == 1
    (own,) = ask("GET", f"{study(built)}/labels")["results"]
    assert "clinical_texts_shown" not in own


def test_a_case_without_a_text_says_so_only_where_others_have_one() -> None:
    built = launched()
    show(built, SHOWN)
    ask, place = asking(built.readers[0]), at(built, 0)
    for position in range(1, place):
        open_case(built, ask, position)
    assert open_case(built, ask, place)["particulars"]["case_text"] is None
    put(built, (1, TEXT), reason="New")
    assert open_case(built, ask, place)["particulars"]["case_text"] == {"version": None, "text": ""}
    # Taken away again it is no text.
    put(built, (0, TEXT), (1, ""), reason="Mixed up")
    put(built, (0, ""), reason="Mixed up")
    assert open_case(built, ask, place)["particulars"]["case_text"] is None


def test_an_arbitrator_sees_the_text_where_the_arm_shows_it() -> None:
    built = launched_double()
    show(built, SHOWN)
    put(built, (0, TEXT), reason="New")
    client, read_id = open_it(built, disagree(built))
    shown = client.get(f"/api/v1/reads/{read_id}").json()["particulars"]["case_text"]
    assert shown == {"version": 1, "text": TEXT}
    assert ClinicalTextShown.objects.filter(read_id=uuid.UUID(read_id)).count() == 1
    show(built, {})
    assert TEXT[:20].encode() not in client.get(f"/api/v1/reads/{read_id}").content


@pytest.mark.parametrize(
    ("blinding", "is_shown"),
    [
        ({}, False),
        (SHOWN, True),
        ({"clinical_text": {"FIRST": "SHOWN", "SECOND": "SHOWN", "SIGNED": "HIDDEN"}}, True),
        ({"clinical_text": {"FIRST": "HIDDEN", "SECOND": "HIDDEN", "SIGNED": "HIDDEN"}}, False),
    ],
)
def test_an_adjudicator_sees_the_text_where_every_arm_shows_it(blinding: dict[str, Any], is_shown: bool) -> None:
    built = launched(cases=5, readers=3)
    read_all(built)
    store(built, preview(built))
    show(built, blinding)
    put(built, *((index, f"{TEXT} {index}") for index in range(5)), reason="New")
    judge = person("judge")
    built.join(judge, Role.ADJUDICATOR)
    body = {"base_version": 1, "question": "Is there a nodule?", "seed": "fixed"}
    asking(built.coordinator)("POST", f"{study(built)}/adjudications", body, 201)
    case = AdjudicationCase.objects.order_by("position").first()
    assert case is not None
    ask = asking(judge)
    seen = ask("GET", f"adjudication-cases/{case.pk}")["case_text"]
    (event,) = Event.objects.filter(action="adjudication.view_case")
    if is_shown:
        assert seen == {"version": 1, "text": f"{TEXT} {int(case.case.name[-3:]) - 1}"}
        assert event.detail == {"clinical_text_version": 1}
    else:
        assert (seen, event.detail) == (None, {})
    # Another arm that hides it hides it from who judges between them.
    arm = built.reader_study.arms.get()
    built.reader_study.arms.create(key="B", name="Other", position=2, blinding={})
    assert arm.blinding == blinding
    assert ask("GET", f"adjudication-cases/{case.pk}")["case_text"] is None


def test_a_study_of_thousands_asks_the_database_as_often_as_a_small_one(django_assert_max_num_queries: Any) -> None:
    small, large = draft("small", cases=1), draft("large", cases=30)
    put(large, *((index, f"{TEXT} {index}") for index in range(30)))
    client = Client()
    for built in (small, large):
        client.force_login(built.coordinator)
        with django_assert_max_num_queries(14):
            assert client.get(f"/api/v1/{texts(built)}").status_code == 200
