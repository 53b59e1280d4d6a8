"""What whoever is in charge of a group sees while it sits a quiz: who works, how far, how much time is left,
what was done about whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.catalogue import Activity, ActivityKind, CourseVersion, Offering
from courses.errors import NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission, Person, search_key
from courses.quizzes import rules
from courses.quizzes.interventions import access_quiz, added_to, group_terms, late_steps
from courses.quizzes.models import (
    Attempt,
    AttemptState,
    Intervention,
    Quiz,
    QuizOverride,
    Step,
    StepKind,
)
from courses.quizzes.papers import Paper
from courses.quizzes.terms import Terms

PER_PAGE = 50
MOST_FOUND = 20
MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class QuizLine:
    """One quiz of a group."""

    activity_id: int
    title: str
    open: int
    ended: int


@dataclass(frozen=True, slots=True)
class MonitorLine:
    """One attempt as it stands. `state` is what the clock has made of it, `added` the seconds that were given
    to it, `late` the answers that came after the end and wait for a decision."""

    attempt_id: int
    enrolment_id: int
    name: str
    number: int
    state: AttemptState
    started_at: datetime
    deadline_at: datetime | None
    hand_in_until: datetime | None
    finished_at: datetime | None
    answered: int
    last_at: datetime | None
    added: int
    late: int

    @property
    def running(self) -> bool:
        return self.state in rules.OPEN_STATES

    def minutes_left(self, now: datetime) -> int | None:
        """Whole minutes to the deadline, rounded up; None without one."""
        seconds = rules.remaining_seconds(self.deadline_at, now)
        return None if seconds is None else -(-seconds // 60)


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was done about a quiz in this group, with its reason. `kind` is that of an intervention,
    or `terms`; `terms` are the fields that were set."""

    at: datetime
    who: str
    kind: str
    about: str
    seconds: int
    terms: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptsPage:
    """A page of the attempts of a group at one quiz, the open ones first."""

    offering_id: int
    activity_id: int
    paper: Paper
    course_title: str
    terms: Terms
    set_terms: Mapping[str, Any]
    own: Mapping[int, Terms]
    lines: tuple[MonitorLine, ...]
    found: tuple[tuple[int, str], ...]
    told: tuple[Told, ...]
    open: int
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class LearnerAtQuiz:
    """One learner at one quiz: the terms, the attempts, and what was done."""

    offering_id: int
    activity_id: int
    enrolment_id: int
    name: str
    own_work: bool
    paper: Paper
    terms: Terms
    set_terms: Mapping[str, Any]
    lines: tuple[MonitorLine, ...]
    told: tuple[Told, ...]


def quizzes_of(session: Session, offering_id: int, *, by: Actor) -> tuple[str, list[QuizLine]]:
    """The title of the course and the quizzes of a group; two queries. NotFound for who is not in charge."""
    if not by.may(Permission.QUIZ_INVIGILATE, offering_id=offering_id):
        raise NotFound("offering")
    title = _course_title(session, offering_id)
    is_open = Attempt.state.in_(rules.OPEN_STATES)
    mine = (
        select(
            Attempt.quiz_id,
            func.sum(case((is_open, 1), else_=0)).label("open"),
            func.count().label("all"),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.offering_id == offering_id)
        .group_by(Attempt.quiz_id)
        .subquery()
    )
    rows = session.execute(
        select(Activity.id, Activity.title, mine.c.open, mine.c.all)
        .join(Quiz, Quiz.activity_id == Activity.id)
        .join(Offering, Offering.course_version_id == Activity.course_version_id)
        .outerjoin(mine, mine.c.quiz_id == Quiz.id)
        .where(Offering.id == offering_id, Activity.kind == ActivityKind.QUIZ)
        .order_by(Activity.position)
    )
    return title, [
        QuizLine(row.id, row.title, int(row.open or 0), int(row.all or 0) - int(row.open or 0))
        for row in rows
    ]


def attempts_page(
    session: Session,
    offering_id: int,
    activity_id: int,
    *,
    page: int = 1,
    who: str = "",
    by: Actor,
    now: datetime,
) -> AttemptsPage:
    """The attempts of a group at one quiz; `who` looks for learners by name. The number of queries does not
    depend on how many there are."""
    sheet = access_quiz(session, offering_id, activity_id, by=by)
    mine = _attempts(sheet, offering_id)
    is_open = Attempt.state.in_(rules.OPEN_STATES)
    counted = session.execute(
        mine.with_only_columns(func.count().label("all"), func.sum(case((is_open, 1), else_=0)).label("open"))
    ).one()
    pages = max(1, -(-int(counted.all) // PER_PAGE))
    page = min(max(1, page), pages)
    query = mine.order_by(case((is_open, 0), else_=1), Attempt.started_at.desc(), Attempt.id)
    rows = session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    terms = group_terms(session, sheet, offering_id)
    return AttemptsPage(
        offering_id=offering_id,
        activity_id=activity_id,
        paper=sheet,
        course_title=_course_title(session, offering_id),
        terms=terms[None],
        set_terms=set_for(session, sheet, offering_id=offering_id),
        own={one: terms[one] for one in terms if one is not None},
        lines=_lines(session, sheet, rows, now),
        found=_found(session, offering_id, who) if who.strip() else (),
        told=_told(session, sheet, offering_id),
        open=int(counted.open or 0),
        total=int(counted.all),
        page=page,
        pages=pages,
    )


def learner_page(
    session: Session, offering_id: int, activity_id: int, enrolment_id: int, *, by: Actor, now: datetime
) -> LearnerAtQuiz:
    """One learner of the group at this quiz."""
    sheet = access_quiz(session, offering_id, activity_id, by=by)
    person = session.scalar(
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.id == enrolment_id, Enrolment.offering_id == offering_id)
    )
    if person is None:
        raise NotFound("enrolment")
    mine = _attempts(sheet, offering_id).where(Attempt.enrolment_id == enrolment_id)
    terms = group_terms(session, sheet, offering_id)
    return LearnerAtQuiz(
        offering_id=offering_id,
        activity_id=activity_id,
        enrolment_id=enrolment_id,
        name=person.full_name,
        own_work=person.id == by.id,
        paper=sheet,
        terms=terms.get(enrolment_id, terms[None]),
        set_terms=set_for(session, sheet, enrolment_id=enrolment_id),
        lines=_lines(session, sheet, session.execute(mine.order_by(Attempt.number)).all(), now),
        told=_told(session, sheet, offering_id, enrolment_id),
    )


def place_of(session: Session, attempt_id: int, *, by: Actor) -> tuple[int, int, int]:
    """The group, the activity and the enrolment of an attempt that the actor is in charge of."""
    place = session.execute(
        select(Enrolment.offering_id, Quiz.activity_id, Enrolment.id)
        .select_from(Attempt)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.id == attempt_id)
    ).first()
    if place is None or not by.may(Permission.QUIZ_INVIGILATE, offering_id=place.offering_id):
        raise NotFound("attempt")
    return place.offering_id, place.activity_id, place.id


def set_for(
    session: Session, sheet: Paper, *, offering_id: int | None = None, enrolment_id: int | None = None
) -> Mapping[str, Any]:
    """The fields that the newest override of a group or a learner sets."""
    whose = (
        QuizOverride.enrolment_id == enrolment_id if enrolment_id else QuizOverride.offering_id == offering_id
    )
    row = session.scalars(
        select(QuizOverride)
        .where(QuizOverride.quiz_id == sheet.quiz_id, whose)
        .order_by(QuizOverride.id.desc())
        .limit(1)
    ).first()
    return _fields(row) if row is not None else {}


def _fields(row: QuizOverride) -> dict[str, Any]:
    names = ("opens_at", "closes_at", "time_limit", "attempts", "password")
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}


def _course_title(session: Session, offering_id: int) -> str:
    title = session.scalar(
        select(CourseVersion.title)
        .join(Offering, Offering.course_version_id == CourseVersion.id)
        .where(Offering.id == offering_id)
    )
    if title is None:
        raise NotFound("offering")
    return title


def _attempts(sheet: Paper, offering_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attempt.id,
            Attempt.enrolment_id,
            Attempt.number,
            Attempt.state,
            Attempt.started_at,
            Attempt.deadline_at,
            Attempt.hand_in_until,
            Attempt.finished_at,
            Person,
        )
        .select_from(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Attempt.quiz_id == sheet.quiz_id, Enrolment.offering_id == offering_id)
    )


def _lines(
    session: Session, sheet: Paper, rows: Sequence[Row[*tuple[Any, ...]]], now: datetime
) -> tuple[MonitorLine, ...]:
    ids = [row.id for row in rows]
    saved = {row.attempt_id: row for row in session.execute(_saved(ids))}
    added = added_to(session, ids)
    late = late_steps(session, ids)
    return tuple(
        _line(row, sheet, saved.get(row.id), added[row.id], len(late.get(row.id, ())), now) for row in rows
    )


def _saved(attempt_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Step.attempt_id,
            func.count(Step.slot_id.distinct()).label("answered"),
            func.max(Step.at).label("last_at"),
        )
        .where(Step.attempt_id.in_(attempt_ids), Step.kind == StepKind.SAVED, Step.current)
        .group_by(Step.attempt_id)
    )


def _line(
    row: Row[*tuple[Any, ...]],
    sheet: Paper,
    saved: Row[*tuple[Any, ...]] | None,
    added: int,
    late: int,
    now: datetime,
) -> MonitorLine:
    settings = sheet.settings
    ended = rules.by_clock(row.state, row.deadline_at, settings.late, settings.grace_time, now)
    return MonitorLine(
        attempt_id=row.id,
        enrolment_id=row.enrolment_id,
        name=row.Person.full_name,
        number=row.number,
        state=ended.state if ended else AttemptState(row.state),
        started_at=row.started_at,
        deadline_at=row.deadline_at,
        hand_in_until=row.hand_in_until,
        finished_at=row.finished_at or (ended.at if ended else None),
        answered=int(saved.answered) if saved else 0,
        last_at=saved.last_at if saved else None,
        added=added,
        late=late if row.state == AttemptState.FINISHED else 0,
    )


def _found(session: Session, offering_id: int, who: str) -> tuple[tuple[int, str], ...]:
    rows = session.execute(
        select(Enrolment.id, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.withdrawn_at.is_(None),
            Person.search_key.startswith(search_key(who), autoescape=True),
        )
        .order_by(Person.search_key)
        .limit(MOST_FOUND)
    )
    return tuple((row.id, row.Person.full_name) for row in rows)


def _told(
    session: Session, sheet: Paper, offering_id: int, enrolment_id: int | None = None
) -> tuple[Told, ...]:
    """What was done, the newest first; two queries."""
    deeds = [
        Told(one.made_at, by.full_name, one.kind.value, who.full_name, one.seconds, {}, one.reason)
        for one, by, who in session.execute(_deeds(sheet, offering_id, enrolment_id))
    ]
    terms = [
        Told(one.made_at, by.full_name, "terms", who.full_name if who else "", 0, _fields(one), one.reason)
        for one, by, who in session.execute(_overrides(sheet, offering_id, enrolment_id))
    ]
    return tuple(sorted(deeds + terms, key=lambda one: one.at, reverse=True)[:MOST_TOLD])


def _deeds(sheet: Paper, offering_id: int, enrolment_id: int | None) -> Select[*tuple[Any, ...]]:
    learner = aliased(Person)
    return (
        select(Intervention, Person, learner)
        .join(Attempt, Attempt.id == Intervention.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(learner, learner.id == Enrolment.person_id)
        .join(Person, Person.id == Intervention.made_by)
        .where(
            Attempt.quiz_id == sheet.quiz_id,
            Enrolment.id == enrolment_id if enrolment_id else Enrolment.offering_id == offering_id,
        )
        .order_by(Intervention.id.desc())
        .limit(MOST_TOLD)
    )


def _overrides(sheet: Paper, offering_id: int, enrolment_id: int | None) -> Select[*tuple[Any, ...]]:
    learner = aliased(Person)
    own = Enrolment.id == enrolment_id if enrolment_id else Enrolment.offering_id == offering_id
    return (
        select(QuizOverride, Person, learner)
        .join(Person, Person.id == QuizOverride.made_by)
        .outerjoin(Enrolment, Enrolment.id == QuizOverride.enrolment_id)
        .outerjoin(learner, learner.id == Enrolment.person_id)
        .where(QuizOverride.quiz_id == sheet.quiz_id, or_(QuizOverride.offering_id == offering_id, own))
        .order_by(QuizOverride.id.desc())
        .limit(MOST_TOLD)
    )
