"""Reads for the page of a course and for the author's door; a constant number of queries each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import Session

from courses.catalogue.models import Course, CourseFile, CourseVersion, Offering
from courses.catalogue.outline import Outline, version_outline
from courses.catalogue.rules import Intake, OfferingState, intake
from courses.db import UtcDateTime, ask
from courses.errors import NotFound
from courses.people import Actor, Permission

MOST_OFFERINGS = 20


@dataclass(frozen=True, slots=True)
class OfferingLine:
    """One offering on the page of its course."""

    id: int
    course_version_id: int
    state: OfferingState
    starts_at: datetime | None
    ends_at: datetime | None
    enrol_until: datetime | None
    time_zone: str
    seats: int | None
    seats_taken: int
    meeting_url: str
    intake: Intake

    @property
    def seats_left(self) -> int | None:
        return None if self.seats is None else max(0, self.seats - self.seats_taken)


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course with the version that is offered (or was published last) and its offerings, open ones
    first."""

    course_id: int
    key: str
    outline: Outline
    offerings: tuple[OfferingLine, ...]
    chosen: OfferingLine | None

    @property
    def open_offerings(self) -> tuple[OfferingLine, ...]:
        """Those one can still get into."""
        return tuple(offering for offering in self.offerings if offering.intake is Intake.OPEN)


LINE = tuple(name for name in OfferingLine.__slots__ if name != "intake")
COLUMNS: tuple[Any, ...] = tuple(getattr(Offering, name) for name in LINE)


COURSE = select(
    Course.id,
    select(CourseVersion.id)
    .where(CourseVersion.course_id == Course.id, CourseVersion.published_at.is_not(None))
    .order_by(CourseVersion.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("version_id"),
).where(Course.key == bindparam("key"))

_now = bindparam("now", type_=UtcDateTime)
TAKING = and_(
    Offering.state == OfferingState.OPEN,
    or_(Offering.enrol_until.is_(None), Offering.enrol_until > _now),
    or_(Offering.ends_at.is_(None), Offering.ends_at > _now),
)
OFFERINGS = (
    select(*COLUMNS)
    .where(Offering.course_id == bindparam("course_id"), Offering.state != OfferingState.DRAFT)
    .order_by(
        case((Offering.id == bindparam("asked"), 0), else_=1),
        case((TAKING, 0), else_=1),
        Offering.starts_at.nulls_last(),
        Offering.id,
    )
    .limit(MOST_OFFERINGS)
)


def course_view(session: Session, key: str, asked: int | None, *, now: datetime) -> CourseView:
    """The page of a course. `asked` is the offering somebody came for; else the first one that is open.

    A course that was never published does not exist.
    """
    course = ask(session, COURSE, {"key": key}).first()
    if course is None or course.version_id is None:
        raise NotFound("course")
    rows = ask(session, OFFERINGS, {"course_id": course.id, "asked": asked or 0, "now": now})
    lines = [OfferingLine(**row._asdict(), intake=intake(row, now)) for row in rows]
    offerings = tuple(sorted(lines, key=lambda line: line.intake is not Intake.OPEN))
    chosen = next((offering for offering in offerings if offering.id == asked), None)
    chosen = chosen or (offerings[0] if offerings else None)
    version_id = chosen.course_version_id if chosen else course.version_id
    return CourseView(course.id, key, version_outline(session, version_id), offerings, chosen)


def file_of(session: Session, key: str, number: int, path: str) -> Row[*tuple[Any, ...]]:
    """A file of a version: file_key, media_type, and whether the version is published."""
    found = session.execute(
        select(
            CourseFile.file_key,
            CourseFile.media_type,
            CourseVersion.published_at.is_not(None).label("published"),
        )
        .join(CourseVersion, CourseVersion.id == CourseFile.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.key == key, CourseVersion.number == number, CourseFile.path == path)
    ).first()
    if found is None:
        raise NotFound("course_file")
    return found


# ---- the author's door


def access_version(session: Session, course_version_id: int, *, by: Actor) -> Outline:
    """A version for its authors and for those who teach one of its offerings; to others it does not exist."""
    outline = version_outline(session, course_version_id)
    if by.may(Permission.COURSE_PREVIEW):
        return outline
    taught = {grant for grant in by.offering_ids if by.may(Permission.COURSE_PREVIEW, offering_id=grant)}
    if any(offering.id in taught for offering in offerings_of_version(session, course_version_id)):
        return outline
    raise NotFound("course_version")


def courses_with_versions(session: Session, *, by: Actor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every version of every course, newest first, with the numbers of its offerings and of people in
    them."""
    return session.execute(
        select(
            Course.key,
            Course.kind,
            CourseVersion.id,
            CourseVersion.number,
            CourseVersion.title,
            CourseVersion.created_at,
            CourseVersion.published_at,
            func.count(Offering.id).label("offerings"),
            func.coalesce(func.sum(Offering.seats_taken), 0).label("people"),
        )
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .outerjoin(Offering, Offering.course_version_id == CourseVersion.id)
        .where(_mine(by))
        .group_by(Course.id, CourseVersion.id)
        .order_by(Course.key, CourseVersion.number.desc())
    ).all()


def _mine(by: Actor) -> ColumnElement[bool]:
    if by.may(Permission.COURSE_PREVIEW):
        return true()
    taught = [grant for grant in by.offering_ids if by.may(Permission.COURSE_PREVIEW, offering_id=grant)]
    return CourseVersion.id.in_(select(Offering.course_version_id).where(Offering.id.in_(taught)))


def offerings_of_version(session: Session, course_version_id: int) -> Sequence[Offering]:
    """The offerings of one version, newest first."""
    return session.scalars(
        select(Offering).where(Offering.course_version_id == course_version_id).order_by(Offering.id.desc())
    ).all()
