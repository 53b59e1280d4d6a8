"""A part's logs stay small while it runs, and a part ends with its supervisor on every system."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.command.part import LOG_LIMIT, Part

pytestmark = pytest.mark.processes
TALK = """
import itertools, time
for number in itertools.count():
    print(number, "x" * 90, flush=True)
    time.sleep(0.001)
"""
SUPERVISOR = """
import sys, time
from pathlib import Path
from app.command import part
folder = Path(sys.argv[1])
part.TIED_BY_THE_SYSTEM, part.LOOK_EVERY, part.LOG_LIMIT = sys.argv[2] == "system", 0.1, 20_000
(folder / "log").mkdir()
parts = [
    part.Part("python", ["talk"], folder),
    part.Part("program", [sys.executable, str(folder / "talk.py")], folder, program=True),
]
for one in parts:
    one.start()
print("ready", flush=True)
while True:
    for one in parts:
        one.tend()
    time.sleep(0.02)
"""
Supervise = Callable[[str], psutil.Process]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    """`supervise("system" or "watch")` starts a supervisor of two parts that write all the time."""
    (tmp_path / "talk.py").write_text(TALK)
    path = os.pathsep.join([str(tmp_path), str(Path.cwd())])
    started: list[subprocess.Popen[bytes]] = []

    def start(tie: str) -> psutil.Process:
        words = [sys.executable, "-c", SUPERVISOR, str(tmp_path), tie]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return psutil.Process(process.pid)

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def until(what: Callable[[], bool], within: float = 20) -> None:
    """Wait until it is so."""
    end = time.monotonic() + within
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def first_number(log: Path) -> int:
    return int(log.read_text().split()[0])


@pytest.mark.parametrize("name", ["python", "program"])
def test_the_logs_of_a_part_that_runs_stay_few_and_small(
    supervise: Supervise, tmp_path: Path, name: str
) -> None:
    supervise("system")
    pid = (tmp_path / "run" / f"{name}.pid").read_text()
    log, oldest = tmp_path / "log" / f"{name}.log", tmp_path / "log" / f"{name}.log.3"
    until(oldest.exists)
    seen = first_number(oldest)
    until(lambda: first_number(oldest) > seen)
    assert sorted(tmp_path.glob(f"log/{name}.log*")) == [
        log,
        *(Path(f"{log}.{number}") for number in (1, 2, 3)),
    ]
    assert all(path.stat().st_size < 40_000 for path in tmp_path.glob("log/*"))
    assert first_number(Path(f"{log}.2")) > first_number(oldest)
    assert (tmp_path / "run" / f"{name}.pid").read_text() == pid


def test_a_log_that_cannot_be_laid_aside_is_cut_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log" / "talker.log.3" / "in-the-way").mkdir(parents=True)
    (tmp_path / "log" / "talker.log.2" / "in-the-way").mkdir(parents=True)
    talker = Part("talker", ["talk"], tmp_path)
    talker.log.write_bytes(b"x" * (LOG_LIMIT + 1))
    talker.turn_log()
    assert talker.log.stat().st_size == 0
    assert "talker: журнал не сохранён" in capsys.readouterr().err


@pytest.mark.parametrize("tie", ["system", "watch"])
def test_parts_end_with_a_supervisor_that_was_killed(supervise: Supervise, tmp_path: Path, tie: str) -> None:
    supervisor = supervise(tie)
    until(lambda: sum(log.stat().st_size > 0 for log in tmp_path.glob("log/*.log")) == 2)
    below = supervisor.children(recursive=True)
    assert len(below) == (2 if tie == "system" else 3)
    supervisor.kill()
    until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in below))
