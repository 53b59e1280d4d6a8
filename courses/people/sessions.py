"""Signed-in browsers: a random secret in the cookie, its SHA-256 in the row, and the row may be ended."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import ask
from courses.errors import NotFound
from courses.people.models import Person, RoleGrant, SignInSession
from courses.people.names import in_full, in_short
from courses.people.rules import Actor, Grant

LONGEST = timedelta(days=30)
LONGEST_IDLE = timedelta(days=14)
REFRESH_AFTER = timedelta(minutes=5)
SECRET_BYTES = 32
MAX_DEVICE = 120


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a cookie, with what every page needs."""

    session_id: int
    actor: Actor
    family_name: str
    given_name: str
    patronymic: str
    language: str
    time_zone: str
    seen_at: datetime

    @property
    def full_name(self) -> str:
        """«Иванова Мария Петровна»."""
        return in_full(self.family_name, self.given_name, self.patronymic)

    @property
    def short_name(self) -> str:
        """«Иванова М. П.» with no-break spaces."""
        return in_short(self.family_name, self.given_name, self.patronymic)

    def is_due(self, now: datetime) -> bool:
        """Whether the row should learn that the browser was here; at most once in five minutes."""
        return now - self.seen_at >= REFRESH_AFTER


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser of a person, for the page that lists them."""

    id: int
    device: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


ON_EVERY_PAGE = (
    select(
        SignInSession.id,
        SignInSession.last_seen_at,
        Person.id,
        Person.family_name,
        Person.given_name,
        Person.patronymic,
        Person.language,
        Person.time_zone,
        RoleGrant.role,
        RoleGrant.offering_id,
    )
    .join(Person, Person.id == SignInSession.person_id)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .where(
        SignInSession.secret_hash == bindparam("hash"),
        SignInSession.created_at > bindparam("created"),
        SignInSession.last_seen_at > bindparam("seen"),
        SignInSession.ended_at.is_(None),
        Person.disabled_at.is_(None),
    )
)


def signed_in(session: Session, secret: str, *, now: datetime) -> SignedIn | None:
    """The person whose open session this secret belongs to; one query, because every page asks it."""
    asked = {"hash": fingerprint(secret), "created": now - LONGEST, "seen": now - LONGEST_IDLE}
    rows = ask(session, ON_EVERY_PAGE, asked).all()
    if not rows:
        return None
    session_id, seen_at, person_id, family, given, patronymic, language, zone, _role, _offering = rows[0]
    grants = tuple(Grant(row[8], row[9]) for row in rows if row[8] is not None)
    return SignedIn(session_id, Actor(person_id, grants), family, given, patronymic, language, zone, seen_at)


def open_session(session: Session, person_id: int, *, device: str, now: datetime) -> str:
    """Open a session and give back its secret, which is stored nowhere else."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(
        SignInSession(
            secret_hash=fingerprint(secret),
            person_id=person_id,
            device=device[:MAX_DEVICE],
            created_at=now,
            last_seen_at=now,
        )
    )
    session.flush()
    return secret


def keep_session(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that the browser was here."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=now))


def open_sessions(session: Session, person_id: int, *, current: int, now: datetime) -> list[OpenSession]:
    """The person's browsers that are still signed in, the present one first, then the last used."""
    rows = session.execute(
        select(SignInSession.id, SignInSession.device, SignInSession.created_at, SignInSession.last_seen_at)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.created_at > now - LONGEST,
            SignInSession.last_seen_at > now - LONGEST_IDLE,
        )
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
        .limit(100)
    )
    found = [OpenSession(*row, current=row[0] == current) for row in rows]
    return sorted(found, key=lambda one: not one.current)


def end_session(session: Session, session_id: int, *, by: Actor, now: datetime) -> None:
    """Sign one of one's own browsers out; another person's session does not exist."""
    owned = session.execute(
        select(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.person_id == by.id)
        .with_for_update()
    ).scalar_one_or_none()
    if owned is None:
        raise NotFound("session")
    if owned.ended_at is None:
        owned.ended_at = now


def end_sessions(session: Session, person_id: int, *, now: datetime, but: int | None = None) -> None:
    """Sign the person out everywhere, except in the session `but`."""
    session.execute(
        update(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.id != (but or 0),
        )
        .values(ended_at=now)
    )


def fingerprint(secret: str) -> str:
    """What is stored in place of a session's secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
