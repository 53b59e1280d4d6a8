"""What tests of accounts do again and again."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import people
from courses.outbox import OutboxMessage
from courses.people import Purpose, Registration
from courses.people.consents import document
from courses.people.models import MailToken
from courses.settings import Settings

NOW = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)
KEY = "a secret key for tests"
PASSWORD = "сирень у крыльца"
SETTINGS = Settings.from_env({"KAFEDRA_SECRET_KEY": KEY})
WISH = Registration(
    email="maria@school.example",
    password=PASSWORD,
    family_name="Иванова",
    given_name="Мария",
    patronymic="Петровна",
)
CHECKED: dict[Registration, Any] = {}


def consent():
    """The text in force."""
    return document(people.PERSONAL_DATA, "ru", SETTINGS)


def register(session: Session, wish: Registration = WISH, now: datetime = NOW) -> str:
    """Register; the claim."""
    if wish not in CHECKED:
        CHECKED[wish] = people.check_registration(wish)
    return people.register(session, CHECKED[wish], consent=consent(), secret_key=KEY, now=now)


def link(session: Session, purpose: Purpose) -> str:
    """The newest link of this kind."""
    token_id = session.scalar(
        select(MailToken.id).where(MailToken.purpose == purpose.value).order_by(MailToken.id.desc()).limit(1)
    )
    return people.link_text(session, token_id, secret_key=KEY)


def confirm(session: Session, claim: str = "", proof: Any = None, now: datetime = NOW) -> people.Outcome:
    """Press the button behind the newest link."""
    return people.confirm_address(
        session,
        link(session, Purpose.CONFIRM),
        claim=claim,
        proof=proof,
        device="Firefox, Linux",
        secret_key=KEY,
        now=now,
    )


def tried(session: Session, password: str = PASSWORD, email: str = WISH.email, now: datetime = NOW):
    """Look up and compare."""
    return people.try_password(people.candidate(session, email, secret_key=KEY, now=now), password)


def sign_in(
    session: Session, password: str = PASSWORD, email: str = WISH.email, now: datetime = NOW
) -> people.Outcome:
    """One try."""
    proof = tried(session, password, email, now)
    return people.sign_in(session, proof, device="Firefox, Linux", secret_key=KEY, now=now)


def facts(session: Session) -> list[str]:
    """The names of the facts told so far."""
    session.flush()
    return list(session.scalars(select(OutboxMessage.name).order_by(OutboxMessage.id)))
