"""What the questions of an attempt come to: the last word about each counts, a question that was voided does
not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from courses import learning
from courses.db import ask
from courses.questions import State
from courses.quizzes import rules
from courses.quizzes.models import Attempt, AttemptState, Step, StepKind
from courses.quizzes.papers import Paper

GIVEN = (StepKind.GRADED, StepKind.REGRADED, StepKind.MARKED)

RESULTS = (
    select(Step.slot_id, Step.sequence, Step.kind, Step.state, Step.fraction, Step.data)
    .where(Step.attempt_id == bindparam("attempt_id"), Step.kind.in_(GIVEN))
    .order_by(Step.sequence)
)
MARKS = (
    select(Attempt.mark)
    .where(
        Attempt.enrolment_id == bindparam("enrolment_id"),
        Attempt.quiz_id == bindparam("quiz_id"),
        Attempt.state == AttemptState.FINISHED,
    )
    .order_by(Attempt.number)
)


@dataclass(frozen=True, slots=True)
class Result:
    """The last word about one question of one attempt."""

    state: State
    fraction: float | None
    void: bool = False
    sequence: int = 0
    by_hand: bool = False


def results(session: Session, attempt_id: int) -> dict[int, Result]:
    """The last word about every question of an attempt."""
    return {row.slot_id: _result(row) for row in ask(session, RESULTS, {"attempt_id": attempt_id})}


def _result(row: Row[*tuple[Any, ...]]) -> Result:
    data = row.data
    return Result(
        State(row.state), row.fraction, bool(data.get("void")), row.sequence, row.kind == StepKind.MARKED
    )


def total(sheet: Paper, found: dict[int, Result]) -> float | None:
    """The mark of an attempt; what others are worth grows by the share of what was voided."""
    void = sum(sheet.slots[slot_id].max_mark for slot_id, one in found.items() if one.void)
    mark = rules.total(
        [
            (one.fraction, sheet.slots[slot_id].max_mark, one.state is State.NEEDS_GRADING)
            for slot_id, one in found.items()
            if not one.void
        ]
    )
    return mark if mark is None or not void else rules.without(mark, void, sheet.max_mark)


def tell_learning(session: Session, enrolment_id: int, sheet: Paper, *, now: datetime) -> None:
    """The attempts by the quiz's method are the learner's grade, also when it has become lower, and no grade
    when the attempt that counts waits for its mark."""
    learning.hold_result(session, enrolment_id, sheet.activity_id, now=now)
    asked = {"enrolment_id": enrolment_id, "quiz_id": sheet.quiz_id}
    fractions = [
        None if row.mark is None else rules.fraction_of(row.mark, sheet.max_mark)
        for row in ask(session, MARKS, asked)
    ]
    grade = rules.grade_of(sheet.settings.method, fractions)
    passed = grade is not None and rules.has_passed(grade, sheet.pass_fraction)
    learning.correct_result(session, enrolment_id, sheet.activity_id, fraction=grade, passed=passed, now=now)
