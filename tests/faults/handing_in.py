"""R5: handing in happens once, whoever presses how often, and the clock too."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from courses.clock import utcnow
from courses.outbox import OutboxMessage
from courses.quizzes.models import Attempt, GradingProgress, Step, StepKind
from courses.quizzes.rules import AttemptState
from tests.faults.report import Report, least
from tests.faults.scene import QUESTIONS, Learner, Pen, Scene, scene

LEARNERS, PRESSES = 200, 6
GRADED_WITHIN = 30.0
RIGHT = "сеть"


def run(folder: Path, database: str, seconds: float) -> Report:
    """Learner after learner presses «Начать» and «Завершить» in many tabs at once."""
    report = Report("R5", database, seconds)
    with scene(folder, database, LEARNERS, time_limit=600) as stage:
        until, attempts = time.monotonic() + seconds, list[int]()
        for number, learner in enumerate(stage.learners):
            if time.monotonic() > until:
                break
            attempts.append(_hand_in(stage, learner, by_clock=number % 2 == 1, report=report))
        _wait_for_marks(stage, attempts, report)
        _compare(stage, attempts, report)
        report.counted["attempts"] = len(attempts)
    least(report, "attempts", len(attempts), int(seconds / 10))
    return report


def _hand_in(stage: Scene, learner: Learner, *, by_clock: bool, report: Report) -> int:
    """Begin in several tabs, answer in one, hand in from all; half of the tabs say that the time is over."""
    tabs = [stage.pen(learner, f"tab-{number}") for number in range(PRESSES)]
    _at_once([tab.start for tab in tabs])
    if len({tab.attempt for tab in tabs}) != 1:
        report.lost.append(f"learner {learner.person_id} began {len({tab.attempt for tab in tabs})} attempts")
    first = tabs[0]
    _, said = first.put([(slot, number, RIGHT) for number, slot in enumerate(first.slots, 1)])
    report.acknowledged += sum(one["fate"] == "saved" for one in said["slots"])
    if by_clock:
        soon = utcnow() + timedelta(milliseconds=40)
        with stage.database.unit_of_work() as session:
            session.execute(update(Attempt).where(Attempt.id == first.attempt).values(deadline_at=soon))
    _at_once([_pressing(tab, over=number % 2 == 1) for number, tab in enumerate(tabs)])
    first.finish()  # when the clock disagreed with all of them
    return first.attempt


def _pressing(tab: Pen, *, over: bool) -> Callable[[], object]:
    fields = {"csrf_token": tab.token} | ({"timeup": "1"} if over else {})
    return lambda: tab.post(f"/study/attempts/{tab.attempt}/finish", fields)


def _at_once(deeds: list[Callable[[], object]]) -> None:
    """All at the same moment; the first failure is raised."""
    barrier, failures = threading.Barrier(len(deeds)), list[Exception]()

    def do(deed: Callable[[], object]) -> None:
        barrier.wait()
        try:
            deed()
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _wait_for_marks(stage: Scene, attempts: list[int], report: Report) -> None:
    until = time.monotonic() + GRADED_WITHIN
    query = select(func.count()).where(
        Attempt.id.in_(attempts), Attempt.grading_progress == GradingProgress.FULLY_GRADED
    )
    while True:
        with stage.database.reading() as session:
            graded = session.scalar(query) or 0
        if graded == len(attempts):
            return
        if time.monotonic() > until:
            report.lost.append(f"{len(attempts) - graded} attempts have no mark after {GRADED_WITHIN:.0f} s")
            return
        time.sleep(0.3)


def _compare(stage: Scene, attempts: list[int], report: Report) -> None:
    """One end, one receipt, one fact, one grading of each question, and the whole mark."""
    with stage.database.reading() as session:
        found = {one.id: one for one in session.scalars(select(Attempt))}
        facts = [
            message.payload["attempt_id"]
            for message in session.scalars(
                select(OutboxMessage).where(OutboxMessage.name == "AttemptFinished")
            )
        ]
        gradings = dict(
            session.execute(
                select(Step.attempt_id, func.count())
                .where(Step.kind == StepKind.GRADED)
                .group_by(Step.attempt_id)
            ).all()  # type: ignore[arg-type]
        )
    if len(found) != len(attempts):
        report.lost.append(f"{len(found)} attempts are there, {len(attempts)} were begun")
    if len({one.receipt for one in found.values()}) != len(found):
        report.lost.append("receipts are not of one attempt each")
    for attempt_id in attempts:
        one = found[attempt_id]
        if one.state is not AttemptState.FINISHED or facts.count(attempt_id) != 1:
            report.lost.append(f"attempt {attempt_id}: {one.state}, told {facts.count(attempt_id)} times")
        if gradings.get(attempt_id) != QUESTIONS or one.mark != float(QUESTIONS):
            report.lost.append(f"attempt {attempt_id}: {gradings.get(attempt_id)} gradings, mark {one.mark}")
