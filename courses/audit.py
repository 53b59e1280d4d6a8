"""Who did what to what, and when: an append-only chain in which every row seals the one before it.

Personal data stay out: the rows carry ids, codes and words. On PostgreSQL a trigger refuses UPDATE and DELETE.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from courses.db import Base, Id

CHAIN_LOCK = 7_153_201


class AuditEntry(Base):
    """One deed. `seal` is the SHA-256 of the row's content and of the seal before it."""

    __tablename__ = "audit_entry"

    id: Mapped[Id]
    at: Mapped[datetime]
    actor_id: Mapped[int]
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    details: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(String(40), default="")
    previous_seal: Mapped[str] = mapped_column(String(64), default="")
    seal: Mapped[str] = mapped_column(String(64), default="")

    __table_args__ = (Index("ix_audit_entry_subject", "subject", "subject_id"),)


def record(
    session: Session, action: str, subject: str, subject_id: int, *, by: int, now: datetime, **details: Any
) -> None:
    """Append one deed of the person `by`; `details` must be JSON and hold no personal data."""
    _lock_chain(session)
    last = session.scalar(select(AuditEntry.seal).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=now,
        actor_id=by,
        action=action,
        subject=subject,
        subject_id=subject_id,
        details=details,
        request_id=session.info.get("request_id", ""),
        previous_seal=last or "",
    )
    entry.seal = seal_of(entry)
    session.add(entry)
    session.flush()


def seal_of(entry: AuditEntry) -> str:
    """The seal that belongs to this row."""
    content = [
        entry.previous_seal,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.details,
        entry.request_id,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def broken_links(session: Session) -> Sequence[int]:
    """The ids of the rows that were changed, or before which a row is missing; empty when the chain is whole."""
    broken = []
    previous = ""
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)).yield_per(500):
        if entry.previous_seal != previous or entry.seal != seal_of(entry):
            broken.append(entry.id)
        previous = entry.seal
    return broken


def entries_about(session: Session, subject: str, subject_id: int) -> Sequence[AuditEntry]:
    """What was done to one thing, newest first."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id.desc())
        .limit(200)
    ).all()


def _lock_chain(session: Session) -> None:
    """Appends wait for one another until the end of their transactions; SQLite's single writer does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
