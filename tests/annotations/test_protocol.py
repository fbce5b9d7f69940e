"""The protocol over HTTP: frozen at the launch, amended with a reason, approved with the password."""

import hashlib
import json
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from PIL import ImageFile

from annotations.domain.designs import single_design
from annotations.domain.protocol import answer_words, changed_sections, condition_words
from annotations.exporters.protocol_pdf import MOST_ROWS, rows_of
from annotations.models import ProtocolApproval, ProtocolVersion, ReaderStudy
from portal.audit.models import Event
from portal.audit.verify import broken_links
from portal.db import AppendOnlyError
from tests.annotations.building import Built, launched
from tests.annotations.services.test_designs import designed
from tests.annotations.test_designs_api import asking, study
from tests.browserless import PASSWORD

pytestmark = pytest.mark.django_db


def protocol(built: Built) -> Any:
    return asking(built.coordinator)("GET", f"{study(built)}/protocol")


def section_of(document: Any, key: str) -> Any:
    return next(one for one in document["sections"] if one["key"] == key)


def stored_bytes(built: Built, number: int) -> bytes:
    client = Client()
    client.force_login(built.coordinator)
    return client.get(f"/api/v1/{study(built)}/protocol/versions/{number}").content


def test_the_launch_freezes_the_protocol_as_it_was_read() -> None:
    built = designed(single_design(), cases=2)
    before = protocol(built)
    assert (before["versions"], before["unrecorded"]) == ([], [])
    assert "draft" in section_of(before["document"], "summary")["sentences"][-1]
    asking(built.coordinator)("POST", f"{study(built)}/launch", {"seed": "seven"})
    after = protocol(built)
    (version,) = after["versions"]
    assert (version["number"], version["reason"], version["approvals"], after["unrecorded"]) == (1, "", [], [])
    frozen = stored_bytes(built, 1)
    assert hashlib.sha256(frozen).hexdigest() == version["digest"]
    assert json.loads(frozen) == after["document"]
    assert "seed seven" in section_of(after["document"], "randomisation")["sentences"][0]
    readers = section_of(after["document"], "readers")["tables"][0]["rows"]
    assert [row[0] for row in readers] == sorted(one.username for one in built.readers)
    assert "2 case(s)" in section_of(after["document"], "cases")["sentences"][0]
    # Only what the launch itself does differs from the draft.
    assert changed_sections(before["document"], after["document"]) == ["Summary", "Randomisation"]


def test_a_version_is_a_tagged_pdf_of_the_same_bytes_each_time_and_fetches_nothing() -> None:
    built = launched(cases=2)
    ReaderStudy.objects.filter(pk=built.reader_study.pk).update(name="<img src='file:///etc/passwd'> & co")
    client = Client()
    client.force_login(built.coordinator)
    reason = {"reason": "<script>alert(1)</script>."}
    assert client.post(f"/api/v1/{study(built)}/protocol", reason, "application/json").status_code == 201
    path = f"/api/v1/{study(built)}/protocol/versions/2/protocol.pdf"
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-1.7")
    assert client.get(path).content == answer.content
    version = ProtocolVersion.objects.get(reader_study=built.reader_study, number=2)
    file = pdfium.PdfDocument(answer.content)
    text = "".join(page.get_textpage().get_text_range() for page in file)
    assert version.digest in text
    assert "<img src='file:///etc/passwd'> & co" in text
    assert "<script>alert(1)</script>." in text
    assert "</script>.." not in text
    assert file.is_tagged()
    before = answer.content
    approval = {"password": PASSWORD, "meaning": "APPROVED"}
    built.coordinator.set_password(PASSWORD)
    built.coordinator.save()
    client.force_login(built.coordinator)
    approved = client.post(f"/api/v1/{study(built)}/protocol/versions/2/approvals", approval, "application/json")
    assert approved.status_code == 201
    assert client.get(path).content != before
    assert client.get(f"/api/v1/{study(built)}/protocol.pdf").content.startswith(b"%PDF-1.7")
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_protocol_that_is_too_long_for_a_request_is_refused_as_a_pdf_and_kept_as_json() -> None:
    built = launched(cases=2)
    document = json.loads(stored_bytes(built, 1))
    missing = MOST_ROWS - rows_of(document)
    chosen = section_of(document, "readers")["tables"][0]
    client = Client()
    client.force_login(built.coordinator)
    answers = []
    for number, rows in ((2, missing), (3, missing + 1)):
        longer = {**chosen, "rows": [*chosen["rows"], *[["x"] * len(chosen["header"])] * rows]}
        sections = [
            {**one, "tables": [longer, *one["tables"][1:]]} if one["key"] == "readers" else one
            for one in document["sections"]
        ]
        ProtocolVersion.objects.create(
            reader_study=built.reader_study,
            number=number,
            content=json.dumps({**document, "sections": sections}),
            digest=str(number) * 64,
            created_by=built.coordinator,
        )
        answers.append(client.get(f"/api/v1/{study(built)}/protocol/versions/{number}/protocol.pdf"))
    assert [one.status_code for one in answers] == [200, 409]
    assert answers[1].json()["code"] == "too_long_for_pdf"
    assert f"{MOST_ROWS + 1} rows" in answers[1].json()["detail"]
    assert len(stored_bytes(built, 3)) > len(stored_bytes(built, 2))


def test_every_change_after_the_launch_is_an_amendment_with_a_reason() -> None:
    built = launched(cases=2)
    ask = asking(built.coordinator)
    dates = {"reader_id": str(built.readers[0].pk), "starts_on": None, "ends_on": "2099-12-31"}
    refused = ask("PUT", f"{study(built)}/reader-dates", dates, status=400)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("reason", "required")]
    # A change without a reason is not made at all.
    assert ask("GET", f"{study(built)}/reader-dates")[0]["ends_on"] is None
    ask("PUT", f"{study(built)}/terms", {"text": "Be careful."}, status=400)
    ask("PUT", f"{study(built)}/reader-dates", {**dates, "reason": "On leave"})
    # The same days again change nothing, and need no reason.
    ask("PUT", f"{study(built)}/reader-dates", dates)
    ask("PUT", f"{study(built)}/terms", {"text": "Be careful.", "reason": "The ethics board asked"})
    case = built.assignment(built.readers[0], 1).case
    ask("POST", f"{study(built)}/withdrawals", {"case_id": str(case.pk), "reason": "Wrong patient"})
    ask("POST", f"{study(built)}/withdrawals", {"reader_id": str(built.readers[1].pk), "reason": "Moved away"})
    versions = protocol(built)["versions"]
    assert [(one["number"], one["reason"], one["changed"]) for one in versions] == [
        (5, "Moved away", ["Readers"]),
        (4, "Wrong patient", ["Cases"]),
        (3, "The ethics board asked", ["Terms"]),
        (2, "On leave", ["Readers"]),
        (1, "", []),
    ]
    assert "Wrong patient" in str(section_of(json.loads(stored_bytes(built, 4)), "cases"))
    assert Event.objects.filter(action="protocol.amend").count() == 4
    assert list(broken_links()) == []


def test_what_changed_by_itself_is_recorded_with_a_reason() -> None:
    built = launched(cases=1)
    ask, path = asking(built.coordinator), f"{study(built)}/protocol"
    assert ask("POST", path, {"reason": "Nothing"}, status=409)["code"] == "nothing_changed"
    body = {"basis": "COMPONENTS", "difference": 0.05, "readers": [6], "cases": [251], "positive_share": 0.4}
    body |= {"var_tr": 0.0002004, "var_error": 0.00080229, "cov1": 0.00034661, "cov2": 0.00034407, "cov3": 0.00023903}
    ask("POST", f"{study(built)}/sample-sizes", {**body, "component_cases": 114}, status=201)
    assert protocol(built)["unrecorded"] == ["Sample size"]
    ask("POST", path, {"reason": "  "}, status=400)
    ask("POST", path, {"reason": "Planned again after the pilot"}, status=201)
    found = protocol(built)
    assert (found["unrecorded"], found["versions"][0]["changed"]) == ([], ["Sample size"])
    # Van Dyke's components: RJafroc asks for 170 cases with 6 readers.
    (row,) = section_of(found["document"], "sample_size")["tables"][0]["rows"]
    assert row[:2] == ["6", "170"]


def test_a_version_is_approved_by_name_with_the_password_and_once() -> None:
    built = launched(cases=1)
    built.coordinator.set_password(PASSWORD)
    built.coordinator.save()
    ask, path = asking(built.coordinator), f"{study(built)}/protocol/versions/1/approvals"
    body = {"password": PASSWORD, "meaning": "APPROVED"}
    assert ask("POST", path, {**body, "password": "wrong"}, status=400)["code"] == "wrong_password"
    assert not ProtocolApproval.objects.exists()
    (version,) = ask("POST", path, body, status=201)["versions"]
    (approval,) = version["approvals"]
    assert (approval["username"], approval["digest"]) == (built.coordinator.username, version["digest"])
    assert approval["meaning_text"] == "I have read this version of the protocol and approve it."
    assert ask("POST", path, body, status=409)["code"] == "already_approved"
    ask("POST", path, {**body, "meaning": "STATISTICS"}, status=201)
    ask("POST", path, {**body, "meaning": "LUCK"}, status=400)
    ask("POST", f"{study(built)}/protocol/versions/2/approvals", body, status=404)
    asking(built.readers[0])("POST", path, body, status=403)
    asking(launched("elsewhere").coordinator)("GET", f"{study(built)}/protocol", status=404)
    assert Event.objects.filter(action="protocol.approve").count() == 2
    frozen = ProtocolVersion.objects.get(reader_study=built.reader_study)
    with pytest.raises(AppendOnlyError):
        frozen.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE annotations_protocolapproval SET username = 'else'")


def test_questions_in_words() -> None:
    levels = {"kind": "ORDINAL", "options": ["no", {"text": "yes", "value": "4A"}], "cannot_assess": True}
    assert answer_words(levels) == "scale: no · yes; or “cannot assess”"
    number = {"kind": "NUMBER", "unit": "mm", "minimum": 1, "maximum": None}
    assert answer_words(number) == "number: from 1 mm"
    both = {"all": [{"question": "seen", "is": True}, {"question": "size", "at_least": 5}]}
    assert condition_words(both) == "(seen is yes) and (size at least 5)"
