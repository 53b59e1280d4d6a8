"""One history, up and down and up again, ending in exactly the tables the models describe."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from app.command.prepare import alembic_config
from courses import audit
from courses.clock import utcnow
from courses.db import Base, Database


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    return str(request.getfixturevalue("cluster").fresh_database())


def test_the_history_ends_in_what_the_models_describe(url: str) -> None:
    command.upgrade(alembic_config(url), "head")
    database = Database(url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
        differences = compare_metadata(context, Base.metadata)
    database.engine.dispose()
    assert differences == []


def test_up_down_and_up_again(url: str) -> None:
    config = alembic_config(url)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    database = Database(url)
    left = {name for name in inspect(database.engine).get_table_names() if name != "alembic_version"}
    database.engine.dispose()
    assert left == set()
    command.upgrade(config, "head")


def test_the_migrated_database_protects_the_audit(url: str) -> None:
    command.upgrade(alembic_config(url), "head")
    database = Database(url)
    with database.unit_of_work() as session:
        audit.record(session, "deed", "thing", 1, by=1, now=utcnow())
    with pytest.raises(DBAPIError), database.unit_of_work() as session:
        session.execute(text("DELETE FROM audit_entry"))
    database.engine.dispose()


def ours(thing: object, name: str, kind: str, _reflected: bool, _compared: object) -> bool:
    """Everything but the search table's own shadow tables, which SQLite keeps for itself."""
    return not str(name).startswith(("course_search", "ix_course_version_search"))
