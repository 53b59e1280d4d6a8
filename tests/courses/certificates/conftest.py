"""Enrolments that have earned a certificate, and the people around them."""

from collections.abc import Callable

import pytest

from courses import certificates, people
from courses.certificates import Certificate
from courses.clock import utcnow
from courses.db import Database
from courses.files import FolderStore
from courses.people import Role
from courses.settings import Settings
from tests.factories import a_course, a_person, a_role, an_enrolment, an_offering


@pytest.fixture
def chief(database: Database) -> people.Actor:
    """An administrator."""
    with database.unit_of_work() as session:
        return a_role(session, a_person(session, family_name="Соколова"), Role.ADMINISTRATOR)


@pytest.fixture
def earned(database: Database) -> Callable[..., int]:
    """`earned(family_name="…", kind="seminar")`: the id of a completed enrolment."""

    def make(*, kind: str = "course", completed: bool = True, course: dict | None = None, **name: str) -> int:
        with database.unit_of_work() as session:
            offering = an_offering(session, a_course(session, kind, **(course or {})))
            person = a_person(session, **name)
            done = utcnow() if completed else None
            return an_enrolment(session, person, offering, completed_at=done).id

    return make


@pytest.fixture
def issue(database: Database, settings: Settings) -> Callable[..., Certificate]:
    """Issue one certificate in a transaction of its own."""

    def one(enrolment_id: int, *, by: people.Actor = people.SYSTEM, **more: object) -> Certificate:
        with database.unit_of_work() as session:
            return certificates.issue(
                session, enrolment_id, by=by, **({"settings": settings, "now": utcnow()} | more)
            )

    return one


@pytest.fixture
def files(settings: Settings) -> FolderStore:
    """Where this test's papers are."""
    return FolderStore(settings.files_folder)


@pytest.fixture
def print_it(database: Database, files: FolderStore) -> Callable[[int], str]:
    """Draw and store one certificate as the worker does; the key of its file."""

    def one(certificate_id: int) -> str:
        with database.reading() as session:
            snapshot = certificates.unprinted(session, certificate_id)
        assert snapshot is not None
        key = files.put(certificates.render(snapshot, files))
        with database.unit_of_work() as session:
            certificates.attach_pdf(session, certificate_id, key, now=utcnow())
        return key

    return one
