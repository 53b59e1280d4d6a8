"""Runs migrations on one connection, one migrator at a time, with lock time-outs on PostgreSQL."""

from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection

from courses import catalogue, certificates, learning, notifications, people, questions, quizzes, schedule  # noqa: F401
from courses.db import WRITES, Base, make_engine
from courses.settings import Settings

MIGRATION_LOCK = 7_153_200


def run(connection: Connection) -> None:
    """Upgrade or downgrade inside one transaction per migration.

    SQLite changes a table by making it anew, which other tables' references to it would forbid: they are not
    looked at meanwhile, and all of them at the end of each migration.
    """
    lite = connection.dialect.name == "sqlite"
    if lite:
        _look_at_references(connection, "OFF")
    try:
        _run(connection)
    finally:
        if lite:
            _look_at_references(connection, "ON")


def _look_at_references(connection: Connection, whether: str) -> None:
    """Only possible between transactions."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={whether}")


def _no_loose_references(ctx: MigrationContext, **_step: object) -> None:
    if ctx.dialect.name == "sqlite" and ctx.connection is not None:
        loose = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if loose is not None:
            raise RuntimeError(f"a reference leads nowhere: {loose[0]} row {loose[1]} to {loose[2]}")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        on_version_apply=_no_loose_references,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Take the given connection, or open one; wait for other migrators, on PostgreSQL fail fast on locks."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    url = context.config.attributes.get("database_url") or Settings.from_env().database_url
    engine = make_engine(url, **({} if url.startswith("sqlite") else {"isolation_level": "READ COMMITTED"}))
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            connection.execute(text("SET lock_timeout = '4s'"))
            connection.commit()
        run(connection.execution_options(**{WRITES: True}))
        connection.commit()
    engine.dispose()


main()
