"""What a correction of a question makes of one answer; nothing here changes anything."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import ask
from courses.questions import QuestionVersion, State
from courses.quizzes.counting import Result
from courses.quizzes.history import SlotHistory
from courses.quizzes.models import Regrade, RegradePolicy, Slot, StepKind
from courses.quizzes.papers import Paper, PaperSlot

NEEDS_KEY = frozenset({RegradePolicy.BETTER, RegradePolicy.NEW_KEY, RegradePolicy.LATER_ONLY})

SEEN_CHANGE = 1e-7  # of a fraction; smaller differences are none (quiz semantics 3.15)

MADE = (
    select(Regrade.id, Regrade.policy, Regrade.reason, Regrade.question_version_id, QuestionVersion.body)
    .outerjoin(QuestionVersion, QuestionVersion.id == Regrade.question_version_id)
    .where(Regrade.id.in_(bindparam("ids", expanding=True)))
)
HOLDING = (
    select(
        Regrade.id,
        Regrade.slot_id,
        Regrade.policy,
        Regrade.question_version_id,
        QuestionVersion.body,
    )
    .join(Slot, Slot.id == Regrade.slot_id)
    .outerjoin(QuestionVersion, QuestionVersion.id == Regrade.question_version_id)
    .where(
        Slot.quiz_id == bindparam("quiz_id"), Regrade.committed_at.is_not(None), Regrade.undone_at.is_(None)
    )
    .order_by(Regrade.committed_at, Regrade.id)
)


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a learner is told of a correction that changed their result."""

    policy: RegradePolicy
    reason: str
    question_version_id: int | None
    body: dict[str, Any] | None


def made(session: Session, regrade_ids: Collection[int]) -> dict[int, Corrected]:
    """What was corrected by these regrades; nothing is asked when there are none."""
    if not regrade_ids:
        return {}
    rows = ask(session, MADE, {"ids": list(regrade_ids)})
    return {row.id: Corrected(row.policy, row.reason, row.question_version_id, row.body) for row in rows}


@dataclass(frozen=True, slots=True)
class Correction:
    """One regrade, with the question as it was asked and as it should have been."""

    regrade_id: int
    policy: RegradePolicy
    asked: PaperSlot
    corrected: PaperSlot


def holding(session: Session, sheet: Paper) -> dict[int, Correction]:
    """The corrections of a quiz that hold now, by slot: the newest of each."""
    found = {}
    for row in ask(session, HOLDING, {"quiz_id": sheet.quiz_id}):
        own = sheet.slots[row.slot_id]
        found[row.slot_id] = Correction(
            row.id, row.policy, own, with_key(own, row.question_version_id, row.body)
        )
    return found


def with_key(own: PaperSlot, version_id: int | None, body: dict[str, object] | None) -> PaperSlot:
    """The place in the quiz with the corrected question in it."""
    if version_id is None or body is None:
        return own
    return replace(own, question_version_id=version_id, body=body)


def corrected(correction: Correction, history: SlotHistory) -> Result | None:
    """What the answer comes to under the correction; None where it stays as it is.

    A person's mark stands above every key, and yields only to what is given to everybody.
    """
    if correction.policy is RegradePolicy.VOID:
        return Result(State.FINISHED, None, void=True)
    if correction.policy is RegradePolicy.FULL_CREDIT:
        own = correction.asked
        return Result(State.RIGHT, own.behaviour.limits(own.asked(history.variant))[1])
    if history.marks:
        return None
    old = history.stands(correction.asked, finished=True)
    new = history.stands(correction.corrected, finished=True)
    if new.state is State.NEEDS_GRADING:
        return None
    if correction.policy is RegradePolicy.BETTER and (old.fraction or 0.0) >= (new.fraction or 0.0):
        return Result(old.state, old.fraction)
    return Result(new.state, new.fraction)


def differs(before: Result, new: Result) -> bool:
    """Whether a correction changes anything about an answer."""
    if before.void or new.void:
        return before.void != new.void
    changed = abs((before.fraction or 0.0) - (new.fraction or 0.0)) > SEEN_CHANGE
    return changed or before.state is State.NEEDS_GRADING


def correction_step(
    attempt_id: int, correction: Correction, sequence: int, result: Result, now: datetime
) -> dict[str, Any]:
    """The step that says what a correction made of an answer."""
    data = {"regrade_id": correction.regrade_id}
    return regraded_step(attempt_id, correction.asked.id, sequence, result, data, now)


def regraded_step(
    attempt_id: int, slot_id: int, sequence: int, result: Result, data: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """A step that changes the last word about an answer; `void` in its data takes the question out."""
    return {
        "attempt_id": attempt_id,
        "slot_id": slot_id,
        "sequence": sequence,
        "kind": StepKind.REGRADED,
        "at": now,
        "data": data | ({"void": True} if result.void else {}),
        "current": True,
        "state": result.state.value,
        "fraction": result.fraction,
    }
