"""From a letter's row to the message that is sent: the person's language, plain text and the same as HTML.

Composed twice, a letter is the same message with the same Message-ID, so a mailbox recognises a second copy.
"""

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy.orm import Session

from courses import people
from courses.errors import NotFound
from courses.links import verification_url
from courses.notifications import addresses
from courses.notifications.folder import paragraphs_of
from courses.notifications.models import Letter
from courses.people import Person
from courses.settings import Settings
from courses.texts import LANGUAGES, texts

FOLDER = Path(__file__).resolve().parent.parent.parent / "templates" / "email"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def compose(session: Session, letter_id: int, settings: Settings) -> EmailMessage:
    """The message of this letter; it holds secrets (links) and is never stored by us."""
    letter = session.get(Letter, letter_id)
    if letter is None:
        raise NotFound("letter")
    person = people.get(session, letter.person_id)
    subject, body = _texts(letter, person, _values(session, letter, person, settings))
    message = EmailMessage()
    message["Message-ID"] = message_id(letter, settings)
    message["Date"] = format_datetime(letter.created_at)
    message["From"] = _sender(settings)
    message["To"] = _recipient(person)
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="quoted-printable")
    message.add_alternative(_html(subject, body, _language(person)), subtype="html", cte="quoted-printable")
    message["Content-Language"] = _language(person)
    message.set_boundary(f"kafedra-{hashlib.sha256(message_id(letter, settings).encode()).hexdigest()[:32]}")
    return message


def message_id(letter: Letter, settings: Settings) -> str:
    """The same for ever for the same letter of the same installation."""
    _name, sender = parseaddr(settings.mail_from)
    domain = sender.rpartition("@")[2] or "kafedra.invalid"
    salt = hashlib.sha256(f"{letter.id}|{letter.occasion}|{letter.created_at.isoformat()}".encode())
    return f"<letter-{letter.id}.{salt.hexdigest()[:16]}@{domain}>"


def one_line(text: str) -> str:
    """Text fit for a header: whatever would start a new line becomes a space."""
    return " ".join(CONTROL.sub(" ", text).split())


def _values(session: Session, letter: Letter, person: Person, settings: Settings) -> dict[str, Any]:
    site = settings.public_url
    stored = letter.context
    values = {
        "name": " ".join(part for part in (person.given_name, person.patronymic) if part),
        "contact": settings.contact_email,
        "forgotten_link": addresses.forgotten(site),
        "at": texts(_language(person)).date_time(letter.created_at, person.time_zone),
        **stored,
    }
    if "token_id" in stored:
        link = people.link_text(session, stored["token_id"], secret_key=settings.secret_key)
        page = addresses.reset if letter.template == "reset" else addresses.confirm
        values["link"] = page(site, link)
    if "enrolment_id" in stored:
        values["link"] = addresses.course(site, stored["enrolment_id"])
    if "attempt_id" in stored:
        values["link"] = addresses.result(site, stored["attempt_id"])
    if "code" in stored:
        values["verify_link"] = verification_url(site, stored["code"])
    values.setdefault("link", _way(letter.template)(site))
    return values


def _way(template: str) -> Any:
    ways = {"known": addresses.sign_in, "certificate": addresses.certificates}
    return ways.get(template, addresses.home)


def _texts(letter: Letter, person: Person, values: dict[str, Any]) -> tuple[str, str]:
    template = _environment().get_template(f"{letter.template}.{_language(person)}.txt")
    head, _, body = template.render(values).partition("\n\n")
    body = re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"
    return one_line(head.removeprefix("Subject:")), body


def _html(subject: str, body: str, language: str) -> str:
    return (
        _environment()
        .get_template("letter.htm")
        .render(subject=subject, language=language, paragraphs=paragraphs_of(body))
    )


def _language(person: Person) -> str:
    return person.language if person.language in LANGUAGES else LANGUAGES[0]


def _recipient(person: Person) -> Address:
    return Address(display_name=one_line(person.full_name), addr_spec=person.email)


def _sender(settings: Settings) -> Address:
    name, address = parseaddr(settings.mail_from)
    return Address(display_name=one_line(name), addr_spec=address)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["htm"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
