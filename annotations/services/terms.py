"""Storing the terms of a reader study, and accepting them."""

from django.db import transaction

from annotations.domain.states import RUNNING
from annotations.models import ReaderStudy, ReaderStudyState, TermsAcceptance, TermsVersion
from annotations.selectors.terms import terms_of
from annotations.services.bases import require_base
from annotations.services.drafts import stream_of
from annotations.services.protocol import protocol_follow
from annotations.services.streams import stream_of_readers_own
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict


@transaction.atomic
def terms_put(
    *, by: User, reader_study: ReaderStudy, text: str, reason: str = "", base: str | None = None
) -> TermsVersion:
    """Store a new version (the study's row is locked by the caller); the same words are the same version.

    After the launch that amends the protocol, with a reason. `base`: the words from which they were made; raises 409
    `stale_terms` when they are others by now.
    """
    if reader_study.state not in {ReaderStudyState.DRAFT, *RUNNING}:
        raise Conflict("The reader study is closed: nobody is asked to accept anything any more.")
    newest = terms_of(reader_study=reader_study)
    require_base("terms", base=base, current=newest.text if newest else "", wanted=text)
    if newest is not None and newest.text == text:
        return newest
    version = newest.version + 1 if newest else 1
    stored = TermsVersion.objects.create(reader_study=reader_study, version=version, text=text, created_by=by)
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="terms.put",
        obj=stored,
        detail={"version": version},
        rows=[stored],
    )
    protocol_follow(by=by, reader_study=reader_study, reason=reason)
    return stored


@transaction.atomic
def terms_accept(*, by: User, reader_study: ReaderStudy, version: int) -> TermsAcceptance:
    """Accept the terms in force; once more is harmless. Raises 409 `terms_changed` for any other version."""
    terms = terms_of(reader_study=reader_study)
    if terms is None or terms.text == "" or terms.version != version:
        current = terms.version if terms else 0
        raise Conflict(
            "The terms have changed since you loaded them. Read them again.",
            code="terms_changed",
            extra={"current_version": current},
        )
    acceptance, is_new = TermsAcceptance.objects.get_or_create(terms=terms, reader=by)
    if is_new:
        record(
            stream=stream_of_readers_own(reader_study.pk, by.pk),
            actor=by,
            action="terms.accept",
            obj=terms,
            detail={"version": version},
            rows=[acceptance],
        )
    return acceptance
