"""Enrolling, studying, being there: what changes an enrolment and its records.

Every verb that a learner calls obtains the enrolment through `access_enrolment`: other people's do not exist.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses import audit, catalogue, outbox, people
from courses.catalogue import ActivityKind, Offering
from courses.db import ask
from courses.errors import Conflict, Invalid, NotFound
from courses.learning.events import ActivityCompleted, AttendanceConfirmed, EnrolmentOpened
from courses.learning.models import ActivityProgress, ActivityRecord, Attendance, Enrolment, Report
from courses.learning.rules import (
    LONGEST_REPORT,
    SHORTEST_REPORT,
    attendance_refusal,
    clean_report,
    same_word,
)
from courses.people import Actor, Permission

RECORDS: Table = ActivityRecord.metadata.tables["activity_record"]
ENROLMENTS: Table = Enrolment.metadata.tables["enrolment"]
NOTED_EVERY = timedelta(minutes=2)

PLACE = (
    select(
        Enrolment.last_activity_id,
        Enrolment.last_studied_at,
        Offering.course_version_id,
        ActivityRecord.id.label("record_id"),
    )
    .join(Offering, Offering.id == Enrolment.offering_id)
    .outerjoin(
        ActivityRecord,
        and_(
            ActivityRecord.enrolment_id == Enrolment.id,
            ActivityRecord.activity_id == bindparam("activity"),
        ),
    )
    .where(
        Enrolment.id == bindparam("enrolment"),
        Enrolment.person_id == bindparam("person"),
        Enrolment.withdrawn_at.is_(None),
    )
)
PLACE_LOCKED = PLACE.with_for_update(of=Enrolment, key_share=True)
NOTE_STUDIED = (
    update(ENROLMENTS)
    .where(ENROLMENTS.c.id == bindparam("enrolment"))
    .values(last_activity_id=bindparam("activity"), last_studied_at=bindparam("now"))
)
LOCK_RECORD = (
    select(RECORDS.c.id, RECORDS.c.grade, RECORDS.c.completed_at)
    .where(RECORDS.c.enrolment_id == bindparam("enrolment"), RECORDS.c.activity_id == bindparam("activity"))
    .with_for_update(key_share=True)
)
ONE_RECORD = ["enrolment_id", "activity_id"]
START_RECORD = {
    "postgresql": postgresql.insert(RECORDS).on_conflict_do_nothing(index_elements=ONE_RECORD),
    "sqlite": sqlite.insert(RECORDS).on_conflict_do_nothing(index_elements=ONE_RECORD),
}

BY_CODE_WORD = "code_word"
BY_INSTRUCTOR = "instructor"


def access_enrolment(session: Session, enrolment_id: int, *, by: Actor, lock: bool = False) -> Enrolment:
    """The learner's own enrolment; withdrawn ones and other people's are not there."""
    query = select(Enrolment).where(
        Enrolment.id == enrolment_id, Enrolment.person_id == by.id, Enrolment.withdrawn_at.is_(None)
    )
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    enrolment = session.execute(query).scalar_one_or_none()
    if enrolment is None:
        raise NotFound("enrolment")
    return enrolment


def enrol(session: Session, offering_id: int, *, by: Actor, now: datetime) -> Enrolment:
    """Take a seat in an open offering; enrolling twice is enrolling once; who withdrew may come back."""
    if people.get(session, by.id).email_confirmed_at is None:
        raise Invalid("address_unconfirmed")
    enrolment = _enrolment_in(session, offering_id, by)
    if enrolment is not None and enrolment.withdrawn_at is None:
        return enrolment
    catalogue.locked_offering(session, offering_id)
    enrolment = _enrolment_in(session, offering_id, by)  # nobody comes between any more
    if enrolment is not None and enrolment.withdrawn_at is None:
        return enrolment
    catalogue.take_seat(session, offering_id, now=now)
    if enrolment is None:
        enrolment = Enrolment(offering_id=offering_id, person_id=by.id)
        session.add(enrolment)
    enrolment.opened_at = now
    enrolment.withdrawn_at = None
    session.flush()
    outbox.publish(session, EnrolmentOpened(enrolment.id), now=now)
    return enrolment


def _enrolment_in(session: Session, offering_id: int, by: Actor) -> Enrolment | None:
    query = select(Enrolment).where(Enrolment.person_id == by.id, Enrolment.offering_id == offering_id)
    return session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()


def withdraw(session: Session, enrolment_id: int, *, by: Actor, now: datetime) -> None:
    """Leave and give the seat back; what was completed stays, so one cannot leave it."""
    seat = access_enrolment(session, enrolment_id, by=by).offering_id
    catalogue.locked_offering(session, seat)  # first, as in enrolling: so the two never wait for each other
    enrolment = access_enrolment(session, enrolment_id, by=by, lock=True)
    if enrolment.completed_at is not None:
        raise Conflict("already_completed")
    enrolment.withdrawn_at = now
    catalogue.give_seat_back(session, enrolment.offering_id)


def open_activity(
    session: Session, enrolment_id: int, activity_id: int, *, by: Actor, now: datetime, lock: bool = False
) -> None:
    """Note that the learner is at this activity now; the first visit starts its record.

    With `lock` the enrolment is held to the end of the transaction, so that what follows happens once.
    """
    place = _place(session, enrolment_id, activity_id, by=by, lock=lock)
    if place.record_id is None:
        _start_record(session, enrolment_id, activity_id, now)
    if place.last_activity_id != activity_id or now - place.last_studied_at > NOTED_EVERY:
        session.execute(NOTE_STUDIED, {"enrolment": enrolment_id, "activity": activity_id, "now": now})


def finish_lesson(session: Session, enrolment_id: int, activity_id: int, *, by: Actor, now: datetime) -> None:
    """The learner has read the lesson; saying so again changes nothing."""
    _place(session, enrolment_id, activity_id, by=by, kind=ActivityKind.LESSON)
    _start_record(session, enrolment_id, activity_id, now)
    _complete(session, enrolment_id, activity_id, now)


def hand_in_practical(
    session: Session,
    enrolment_id: int,
    activity_id: int,
    *,
    report: str,
    done: bool,
    by: Actor,
    now: datetime,
) -> None:
    """The learner says that the task is done and reports in a few words.

    The report may be written anew; every text that was handed in is kept.
    """
    _place(session, enrolment_id, activity_id, by=by, kind=ActivityKind.PRACTICAL)
    text = clean_report(report)
    if len(text) < SHORTEST_REPORT:
        raise Invalid("report_wrong", report="too_short")
    if len(text) > LONGEST_REPORT:
        raise Invalid("report_wrong", report="too_long")
    if not done:
        raise Invalid("report_wrong", done="not_confirmed")
    _start_record(session, enrolment_id, activity_id, now)
    session.execute(update(ActivityRecord).where(*_record_of(enrolment_id, activity_id)).values(report=text))
    session.add(Report(enrolment_id=enrolment_id, activity_id=activity_id, handed_in_at=now, text=text))
    _complete(session, enrolment_id, activity_id, now)


def confirm_attendance(
    session: Session, enrolment_id: int, *, code_word: str, by: Actor, now: datetime
) -> None:
    """The learner was there and heard the code word."""
    enrolment = access_enrolment(session, enrolment_id, by=by)
    offering = catalogue.get_offering(session, enrolment.offering_id)
    if not offering.code_word:
        raise Conflict("no_code_word")
    refusal = attendance_refusal(offering.starts_at, offering.ends_at, now)
    if refusal:
        raise Conflict(refusal)
    if not same_word(code_word, offering.code_word):
        raise Invalid("attendance_wrong", code_word="wrong_code_word")
    _attend(session, enrolment_id, BY_CODE_WORD, by.id, now)


def mark_attendance(session: Session, enrolment_id: int, *, by: Actor, now: datetime) -> None:
    """The instructor saw the learner there."""
    enrolment = session.get(Enrolment, enrolment_id)
    if enrolment is None or enrolment.withdrawn_at is not None:
        raise NotFound("enrolment")
    people.require(by, Permission.ATTENDANCE_MARK, offering_id=enrolment.offering_id)
    if _attend(session, enrolment_id, BY_INSTRUCTOR, by.id, now):
        audit.record(session, "attendance.mark", "enrolment", enrolment_id, by=by.id, now=now)


def mark_attendances(
    session: Session, offering_id: int, enrolment_ids: Collection[int], *, by: Actor, now: datetime
) -> int:
    """The instructor saw these learners of one offering there; how many of them were not marked before."""
    people.require(by, Permission.ATTENDANCE_MARK, offering_id=offering_id)
    here = (Enrolment.offering_id == offering_id, Enrolment.withdrawn_at.is_(None))
    known = session.scalars(select(Enrolment.id).where(Enrolment.id.in_(enrolment_ids), *here)).all()
    if len(known) != len(set(enrolment_ids)):
        raise NotFound("enrolment")
    fresh = [one for one in sorted(known) if _attend(session, one, BY_INSTRUCTOR, by.id, now)]
    for one in fresh:
        audit.record(session, "attendance.mark", "enrolment", one, by=by.id, now=now)
    return len(fresh)


def record_result(
    session: Session, enrolment_id: int, activity_id: int, *, fraction: float, passed: bool, now: datetime
) -> None:
    """A quiz was graded: the best fraction counts, and passing once completes the activity for good."""
    record = hold_result(session, enrolment_id, activity_id, now=now)
    values: dict[str, Any] = {"grade": fraction if record.grade is None else max(fraction, record.grade)}
    if record.completed_at is None:
        done = {"progress": ActivityProgress.COMPLETED, "completed_at": now}
        values |= done if passed else {"progress": ActivityProgress.SUBMITTED}
    session.execute(update(RECORDS).where(RECORDS.c.id == record.id).values(values))
    if passed and record.completed_at is None:
        outbox.publish(session, ActivityCompleted(enrolment_id, activity_id), now=now)


def hold_result(
    session: Session, enrolment_id: int, activity_id: int, *, now: datetime
) -> Row[*tuple[Any, ...]]:
    """Lock the record of an activity, which is begun where there is none: whoever counts the grade anew does
    it one after the other."""
    record = _locked_record(session, enrolment_id, activity_id)
    if record is None:
        _start_record(session, enrolment_id, activity_id, now)
        record = _locked_record(session, enrolment_id, activity_id)
    if record is None:
        raise NotFound("enrolment")
    return record


def correct_result(
    session: Session,
    enrolment_id: int,
    activity_id: int,
    *,
    fraction: float | None,
    passed: bool,
    now: datetime,
) -> None:
    """The grade of a quiz was counted anew: the record follows, also down, and to none.

    What was completed stays completed: a mark that turned out lower takes back no completion.
    """
    record = _locked_record(session, enrolment_id, activity_id)
    if record is not None:
        session.execute(update(RECORDS).where(RECORDS.c.id == record.id).values(grade=fraction))
    if fraction is not None:
        record_result(session, enrolment_id, activity_id, fraction=fraction, passed=passed, now=now)


def _locked_record(session: Session, enrolment_id: int, activity_id: int) -> Row[*tuple[Any, ...]] | None:
    return ask(session, LOCK_RECORD, {"enrolment": enrolment_id, "activity": activity_id}).first()


def _place(
    session: Session,
    enrolment_id: int,
    activity_id: int,
    *,
    by: Actor,
    kind: ActivityKind | None = None,
    lock: bool = False,
) -> Row[*tuple[Any, ...]]:
    """The learner's own enrolment and their record of this activity, which must belong to what is studied."""
    asked = {"enrolment": enrolment_id, "person": by.id, "activity": activity_id}
    place = ask(session, PLACE_LOCKED if lock else PLACE, asked).first()
    if place is None:
        raise NotFound("enrolment")
    activity = catalogue.version_outline(session, place.course_version_id).activity(activity_id)
    if kind is not None and activity.kind != kind:
        raise NotFound("activity")
    return place


def _record_of(enrolment_id: int, activity_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ActivityRecord.enrolment_id == enrolment_id, ActivityRecord.activity_id == activity_id


def _start_record(session: Session, enrolment_id: int, activity_id: int, now: datetime) -> None:
    """Make the record if there is none yet; two tabs make one."""
    values = {
        "enrolment_id": enrolment_id,
        "activity_id": activity_id,
        "progress": ActivityProgress.STARTED,
        "report": "",
        "opened_at": now,
    }
    session.execute(START_RECORD[session.get_bind().dialect.name], values)


def _complete(session: Session, enrolment_id: int, activity_id: int, now: datetime) -> None:
    """Complete a record that is there; whoever does so first tells it."""
    completed = session.execute(
        update(ActivityRecord)
        .where(*_record_of(enrolment_id, activity_id), ActivityRecord.completed_at.is_(None))
        .values(progress=ActivityProgress.COMPLETED, completed_at=now)
        .returning(ActivityRecord.id)
    )
    if completed.first() is not None:
        outbox.publish(session, ActivityCompleted(enrolment_id, activity_id), now=now)


def _attend(session: Session, enrolment_id: int, way: str, by: int, now: datetime) -> bool:
    """Note the presence once; False when it was known already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    noted = session.execute(
        insert(Attendance)
        .values(enrolment_id=enrolment_id, confirmed_at=now, confirmed_by_id=by, way=way)
        .on_conflict_do_nothing(index_elements=["enrolment_id"])
        .returning(Attendance.id)
    ).first()
    if noted is None:
        return False
    outbox.publish(session, AttendanceConfirmed(enrolment_id), now=now)
    return True
