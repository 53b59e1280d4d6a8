"""R6: the server's clock ends an attempt, and time that is given reaches the page; R7: the end is what it
was, though nobody was there to see it."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from courses import quizzes
from courses.clock import utcnow
from courses.people import Actor
from courses.people.rules import SYSTEM_ID, Grant, Role
from courses.quizzes.models import Attempt, GradingProgress, Step, StepKind
from courses.quizzes.rules import GRACE, AttemptState
from tests.faults.report import Report, least
from tests.faults.scene import Pen, Scene, scene

WRITERS = 16
GIVEN = 60  # seconds, to every other learner
POLL = 10.0  # the page asks as often
SEEN_WITHIN = 15.0
SETTLED_WITHIN = 30.0
ABSENT = timedelta(hours=1)


class Clocked(Pen):
    """Writes until it is refused, and knows which answers were called saved and which late."""

    def __init__(self, pen: Pen) -> None:
        super().__init__(pen.browser, pen.learner, pen.client)
        self.heard: dict[tuple[int, int], str] = {}
        self.given_at: float | None = None
        self.seen_after: float | None = None
        self.known = 10**9

    def write(self, dice: random.Random) -> None:
        """One answer; what became of it."""
        self.number += 1
        slot = dice.choice(self.slots)
        _, said = self.put([(slot, self.number, f"слово {self.number}")])
        for one in said["slots"]:
            self.heard[one["slot"], one["number"]] = one["fate"]

    def poll(self) -> None:
        """What the page does every ten seconds: read how much time is left."""
        left = self.state()["remaining"]
        if left is not None:
            if self.given_at is not None and self.seen_after is None and left > self.known:
                self.seen_after = time.monotonic() - self.given_at
            self.known = left


def server_is_the_clock(folder: Path, database: str, seconds: float) -> Report:
    """Attempts end one after another while their learners write on; every other one is given time."""
    report = Report("R6", database, seconds)
    with scene(folder, database, WRITERS, time_limit=3600) as stage:
        pens = [Clocked(stage.pen(learner, "page")) for learner in stage.learners]
        for pen in pens:
            pen.start()
        _shorten(stage, pens, seconds)
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(len(pens)) as pool:
            writing = [pool.submit(_write_on, pen, until, number) for number, pen in enumerate(pens)]
            time.sleep(min(5.0, seconds / 4))
            _give_time(stage, pens[::2])
            for done in writing:
                done.result()
        report.counted["given time"] = len(pens[::2])
        _judge(stage, pens, report)
    least(report, "answers", report.acknowledged, int(seconds))
    return report


def _shorten(stage: Scene, pens: list[Clocked], seconds: float) -> None:
    """Answers are taken for a minute after the end: the ends lie so that it is over within the run."""
    with stage.database.unit_of_work() as session:
        for number, pen in enumerate(pens, 1):
            ends = utcnow() - GRACE + timedelta(seconds=seconds * (0.3 + 0.5 * number / len(pens)))
            session.execute(update(Attempt).where(Attempt.id == pen.attempt).values(deadline_at=ends))


def _write_on(pen: Clocked, until: float, seed: int) -> None:
    dice, asked = random.Random(seed), 0.0
    while time.monotonic() < until:
        pen.write(dice)
        if time.monotonic() - asked > POLL:
            pen.poll()
            asked = time.monotonic()
        time.sleep(dice.uniform(0.1, 0.3))


def _give_time(stage: Scene, pens: list[Clocked]) -> None:
    tutor = Actor(SYSTEM_ID, (Grant(Role.ADMINISTRATOR, None),))
    for pen in pens:
        with stage.database.unit_of_work() as session:
            quizzes.interventions.give_time(
                session, pen.attempt, seconds=GIVEN, reason="Сбой связи в школе", by=tutor, now=utcnow()
            )
        pen.given_at = time.monotonic()


def _judge(stage: Scene, pens: list[Clocked], report: Report) -> None:
    """Saved answers count and came in time by the server's clock, later ones are kept and do not."""
    with stage.database.reading() as session:
        ends = dict(session.execute(select(Attempt.id, Attempt.deadline_at)).all())  # type: ignore[arg-type]
        steps: dict[tuple[int, int, int | None], Step] = {
            (step.attempt_id, step.slot_id, step.client_sequence): step
            for step in session.scalars(select(Step).where(Step.kind == StepKind.SAVED))
        }
    for pen in pens:
        last: datetime = ends[pen.attempt] + GRACE
        for (slot, number), fate in pen.heard.items():
            step = steps.get((pen.attempt, slot, number))
            where = f"attempt {pen.attempt}, slot {slot}, answer {number} ({fate})"
            report.acknowledged += 1
            report.counted[fate] = report.counted.get(fate, 0) + 1
            if step is None or step.data["response"].get("text") != f"слово {number}":
                report.lost.append(f"{where} is not there")
            elif fate not in ("saved", "late") or step.current != (fate == "saved"):
                report.lost.append(f"{where} counts: {step.current}")
            elif (step.at <= last) != (fate == "saved"):
                report.lost.append(f"{where} came at {step.at}, the last moment was {last}")
        if pen.given_at is not None and (pen.seen_after is None or pen.seen_after > SEEN_WITHIN):
            report.lost.append(f"attempt {pen.attempt}: time given was seen after {pen.seen_after} s")


def nobody_there(folder: Path, database: str, seconds: float) -> Report:
    """Everything is killed while learners write; an hour passes; what is started again ends their attempts
    when they ended."""
    report = Report("R7", database, seconds)
    with scene(folder, database, WRITERS, time_limit=3600) as stage:
        until, dice = time.monotonic() + seconds, random.Random(7)
        while time.monotonic() < until:
            pens = [
                Clocked(stage.pen(learner, f"page-{dice.randrange(10**9)}")) for learner in stage.learners
            ]
            for pen in pens:
                pen.start()
                for _ in range(3):
                    pen.write(dice)
            report.killed += _kill_all(stage)
            ends = _an_hour_passes(stage, pens, dice)
            stage.installation.start()
            _settled(stage, pens, ends, report)
            report.counted["absences"] = report.counted.get("absences", 0) + 1
    least(report, "answers", report.acknowledged, WRITERS * 3)
    return report


def _kill_all(stage: Scene) -> int:
    first = stage.installation.process
    assert first is not None
    processes = stage.installation.tree()
    first.kill()
    for process in processes:
        if process.is_running():
            process.kill()
    first.wait(10)
    return 1 + len(processes)


def _an_hour_passes(stage: Scene, pens: list[Clocked], dice: random.Random) -> dict[int, datetime]:
    """The attempts began longer ago, and their time ended within the hour nobody was there."""
    ends = {pen.attempt: utcnow() - ABSENT + timedelta(seconds=dice.randint(1, 3000)) for pen in pens}
    with stage.database.unit_of_work() as session:
        for attempt_id, end in ends.items():
            moments = {"deadline_at": end, "started_at": end - timedelta(hours=1)}
            session.execute(update(Attempt).where(Attempt.id == attempt_id).values(moments))
            session.execute(
                update(Step).where(Step.attempt_id == attempt_id).values(at=end - timedelta(minutes=5))
            )
    return ends


def _settled(stage: Scene, pens: list[Clocked], ends: dict[int, datetime], report: Report) -> None:
    """Every attempt is finished at its own end, graded, with all it was told to hold."""
    attempts = _when_graded(stage, list(ends))
    with stage.database.reading() as session:
        query = select(Step).where(Step.attempt_id.in_(ends), Step.kind == StepKind.SAVED, Step.current)
        held = {(step.attempt_id, step.slot_id, step.client_sequence) for step in session.scalars(query)}
    for pen in pens:
        one = attempts[pen.attempt]
        report.acknowledged += len(pen.heard)
        if one.state is not AttemptState.FINISHED or one.finished_at != ends[pen.attempt]:
            report.lost.append(
                f"attempt {one.id}: {one.state} at {one.finished_at}, not at {ends[pen.attempt]}"
            )
        elif one.mark is None or not one.receipt:
            report.lost.append(f"attempt {one.id} has no mark or no receipt after {SETTLED_WITHIN:.0f} s")
        for slot, number in pen.heard:
            if (pen.attempt, slot, number) not in held:
                report.lost.append(f"attempt {pen.attempt}, slot {slot}: answer {number} is not there")


def _when_graded(stage: Scene, attempts: list[int]) -> dict[int, Attempt]:
    until = time.monotonic() + SETTLED_WITHIN
    while True:
        with stage.database.reading() as session:
            found = {one.id: one for one in session.scalars(select(Attempt).where(Attempt.id.in_(attempts)))}
            session.expunge_all()
        waiting = [one for one in found.values() if one.grading_progress is not GradingProgress.FULLY_GRADED]
        if not waiting or time.monotonic() > until:
            return found
        time.sleep(0.3)
