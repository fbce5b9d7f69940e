"""The terms in force, and who has accepted them."""

import datetime
import uuid

from annotations.models import ReaderStudy, TermsAcceptance, TermsVersion
from portal.accounts.models import User


def terms_of(*, reader_study: ReaderStudy) -> TermsVersion | None:
    """Return the newest version; None while there has been none."""
    return TermsVersion.objects.filter(reader_study=reader_study).order_by("-version").first()


def accepted_at(*, terms: TermsVersion | None, reader: User) -> datetime.datetime | None:
    """Return when the reader accepted this version."""
    acceptance = TermsAcceptance.objects.filter(terms=terms, reader=reader).first() if terms else None
    return acceptance.created_at if acceptance else None


def must_accept(*, reader_study: ReaderStudy, reader: User) -> bool:
    """Say whether the reader has still to accept the terms in force."""
    terms = terms_of(reader_study=reader_study)
    return terms is not None and terms.text != "" and accepted_at(terms=terms, reader=reader) is None


def acceptances_of(*, reader_study: ReaderStudy) -> dict[uuid.UUID, datetime.datetime]:
    """Return when each reader accepted the terms in force."""
    terms = terms_of(reader_study=reader_study)
    rows = TermsAcceptance.objects.filter(terms=terms) if terms else TermsAcceptance.objects.none()
    return {row.reader_id: row.created_at for row in rows}
