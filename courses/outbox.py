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
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from courses.db import Base, Id, ask, partial

FIRST_LEASE = timedelta(seconds=20)
LONGEST_LEASE = timedelta(minutes=10)
PATIENT_TRIES = 5
PUBLISHED = "kafedra_published"
NUDGE_KEY = "kafedra:nudge"  # the broker's list on which the web wakes the relay


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

    __table_args__ = (
        Index("ix_outbox_message_waiting", "id", **partial("dispatched_at IS NULL")),
        Index("ix_outbox_message_told", "dispatched_at", **partial("dispatched_at IS NOT NULL")),
    )


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


MESSAGES: Table = OutboxMessage.metadata.tables["outbox_message"]
DELIVERIES: Table = OutboxDelivery.metadata.tables["outbox_delivery"]
STORE = insert(MESSAGES)
PROMISE = insert(DELIVERIES)
WAITING = (
    select(MESSAGES.c.id, MESSAGES.c.name)
    .where(MESSAGES.c.dispatched_at.is_(None))
    .order_by(MESSAGES.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
DISPATCHED = (
    update(MESSAGES)
    .where(MESSAGES.c.id.in_(bindparam("ids", expanding=True)))
    .values(dispatched_at=bindparam("now"))
)
DUE = and_(DELIVERIES.c.done_at.is_(None), DELIVERIES.c.leased_until <= bindparam("now"))
TO_LEASE = (
    select(
        DELIVERIES.c.id,
        DELIVERIES.c.reaction,
        DELIVERIES.c.attempts,
        MESSAGES.c.payload,
        MESSAGES.c.request_id,
    )
    .join(MESSAGES, MESSAGES.c.id == DELIVERIES.c.message_id)
    .where(DUE)
    .order_by(DELIVERIES.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=DELIVERIES, skip_locked=True)
)
LEASE = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("delivery"))
    .values(leased_until=bindparam("until"), attempts=DELIVERIES.c.attempts + 1)
)
ANYTHING = select(
    or_(
        exists(select(MESSAGES.c.id).where(MESSAGES.c.dispatched_at.is_(None))),
        exists(select(DELIVERIES.c.id).where(DUE)),
    )
)
OWED_OF = select(MESSAGES.c.payload).where(
    MESSAGES.c.name == bindparam("name"),
    or_(
        MESSAGES.c.dispatched_at.is_(None),
        exists(
            select(DELIVERIES.c.id).where(
                DELIVERIES.c.message_id == MESSAGES.c.id, DELIVERIES.c.done_at.is_(None)
            )
        ),
    ),
)
SETTLE = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("delivery"))
    .values(done_at=bindparam("now"), refusal=bindparam("why"))
)
DONE = select(DELIVERIES.c.done_at).where(DELIVERIES.c.id == bindparam("delivery"))


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
    session.info.setdefault(PUBLISHED, set()).add(fact.name())


def publish_missing(session: Session, facts: Sequence[Fact], *, now: datetime) -> int:
    """Publish those of the facts, all of one kind, that are not on their way already; how many there were.
    Telling again what is still owed would only make more of it."""
    if not facts:
        return 0
    rows = ask(session, OWED_OF, {"name": facts[0].name()})
    on_the_way = {frozenset(row.payload.items()) for row in rows}
    missing = [fact for fact in facts if frozenset(asdict(fact).items()) not in on_the_way]
    for fact in missing:
        publish(session, fact, now=now)
    return len(missing)


def took_published(session: Session) -> frozenset[str]:
    """The names of the facts published since the last call; the caller may then wake the relay early."""
    return frozenset(session.info.pop(PUBLISHED, ()))


def dispatch(
    session: Session, reactions: Mapping[str, Sequence[str]], *, now: datetime, limit: int = 500
) -> int:
    """Turn waiting facts into deliveries due at once; `reactions` maps a fact's name to its reactions."""
    waiting = ask(session, WAITING, {"most": limit}).all()
    rows = [
        {"message_id": message.id, "reaction": reaction, "attempts": 0, "leased_until": now}
        for message in waiting
        for reaction in reactions.get(message.name, ())
    ]
    if rows:
        session.execute(PROMISE, rows)
    if waiting:
        session.execute(DISPATCHED, {"ids": [message.id for message in waiting], "now": now})
    return len(waiting)


def lease(session: Session, *, now: datetime, limit: int = 200) -> list[Delivery]:
    """Take the deliveries that are due, and lease each so that nobody sends it again before the lease ends.

    The lease doubles with every attempt, from 20 seconds to 10 minutes.
    """
    due = ask(session, TO_LEASE, {"now": now, "most": limit}).all()
    if due:
        leases = [
            {"delivery": row.id, "until": now + min(FIRST_LEASE * 2 ** min(row.attempts, 10), LONGEST_LEASE)}
            for row in due
        ]
        session.execute(LEASE, leases)
    return [Delivery(row.id, row.reaction, row.payload, row.request_id, row.attempts + 1) for row in due]


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
    session.execute(SETTLE, {"delivery": delivery_id, "now": now, "why": refusal})


def is_settled(session: Session, delivery_id: int) -> bool:
    """Whether this delivery needs no more work."""
    return ask(session, DONE, {"delivery": delivery_id}).scalar() is not None


def anything_due(session: Session, *, now: datetime) -> bool:
    """Whether `dispatch` or `lease` would find work: one cheap look, taken once a second."""
    return bool(ask(session, ANYTHING, {"now": now}).scalar())


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
