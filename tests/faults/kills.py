"""R1: no acknowledged answer is lost, whatever is killed while people write."""

import http.client
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from sqlalchemy import select

from courses.quizzes.models import Step, StepKind
from tests.faults.report import Report, least
from tests.faults.scene import Pen, Refused, Scene, scene

ATTEMPTS, WRITERS = 200, 12
REST = (2.0, 5.0)  # seconds between two kills
PAUSE = 0.2  # of a writer whose site is away
AWAY = (OSError, http.client.HTTPException)


class Writer(Pen):
    """Somebody who changes answers all the time and knows what was acknowledged."""

    def __init__(self, pen: Pen) -> None:
        super().__init__(pen.browser, pen.learner, pen.client)
        self.sent: dict[tuple[int, int], str] = {}
        self.waiting: dict[int, int] = {}
        self.safe: set[tuple[int, int]] = set()
        self.wrong: list[str] = []

    def write(self, dice: random.Random) -> None:
        """Change one to three answers, and send what waits."""
        for slot in dice.sample(self.slots, dice.randint(1, 3)):
            self.number += 1
            self.sent[slot, self.number] = f"слово {self.number} от {self.learner.person_id}"
            self.waiting[slot] = self.number
        self.send()

    def send(self) -> None:
        """Send the newest of every question; forget it once it is acknowledged."""
        batch = [(slot, number, self.sent[slot, number]) for slot, number in self.waiting.items()]
        status, said = self.put(batch)
        if status != 200:
            self.wrong.append(f"attempt {self.attempt} was over: {said}")
        for one in said["slots"]:
            if one["fate"] != "saved":
                self.wrong.append(f"attempt {self.attempt}, slot {one['slot']}: {one['fate']}")
            self.safe.add((one["slot"], one["number"]))
            if self.waiting.get(one["slot"]) == one["number"]:
                del self.waiting[one["slot"]]

    def send_until_heard(self, until: float) -> bool:
        """After the faults: the last answers arrive as well."""
        while self.waiting and time.monotonic() < until:
            try:
                self.send()
            except (*AWAY, Refused):
                self.browser.hang_up()
                time.sleep(PAUSE)
        return not self.waiting


def run(folder: Path, database: str, seconds: float) -> Report:
    """Write and kill for `seconds`, then compare what the database holds with what was acknowledged."""
    report = Report("R1", database, seconds)
    with scene(folder, database, ATTEMPTS) as stage:
        writers = [Writer(stage.pen(learner, f"pen-{learner.person_id}")) for learner in stage.learners]
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(Writer.start, writers))
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(WRITERS) as pool:
            writing = [
                pool.submit(_write, writers[number::WRITERS], until, number, report)
                for number in range(WRITERS)
            ]
            _kill(stage, until, report)
            for done in writing:
                done.result()
        stage.wait_until_well()
        patience = time.monotonic() + 60
        unheard = [writer.attempt for writer in writers if not writer.send_until_heard(patience)]
        report.lost += [f"attempt {attempt}: the last answers were never taken" for attempt in unheard]
        report.acknowledged = sum(len(writer.safe) for writer in writers)
        _compare(stage, writers, report)
    least(report, "answers", report.acknowledged, int(seconds * 10))
    least(report, "kills", report.killed, int(seconds / REST[1] / 2))
    return report


def _write(writers: list[Writer], until: float, seed: int, report: Report) -> None:
    dice = random.Random(seed)
    while time.monotonic() < until:
        writer = dice.choice(writers)
        try:
            writer.write(dice)
        except AWAY:
            writer.browser.hang_up()
            time.sleep(PAUSE)
        except Refused as refused:
            if refused.status < 500:
                report.lost.append(f"attempt {writer.attempt} was refused: {refused}")
            time.sleep(PAUSE)


def _kill(stage: Scene, until: float, report: Report) -> None:
    """One part after another, in an order of chance; every part has its turn before any has its second."""
    dice, turns = random.Random(20261123), list[tuple[str, Callable[[], int]]]()
    while time.monotonic() + REST[0] < until:
        time.sleep(min(dice.uniform(*REST), max(0.0, until - time.monotonic())))
        if not turns:
            turns = victims(stage)
            dice.shuffle(turns)
        name, strike = turns.pop()
        killed = strike()
        report.killed += killed
        report.counted[name] = report.counted.get(name, 0) + killed


def victims(stage: Scene) -> list[tuple[str, Callable[[], int]]]:
    """Whom one may kill here: processes of the web and the workers, whole parts, the broker, the database."""

    def of_part(name: str, *, child: bool) -> int:
        found = stage.installation.parts(name)
        return struck(found[1:2] if child else found)

    parts = [(f"{name} process", name, True) for name in ("web", "worker")]
    parts += [(name, name, False) for name in ("web", "worker", "scheduler", "valkey")]
    turns: list[tuple[str, Callable[[], int]]] = [
        (called, lambda name=name, child=child: of_part(name, child=child))  # type: ignore[misc]
        for called, name, child in parts
    ]
    if stage.cluster is not None:
        turns.append(("database", stage.cluster.kill_and_start))
    return turns


def struck(processes: list[psutil.Process]) -> int:
    """kill -9; 1 if anything was there to be killed."""
    killed = 0
    for process in processes:
        try:
            process.send_signal(signal.SIGKILL)
            killed = 1
        except psutil.NoSuchProcess:
            continue
    return killed


def _compare(stage: Scene, writers: list[Writer], report: Report) -> None:
    """Every acknowledged answer is a step; the one that counts is the newest, word for word."""
    query = select(Step).where(Step.kind == StepKind.SAVED)
    held: dict[tuple[int, int], list[Step]] = {}
    with stage.database.reading() as session:
        for step in session.scalars(query):
            held.setdefault((step.attempt_id, step.slot_id), []).append(step)
    for writer in writers:
        report.lost += writer.wrong
        for slot in writer.slots:
            _compare_slot(writer, slot, held.get((writer.attempt, slot), []), report)


def _compare_slot(writer: Writer, slot: int, steps: list[Step], report: Report) -> None:
    where = f"attempt {writer.attempt}, slot {slot}"
    known = {step.client_sequence: step.data["response"].get("text") for step in steps}
    for number in sorted(number for other, number in writer.safe if other == slot):
        if known.get(number) != writer.sent[slot, number]:
            report.lost.append(f"{where}: answer {number} is there as {known.get(number)!r}")
    newest = max((step for step in steps if step.current), key=lambda step: step.sequence, default=None)
    last = max((number for other, number in writer.safe if other == slot), default=None)
    if newest is not None and newest.client_sequence != last:
        report.lost.append(f"{where}: {newest.client_sequence} counts, {last} was acknowledged last")
