"""The certificates of a whole offering: who gets one and who does not, and why.

Then all at once in that order.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from courses import audit, catalogue, learning, people
from courses.catalogue import CompletionFacts, Offering, Outline
from courses.certificates.models import Certificate
from courses.certificates.service import Earned, earned_by, number, tell_numbered
from courses.certificates.snapshot import printing_problem
from courses.errors import Conflict, Invalid, NotFound
from courses.learning import ActivityRecord, Attendance, Enrolment
from courses.people import Actor, Permission, Person
from courses.settings import Settings

BEING_COMPLETED = "being_completed"
MOST_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One learner before the certificates are issued. `reasons` are codes; none means: will get one."""

    enrolment_id: int
    person_id: int
    full_name: str
    completed_at: datetime | None
    certificate: tuple[int, str] | None
    reasons: tuple[str, ...]
    refusal: Invalid | None

    @property
    def gets_one(self) -> bool:
        return self.certificate is None and not self.reasons and self.refusal is None


@dataclass(frozen=True, slots=True)
class Batch:
    """Both lists by name, and the fingerprint of the first: what is confirmed is what was shown."""

    offering_id: int
    will_get: tuple[Candidate, ...]
    will_not: tuple[Candidate, ...]
    fingerprint: str


def preview_batch(session: Session, offering_id: int, *, by: Actor, now: datetime) -> Batch:
    """Who would get a certificate now; four queries however many learners there are."""
    offering = access_offering(session, offering_id, by=by)
    people.require(by, Permission.CERTIFICATE_ISSUE, offering_id=offering_id)
    return _batch(session, offering, now)


def start_batch(
    session: Session, offering_id: int, *, fingerprint: str, settings: Settings, by: Actor, now: datetime
) -> int:
    """Number the certificates of everybody on the list that was shown, in its order; how many there are.

    If the list is another by now nothing is issued.
    """
    offering = access_offering(session, offering_id, by=by)
    people.require(by, Permission.CERTIFICATE_ISSUE, offering_id=offering_id)
    _hold_all(session, offering_id)
    batch = _batch(session, offering, now)
    if batch.fingerprint != fingerprint:
        raise Conflict("list_changed", offering_id=offering_id)
    if not batch.will_get:
        return 0
    earned = _earned(session, offering, batch.will_get)
    certificates = number(session, earned, settings=settings, by=by, now=now)
    for certificate in certificates:
        certificate.original_of = certificate.enrolment_id
    tell_numbered(session, certificates, now=now)
    audit.record(
        session,
        "certificate.issue_batch",
        "offering",
        offering_id,
        by=by.id,
        now=now,
        count=len(certificates),
        first=certificates[0].number,
        last=certificates[-1].number,
    )
    return len(certificates)


def access_offering(session: Session, offering_id: int, *, by: Actor) -> Offering:
    """An offering whose learners one may see; to anybody else there is none."""
    if not by.may(Permission.OFFERING_SEE_LEARNERS, offering_id=offering_id):
        raise NotFound("offering")
    return catalogue.get_offering(session, offering_id)


def _hold_all(session: Session, offering_id: int) -> None:
    """Lock every enrolment of the offering, in the order of their ids, as `issue` locks one; and keep the
    names as they are looked at."""
    session.execute(
        select(Enrolment.id)
        .where(Enrolment.offering_id == offering_id)
        .order_by(Enrolment.id)
        .with_for_update(key_share=True)
    ).all()
    session.execute(
        select(Person.id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.offering_id == offering_id)
        .order_by(Person.id)
        .with_for_update(of=Person, read=True)
    ).all()


def _earned(session: Session, offering: Offering, chosen: Sequence[Candidate]) -> list[Earned]:
    rows = session.execute(
        select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id.in_([one.enrolment_id for one in chosen])),
        execution_options={"populate_existing": True},
    )
    found = {row.Enrolment.id: row for row in rows}
    pairs = ((found[one.enrolment_id].Enrolment, found[one.enrolment_id].Person) for one in chosen)
    return [earned_by(session, enrolment, person, offering) for enrolment, person in pairs]


def candidate(
    session: Session, offering_id: int, enrolment_id: int, *, by: Actor, now: datetime
) -> Candidate:
    """One learner of an offering: what stands between them and the certificate."""
    offering = access_offering(session, offering_id, by=by)
    people.require(by, Permission.CERTIFICATE_ISSUE, offering_id=offering_id)
    found = _candidates(session, offering, now, Enrolment.id == enrolment_id)
    if not found:
        raise NotFound("enrolment")
    return found[0]


def _batch(session: Session, offering: Offering, now: datetime) -> Batch:
    everybody = _candidates(session, offering, now)
    will_get = tuple(one for one in everybody if one.gets_one)[:MOST_AT_ONCE]
    will_not = tuple(one for one in everybody if not one.gets_one)
    return Batch(offering.id, will_get, will_not, _fingerprint(offering, will_get))


def _candidates(
    session: Session, offering: Offering, now: datetime, *which: ColumnElement[bool]
) -> list[Candidate]:
    outline = catalogue.version_outline(session, offering.course_version_id)
    rows = session.execute(
        select(Enrolment, Person, Attendance.confirmed_at, Certificate.id, Certificate.number)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(Attendance, Attendance.enrolment_id == Enrolment.id)
        .outerjoin(Certificate, Certificate.original_of == Enrolment.id)
        .where(Enrolment.offering_id == offering.id, Enrolment.withdrawn_at.is_(None), *which)
        .order_by(Person.search_key, Enrolment.id),
        execution_options={"populate_existing": True},
    ).all()
    records = _records(session, offering.id, *which)
    ended = offering.ends_at is None or offering.ends_at <= now
    return [_candidate(row, outline, records.get(row.Enrolment.id, {}), ended) for row in rows]


def _records(
    session: Session, offering_id: int, *which: ColumnElement[bool]
) -> dict[int, dict[int, Row[*tuple[Any, ...]]]]:
    """The records of those who are not done, by enrolment and activity: from them follows what is missing."""
    found: dict[int, dict[int, Row[*tuple[Any, ...]]]] = defaultdict(dict)
    query = (
        select(
            ActivityRecord.enrolment_id,
            ActivityRecord.activity_id,
            ActivityRecord.grade,
            ActivityRecord.completed_at,
        )
        .join(Enrolment, Enrolment.id == ActivityRecord.enrolment_id)
        .where(Enrolment.offering_id == offering_id, Enrolment.completed_at.is_(None), *which)
    )
    for row in session.execute(query):
        found[row.enrolment_id][row.activity_id] = row
    return found


def _candidate(
    row: Row[*tuple[Any, ...]], outline: Outline, records: dict[int, Any], ended: bool
) -> Candidate:
    enrolment, person = row.Enrolment, row.Person
    reasons: tuple[str, ...] = ()
    if enrolment.completed_at is None:
        reached = learning.progress(outline.activities, records)
        facts = CompletionFacts(
            required_total=reached.required,
            required_done=reached.done,
            quizzes_failed=len(reached.failed),
            attended=row.confirmed_at is not None,
            ended=ended,
            attendance_required=outline.needs_attendance,
        )
        reasons = tuple(outline.kind.missing(facts)) or (BEING_COMPLETED,)
    return Candidate(
        enrolment_id=enrolment.id,
        person_id=person.id,
        full_name=person.full_name,
        completed_at=enrolment.completed_at,
        certificate=(row[3], row[4]) if row[3] is not None else None,
        reasons=reasons,
        refusal=None if reasons else printing_problem(person.full_name, outline),
    )


def _fingerprint(offering: Offering, will_get: Sequence[Candidate]) -> str:
    """Changes when anybody joins or leaves the list, or is called otherwise."""
    lines = [f"{offering.id}:{offering.course_version_id}"]
    lines += [f"{one.enrolment_id}:{one.full_name}" for one in will_get]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
