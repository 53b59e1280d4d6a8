"""What was done stays written as it was."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from courses import audit
from courses.clock import utcnow
from courses.db import Database


def write(database: Database, *deeds: str) -> None:
    with database.unit_of_work() as session:
        for deed in deeds:
            audit.record(session, deed, "certificate", 1, by=1, now=utcnow(), reason="проверка")


def test_a_whole_chain_verifies(database: Database) -> None:
    write(database, "certificate.issue", "certificate.revoke")
    with database.reading() as session:
        assert audit.broken_links(session) == []
        assert [entry.action for entry in audit.entries_about(session, "certificate", 1)] == [
            "certificate.revoke",
            "certificate.issue",
        ]


EVERYWHERE = ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry")
IN_ITS_OWN_WORDS = {
    "postgresql": "TRUNCATE audit_entry",
    "sqlite": "INSERT OR REPLACE INTO audit_entry SELECT id, at, 99, action, subject, subject_id, details,"
    " request_id, previous_seal, seal FROM audit_entry",
}


def test_the_database_refuses_to_change_what_was_done(database: Database) -> None:
    write(database, "certificate.issue")
    for statement in (*EVERYWHERE, IN_ITS_OWN_WORDS[database.engine.dialect.name]):
        with pytest.raises(DBAPIError), database.unit_of_work() as session:
            session.execute(text(statement))


@pytest.mark.parametrize("gone", ["WHERE id = 3", "WHERE id > 1", ""])
def test_missing_newest_rows_are_noticed(database: Database, gone: str) -> None:
    write(database, "one", "two", "three")
    with database.unit_of_work() as session:
        audit.lift_protection(session)
        session.execute(text(f"DELETE FROM audit_entry {gone}"))
        assert audit.broken_links(session) == [3]
        assert audit.newest_broken_links(session, limit=10)[0] == 3
        session.rollback()


@pytest.mark.parametrize("value", [0.5, 1e16, float("nan"), "a\0b", ["список"], {"а": 1}])
def test_details_that_a_database_may_write_differently_are_refused(database: Database, value: object) -> None:
    with pytest.raises(ValueError, match="audit detail"), database.unit_of_work() as session:
        audit.record(session, "deed", "thing", 1, by=1, now=utcnow(), value=value)


@pytest.mark.parametrize(
    "tampering",
    ["UPDATE audit_entry SET actor_id = 99 WHERE id = 2", "DELETE FROM audit_entry WHERE id = 2"],
)
def test_a_change_behind_the_database_s_back_is_named(database: Database, tampering: str) -> None:
    write(database, "one", "two", "three")
    with database.unit_of_work() as session:
        audit.lift_protection(session)
        session.execute(text(tampering))
        assert audit.broken_links(session) == [2 if "UPDATE" in tampering else 3]
        session.rollback()
