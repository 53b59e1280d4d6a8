"""Letters on their way: to the mail server of `KAFEDRA_SMTP_URL`, or into a folder where there is none.

A letter is taken in one short transaction, sent in none, closed in another. Sent twice after a crash it is
the same message with the same Message-ID. A final no to this recipient or this message is stored. What the
mail server holds against the installation itself (its name, its sender, its password, its right to send at
all) is an error in the log, and the letters wait until it is mended.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from sqlalchemy.exc import OperationalError

from courses import notifications
from courses.clock import utcnow
from courses.db import Database
from courses.settings import Settings

TIMEOUT = 10
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
NO_SUCH_MAILBOX = frozenset({550, 551, 552, 553, 556})
NOT_ALLOWED_TO_SEND = frozenset({530, 534, 535, 538})
ENHANCED = re.compile(rb"\s*(5\.\d{1,3}\.\d{1,3})\b")
ABOUT_THE_SENDER = frozenset({"5.1.7", "5.1.8"})

log = structlog.get_logger("kafedra.mail")


class Unwritable(Exception):
    """This letter cannot be written; it waits for the mend of what is wrong with it."""


def send_letter(database: Database, letter_id: int | None, settings: Settings) -> None:
    """Send one letter unless it is sent, refused, or in another's hands; None is nothing to send."""
    if letter_id is None:
        return
    with database.unit_of_work() as session:
        if not notifications.take(session, letter_id, now=utcnow()):
            return
    try:
        message = _written(database, letter_id, settings)
        refusal = deliver(message, letter_id, settings)
    except BaseException:
        with database.unit_of_work() as session:
            notifications.give_back(session, letter_id, now=utcnow())
        raise
    with database.unit_of_work() as session:
        if refusal:
            notifications.mark_refused(session, letter_id, refusal)
        else:
            notifications.mark_sent(session, letter_id, now=utcnow())
    log.info("letter.closed", letter=letter_id, refusal=refusal or None)


def _written(database: Database, letter_id: int, settings: Settings) -> EmailMessage:
    try:
        with database.reading() as session:
            return notifications.compose(session, letter_id, settings)
    except OperationalError:
        raise  # the database is away: nothing is wrong with the letter
    except Exception as error:
        raise Unwritable(letter_id) from error


def send_owed(database: Database, settings: Settings, now: datetime) -> int:
    """Send what a dead worker or an absent mail server left behind; how many were tried.

    A letter whose recipient is to be asked later, or that cannot be written, does not hold up the others; a
    server that is away, or takes nothing from this installation, ends the round.
    """
    with database.reading() as session:
        waiting = notifications.owed(session, now=now)
    for tried, letter_id in enumerate(waiting, start=1):
        try:
            send_letter(database, letter_id, settings)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            continue
        except Unwritable:
            log.exception("letter.broken", letter=letter_id)
        except OSError as error:
            log.error("letters.waiting", waiting=len(waiting), reason=type(error).__name__)
            return tried
    return len(waiting)


def deliver(message: EmailMessage, letter_id: int, settings: Settings) -> str:
    """Hand the message over; «» when taken, else the code of a final refusal. All other troubles raise."""
    if not settings.smtp_url:
        notifications.keep_in_folder(settings.mail_folder, f"letter-{letter_id:09d}", message)
        return ""
    try:
        with _connection(settings.smtp_url) as server:
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        code, text = _answer(error)
        if _is_final(error, code, text):
            return f"smtp:{code}"
        log.error("letter.waits", letter=letter_id, reason=type(error).__name__, code=code or None)
        raise
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
    try:
        if tls == "starttls":
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
        with suppress(smtplib.SMTPException, OSError):  # the letter is taken: how they part changes nothing
            server.quit()
    finally:
        server.close()


def _answer(error: Exception) -> tuple[int, bytes]:
    """What the server said, as code and text; 0 when it said nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(error.recipients.values(), default=(0, b""))
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return error.smtp_code, said if isinstance(said, bytes) else str(said).encode()
    return 0, b""


def _is_final(error: Exception, code: int, text: bytes) -> bool:
    """Whether another try can never help: the mailbox is none, or the message itself is not wanted.

    Servers tell at the recipient, too, that they relay nothing for us or do not like our sender. The enhanced
    code of RFC 3463 tells these apart where it is given: 5.1 and 5.2 are about the mailbox.
    """
    if code < 500 or code in NOT_ALLOWED_TO_SEND:
        return False
    if isinstance(error, smtplib.SMTPDataError):
        return True
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    enhanced = ENHANCED.match(text)
    if enhanced is None:
        return code in NO_SUCH_MAILBOX
    exact = enhanced[1].decode()
    return exact.startswith(("5.1.", "5.2.")) and exact not in ABOUT_THE_SENDER
