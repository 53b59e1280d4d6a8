"""Persons entered by whoever runs the installation, rather than by themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from courses import audit
from courses.errors import Conflict
from courses.people.addresses import address_key
from courses.people.names import search_key
from courses.people.registration import CheckedRegistration, insert_unless_known
from courses.people.rules import Actor, Permission, require


def enter(session: Session, wish: CheckedRegistration, *, by: Actor, now: datetime) -> int:
    """A person whose address is taken as confirmed; their id. An address that is known is refused.

    Consent is not recorded here: only the person can give it, and is asked to on the first sign-in.
    """
    require(by, Permission.ROLE_GRANT)
    person_id = insert_unless_known(
        session,
        email=wish.email,
        email_key=address_key(wish.email),
        email_confirmed_at=now,
        password_hash=wish.password_hash,
        family_name=wish.family_name,
        given_name=wish.given_name,
        patronymic=wish.patronymic,
        search_key=search_key(wish.family_name, wish.given_name, wish.patronymic),
        language=wish.language,
        time_zone=wish.time_zone,
        created_at=now,
    )
    if person_id is None:
        raise Conflict("known_address", email="known_address")
    audit.record(session, "person.enter", "person", person_id, by=by.id, now=now)
    return person_id
