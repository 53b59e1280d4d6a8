"""Marks that people give: answers no program can judge, and answers it judged badly.

A mark is one more step of the attempt; the ones before it stay as history. Whoever marks says which step they
had seen last, so two people never overwrite each other in silence.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses import audit, learning, outbox, people
from courses.db import ask
from courses.errors import Conflict, Forbidden, Invalid, NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission
from courses.quizzes import rules
from courses.quizzes.behaviours import Deed, Done, after
from courses.quizzes.counting import results, tell_learning, total
from courses.quizzes.events import AttemptGraded, AttemptMarked
from courses.quizzes.history import HISTORY_OF, by_slot
from courses.quizzes.models import Attempt, AttemptState, GradingProgress, MarkingClaim, Step, StepKind
from courses.quizzes.papers import Paper, PaperSlot, paper
from courses.quizzes.steps import add_steps

LEASE = timedelta(minutes=10)
LONGEST_COMMENT = 5_000

MARKABLE = (
    select(
        Attempt.id,
        Attempt.quiz_id,
        Attempt.enrolment_id,
        Attempt.number,
        Attempt.state,
        Attempt.grading_progress,
        Attempt.finished_at,
        Enrolment.offering_id,
        Enrolment.person_id,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Attempt.id == bindparam("attempt_id"))
)
MARKABLE_LOCKED = MARKABLE.with_for_update(of=Attempt, key_share=True)


@dataclass(frozen=True, slots=True)
class Held:
    """In whose hands an answer is, and until when."""

    person_id: int
    until: datetime


def access_markable(
    session: Session, attempt_id: int, slot_id: int, *, by: Actor, lock: bool = False
) -> tuple[Row[*tuple[Any, ...]], PaperSlot]:
    """A finished attempt of somebody whose answers the actor may mark, and the question that is meant.

    Nobody marks their own work, whatever their roles.
    """
    attempt = ask(session, MARKABLE_LOCKED if lock else MARKABLE, {"attempt_id": attempt_id}).first()
    if attempt is None or attempt.state != AttemptState.FINISHED:
        raise NotFound("attempt")
    people.require(by, Permission.ANSWER_MARK, offering_id=attempt.offering_id)
    if attempt.person_id == by.id:
        raise Forbidden("own_work")
    slot = paper(session, attempt.quiz_id).slots.get(slot_id)
    if slot is None or not slot.is_question:
        raise NotFound("slot")
    return attempt, slot


def claim(session: Session, attempt_id: int, slot_id: int, *, by: Actor, now: datetime) -> Held:
    """Take an answer to mark for ten minutes; Conflict while another has it. Taking it again prolongs."""
    access_markable(session, attempt_id, slot_id, by=by)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    mine = {"person_id": by.id, "until": now + LEASE}
    taken = session.execute(
        insert(MarkingClaim)
        .values(attempt_id=attempt_id, slot_id=slot_id, **mine)
        .on_conflict_do_update(
            index_elements=["attempt_id", "slot_id"],
            set_=mine,
            where=(MarkingClaim.until <= now) | (MarkingClaim.person_id == by.id),
        )
        .returning(MarkingClaim.person_id)
    ).first()
    if taken is None:
        raise Conflict("in_other_hands")
    return Held(by.id, now + LEASE)


def release(session: Session, attempt_id: int, slot_id: int, *, by: Actor) -> None:
    """Put an answer back for the others; somebody else's stays theirs."""
    session.execute(
        delete(MarkingClaim).where(
            MarkingClaim.attempt_id == attempt_id,
            MarkingClaim.slot_id == slot_id,
            MarkingClaim.person_id == by.id,
        )
    )


def give_mark(
    session: Session,
    attempt_id: int,
    slot_id: int,
    *,
    mark: float,
    comment: str,
    seen: int,
    by: Actor,
    now: datetime,
) -> int:
    """Give one answer a mark between 0 and the question's `max_mark`, with words for the learner.

    `seen` is the sequence of the last step that was on the marker's page. Conflict `marked_meanwhile` tells
    what another gave since then; nothing is overwritten until the marker has seen that. Returns the id of the
    offering.
    """
    attempt, slot = access_markable(session, attempt_id, slot_id, by=by, lock=True)
    history = by_slot(ask(session, HISTORY_OF, {"attempt_id": attempt_id, "slot_ids": [slot_id]}).all())
    if attempt.grading_progress in (GradingProgress.PENDING, GradingProgress.FAILED):
        raise Conflict("not_graded_yet")
    _refuse_if_overtaken(session, attempt_id, slot_id, seen)
    fraction = fraction_of_mark(mark, slot.max_mark)
    done = Done(Deed.MARK, fraction=fraction)
    known = history[slot_id]
    stands = after(slot.behaviour, slot.asked(known.variant), known.stands(slot, finished=True), done)
    step = {
        "attempt_id": attempt_id,
        "slot_id": slot_id,
        "sequence": known.last + 1,
        "kind": StepKind.MARKED,
        "at": now,
        "data": {"fraction": fraction, "comment": clean_comment(comment), "by": by.id},
        "current": True,
        "state": stands.state.value,
        "fraction": stands.fraction,
    }
    add_steps(session, [step])
    release(session, attempt_id, slot_id, by=by)
    details = {"slot_id": slot_id, "mark": f"{mark:g}"}
    audit.record(session, "answer.mark", "attempt", attempt_id, by=by.id, now=now, **details)
    recount(session, attempt, paper(session, attempt.quiz_id), now=now)
    return int(attempt.offering_id)


def fraction_of_mark(mark: float, max_mark: float) -> float:
    """The mark as a part of what the question is worth; Invalid outside of 0 … `max_mark`."""
    if not math.isfinite(mark) or mark < 0 or mark > max_mark + rules.SMALLEST:
        raise Invalid("mark_out_of_range", mark="out_of_range", most=max_mark)
    return min(1.0, mark / max_mark) if max_mark else 0.0


def clean_comment(comment: str) -> str:
    """What is kept of a comment; Invalid when it is too long."""
    kept = learning.clean_report(comment)
    if len(kept) > LONGEST_COMMENT:
        raise Invalid("comment_too_long", comment="too_long", most=LONGEST_COMMENT)
    return kept


def recount(session: Session, attempt: Row[*tuple[Any, ...]], sheet: Paper, *, now: datetime) -> None:
    """Add up what the questions of an attempt have now; with nothing left to mark the result is told."""
    mark = total(sheet, results(session, attempt.id))
    waits = mark is None
    first = attempt.grading_progress == GradingProgress.PENDING_MANUAL and not waits
    values: dict[str, Any] = {"mark": mark}
    if first:
        values |= {"graded_at": now, "grading_progress": GradingProgress.FULLY_GRADED}
    session.execute(update(Attempt).where(Attempt.id == attempt.id).values(**values))
    if not waits:
        tell_learning(session, attempt.enrolment_id, sheet, now=now)
        if first:
            outbox.publish(session, AttemptGraded(attempt.id, attempt.enrolment_id), now=now)
        outbox.publish(session, AttemptMarked(attempt.id, attempt.enrolment_id), now=now)


def _refuse_if_overtaken(session: Session, attempt_id: int, slot_id: int, seen: int) -> None:
    newest = _newest_mark(session, attempt_id, slot_id)
    if newest is not None and newest.sequence > seen:
        raise Conflict(
            "marked_meanwhile",
            by=newest.data["by"],
            fraction=newest.fraction,
            said=newest.data["comment"],
            sequence=newest.sequence,
        )


def _newest_mark(session: Session, attempt_id: int, slot_id: int) -> Row[*tuple[Any, ...]] | None:
    found: Sequence[Row[*tuple[Any, ...]]] = session.execute(
        select(Step.sequence, Step.fraction, Step.data)
        .where(Step.attempt_id == attempt_id, Step.slot_id == slot_id, Step.kind == StepKind.MARKED)
        .order_by(Step.sequence.desc())
        .limit(1)
    ).all()
    return found[0] if found else None
