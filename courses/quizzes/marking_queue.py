"""What waits for a person's mark, and what it is given on; nobody's name unless it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.catalogue import Activity, CourseVersion, Offering
from courses.db import ask
from courses.errors import Forbidden, NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission, Person, require
from courses.questions import Question, QuestionVersion, State, Words
from courses.quizzes.counting import GIVEN
from courses.quizzes.history import HISTORY_OF, SlotHistory, by_slot
from courses.quizzes.marking import access_markable
from courses.quizzes.models import (
    Attempt,
    AttemptState,
    GradingProgress,
    MarkingClaim,
    Quiz,
    Slot,
    Step,
    StepKind,
)
from courses.quizzes.papers import PaperSlot, paper
from courses.quizzes.queries import Sheet

PER_PAGE = 50
MOST_COMMENTS = 20

_newer = aliased(Step)
_counts = ~exists().where(
    _newer.attempt_id == Step.attempt_id,
    _newer.slot_id == Step.slot_id,
    _newer.kind.in_(GIVEN),
    _newer.sequence > Step.sequence,
)
"""Only the last word about an answer counts."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One question of one group, and how many answers to it wait."""

    offering_id: int
    slot_id: int
    course_title: str
    quiz_title: str
    question_name: str
    position: int
    waiting: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One answer in the list of a question. `name` is empty while the list is anonymous."""

    attempt_id: int
    number: int
    name: str
    finished_at: datetime
    waits: bool
    fraction: float | None
    held_by: str
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Works:
    """A page of the answers to one question; `slot` says what was asked."""

    offering_id: int
    slot: PaperSlot
    course_title: str
    quiz_title: str
    lines: tuple[WorkLine, ...]
    waiting: int
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Given:
    """One mark that a person gave."""

    sequence: int
    at: datetime
    name: str
    mark: float
    comment: str


@dataclass(frozen=True, slots=True)
class Work:
    """One answer to mark: the question with the response of this attempt, and what was given so far."""

    attempt_id: int
    offering_id: int
    sheet: Sheet
    quiz_title: str
    number: int
    finished_at: datetime
    name: str
    given: tuple[Given, ...]
    seen: int
    held_by: str
    held_until: datetime | None
    comments: tuple[str, ...]

    @property
    def most(self) -> float:
        return self.sheet.asked.max_mark

    @property
    def mark(self) -> float | None:
        return None if self.sheet.fraction is None else self.sheet.fraction * self.most

    @property
    def waits(self) -> bool:
        return self.sheet.state == State.NEEDS_GRADING

    @property
    def grader_information(self) -> Words:
        """What the author tells whoever marks."""
        shown = self.sheet.shown
        text_format = shown.get("grader_information_format") or self.sheet.text_format
        return Words(str(shown.get("grader_information") or ""), text_format)


def marking_queue(session: Session, *, by: Actor) -> list[QueueLine]:
    """The questions that wait for the actor, the longest waiting first; one query. Forbidden for those who
    mark nowhere."""
    if not by.may_anywhere(Permission.ANSWER_MARK):
        raise Forbidden(Permission.ANSWER_MARK.value)
    query = (
        select(
            Enrolment.offering_id,
            Step.slot_id,
            CourseVersion.title.label("course_title"),
            Activity.title.label("quiz_title"),
            Question.name.label("question_name"),
            Slot.position,
            func.count().label("waiting"),
            func.min(Attempt.finished_at).label("oldest"),
        )
        .select_from(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Step, Step.attempt_id == Attempt.id)
        .join(Slot, Slot.id == Step.slot_id)
        .join(QuestionVersion, QuestionVersion.id == Slot.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Activity, Activity.id == Quiz.activity_id)
        .join(CourseVersion, CourseVersion.id == Activity.course_version_id)
        .where(
            Attempt.grading_progress == GradingProgress.PENDING_MANUAL,
            Step.kind.in_(GIVEN),
            Step.state == State.NEEDS_GRADING.value,
            _counts,
        )
        .group_by(
            Enrolment.offering_id,
            Step.slot_id,
            CourseVersion.title,
            Activity.title,
            Question.name,
            Slot.position,
        )
        .order_by(func.min(Attempt.finished_at), Enrolment.offering_id, Slot.position)
    )
    return [QueueLine(**row._mapping) for row in session.execute(_only_mine(query, by))]


def _only_mine(query: Select[*tuple[Any, ...]], by: Actor) -> Select[*tuple[Any, ...]]:
    """What the actor may mark; their own answers never."""
    query = query.where(Enrolment.person_id != by.id)
    if by.may(Permission.ANSWER_MARK):
        return query
    mine = [one for one in by.offering_ids if by.may(Permission.ANSWER_MARK, offering_id=one)]
    return query.where(Enrolment.offering_id.in_(mine))


def marking_works(
    session: Session, offering_id: int, slot_id: int, *, by: Actor, page: int, names: bool, waiting_only: bool
) -> Works:
    """The answers of one group to one question: those that wait first, oldest first."""
    slot = _asked(session, offering_id, slot_id, by=by)
    answers = _only_mine(_answers(offering_id, slot_id), by)
    title = _titles(session, slot_id)
    waits = Step.state == State.NEEDS_GRADING.value
    counted = session.execute(
        answers.with_only_columns(
            func.count().label("total"), func.sum(case((waits, 1), else_=0)).label("waiting")
        )
    ).one()
    waiting = int(counted.waiting or 0)
    total = waiting if waiting_only else int(counted.total)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, page), pages)
    waiting_first = case((waits, 0), else_=1)
    query = answers.order_by(waiting_first, Attempt.finished_at, Attempt.id)
    if waiting_only:
        query = query.where(waits)
    rows = session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return Works(
        offering_id,
        slot,
        title.course_title,
        title.quiz_title,
        tuple(_line(row, names=names) for row in rows),
        waiting,
        int(counted.total),
        page,
        pages,
    )


def next_waiting(
    session: Session, offering_id: int, slot_id: int, *, by: Actor, now: datetime, after: int = 0
) -> int | None:
    """The next answer to this question that waits and is in nobody else's hands; None when there is none.

    The one after attempt `after` comes first, so that a skipped answer is not met at once again.
    """
    _asked(session, offering_id, slot_id, by=by)
    free = or_(MarkingClaim.person_id.is_(None), MarkingClaim.until <= now, MarkingClaim.person_id == by.id)
    query = (
        _answers(offering_id, slot_id)
        .where(Step.state == State.NEEDS_GRADING.value, free, Attempt.id != after)
        .order_by(case((Attempt.id > after, 0), else_=1), Attempt.id)
        .with_only_columns(Attempt.id)
        .limit(1)
    )
    found: int | None = session.scalar(_only_mine(query, by))
    return found


def marking_work(session: Session, attempt_id: int, slot_id: int, *, by: Actor, names: bool) -> Work:
    """One answer with everything that helps to mark it."""
    attempt, slot = access_markable(session, attempt_id, slot_id, by=by)
    rows = ask(session, HISTORY_OF, {"attempt_id": attempt_id, "slot_ids": [slot_id]}).all()
    history = by_slot(rows)[slot_id]
    marks = [row for row in rows if row.kind == StepKind.MARKED]
    held = session.execute(
        select(MarkingClaim.person_id, MarkingClaim.until).where(
            MarkingClaim.attempt_id == attempt_id, MarkingClaim.slot_id == slot_id
        )
    ).first()
    learner = session.scalar(select(Enrolment.person_id).where(Enrolment.id == attempt.enrolment_id))
    markers = {row.data["by"] for row in marks}
    people = _names(session, markers | {held.person_id if held else 0, learner or 0})
    others = held is not None and held.person_id != by.id
    return Work(
        attempt_id=attempt_id,
        offering_id=attempt.offering_id,
        sheet=_sheet(slot, history),
        quiz_title=_titles(session, slot_id).quiz_title,
        number=attempt.number,
        finished_at=attempt.finished_at,
        name=people.get(learner or 0, "") if names else "",
        given=tuple(_given(row, slot, people) for row in marks),
        seen=history.last,
        held_by=people.get(held.person_id, "") if held and others else "",
        held_until=held.until if held and others else None,
        comments=_own_comments(session, slot_id, by),
    )


def _sheet(slot: PaperSlot, history: SlotHistory) -> Sheet:
    stands = history.stands(slot, finished=True)
    return Sheet(
        asked=slot,
        number=slot.position,
        variant=history.variant,
        response=dict(stands.response),
        sequence=history.last,
        saved_at=None,
        flagged=False,
        state=stands.state.value,
        fraction=stands.fraction,
        stands=stands,
    )


def _given(row: Row[*tuple[Any, ...]], slot: PaperSlot, people: Mapping[int, str]) -> Given:
    data = row.data
    name = people.get(data["by"], "")
    return Given(row.sequence, row.at, name, data["fraction"] * slot.max_mark, data["comment"])


def _own_comments(session: Session, slot_id: int, by: Actor) -> tuple[str, ...]:
    """What the marker said to others who answered the same question, newest first, each once."""
    rows = session.scalars(
        select(Step.data)
        .where(Step.slot_id == slot_id, Step.kind == StepKind.MARKED, Step.data["by"].as_integer() == by.id)
        .order_by(Step.id.desc())
        .limit(10 * MOST_COMMENTS)
    )
    said = dict.fromkeys(data["comment"] for data in rows if data["comment"])
    return tuple(said)[:MOST_COMMENTS]


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    return {one.id: one.full_name for one in session.scalars(select(Person).where(Person.id.in_(ids)))}


def _answers(offering_id: int, slot_id: int) -> Select[*tuple[Any, ...]]:
    """The last word about every finished answer of a group to one question, with who holds it."""
    holder = aliased(Person)
    return (
        select(
            Attempt.id,
            Attempt.number,
            Attempt.finished_at,
            Step.state,
            Step.fraction,
            Person,
            holder.family_name.label("held_by"),
            MarkingClaim.until,
        )
        .select_from(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Step, and_(Step.attempt_id == Attempt.id, Step.slot_id == slot_id))
        .outerjoin(MarkingClaim, and_(MarkingClaim.attempt_id == Attempt.id, MarkingClaim.slot_id == slot_id))
        .outerjoin(holder, holder.id == MarkingClaim.person_id)
        .where(
            Enrolment.offering_id == offering_id,
            Attempt.state == AttemptState.FINISHED,
            Step.kind.in_(GIVEN),
            _counts,
        )
    )


def _line(row: Row[*tuple[Any, ...]], *, names: bool) -> WorkLine:
    return WorkLine(
        attempt_id=row.id,
        number=row.number,
        name=row.Person.full_name if names else "",
        finished_at=row.finished_at,
        waits=row.state == State.NEEDS_GRADING,
        fraction=row.fraction,
        held_by=row.held_by or "",
        held_until=row.until,
    )


QUIZ_OF_SLOT = (
    select(Slot.quiz_id)
    .join(Quiz, Quiz.id == Slot.quiz_id)
    .join(Activity, Activity.id == Quiz.activity_id)
    .join(Offering, Offering.course_version_id == Activity.course_version_id)
    .where(Offering.id == bindparam("offering_id"), Slot.id == bindparam("slot_id"))
)


def _asked(session: Session, offering_id: int, slot_id: int, *, by: Actor) -> PaperSlot:
    """A question that the group is asked, for whoever may mark there."""
    quiz_id = session.scalar(QUIZ_OF_SLOT, {"offering_id": offering_id, "slot_id": slot_id})
    slot = None if quiz_id is None else paper(session, quiz_id).slots[slot_id]
    if slot is None or not slot.is_question:
        raise NotFound("slot")
    require(by, Permission.ANSWER_MARK, offering_id=offering_id)
    return slot


def _titles(session: Session, slot_id: int) -> Row[*tuple[Any, ...]]:
    return session.execute(
        select(CourseVersion.title.label("course_title"), Activity.title.label("quiz_title"))
        .select_from(Slot)
        .join(Quiz, Quiz.id == Slot.quiz_id)
        .join(Activity, Activity.id == Quiz.activity_id)
        .join(CourseVersion, CourseVersion.id == Activity.course_version_id)
        .where(Slot.id == slot_id)
    ).one()
