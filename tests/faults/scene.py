"""An installation of a run's own, with learners in the middle of quizzes."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command

from app.command.prepare import alembic_config
from courses import people
from courses.catalogue.rules import ActivityKind
from courses.clock import utcnow
from courses.db import Database
from courses.settings import Settings
from tests import factories
from tests.benchmarks.browser import Browser
from tests.benchmarks.works import session_cookie, token_of
from tests.installation import Installation
from tests.postgres import Cluster

SECRET = "faults-" + "s" * 40
QUESTIONS = 4
QUIZ = "test"
FORM = "application/x-www-form-urlencoded"
WORDS = {
    "type": "short_answer",
    "name": "Слово",
    "text": "Назовите одно понятие урока.",
    "answers": [{"text": "сеть", "fraction": 1.0, "feedback": ""}],
}


@dataclass(frozen=True)
class Learner:
    """Somebody enrolled; the secret opens their session."""

    person_id: int
    email: str
    secret: str
    enrolment_id: int


@dataclass(frozen=True)
class Scene:
    """What a run plays in. `cluster` is None on SQLite."""

    installation: Installation
    database: Database
    learners: tuple[Learner, ...]
    cluster: Cluster | None

    def pen(self, learner: Learner, client: str) -> "Pen":
        """A browser of this learner, signed in."""
        browser = Browser(self.installation.port)
        browser.cookies["kafedra"] = session_cookie(SECRET, {"s": learner.secret})
        return Pen(browser, learner, client)

    def wait_until_well(self, within: float = 60) -> None:
        """After the last fault: until the site says that it is ready."""
        until = time.monotonic() + within
        while not self.installation.answers("/readyz"):
            assert time.monotonic() < until, self.installation.output.read_text()[-2000:]
            time.sleep(0.1)


@contextmanager
def scene(folder: Path, database: str, learners: int, **quiz: Any) -> Iterator[Scene]:
    """Everything running, on SQLite or on a PostgreSQL of its own; `quiz` are settings of the quiz."""
    if database == "postgresql":
        with Cluster.own(folder / "pg") as cluster:
            yield from _running(folder, cluster, learners, quiz)
    else:
        yield from _running(folder, None, learners, quiz)


def _running(folder: Path, cluster: Cluster | None, learners: int, quiz: dict[str, Any]) -> Iterator[Scene]:
    env = {"KAFEDRA_SECRET_KEY": SECRET, "KAFEDRA_TRUSTED_PROXIES": "1", "KAFEDRA_LOG_LEVEL": "WARNING"}
    installation = Installation(folder / "var", cluster.fresh_database() if cluster else "", **env)
    installation.folder.mkdir(parents=True, exist_ok=True)
    url = Settings.from_env(installation.env).database_url
    command.upgrade(alembic_config(url), "head")
    database = Database(url)
    people_there = fill(database, learners, quiz)
    installation.start()
    try:
        yield Scene(installation, database, people_there, cluster)
    finally:
        installation.stop()
        database.engine.dispose()


def fill(database: Database, learners: int, quiz: dict[str, Any]) -> tuple[Learner, ...]:
    """A course with one quiz of short answers on one page, and those who take it."""
    with database.unit_of_work() as session:
        people.ensure_system(session, now=utcnow())
        version = factories.a_course(session, quiz=False, published_at=None, published_by_id=None)
        module = factories.a_module(session, version, position=2, key="tests", title="Тесты")
        activity = factories.an_activity(
            session, version, module, ActivityKind.QUIZ, 2, key=QUIZ, title="Тест"
        )
        questions = [
            factories.a_question(session, **WORDS | {"name": f"Слово {number}"})
            for number in range(QUESTIONS)
        ]
        factories.a_quiz(session, activity, *questions, **{"per_page": 0, "attempts": 0} | quiz)
        version.published_at, version.published_by_id = utcnow(), people.SYSTEM_ID
        offering = factories.an_offering(session, version)
        found = []
        for _ in range(learners):
            person = factories.a_person(session)
            enrolment = factories.an_enrolment(session, person, offering)
            secret = people.open_session(session, person.id, device="Firefox", now=utcnow())
            found.append(Learner(person.id, person.email, secret, enrolment.id))
    return tuple(found)


class Refused(Exception):
    """The site answered, and not what was hoped for."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status}: {said[:200]}")
        self.status = status


class Pen:
    """What writes answers, as the page's script does: numbered, one request at a time, again until
    acknowledged."""

    def __init__(self, browser: Browser, learner: Learner, client: str) -> None:
        self.browser, self.learner, self.client = browser, learner, client
        self.attempt, self.token = 0, ""
        self.slots: list[int] = []
        self.number = 0

    def start(self) -> None:
        """Begin an attempt, or go on with the one that runs."""
        start = f"/study/{self.learner.enrolment_id}/{QUIZ}"
        token = token_of(self.page(start))
        where = self.post(f"{start}/attempts", {"csrf_token": token})
        found = re.search(r"/attempts/(\d+)", where)
        assert found, where
        self.attempt = int(found[1])
        html = self.page(where)
        self.token = token_of(html)
        self.slots = [int(slot) for slot in re.findall(r'name="s(\d+)-text"', html)]
        assert len(self.slots) == QUESTIONS, html[:2000]

    def page(self, path: str) -> str:
        """A page as text."""
        status, data, _ = self.browser.send("GET", path, Accept_Encoding="identity")
        if status != 200:
            raise Refused(status, data.decode(errors="replace"))
        return data.decode()

    def post(self, path: str, fields: dict[str, str]) -> str:
        """Send a form; the address it leads to."""
        body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
        status, data, headers = self.browser.send(
            "POST", path, body, Content_Type=FORM, Accept_Encoding="identity"
        )
        if status != 303:
            raise Refused(status, data.decode(errors="replace"))
        return re.sub(r"^https?://[^/]+", "", headers["location"])

    def put(self, answers: list[tuple[int, int, str]]) -> tuple[int, dict[str, Any]]:
        """Deliver answers (slot, number, text); the status and what was acknowledged."""
        said = [
            {"slot": slot, "number": number, "seen": None, "fields": {"text": [text]}}
            for slot, number, text in answers
        ]
        body = json.dumps({"client": self.client, "answers": said}).encode()
        status, data, _ = self.browser.send(
            "PUT",
            f"/study/attempts/{self.attempt}/responses",
            body,
            Content_Type="application/json",
            X_CSRFToken=self.token,
            Accept_Encoding="identity",
        )
        if status not in (200, 409):
            raise Refused(status, data.decode(errors="replace"))
        return status, json.loads(data)

    def state(self) -> dict[str, Any]:
        """What the page asks for every ten seconds."""
        said: dict[str, Any] = json.loads(self.page(f"/study/attempts/{self.attempt}/state"))
        return said

    def finish(self) -> str:
        """Hand in; where that leads."""
        return self.post(f"/study/attempts/{self.attempt}/finish", {"csrf_token": self.token})
