"""R3: deliveries that are repeated, overtaken, late or lost on the way change nothing but their own place."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from courses.quizzes.models import Step, StepKind
from tests.faults.report import Report, least
from tests.faults.scene import Learner, Pen, Scene, scene

LEARNERS, AT_ONCE = 200, 4
ANSWERS = 40  # of each of two pages
COUNTED, KEPT = "saved", "overtaken"


def run(folder: Path, database: str, seconds: float) -> Report:
    """Attempts with two pages each, whose deliveries come in any order and more than once."""
    report = Report("R3", database, seconds)
    with scene(folder, database, LEARNERS) as stage:
        until, turn, lock = time.monotonic() + seconds, iter(range(10**6)), threading.Lock()

        def work() -> None:
            while time.monotonic() < until:
                with lock:
                    number = next(turn)
                _two_pages(stage, stage.learners[number % LEARNERS], number, until, report)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(work) for _ in range(AT_ONCE)]:
                done.result()
    least(report, "answers", report.acknowledged, int(seconds * 5))
    return report


def _two_pages(stage: Scene, learner: Learner, seed: int, until: float, report: Report) -> None:
    """Both pages of one learner write at once; then the attempt is compared with what each was told."""
    dice = random.Random(seed)
    pens = [stage.pen(learner, f"page-{number}") for number in (1, 2)]
    for pen in pens:
        pen.start()
    told = [dict[tuple[int, int], str](), dict[tuple[int, int], str]()]
    with ThreadPoolExecutor(len(pens)) as pool:
        for done in [
            pool.submit(_deliver, pen, random.Random(dice.random()), heard, until)
            for pen, heard in zip(pens, told, strict=True)
        ]:
            done.result()
    with stage.database.reading() as session:
        query = select(Step).where(Step.attempt_id == pens[0].attempt, Step.kind == StepKind.SAVED)
        steps = list(session.scalars(query.order_by(Step.sequence)))
    for pen, heard in zip(pens, told, strict=True):
        report.acknowledged += len(heard)
        for fate in heard.values():
            report.counted[fate] = report.counted.get(fate, 0) + 1
        report.lost += _compared(pen, heard, [step for step in steps if step.client == pen.client])
    report.lost += _newest(pens, steps)


def _deliver(pen: Pen, dice: random.Random, heard: dict[tuple[int, int], str], until: float) -> None:
    """Every answer at least once, some twice, in any order within a few neighbours."""
    order = [(number, dice.choice(pen.slots)) for number in range(1, ANSWERS + 1)]
    order += dice.sample(order, ANSWERS // 3)
    order.sort(key=lambda answer: answer[0] + dice.uniform(0, 6))
    for number, slot in order:
        if time.monotonic() > until:
            return
        _, said = pen.put([(slot, number, words(pen, number))])
        for one in said["slots"]:
            heard.setdefault((one["slot"], one["number"]), one["fate"])


def words(pen: Pen, number: int) -> str:
    """What a page says under a number."""
    return f"{pen.client}, слово {number}"


def _compared(pen: Pen, heard: dict[tuple[int, int], str], steps: list[Step]) -> list[str]:
    """Each acknowledged answer is one step with its own words, and counts exactly as the page was told."""
    wrong = []
    kept = Counter((step.slot_id, step.client_sequence) for step in steps)
    by_number = {(step.slot_id, step.client_sequence): step for step in steps}
    for (slot, number), fate in heard.items():
        where = f"attempt {pen.attempt}, slot {slot}, {pen.client}, answer {number} ({fate})"
        step = by_number.get((slot, number))
        if step is None:
            wrong.append(f"{where} is not there")
        elif kept[slot, number] != 1:
            wrong.append(f"{where} is there {kept[slot, number]} times")
        elif step.data["response"].get("text") != words(pen, number):
            wrong.append(f"{where} has other words")
        elif step.current != (fate == COUNTED) or fate not in (COUNTED, KEPT):
            wrong.append(f"{where} counts: {step.current}")
    return wrong


def _newest(pens: list[Pen], steps: list[Step]) -> list[str]:
    """Of each page, what counts only ever goes forward; so the last that counts is the newest of its page."""
    wrong = []
    for slot in pens[0].slots:
        counted = [step for step in steps if step.slot_id == slot and step.current]
        for pen in pens:
            numbers = [step.client_sequence or 0 for step in counted if step.client == pen.client]
            if numbers != sorted(numbers):
                wrong.append(
                    f"attempt {pen.attempt}, slot {slot}, {pen.client}: an older answer undid a newer"
                )
    return wrong
