"""Correcting a question after people answered it: count, commit, undo.

The published question stays as it was; the correction is a record of its own. Counting changes nothing and
says what would become of whom. Committing adds steps to attempts, a batch at a time, each attempt in one
piece; undoing adds steps that say what was before. Later attempts are graded with what holds then.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses import audit, learning, outbox, people, questions
from courses.catalogue import Activity, CourseVersion
from courses.db import ask
from courses.errors import Conflict, Invalid, NotFound
from courses.people import Actor, Permission
from courses.questions import TYPES, Draft, QuestionVersion
from courses.quizzes import rules
from courses.quizzes.corrections import (
    NEEDS_KEY,
    Correction,
    corrected,
    correction_step,
    differs,
    regraded_step,
    with_key,
)
from courses.quizzes.counting import RESULTS, Result, results, tell_learning, total
from courses.quizzes.events import AttemptRegraded, RegradeCommitted, RegradeProposed, RegradeUndone
from courses.quizzes.history import HISTORY_OF, SlotHistory, by_slot
from courses.quizzes.models import (
    Attempt,
    AttemptState,
    GradingProgress,
    Quiz,
    Regrade,
    RegradeLine,
    RegradePolicy,
    Slot,
    Step,
    StepKind,
)
from courses.quizzes.papers import Paper, paper
from courses.quizzes.steps import add_steps

BATCH = 100
SHORTEST_REASON, LONGEST_REASON = 10, 500

GRADED = (GradingProgress.FULLY_GRADED, GradingProgress.PENDING_MANUAL)
NEXT_ATTEMPTS = (
    select(Attempt.id)
    .where(
        Attempt.quiz_id == bindparam("quiz_id"),
        Attempt.id > bindparam("after"),
        Attempt.state == AttemptState.FINISHED,
    )
    .order_by(Attempt.id)
    .limit(BATCH)
)
LOCKED = (
    select(Attempt.id, Attempt.enrolment_id, Attempt.quiz_id, Attempt.mark, Attempt.grading_progress)
    .where(Attempt.id == bindparam("attempt_id"))
    .with_for_update(key_share=True)
)
A_VARIANT = (
    select(Step.data)
    .where(Step.slot_id == bindparam("slot_id"), Step.kind == StepKind.STARTED)
    .order_by(Step.id.desc())
    .limit(1)
)


# ---- by people


def propose_regrade(
    session: Session,
    slot_id: int,
    *,
    policy: RegradePolicy,
    draft: Draft | None,
    never_lower: bool,
    tell: bool,
    reason: str,
    by: Actor,
    now: datetime,
) -> int:
    """Have a correction counted; nothing changes yet. `draft` is the corrected question where one is needed.

    Invalid: `reason` too short or too long, `corrected_wrong` (the question has mistakes or is of another
    type), `does_not_fit` (its choices or parts are others in number), `nothing_left` (no other question has
    marks).
    """
    people.require(by, Permission.QUIZ_REGRADE)
    sheet = published_sheet(session, slot_id)
    reason = learning.clean_report(reason)
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason_wrong", reason="too_short" if len(reason) < SHORTEST_REASON else "too_long")
    if policy is RegradePolicy.VOID and sheet.max_mark - sheet.slots[slot_id].max_mark <= rules.SMALLEST:
        raise Invalid("nothing_left", policy="nothing_left")
    version_id = _corrected_version(session, sheet, slot_id, draft, now) if policy in NEEDS_KEY else None
    regrade = Regrade(
        slot_id=slot_id,
        policy=policy,
        question_version_id=version_id,
        never_lower=never_lower,
        tell=tell,
        reason=reason,
        made_by=by.id,
        made_at=now,
    )
    session.add(regrade)
    session.flush()
    details = {"slot_id": slot_id, "policy": policy.value}
    audit.record(session, "quiz.regrade", "regrade", regrade.id, by=by.id, now=now, **details)
    outbox.publish(session, RegradeProposed(regrade.id), now=now)
    return regrade.id


def commit_regrade(session: Session, regrade_id: int, *, by: Actor, now: datetime) -> None:
    """Let a counted correction hold: earlier marks follow, and later attempts are graded with it."""
    regrade = access_regrade(session, regrade_id, by=by, lock=True)
    if regrade.counted_at is None:
        raise Conflict("not_counted_yet")
    if regrade.committed_at is not None:
        raise Conflict("committed_already")
    regrade.committed_at = now
    audit.record(session, "quiz.regrade_commit", "regrade", regrade_id, by=by.id, now=now)
    outbox.publish(session, RegradeCommitted(regrade_id), now=now)


def undo_regrade(session: Session, regrade_id: int, *, by: Actor, now: datetime) -> None:
    """Let it hold no more: every attempt it changed goes back to what it had before."""
    regrade = access_regrade(session, regrade_id, by=by, lock=True)
    if regrade.undone_at is not None:
        raise Conflict("undone_already")
    if regrade.committed_at is None or regrade.done_at is None:
        raise Conflict("not_done_yet")
    regrade.undone_at, regrade.done_at = now, None
    audit.record(session, "quiz.regrade_undo", "regrade", regrade_id, by=by.id, now=now)
    outbox.publish(session, RegradeUndone(regrade_id), now=now)


def access_regrade(session: Session, regrade_id: int, *, by: Actor, lock: bool = False) -> Regrade:
    """A regrade, for those who may correct quizzes."""
    people.require(by, Permission.QUIZ_REGRADE)
    regrade = session.get(Regrade, regrade_id, with_for_update=True if lock else None, populate_existing=lock)
    if regrade is None:
        raise NotFound("regrade")
    return regrade


# ---- by workers, batch by batch: each returns where to go on, None at the end


def count_regrade(session: Session, regrade_id: int, *, after: int, now: datetime) -> int | None:
    """Write down what a correction would make of the next attempts; twice is once."""
    regrade, sheet = _with_sheet(session, regrade_id)
    if regrade.counted_at is not None:
        return None
    attempts = _next(session, sheet, after)
    if not attempts or regrade.policy is RegradePolicy.LATER_ONLY:
        regrade.counted_at = now
        return None
    correction = _correction(session, regrade, sheet)
    for attempt_id in attempts:
        _count_one(session, regrade, sheet, correction, attempt_id)
    return attempts[-1]


def apply_regrade(session: Session, regrade_id: int, *, after: int, now: datetime) -> int | None:
    """Give the next attempts their new marks; an attempt that has its step already is left alone."""
    regrade, sheet = _with_sheet(session, regrade_id)
    if regrade.committed_at is None or regrade.undone_at is not None or regrade.done_at is not None:
        return None
    attempts = _next(session, sheet, after)
    if not attempts or regrade.policy is RegradePolicy.LATER_ONLY:
        regrade.done_at = now
        return None
    correction = _correction(session, regrade, sheet)
    for attempt_id in attempts:
        _apply_one(session, regrade, sheet, correction, attempt_id, now)
    return attempts[-1]


def restore_regrade(session: Session, regrade_id: int, *, after: int, now: datetime) -> int | None:
    """Give the next attempts back what they had before a correction that was undone."""
    regrade, sheet = _with_sheet(session, regrade_id)
    if regrade.undone_at is None or regrade.done_at is not None:
        return None
    attempts = _next(session, sheet, after)
    if not attempts:
        regrade.done_at = now
        return None
    for attempt_id in attempts:
        _restore_one(session, regrade, sheet, attempt_id, now)
    return attempts[-1]


# ---- one attempt


def _outcome(
    session: Session, sheet: Paper, correction: Correction, attempt_id: int
) -> tuple[SlotHistory, Result, Result | None, float | None, float | None]:
    """The history of the question, its result as it stands and as it would be, and the two marks."""
    slot_id = correction.asked.id
    rows = ask(session, HISTORY_OF, {"attempt_id": attempt_id, "slot_ids": [slot_id]}).all()
    history = by_slot(rows)[slot_id]
    found = results(session, attempt_id)
    new = corrected(correction, history)
    before, changed = found[slot_id], found | ({slot_id: new} if new else {})
    return history, before, new, total(sheet, found), total(sheet, changed)


def _count_one(
    session: Session, regrade: Regrade, sheet: Paper, correction: Correction, attempt_id: int
) -> None:
    if regrade.slot_id not in results(session, attempt_id):
        return
    _, before, new, old_mark, new_mark = _outcome(session, sheet, correction, attempt_id)
    if new is not None and differs(before, new) and not _spared(regrade, old_mark, new_mark):
        _write_line(session, regrade, attempt_id, before, new, old_mark, new_mark)


def _apply_one(
    session: Session,
    regrade: Regrade,
    sheet: Paper,
    correction: Correction,
    attempt_id: int,
    now: datetime,
) -> None:
    attempt = ask(session, LOCKED, {"attempt_id": attempt_id}).one()
    if attempt.grading_progress not in GRADED or _has_step(session, attempt_id, regrade):
        return  # one that is graded later finds the correction by itself
    history, before, new, old_mark, new_mark = _outcome(session, sheet, correction, attempt_id)
    if new is None or not differs(before, new) or _spared(regrade, old_mark, new_mark):
        return
    add_steps(session, [correction_step(attempt_id, correction, history.last + 1, new, now)])
    _write_line(session, regrade, attempt_id, before, new, old_mark, new_mark)
    _new_mark(session, attempt, sheet, new_mark, now)
    if regrade.tell and new_mark is not None and old_mark != new_mark:
        outbox.publish(session, AttemptRegraded(attempt_id, regrade.id), now=now)


def _restore_one(session: Session, regrade: Regrade, sheet: Paper, attempt_id: int, now: datetime) -> None:
    attempt = ask(session, LOCKED, {"attempt_id": attempt_id}).one()
    rows = [
        row for row in ask(session, RESULTS, {"attempt_id": attempt_id}) if row.slot_id == regrade.slot_id
    ]
    if len(rows) < 2 or rows[-1].data.get("regrade_id") != regrade.id:
        return
    before = rows[-2]
    back = Result(questions.State(before.state), before.fraction, bool(before.data.get("void")))
    data = {"undoes": regrade.id}
    sequence = _last(session, attempt_id, regrade) + 1
    add_steps(session, [regraded_step(attempt_id, regrade.slot_id, sequence, back, data, now)])
    _new_mark(session, attempt, sheet, total(sheet, results(session, attempt_id)), now)


def _new_mark(
    session: Session, attempt: Row[*tuple[Any, ...]], sheet: Paper, mark: float | None, now: datetime
) -> None:
    values: dict[str, Any] = {"mark": mark}
    if mark is not None and attempt.grading_progress == GradingProgress.PENDING_MANUAL:
        values |= {"graded_at": now, "grading_progress": GradingProgress.FULLY_GRADED}
    session.execute(update(Attempt).where(Attempt.id == attempt.id).values(**values))
    tell_learning(session, attempt.enrolment_id, sheet, now=now)


def _spared(regrade: Regrade, old_mark: float | None, new_mark: float | None) -> bool:
    """Whether the attempt keeps its mark because a correction may lower nobody's."""
    lower = old_mark is not None and new_mark is not None and new_mark < old_mark - rules.SMALLEST
    return regrade.never_lower and lower


def _has_step(session: Session, attempt_id: int, regrade: Regrade) -> bool:
    asked = ask(session, RESULTS, {"attempt_id": attempt_id})
    return any(row.slot_id == regrade.slot_id and row.data.get("regrade_id") == regrade.id for row in asked)


def _last(session: Session, attempt_id: int, regrade: Regrade) -> int:
    rows = ask(session, HISTORY_OF, {"attempt_id": attempt_id, "slot_ids": [regrade.slot_id]}).all()
    return by_slot(rows)[regrade.slot_id].last


def _write_line(
    session: Session,
    regrade: Regrade,
    attempt_id: int,
    before: Result,
    new: Result,
    old_mark: float | None,
    new_mark: float | None,
) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    found = {
        "old_fraction": before.fraction,
        "new_fraction": new.fraction,
        "old_mark": old_mark,
        "new_mark": new_mark,
    }
    session.execute(
        insert(RegradeLine)
        .values(regrade_id=regrade.id, attempt_id=attempt_id, **found)
        .on_conflict_do_update(index_elements=["regrade_id", "attempt_id"], set_=found)
    )


# ---- what it is about


def published_sheet(session: Session, slot_id: int) -> Paper:
    """The paper of a published quiz; what is not published is simply changed."""
    row = session.execute(
        select(Slot.quiz_id, CourseVersion.published_at)
        .join(Quiz, Quiz.id == Slot.quiz_id)
        .join(Activity, Activity.id == Quiz.activity_id)
        .join(CourseVersion, CourseVersion.id == Activity.course_version_id)
        .where(Slot.id == slot_id)
    ).first()
    if row is None:
        raise NotFound("slot")
    if row.published_at is None:
        raise Conflict("not_published")
    sheet = paper(session, row.quiz_id)
    if not sheet.slots[slot_id].is_question:
        raise NotFound("slot")
    return sheet


def _with_sheet(session: Session, regrade_id: int) -> tuple[Regrade, Paper]:
    regrade = session.get(Regrade, regrade_id, with_for_update=True, populate_existing=True)
    if regrade is None:
        raise NotFound("regrade")
    return regrade, published_sheet(session, regrade.slot_id)


def _next(session: Session, sheet: Paper, after: int) -> Sequence[int]:
    return [row.id for row in ask(session, NEXT_ATTEMPTS, {"quiz_id": sheet.quiz_id, "after": after})]


def _correction(session: Session, regrade: Regrade, sheet: Paper) -> Correction:
    own = sheet.slots[regrade.slot_id]
    version = regrade.question_version_id
    body = session.get_one(QuestionVersion, version).body if version is not None else None
    return Correction(regrade.id, regrade.policy, own, with_key(own, version, body))


def _corrected_version(
    session: Session, sheet: Paper, slot_id: int, draft: Draft | None, now: datetime
) -> int:
    """The corrected question in the bank of the one that was asked, as its next version."""
    own = sheet.slots[slot_id]
    if draft is None or draft.question.get("type") != own.type.name:
        raise Invalid("corrected_wrong", question="other_type")
    body = {**draft.question, "name": own.body["name"], "files": own.body.get("files", {})}
    if any(problem.severity == "error" for problem in TYPES[own.type.name].check(body)):
        raise Invalid("corrected_wrong", question="wrong")
    variant = session.scalar(A_VARIANT, {"slot_id": slot_id})
    if variant is not None and not own.type.fits(body, variant["variant"]):
        raise Invalid("does_not_fit", question="does_not_fit")
    [before] = questions.drafts(session, [own.question_version_id])
    corrected_draft = replace(draft, question=body, category=before.category, id_number=before.id_number)
    bank = questions.bank_of(session, own.question_version_id)
    return questions.store(session, bank, [corrected_draft], now=now)[0]
