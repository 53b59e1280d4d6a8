"""Who is told what, when a fact is stored. Each returns the letter's id, also when asked a second time."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from courses import certificates, learning, people, quizzes
from courses.catalogue import Activity, CourseVersion, Offering
from courses.notifications.service import letter_for, write_letter
from courses.people import Purpose
from courses.texts import texts


def tell_registered(session: Session, person_id: int, *, now: datetime) -> int | None:
    """The letter that confirms the address; None when no link is open any more."""
    token_id = people.live_token(session, person_id, Purpose.CONFIRM, now=now)
    if token_id is None:
        return None
    return _owe(session, person_id, "confirm", f"confirm:{token_id}", {"token_id": token_id}, now=now)


def tell_known_address(session: Session, person_id: int, *, now: datetime) -> int | None:
    """«You are already registered»; at most once a day, and not to those whose account is switched off."""
    if people.get(session, person_id).disabled_at is not None:
        return None
    return _owe(session, person_id, "known", f"known:{now:%Y-%m-%d}", {}, now=now)


def tell_reset_asked(session: Session, person_id: int, *, now: datetime) -> int | None:
    """The letter with the link to a new password; None when no link is open any more."""
    token_id = people.live_token(session, person_id, Purpose.RESET, now=now)
    if token_id is None:
        return None
    return _owe(session, person_id, "reset", f"reset:{token_id}", {"token_id": token_id}, now=now)


def tell_password_changed(session: Session, person_id: int, *, now: datetime) -> int | None:
    """A notice to the owner, once for every new password."""
    password_hash = people.get(session, person_id).password_hash or ""
    occasion = f"password:{hashlib.sha256(password_hash.encode()).hexdigest()[:16]}"
    return _owe(session, person_id, "password_changed", occasion, {}, now=now)


def tell_enrolled(session: Session, enrolment_id: int, *, now: datetime) -> int | None:
    """The welcome letter of one enrolment; a letter per return after withdrawing."""
    row = session.execute(
        select(
            learning.Enrolment.person_id,
            learning.Enrolment.opened_at,
            Offering.starts_at,
            Offering.time_zone,
            CourseVersion.title,
            CourseVersion.hours,
        )
        .join(Offering, Offering.id == learning.Enrolment.offering_id)
        .join(CourseVersion, CourseVersion.id == Offering.course_version_id)
        .where(learning.Enrolment.id == enrolment_id, learning.Enrolment.withdrawn_at.is_(None))
    ).first()
    if row is None:
        return None
    person_id, opened_at, starts_at, zone, title, hours = row
    words = texts(people.get(session, person_id).language)
    context = {
        "enrolment_id": enrolment_id,
        "title": title,
        "hours": words.hours(hours),
        "starts_at": words.date_time(starts_at, zone) if starts_at else "",
    }
    occasion = f"enrolled:{enrolment_id}:{opened_at:%Y-%m-%dT%H:%M:%S}"
    return _owe(session, person_id, "enrolled", occasion, context, now=now)


def tell_marked(session: Session, attempt_id: int, *, now: datetime) -> int | None:
    """«Your answers have been marked»; once more when the mark is another one, and to nobody who left."""
    attempt = quizzes.Attempt
    row = session.execute(
        select(learning.Enrolment.person_id, attempt.mark, attempt.number, Activity.title)
        .join(learning.Enrolment, learning.Enrolment.id == attempt.enrolment_id)
        .join(quizzes.Quiz, quizzes.Quiz.id == attempt.quiz_id)
        .join(Activity, Activity.id == quizzes.Quiz.activity_id)
        .where(attempt.id == attempt_id, attempt.mark.is_not(None), learning.Enrolment.withdrawn_at.is_(None))
    ).first()
    if row is None:
        return None
    context = {"attempt_id": attempt_id, "title": row.title, "number": row.number}
    occasion = f"marked:{attempt_id}:{row.mark:.7g}"
    return _owe(session, row.person_id, "marked", occasion, context, now=now)


def tell_regraded(session: Session, attempt_id: int, regrade_id: int, *, now: datetime) -> int | None:
    """«Your grade has changed», with the reason; once for each correction, and to nobody who left."""
    attempt, regrade = quizzes.Attempt, quizzes.Regrade
    row = session.execute(
        select(learning.Enrolment.person_id, attempt.number, Activity.title, regrade.reason)
        .join(learning.Enrolment, learning.Enrolment.id == attempt.enrolment_id)
        .join(quizzes.Quiz, quizzes.Quiz.id == attempt.quiz_id)
        .join(Activity, Activity.id == quizzes.Quiz.activity_id)
        .join(regrade, regrade.id == regrade_id)
        .where(
            attempt.id == attempt_id, regrade.undone_at.is_(None), learning.Enrolment.withdrawn_at.is_(None)
        )
    ).first()
    if row is None:
        return None
    context = {"attempt_id": attempt_id, "title": row.title, "number": row.number, "reason": row.reason}
    occasion = f"regraded:{attempt_id}:{regrade_id}"
    return _owe(session, row.person_id, "regraded", occasion, context, now=now)


def tell_certificate_issued(session: Session, certificate_id: int, *, now: datetime) -> int | None:
    """«Your certificate is ready», unless it was revoked or replaced before anybody could be told."""
    if not certificates.is_valid(session, certificate_id):
        return None
    found = _certificate(session, certificate_id)
    if found is None:
        return None
    person_id, context = found
    return _owe(session, person_id, "certificate", f"certificate:{certificate_id}", context, now=now)


def tell_certificate_revoked(session: Session, certificate_id: int, *, now: datetime) -> int | None:
    """«Your certificate is no longer valid», with the reason, and the new one's number if it was replaced."""
    found = _certificate(session, certificate_id)
    if found is None:
        return None
    person_id, context = found
    issued = certificates.Certificate
    replacement = session.scalar(select(issued.number).where(issued.replaces_id == certificate_id))
    context["replacement"] = replacement or ""
    occasion = f"certificate-revoked:{certificate_id}"
    return _owe(session, person_id, "certificate_revoked", occasion, context, now=now)


def _certificate(session: Session, certificate_id: int) -> tuple[int, dict[str, Any]] | None:
    issued, earlier = certificates.Certificate, aliased(certificates.Certificate)
    row = session.execute(
        select(
            issued.person_id,
            issued.number,
            issued.code,
            issued.revocation_reason.label("reason"),
            earlier.number.label("replaces"),
            CourseVersion.title,
        )
        .join(Offering, Offering.id == issued.offering_id)
        .join(CourseVersion, CourseVersion.id == Offering.course_version_id)
        .outerjoin(earlier, earlier.id == issued.replaces_id)
        .where(issued.id == certificate_id)
    ).first()
    if row is None:
        return None
    context = {key: value or "" for key, value in row._mapping.items() if key != "person_id"}
    return row.person_id, context


def _owe(
    session: Session, person_id: int, template: str, occasion: str, context: dict[str, Any], *, now: datetime
) -> int | None:
    letter = write_letter(session, person_id, template, occasion, context, now=now)
    letter = letter or letter_for(session, person_id, occasion)
    return letter.id if letter is not None else None
