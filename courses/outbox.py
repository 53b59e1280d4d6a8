"""Facts to tell, stored in the transaction they are about, and delivered until every reaction is done.

The broker is never the record. A fact becomes one delivery per reaction; a delivery that is not done when its
lease runs out, or whose bearer is known to be gone, is sent again: the broker may be emptied at any moment
and no promise is forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from courses.db import Base, Id, partial

FIRST_LEASE = timedelta(seconds=20)
LONGEST_LEASE = timedelta(minutes=10)
PATIENT_TRIES = 5
PUBLISHED = "kafedra_published"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, named in the past tense; carries ids only."""

    @classmethod
    def name(cls) -> str:
        return cls.__name__


class OutboxMessage(Base):
    """One fact. `dispatched_at` says when its deliveries were made. No personal data: ids only."""

    __tablename__ = "outbox_message"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]
    dispatched_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_outbox_message_waiting", "id", **partial("dispatched_at IS NULL")),)


class OutboxDelivery(Base):
    """One reaction owed to one fact, with the lease under which it was last sent."""

    __tablename__ = "outbox_delivery"

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id", ondelete="CASCADE"))
    reaction: Mapped[str] = mapped_column(String(120))
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime]
    done_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("message_id", "reaction"),
        Index("ix_outbox_delivery_owed", "leased_until", **partial("done_at IS NULL")),
    )


STORE = insert(OutboxMessage.metadata.tables["outbox_message"])


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the relay hands to the broker."""

    id: int
    reaction: str
    payload: Mapping[str, Any]
    request_id: str
    attempts: int


def publish(session: Session, fact: Fact, *, now: datetime) -> None:
    """Store a fact; it is told to the workers if and only if this transaction commits."""
    row = {
        "name": fact.name(),
        "payload": asdict(fact),
        "created_at": now,
        "request_id": session.info.get("request_id", ""),
    }
    session.execute(STORE, row)
    session.info[PUBLISHED] = True


def took_published(session: Session) -> bool:
    """Whether facts were published since the last call; the caller may then wake the relay early."""
    return bool(session.info.pop(PUBLISHED, False))


def dispatch(
    session: Session, reactions: Mapping[str, Sequence[str]], *, now: datetime, limit: int = 500
) -> int:
    """Turn waiting facts into deliveries due at once; `reactions` maps a fact's name to its reactions."""
    waiting = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.dispatched_at.is_(None))
        .order_by(OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    rows = [
        {"message_id": message.id, "reaction": reaction, "attempts": 0, "leased_until": now}
        for message in waiting
        for reaction in reactions.get(message.name, ())
    ]
    if rows:
        session.execute(insert(OutboxDelivery), rows)
    if waiting:
        ids = [message.id for message in waiting]
        session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(dispatched_at=now))
    return len(waiting)


def lease(session: Session, *, now: datetime, limit: int = 200) -> list[Delivery]:
    """Take the deliveries that are due, and lease each so that nobody sends it again before the lease ends.

    The lease doubles with every attempt, from 20 seconds to 10 minutes.
    """
    due = session.execute(
        select(OutboxDelivery, OutboxMessage)
        .join(OutboxMessage, OutboxMessage.id == OutboxDelivery.message_id)
        .where(OutboxDelivery.done_at.is_(None), OutboxDelivery.leased_until <= now)
        .order_by(OutboxDelivery.id)
        .limit(limit)
        .with_for_update(of=OutboxDelivery, skip_locked=True)
    ).all()
    taken = []
    for delivery, message in due:
        delivery.leased_until = now + min(FIRST_LEASE * 2 ** min(delivery.attempts, 10), LONGEST_LEASE)
        delivery.attempts += 1
        taken.append(
            Delivery(delivery.id, delivery.reaction, message.payload, message.request_id, delivery.attempts)
        )
    return taken


def recall(session: Session, *, now: datetime) -> int:
    """A worker or the broker began anew and what was sent may be lost: whatever is owed is due at once.

    What was tried more than `PATIENT_TRIES` times keeps its lease, so that a delivery which kills workers
    cannot make them spin. Returns the number recalled.
    """
    lost = (
        update(OutboxDelivery)
        .where(
            OutboxDelivery.done_at.is_(None),
            OutboxDelivery.leased_until > now,
            OutboxDelivery.attempts <= PATIENT_TRIES,
        )
        .values(leased_until=now)
        .returning(OutboxDelivery.id)
    )
    return len(session.scalars(lost).all())


def settle(session: Session, delivery_id: int, *, now: datetime, refusal: str | None = None) -> None:
    """The reaction is done (or the domain refused it for good): it is never sent again."""
    session.execute(
        update(OutboxDelivery).where(OutboxDelivery.id == delivery_id).values(done_at=now, refusal=refusal)
    )


def is_settled(session: Session, delivery_id: int) -> bool:
    """Whether this delivery needs no more work."""
    done = session.scalar(select(OutboxDelivery.done_at).where(OutboxDelivery.id == delivery_id))
    return done is not None


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether `dispatch` or `lease` would find work: one cheap look, taken once a second."""
    waiting = select(OutboxMessage.id).where(OutboxMessage.dispatched_at.is_(None)).limit(1)
    if session.scalar(waiting) is not None:
        return True
    due = select(OutboxDelivery.id).where(
        OutboxDelivery.done_at.is_(None), OutboxDelivery.leased_until <= now
    )
    return session.scalar(due.limit(1)) is not None


def oldest_owed(session: Session) -> datetime | None:
    """When the oldest fact with an unfinished reaction was stored; None when nothing is owed."""
    undispatched = select(func.min(OutboxMessage.created_at)).where(OutboxMessage.dispatched_at.is_(None))
    undone = (
        select(func.min(OutboxMessage.created_at))
        .join(OutboxDelivery, OutboxDelivery.message_id == OutboxMessage.id)
        .where(OutboxDelivery.done_at.is_(None))
    )
    moments = [moment for moment in (session.scalar(undispatched), session.scalar(undone)) if moment]
    return min(moments, default=None)


def forget_told(session: Session, *, before: datetime) -> None:
    """Remove facts told before `before` whose every reaction is done."""
    owed = select(OutboxDelivery.message_id).where(OutboxDelivery.done_at.is_(None))
    old = select(OutboxMessage.id).where(OutboxMessage.dispatched_at < before, OutboxMessage.id.not_in(owed))
    session.execute(delete(OutboxDelivery).where(OutboxDelivery.message_id.in_(old)))
    undelivered = ~exists().where(OutboxDelivery.message_id == OutboxMessage.id)
    session.execute(delete(OutboxMessage).where(OutboxMessage.dispatched_at < before, undelivered))
