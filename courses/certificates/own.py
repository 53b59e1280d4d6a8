"""A person's own certificates, those included that are about to be made, and the papers for download."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session, aliased

from courses import catalogue
from courses.catalogue import Offering, Outline
from courses.certificates.models import Certificate
from courses.certificates.rules import State, state_of
from courses.certificates.snapshot import certificate_texts, printing_problem
from courses.errors import Invalid, NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission, Person


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """One of a person's certificates. One that has no number yet has no id either.

    `refusal` says why it cannot be made.
    """

    id: int | None
    number: str
    code: str
    kind: str
    document_title: str
    course_title: str
    hours: int
    issued_at: datetime
    state: State
    reason: str = ""
    replacement_code: str = ""
    refusal: Invalid | None = None

    @property
    def awaited(self) -> bool:
        """Whether it will be there soon."""
        return self.state is State.PRINTING and self.refusal is None


@dataclass(frozen=True, slots=True)
class Paper:
    """What is needed to hand a file over."""

    number: str
    file_key: str
    snapshot: dict[str, Any]


_new = aliased(Certificate)
MINE = (
    select(Certificate, _new.code.label("replacement_code"))
    .outerjoin(_new, _new.replaces_id == Certificate.id)
    .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
)
UNISSUED = (
    select(Enrolment.id, Enrolment.completed_at, Offering.course_version_id, Person)
    .join(Offering, Offering.id == Enrolment.offering_id)
    .join(Person, Person.id == Enrolment.person_id)
    .outerjoin(Certificate, Certificate.original_of == Enrolment.id)
    .where(Enrolment.completed_at.is_not(None), Enrolment.withdrawn_at.is_(None), Certificate.id.is_(None))
    .order_by(Enrolment.completed_at.desc())
)


def my_certificates(session: Session, *, by: Actor) -> list[OwnCertificate]:
    """All that the person who asks has earned: first what is being made, then the newest; two queries."""
    earned = [
        _unissued(row, catalogue.version_outline(session, row.course_version_id))
        for row in session.execute(UNISSUED.where(Enrolment.person_id == by.id))
    ]
    issued = session.execute(MINE.where(Certificate.person_id == by.id))
    return earned + [_issued(row.Certificate, row.replacement_code or "") for row in issued]


def unissued(session: Session, *, before: datetime, limit: int = 500) -> list[int]:
    """Enrolments completed before this moment that have no certificate: owed, or refused for a reason that
    may be gone by now."""
    query = UNISSUED.where(Enrolment.completed_at < before).limit(limit)
    return [row.id for row in session.execute(query)]


def my_paper(session: Session, certificate_id: int, *, by: Actor) -> Paper:
    """The person's own certificate for download; NotFound when it is another's or not printed yet."""
    return _paper(session, Certificate.id == certificate_id, Certificate.person_id == by.id)


def any_paper(session: Session, certificate_id: int, *, by: Actor) -> Paper:
    """The same for staff who may see the register."""
    found = session.scalar(select(Certificate.offering_id).where(Certificate.id == certificate_id))
    if found is None or not by.may(Permission.REGISTER_SEE, offering_id=found):
        raise NotFound("certificate")
    return _paper(session, Certificate.id == certificate_id)


def _paper(session: Session, *which: ColumnElement[bool]) -> Paper:
    row = session.execute(
        select(Certificate.number, Certificate.file_key, Certificate.snapshot).where(*which)
    ).first()
    if row is None or row.file_key is None:
        raise NotFound("certificate")
    return Paper(row.number, row.file_key, row.snapshot)


def _issued(one: Certificate, replacement_code: str) -> OwnCertificate:
    return OwnCertificate(
        id=one.id,
        number=one.number,
        code=one.code,
        kind=one.snapshot["kind"],
        document_title=one.snapshot["document_title"],
        course_title=one.snapshot["course_title"],
        hours=one.snapshot["hours"],
        issued_at=one.issued_at,
        state=state_of(one),
        reason=one.revocation_reason,
        replacement_code=replacement_code,
    )


def _unissued(row: Row[*tuple[Any, ...]], outline: Outline) -> OwnCertificate:
    return OwnCertificate(
        id=None,
        number="",
        code="",
        kind=outline.kind_name,
        document_title=certificate_texts(outline)[0],
        course_title=outline.title,
        hours=outline.hours,
        issued_at=row.completed_at,
        state=State.PRINTING,
        refusal=printing_problem(row.Person.full_name, outline),
    )
