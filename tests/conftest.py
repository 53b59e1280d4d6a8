"""Real databases for every test: SQLite files and one PostgreSQL server, both with the whole schema."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from courses import catalogue, notifications, people, schedule  # noqa: F401 - the schema has every subject's tables
from courses.clock import utcnow
from courses.db import Base, Database, begin_writing
from courses.settings import Settings
from courses.texts import compile_catalogues
from tests.postgres import Cluster

hypothesis_settings.register_profile(
    "house",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("house")

BACKENDS = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", choices=BACKENDS, help="run the database tests on this one only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        only = metafunc.config.getoption("backend")
        metafunc.parametrize("backend", [only] if only else list(BACKENDS), scope="session")


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """Russian plurals and English texts are read from compiled catalogues."""
    compile_catalogues()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this run's own."""
    with Cluster.shared() as running:
        yield running


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the whole schema and nobody in it but the system."""
    path = tmp_path_factory.mktemp("template") / "kafedra.sqlite3"
    database = Database(f"sqlite:///{path}")
    _make_schema(database)
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_database(cluster: Cluster) -> Iterator[Database]:
    """This process's own PostgreSQL database, emptied between tests."""
    database = Database(cluster.fresh_database(), pool_size=20)
    _make_schema(database)
    yield database
    database.engine.dispose()


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the whole schema; every test runs on both kinds."""
    catalogue.forget()
    if backend == "sqlite":
        path = tmp_path / "kafedra.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        opened = Database(f"sqlite:///{path}")
        yield opened
        opened.engine.dispose()
    else:
        opened = request.getfixturevalue("postgres_database")
        yield opened
        _empty(opened)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session that writes, for tests of services; never use it beside `client`."""
    with database.sessions() as opened:
        begin_writing(opened)
        yield opened


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """An installation of this test's own: its folder, its database, and no broker."""
    url = database.engine.url.render_as_string(hide_password=False)
    base = Settings.from_env({"KAFEDRA_VAR": str(tmp_path / "var"), "DATABASE_URL": url, "KAFEDRA_DEMO": "1"})
    return replace(
        base, public_url="http://localhost", log_level="WARNING", redis_url=f"unix://{tmp_path}/no.sock"
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The web on this test's database."""
    from app.extensions import db
    from app.factory import create_app

    made = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def sign_in(database: Database) -> Callable[[FlaskClient, int], None]:
    """Sign a person in without asking for the password."""

    def put_cookie(client: FlaskClient, person_id: int) -> None:
        with database.unit_of_work() as session:
            secret = people.open_session(session, person_id, device="test", now=utcnow())
        with client.session_transaction() as cookie:
            cookie["s"] = secret

    return put_cookie


@pytest.fixture
def run_worker(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Do everything the workers owe, in place, until nothing is owed; the number of reactions run."""
    from tests.worker.inplace import work_off

    return lambda: work_off(database, settings, monkeypatch)


@pytest.fixture
def count_queries(database: Database, request: pytest.FixtureRequest) -> Callable[[], object]:
    """`with count_queries() as counted:` … `len(counted)` statements were sent by the app or the session."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []
        engines: list[Engine] = [database.engine]
        if "app" in request.fixturenames:
            from app.extensions import db

            flask_app = request.getfixturevalue("app")
            with flask_app.app_context():
                engines.append(db.engine)

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)

    return counting


def _make_schema(database: Database) -> None:
    Base.metadata.create_all(database.engine)
    with database.unit_of_work() as session:
        people.ensure_system(session, now=utcnow())


def _empty(database: Database) -> None:
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with database.unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))  # not even the audit stays
        session.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        people.ensure_system(session, now=utcnow())
