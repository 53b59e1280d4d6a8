"""Runs migrations on one connection, one migrator at a time, with lock time-outs on PostgreSQL."""

from alembic import context
from sqlalchemy import text
from sqlalchemy.engine import Connection

from courses import catalogue, certificates, learning, notifications, people, questions, quizzes, schedule  # noqa: F401
from courses.db import WRITES, Base, make_engine
from courses.settings import Settings

MIGRATION_LOCK = 7_153_200


def run(connection: Connection) -> None:
    """Upgrade or downgrade inside one transaction per migration."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
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
