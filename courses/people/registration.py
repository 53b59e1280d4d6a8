"""Registering and confirming the address. Whether it is known is told to its owner only, by letter."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses import outbox
from courses.errors import Invalid
from courses.people.addresses import address_key, address_problem, clean_address
from courses.people.consents import Document, give_consent
from courses.people.events import KnownAddressRegistered, PersonRegistered
from courses.people.models import Person
from courses.people.names import PARTS, clean_name, name_problems, search_key
from courses.people.passwords import hash_password, password_problem, words_of_person
from courses.people.signing_in import Outcome, Proof, State, admit, judge
from courses.people.tokens import Purpose, claim_of, empty_claim, is_claim_of, issue, kill, opened
from courses.people.zones import ZONES
from courses.texts import LANGUAGES


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody wrote to register."""

    email: str
    password: str
    family_name: str
    given_name: str
    patronymic: str = ""
    language: str = "ru"
    time_zone: str = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class CheckedRegistration:
    """A registration whose values are clean and whose password is hashed: ready to be stored."""

    email: str
    password_hash: str
    family_name: str
    given_name: str
    patronymic: str
    language: str
    time_zone: str


def check_registration(wish: Registration) -> CheckedRegistration:
    """Clean and check the values and hash the password; slow on purpose: call it outside any transaction."""
    wish = replace(
        wish,
        email=clean_address(wish.email),
        **{part: clean_name(getattr(wish, part)) for part in PARTS},
    )
    problems = {part: found.code for part, found in name_problems(_names(wish)).items()}
    if problem := address_problem(wish.email):
        problems["email"] = problem
    if problem := password_problem(wish.password, words_of_person(wish.email, *_names(wish).values())):
        problems["password"] = problem
    problems.update(_unknown_choices(wish.language, wish.time_zone))
    if problems:
        raise Invalid("registration", **problems)
    return CheckedRegistration(
        wish.email,
        hash_password(wish.password),
        **_names(wish),
        language=wish.language,
        time_zone=wish.time_zone,
    )


def register(
    session: Session, wish: CheckedRegistration, *, consent: Document, secret_key: str, now: datetime
) -> str:
    """Store the person and owe the confirming letter; the answer is the claim «it was this browser».

    An address that waits for confirmation takes the newest values. One that is confirmed keeps its own, and
    its owner gets a letter. The answer looks the same in all three cases.
    """
    person = _new_or_known(session, wish, now=now)
    if person.email_confirmed_at is not None or person.disabled_at is not None:
        outbox.publish(session, KnownAddressRegistered(person.id), now=now)
        return empty_claim()
    person.email, person.password_hash = wish.email, wish.password_hash
    person.family_name, person.given_name, person.patronymic = (
        wish.family_name,
        wish.given_name,
        wish.patronymic,
    )
    person.search_key = search_key(wish.family_name, wish.given_name, wish.patronymic)
    person.language, person.time_zone = wish.language, wish.time_zone
    give_consent(session, person.id, consent, now=now)
    if issue(session, person.id, Purpose.CONFIRM, now=now):
        outbox.publish(session, PersonRegistered(person.id), now=now)
    return claim_of(person, secret_key)


def ask_for_confirmation(session: Session, email: str, *, now: datetime) -> None:
    """Owe the confirming letter once more; an unknown or confirmed address is passed over in silence."""
    person = session.scalar(select(Person).where(Person.email_key == address_key(email)).with_for_update())
    if person is None or person.email_confirmed_at is not None or person.disabled_at is not None:
        return
    if issue(session, person.id, Purpose.CONFIRM, now=now):
        outbox.publish(session, PersonRegistered(person.id), now=now)


def confirm_address(
    session: Session,
    link: str,
    *,
    claim: str,
    proof: Proof | None,
    device: str,
    secret_key: str,
    now: datetime,
) -> Outcome:
    """Confirm the address and sign in.

    Whoever holds the link owns the mailbox; that they also made the registration is shown by the claim in the
    same browser, or by the password. So nobody can register another's address and wait until it is confirmed.
    """
    person = opened(session, Purpose.CONFIRM, link, claim=claim, secret_key=secret_key, now=now)
    if person.disabled_at is not None:
        return Outcome(State.DISABLED)
    if not is_claim_of(person, claim, secret_key):
        if proof is None or proof.person_id != person.id:
            return Outcome(State.WRONG)
        refused = judge(session, proof, person, secret_key=secret_key, now=now)
        if refused:
            return refused
    person.email_confirmed_at = person.email_confirmed_at or now
    kill(session, person.id, Purpose.CONFIRM, now=now)
    return admit(session, person, device=device, now=now)


def claimed(session: Session, person_id: int, claim: str, *, secret_key: str) -> bool:
    """Whether the browser with this claim is the one that registered."""
    return is_claim_of(session.get_one(Person, person_id), claim, secret_key)


def insert_unless_known(session: Session, **values: Any) -> int | None:
    """The id of the person stored with these values, or None: another has the address, perhaps just now."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return session.scalar(
        insert(Person)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["email_key"])
        .returning(Person.id)
    )


def _new_or_known(session: Session, wish: CheckedRegistration, *, now: datetime) -> Person:
    key = address_key(wish.email)
    insert_unless_known(
        session,
        email=wish.email,
        email_key=key,
        family_name=wish.family_name,
        given_name=wish.given_name,
        created_at=now,
    )
    return session.scalars(select(Person).where(Person.email_key == key).with_for_update()).one()


def _names(wish: Registration) -> dict[str, str]:
    return {part: getattr(wish, part) for part in PARTS}


def _unknown_choices(language: str, time_zone: str) -> dict[str, str]:
    problems = {}
    if language not in LANGUAGES:
        problems["language"] = "unknown"
    if time_zone not in ZONES:
        problems["time_zone"] = "unknown"
    return problems
