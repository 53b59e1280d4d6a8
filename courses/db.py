"""The declarative base, the column types, and engines that keep a unit of work whole on both databases.

PostgreSQL is the reference. SQLite has one writer: a unit of work that writes opens with BEGIN IMMEDIATE,
which does there what row locks do on PostgreSQL.
"""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    CursorResult,
    DateTime,
    Enum,
    Executable,
    Integer,
    MetaData,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

WRITES = "kafedra_writes"
RESTS_SINCE = "kafedra_rests_since"
RESTED = 1.0


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, on a database that forgets the zone too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime may not be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


Json = JSON().with_variant(JSONB(), "postgresql")

Id = Annotated[int, mapped_column(Integer, primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]


def word(values: type[StrEnum]) -> Enum:
    """A column holding one of the words of an enumeration, stored as the word itself."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda kind: [item.value for item in kind],
    )


def partial(condition: str) -> dict[str, Any]:
    """The options of an Index over only the rows that meet `condition`, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Base(DeclarativeBase):
    """All tables of the product share one metadata and one migration history."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012


def make_engine(url: str, **options: Any) -> Engine:
    """An engine whose connections are correct for this product: see `prepare`."""
    engine = create_engine(url, **(engine_options(url) | options))
    prepare(engine)
    return engine


def engine_options(url: str) -> dict[str, Any]:
    """The options of `create_engine` that fit the database of `url`; errors never show values."""
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": 15}}
    return {"hide_parameters": True, "isolation_level": "AUTOCOMMIT", "pool_size": 5, "max_overflow": 5}


def prepare(engine: Engine) -> None:
    """On SQLite: WAL, foreign keys, a busy timeout, and BEGIN IMMEDIATE for units of work that write.

    On PostgreSQL statements that only read stand alone, which saves a BEGIN and a ROLLBACK on every page,
    a connection is asked whether it still lives only when it has rested for a second, and errors tell
    what is wrong without the row it is wrong in.
    """
    if engine.dialect.name != "sqlite":
        _wake_rested_connections(engine)
        _keep_rows_out_of_errors(engine)
        return

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _wake_rested_connections(engine: Engine) -> None:
    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info[RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def wake(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(RESTS_SINCE, -math.inf) < RESTED:
            return
        try:
            connection.execute("SELECT 1")
        except engine.dialect.loaded_dbapi.Error as gone:
            raise DisconnectionError from gone


def _keep_rows_out_of_errors(engine: Engine) -> None:
    """Without «DETAIL: Failing row contains (…)»: that row is somebody, and errors are logged."""

    @event.listens_for(engine, "handle_error")
    def shorten(context: ExceptionContext) -> None:
        diagnosis = getattr(context.original_exception, "diag", None)
        sentence = getattr(diagnosis, "message_primary", None)
        if sentence is None:
            return
        context.original_exception.args = (sentence,)
        if context.sqlalchemy_exception is not None:
            name = type(context.original_exception).__name__
            context.sqlalchemy_exception.args = (f"({name}) {sentence}",)


def begin_writing(session: Session) -> None:
    """Open the session's transaction as one that writes; whatever was read before is let go."""
    if session.in_transaction():
        session.rollback()
    level = {} if session.get_bind().dialect.name == "sqlite" else {"isolation_level": "READ COMMITTED"}
    session.connection(execution_options={WRITES: True, **level})


def ask(
    session: Session, statement: Executable, values: Mapping[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a statement that asks for columns, not for objects: what every page asks, every time.

    It goes past the object mapping, which has nothing to add to plain values and costs a third of the time.
    """
    session.flush()
    return session.connection().execute(statement, values)


class Database:
    """An engine with its sessions, for processes that have no web framework: worker, scheduler, commands."""

    def __init__(self, url: str, **options: Any) -> None:
        self.engine = make_engine(url, **options)
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction that writes: committed at the end, rolled back by any exception."""
        with self.sessions() as session:
            begin_writing(session)
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with self.sessions() as session:
            yield session
