"""Signing in, in three steps: look the address up, check the password outside any transaction, then decide.

A wrong password is an outcome, not an error, because the failure itself must be stored.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import outbox
from courses.errors import Invalid
from courses.people import guard
from courses.people.addresses import address_key
from courses.people.consents import has_agreed, withdraw_consents
from courses.people.events import PasswordChanged, PasswordResetAsked
from courses.people.models import Person
from courses.people.passwords import (
    hash_password,
    needs_new_hash,
    password_fits,
    password_problem,
    words_of_person,
)
from courses.people.rules import Actor
from courses.people.sessions import end_sessions, open_session
from courses.people.tokens import Purpose, claim_of, debt_of, issue, kill, opened


class State(StrEnum):
    """How a try to sign in ended."""

    ADMITTED = "admitted"
    WRONG = "wrong"
    LOCKED = "locked"
    UNCONFIRMED = "unconfirmed"
    DISABLED = "disabled"
    CONSENT_OWED = "consent_owed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a try: the new session's secret, or why not and until when.

    `claim` is for a browser whose password is right but whose address waits for confirmation;
    `debt` for one whose owner has yet to agree to the processing of personal data.
    """

    state: State
    secret: str = ""
    person_id: int = 0
    locked_until: datetime | None = None
    claim: str = ""
    debt: str = ""
    display: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is stored for an address, known or not."""

    address: str
    person_id: int | None
    password_hash: str | None
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A candidate whose password was compared; `tried` is false when a lock kept it from being so."""

    address: str
    person_id: int | None
    password_hash: str | None
    fits: bool
    new_hash: str | None = None
    tried: bool = True


def candidate(session: Session, email: str, *, secret_key: str, now: datetime) -> Candidate:
    """What is stored for this address."""
    address = address_key(email)
    row = session.execute(select(Person.id, Person.password_hash).where(Person.email_key == address)).first()
    until = guard.locked_until(session, address, secret_key=secret_key, now=now)
    return Candidate(address, row[0] if row else None, row[1] if row else None, until)


def try_password(who: Candidate, password: str) -> Proof:
    """Compare, with as much work for an unknown address; slow on purpose: call it outside any transaction."""
    if who.locked_until is not None:
        return Proof(who.address, who.person_id, who.password_hash, fits=False, tried=False)
    fits = password_fits(who.password_hash, password)
    renew = fits and who.password_hash is not None and needs_new_hash(who.password_hash)
    new_hash = hash_password(password) if renew else None
    return Proof(who.address, who.person_id, who.password_hash, fits, new_hash)


def sign_in(session: Session, proof: Proof, *, device: str, secret_key: str, now: datetime) -> Outcome:
    """Admit the person with a new session, or count the failure."""
    person = None
    if proof.person_id is not None:
        person = session.get(Person, proof.person_id, with_for_update=True, populate_existing=True)
    refused = judge(session, proof, person, secret_key=secret_key, now=now)
    if refused or person is None:
        return refused or Outcome(State.WRONG)
    if person.disabled_at is not None:
        return Outcome(State.DISABLED)
    if person.email_confirmed_at is None:
        return Outcome(State.UNCONFIRMED, claim=claim_of(person, secret_key))
    if not has_agreed(session, person.id):
        return Outcome(State.CONSENT_OWED, debt=debt_of(person, secret_key, now=now))
    return admit(session, person, device=device, now=now)


def judge(
    session: Session, proof: Proof, person: Person | None, *, secret_key: str, now: datetime
) -> Outcome | None:
    """Count a wrong password and refuse, or forgive what was counted; None means «right».

    A password that nobody compared, because the lock ended only a moment later, is neither right nor wrong.
    """
    held = guard.hold(session, proof.address, secret_key=secret_key, now=now)
    if held.locked_until is not None and held.locked_until > now:
        return Outcome(State.LOCKED, locked_until=held.locked_until)
    if not proof.tried:
        return Outcome(State.LOCKED, locked_until=now)
    if not proof.fits or person is None or person.password_hash != proof.password_hash:
        guard.count_failure(held, now=now)
        return Outcome(State.LOCKED if held.locked_until else State.WRONG, locked_until=held.locked_until)
    guard.forgive(held)
    if proof.new_hash:
        person.password_hash = proof.new_hash
    return None


def admit(session: Session, person: Person, *, device: str, now: datetime) -> Outcome:
    """Open a session for a person who has proved who they are."""
    secret = open_session(session, person.id, device=device, now=now)
    return Outcome(State.ADMITTED, secret, person.id, display=person.display)


def ask_for_reset(session: Session, email: str, *, now: datetime) -> None:
    """Owe the letter with the link to a new password; an unknown address is passed over in silence."""
    person = session.scalar(select(Person).where(Person.email_key == address_key(email)).with_for_update())
    if person is None or person.disabled_at is not None or person.password_hash is None:
        return
    if issue(session, person.id, Purpose.RESET, now=now):
        outbox.publish(session, PasswordResetAsked(person.id), now=now)


def check_new_password(password: str, *texts: str) -> str:
    """Refuse a weak password, else hash it; `texts` are the owner's name and address. Slow on purpose."""
    problem = password_problem(password, words_of_person(*texts))
    if problem:
        raise Invalid("password", password=problem)
    return hash_password(password)


def reset_password(
    session: Session, link: str, password_hash: str, *, secret_key: str, now: datetime
) -> None:
    """Set a new password by a link from a letter: all sessions and links end, the address is confirmed.

    Until now anybody may have registered this address, so what was agreed to in its owner's name was perhaps
    not agreed to by them: they are asked again.
    """
    person = opened(session, Purpose.RESET, link, secret_key=secret_key, now=now)
    if person.email_confirmed_at is None:
        person.email_confirmed_at = now
        withdraw_consents(session, person.id, now=now)
    guard.forgive(guard.hold(session, person.email_key, secret_key=secret_key, now=now))
    _set_password(session, person, password_hash, now=now)


def change_password(
    session: Session,
    proof: Proof,
    password_hash: str,
    *,
    device: str,
    secret_key: str,
    by: Actor,
    now: datetime,
) -> Outcome:
    """Set a new password by the old one: every session ends, and this browser gets a new one."""
    person = session.get_one(Person, by.id, with_for_update=True, populate_existing=True)
    if proof.person_id != person.id:
        return Outcome(State.WRONG)
    refused = judge(session, proof, person, secret_key=secret_key, now=now)
    if refused:
        return refused
    _set_password(session, person, password_hash, now=now)
    return admit(session, person, device=device, now=now)


def _set_password(session: Session, person: Person, password_hash: str, *, now: datetime) -> None:
    person.password_hash = password_hash
    end_sessions(session, person.id, now=now)
    for purpose in Purpose:
        kill(session, person.id, purpose, now=now)
    outbox.publish(session, PasswordChanged(person.id), now=now)
