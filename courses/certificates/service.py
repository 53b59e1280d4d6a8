"""Issuing, printing, revoking and replacing. Locks are taken in one order: enrolment, certificate, series."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses import audit, catalogue, outbox, people
from courses.catalogue import Offering, Outline
from courses.certificates.codes import new_code
from courses.certificates.events import CertificateIssued, CertificateNumbered, CertificateRevoked
from courses.certificates.frozen import COUNTS
from courses.certificates.models import Certificate, Series
from courses.certificates.rules import (
    LONGEST_REASON,
    SHORTEST_REASON,
    State,
    number_text,
    prefix_of,
    search_key,
    state_of,
    year_of,
)
from courses.certificates.snapshot import (
    Words,
    refuse_unprintable,
    refuse_unprintable_issuer,
    snapshot_of,
)
from courses.errors import Conflict, Invalid, NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission, Person
from courses.settings import Settings


@dataclass(frozen=True, slots=True)
class Earned:
    """One person's enrolment, held until the end of the transaction, with what a certificate says of it."""

    enrolment: Enrolment
    words: Words

    @property
    def outline(self) -> Outline:
        return self.words.outline


EARNED = (
    select(Enrolment, Person, Offering)
    .join(Person, Person.id == Enrolment.person_id)
    .join(Offering, Offering.id == Enrolment.offering_id)
)
ORIGINAL = select(Certificate).where(Certificate.original_of == bindparam("enrolment_id"))


def issue(
    session: Session, enrolment_id: int, *, settings: Settings, by: Actor, now: datetime, reason: str = ""
) -> Certificate:
    """The certificate of an enrolment: made once, then found again.

    The enrolment must be completed. A person with the permission may issue before that, with a reason that is
    audited.
    """
    earned = hold(session, enrolment_id)
    people.require(by, Permission.CERTIFICATE_ISSUE, offering_id=earned.enrolment.offering_id)
    issued = session.scalar(ORIGINAL, {"enrolment_id": enrolment_id})
    if issued is not None:
        if by.id != people.SYSTEM_ID:
            _refuse_ended(issued)
        return issued
    if earned.enrolment.withdrawn_at is not None:
        raise Conflict("withdrawn")
    early = earned.enrolment.completed_at is None
    if early and not reason:
        raise Conflict("not_completed", enrolment_id=enrolment_id)
    reason = _stated(reason) if early or reason else ""
    refuse_unprintable(earned.words.full_name, earned.outline)
    [certificate] = number(session, [earned], settings=settings, by=by, now=now)
    certificate.original_of = enrolment_id
    tell_numbered(session, [certificate], now=now)
    if by.id != people.SYSTEM_ID:
        audit.record(
            session,
            "certificate.issue",
            "certificate",
            certificate.id,
            by=by.id,
            now=now,
            number=certificate.number,
            early=early,
            reason=reason,
        )
    return certificate


def attach_pdf(session: Session, certificate_id: int, file_key: str, *, now: datetime) -> None:
    """The paper is stored under `file_key`. Said twice it is told once; another paper is refused."""
    certificate = _held_certificate(session, certificate_id)
    if certificate.file_key is not None:
        if certificate.file_key != file_key:
            raise Conflict("another_paper", certificate_id=certificate_id)
        return
    certificate.file_key = file_key
    certificate.printed_at = now
    if state_of(certificate) is State.VALID:
        outbox.publish(session, CertificateIssued(certificate_id), now=now)


def revoke(session: Session, certificate_id: int, *, reason: str, by: Actor, now: datetime) -> Certificate:
    """End a certificate's validity for a reason that everybody who checks it will read."""
    certificate = access_certificate(session, certificate_id, by=by, permission=Permission.CERTIFICATE_REVOKE)
    reason = _stated(reason)
    _refuse_ended(certificate)
    certificate.revoked_at = now
    certificate.revoked_by_id = by.id
    certificate.revocation_reason = reason
    session.flush()
    audit.record(
        session,
        "certificate.revoke",
        "certificate",
        certificate.id,
        by=by.id,
        now=now,
        number=certificate.number,
        reason=reason,
    )
    outbox.publish(session, CertificateRevoked(certificate.id), now=now)
    return certificate


def replace(
    session: Session, certificate_id: int, *, reason: str, settings: Settings, by: Actor, now: datetime
) -> Certificate:
    """A new certificate with a number and code of its own and the person's present name; the old page points
    to it.

    It corrects what is printed on a certificate that was rightly issued. So it asks what `issue` asks of the
    printed words, but not whether the learner has completed the course, left it since, or may still sign in:
    that was decided when the first one was issued. A revoked certificate was not rightly issued, and one that
    was replaced is corrected by replacing the newest.
    """
    old = access_certificate(session, certificate_id, by=by, permission=Permission.CERTIFICATE_REVOKE)
    people.require(by, Permission.CERTIFICATE_ISSUE, offering_id=old.offering_id)
    reason = _stated(reason)
    _refuse_ended(old)
    earned = hold(session, old.enrolment_id)
    refuse_unprintable(earned.words.full_name, earned.outline)
    old.replaced_at = now
    old.revoked_by_id = by.id
    old.revocation_reason = reason
    [new] = number(session, [earned], settings=settings, by=by, now=now)
    new.replaces_id = old.id
    tell_numbered(session, [new], now=now)
    for certificate, deed in ((old, "certificate.replace"), (new, "certificate.issue")):
        audit.record(
            session,
            deed,
            "certificate",
            certificate.id,
            by=by.id,
            now=now,
            number=certificate.number,
            reason=reason,
        )
    outbox.publish(session, CertificateRevoked(old.id), now=now)
    return new


def access_certificate(
    session: Session, certificate_id: int, *, by: Actor, permission: Permission
) -> Certificate:
    """A certificate locked for a deed; to those who may not see the register there is none."""
    found = session.execute(
        select(Certificate.enrolment_id, Certificate.offering_id).where(Certificate.id == certificate_id)
    ).first()
    if found is None or not by.may(Permission.REGISTER_SEE, offering_id=found.offering_id):
        raise NotFound("certificate")
    people.require(by, permission, offering_id=found.offering_id)
    hold(session, found.enrolment_id)
    return _held_certificate(session, certificate_id)


def hold(session: Session, enrolment_id: int) -> Earned:
    """Lock an enrolment, so that what follows is done by one at a time."""
    row = session.execute(
        EARNED.where(Enrolment.id == enrolment_id).with_for_update(of=Enrolment, key_share=True),
        execution_options={"populate_existing": True},
    ).first()
    if row is None:
        raise NotFound("enrolment")
    return earned_by(session, *row)


def earned_by(session: Session, enrolment: Enrolment, person: Person, offering: Offering) -> Earned:
    """What a certificate of this enrolment would say."""
    outline = catalogue.version_outline(session, offering.course_version_id)
    words = Words(
        full_name=person.full_name,
        short_name=person.short_name,
        outline=outline,
        starts_at=offering.starts_at,
        ends_at=offering.ends_at,
        zone=offering.time_zone,
    )
    return Earned(enrolment, words)


def number(
    session: Session, earned: Sequence[Earned], *, settings: Settings, by: Actor, now: datetime
) -> list[Certificate]:
    """Certificates with consecutive numbers, in the order of `earned`, all of one kind of course."""
    refuse_unprintable_issuer(settings)
    kind = catalogue.CourseKind(earned[0].outline.kind_name)
    year, prefix = year_of(now, settings.time_zone), prefix_of(kind, settings.certificate_prefix)
    series_id, last = take_numbers(session, prefix, year, count=len(earned))
    made = []
    for place, one in enumerate(earned, last - len(earned) + 1):
        code, text = new_code(), number_text(year, prefix, place)
        snapshot = snapshot_of(one.words, number=text, code=code, settings=settings, now=now)
        made.append(
            Certificate(
                code=code,
                series_id=series_id,
                series_number=place,
                number=text,
                enrolment_id=one.enrolment.id,
                person_id=one.enrolment.person_id,
                offering_id=one.enrolment.offering_id,
                snapshot=snapshot,
                search_key=search_key(text, one.words.full_name, one.outline.title),
                issued_at=now,
                issued_by_id=by.id,
            )
        )
    return made


def tell_numbered(session: Session, certificates: Sequence[Certificate], *, now: datetime) -> None:
    """Store the certificates and owe each its paper."""
    session.add_all(certificates)
    session.flush()
    for certificate in certificates:
        outbox.publish(session, CertificateNumbered(certificate.id), now=now)


def take_numbers(session: Session, prefix: str, year: int, *, count: int) -> tuple[int, int]:
    """The series and the last of `count` numbers taken from it.

    The row stays locked until the numbers are stored with it, or given back with it: so there is never a gap.
    """
    of_series = (Series.prefix == prefix, Series.year == year)
    take = (
        update(Series)
        .where(*of_series)
        .values(last_number=Series.last_number + count)
        .returning(Series.id, Series.last_number)
        .execution_options(synchronize_session=False, **{COUNTS: True})
    )
    taken = session.execute(take).first()
    if taken is None:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        first = insert(Series).values(prefix=prefix, year=year, last_number=0)
        session.execute(first.on_conflict_do_nothing(index_elements=["prefix", "year"]))
        taken = session.execute(take).one()
    return taken.id, taken.last_number


def _held_certificate(session: Session, certificate_id: int) -> Certificate:
    certificate = session.scalar(
        select(Certificate).where(Certificate.id == certificate_id).with_for_update(key_share=True),
        execution_options={"populate_existing": True},
    )
    if certificate is None:
        raise NotFound("certificate")
    return certificate


def _refuse_ended(certificate: Certificate) -> None:
    if certificate.replaced_at is not None:
        raise Conflict("already_replaced", certificate_id=certificate.id)
    if certificate.revoked_at is not None:
        raise Conflict("already_revoked", certificate_id=certificate.id)


def _stated(reason: str) -> str:
    """A reason that says something; it is read by strangers, so it names nobody."""
    text = "".join(letter for letter in " ".join(reason.split()) if letter.isprintable())
    if len(text) < SHORTEST_REASON or sum(map(str.isalpha, text)) < SHORTEST_REASON // 2:
        raise Invalid("reason_wrong", reason="too_short")
    if len(text) > LONGEST_REASON:
        raise Invalid("reason_wrong", reason="too_long")
    return text
