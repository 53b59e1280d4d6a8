"""CPU time of whole process trees, beside a bare Flask page measured in turn with everything else.

Processor time drifts too where a machine is shared, by a factor of two within minutes. So every round of a
work is preceded by a round of the yardstick, and what is held against the budget is their ratio: the
milliseconds that the work would take where the bare page takes `REFERENCE`.
"""

import json
import statistics
import subprocess
import sys
import textwrap
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import psutil

from tests.benchmarks.browser import Browser
from tests.installation import free_port

REFERENCE = 0.39
ROUNDS = 3
HELLO_TIMES = 320
HELLO = """
    from flask import Flask
    app = Flask("hello")

    @app.get("/")
    def hello():
        return "hello"
"""

Unit = Callable[[], object]


@dataclass
class Result:
    """One line of the table. `cpu_ms` is as measured; seconds or megabytes where `unit` says so.

    `budget` is in milliseconds of the reference machine, None where there is none to keep.
    """

    work: str
    cpu_ms: float
    budget: float | None
    yardstick_cpu_ms: float | None = None
    queries: int | None = None
    bytes: int | None = None
    wall_ms: float | None = None
    unit: str = "ms CPU"
    setup: str = "production"
    ok: bool = field(init=False)

    def __post_init__(self) -> None:
        self.ok = self.budget is None or self.scaled <= self.budget

    @property
    def scaled(self) -> float:
        """The figure that is held against the budget."""
        return self.cpu_ms / self.yardstick_cpu_ms * REFERENCE if self.yardstick_cpu_ms else self.cpu_ms

    def line(self) -> str:
        """The JSON object that `bench.json` holds."""
        return json.dumps(asdict(self) | {"scaled": round(self.scaled, 3)}, ensure_ascii=False)


def cpu_seconds(roots: Iterable[psutil.Process]) -> float:
    """User and system time used so far by these processes and all below them, ended children included."""
    total = 0.0
    for root in roots:
        for process in (root, *root.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total


class Meter:
    """Measures works of one set of processes, beside the yardstick."""

    def __init__(self, roots: Sequence[psutil.Process], hello: "Hello") -> None:
        self._roots, self._hello = roots, hello
        self._idle = self._idle_rate()

    def _idle_rate(self, seconds: float = 3.0) -> float:
        """CPU seconds a second that are used when nobody asks for anything."""
        time.sleep(1)
        before = cpu_seconds(self._roots)
        time.sleep(seconds)
        return (cpu_seconds(self._roots) - before) / seconds

    def measure(self, units: Sequence[Unit], times: int) -> tuple[float, float, float]:
        """CPU, yardstick and wall milliseconds of one unit, medians of rounds.

        Each of `units` is a client of its own, and they work at the same time, `times` units in all. What the
        processes use when idle is subtracted: it belongs to no unit.
        """
        each = max(1, times // len(units))
        _at_once(units, max(2, each // 10))
        rounds = [self._round(units, each) for _ in range(ROUNDS)]
        return sorted(rounds, key=lambda one: one[0] / one[1])[ROUNDS // 2]

    def _round(self, units: Sequence[Unit], each: int) -> tuple[float, float, float]:
        bare = self._hello.cpu_ms(len(units))
        before, began = cpu_seconds(self._roots), time.perf_counter()
        _at_once(units, each)
        wall = time.perf_counter() - began
        self._settle()
        elapsed = time.perf_counter() - began
        spent = cpu_seconds(self._roots) - before - self._idle * elapsed
        number = each * len(units)
        return spent / number * 1000, bare, wall / each * 1000

    def _settle(self) -> None:
        """Wait until work that was left to the background is done: no process of the set is busy."""
        quiet, last = 0, cpu_seconds(self._roots)
        for _ in range(100):
            time.sleep(0.05)
            now = cpu_seconds(self._roots)
            quiet = quiet + 1 if now - last <= 0.011 else 0
            last = now
            if quiet >= 4:
                return


def _at_once(units: Sequence[Unit], times: int) -> None:
    """Every client does its unit so many times, all clients at once; the first failure is raised."""
    failures: list[BaseException] = []

    def work(unit: Unit) -> None:
        try:
            for _ in range(times):
                unit()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(unit,)) for unit in units]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


class Hello:
    """The yardstick: a bare Flask page under the same gunicorn, asked for by as many clients at once."""

    def __init__(self, port: int, process: psutil.Process) -> None:
        self._process, self._port = process, port
        self.seen: list[float] = []

    def cpu_ms(self, clients: int) -> float:
        """CPU milliseconds of one page, now."""
        units = [partial(Browser(self._port).get, "/") for _ in range(clients)]
        before = cpu_seconds([self._process])
        _at_once(units, HELLO_TIMES // clients)
        spent = cpu_seconds([self._process]) - before
        self.seen.append(spent / (HELLO_TIMES // clients * clients) * 1000)
        return self.seen[-1]

    @property
    def median(self) -> float:
        return statistics.median(self.seen)


@contextmanager
def yardstick(folder: Path) -> Iterator[Hello]:
    """The bare page's server, for as long as anything is measured."""
    (folder / "hello.py").write_text(textwrap.dedent(HELLO))
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "hello:app", "-b", f"127.0.0.1:{port}",
        "-w", "2", "--threads", "4", "--worker-class", "gthread", "--keep-alive", "75",
        "--log-level", "warning",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=folder)
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).read()
                break
            except OSError:
                time.sleep(0.05)
        yield Hello(port, psutil.Process(server.pid))
    finally:
        server.terminate()
        server.wait(20)
