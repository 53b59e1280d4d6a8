"""Slowing down guesses: after five failures for an address each next one locks it longer, up to 15 minutes.

The count is in the database and under a keyed hash, so it holds without the broker and names nobody. Unknown
addresses are counted like known ones, so that a lock tells nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses.people.models import SignInGuard
from courses.people.tokens import keyed

FREE_FAILURES = 5
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(minutes=15)
FORGIVEN_AFTER = timedelta(hours=24)


def locked_until(session: Session, address: str, *, secret_key: str, now: datetime) -> datetime | None:
    """Until when this address may not try; a plain look, for pages and to save the hash's work."""
    until = session.scalar(
        select(SignInGuard.locked_until).where(SignInGuard.address_hash == address_hash(address, secret_key))
    )
    return until if until is not None and until > now else None


def hold(session: Session, address: str, *, secret_key: str, now: datetime) -> SignInGuard:
    """The address's row, made if need be, and locked so that tries are counted one after another."""
    hashed = address_hash(address, secret_key)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(SignInGuard)
        .values(address_hash=hashed, failures=0, last_failure_at=now)
        .on_conflict_do_nothing(index_elements=["address_hash"])
    )
    return session.execute(
        select(SignInGuard)
        .where(SignInGuard.address_hash == hashed)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def count_failure(guard: SignInGuard, *, now: datetime) -> None:
    """One more wrong password; a day without any is forgiven."""
    if now - guard.last_failure_at >= FORGIVEN_AFTER:
        guard.failures = 0
    guard.failures += 1
    guard.last_failure_at = now
    guard.locked_until = now + lock_after(guard.failures) if guard.failures >= FREE_FAILURES else None


def forgive(guard: SignInGuard) -> None:
    """The right password, or a new one, ends the counting."""
    guard.failures = 0
    guard.locked_until = None


def lock_after(failures: int) -> timedelta:
    """How long the lock lasts after so many failures: 30 seconds, one minute, two, … 15 minutes."""
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def address_hash(address: str, secret_key: str) -> str:
    """The name under which an address is counted."""
    return keyed(secret_key, "sign-in guard", address).hex()
