"""The paper: a quiz with its questions as plain values. What is published never changes, so papers stay in
memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from courses.catalogue import Activity, CourseVersion, Memory
from courses.errors import NotFound
from courses.questions import TYPES, QuestionType, QuestionVersion
from courses.quizzes import rules
from courses.quizzes.behaviours import Asked, Behaviour, behaviour_for
from courses.quizzes.models import Quiz, Slot
from courses.quizzes.settings import Item, Moment, QuizSettings

KEPT = 300
TO_READ = "description"


@dataclass(frozen=True, slots=True)
class PaperSlot:
    """One question as it is asked in one quiz."""

    id: int
    position: int
    max_mark: float
    question_version_id: int
    type: QuestionType
    body: Mapping[str, Any]
    behaviour: Behaviour

    def asked(self, variant: dict[str, Any]) -> Asked:
        """The question as one attempt asks it."""
        return Asked(self.type, self.body, variant)

    @property
    def is_question(self) -> bool:
        """Whether there is something to answer; a text to read is none."""
        return self.type.name != TO_READ


@dataclass(frozen=True)
class Paper:
    """A quiz: its settings, and its slots in the author's order."""

    quiz_id: int
    activity_id: int
    course_version_id: int
    title: str
    time_limit: int
    attempts: int
    pass_fraction: float
    shuffle: bool
    per_page: int
    max_mark: float
    settings: QuizSettings
    slots: Mapping[int, PaperSlot]

    @cached_property
    def can_check(self) -> bool:
        """Whether any question can be checked before the end."""
        return any(slot.behaviour.can_check for slot in self.slots.values() if slot.is_question)

    @cached_property
    def question_ids(self) -> frozenset[int]:
        """The slots with something to answer."""
        return frozenset(slot.id for slot in self.slots.values() if slot.is_question)

    @cached_property
    def shown_during(self) -> frozenset[Item]:
        """What a check may show before the end."""
        return self.settings.shown(Moment.DURING)

    def pages(self, layout: Sequence[int]) -> list[list[int]]:
        """The slots of an attempt page by page."""
        return rules.pages(layout, self.question_ids, self.per_page, self.settings.sections)

    def left_behind(self, layout: Sequence[int], page: int) -> frozenset[int]:
        """The slots that an attempt which has reached this page may not go back to."""
        if not self.settings.sequential or page <= 1:
            return frozenset()
        return frozenset(slot_id for slots in self.pages(layout)[: page - 1] for slot_id in slots)


_papers: Memory[Paper] = Memory(KEPT)
_quiz_ids: Memory[int] = Memory(KEPT * 4)


def paper(session: Session, quiz_id: int) -> Paper:
    """The paper of a quiz, out of memory when it was read before and is final."""
    key = (session.get_bind().engine, quiz_id)
    kept = _papers.get(key)
    if kept is not None:
        return kept
    made, final = _read(session, quiz_id)
    if final:
        _papers.keep(key, made)
    return made


def paper_of_activity(session: Session, activity_id: int) -> Paper:
    """The paper of a quiz activity; NotFound when the activity has no quiz."""
    key = (session.get_bind().engine, activity_id)
    quiz_id = _quiz_ids.get(key)
    if quiz_id is None:
        quiz_id = session.scalar(select(Quiz.id).where(Quiz.activity_id == activity_id))
        if quiz_id is None:
            raise NotFound("quiz")
        made = paper(session, quiz_id)
        if _papers.get((key[0], quiz_id)) is not None:
            _quiz_ids.keep(key, quiz_id)
        return made
    return paper(session, quiz_id)


def _read(session: Session, quiz_id: int) -> tuple[Paper, bool]:
    found = session.execute(
        select(Quiz, Activity.course_version_id, Activity.title, CourseVersion.published_at)
        .join(Activity, Activity.id == Quiz.activity_id)
        .join(CourseVersion, CourseVersion.id == Activity.course_version_id)
        .where(Quiz.id == quiz_id)
    ).first()
    if found is None:
        raise NotFound("quiz")
    quiz: Quiz = found[0]
    settings = QuizSettings.read(quiz.settings)
    made = Paper(
        quiz_id=quiz.id,
        activity_id=quiz.activity_id,
        course_version_id=found.course_version_id,
        title=found.title,
        time_limit=quiz.time_limit,
        attempts=quiz.attempts,
        pass_fraction=quiz.pass_fraction,
        shuffle=quiz.shuffle,
        per_page=quiz.per_page,
        max_mark=quiz.max_mark,
        settings=settings,
        slots=_slots(session, quiz_id, settings.behaviour),
    )
    return made, found.published_at is not None


def _slots(session: Session, quiz_id: int, behaviour: str) -> Mapping[int, PaperSlot]:
    rows = session.execute(
        select(
            Slot.id,
            Slot.position,
            Slot.max_mark,
            QuestionVersion.id.label("version_id"),
            QuestionVersion.type,
            QuestionVersion.body,
        )
        .join(QuestionVersion, QuestionVersion.id == Slot.question_version_id)
        .where(Slot.quiz_id == quiz_id)
        .order_by(Slot.position)
    )
    return {row.id: _slot(row, behaviour) for row in rows}


def _slot(row: Row[*tuple[Any, ...]], behaviour: str) -> PaperSlot:
    kind = TYPES[row.type]
    return PaperSlot(
        row.id, row.position, row.max_mark, row.version_id, kind, row.body, behaviour_for(kind, behaviour)
    )
