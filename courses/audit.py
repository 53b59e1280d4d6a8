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
HEAD = 1

PROTECTION = {
    "postgresql": (
        """CREATE FUNCTION audit_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit entries are final'; END $$""",
        """CREATE TRIGGER audit_entry_is_final BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_is_final()""",
        """CREATE TRIGGER audit_entry_stays BEFORE TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_final()""",
    ),
    "sqlite": (
        """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are final'); END""",
        """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are final'); END""",
        """CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
        WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)
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

    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "subject_id"),
        Index("ix_audit_entry_actor", "actor_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
    )


class AuditHead(Base):
    """The end of the chain, so that a missing newest row is noticed."""

    __tablename__ = "audit_head"

    id: Mapped[Id]
    newest_id: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))


def record(
    session: Session, action: str, subject: str, subject_id: int, *, by: int, now: datetime, **details: Any
) -> None:
    """Append one deed of the person `by`; `details` are words, whole numbers, yes or no, and hold no personal
    data."""
    _refuse_unstable(details)
    _lock_chain(session)
    head = session.get(AuditHead, HEAD, populate_existing=True)
    entry = AuditEntry(
        at=now,
        actor_id=by,
        action=action,
        subject=subject,
        subject_id=subject_id,
        details=details,
        request_id=session.info.get("request_id", ""),
        previous_seal=head.seal if head else "",
    )
    entry.seal = seal_of(entry)
    session.add(entry)
    session.flush()
    if head is None:
        head = AuditHead(id=HEAD)
        session.add(head)
    head.newest_id, head.seal = entry.id, entry.seal
    session.flush()


def _refuse_unstable(details: dict[str, Any]) -> None:
    """What a database may write in another way than it was given would look like a changed row."""
    for name, value in details.items():
        if not isinstance(value, str | int | None) or (isinstance(value, str) and "\0" in value):
            raise ValueError(f"audit detail {name} must be a word, a whole number, or yes or no")


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
    head = session.get(AuditHead, HEAD, populate_existing=True)
    whole = previous == (head.seal if head else "")
    return broken if whole else [*broken, head.newest_id if head else 0]


def newest_broken_links(session: Session, *, limit: int) -> Sequence[int]:
    """The same for the newest `limit` rows only, so that a page may ask; newest first."""
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)).all()
    before = [*(row.seal for row in rows[1:]), ""]
    head = session.get(AuditHead, HEAD, populate_existing=True)
    newest = head.newest_id if head else 0
    lost = [] if (rows[0].id if rows else 0) == newest else [newest]
    return lost + [
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
        for trigger in ("audit_entry_is_final", "audit_entry_stays"):
            session.execute(text(f"DROP TRIGGER {trigger} ON audit_entry"))
        return
    for trigger in ("audit_entry_no_update", "audit_entry_no_delete", "audit_entry_no_replace"):
        session.execute(text(f"DROP TRIGGER {trigger}"))


@event.listens_for(AuditEntry.__table__, "after_create")
def _protect_new_table(_table: object, connection: Connection, **_: Any) -> None:
    protect(connection)


def _lock_chain(session: Session) -> None:
    """Appends wait for one another until their transactions end; SQLite's single writer does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
