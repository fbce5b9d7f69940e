"""Invitations over HTTP, with a real mail server: from an address to a member, and what strangers are told."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotations.models import Invitation, InvitationLink, Membership, StudyMail
from annotations.services.mails import MAILS_AN_HOUR, PAUSES, mail_send, mails_retry
from portal import jobs
from portal.accounts.authentication import token_digest
from portal.accounts.models import User
from portal.audit.models import Event
from portal.audit.verify import broken_links
from portal.db import JobState
from tests.annotations.building import Built, draft, launched, person
from tests.annotations.test_designs_api import asking, study
from tests.mail_server import Mailbox, mail_server

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
ADDRESS = "grace@example.org"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    with mail_server(settings) as box:
        yield box


def sent() -> StudyMail:
    """Do what a worker does with the newest mail."""
    mail = StudyMail.objects.latest("created_at")
    jobs.run(StudyMail, mail.pk, mail_send)
    mail.refresh_from_db()
    return mail


def invited(built: Built, *emails: str, role: str = "READER", status: int = 201) -> Any:
    body = {"emails": emails or [ADDRESS], "role": role}
    return asking(built.coordinator)("POST", f"{study(built)}/invitations", body, status=status)


def token_in(text: str) -> str:
    found = re.search(r"/invitation#([\w-]{43})", text)
    assert found, text
    return found[1]


def anybody(path: str, body: dict[str, Any], client: Client | None = None, **more: Any) -> Any:
    return (client or Client()).post(f"/api/v1/invitation/{path}", body, content_type="application/json", **more)


def new_account(token: str, username: str = "grace", password: str = PASSWORD) -> dict[str, Any]:
    return {"token": token, "is_new_account": True, "username": username, "password": password, "name": "Grace Hopper"}


def listed(built: Built) -> Any:
    return asking(built.coordinator)("GET", f"{study(built)}/invitations")["invitations"]


def test_a_mail_invites_and_its_link_makes_a_reader_once(mailbox: Mailbox) -> None:
    built = draft()
    (handed,) = invited(built, "Grace@Example.org")
    assert handed["link"] is None
    assert sent().state == JobState.SUCCEEDED
    (mail,) = mailbox.mails
    assert mail["To"] == ADDRESS
    text = mail.get_content()
    assert "pilot" in text
    assert "Case" not in text
    token = token_in(text)
    # The digest of the one token, and the token nowhere.
    assert [link.digest for link in InvitationLink.objects.all()] == [token_digest(token)]
    assert not StudyMail.objects.filter(error_detail__contains=token).exists()

    seen = anybody("look", {"token": token}).json()
    assert set(seen) == {"reader_study_name", "coordinator_name", "role", "email", "expires_at"}
    assert (seen["reader_study_name"], seen["role"], seen["email"]) == ("pilot", "READER", ADDRESS)
    weak = anybody("accept", new_account(token, password="grace"))
    assert weak.status_code == 400
    browser = Client()
    browser.force_login(built.coordinator)
    assert anybody("accept", new_account(token), browser).json()["code"] == "other_account"
    browser = Client()
    accepted = anybody("accept", new_account(token), browser)
    assert accepted.json() == {"reader_study_id": str(built.reader_study.pk), "role": "READER"}
    assert browser.get("/api/v1/me").json()["username"] == "grace"
    grace = User.objects.get(username="grace")
    assert (grace.email, grace.name) == (ADDRESS, "Grace Hopper")
    assert Membership.objects.filter(reader_study=built.reader_study, user=grace, role="READER").count() == 1
    # The link is used up, and says what any strange one says.
    again = anybody("accept", new_account(token, "grace2"))
    assert (again.status_code, again.content) == (404, anybody("look", {"token": "x" * 43}).content)
    assert not User.objects.filter(username="grace2").exists()
    (row,) = listed(built)
    assert (row["state"], row["accepted_by"], row["mail"]["state"]) == ("ACCEPTED", "grace", "SUCCEEDED")
    assert set(Event.objects.filter(action__startswith="invitation").values_list("action", flat=True)) == {
        "invitation.create",
        "invitation.accept",
    }
    assert ADDRESS not in str(list(Event.objects.values_list("detail", flat=True)))
    assert list(broken_links()) == []


def test_without_a_mail_server_the_link_is_handed_to_the_coordinator() -> None:
    built = draft()
    (handed,) = invited(built)
    assert not StudyMail.objects.exists()
    assert asking(built.coordinator)("GET", f"{study(built)}/invitations")["is_mail_configured"] is False
    assert anybody("look", {"token": token_in(handed["link"])}).status_code == 200
    again = asking(built.coordinator)("POST", f"{study(built)}/invitations/{handed['id']}/resend")
    # The new link is another one, and the old one has ended.
    assert anybody("look", {"token": token_in(handed["link"])}).status_code == 404
    assert anybody("look", {"token": token_in(again["link"])}).status_code == 200


@pytest.mark.parametrize("change", ["expired", "revoked", "closed"])
def test_every_link_that_is_over_says_the_same(change: str) -> None:
    built = launched()
    (handed,) = invited(built, role="ADJUDICATOR")
    token = token_in(handed["link"])
    assert anybody("look", {"token": token}).status_code == 200
    if change == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif change == "revoked":
        asking(built.coordinator)("POST", f"{study(built)}/invitations/{handed['id']}/revoke", status=204)
        asking(built.coordinator)("POST", f"{study(built)}/invitations/{handed['id']}/resend", status=409)
    else:
        asking(built.coordinator)("POST", f"{study(built)}/close")
    strange = anybody("look", {"token": "never-was"})
    for path, body in (("look", {"token": token}), ("accept", new_account(token))):
        answer = anybody(path, body)
        assert (answer.status_code, answer.content) == (404, strange.content)
    assert listed(built)[0]["state"] == {"expired": "EXPIRED", "revoked": "REVOKED", "closed": "PENDING"}[change]


def test_an_account_of_the_address_signs_in_and_no_other() -> None:
    built = draft()
    (handed,) = invited(built)
    token = token_in(handed["link"])
    for username, email in (("own", ADDRESS), ("other", "other@example.org")):
        person(username, email=email).set_password(PASSWORD)
    for user in User.objects.filter(username__in=["own", "other"]):
        user.set_password(PASSWORD)
        user.save()
    body = {"token": token, "is_new_account": False, "password": PASSWORD}
    wrong = anybody("accept", {**body, "username": "own", "password": "wrong"})
    nobody = anybody("accept", {**body, "username": "nobody", "password": "wrong"})
    assert (wrong.status_code, wrong.content) == (nobody.status_code, nobody.content)
    assert anybody("accept", {**body, "username": "other"}).json()["code"] == "other_address"
    assert anybody("accept", new_account(token)).json()["code"] == "address_taken"
    assert anybody("accept", {**body, "username": "own"}).status_code == 200


def test_an_account_without_an_address_gets_the_one_that_was_invited() -> None:
    built = draft()
    (handed,) = invited(built)
    ada = person("ada")
    ada.set_password(PASSWORD)
    ada.save()
    body = {"token": token_in(handed["link"]), "is_new_account": False, "username": "ada", "password": PASSWORD}
    assert anybody("accept", body).status_code == 200
    ada.refresh_from_db()
    assert ada.email == ADDRESS
    assert Event.objects.filter(action="person.address").count() == 1


def test_who_is_not_blinded_cannot_come_in_as_a_reader() -> None:
    built = draft()
    (handed,) = invited(built)
    builder = person("builder", may_create_reader_studies=True, email=ADDRESS)
    builder.set_password(PASSWORD)
    builder.save()
    body = {"token": token_in(handed["link"]), "is_new_account": False, "username": "builder", "password": PASSWORD}
    assert anybody("accept", body).json()["code"] == "not_blinded"
    assert not Membership.objects.filter(user=builder).exists()


def test_readers_are_invited_before_the_launch_and_nobody_twice() -> None:
    refused = invited(launched(), status=409)
    assert refused["code"] == "readers_fixed"
    built = draft("second")
    invited(built, ADDRESS, "ada@example.org")
    refused = invited(built, "new@example.org", ADDRESS.upper(), status=400)
    assert refused["code"] == "already_invited"
    assert len(listed(built)) == 2
    invited(built, "not an address", status=400)


def test_a_mail_that_fails_says_why_and_is_tried_again(mailbox: Mailbox) -> None:
    built = draft()
    mailbox.refusal = "451 4.3.0 come back later"
    invited(built)
    failed = sent()
    assert (failed.state, failed.error_code, failed.tries) == (JobState.FAILED, "address_refused", 1)
    assert "451 4.3.0 come back later" in failed.error_detail
    assert mails_retry() == 0
    assert failed.next_try_at is not None
    assert timezone.now() < failed.next_try_at <= timezone.now() + PAUSES[0]
    StudyMail.objects.update(next_try_at=timezone.now())
    assert mails_retry() == 1
    mailbox.refusal = ""
    assert sent().state == JobState.SUCCEEDED
    assert anybody("look", {"token": token_in(mailbox.mails[0].get_content())}).status_code == 200


def test_an_address_that_is_refused_for_good_is_not_tried_again(mailbox: Mailbox) -> None:
    built = draft()
    mailbox.refusal = "550 5.1.1 no such mailbox"
    invited(built)
    failed = sent()
    assert (failed.state, failed.next_try_at) == (JobState.FAILED, None)
    (row,) = listed(built)
    assert "no such mailbox" in row["mail"]["error_detail"]


def test_a_mail_server_that_does_not_answer_is_said(settings: Any) -> None:
    built = draft()
    with mail_server(settings):
        invited(built)
    failed = sent()
    assert (failed.error_code, failed.state) == ("mail_server_unreachable", JobState.FAILED)
    # Revoked meanwhile, it is not sent when it is its turn.
    invitation = Invitation.objects.get()
    asking(built.coordinator)("POST", f"{study(built)}/invitations/{invitation.pk}/revoke", status=204)
    jobs.retry(failed)
    assert sent().state == JobState.CANCELLED


def test_strange_tokens_and_refused_accounts_are_limited() -> None:
    built = draft()
    (handed,) = invited(built)
    token = token_in(handed["link"])
    for _ in range(20):
        assert anybody("look", {"token": "strange"}, REMOTE_ADDR="192.0.2.200").status_code == 404
    assert anybody("look", {"token": token}, REMOTE_ADDR="192.0.2.200").status_code == 429
    taken = built.readers[0].username
    for _ in range(10):
        assert anybody("accept", new_account(token, taken)).status_code == 400
    assert anybody("accept", new_account(token, "grace")).status_code == 429


def test_a_reader_study_sends_so_many_mails_an_hour(mailbox: Mailbox) -> None:
    built = draft()
    invitation = Invitation.objects.create(
        reader_study=built.reader_study,
        email="x@example.org",
        role="READER",
        invited_by=built.coordinator,
        expires_at=timezone.now() + timedelta(days=1),
    )
    StudyMail.objects.bulk_create(
        StudyMail(reader_study=built.reader_study, invitation=invitation) for _ in range(MAILS_AN_HOUR)
    )
    assert invited(built, status=429)["code"] == "too_many_requests"


def test_an_old_list_of_members_drops_nobody_who_joined_meanwhile() -> None:
    built = draft()
    ask, path = asking(built.coordinator), f"{study(built)}/members"
    base = [{"user_id": row["user_id"], "role": row["role"]} for row in ask("GET", path)]
    (handed,) = invited(built)
    anybody("accept", new_account(token_in(handed["link"])))
    assert ask("PUT", path, {"members": base, "base": base}, status=409)["code"] == "stale_members"
    base = [{"user_id": row["user_id"], "role": row["role"]} for row in ask("GET", path)]
    ask("PUT", path, {"members": base, "base": base})
