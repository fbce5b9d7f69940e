"""Terms over HTTP: no case is opened before they are accepted, and a new version is accepted anew."""

import pytest

from annotations.models import TermsAcceptance, TermsVersion
from annotations.services.reader_studies import reader_study_close
from portal.audit.models import Event
from portal.audit.verify import broken_links
from tests.annotations.building import Built, draft, launched
from tests.annotations.test_designs_api import asking, study

pytestmark = pytest.mark.django_db


def stored(built: Built, text: str = "Keep the images to yourself.") -> int:
    version: int = asking(built.coordinator)("PUT", f"{study(built)}/terms", {"text": text, "reason": "New"})["version"]
    return version


def test_no_case_is_opened_before_the_terms_are_accepted() -> None:
    built = launched(cases=2)
    reader = asking(built.readers[0])
    assert reader("GET", f"{study(built)}/terms") == {"version": 0, "text": "", "stored_at": None, "accepted_at": None}
    stored(built)
    first, second = reader("GET", f"{study(built)}/assignments")
    refused = reader("POST", f"assignments/{first['id']}/open", status=409)
    assert refused["code"] == "terms_not_accepted"
    accepted = reader("POST", f"{study(built)}/terms/acceptance", {"version": 1})
    assert accepted["accepted_at"]
    assert reader("POST", f"{study(built)}/terms/acceptance", {"version": 1}) == accepted
    read = reader("POST", f"assignments/{first['id']}/open")
    rows = asking(built.coordinator)("GET", f"{study(built)}/reader-dates")
    assert [row["terms_accepted_at"] for row in rows] == [accepted["accepted_at"], None]

    assert stored(built, "Keep the images and the marks to yourself.") == 2
    assert reader("GET", f"{study(built)}/terms")["accepted_at"] is None
    # What is open stays open; the next case waits.
    reader("GET", f"reads/{read['id']}")
    reader("POST", f"assignments/{second['id']}/open", status=409)
    outdated = reader("POST", f"{study(built)}/terms/acceptance", {"version": 1}, status=409)
    assert (outdated["code"], outdated["current_version"]) == ("terms_changed", 2)
    reader("POST", f"{study(built)}/terms/acceptance", {"version": 2})
    reader("POST", f"assignments/{second['id']}/open")
    assert Event.objects.filter(action="terms.accept").count() == TermsAcceptance.objects.count() == 2
    assert list(broken_links()) == []


def test_terms_without_words_ask_for_nothing() -> None:
    built = launched(cases=1)
    stored(built)
    assert stored(built, "") == 2
    reader = asking(built.readers[0])
    reader("POST", f"{study(built)}/terms/acceptance", {"version": 2}, status=409)
    (own,) = reader("GET", f"{study(built)}/assignments")
    reader("POST", f"assignments/{own['id']}/open")


def test_the_same_words_are_the_same_version_and_drafts_have_terms_too() -> None:
    built = draft()
    assert [stored(built), stored(built)] == [1, 1]
    assert TermsVersion.objects.count() == 1
    asking(built.coordinator)("PUT", f"{study(built)}/terms", {"text": "x" * 20_001}, status=400)
    # Readers hear of a reader study when it is launched.
    asking(built.readers[0])("GET", f"{study(built)}/terms", status=404)


def test_who_may_store_and_accept() -> None:
    built = launched()
    stored(built)
    asking(built.readers[0])("PUT", f"{study(built)}/terms", {"text": "Mine"}, status=403)
    asking(built.coordinator)("POST", f"{study(built)}/terms/acceptance", {"version": 1}, status=403)
    asking(launched("elsewhere").readers[0])("POST", f"{study(built)}/terms/acceptance", {"version": 1}, status=404)
    reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    refused = asking(built.coordinator)("PUT", f"{study(built)}/terms", {"text": "Too late"}, status=409)
    assert refused["code"] == "wrong_state"
