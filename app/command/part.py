"""One process of the installation, kept running.

Parts written in Python are forked from the supervisor after it has loaded the libraries they share, so that
the whole installation holds them in memory once. A part dies with the supervisor, however that dies: Linux
sees to it, elsewhere the part looks every second whether its parent is still there. What a part writes is
kept in a few logs of bounded size, however long it runs.
"""

import ctypes
import os
import runpy
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import click

STEADY_AFTER = 10.0
PR_SET_PDEATHSIG = 1
LOG_LIMIT = 5 * 1024 * 1024
OLD_LOGS = 3
LOOK_EVERY = 1.0
TIED_BY_THE_SYSTEM = sys.platform == "linux"


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
        self.pid = self._spawn() if self.program and TIED_BY_THE_SYSTEM else self._fork()
        self.started = time.monotonic()
        (self.folder / "run").mkdir(exist_ok=True)
        (self.folder / "run" / f"{self.name}.pid").write_text(f"{self.pid}\n")

    def tend(self) -> None:
        """Start it again if it ended; after repeated quick failures wait longer, up to 30 seconds."""
        self.turn_log()
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

    def turn_log(self) -> None:
        """Lay a log that has grown too long aside, and drop the oldest of those laid aside.

        The part goes on writing to the same file, which is emptied. Where the disk has no room for a copy,
        the old lines go: a full disk is not made fuller by what is said about it.
        """
        if not self.log.exists() or self.log.stat().st_size <= LOG_LIMIT:
            return
        aside = [self.log.with_name(f"{self.log.name}.{number}") for number in range(1, OLD_LOGS + 1)]
        try:
            for older, newer in reversed(list(zip(aside[1:], aside, strict=False))):
                if newer.exists():
                    newer.replace(older)
            shutil.copyfile(self.log, aside[0])
        except OSError as error:
            click.echo(f"{self.name}: журнал не сохранён ({error.strerror}), начат заново", err=True)
            with suppress(OSError):  # a copy that was begun makes room again where it can be removed
                aside[0].unlink()
        os.truncate(self.log, 0)

    def runs(self) -> bool:
        """Whether it is there; an ended one is buried."""
        if self.pid is None:
            return False
        ended, _status = os.waitpid(self.pid, os.WNOHANG)
        if ended:
            self.pid = None
        return self.pid is not None

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Ask it to end; it may finish what it is doing. Killed, it takes all below it along."""
        if self.runs() and self.pid is not None:
            (os.killpg if how == signal.SIGKILL else os.kill)(self.pid, how)

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
                preexec_fn=tie_by_the_system,
                start_new_session=True,
            ).pid

    def _fork(self) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._run_as_child(parent)
        return pid

    def _run_as_child(self, parent: int) -> None:
        """Become the part: own session, own log, default signals, and the module as the main program."""
        code = 1
        try:
            os.setsid()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            log = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.environ.update(self.env)
            _tie_to(parent)
            code = self._main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _main(self) -> int:
        """The part's own work; a program is kept as a child of this process, which passes its end on."""
        if not self.program:
            sys.argv = list(self.words)
            runpy.run_module(self.words[0], run_name="__main__", alter_sys=True)
            return 0
        program = subprocess.Popen(self.words)
        signal.signal(signal.SIGTERM, lambda _number, _frame: program.terminate())
        return program.wait()


def _tie_to(parent: int) -> None:
    """SIGTERM for this process when its parent has ended."""
    if TIED_BY_THE_SYSTEM:
        tie_by_the_system()
        if os.getppid() != parent:
            sys.exit("the supervisor is gone")
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def tie_by_the_system() -> None:
    """SIGTERM for this process when its parent has ended, where the system can see to that."""
    if TIED_BY_THE_SYSTEM:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
