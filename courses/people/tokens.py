"""Single-use links sent by mail. A link's secret half is made again from the row, so no letter stores it."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from courses.errors import Conflict, NotFound
from courses.people.models import MailToken, Person

MAC_BYTES = 18
DEBT = re.compile(r"(?P<person>[0-9]{1,9})\.(?P<at>[0-9]{1,12})\.(?P<seal>[A-Za-z0-9_-]+)", re.ASCII)
DEBT_LIFETIME = timedelta(minutes=30)
PAUSE = timedelta(minutes=1)
MOST_A_DAY = 8


class Purpose(StrEnum):
    """What a link lets its holder do."""

    CONFIRM = "confirm"
    RESET = "reset"


LIFETIME = {Purpose.CONFIRM: timedelta(days=3), Purpose.RESET: timedelta(minutes=60)}


@dataclass(frozen=True, slots=True)
class LinkOwner:
    """Whose link it is, for the page the link opens."""

    person_id: int
    email: str
    full_name: str


def issue(session: Session, person_id: int, purpose: Purpose, *, now: datetime) -> MailToken | None:
    """A new link; the earlier ones die. None when letters of this kind were asked for too often."""
    of_this_kind = (MailToken.person_id == person_id, MailToken.purpose == purpose.value)
    count, last = session.execute(
        select(func.count(), func.max(MailToken.created_at)).where(
            *of_this_kind, MailToken.created_at > now - timedelta(days=1)
        )
    ).one()
    if count >= MOST_A_DAY or (last is not None and now - last < PAUSE):
        return None
    kill(session, person_id, purpose, now=now)
    token = MailToken(
        purpose=purpose.value,
        person_id=person_id,
        nonce=secrets.token_hex(16),
        created_at=now,
        expires_at=now + LIFETIME[purpose],
    )
    session.add(token)
    session.flush()
    return token


def kill(session: Session, person_id: int, purpose: Purpose, *, now: datetime) -> None:
    """The person's open links of this kind open nothing any more."""
    session.execute(
        update(MailToken)
        .where(
            MailToken.person_id == person_id, MailToken.purpose == purpose.value, MailToken.used_at.is_(None)
        )
        .values(used_at=now)
    )


def live_token(session: Session, person_id: int, purpose: Purpose, *, now: datetime) -> int | None:
    """The id of the person's link that still opens, for the letter that carries it."""
    return session.scalar(
        select(MailToken.id)
        .where(
            MailToken.person_id == person_id,
            MailToken.purpose == purpose.value,
            MailToken.used_at.is_(None),
            MailToken.expires_at > now,
        )
        .order_by(MailToken.id.desc())
        .limit(1)
    )


def link_text(session: Session, token_id: int, *, secret_key: str) -> str:
    """The link's last part: the row's id and its seal."""
    token = session.get(MailToken, token_id)
    if token is None:
        raise NotFound("link")
    return f"{token.id}.{_seal(token, secret_key)}"


def link_owner(
    session: Session, purpose: Purpose, text: str, *, secret_key: str, now: datetime, claim: str = ""
) -> LinkOwner:
    """Whose link this is, without using it up; with a claim, also a link this browser has used already."""
    token = sealed_token(session, purpose, text, secret_key=secret_key)
    person = session.get_one(Person, token.person_id)
    check_open(token, person, claim=claim, secret_key=secret_key, now=now)
    return LinkOwner(person.id, person.email, person.full_name)


def opened(
    session: Session, purpose: Purpose, text: str, *, secret_key: str, now: datetime, claim: str = ""
) -> Person:
    """The owner of a link that opens. NotFound when it is forged, Conflict when it was used or is too old.

    The person is locked first and the link after, as everywhere: two deeds in another order would wait for
    each other for ever. So the link is looked at twice, and what was true before the lock counts for nothing.
    """
    seen = sealed_token(session, purpose, text, secret_key=secret_key)
    person = session.get_one(Person, seen.person_id, with_for_update=True, populate_existing=True)
    token = session.get(MailToken, seen.id, with_for_update=True, populate_existing=True)
    if token is None:
        raise NotFound("link")
    check_open(token, person, claim=claim, secret_key=secret_key, now=now)
    return person


def sealed_token(session: Session, purpose: Purpose, text: str, *, secret_key: str) -> MailToken:
    """The row behind a link, open or not. NotFound when the link is forged."""
    number, _, seal = text.partition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise NotFound("link")
    token = session.scalar(
        select(MailToken).where(MailToken.id == int(number), MailToken.purpose == purpose.value)
    )
    if token is None or not hmac.compare_digest(
        _seal(token, secret_key).encode(), seal.encode("utf-8", "replace")
    ):
        raise NotFound("link")
    return token


def check_open(token: MailToken, person: Person, *, claim: str, secret_key: str, now: datetime) -> None:
    """Conflict when the link was used or is too old.

    The browser that registered may press the button again: its first press counted, and only the answer was
    lost on the way.
    """
    repeated = person.email_confirmed_at is not None and is_claim_of(person, claim, secret_key)
    if token.used_at is not None and not repeated:
        raise Conflict("link_used")
    if token.expires_at <= now:
        raise Conflict("link_expired")


def keyed(secret_key: str, *parts: object) -> bytes:
    """A message authentication code over labelled parts; the first part names what it is for."""
    message = "|".join(str(part) for part in parts)
    return hmac.new(secret_key.encode(), message.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def claim_of(person: Person, secret_key: str) -> str:
    """What the registering browser keeps to show it was this one; it dies with the password."""
    return _text(keyed(secret_key, "registration claim", person.id, person.password_hash))


def is_claim_of(person: Person, claim: str, secret_key: str) -> bool:
    """Whether the browser with this claim is the one that registered this person."""
    return hmac.compare_digest(claim.encode("utf-8", "replace"), claim_of(person, secret_key).encode())


def debt_of(person: Person, secret_key: str, *, now: datetime) -> str:
    """What the browser keeps that gave the right password of a person who has yet to agree."""
    return f"{person.id}.{int(now.timestamp())}.{_debt_seal(person, int(now.timestamp()), secret_key)}"


def person_of_debt(debt: str) -> int | None:
    """Whom a debt names; `pays_debt` says whether it is true."""
    found = DEBT.fullmatch(debt)
    return int(found["person"]) if found else None


def pays_debt(person: Person, debt: str, *, secret_key: str, now: datetime) -> bool:
    """Whether the password was given in this browser, not long ago; it dies with the password."""
    found = DEBT.fullmatch(debt)
    if not found or not 0 <= now.timestamp() - int(found["at"]) <= DEBT_LIFETIME.total_seconds():
        return False
    return hmac.compare_digest(found["seal"], _debt_seal(person, int(found["at"]), secret_key))


def empty_claim() -> str:
    """A claim to nothing, which looks like any other."""
    return _text(secrets.token_bytes(MAC_BYTES))


def _debt_seal(person: Person, at: int, secret_key: str) -> str:
    return _text(keyed(secret_key, "consent owed", person.id, person.password_hash, at))


def _text(mac: bytes) -> str:
    return base64.urlsafe_b64encode(mac[:MAC_BYTES]).decode()


def _seal(token: MailToken, secret_key: str) -> str:
    return _text(keyed(secret_key, "mail token", token.purpose, token.id, token.nonce))
