"""What a person may change about themselves, and how pages show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from courses import audit
from courses.errors import Invalid
from courses.people.names import PARTS, clean_name, name_problems, search_key
from courses.people.rules import Actor
from courses.people.system import get
from courses.people.zones import ZONES
from courses.texts import LANGUAGES


@dataclass(frozen=True, slots=True)
class Profile:
    """The part of a person that they edit."""

    family_name: str
    given_name: str
    patronymic: str
    language: str
    time_zone: str


def change_profile(session: Session, wish: Profile, *, by: Actor, now: datetime) -> None:
    """Store one's own name, language and zone. Certificates already issued keep the name they carry."""
    names = {part: clean_name(getattr(wish, part)) for part in PARTS}
    problems = {part: found.code for part, found in name_problems(names).items()}
    if wish.language not in LANGUAGES:
        problems["language"] = "unknown"
    if wish.time_zone not in ZONES:
        problems["time_zone"] = "unknown"
    if problems:
        raise Invalid("profile", **problems)
    person = get(session, by.id)
    if names != {part: getattr(person, part) for part in PARTS}:
        person.family_name, person.given_name, person.patronymic = (names[part] for part in PARTS)
        person.search_key = search_key(*names.values())
        audit.record(session, "person.rename", "person", person.id, by=by.id, now=now)
    person.language, person.time_zone = wish.language, wish.time_zone


def keep_display(session: Session, display: dict[str, Any], *, by: Actor) -> None:
    """Remember how the person wants pages to look, for their next browser."""
    get(session, by.id).display = display
