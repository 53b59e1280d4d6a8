"""A whole installation in its own processes, as `kafedra run` starts it: to walk, to kill, to measure."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """`kafedra run` on a folder, a port and, if given, a database of its own."""

    def __init__(self, folder: Path, database_url: str = "", **env: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KAFEDRA_")},
            "KAFEDRA_VAR": str(folder),
            "KAFEDRA_PORT": str(self.port),
            **({"DATABASE_URL": database_url} if database_url else {}),
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.output = folder.parent / f"{folder.name}.out"

    def start(self, within: float = 90) -> float:
        """Start and wait for the first answer; the seconds it took."""
        began = time.monotonic()
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.command", "run"],
                env=self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        while time.monotonic() - began < within:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"ended with {self.process.returncode}: {self.output.read_text()[-3000:]}"
                )
            if self.answers("/livez"):
                return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"no answer in {within} s: {self.output.read_text()[-3000:]}")

    def said(self, words: str, within: float = 30) -> None:
        """Wait until its output has these words."""
        until = time.monotonic() + within
        while words not in self.output.read_text():
            assert time.monotonic() < until, self.output.read_text()[-3000:]
            time.sleep(0.05)

    def answers(self, path: str) -> bool:
        """Whether the page answers 200."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=3) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def tree(self) -> list[psutil.Process]:
        """Everything below the supervisor."""
        assert self.process is not None
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def parts(self, name: str) -> list[psutil.Process]:
        """The running processes of one part, parent first."""
        try:
            first = psutil.Process(int((self.folder / "run" / f"{name}.pid").read_text()))
            return [first, *first.children(recursive=True)]
        except (OSError, ValueError, psutil.NoSuchProcess):
            return []

    def kill(self, name: str) -> None:
        """kill -9 of a whole part."""
        for process in self.parts(name):
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue

    def run(self, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """`kafedra WORDS` against this installation."""
        return subprocess.run(
            [sys.executable, "-m", "app.command", *words],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def pss(self) -> int:
        """The memory of all its processes in bytes, shared pages counted once."""
        assert self.process is not None
        root = psutil.Process(self.process.pid)
        return sum(process.memory_full_info().pss for process in [root, *root.children(recursive=True)])

    def stop(self) -> float:
        """SIGTERM and wait; the seconds it took."""
        began = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        return time.monotonic() - began
