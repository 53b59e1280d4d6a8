"""«Проверить» and «Ещё раз»: what a learner does with one question before the attempt ends."""

from datetime import datetime

from sqlalchemy.orm import Session

from courses.db import ask
from courses.errors import Conflict, NotFound
from courses.people import Actor
from courses.quizzes import rules
from courses.quizzes.attempts import access_attempt
from courses.quizzes.behaviours import Deed, Done, Standing, after
from courses.quizzes.history import HISTORY_OF, by_slot
from courses.quizzes.models import AttemptState, StepKind
from courses.quizzes.papers import paper
from courses.quizzes.steps import add_steps

KINDS = {Deed.CHECK: StepKind.CHECKED, Deed.TRY_AGAIN: StepKind.TRIED_AGAIN}


def check_answer(session: Session, attempt_id: int, slot_id: int, *, by: Actor, now: datetime) -> Standing:
    """Look at the answer that is saved; where that makes no sense (again the same, already closed) nothing
    happens. Conflict when the attempt is over, the question lies behind or the quiz shows nothing before its
    end."""
    return _do(session, attempt_id, slot_id, Deed.CHECK, by=by, now=now)


def try_again(session: Session, attempt_id: int, slot_id: int, *, by: Actor, now: datetime) -> Standing:
    """Go on after a wrong try; the hint may take the wrong parts out of the answer."""
    return _do(session, attempt_id, slot_id, Deed.TRY_AGAIN, by=by, now=now)


def _do(session: Session, attempt_id: int, slot_id: int, deed: Deed, *, by: Actor, now: datetime) -> Standing:
    attempt = access_attempt(session, attempt_id, by=by, lock=True)
    sheet = paper(session, attempt.quiz_id)
    slot = sheet.slots.get(slot_id)
    if slot is None:
        raise NotFound("slot")
    if not slot.behaviour.can_check:
        raise Conflict("nothing_to_check")
    if attempt.state != AttemptState.IN_PROGRESS or rules.is_over(attempt.deadline_at, now):
        raise Conflict("finished")
    if slot_id in sheet.left_behind(attempt.layout, attempt.page):
        raise Conflict("left_behind")
    asked = {"attempt_id": attempt_id, "slot_ids": [slot_id]}
    history = by_slot(ask(session, HISTORY_OF, asked).all())[slot_id]
    before = history.stands(slot)
    stands = after(slot.behaviour, slot.asked(history.variant), before, Done(deed))
    if stands != before and history.last < rules.MOST_STEPS:
        step = {
            "attempt_id": attempt_id,
            "slot_id": slot_id,
            "sequence": history.last + 1,
            "kind": KINDS[deed],
            "at": now,
            "data": {},
            "current": True,
            "state": stands.state.value,
            "fraction": stands.fraction,
        }
        add_steps(session, [step])
    return stands
