"""Grading: an attempt is replayed from its steps, so that it gives the same mark whenever it is graded."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from courses import learning, outbox
from courses.db import ask
from courses.questions import State
from courses.quizzes import rules
from courses.quizzes.behaviours import Standing
from courses.quizzes.corrections import corrected, correction_step, differs, holding
from courses.quizzes.counting import Result, tell_learning, total
from courses.quizzes.events import AttemptGraded
from courses.quizzes.history import HISTORY, SlotHistory, by_slot
from courses.quizzes.models import Attempt, AttemptState, GradingProgress, StepKind
from courses.quizzes.papers import Paper, paper
from courses.quizzes.settings import Method
from courses.quizzes.steps import add_steps

WAITING = (
    select(Attempt.id, Attempt.quiz_id, Attempt.enrolment_id)
    .where(
        Attempt.id == bindparam("attempt_id"),
        Attempt.state == AttemptState.FINISHED,
        Attempt.grading_progress.in_((GradingProgress.PENDING, GradingProgress.FAILED)),
    )
    .with_for_update(key_share=True)
)


def grade_attempt(session: Session, attempt_id: int, *, now: datetime) -> None:
    """Give a finished attempt its mark; doing it twice, or at once in two places, does it once."""
    attempt = ask(session, WAITING, {"attempt_id": attempt_id}).first()
    if attempt is None:
        return
    sheet = paper(session, attempt.quiz_id)
    slots = by_slot(ask(session, HISTORY, {"attempt_id": attempt_id}).all())
    graded = {slot_id: slots[slot_id].stands(asked, finished=True) for slot_id, asked in sheet.slots.items()}
    steps = [_step(attempt_id, sheet, slots[one], one, graded[one], now) for one in graded]
    found = {one: Result(State(stands.state), stands.fraction) for one, stands in graded.items()}
    for slot_id, correction in holding(session, sheet).items():
        new = corrected(correction, slots[slot_id])
        if new is not None and differs(found[slot_id], new):
            found[slot_id] = new
            steps.append(correction_step(attempt_id, correction, slots[slot_id].last + 2, new, now))
    add_steps(session, steps)
    mark = total(sheet, found)
    waits = mark is None
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id)
        .values(
            mark=mark,
            graded_at=None if waits else now,
            grading_progress=GradingProgress.PENDING_MANUAL if waits else GradingProgress.FULLY_GRADED,
        )
    )
    if mark is not None:
        _tell(session, attempt, sheet, mark, now)


def _step(
    attempt_id: int, sheet: Paper, slot: SlotHistory, slot_id: int, stands: Standing, now: datetime
) -> dict[str, Any]:
    version = sheet.slots[slot_id].question_version_id
    return {
        "attempt_id": attempt_id,
        "slot_id": slot_id,
        "sequence": slot.last + 1,
        "kind": StepKind.GRADED,
        "at": now,
        "data": {"question_version_id": version, "answered_by": slot.answered_by},
        "current": True,
        "state": stands.state.value,
        "fraction": stands.fraction,
    }


def _tell(session: Session, attempt: Row[*tuple[Any, ...]], sheet: Paper, mark: float, now: datetime) -> None:
    """The result goes to the learner's record, and the fact to whoever waits for it."""
    if sheet.settings.method is Method.HIGHEST:
        fraction = rules.fraction_of(mark, sheet.max_mark)
        passed = rules.has_passed(fraction, sheet.pass_fraction)
        learning.record_result(
            session, attempt.enrolment_id, sheet.activity_id, fraction=fraction, passed=passed, now=now
        )
    else:
        tell_learning(session, attempt.enrolment_id, sheet, now=now)
    outbox.publish(session, AttemptGraded(attempt.id, attempt.enrolment_id), now=now)
