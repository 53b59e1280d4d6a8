"""What pages show of studying; a constant number of queries each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select
from sqlalchemy.orm import Session

from courses import catalogue, people
from courses.catalogue import Activity, Course, CourseKind, CourseVersion, Offering, Outline, OutlineActivity
from courses.db import ask
from courses.errors import NotFound
from courses.learning.completion import Standing, records_of, standing
from courses.learning.models import ActivityRecord, Attendance, Enrolment
from courses.learning.rules import ItemState, attendance_refusal, percent
from courses.people import Actor, Permission, Person

ROWS_ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class StudyCard:
    """One of a person's courses on «Моё обучение»."""

    enrolment_id: int
    offering_id: int
    kind: CourseKind
    course_key: str
    title: str
    hours: int
    starts_at: datetime | None
    ends_at: datetime | None
    completed_at: datetime | None
    last_studied_at: datetime | None
    required: int
    done: int

    @property
    def percent(self) -> int:
        return percent(self.done, self.required)

    @property
    def begun(self) -> bool:
        return self.last_studied_at is not None


@dataclass(frozen=True, slots=True)
class Study:
    """One learner in one offering: where it takes place, what there is to study, how far they are."""

    enrolment_id: int
    offering_id: int
    opened_at: datetime
    completed_at: datetime | None
    last_activity_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    offering_zone: str
    meeting_url: str
    attended_at: datetime | None
    takes_code_word: bool
    attendance_refusal: str | None
    outline: Outline
    records: Mapping[int, Row[*tuple[Any, ...]]]
    standing: Standing

    def state(self, activity_id: int) -> ItemState:
        return self.standing.progress.states[activity_id]

    def activity(self, key: str) -> OutlineActivity:
        """The activity with this key; NotFound when this course has none."""
        for activity in self.outline.activities:
            if activity.key == key:
                return activity
        raise NotFound("activity")

    def neighbours(self, activity_id: int) -> tuple[OutlineActivity | None, OutlineActivity | None]:
        """What comes before and after an activity."""
        return self.outline.neighbours(activity_id)

    @property
    def next_activity(self) -> OutlineActivity | None:
        """What to go on with."""
        wanted = self.standing.progress.continue_id
        return None if wanted is None else self.outline.activity(wanted)


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One learner on the page of an offering."""

    enrolment_id: int
    person_id: int
    full_name: str
    opened_at: datetime
    last_studied_at: datetime | None
    completed_at: datetime | None
    attended_at: datetime | None
    required: int
    done: int
    grade: float | None

    @property
    def percent(self) -> int:
        return percent(self.done, self.required)


@dataclass(frozen=True, slots=True)
class LearnersPage:
    """A page of an offering's learners, by name."""

    rows: tuple[LearnerRow, ...]
    total: int
    completed: int
    page: int
    pages: int


STUDY = (
    select(
        Enrolment.id,
        Enrolment.offering_id,
        Enrolment.opened_at,
        Enrolment.completed_at,
        Enrolment.last_activity_id,
        Offering.course_version_id,
        Offering.starts_at,
        Offering.ends_at,
        Offering.time_zone,
        Offering.meeting_url,
        Offering.code_word,
        Attendance.confirmed_at,
    )
    .join(Offering, Offering.id == Enrolment.offering_id)
    .outerjoin(Attendance, Attendance.enrolment_id == Enrolment.id)
    .where(
        Enrolment.id == bindparam("enrolment_id"),
        Enrolment.person_id == bindparam("person_id"),
        Enrolment.withdrawn_at.is_(None),
    )
)

_required = (
    select(func.count())
    .where(Activity.course_version_id == Offering.course_version_id, Activity.required)
    .correlate(Offering)
    .scalar_subquery()
)
_done = (
    select(func.count(ActivityRecord.completed_at))
    .join(Activity, and_(Activity.id == ActivityRecord.activity_id, Activity.required))
    .where(ActivityRecord.enrolment_id == Enrolment.id)
    .correlate(Enrolment)
    .scalar_subquery()
)
MINE = (
    select(
        Enrolment.id.label("enrolment_id"),
        Enrolment.offering_id,
        Course.kind,
        Course.key.label("course_key"),
        CourseVersion.title,
        CourseVersion.hours,
        Offering.starts_at,
        Offering.ends_at,
        Enrolment.completed_at,
        Enrolment.last_studied_at,
        _required.label("required"),
        _done.label("done"),
    )
    .join(Offering, Offering.id == Enrolment.offering_id)
    .join(CourseVersion, CourseVersion.id == Offering.course_version_id)
    .join(Course, Course.id == Offering.course_id)
    .where(Enrolment.person_id == bindparam("person_id"), Enrolment.withdrawn_at.is_(None))
    .order_by(func.coalesce(Enrolment.last_studied_at, Enrolment.opened_at).desc(), Enrolment.id.desc())
)

DONE = (
    select(
        ActivityRecord.enrolment_id,
        func.count(ActivityRecord.completed_at).label("done"),
        func.avg(ActivityRecord.grade).label("grade"),
    )
    .join(Activity, and_(Activity.id == ActivityRecord.activity_id, Activity.required))
    .group_by(ActivityRecord.enrolment_id)
)


def study(session: Session, enrolment_id: int, *, by: Actor, now: datetime) -> Study:
    """The learner's own enrolment with all that the study pages show; two queries when the outline is
    known."""
    row = ask(session, STUDY, {"enrolment_id": enrolment_id, "person_id": by.id}).first()
    if row is None:
        raise NotFound("enrolment")
    outline = catalogue.version_outline(session, row.course_version_id)
    records = records_of(session, enrolment_id)
    attended = row.confirmed_at is not None
    return Study(
        enrolment_id=row.id,
        offering_id=row.offering_id,
        opened_at=row.opened_at,
        completed_at=row.completed_at,
        last_activity_id=row.last_activity_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        offering_zone=row.time_zone,
        meeting_url=row.meeting_url,
        attended_at=row.confirmed_at,
        takes_code_word=bool(row.code_word),
        attendance_refusal=attendance_refusal(row.starts_at, row.ends_at, now),
        outline=outline,
        records=records,
        standing=standing(outline, records, attended=attended, ends_at=row.ends_at, now=now),
    )


def my_courses(session: Session, *, by: Actor) -> list[StudyCard]:
    """All that a person is enrolled in, what was studied last first; one query."""
    return [StudyCard(*row) for row in ask(session, MINE, {"person_id": by.id})]


def enrolment_in(session: Session, offering_id: int, *, by: Actor) -> Enrolment | None:
    """The person's own enrolment in an offering, for the button of its page; one query."""
    return session.scalar(
        select(Enrolment).where(
            Enrolment.person_id == by.id,
            Enrolment.offering_id == offering_id,
            Enrolment.withdrawn_at.is_(None),
        )
    )


MINE_IN_COURSE = (
    select(Enrolment)
    .join(Offering, Offering.id == Enrolment.offering_id)
    .where(
        Offering.course_id == bindparam("course_id"),
        Enrolment.person_id == bindparam("person_id"),
        Enrolment.withdrawn_at.is_(None),
    )
    .order_by(Enrolment.id.desc())
)


def enrolments_in_course(session: Session, course_id: int, *, by: Actor) -> list[Enrolment]:
    """The person's own enrolments in all offerings of a course, newest first; one query."""
    return list(session.scalars(MINE_IN_COURSE, {"course_id": course_id, "person_id": by.id}))


def offering_learners(session: Session, offering_id: int, *, by: Actor, page: int = 1) -> LearnersPage:
    """The learners of an offering, by name, fifty on a page; four queries however many there are."""
    people.require(by, Permission.OFFERING_SEE_LEARNERS, offering_id=offering_id)
    here = and_(Enrolment.offering_id == offering_id, Enrolment.withdrawn_at.is_(None))
    total, completed = session.execute(
        select(func.count(), func.count(Enrolment.completed_at)).select_from(Enrolment).where(here)
    ).one()
    pages = max(1, -(-total // ROWS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    found = session.execute(
        select(Enrolment, Person, Attendance.confirmed_at)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Attendance, Attendance.enrolment_id == Enrolment.id)
        .where(here)
        .order_by(Person.search_key, Enrolment.id)
        .limit(ROWS_ON_A_PAGE)
        .offset((page - 1) * ROWS_ON_A_PAGE)
    ).all()
    required = session.scalar(
        select(func.count())
        .select_from(Activity)
        .join(Offering, Offering.course_version_id == Activity.course_version_id)
        .where(Offering.id == offering_id, Activity.required)
    )
    ids = [row.Enrolment.id for row in found]
    counted = {
        row.enrolment_id: row for row in session.execute(DONE.where(ActivityRecord.enrolment_id.in_(ids)))
    }
    rows = tuple(_learner(row, counted.get(row.Enrolment.id), required or 0) for row in found)
    return LearnersPage(rows, total, completed, page, pages)


def _learner(row: Row[*tuple[Any, ...]], counted: Row[*tuple[Any, ...]] | None, required: int) -> LearnerRow:
    return LearnerRow(
        enrolment_id=row.Enrolment.id,
        person_id=row.Person.id,
        full_name=row.Person.full_name,
        opened_at=row.Enrolment.opened_at,
        last_studied_at=row.Enrolment.last_studied_at,
        completed_at=row.Enrolment.completed_at,
        attended_at=row.confirmed_at,
        required=required,
        done=counted.done if counted else 0,
        grade=counted.grade if counted else None,
    )
