"""Making quizzes, starting and finishing attempts.

The server owns the clock: a deadline is written down at the start, and the moment of finishing never lies
after it by more than the grace for packets that were on their way.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, insert, or_, select, update
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
from courses.quizzes.settings import Late, QuizSettings
from courses.quizzes.steps import add_steps
from courses.quizzes.terms import Terms, hand_in_until, same_password, terms_of, why_not

SEEDS = 2**53
USUAL = QuizSettings()
OTHER_PASSWORD = {"password": "other_password"}

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
        Attempt.limited,
        Attempt.hand_in_until,
        Attempt.finished_at,
        Attempt.page,
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
    select(
        Attempt.id,
        Attempt.quiz_id,
        Attempt.number,
        Attempt.state,
        Attempt.started_at,
        Attempt.deadline_at,
        Attempt.finished_at,
    )
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


def start_attempt(
    session: Session, enrolment_id: int, activity_id: int, *, by: Actor, now: datetime, password: str = ""
) -> int:
    """Begin an attempt, or go on with the one that is open; the id of it.

    Starts of one enrolment wait for each other, so a double click begins one attempt. Conflict says why none
    can begin now; Invalid that the password is another.
    """
    learning.open_activity(session, enrolment_id, activity_id, by=by, now=now, lock=True)
    sheet = paper_of_activity(session, activity_id)
    if not sheet.question_ids:
        raise Conflict("quiz_empty")
    earlier = ask(session, EARLIER, {"enrolment_id": enrolment_id, "quiz_id": sheet.quiz_id}).all()
    for attempt in earlier:
        if attempt.state in rules.OPEN_STATES and _settle(session, attempt, now) in rules.OPEN_STATES:
            return int(attempt.id)
    terms = terms_of(session, sheet, enrolment_id)
    refusal = why_not(sheet, terms, earlier, now)
    if refusal is not None:
        raise Conflict(refusal.code, **({"at": refusal.at} if refusal.at else {}))
    if terms.password and not same_password(terms.password, password):
        raise Invalid("wrong_password", **OTHER_PASSWORD)
    number = earlier[-1].number + 1 if earlier else 1
    return _begin(session, sheet, terms, enrolment_id, number, now)


def _begin(
    session: Session, sheet: Paper, terms: Terms, enrolment_id: int, number: int, now: datetime
) -> int:
    """One row for the attempt, and one statement for the first steps, which hold all randomness."""
    seed = secrets.randbelow(SEEDS)
    order = rules.layout(
        list(sheet.slots),
        sheet.question_ids,
        seed=seed,
        shuffle=sheet.shuffle,
        sections=sheet.settings.sections,
    )
    ends = rules.deadline(now, terms.time_limit, terms.closes_at)
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
            "deadline_at": ends,
            "limited": terms.time_limit > 0,
            "hand_in_until": hand_in_until(sheet, ends),
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
    """The learner hands in: close the attempt, give its receipt and ask the workers to grade it; doing it
    twice is doing it once. Long after its time an attempt ends as its quiz wishes."""
    attempt = access_attempt(session, attempt_id, by=by, lock=True)
    if attempt.state in rules.OPEN_STATES:
        settings = paper(session, attempt.quiz_id).settings
        end(
            session,
            attempt.id,
            rules.handed_in(attempt.state, attempt.deadline_at, settings.late, settings.grace_time, now),
            now,
        )


def settle_attempt(session: Session, attempt_id: int, *, by: Actor, now: datetime) -> AttemptState:
    """What the clock has made of the learner's attempt by now, written down."""
    return _settle(session, access_attempt(session, attempt_id, by=by, lock=True), now)


def time_up(session: Session, attempt_id: int, *, by: Actor, now: datetime) -> None:
    """The page says that the time is over: if it is, the attempt becomes what its quiz wishes."""
    attempt = access_attempt(session, attempt_id, by=by, lock=True)
    settings = paper(session, attempt.quiz_id).settings
    state = AttemptState(attempt.state)
    ending = rules.time_up(state, attempt.deadline_at, settings.late, settings.grace_time, now)
    if ending is not None:
        end(session, attempt.id, ending, now)


def turn_to(session: Session, attempt_id: int, page: int | None, *, by: Actor, now: datetime) -> bool:
    """A page is turned, to this one or (None) to the end; whether that ended the attempt, because nothing
    could be answered any more. Where one may not go back, what lies before the page is closed."""
    attempt = access_attempt(session, attempt_id, by=by, lock=True)
    if attempt.state != AttemptState.IN_PROGRESS:
        return False
    sheet = paper(session, attempt.quiz_id)
    settings = sheet.settings
    if settings.late is Late.SUBMIT and rules.is_last_moment(attempt.deadline_at, now):
        finish_attempt(session, attempt_id, by=by, now=now)
        return True
    if settings.sequential and page is not None and page > attempt.page:
        reached = min(page, len(sheet.pages(attempt.layout)))
        session.execute(update(Attempt).where(Attempt.id == attempt_id).values(page=reached))
    return False


def finish_overdue(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Attempts whose time is over become what their quiz wishes; how many there were."""
    passed = now - rules.GRACE
    overdue = session.execute(
        select(Attempt.id, Attempt.quiz_id, Attempt.deadline_at, Attempt.state)
        .where(
            or_(
                and_(Attempt.state == AttemptState.IN_PROGRESS, Attempt.deadline_at < passed),
                and_(Attempt.state == AttemptState.OVERDUE, Attempt.hand_in_until < passed),
            )
        )
        .order_by(Attempt.deadline_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for attempt in overdue:
        _settle(session, attempt, now)
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


def _settle(session: Session, attempt: Row[*tuple[Any, ...]], now: datetime) -> AttemptState:
    """Write down what the clock has made of an attempt; its state after that."""
    settings = paper(session, attempt.quiz_id).settings
    state = AttemptState(attempt.state)
    ending = rules.by_clock(state, attempt.deadline_at, settings.late, settings.grace_time, now)
    if ending is None:
        return state
    locked = select(Attempt.state).where(Attempt.id == attempt.id).with_for_update(key_share=True)
    found = AttemptState(session.scalar(locked) or state)
    if found is not state:
        return found
    end(session, attempt.id, ending, now)
    return ending.state


def end(session: Session, attempt_id: int, ending: rules.Ending, now: datetime) -> None:
    """Give an attempt whose row is locked another state; one that is finished has its receipt, and waits for
    its mark."""
    values: dict[str, Any] = {"state": ending.state, "finished_at": ending.at}
    if ending.state is AttemptState.FINISHED:
        values |= {"grading_progress": GradingProgress.PENDING, "receipt": _free_receipt(session)}
    session.execute(update(Attempt).where(Attempt.id == attempt_id).values(values))
    if ending.state is AttemptState.FINISHED:
        outbox.publish(session, AttemptFinished(attempt_id), now=now)


def _free_receipt(session: Session) -> str:
    """A code that nobody holds yet."""
    while True:
        code = rules.new_receipt()
        if session.scalar(select(Attempt.id).where(Attempt.receipt == code)) is None:
            return code


__all__ = [
    "access_attempt",
    "create_quiz",
    "end",
    "finish_attempt",
    "finish_overdue",
    "flag",
    "owed",
    "paper",
    "settle_attempt",
    "start_attempt",
    "time_up",
    "turn_to",
]
