"""What pages show of corrections: what they are about, and what becomes of whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session

from courses import people
from courses.catalogue import Activity
from courses.learning import Enrolment
from courses.people import Actor, Permission, Person
from courses.questions import Draft, Question, QuestionVersion, drafts
from courses.quizzes import rules
from courses.quizzes.models import Attempt, Quiz, Regrade, RegradeLine, RegradePolicy, Slot
from courses.quizzes.papers import Paper, PaperSlot, paper
from courses.quizzes.regrading import access_regrade, published_sheet

PER_PAGE = 50
MOST_EARLIER = 20


@dataclass(frozen=True, slots=True)
class Correctable:
    """A question of a published quiz, with what was done about it so far."""

    sheet: Paper
    slot: PaperSlot
    draft: Draft
    earlier: tuple["RegradeCard", ...]


@dataclass(frozen=True, slots=True)
class RegradeCard:
    """One correction in a list."""

    id: int
    policy: RegradePolicy
    reason: str
    made_at: datetime
    counted_at: datetime | None
    committed_at: datetime | None
    undone_at: datetime | None
    done_at: datetime | None

    @property
    def working(self) -> bool:
        """Whether the workers are at it."""
        return self.counted_at is None or (self.committed_at is not None and self.done_at is None)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one attempt."""

    name: str
    number: int
    old_percent: int | None
    new_percent: int | None
    passed: bool
    passes: bool


@dataclass(frozen=True, slots=True)
class RegradePage:
    """One correction and a page of its changes."""

    card: RegradeCard
    never_lower: bool
    tell: bool
    quiz_title: str
    question_name: str
    course_version_id: int
    slot_id: int
    raised: int
    lowered: int
    changes: tuple[Change, ...]
    page: int
    pages: int


def correctable(session: Session, slot_id: int, *, by: Actor) -> Correctable:
    """A question as the form for its correction needs it."""
    people.require(by, Permission.QUIZ_REGRADE)
    sheet = published_sheet(session, slot_id)
    slot = sheet.slots[slot_id]
    [draft] = drafts(session, [slot.question_version_id])
    rows = session.scalars(
        select(Regrade).where(Regrade.slot_id == slot_id).order_by(Regrade.id.desc()).limit(20)
    )
    return Correctable(sheet, slot, draft, tuple(_card(row) for row in rows))


def regrade_page(session: Session, regrade_id: int, *, by: Actor, page: int) -> RegradePage:
    """One correction, with the attempts it changes, the lowered ones first."""
    regrade = access_regrade(session, regrade_id, by=by)
    about = session.execute(
        select(Activity.title, Activity.course_version_id, Question.name, Slot.quiz_id)
        .select_from(Slot)
        .join(Quiz, Quiz.id == Slot.quiz_id)
        .join(Activity, Activity.id == Quiz.activity_id)
        .join(QuestionVersion, QuestionVersion.id == Slot.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Slot.id == regrade.slot_id)
    ).one()
    raised, lowered, total = _counts(session, regrade_id)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, page), pages)
    sheet = paper(session, about.quiz_id)
    return RegradePage(
        card=_card(regrade),
        never_lower=regrade.never_lower,
        tell=regrade.tell,
        quiz_title=about.title,
        question_name=about.name,
        course_version_id=about.course_version_id,
        slot_id=regrade.slot_id,
        raised=raised,
        lowered=lowered,
        changes=tuple(_change(row, sheet) for row in _lines(session, regrade_id, page)),
        page=page,
        pages=pages,
    )


def _counts(session: Session, regrade_id: int) -> tuple[int, int, int]:
    """How many attempts rise, fall, and change at all; some wait for a person's mark before and after."""

    def count(where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((where, 1), else_=0)), 0)

    new, old = RegradeLine.new_mark, func.coalesce(RegradeLine.old_mark, 0.0)
    row = session.execute(
        select(count(new > old), count(new < old), func.count()).where(RegradeLine.regrade_id == regrade_id)
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def _lines(session: Session, regrade_id: int, page: int) -> list[Row[*tuple[Any, ...]]]:
    lower_first = case((RegradeLine.new_mark < RegradeLine.old_mark, 0), else_=1)
    return list(
        session.execute(
            select(RegradeLine.old_mark, RegradeLine.new_mark, Attempt.number, Person)
            .join(Attempt, Attempt.id == RegradeLine.attempt_id)
            .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
            .join(Person, Person.id == Enrolment.person_id)
            .where(RegradeLine.regrade_id == regrade_id)
            .order_by(lower_first, Person.search_key, RegradeLine.attempt_id)
            .limit(PER_PAGE)
            .offset((page - 1) * PER_PAGE)
        ).all()
    )


def _change(row: Row[*tuple[Any, ...]], sheet: Paper) -> Change:
    marks = (row.old_mark, row.new_mark)
    fractions = [None if mark is None else rules.fraction_of(mark, sheet.max_mark) for mark in marks]
    percents = [None if one is None else rules.percent(one) for one in fractions]
    passes = [one is not None and rules.has_passed(one, sheet.pass_fraction) for one in fractions]
    return Change(row.Person.full_name, row.number, percents[0], percents[1], passes[0], passes[1])


def _card(regrade: Regrade) -> RegradeCard:
    return RegradeCard(
        regrade.id,
        regrade.policy,
        regrade.reason,
        regrade.made_at,
        regrade.counted_at,
        regrade.committed_at,
        regrade.undone_at,
        regrade.done_at,
    )


def correctable_slots(session: Session, activity_id: int, *, by: Actor) -> list[int]:
    """The slots of a quiz in the author's order; nothing for those who may not correct it."""
    if not by.may(Permission.QUIZ_REGRADE):
        return []
    ids = select(Slot.id).join(Quiz, Quiz.id == Slot.quiz_id).where(Quiz.activity_id == activity_id)
    return list(session.scalars(ids.order_by(Slot.position)))
