"""One process of the installation, kept running.

Parts written in Python are forked from the supervisor after it has loaded the libraries they share, so that
the whole installation holds them in memory once. A part dies with the supervisor, however that dies.
"""

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import click

STEADY_AFTER = 10.0
PR_SET_PDEATHSIG = 1
LOG_LIMIT = 5 * 1024 * 1024


@dataclass
class Part:
    """`words` are a Python module with its arguments, or a program's command line when `program` is true."""

    name: str
    words: list[str]
    folder: Path
    program: bool = False
    env: dict[str, str] = field(default_factory=dict)
    pid: int | None = None
    started: float = 0.0
    failures: int = 0
    rest_until: float = 0.0

    @property
    def log(self) -> Path:
        """Where it writes."""
        return self.folder / "log" / f"{self.name}.log"

    def start(self) -> None:
        """Start it."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        self.pid = self._spawn() if self.program else self._fork()
        self.started = time.monotonic()
        (self.folder / "run").mkdir(exist_ok=True)
        (self.folder / "run" / f"{self.name}.pid").write_text(f"{self.pid}\n")

    def tend(self) -> None:
        """Start it again if it ended; after repeated quick failures wait longer, up to 30 seconds."""
        now = time.monotonic()
        if self.runs():
            if now - self.started > STEADY_AFTER:
                self.failures = 0
            return
        if self.started and self.rest_until <= self.started:
            click.echo(f"{self.name}: процесс завершился, запускаем снова (журнал: {self.log})", err=True)
            self.failures += 1
            self.rest_until = now + (0 if self.failures == 1 else min(2**self.failures, 30))
        if now >= self.rest_until:
            self.start()
            self.rest_until = 0.0

    def runs(self) -> bool:
        """Whether it is there; an ended one is buried."""
        if self.pid is None:
            return False
        ended, _status = os.waitpid(self.pid, os.WNOHANG)
        if ended:
            self.pid = None
        return self.pid is not None

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Ask it to end; it may finish what it is doing."""
        if self.runs() and self.pid is not None:
            os.kill(self.pid, how)

    def wait(self, until: float) -> None:
        """Wait for its end; past the deadline it is killed."""
        while self.runs():
            if time.monotonic() > until:
                self.stop(signal.SIGKILL)
            time.sleep(0.02)

    def _spawn(self) -> int:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.words,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self.env},
                preexec_fn=_tie_to_parent,
                start_new_session=True,
            ).pid

    def _fork(self) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._run_as_child()
        return pid

    def _run_as_child(self) -> None:
        """Become the part: own session, own log, default signals, and the module as the main program."""
        code = 1
        try:
            os.setsid()
            _tie_to_parent()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            log = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.environ.update(self.env)
            sys.argv = list(self.words)
            runpy.run_module(self.words[0], run_name="__main__", alter_sys=True)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def _tie_to_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
