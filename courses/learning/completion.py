"""When an enrolment is complete: the facts of one learner, held against the rule of the kind of course."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from courses import catalogue, outbox
from courses.catalogue import CompletionFacts, Offering, Outline
from courses.db import ask
from courses.learning.events import EnrolmentCompleted
from courses.learning.models import ActivityRecord, Attendance, Enrolment
from courses.learning.rules import Progress, progress

RECORDS = select(
    ActivityRecord.activity_id,
    ActivityRecord.grade,
    ActivityRecord.completed_at,
    ActivityRecord.report,
).where(ActivityRecord.enrolment_id == bindparam("enrolment_id"))
ATTENDED = select(Attendance.id).where(Attendance.enrolment_id == bindparam("enrolment_id"))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one learner is, and what still stands between them and the certificate, as codes."""

    progress: Progress
    missing: tuple[str, ...]


def records_of(session: Session, enrolment_id: int) -> Mapping[int, Row[*tuple[Any, ...]]]:
    """The records of one enrolment by activity id."""
    return {row.activity_id: row for row in ask(session, RECORDS, {"enrolment_id": enrolment_id})}


def standing(
    outline: Outline,
    records: Mapping[int, Row[*tuple[Any, ...]]],
    *,
    attended: bool,
    ends_at: datetime | None,
    now: datetime,
) -> Standing:
    """Progress and the kind's rule together."""
    reached = progress(outline.activities, records)
    facts = CompletionFacts(
        required_total=reached.required,
        required_done=reached.done,
        quizzes_failed=len(reached.failed),
        attended=attended,
        ended=ends_at is None or ends_at <= now,
        attendance_required=outline.needs_attendance,
    )
    return Standing(reached, tuple(outline.kind.missing(facts)))


def complete_if_done(session: Session, enrolment_id: int, *, now: datetime) -> bool:
    """Complete the enrolment if every rule is met; True for exactly one call, which tells it."""
    found = session.execute(
        select(Enrolment, Offering.course_version_id, Offering.ends_at)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .where(Enrolment.id == enrolment_id)
        .with_for_update(of=Enrolment, key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if found is None or found[0].completed_at is not None or found[0].withdrawn_at is not None:
        return False
    attended = session.scalar(ATTENDED, {"enrolment_id": enrolment_id}) is not None
    outline = catalogue.version_outline(session, found.course_version_id)
    reached = standing(
        outline, records_of(session, enrolment_id), attended=attended, ends_at=found.ends_at, now=now
    )
    if reached.missing:
        return False
    found[0].completed_at = now
    outbox.publish(session, EnrolmentCompleted(enrolment_id), now=now)
    return True


def ended_and_open(session: Session, *, now: datetime, limit: int = 10) -> dict[int, list[int]]:
    """Enrolments not completed, by offering that is over and whose end was not yet looked at: the end itself
    may have completed them."""
    over = catalogue.over_and_unsettled(session, now=now, limit=limit)
    waiting: dict[int, list[int]] = {offering_id: [] for offering_id in over}
    rows = session.execute(
        select(Enrolment.offering_id, Enrolment.id)
        .where(
            Enrolment.offering_id.in_(over),
            Enrolment.completed_at.is_(None),
            Enrolment.withdrawn_at.is_(None),
        )
        .order_by(Enrolment.id)
    )
    for offering_id, enrolment_id in rows:
        waiting[offering_id].append(enrolment_id)
    return waiting
