"""Letters on their way: to a real mail server on this machine, or into the folder."""

import smtplib
import socket
import threading
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import structlog
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from structlog.testing import capture_logs

from courses import notifications
from courses.clock import utcnow
from courses.notifications.models import Letter
from tests.factories import a_person
from worker import mail
from worker.mail import send_letter, send_owed
from worker.schedule import JOBS, send_letters


class Mailbox:
    """Takes letters, or answers a recipient, or any other word of the client, with the given words."""

    def __init__(self) -> None:
        self.letters = []
        self.answer = "250 OK"
        self.answers = {}
        self.later = ""

    async def handle_EHLO(  # noqa: N802 - the server's word
        self, _server, session, _envelope, hostname, responses
    ):
        session.host_name = hostname
        return [self.answers["EHLO"]] if "EHLO" in self.answers else responses

    async def handle_HELO(self, _server, session, _envelope, hostname):  # noqa: N802 - the server's word
        session.host_name = hostname
        return self.answers.get("EHLO", "250 here")

    async def handle_MAIL(  # noqa: N802 - the server's word
        self, _server, _session, envelope, address, _options
    ):
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_QUIT(self, _server, _session, _envelope):  # noqa: N802 - the server's word
        return self.answers.get("QUIT", "221 bye")

    async def handle_RCPT(  # noqa: N802 - the server's word
        self, _server, _session, envelope, address, _options
    ):
        if address == self.later:
            return "450 4.2.0 greylisted"
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the server's word
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def mailbox():
    """What arrives at the mail server."""
    return Mailbox()


@pytest.fixture
def smtp(settings, mailbox):
    """Settings that lead to a running mail server."""
    port = free_port()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    yield replace(settings, smtp_url=f"smtp://127.0.0.1:{port}")
    server.stop()


@pytest.fixture
def letter_id(database):
    """A letter that is owed."""
    with database.unit_of_work() as session:
        person = a_person(session, email="maria@school.example")
        return notifications.tell_password_changed(session, person.id, now=utcnow())


def row(database, letter_id):
    with database.reading() as session:
        return session.get_one(Letter, letter_id)


def test_a_letter_reaches_the_mail_server_once(database, smtp, mailbox, letter_id):
    for _ in range(2):
        send_letter(database, letter_id, smtp)
    assert [letter["To"].addresses[0].addr_spec for letter in mailbox.letters] == ["maria@school.example"]
    assert mailbox.letters[0]["Subject"] == "Пароль изменён"
    assert "Здравствуйте" in mailbox.letters[0].get_body(("plain",)).get_content()
    assert row(database, letter_id).sent_at is not None


def test_many_senders_at_once_send_one_letter(database, smtp, mailbox, letter_id):
    threads = [threading.Thread(target=send_letter, args=(database, letter_id, smtp)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailbox.letters) == 1


def test_a_final_refusal_is_stored_and_not_tried_again(database, smtp, mailbox, letter_id):
    mailbox.answer = "550 maria@school.example does not live here"
    send_letter(database, letter_id, smtp)
    assert row(database, letter_id).refusal == "smtp:550"
    mailbox.answer = "250 OK"
    send_letter(database, letter_id, smtp)
    assert mailbox.letters == []


def test_a_passing_trouble_is_raised_and_the_next_try_succeeds(database, smtp, mailbox, letter_id):
    mailbox.answer = "451 later, please"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send_letter(database, letter_id, smtp)
    mailbox.answer = "250 OK"
    send_letter(database, letter_id, smtp)
    assert mailbox.letters == [], "a server that asks for patience was pressed"
    with time_machine.travel(utcnow() + timedelta(minutes=1)):
        send_letter(database, letter_id, smtp)
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("RCPT", "550 5.1.1 no such user"),
        ("RCPT", "550 unknown"),
        ("RCPT", "552 5.2.2 mailbox full"),
        ("DATA", "554 5.6.0 we do not want this"),
        ("DATA", "552 too long"),
    ],
)
def test_a_refused_recipient_and_a_refused_message_are_final(database, smtp, mailbox, letter_id, word, said):
    if word == "RCPT":
        mailbox.answer = said
    mailbox.answers = {word: said}
    send_letter(database, letter_id, smtp)
    assert row(database, letter_id).refusal == f"smtp:{said[:3]}"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("EHLO", "550 your name is none"),
        ("EHLO", "554 5.7.1 go away"),
        ("MAIL", "553 5.1.8 sender rejected: not owned by user"),
        ("MAIL", "550 this sender may not send"),
        ("MAIL", "530 5.7.0 authentication required"),
        ("RCPT", "554 5.7.1 relay access denied"),
        ("RCPT", "550 5.7.1 relaying denied"),
        ("RCPT", "550 5.1.8 sender address rejected: domain not found"),
        ("RCPT", "530 authentication required"),
        ("RCPT", "504 5.5.2 helo command rejected"),
        ("DATA", "530 authentication required"),
        ("DATA", "451 later, please"),
    ],
)
def test_what_the_server_holds_against_the_installation_waits_until_it_is_mended(
    database, smtp, mailbox, letter_id, monkeypatch, word, said
):
    mailbox.answers = {word: said}
    if word == "RCPT":
        mailbox.answer = said
    monkeypatch.setattr(mail, "log", structlog.get_logger("kafedra.mail"))
    with capture_logs() as logged, pytest.raises(smtplib.SMTPException):
        send_letter(database, letter_id, smtp)
    left = row(database, letter_id)
    assert (left.refusal, left.sent_at) == (None, None)
    assert [(entry["event"], entry["log_level"]) for entry in logged] == [("letter.waits", "error")]
    mailbox.answers, mailbox.answer = {}, "250 OK"
    with time_machine.travel(utcnow() + timedelta(minutes=1)):
        assert send_owed(database, smtp, utcnow()) == 1
    assert row(database, letter_id).sent_at is not None
    assert len(mailbox.letters) == 1


def test_a_wrong_password_closes_no_letter(database, settings, mailbox, letter_id):
    refused = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=lambda *_: AuthResult(success=False, handled=False),
        auth_require_tls=False,
    )
    refused.start()
    try:
        chosen = replace(settings, smtp_url=f"smtp://kafedra:wrong@127.0.0.1:{refused.port}")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            send_letter(database, letter_id, chosen)
    finally:
        refused.stop()
    assert row(database, letter_id).refusal is None


def test_a_server_that_turns_everybody_away_at_the_door_closes_no_letter(database, settings, letter_id):
    with socket.create_server(("127.0.0.1", 0)) as door:
        turned = threading.Thread(target=turn_away, args=(door,))
        turned.start()
        with pytest.raises(smtplib.SMTPConnectError):
            send_letter(
                database,
                letter_id,
                replace(settings, smtp_url=f"smtp://127.0.0.1:{door.getsockname()[1]}"),
            )
        turned.join()
    assert row(database, letter_id).refusal is None


def turn_away(door):
    """Answer the first caller with a final no."""
    caller, _ = door.accept()
    with caller:
        caller.sendall(b"554 5.7.1 no service for you\r\n")
        caller.recv(100)


def test_a_letter_that_was_taken_is_sent_whatever_is_said_at_parting(database, smtp, mailbox, letter_id):
    mailbox.answers = {"QUIT": "554 and stay away"}
    for _ in range(2):
        send_letter(database, letter_id, smtp)
    assert row(database, letter_id).sent_at is not None
    assert len(mailbox.letters) == 1


def test_a_recipient_to_be_asked_later_does_not_hold_up_the_others(database, smtp, mailbox, letter_id):
    with database.unit_of_work() as session:
        other = a_person(session, email="later@school.example")
        session.get_one(Letter, letter_id).created_at = utcnow()
        late = notifications.tell_password_changed(session, other.id, now=utcnow() - timedelta(minutes=2))
    mailbox.later = "later@school.example"
    assert send_owed(database, smtp, utcnow() + timedelta(minutes=1)) == 2
    assert row(database, late).sent_at is None
    assert row(database, letter_id).sent_at is not None


def test_a_letter_that_cannot_be_written_does_not_hold_up_the_others(
    database, smtp, mailbox, letter_id, capsys
):
    with database.unit_of_work() as session:
        broken = session.get_one(Letter, letter_id)
        broken.created_at = utcnow() - timedelta(minutes=3)
        broken.template = "no_such_letter"
        person = a_person(session)
        other = notifications.tell_password_changed(session, person.id, now=utcnow() - timedelta(minutes=2))
    assert send_owed(database, smtp, utcnow() + timedelta(minutes=1)) == 2
    assert row(database, other).sent_at is not None
    assert row(database, letter_id).sent_at is None
    assert "letter.broken" in capsys.readouterr().out


def test_an_absent_mail_server_is_a_passing_trouble(database, settings, letter_id):
    with pytest.raises(ConnectionRefusedError):
        send_letter(database, letter_id, replace(settings, smtp_url="smtp://127.0.0.1:9"))
    assert row(database, letter_id).refusal is None


def test_what_a_dead_worker_left_behind_is_sent_within_a_minute(database, smtp, mailbox, letter_id):
    with database.unit_of_work() as session:
        letter = session.get_one(Letter, letter_id)
        letter.created_at = utcnow() - timedelta(minutes=1)
        assert notifications.take(session, letter_id, now=utcnow())
    assert send_owed(database, smtp, utcnow()) == 0
    [sweep] = [job for job in JOBS if job.run is send_letters]
    soon = timedelta(minutes=1) - sweep.every
    with time_machine.travel(utcnow() + soon):
        assert send_owed(database, smtp, utcnow()) == 1
    assert len(mailbox.letters) == 1


def test_without_a_mail_server_letters_lie_in_the_folder(database, settings, letter_id):
    for _ in range(2):
        send_letter(database, letter_id, settings)
    (found,) = notifications.read_folder(settings.mail_folder)
    assert found.subject == "Пароль изменён"


def test_no_letter_is_nothing_to_send(database, settings):
    send_letter(database, None, settings)
    assert notifications.read_folder(settings.mail_folder) == []


def test_no_address_stands_in_the_log(database, smtp, mailbox, letter_id, capsys):
    mailbox.answer = "550 maria@school.example does not live here"
    send_letter(database, letter_id, smtp)
    shown = capsys.readouterr()
    assert "maria" not in shown.out + shown.err


def test_the_password_of_the_mail_server_is_used_and_not_shown(database, settings, mailbox, letter_id):
    seen = []

    def authenticate(_server, _session, _envelope, mechanism, data):
        seen.append((mechanism, bytes(data.login).decode(), bytes(data.password).decode()))
        return AuthResult(success=True)

    port = free_port()
    server = Controller(
        mailbox, hostname="127.0.0.1", port=port, authenticator=authenticate, auth_require_tls=False
    )
    server.start()
    try:
        chosen = replace(settings, smtp_url=f"smtp://kafedra%40mail:s%3Acret@127.0.0.1:{port}")
        assert "cret" not in repr(chosen)
        send_letter(database, letter_id, chosen)
    finally:
        server.stop()
    assert [(login, password) for _mechanism, login, password in seen] == [("kafedra@mail", "s:cret")]
    assert len(mailbox.letters) == 1
