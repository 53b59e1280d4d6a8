"""CPU time of whole process trees, beside a bare Flask page measured in the same run."""

import http.client
import json
import statistics
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from tests.installation import free_port

HELLO = """
    from flask import Flask
    app = Flask("hello")

    @app.get("/")
    def hello():
        return "hello"
"""


@dataclass
class Result:
    """One line of the table. `budget` is in CPU milliseconds unless the work says otherwise."""

    work: str
    cpu_ms: float
    budget: float
    yardstick_cpu_ms: float = 0.0
    queries: float | None = None
    bytes: int | None = None
    wall_ms: float | None = None
    note: str = ""
    ok: bool = field(default=False)

    def line(self) -> str:
        """The JSON object that `bench.json` holds."""
        return json.dumps(asdict(self), ensure_ascii=False)


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


def measure(
    roots: list[psutil.Process], unit: Callable[[], object], *, times: int, rounds: int = 3
) -> tuple[float, float]:
    """Median CPU and wall milliseconds per unit over some rounds, after a few units to warm up."""
    for _ in range(max(3, times // 10)):
        unit()
    cpu, wall = [], []
    for _ in range(rounds):
        before, began = cpu_seconds(roots), time.perf_counter()
        for _ in range(times):
            unit()
        settle(roots)
        wall.append((time.perf_counter() - began) / times * 1000)
        cpu.append((cpu_seconds(roots) - before) / times * 1000)
    return statistics.median(cpu), statistics.median(wall)


def settle(roots: list[psutil.Process]) -> None:
    """Wait until work that was left to the background is done: no process of the set is busy."""
    quiet = 0
    last = cpu_seconds(roots)
    for _ in range(100):
        time.sleep(0.05)
        now = cpu_seconds(roots)
        quiet = quiet + 1 if now - last <= 0.011 else 0
        last = now
        if quiet >= 4:
            return


class Browser:
    """A client that keeps its connection and its cookies, and nothing else."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.size = 0

    def send(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """One request; cookies are kept, redirects are not followed."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Accept-Encoding", "gzip")
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        data = answer.read()
        self.size = len(data)
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                pair = value.split(";", 1)[0]
                key, _, content = pair.partition("=")
                self.cookies[key] = content
        return answer.status, data, {name.lower(): value for name, value in answer.getheaders()}

    def get(self, path: str) -> bytes:
        """A page that must answer 200."""
        status, data, _ = self.send("GET", path)
        assert status == 200, (path, status, data[:300])
        return data


def yardstick(folder: Path) -> float:
    """CPU milliseconds of a bare Flask page under the same gunicorn."""
    (folder / "hello.py").write_text(textwrap.dedent(HELLO))
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "hello:app", "-b", f"127.0.0.1:{port}",
        "-w", "2", "--threads", "4", "--worker-class", "gthread", "--log-level", "warning",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=folder)
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).read()
                break
            except OSError:
                time.sleep(0.05)
        browser = Browser(port)
        return measure([psutil.Process(server.pid)], lambda: browser.get("/"), times=600)[0]
    finally:
        server.terminate()
        server.wait(20)
