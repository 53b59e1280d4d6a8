"""What administrators do with people: find them, grant and withdraw roles, switch an account off and on."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, column, func, select, table
from sqlalchemy.orm import Session

from courses import audit
from courses.errors import Conflict, Invalid, NotFound
from courses.people.addresses import address_key
from courses.people.models import Person, RoleGrant, SignInSession
from courses.people.names import search_key
from courses.people.rules import SYSTEM_ID, Actor, Permission, Role, require
from courses.people.sessions import end_sessions
from courses.people.system import get

PAGE = 30
OFFERING = table("offering", column("id", BigInteger))
ON_AN_OFFERING = frozenset({Role.INSTRUCTOR, Role.EXPERT})


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list of people."""

    id: int
    full_name: str
    email: str
    roles: tuple[Role, ...]
    confirmed: bool
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of the list, and whether another follows."""

    rows: tuple[PersonRow, ...]
    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role somebody holds, for the person's page."""

    id: int
    role: Role
    offering_id: int | None
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Everything the page about one person shows."""

    id: int
    full_name: str
    email: str
    time_zone: str
    created_at: datetime
    confirmed_at: datetime | None
    disabled_at: datetime | None
    last_seen_at: datetime | None
    roles: tuple[HeldRole, ...]


def find_people(session: Session, words: str, *, page: int = 1, by: Actor) -> PeoplePage:
    """People whose name or address holds every one of the words, by family name; always two queries."""
    require(by, Permission.PEOPLE_SEE)
    query = select(Person).where(Person.id != SYSTEM_ID)
    for word in words.split()[:6]:
        query = query.where(
            Person.search_key.contains(search_key(word), autoescape=True)
            | Person.email_key.contains(address_key(word), autoescape=True)
        )
    found = session.scalars(
        query.order_by(Person.search_key, Person.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    ).all()
    roles = _roles_of(session, [person.id for person in found])
    rows = [
        PersonRow(
            id=person.id,
            full_name=person.full_name,
            email=person.email,
            roles=tuple(roles[person.id]),
            confirmed=person.email_confirmed_at is not None,
            disabled=person.disabled_at is not None,
            created_at=person.created_at,
        )
        for person in found[:PAGE]
    ]
    return PeoplePage(tuple(rows), page, len(found) > PAGE)


def person_card(session: Session, person_id: int, *, by: Actor) -> PersonCard:
    """One person as administrators see them."""
    require(by, Permission.PEOPLE_SEE)
    person = _ordinary(session, person_id)
    seen = session.scalar(
        select(func.max(SignInSession.last_seen_at)).where(SignInSession.person_id == person_id)
    )
    return PersonCard(
        id=person.id,
        full_name=person.full_name,
        email=person.email,
        time_zone=person.time_zone,
        created_at=person.created_at,
        confirmed_at=person.email_confirmed_at,
        disabled_at=person.disabled_at,
        last_seen_at=seen,
        roles=_held_roles(session, person_id),
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a role of their own on an offering."""

    person_id: int
    full_name: str
    role: Role


def holders_on(session: Session, offering_id: int) -> list[Holder]:
    """Who holds which role on one offering, by name; for those who may see the offering. One query."""
    rows = session.execute(
        select(Person, RoleGrant.role)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.offering_id == offering_id)
        .order_by(Person.search_key, RoleGrant.id)
    )
    return [Holder(row.Person.id, row.Person.full_name, row.role) for row in rows]


def grant_role(
    session: Session, person_id: int, role: Role, *, offering_id: int | None = None, by: Actor, now: datetime
) -> None:
    """Give a role on the site, or on one offering that exists; a role already held is not given twice."""
    require(by, Permission.ROLE_GRANT)
    if role is Role.LEARNER:
        raise Invalid("role", role="everybody_is")
    if offering_id is not None and role not in ON_AN_OFFERING:
        raise Invalid("role", offering_id="whole_site_only")
    _take_turn(session)
    person = _ordinary(session, person_id)
    if offering_id is not None and not _is_offering(session, offering_id):
        raise NotFound("offering")
    if _holds(session, person.id, role, offering_id):
        return
    session.add(
        RoleGrant(
            person_id=person.id, role=role, offering_id=offering_id, granted_by_id=by.id, granted_at=now
        )
    )
    audit.record(
        session,
        "role.grant",
        "person",
        person.id,
        by=by.id,
        now=now,
        role=role.value,
        offering_id=offering_id,
    )


def withdraw_role(session: Session, person_id: int, grant_id: int, *, by: Actor, now: datetime) -> None:
    """Take a role back at once; the last administrator stays one."""
    require(by, Permission.ROLE_GRANT)
    _take_turn(session)
    grant = session.get(RoleGrant, grant_id)
    if grant is None or grant.person_id != person_id:
        raise NotFound("role")
    if grant.role is Role.ADMINISTRATOR:
        _keep_another_administrator(session, person_id)
    session.delete(grant)
    audit.record(
        session,
        "role.withdraw",
        "person",
        person_id,
        by=by.id,
        now=now,
        role=grant.role.value,
        offering_id=grant.offering_id,
    )


def disable_person(session: Session, person_id: int, *, by: Actor, now: datetime) -> None:
    """Switch the account off: its browsers are signed out and nobody signs in with it."""
    require(by, Permission.PERSON_DISABLE)
    _take_turn(session)
    person = _ordinary(session, person_id)
    if person.disabled_at is not None:
        return
    if person.id == by.id:
        raise Conflict("oneself")
    if Role.ADMINISTRATOR in _roles_of(session, [person.id])[person.id]:
        _keep_another_administrator(session, person.id)
    person.disabled_at = now
    end_sessions(session, person.id, now=now)
    audit.record(session, "person.disable", "person", person.id, by=by.id, now=now)


def enable_person(session: Session, person_id: int, *, by: Actor, now: datetime) -> None:
    """Switch the account on again."""
    require(by, Permission.PERSON_DISABLE)
    person = _ordinary(session, person_id)
    if person.disabled_at is not None:
        person.disabled_at = None
        audit.record(session, "person.enable", "person", person.id, by=by.id, now=now)


def _held_roles(session: Session, person_id: int) -> tuple[HeldRole, ...]:
    giver = Person.__table__.alias("giver")
    grants = session.execute(
        select(
            RoleGrant.id,
            RoleGrant.role,
            RoleGrant.offering_id,
            giver.c.family_name,
            giver.c.given_name,
            RoleGrant.granted_at,
        )
        .join(giver, giver.c.id == RoleGrant.granted_by_id)
        .where(RoleGrant.person_id == person_id)
        .order_by(RoleGrant.id)
    )
    return tuple(
        HeldRole(id_, role, where, f"{family} {given}".strip(), at)
        for id_, role, where, family, given, at in grants
    )


def _holds(session: Session, person_id: int, role: Role, offering_id: int | None) -> bool:
    place = RoleGrant.offering_id.is_(None) if offering_id is None else RoleGrant.offering_id == offering_id
    query = select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.role == role, place)
    return session.scalar(query) is not None


def _is_offering(session: Session, offering_id: int) -> bool:
    """Asked of the table by its name: offerings are a subject above this one."""
    return session.scalar(select(OFFERING.c.id).where(OFFERING.c.id == offering_id)) is not None


def _ordinary(session: Session, person_id: int) -> Person:
    if person_id == SYSTEM_ID:
        raise NotFound("person")
    return get(session, person_id)


def _take_turn(session: Session) -> None:
    """Changes of roles wait for one another, so that two administrators cannot remove each other at once."""
    session.execute(select(Person.id).where(Person.id == SYSTEM_ID).with_for_update())


def _keep_another_administrator(session: Session, person_id: int) -> None:
    others = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.ADMINISTRATOR,
            RoleGrant.offering_id.is_(None),
            Person.disabled_at.is_(None),
            Person.id.not_in((person_id, SYSTEM_ID)),
        )
    )
    if session.scalar(others.limit(1)) is None:
        raise Conflict("last_administrator")


def _roles_of(session: Session, person_ids: list[int]) -> dict[int, list[Role]]:
    held: dict[int, list[Role]] = defaultdict(list)
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.role)
        .where(RoleGrant.person_id.in_(person_ids))
        .distinct()
        .order_by(RoleGrant.person_id, RoleGrant.role)
    )
    for person_id, role in rows:
        held[person_id].append(role)
    return held
