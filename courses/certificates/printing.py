"""From a snapshot to the PDF, and back to it when a stored file is lost or spoilt."""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.certificates.attesting import FACSIMILE
from courses.certificates.models import Certificate
from courses.certificates.rules import State, state_of
from courses.certificates.snapshot import drawing
from courses.errors import NotFound
from courses.files import FileStore, key_of

log = structlog.get_logger(__name__)


class AnotherPaper(RuntimeError):
    """A certificate drawn again came out differently: its file is lost for good.

    This is a defect of the program.
    """


def render(snapshot: Mapping[str, Any], files: FileStore) -> bytes:
    """The PDF. The same snapshot always gives the same bytes: its images are named by their content."""
    keys = {snapshot["organisation"].get(what) for what in ("seal", "signature")} - {None, FACSIMILE}
    assets = {key: files.get(key) for key in keys}
    with drawing() as designs:
        pdf: bytes = designs.DESIGNS[snapshot["design"]].draw(snapshot, assets)
    return pdf


def is_valid(session: Session, certificate_id: int) -> bool:
    """Whether somebody may hold it up now: it is printed, and neither revoked nor replaced."""
    row = session.execute(
        select(Certificate.file_key, Certificate.revoked_at, Certificate.replaced_at).where(
            Certificate.id == certificate_id
        )
    ).first()
    return row is not None and state_of(row) is State.VALID


def unprinted(session: Session, certificate_id: int) -> dict[str, Any] | None:
    """What is to be drawn for a certificate that still has no paper; None when nothing is owed."""
    certificate = session.get(Certificate, certificate_id)
    if certificate is None:
        raise NotFound("certificate")
    return certificate.snapshot if state_of(certificate) is State.PRINTING else None


def owed(session: Session, *, before: Any, limit: int = 500) -> list[int]:
    """Certificates numbered before this moment that still have no paper."""
    query = (
        select(Certificate.id)
        .where(
            Certificate.file_key.is_(None),
            Certificate.revoked_at.is_(None),
            Certificate.replaced_at.is_(None),
            Certificate.issued_at < before,
        )
        .order_by(Certificate.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def paper(snapshot: Mapping[str, Any], file_key: str, files: FileStore) -> bytes:
    """The stored PDF, checked against its hash; one that is lost or spoilt is drawn again to the byte."""
    try:
        stored = files.get(file_key)
    except NotFound:
        log.warning("certificate.file_lost", key=file_key)
    else:
        if key_of(stored) == file_key:
            return stored
        log.error("certificate.file_spoilt", key=file_key)
    drawn = render(snapshot, files)
    if key_of(drawn) != file_key:
        raise AnotherPaper(file_key)
    files.put(drawn)
    return drawn
