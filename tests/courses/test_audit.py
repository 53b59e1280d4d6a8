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


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_what_was_done(database: Database, statement: str) -> None:
    write(database, "certificate.issue")
    with pytest.raises(DBAPIError), database.unit_of_work() as session:
        session.execute(text(statement))


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
