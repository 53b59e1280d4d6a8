"""One history, up and down and up again, ending in exactly the tables the models describe."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, inspect, text
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


@pytest.fixture
def other_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Another one."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'other.sqlite3'}"
    return str(request.getfixturevalue("cluster").fresh_database())


def test_the_history_ends_in_what_the_models_describe(url: str, other_url: str) -> None:
    command.upgrade(alembic_config(url), "head")
    migrated, made = Database(url), Database(other_url)
    Base.metadata.create_all(made.engine)
    found, wanted = described(migrated.engine), described(made.engine)
    for database in (migrated, made):
        database.engine.dispose()
    assert found == wanted
    assert len(wanted) > 300


def test_many_migrators_at_once_migrate_once(url: str, tmp_path: Path) -> None:
    env = {**os.environ, "DATABASE_URL": url, "KAFEDRA_VAR": str(tmp_path), "KAFEDRA_SECRET_KEY": "s" * 40}
    command = [sys.executable, "-m", "app.command", "migrate"]
    migrators = [subprocess.Popen(command, env=env, stderr=subprocess.PIPE) for _ in range(3)]
    told = [migrator.communicate(timeout=60)[1] for migrator in migrators]
    assert [migrator.returncode for migrator in migrators] == [0] * 3, told


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


def described(engine: Engine) -> set[tuple[object, ...]]:
    """Every column, constraint, index and trigger, in the words of the database."""
    questions = ON_POSTGRESQL if engine.dialect.name == "postgresql" else ON_SQLITE
    with engine.connect() as connection:
        rows = {tuple(row) for question in questions for row in connection.execute(text(question))}
        checks = set() if questions is ON_POSTGRESQL else set(checks_of(connection))
    return {tuple(map(plain, row)) for row in rows | checks if "alembic_version" not in str(row)}


def checks_of(connection: Connection) -> Iterator[tuple[str, str]]:
    """SQLite knows the checks of a table only as part of the words it was made by."""
    tables = text("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
    for table, words in connection.execute(tables):
        said = " ".join(words.replace('"', "").split())
        for check in re.findall(
            r"CONSTRAINT (ck_\w+ CHECK .+?)(?=, CONSTRAINT|, PRIMARY|, UNIQUE|, FOREIGN|$)", said
        ):
            yield table, check.rstrip(" )")


def plain(value: object) -> object:
    """A definition without the layout of its source."""
    return " ".join(re.sub(r'["(),]', " ", value).split()) if isinstance(value, str) else value


ON_POSTGRESQL = (
    """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
    AND NOT a.attisdropped""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
)
ON_SQLITE = (
    """SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk FROM sqlite_master t
    JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'course_search%'""",
    """SELECT t.name, f."table", f."from", f."to", f.on_delete FROM sqlite_master t
    JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'""",
    """SELECT t.name, i."unique", i.partial, (SELECT group_concat(x.name) FROM pragma_index_info(i.name) x)
    FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table'""",
    "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL",
)
