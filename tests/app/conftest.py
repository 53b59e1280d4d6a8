"""An offering with learners, and the people who look after it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from courses import certificates
from courses.clock import utcnow
from courses.db import Database
from courses.people import SYSTEM, Role
from courses.settings import Settings
from tests.factories import a_course, a_person, a_role, an_enrolment, an_offering


@dataclass(frozen=True)
class Group:
    """One offering: its id, its learners' enrolments and its instructor."""

    id: int
    enrolments: tuple[int, ...]
    people: tuple[int, ...]
    instructor: int


@pytest.fixture
def administrator(database: Database) -> int:
    """An administrator's id."""
    with database.unit_of_work() as session:
        return a_role(session, a_person(session, family_name="Соколова"), Role.ADMINISTRATOR).id


@pytest.fixture
def make_group(database: Database) -> Callable[..., Group]:
    """`make_group("seminar", learners=3, completed=2)`: those who completed come first."""

    def make(kind: str = "course", *, learners: int = 3, completed: int = 0, **course: object) -> Group:
        with database.unit_of_work() as session:
            offering = an_offering(session, a_course(session, kind, **course))
            made = [
                an_enrolment(
                    session, a_person(session), offering, completed_at=utcnow() if n < completed else None
                )
                for n in range(learners)
            ]
            teacher = a_person(session, family_name="Преподавателева")
            a_role(session, teacher, Role.INSTRUCTOR, offering.id)
            return Group(
                offering.id, tuple(one.id for one in made), tuple(one.person_id for one in made), teacher.id
            )

    return make


@pytest.fixture
def issued(database: Database, settings: Settings) -> Callable[[int], int]:
    """The id of the certificate made for an enrolment."""

    def make(enrolment_id: int) -> int:
        with database.unit_of_work() as session:
            made = certificates.issue(session, enrolment_id, settings=settings, by=SYSTEM, now=utcnow())
            return made.id

    return make


@pytest.fixture
def browser(app, sign_in: Callable[[FlaskClient, int], None]) -> Callable[[int], FlaskClient]:
    """`browser(person_id)`: a browser in which somebody is signed in."""

    def opened(person_id: int) -> FlaskClient:
        fresh = app.test_client()
        sign_in(fresh, person_id)
        return fresh

    return opened


@pytest.fixture
def office(browser, administrator) -> FlaskClient:
    """The administrator's browser."""
    return browser(administrator)
