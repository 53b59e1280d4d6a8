"""Looking people up, and the person with a fixed id in whose name the machine acts: never «nobody»."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses.errors import NotFound
from courses.people.models import Person
from courses.people.rules import SYSTEM_ID


def ensure_system(session: Session, *, now: datetime) -> None:
    """Make the system's own person if it is not there, once however many do so; it has no password and nobody
    can sign in as it."""
    if session.get(Person, SYSTEM_ID) is not None:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    own = {
        "id": SYSTEM_ID,
        "email": "system@kafedra.invalid",
        "email_key": "system@kafedra.invalid",
        "family_name": "Кафедра",
        "given_name": "",
        "created_at": now,
    }
    session.execute(insert(Person).values(own).on_conflict_do_nothing())
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT setval(pg_get_serial_sequence('person', 'id'), (SELECT max(id) FROM person))")
        )


def get(session: Session, person_id: int) -> Person:
    """The person with this id."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person")
    return person


def names_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """The short names of these people, by id, for lists that mention them."""
    rows = session.scalars(select(Person).where(Person.id.in_(person_ids))) if person_ids else ()
    return {person.id: person.short_name for person in rows}
