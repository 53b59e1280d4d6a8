"""Letters on their way: to a real mail server on this machine, or into the folder."""

import smtplib
import socket
import threading
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from courses import notifications
from courses.clock import utcnow
from courses.notifications.models import Letter
from tests.factories import a_person
from worker.mail import send_letter, send_owed


class Mailbox:
    """Takes letters, or answers with the given words."""

    def __init__(self) -> None:
        self.letters = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server's word
        self, _server, _session, envelope, address, _options
    ):
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the server's word
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
    assert row(database, letter_id).taken_until is None
    mailbox.answer = "250 OK"
    send_letter(database, letter_id, smtp)
    assert len(mailbox.letters) == 1


def test_an_absent_mail_server_is_a_passing_trouble(database, settings, letter_id):
    with pytest.raises(ConnectionRefusedError):
        send_letter(database, letter_id, replace(settings, smtp_url="smtp://127.0.0.1:9"))
    assert row(database, letter_id).refusal is None


def test_what_a_dead_worker_left_behind_is_sent_by_the_sweep(database, smtp, mailbox, letter_id):
    with database.unit_of_work() as session:
        letter = session.get_one(Letter, letter_id)
        letter.created_at = utcnow() - timedelta(minutes=1)
        assert notifications.take(session, letter_id, now=utcnow())
    assert send_owed(database, smtp, utcnow()) == 0
    assert send_owed(database, smtp, utcnow() + timedelta(minutes=4)) == 1


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
