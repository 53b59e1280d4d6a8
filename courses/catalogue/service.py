"""Publishing a version, opening and closing offerings, taking and giving back seats."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import audit, outbox
from courses.catalogue.events import CoursePublished, OfferingOpened
from courses.catalogue.models import Course, CourseVersion, Offering
from courses.catalogue.outline import publishing_problems, version_outline
from courses.catalogue.rules import Intake, OfferingState, intake
from courses.catalogue.shelf import forget_counts_after
from courses.errors import Conflict, Invalid, NotFound
from courses.people import SYSTEM_ID, Actor, Permission, require

MOST_SEATS = 100_000
LONGEST_CODE_WORD = 60
LONGEST_ADDRESS = 300
YEARS = range(2000, 2101)
DATES = ("starts_at", "ends_at", "time_zone")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed when a course is offered. Moments are aware; `time_zone` is how they are spoken of."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    enrol_until: datetime | None = None
    time_zone: str = "Europe/Moscow"
    seats: int | None = None
    meeting_url: str = ""
    code_word: str = ""


def terms_of(offering: Offering) -> Terms:
    """What is agreed for an offering now."""
    return Terms(**{field.name: getattr(offering, field.name) for field in fields(Terms)})


def publish(session: Session, version_id: int, *, by: Actor, now: datetime) -> CourseVersion:
    """Make a draft final. A version with nothing in it is refused with the list of what is missing."""
    require(by, Permission.COURSE_PUBLISH)
    version = session.get(CourseVersion, version_id, with_for_update=True, populate_existing=True)
    if version is None:
        raise NotFound("course_version")
    if version.published_at is not None:
        raise Conflict("already_published", course_version_id=version.id)
    problems = publishing_problems(version_outline(session, version_id))
    if problems:
        raise Invalid("not_ready_to_publish", problems=problems)
    version.published_at = now
    version.published_by_id = by.id
    session.flush()
    audit.record(
        session, "course.publish", "course_version", version.id, by=by.id, now=now, number=version.number
    )
    outbox.publish(session, CoursePublished(version.id), now=now)
    return version


def draft_offering(session: Session, version_id: int, *, terms: Terms, by: Actor, now: datetime) -> Offering:
    """Prepare an offering of a published version; nobody sees it until it is opened."""
    require(by, Permission.OFFERING_OPEN)
    version = session.get(CourseVersion, version_id)
    if version is None:
        raise NotFound("course_version")
    if version.published_at is None:
        raise Conflict("not_published", course_version_id=version_id)
    _check_terms(terms)
    offering = Offering(
        course_id=version.course_id,
        course_version_id=version.id,
        state=OfferingState.DRAFT,
        seats_taken=0,
        created_at=now,
        created_by_id=by.id,
        **asdict(terms),
    )
    session.add(offering)
    session.flush()
    audit.record(session, "offering.draft", "offering", offering.id, by=by.id, now=now, **_told(terms))
    return offering


def change_offering(
    session: Session, offering_id: int, *, terms: Terms, by: Actor, now: datetime
) -> Offering:
    """Change what is agreed. Once it is open the dates stand, and there are never fewer seats than people."""
    require(by, Permission.OFFERING_OPEN, offering_id=offering_id)
    offering = locked_offering(session, offering_id)
    _check_terms(terms)
    if offering.state != OfferingState.DRAFT and any(
        getattr(offering, name) != getattr(terms, name) for name in DATES
    ):
        raise Conflict("dates_stand", offering_id=offering_id)
    if terms.seats is not None and terms.seats < offering.seats_taken:
        raise Invalid("terms_wrong", seats="fewer_than_taken")
    for name, value in asdict(terms).items():
        setattr(offering, name, value)
    session.flush()
    audit.record(session, "offering.change", "offering", offering.id, by=by.id, now=now, **_told(terms))
    forget_counts_after(session)
    return offering


def open_offering(
    session: Session,
    version_id: int,
    *,
    terms: Terms,
    by: Actor,
    now: datetime,
    offering_id: int | None = None,
) -> Offering:
    """Begin to take people in: into the prepared offering `offering_id`, or into a new one on these terms.

    Where people must have been there, there has to be a day: without one nobody could ever complete it.
    """
    if offering_id is None:
        offering = draft_offering(session, version_id, terms=terms, by=by, now=now)
    else:
        offering = change_offering(session, offering_id, terms=terms, by=by, now=now)
        if offering.state != OfferingState.DRAFT or offering.course_version_id != version_id:
            raise Conflict("already_open", offering_id=offering_id)
    if offering.ends_at is not None and offering.ends_at <= now:
        raise Invalid("offering_over", ends_at="in_the_past")
    if version_outline(session, version_id).needs_attendance:
        missing = [name for name in ("starts_at", "ends_at") if getattr(terms, name) is None]
        if missing:
            raise Invalid("terms_wrong", **dict.fromkeys(missing, "date_needed"))
    offering.state = OfferingState.OPEN
    offering.opened_at = now
    session.flush()
    audit.record(session, "offering.open", "offering", offering.id, by=by.id, now=now)
    outbox.publish(session, OfferingOpened(offering.id), now=now)
    forget_counts_after(session)
    return offering


def close_offering(session: Session, offering_id: int, *, by: Actor, now: datetime) -> Offering:
    """Take nobody in any more; those who are in go on. Closing twice changes nothing."""
    require(by, Permission.OFFERING_OPEN, offering_id=offering_id)
    offering = locked_offering(session, offering_id)
    if offering.state == OfferingState.CLOSED:
        return offering
    offering.state = OfferingState.CLOSED
    offering.closed_at = now
    session.flush()
    audit.record(session, "offering.close", "offering", offering.id, by=by.id, now=now)
    forget_counts_after(session)
    return offering


def close_over(session: Session, *, now: datetime) -> int:
    """Close the open offerings whose last day is over, so that nobody has to remember it; how many
    there were."""
    over = session.scalars(
        select(Offering)
        .where(Offering.state == OfferingState.OPEN, Offering.ends_at <= now)
        .order_by(Offering.id)
        .limit(500)
        .with_for_update(skip_locked=True)
    ).all()
    for offering in over:
        offering.state = OfferingState.CLOSED
        offering.closed_at = now
        audit.record(session, "offering.close", "offering", offering.id, by=SYSTEM_ID, now=now, reason="over")
    forget_counts_after(session)
    return len(over)


def over_and_unsettled(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Offerings that are over, and nobody has looked yet whom that completes; the longest over first."""
    query = (
        select(Offering.id)
        .where(Offering.ends_at <= now, Offering.settled_at.is_(None), Offering.state != OfferingState.DRAFT)
        .order_by(Offering.ends_at, Offering.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def settle(session: Session, offering_id: int, *, now: datetime) -> None:
    """Everybody whom the end of the offering completes was looked at."""
    locked_offering(session, offering_id).settled_at = now


def take_seat(session: Session, offering_id: int, *, now: datetime) -> Offering:
    """Take one place, or Conflict with the reason: not_open_yet, over, closed, full. The row stays locked."""
    offering = locked_offering(session, offering_id)
    reason = intake(offering, now)
    if reason is not Intake.OPEN:
        raise Conflict(reason.value, offering_id=offering_id)
    offering.seats_taken += 1
    session.flush()
    if offering.seats_taken == offering.seats:
        forget_counts_after(session)
    return offering


def give_seat_back(session: Session, offering_id: int) -> Offering:
    """Free one place for somebody else."""
    offering = locked_offering(session, offering_id)
    if offering.seats_taken > 0:
        if offering.seats_taken == offering.seats:
            forget_counts_after(session)
        offering.seats_taken -= 1
        session.flush()
    return offering


def locked_offering(session: Session, offering_id: int) -> Offering:
    """The offering as it is now, held until the end of the transaction."""
    offering = session.get(Offering, offering_id, with_for_update=True, populate_existing=True)
    if offering is None:
        raise NotFound("offering")
    return offering


def get_offering(session: Session, offering_id: int) -> Offering:
    """One offering, whatever its state; NotFound when there is none."""
    offering = session.get(Offering, offering_id)
    if offering is None:
        raise NotFound("offering")
    return offering


def locked_course(session: Session, key: str) -> Course | None:
    """The course of this key, held until the end of the transaction, so that its versions are numbered in
    turn."""
    return session.scalar(select(Course).where(Course.key == key).with_for_update())


def _told(terms: Terms) -> dict[str, Any]:
    """What the audit log keeps: neither the link nor the code word, which are secrets of the group."""
    moments = {"starts_at": terms.starts_at, "ends_at": terms.ends_at, "enrol_until": terms.enrol_until}
    told = {name: moment.isoformat() for name, moment in moments.items() if moment is not None}
    return {**told, "seats": terms.seats, "time_zone": terms.time_zone}


def _check_terms(terms: Terms) -> None:
    problems: dict[str, Any] = {}
    if terms.starts_at and terms.ends_at and terms.ends_at <= terms.starts_at:
        problems["ends_at"] = "ends_before_start"
    if terms.enrol_until and terms.ends_at and terms.enrol_until > terms.ends_at:
        problems["enrol_until"] = "enrol_after_end"
    if terms.seats is not None and not 1 <= terms.seats <= MOST_SEATS:
        problems["seats"] = "seats_wrong"
    if terms.meeting_url and not _is_web_address(terms.meeting_url):
        problems["meeting_url"] = "not_a_web_address"
    if terms.code_word and not _can_be_said(terms.code_word):
        problems["code_word"] = "code_word_wrong"
    moments = (("starts_at", terms.starts_at), ("ends_at", terms.ends_at), ("enrol_until", terms.enrol_until))
    for name, moment in moments:
        if moment is not None and moment.year not in YEARS:
            problems.setdefault(name, "year_wrong")
    if not _is_zone(terms.time_zone):
        problems["time_zone"] = "zone_unknown"
    if problems:
        raise Invalid("terms_wrong", **problems)


def _can_be_said(word: str) -> bool:
    """A code word is compared by its letters and digits, so it has some; it fits its column."""
    return len(word) <= LONGEST_CODE_WORD and any(letter.isalnum() for letter in word) and "\0" not in word


def _is_web_address(text: str) -> bool:
    if len(text) > LONGEST_ADDRESS or "\0" in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not set(text) & set(" \t\r\n<>\"'")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
