"""The book of letters: written once per occasion, taken by one sender at a time, closed when settled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses.errors import NotFound
from courses.notifications.models import Letter

LEASE = timedelta(seconds=35)
"""How long a sender has a letter to itself: what a dead one held goes out within a minute."""

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(days=3)


def write_letter(
    session: Session, person_id: int, template: str, occasion: str, context: dict[str, Any], *, now: datetime
) -> Letter | None:
    """Owe the person this letter; None when it was already written for the same occasion."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(Letter)
        .values(person_id=person_id, template=template, occasion=occasion, context=context, created_at=now)
        .on_conflict_do_nothing(index_elements=["person_id", "occasion"])
        .returning(Letter.id)
    )
    letter_id = session.scalar(statement)
    return session.get(Letter, letter_id) if letter_id is not None else None


def letter_for(session: Session, person_id: int, occasion: str) -> Letter | None:
    """The letter that was written for this occasion."""
    return session.scalar(select(Letter).where(Letter.person_id == person_id, Letter.occasion == occasion))


def take(session: Session, letter_id: int, *, now: datetime) -> bool:
    """Whether the caller may send the letter now: it is not settled and nobody else is at it."""
    letter = _held(session, letter_id)
    if letter.sent_at is not None or letter.refusal is not None:
        return False
    if letter.taken_until is not None and letter.taken_until > now:
        return False
    letter.taken_until = now + LEASE
    return True


def give_back(session: Session, letter_id: int, *, now: datetime) -> None:
    """Sending failed for now. It rests for half of its age, 10 seconds to 15 minutes, so that a server that
    asks for patience is not pressed."""
    letter = _held(session, letter_id)
    pause = min(max((now - letter.created_at) / 2, SHORTEST_PAUSE), LONGEST_PAUSE)
    letter.taken_until = now + pause


def mark_sent(session: Session, letter_id: int, *, now: datetime) -> None:
    """The mail server took the letter."""
    letter = _held(session, letter_id)
    letter.sent_at = letter.sent_at or now


def mark_refused(session: Session, letter_id: int, refusal: str) -> None:
    """The mail server said a final no, in a code without personal data."""
    _held(session, letter_id).refusal = refusal[:80]


def owed(session: Session, *, now: datetime, limit: int = 50) -> Sequence[int]:
    """Letters written, not settled and in nobody's hands, oldest first; after three days nobody waits."""
    return session.scalars(
        select(Letter.id)
        .where(
            Letter.sent_at.is_(None),
            Letter.refusal.is_(None),
            Letter.created_at > now - GIVEN_UP_AFTER,
            Letter.created_at < now - timedelta(seconds=30),
            (Letter.taken_until.is_(None)) | (Letter.taken_until <= now),
        )
        .order_by(Letter.created_at)
        .limit(limit)
    ).all()


def _held(session: Session, letter_id: int) -> Letter:
    letter = session.get(Letter, letter_id, with_for_update=True, populate_existing=True)
    if letter is None:
        raise NotFound("letter")
    return letter
