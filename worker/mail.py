"""Letters on their way: to the mail server of `KAFEDRA_SMTP_URL`, or into a folder where there is none.

A letter is taken in one short transaction, sent in none, closed in another. Sent twice after a crash it is
the same message with the same Message-ID. The mail server's final no is stored; anything else is tried again.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from courses import notifications
from courses.clock import utcnow
from courses.db import Database
from courses.settings import Settings

TIMEOUT = 20
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

log = structlog.get_logger("kafedra.mail")


def send_letter(database: Database, letter_id: int | None, settings: Settings) -> None:
    """Send one letter unless it is sent, refused, or in another's hands; None is nothing to send."""
    if letter_id is None:
        return
    with database.unit_of_work() as session:
        if not notifications.take(session, letter_id, now=utcnow()):
            return
    try:
        with database.reading() as session:
            message = notifications.compose(session, letter_id, settings)
        refusal = deliver(message, letter_id, settings)
    except BaseException:
        with database.unit_of_work() as session:
            notifications.give_back(session, letter_id)
        raise
    with database.unit_of_work() as session:
        if refusal:
            notifications.mark_refused(session, letter_id, refusal)
        else:
            notifications.mark_sent(session, letter_id, now=utcnow())
    log.info("letter.closed", letter=letter_id, refusal=refusal or None)


def send_owed(database: Database, settings: Settings, now: datetime) -> int:
    """Send what a dead worker or an absent mail server left behind; how many were tried."""
    with database.reading() as session:
        waiting = notifications.owed(session, now=now)
    for tried, letter_id in enumerate(waiting, start=1):
        try:
            send_letter(database, letter_id, settings)
        except OSError as error:
            log.warning("letters.waiting", waiting=len(waiting), reason=type(error).__name__)
            return tried
    return len(waiting)


def deliver(message: EmailMessage, letter_id: int, settings: Settings) -> str:
    """Hand the message over; «» when taken, else the code of a final refusal. Passing troubles raise."""
    if not settings.smtp_url:
        notifications.keep_in_folder(settings.mail_folder, f"letter-{letter_id:09d}", message)
        return ""
    try:
        with _connection(settings.smtp_url) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _text in error.recipients.values()), default=0)
        return _final(code, error)
    except smtplib.SMTPResponseException as error:
        if isinstance(error, smtplib.SMTPAuthenticationError):
            raise
        return _final(error.smtp_code, error)
    return ""


@contextmanager
def _connection(url: str) -> Iterator[smtplib.SMTP]:
    """A connection as in `smtp://user:password@host:587?tls=starttls`; tls: starttls, tls or none."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    guess = "none" if host in LOOPBACK else ("tls" if port == 465 else "starttls")
    tls = parse_qs(parts.query).get("tls", [guess])[0]
    context = ssl.create_default_context()
    if tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    with server:
        if tls == "starttls":
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _final(code: int, error: smtplib.SMTPException) -> str:
    """A refusal in the 500s is final; the 400s mean «later»."""
    if code >= 500:
        return f"smtp:{code}"
    raise error
