"""Connections: reads stand alone, writes are one transaction, a server that was away is found again."""

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from courses import db
from courses.db import Database, ask
from courses.people import Person
from tests.factories import a_person


def test_a_unit_of_work_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.unit_of_work() as session:
            a_person(session, email="lost@school.example")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as session:
        assert session.scalar(select(Person.id).where(Person.email_key == "lost@school.example")) is None


def test_after_writing_a_connection_reads_again_without_a_transaction(database: Database) -> None:
    with database.unit_of_work() as session:
        a_person(session)
    if database.engine.dialect.name == "postgresql":
        with database.reading() as session:
            session.execute(text("SELECT 1"))
            assert session.connection().connection.dbapi_connection.info.transaction_status.name == "IDLE"


def test_a_connection_that_the_server_has_ended_is_replaced_unnoticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.engine.dialect.name != "postgresql":
        return
    monkeypatch.setattr(db, "RESTED", 0.0)
    ours = Database(database.engine.url.render_as_string(hide_password=False))
    with ours.reading() as session:
        victim = session.scalar(text("SELECT pg_backend_pid()"))
    with database.unit_of_work() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": victim})
    with ours.unit_of_work() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != victim
    ours.engine.dispose()


def test_asking_sees_what_the_session_has_not_written_yet(session: Session) -> None:
    person = a_person(session)
    person.given_name = "Марфа"
    names = select(Person.given_name).where(Person.id == bindparam("person_id"))
    assert ask(session, names, {"person_id": person.id}).scalar_one() == "Марфа"
