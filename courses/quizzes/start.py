"""What a learner may do at a quiz, and what they may see of what they did: the start page and the review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from courses.db import ask
from courses.learning import Study
from courses.quizzes import rules
from courses.quizzes.models import Attempt, AttemptState, GradingProgress
from courses.quizzes.papers import Paper, paper_of_activity
from courses.quizzes.queries import Sitting
from courses.quizzes.settings import Item, Moment
from courses.quizzes.terms import Refusal, Terms, terms_of, why_not


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One attempt on the start page; `state` is what the clock has made of it."""

    id: int
    number: int
    state: AttemptState
    started_at: datetime
    finished_at: datetime | None
    hand_in_until: datetime | None
    grading_progress: GradingProgress
    fraction: float | None
    passed: bool
    marks_shown: bool

    @property
    def running(self) -> bool:
        return self.state in rules.OPEN_STATES

    @property
    def percent(self) -> int | None:
        return None if self.fraction is None else rules.percent(self.fraction)


@dataclass(frozen=True)
class Start:
    """The start page of a quiz: its terms for this learner, and what they did so far."""

    paper: Paper
    terms: Terms
    attempts: tuple[AttemptLine, ...]
    refusal: Refusal | None
    now: datetime

    @property
    def running(self) -> AttemptLine | None:
        return next((one for one in self.attempts if one.running), None)

    @property
    def left(self) -> int | None:
        """How many attempts are left; None without a limit."""
        return max(0, self.terms.attempts - len(self.attempts)) if self.terms.attempts else None

    @cached_property
    def grade(self) -> float | None:
        """The learner's grade, a fraction."""
        ended = [one.fraction for one in self.attempts if one.state is AttemptState.FINISHED]
        return rules.grade_of(self.paper.settings.method, ended)

    @property
    def passed(self) -> bool:
        """Whether the grade is enough; a pass of an earlier attempt stays one where the best counts."""
        return self.grade is not None and rules.has_passed(self.grade, self.paper.pass_fraction)


@dataclass(frozen=True, slots=True)
class Review:
    """What the learner may see of one attempt now, and how many they still have (None without a limit)."""

    paper: Paper
    moment: Moment
    left: int | None
    running: bool
    passed: bool
    fraction: float | None

    @property
    def shown(self) -> frozenset[Item]:
        """What the learner may see of the attempt now. Right answers never while an attempt runs; else at the
        moments the author named, or after a pass or the last attempt."""
        settings = self.paper.settings
        shown = settings.shown(self.moment)
        if self.running:
            return shown - {Item.RIGHT_ANSWER}
        usual = Item.RIGHT_ANSWER not in settings.review and (self.passed or self.left == 0)
        return shown | {Item.RIGHT_ANSWER} if usual else shown

    @property
    def words(self) -> str:
        """What the author says to such a result."""
        band = self.paper.settings.band(self.fraction) if self.fraction is not None else ""
        return band if Item.OVERALL_FEEDBACK in self.shown else ""


LINES = (
    select(
        Attempt.id,
        Attempt.number,
        Attempt.state,
        Attempt.started_at,
        Attempt.deadline_at,
        Attempt.hand_in_until,
        Attempt.finished_at,
        Attempt.grading_progress,
        Attempt.mark,
    )
    .where(Attempt.enrolment_id == bindparam("enrolment_id"), Attempt.quiz_id == bindparam("quiz_id"))
    .order_by(Attempt.number)
)


def start_page(session: Session, here: Study, activity_id: int, *, now: datetime) -> Start:
    """The terms of a quiz and the learner's attempts so far; what somebody studies is always their own."""
    sheet = paper_of_activity(session, activity_id)
    rows = _lines(session, here.enrolment_id, sheet)
    terms = terms_of(session, sheet, here.enrolment_id)
    lines = tuple(_line(row, sheet, terms, now) for row in rows)
    return Start(sheet, terms, lines, why_not(sheet, terms, rows, now), now)


def review(session: Session, one: Sitting, *, now: datetime) -> Review:
    """What may be shown of an attempt that is over, and what the learner may still do; two queries."""
    states = [row.state for row in _lines(session, one.enrolment_id, one.paper)]
    terms = terms_of(session, one.paper, one.enrolment_id)
    running = any(state in rules.OPEN_STATES for state in states)
    return Review(
        paper=one.paper,
        moment=rules.moment_of(one.finished_at, terms.closes_at, now),
        left=max(0, terms.attempts - len(states) + running) if terms.attempts else None,
        running=running,
        passed=one.passed,
        fraction=one.fraction,
    )


def _lines(session: Session, enrolment_id: int, sheet: Paper) -> Sequence[Row[*tuple[Any, ...]]]:
    return ask(session, LINES, {"enrolment_id": enrolment_id, "quiz_id": sheet.quiz_id}).all()


def _line(row: Row[*tuple[Any, ...]], sheet: Paper, terms: Terms, now: datetime) -> AttemptLine:
    fraction = None if row.mark is None else rules.fraction_of(row.mark, sheet.max_mark)
    settings = sheet.settings
    ended = rules.by_clock(row.state, row.deadline_at, settings.late, settings.grace_time, now)
    moment = rules.moment_of(row.finished_at, terms.closes_at, now)
    return AttemptLine(
        id=row.id,
        number=row.number,
        state=ended.state if ended else AttemptState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        hand_in_until=row.hand_in_until,
        grading_progress=row.grading_progress,
        fraction=fraction,
        passed=fraction is not None and rules.has_passed(fraction, sheet.pass_fraction),
        marks_shown=Item.MARKS in settings.shown(moment),
    )
