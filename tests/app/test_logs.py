"""What is logged by the web and the workers: whole JSON lines that can be followed, and nobody in them.

The walk uses names, addresses and texts that stand nowhere else, so that one slip of any of them is seen.
"""

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog._config import BoundLoggerLazyProxy
from werkzeug.test import TestResponse

from app.extensions import db, unit_of_work
from app.factory import create_app
from courses import logs, notifications
from courses.catalogue.models import Activity
from courses.catalogue.rules import ActivityKind
from courses.certificates.models import Certificate
from courses.clock import utcnow
from courses.db import Database
from courses.people.models import Person, SignInSession
from courses.quizzes.models import Quiz, Slot
from courses.settings import Settings
from tests.factories import a_course, a_module, a_person, a_question, a_quiz, a_role, an_activity, an_offering

FAMILY, GIVEN, PATRONYMIC = "Ястребиноградова", "Пульхерия", "Аполлинарьевна"
EMAIL = "pulheria.yastreb@school.example"
PASSWORD, NEW_PASSWORD, WRONG_PASSWORD = "сирень у крыльца", "луна над огородом", "кувшин без ручки"
ANSWER, REPORT = "полынь-и-василёк", "Разобрали с учениками повадки выпи."
REASON = "Опечатка: барсуковедение вместо краеведения."
SEARCHED = "горихвостка"
LOOKED_UP = "Трясогузкина Олимпиада"
VISITOR = "203.0.113.77"
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.4711.42"
WORD = {
    "type": "short_answer",
    "name": "Слово",
    "text": "Что растёт на меже?",
    "answers": [{"text": ANSWER, "fraction": 1.0, "feedback": ""}],
}
SECRET = re.compile(r"/(?:confirm|reset)/([\w.-]+)")


def let_loggers_go() -> None:
    """Every logger of ours finds its output anew, as in a process that starts."""
    for module in [one for one in sys.modules.values() if isinstance(one, ModuleType)]:
        if module.__name__.split(".")[0] in ("app", "courses", "worker"):
            for value in vars(module).values():
                if isinstance(value, BoundLoggerLazyProxy):
                    value.__dict__.pop("bind", None)


@dataclass(frozen=True)
class Said:
    """What was written to the standard output."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        """The lines since the last time, each of them one JSON object."""
        found = [json.loads(line) for line in self.text.splitlines()]
        self.stream.seek(0)
        self.stream.truncate()
        return found


@pytest.fixture
def said() -> Said:
    return Said(io.StringIO())


@pytest.fixture
def talkative(settings: Settings, said: Said, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The web, logging all that it can log."""
    let_loggers_go()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", said.stream)
        made = create_app(
            replace(settings, log_level="DEBUG"),
            TESTING=True,
            WTF_CSRF_ENABLED=False,
            RATELIMIT_ENABLED=False,
        )
    yield made
    let_loggers_go()
    logs.configure("WARNING")
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@dataclass(frozen=True)
class Place:
    """Where one learns: the offering, and the keys of its pages."""

    offering: int
    slot: int


def a_place(session: Session) -> Place:
    version = a_course(session, quiz=False, published_at=None)
    module = a_module(session, version, key="m2", position=2, title="Дело")
    an_activity(session, version, module, ActivityKind.PRACTICAL, 2, key="task")
    quiz_page = an_activity(session, version, module, ActivityKind.QUIZ, 3, key="quiz")
    quiz = a_quiz(session, session.get_one(Activity, quiz_page.id), a_question(session, **WORD))
    version.published_at = utcnow()
    slot = session.scalars(select(Slot).join(Quiz, Quiz.id == Slot.quiz_id).where(Slot.quiz_id == quiz.id))
    return Place(an_offering(session, version).id, slot.one().id)


@pytest.fixture
def place(database: Database) -> Place:
    with database.unit_of_work() as session:
        return a_place(session)


@dataclass
class Walk:
    """One person's way through the whole product; `secrets` is what must never be told."""

    client: FlaskClient
    settings: Settings
    work: Callable[[], int]
    secrets: set[str]

    def ask(self, method: str, path: str, **given: Any) -> TestResponse:
        answer = self.client.open(
            path,
            method=method,
            headers={"User-Agent": BROWSER},
            environ_overrides={"REMOTE_ADDR": VISITOR},
            **given,
        )
        assert answer.status_code < 400 or answer.status_code in (404, 409, 422), (path, answer.text)
        return answer

    def letter_link(self, purpose: str) -> str:
        """The link in the newest letter that has one for this purpose."""
        for letter in notifications.read_folder(self.settings.mail_folder):
            parts = [part for block in letter.paragraphs for line in block for part in line]
            for part in parts:
                if f"/{purpose}/" in part.text:
                    self.secrets.add(SECRET.findall(part.text)[0])
                    return part.text.removeprefix("http://localhost")
        raise AssertionError(f"no letter leads to {purpose}")


def walk_in(walk: Walk) -> None:
    """Register, confirm, sign in wrongly and rightly, set a new password."""
    shown = walk.ask("GET", "/register").text
    agreed = re.findall(r'name="consent_hash"[^>]*value="([0-9a-f]{64})"', shown)[0]
    names = {"family_name": FAMILY, "given_name": GIVEN, "patronymic": PATRONYMIC}
    rest = {"time_zone": "Asia/Omsk", "language": "ru"}
    wish = {**names, **rest, "email": EMAIL, "password": PASSWORD}
    walk.ask("POST", "/register", data=wish)
    walk.ask("POST", "/register", data=wish | {"consent": "y", "consent_hash": agreed})
    walk.work()
    walk.ask("POST", walk.letter_link("confirm"))
    walk.ask("POST", "/account", data=names | rest)
    walk.ask("POST", "/sign-out")
    walk.ask("POST", "/sign-in", data={"email": EMAIL, "password": WRONG_PASSWORD})
    walk.ask("POST", "/forgotten", data={"email": EMAIL})
    walk.work()
    walk.ask("POST", walk.letter_link("reset"), data={"password": NEW_PASSWORD})
    signed = walk.ask("POST", "/sign-in", data={"email": EMAIL, "password": NEW_PASSWORD})
    assert signed.headers["Location"] == "/study/"


def walk_through(walk: Walk, place: Place) -> None:
    """Enrol, read, report, answer, finish; the workers do the rest."""
    here = walk.ask("POST", f"/study/offerings/{place.offering}/enrol").headers["Location"]
    walk.ask("POST", f"{here}/lesson/read")
    walk.ask("POST", f"{here}/task/report", data={"report": REPORT, "done": "y"})
    attempt = walk.ask("POST", f"{here}/quiz/attempts").headers["Location"]
    answers = [{"slot": place.slot, "number": 1, "seen": 0, "fields": {"text": [ANSWER]}}]
    walk.ask("PUT", f"{attempt}/responses", json={"client": "c" * 36, "answers": answers})
    walk.ask("POST", f"{attempt}/pages/1", data={f"s{place.slot}-text": ANSWER, "go": "next"})
    walk.ask("POST", f"{attempt}/finish")
    walk.work()
    walk.ask("GET", "/study/certificates")
    walk.ask("GET", "/study/receipts", query_string={"code": SEARCHED})


def walk_in_the_office(walk: Walk, certificate: Certificate) -> None:
    """Be looked for, read about and revoked by the office; be checked by a stranger."""
    walk.ask("GET", "/admin/people", query_string={"q": FAMILY})
    walk.ask("GET", "/admin/register", query_string={"q": FAMILY})
    walk.ask("GET", "/admin/register.csv", query_string={"q": SEARCHED})
    walk.ask("GET", f"/admin/people/{certificate.person_id}")
    walk.ask("GET", f"/admin/certificates/{certificate.id}.pdf")
    walk.ask("POST", f"/admin/certificates/{certificate.id}/revoke", data={"reason": REASON})
    walk.work()
    walk.ask("POST", f"/verify/{certificate.code}", data={"name": f"{FAMILY} {GIVEN} {PATRONYMIC}"})
    walk.ask("POST", f"/verify/{certificate.code}", data={"name": LOOKED_UP})
    walk.ask("GET", "/", query_string={"q": SEARCHED})
    walk.ask("GET", f"/{SEARCHED}")


@pytest.fixture
def walked(
    talkative: Flask,
    database: Database,
    settings: Settings,
    place: Place,
    run_worker: Callable[[], int],
    sign_in: Callable[[FlaskClient, int], None],
) -> Walk:
    """Everything that a person does with the product, and that is done about them."""
    walk = Walk(talkative.test_client(), settings, run_worker, set())
    walk_in(walk)
    walk_through(walk, place)
    with database.unit_of_work() as session:
        certificate = session.scalars(select(Certificate)).one()
        chief = a_role(session, a_person(session), "administrator").id
    walk.client = talkative.test_client()
    sign_in(walk.client, chief)
    walk_in_the_office(walk, certificate)
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == EMAIL)).one()
        assert certificate.person_id == person.id
        walk.secrets |= {str(person.password_hash)}
        walk.secrets |= set(session.scalars(select(SignInSession.secret_hash)))
    return walk


def test_nobody_can_be_found_in_what_the_web_and_the_workers_log(walked: Walk, said: Said) -> None:
    told = said.text.casefold()
    assert told.count('"event": "request"') > 20
    assert told.count('"event": "reaction.done"') > 5
    planted = {FAMILY, GIVEN, PATRONYMIC, EMAIL, EMAIL.partition("@")[0], PASSWORD, NEW_PASSWORD}
    planted |= {WRONG_PASSWORD, ANSWER, REPORT, REASON, SEARCHED, LOOKED_UP, VISITOR, "chrome/140"}
    assert len(walked.secrets) >= 4
    assert not [one for one in planted | walked.secrets if one.casefold() in told]


def test_every_line_is_one_json_object_with_its_time_and_weight(walked: Walk, said: Said) -> None:
    lines = said.lines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])
        assert line["level"] in ("debug", "info", "warning", "error")
        assert line["event"]


def test_a_request_and_all_that_follows_from_it_bear_one_number(
    talkative: Flask,
    database: Database,
    settings: Settings,
    place: Place,
    run_worker: Callable[[], int],
    said: Said,
) -> None:
    walk = Walk(talkative.test_client(), settings, run_worker, set())
    walk_in(walk)
    here = walk.ask("POST", f"/study/offerings/{place.offering}/enrol").headers["Location"]
    walk.ask("POST", f"{here}/lesson/read")
    walk.ask("POST", f"{here}/task/report", data={"report": REPORT, "done": "y"})
    attempt = walk.ask("POST", f"{here}/quiz/attempts").headers["Location"]
    walk.ask("POST", f"{attempt}/pages/1", data={f"s{place.slot}-text": ANSWER})
    walk.work()
    said.lines()
    number = walk.ask("POST", f"{attempt}/finish").headers["X-Request-Id"]
    walk.work()
    lines = said.lines()
    [request] = [line for line in lines if line["event"] == "request"]
    assert (request["request_id"], request["endpoint"], request["status"]) == (number, "learner.finish", 303)
    done = {line["reaction"] for line in lines if line["event"] == "reaction.done"}
    assert {name.partition(".")[0] for name in done} >= {
        "AttemptFinished",
        "EnrolmentCompleted",
        "CertificateNumbered",
        "CertificateIssued",
    }
    assert {line["request_id"] for line in lines} == {number}
    with database.reading() as session:
        assert session.scalars(select(Certificate)).one().file_key


def test_each_request_has_a_number_of_its_own(talkative: Flask, said: Said) -> None:
    client = talkative.test_client()
    answers = [client.get("/about", headers={"X-Request-Id": "chosen-by-a-visitor"}) for _ in range(3)]
    told = [line["request_id"] for line in said.lines()]
    assert told == [answer.headers["X-Request-Id"] for answer in answers]
    assert len(set(told)) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number in told)


def spoil(session: Session, what: str) -> None:
    """Make the database refuse a row with somebody in it."""
    a_person(session, email=EMAIL, family_name=FAMILY, given_name=GIVEN, patronymic=PATRONYMIC)
    if what == "twice":
        a_person(session, email=EMAIL, family_name=FAMILY, given_name=GIVEN)
    elif what == "too long":
        a_person(session, email="other@school.example", family_name=FAMILY * 100)
    else:
        a_person(session, email="other@school.example", family_name=FAMILY, given_name=GIVEN, created_at=None)


@pytest.mark.parametrize("what", ["twice", "too long", "without a moment"])
def test_a_row_that_the_database_refused_is_not_told(
    talkative: Flask, database: Database, said: Said, what: str
) -> None:
    @talkative.get("/spoil")
    def spoiled() -> str:
        with unit_of_work() as session:
            spoil(session, what)
        return "stored"

    talkative.config["PROPAGATE_EXCEPTIONS"] = False
    answer = talkative.test_client().get("/spoil")
    if what == "too long" and database.engine.dialect.name == "sqlite":
        assert answer.status_code == 200  # SQLite keeps texts of any length
        return
    assert answer.status_code == 500
    told = said.text.casefold()
    assert answer.headers["X-Request-Id"] in told
    assert answer.headers["X-Request-Id"] in answer.text
    assert not [one for one in (FAMILY, GIVEN, PATRONYMIC, EMAIL) if one.casefold() in told]
