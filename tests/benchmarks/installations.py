"""The two set-ups that are measured, with the same believable data in both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from alembic import command
from sqlalchemy import event

from app.command.prepare import alembic_config
from app.extensions import db
from app.factory import create_app
from courses.db import Database
from courses.settings import Settings
from tests.benchmarks.browser import WithoutServer
from tests.benchmarks.world import World, fill
from tests.installation import Installation
from tests.postgres import Cluster

SECRET = "bench-" + "s" * 40


@dataclass(frozen=True)
class Running:
    """An installation that answers, its data, and all processes whose time counts."""

    installation: Installation
    world: World
    database: Database
    roots: tuple[psutil.Process, ...]

    @property
    def port(self) -> int:
        return self.installation.port

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.installation.env)


@contextmanager
def production(folder: Path, cluster: Cluster, offerings: int) -> Iterator[Running]:
    """gunicorn, workers and scheduler in production mode on PostgreSQL and Valkey, behind a proxy."""
    env = {"KAFEDRA_ENV": "production", "KAFEDRA_PUBLIC_URL": "http://127.0.0.1"}
    with _running(folder / f"var-{offerings}", cluster.fresh_database(), offerings, env) as running:
        yield Running(*running, roots=(_first_process(running[0]), psutil.Process(cluster.pid)))


@contextmanager
def embedded(folder: Path, offerings: int) -> Iterator[Running]:
    """What `make run` starts, on SQLite."""
    var = folder / "var-embedded"
    var.mkdir()
    with _running(var, "", offerings, {}) as running:
        yield Running(*running, roots=(_first_process(running[0]),))


@contextmanager
def _running(
    var: Path, url: str, offerings: int, env: dict[str, str]
) -> Iterator[tuple[Installation, World, Database]]:
    shared = {"KAFEDRA_SECRET_KEY": SECRET, "KAFEDRA_TRUSTED_PROXIES": "1"}
    installation = Installation(var, url, **shared, **env)
    database_url = Settings.from_env(installation.env).database_url
    command.upgrade(alembic_config(database_url), "head")
    database = Database(database_url)
    world = fill(database, offerings)
    installation.start()
    try:
        yield installation, world, database
    finally:
        installation.stop()
        database.engine.dispose()


def _first_process(installation: Installation) -> psutil.Process:
    assert installation.process is not None
    return psutil.Process(installation.process.pid)


class Counter:
    """Counts the statements that the web sends for a unit, in this process and on the same database."""

    def __init__(self, running: Running) -> None:
        self._app = create_app(replace(running.settings, log_level="WARNING"))
        self._statements = 0
        with self._app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self._statements += 1

    def browser(self) -> WithoutServer:
        return WithoutServer(self._app)

    @property
    def statements(self) -> int:
        """How many there were since this was asked last."""
        counted, self._statements = self._statements, 0
        return counted

    def close(self) -> None:
        """Let the database go."""
        with self._app.app_context():
            db.engine.dispose()
