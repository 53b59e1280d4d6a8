"""Making quizzes, starting and finishing attempts.

The server owns the clock: a deadline is written down at the start, and the moment of finishing never lies
after it by more than the grace for packets that were on their way.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses import learning, outbox
from courses.db import ask
from courses.errors import Conflict, Invalid, NotFound
from courses.learning import Enrolment
from courses.people import Actor
from courses.quizzes import rules
from courses.quizzes.events import AttemptFinished
from courses.quizzes.models import Attempt, AttemptState, GradingProgress, Quiz, Slot, StepKind
from courses.quizzes.papers import Paper, paper, paper_of_activity
from courses.quizzes.settings import QuizSettings
from courses.quizzes.steps import add_steps

SEEDS = 2**53
USUAL = QuizSettings()

MINE = (
    select(
        Attempt.id,
        Attempt.quiz_id,
        Attempt.enrolment_id,
        Attempt.number,
        Attempt.state,
        Attempt.layout,
        Attempt.flagged,
        Attempt.started_at,
        Attempt.deadline_at,
        Attempt.finished_at,
        Attempt.grading_progress,
        Attempt.mark,
        Attempt.receipt,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(
        Attempt.id == bindparam("attempt_id"),
        Enrolment.person_id == bindparam("person_id"),
        Enrolment.withdrawn_at.is_(None),
    )
)
MINE_LOCKED = MINE.with_for_update(of=Attempt, key_share=True)

EARLIER = (
    select(Attempt.id, Attempt.number, Attempt.state, Attempt.deadline_at, Attempt.receipt)
    .where(Attempt.enrolment_id == bindparam("enrolment_id"), Attempt.quiz_id == bindparam("quiz_id"))
    .order_by(Attempt.number)
)


def create_quiz(
    session: Session,
    activity_id: int,
    *,
    time_limit: int,
    attempts: int,
    pass_fraction: float,
    shuffle: bool,
    per_page: int,
    slots: Sequence[tuple[int, float]],
    settings: QuizSettings = USUAL,
) -> Quiz:
    """The quiz of an activity: `slots` are (question version id, max mark) in order; `time_limit` is in
    seconds."""
    if min(time_limit, attempts, per_page) < 0 or not 0 <= pass_fraction <= 1:
        raise Invalid("quiz_settings_wrong")
    quiz = Quiz(
        activity_id=activity_id,
        time_limit=time_limit,
        attempts=attempts,
        pass_fraction=pass_fraction,
        shuffle=shuffle,
        per_page=per_page,
        max_mark=sum(max_mark for _, max_mark in slots),
        settings=settings.checked().stored(),
    )
    session.add(quiz)
    session.flush()
    if slots:
        rows = [
            {"quiz_id": quiz.id, "position": place, "question_version_id": version, "max_mark": max_mark}
            for place, (version, max_mark) in enumerate(slots, 1)
        ]
        session.execute(insert(Slot), rows)
    return quiz


def access_attempt(
    session: Session, attempt_id: int, *, by: Actor, lock: bool = False
) -> Row[*tuple[Any, ...]]:
    """The learner's own attempt; anyone else is told there is none."""
    query = MINE_LOCKED if lock else MINE
    attempt = ask(session, query, {"attempt_id": attempt_id, "person_id": by.id}).first()
    if attempt is None:
        raise NotFound("attempt")
    return attempt


def start_attempt(session: Session, enrolment_id: int, activity_id: int, *, by: Actor, now: datetime) -> int:
    """Begin an attempt, or go on with the one that is not finished; the id of it.

    Starts of one enrolment wait for each other, so a double click begins one attempt.
    """
    learning.open_activity(session, enrolment_id, activity_id, by=by, now=now, lock=True)
    sheet = paper_of_activity(session, activity_id)
    if not sheet.question_ids:
        raise Conflict("quiz_empty")
    earlier = ask(session, EARLIER, {"enrolment_id": enrolment_id, "quiz_id": sheet.quiz_id}).all()
    for attempt in earlier:
        if attempt.state != AttemptState.IN_PROGRESS:
            continue
        if not rules.is_over(attempt.deadline_at, now):
            return int(attempt.id)
        _finish(session, attempt, now)
    if sheet.attempts and len(earlier) >= sheet.attempts:
        raise Conflict("no_attempts_left")
    number = earlier[-1].number + 1 if earlier else 1
    return _begin(session, sheet, enrolment_id, number, now)


def _begin(session: Session, sheet: Paper, enrolment_id: int, number: int, now: datetime) -> int:
    """One row for the attempt, and one statement for the first steps, which hold all randomness."""
    seed = secrets.randbelow(SEEDS)
    order = rules.layout(list(sheet.slots), sheet.question_ids, seed=seed if sheet.shuffle else None)
    attempt_id = session.execute(
        insert(Attempt).returning(Attempt.id),
        {
            "quiz_id": sheet.quiz_id,
            "enrolment_id": enrolment_id,
            "number": number,
            "state": AttemptState.IN_PROGRESS,
            "layout": order,
            "flagged": [],
            "started_at": now,
            "deadline_at": rules.deadline(now, sheet.time_limit),
            "grading_progress": GradingProgress.NOT_READY,
        },
    ).scalar_one()
    steps = [
        {
            "attempt_id": attempt_id,
            "slot_id": slot.id,
            "sequence": 0,
            "kind": StepKind.STARTED,
            "at": now,
            "data": {"seed": seed, "variant": slot.type.start(slot.body, rules.slot_random(seed, slot.id))},
            "current": True,
        }
        for slot in sheet.slots.values()
    ]
    add_steps(session, steps)
    return attempt_id


def flag(session: Session, attempt_id: int, slot_id: int, *, flagged: bool, by: Actor) -> None:
    """Mark a question to come back to, or take the mark away."""
    attempt = access_attempt(session, attempt_id, by=by, lock=True)
    if slot_id not in attempt.layout:
        raise NotFound("slot")
    if attempt.state != AttemptState.IN_PROGRESS:
        raise Conflict("finished")
    marked = [one for one in attempt.flagged if one != slot_id] + [slot_id] * flagged
    session.execute(update(Attempt).where(Attempt.id == attempt_id).values(flagged=marked))


def finish_attempt(session: Session, attempt_id: int, *, by: Actor, now: datetime) -> None:
    """Close the attempt, give its receipt and ask the workers to grade it; finishing twice is finishing
    once."""
    attempt = access_attempt(session, attempt_id, by=by, lock=True)
    if attempt.state == AttemptState.IN_PROGRESS:
        _close(session, attempt, now)


def finish_overdue(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Close attempts whose time is over, as finished at their deadline; how many there were."""
    overdue = session.execute(
        select(Attempt.id, Attempt.deadline_at, Attempt.state)
        .where(Attempt.state == AttemptState.IN_PROGRESS, Attempt.deadline_at < now - rules.GRACE)
        .order_by(Attempt.deadline_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for attempt in overdue:
        _close(session, attempt, now)
    return len(overdue)


def owed(session: Session, *, before: datetime, limit: int = 200) -> list[int]:
    """Attempts that were finished before this moment and still wait for their mark."""
    query = (
        select(Attempt.id)
        .where(
            Attempt.state == AttemptState.FINISHED,
            Attempt.grading_progress == GradingProgress.PENDING,
            Attempt.finished_at < before,
        )
        .order_by(Attempt.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def _finish(session: Session, attempt: Row[*tuple[Any, ...]], now: datetime) -> None:
    """Lock an attempt that was seen running, and close it if nobody did meanwhile."""
    state = session.scalar(
        select(Attempt.state).where(Attempt.id == attempt.id).with_for_update(key_share=True)
    )
    if state == AttemptState.IN_PROGRESS:
        _close(session, attempt, now)


def _close(session: Session, attempt: Row[*tuple[Any, ...]], now: datetime) -> None:
    """Close a running attempt whose row is locked."""
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id)
        .values(
            state=AttemptState.FINISHED,
            finished_at=rules.finishing_moment(attempt.deadline_at, now),
            grading_progress=GradingProgress.PENDING,
            receipt=_free_receipt(session),
        )
    )
    outbox.publish(session, AttemptFinished(attempt.id), now=now)


def _free_receipt(session: Session) -> str:
    """A code that nobody holds yet."""
    while True:
        code = rules.new_receipt()
        if session.scalar(select(Attempt.id).where(Attempt.receipt == code)) is None:
            return code


__all__ = [
    "access_attempt",
    "create_quiz",
    "finish_attempt",
    "finish_overdue",
    "flag",
    "owed",
    "paper",
    "start_attempt",
]
