"""Who did what to what, and when: an append-only chain in which every row seals the one before it.

Personal data stay out: the rows carry ids, codes and words. Triggers refuse UPDATE and DELETE.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, event, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, mapped_column

from courses.db import Base, Id

CHAIN_LOCK = 7_153_201

PROTECTION = {
    "postgresql": (
        """CREATE FUNCTION audit_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit entries are final'; END $$""",
        """CREATE TRIGGER audit_entry_is_final BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_is_final()""",
    ),
    "sqlite": (
        """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are final'); END""",
        """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are final'); END""",
    ),
}


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
    """The ids of rows that were changed, or before which a row is missing; empty when the chain is whole."""
    broken = []
    previous = ""
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)).yield_per(500):
        if entry.previous_seal != previous or entry.seal != seal_of(entry):
            broken.append(entry.id)
        previous = entry.seal
    return broken


def newest_broken_links(session: Session, *, limit: int) -> Sequence[int]:
    """The same for the newest `limit` rows only, so that a page may ask; newest first."""
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)).all()
    before = [*(row.seal for row in rows[1:]), ""]
    return [
        row.id
        for row, previous in zip(rows[:limit], before, strict=False)
        if row.previous_seal != previous or row.seal != seal_of(row)
    ]


def entries_about(session: Session, subject: str, subject_id: int) -> Sequence[AuditEntry]:
    """What was done to one thing, newest first."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id.desc())
        .limit(200)
    ).all()


def newest(
    session: Session,
    *,
    before: int | None = None,
    action: str = "",
    actor_id: int | None = None,
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """The latest deeds, newest first: those before the entry `before`, of one action, of one person."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if action:
        query = query.where(AuditEntry.action == action)
    if actor_id is not None:
        query = query.where(AuditEntry.actor_id == actor_id)
    return session.scalars(query).all()


def protect(connection: Connection) -> None:
    """Have the database itself refuse UPDATE and DELETE; called by the migration that makes the table."""
    for statement in PROTECTION[connection.dialect.name]:
        connection.execute(text(statement))


def lift_protection(session: Session) -> None:
    """Drop the guards again: for an erasure ordered by law, done by hand, and for tests of the chain."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("DROP TRIGGER audit_entry_is_final ON audit_entry"))
        return
    for trigger in ("audit_entry_no_update", "audit_entry_no_delete"):
        session.execute(text(f"DROP TRIGGER {trigger}"))


@event.listens_for(AuditEntry.__table__, "after_create")
def _protect_new_table(_table: object, connection: Connection, **_: Any) -> None:
    protect(connection)


def _lock_chain(session: Session) -> None:
    """Appends wait for one another until their transactions end; SQLite's single writer does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
