"""Whoever asks too often waits, is told so and for how long, also when no broker counts along."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.command.broker import valkey_command, wait_until_ready
from app.extensions import db, limiter
from app.factory import create_app
from courses import people
from courses.clock import utcnow
from courses.db import Database
from courses.settings import Settings
from tests.factories import a_course, a_person, an_enrolment, an_offering

Opened = Callable[..., Flask]

FEWEST, MOST = 10, 100  # a minute: a group behind one address gets through, guessing and flooding do not
FROM_STRANGERS = {
    "public.confirm": "/confirm/1.forged",
    "public.consent": "/consent",
    "public.forgotten": "/forgotten",
    "public.register": "/register",
    "public.reset": "/reset/1.forged",
    "public.send_again": "/registered",
    "public.sign_in": "/sign-in",
    "public.verify_name": "/verify/0000-0000-0000-0000",
}
HARMLESS = {"public.set_display", "public.language"}  # a cookie with the look of pages


def send(client: FlaskClient, address: str, visitor: str = "203.0.113.7", **given: Any) -> TestResponse:
    return client.post(address, environ_overrides={"REMOTE_ADDR": visitor}, **given)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Opens the web as a new process does, counting requests; once more is one more process."""
    made: list[Flask] = []

    def open_web(settings: Settings) -> Flask:
        monkeypatch.setattr(limiter, "_storage_dead", False)
        monkeypatch.setattr(limiter, "_Limiter__check_backend_count", 0)
        monkeypatch.setattr(limiter, "_Limiter__last_check_backend", time.time())
        made.append(create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True))
        return made[-1]

    yield open_web
    limiter.enabled = False
    for one in made:
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def alone(opened: Opened, settings: Settings) -> Flask:
    """The web whose broker is away."""
    assert not Path(settings.redis_url.removeprefix("unix://")).exists()
    return opened(settings)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds pass."""
    real, passed = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + passed[0])

    def wait(seconds: float) -> None:
        passed[0] += seconds

    return wait


def is_refusal(answer: TestResponse, *, within: int = 60) -> bool:
    """Whether somebody is told, on a page of ours, to come back later and when."""
    if answer.status_code != 429:
        return False
    assert 0 < int(answer.headers["Retry-After"]) <= within + 1
    assert "Слишком много попыток подряд" in answer.text
    assert "<h1" in answer.text
    assert answer.headers["Content-Security-Policy"]
    return True


def let_in_at_once(client: FlaskClient, address: str, **given: Any) -> int:
    """How often one may send before being told to wait."""
    for place in range(MOST + 1):
        answer = send(client, address, **given)
        if is_refusal(answer):
            return place
        assert answer.status_code in (200, 303, 404, 410, 422)
    raise AssertionError(f"{address} has no limit")


@pytest.mark.parametrize("address", FROM_STRANGERS.values())
def test_what_strangers_send_is_limited_without_a_broker(alone: Flask, address: str) -> None:
    client = alone.test_client()
    let_in = let_in_at_once(client, address)
    assert FEWEST <= let_in <= MOST
    assert is_refusal(send(alone.test_client(), address)), "another browser changes nothing"
    assert client.get("/").status_code == 200
    assert send(client, address, visitor="198.51.100.8").status_code != 429


def test_all_that_strangers_may_send_has_a_limit(app: Flask, client: FlaskClient) -> None:
    names = {"session_id": 1, "token": "1.forged", "code": "0", "key": "known", "page": 1}
    free = set()
    with app.test_request_context():
        numbers = {part: 1 for rule in app.url_map.iter_rules() for part in rule.arguments}
        addresses = {
            rule.endpoint: app.url_for(
                rule.endpoint, **{part: (numbers | names)[part] for part in rule.arguments}
            )
            for rule in app.url_map.iter_rules()
            if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
        }
    for endpoint, address in addresses.items():
        answer = client.open(address, method="PUT" if endpoint == "learner.save_responses" else "POST")
        asked_in = answer.status_code == 401 or "next=" in answer.headers.get("Location", "")
        if not asked_in:
            free.add(endpoint)
    assert free == set(FROM_STRANGERS) | HARMLESS


def test_a_minute_later_one_may_ask_again(alone: Flask, later: Callable[[float], None]) -> None:
    client = alone.test_client()
    answers = [send(client, "/forgotten") for _ in range(11)]
    assert [is_refusal(answer) for answer in answers] == [False] * 10 + [True]
    later(int(answers[-1].headers["Retry-After"]) + 1)
    assert send(client, "/forgotten").status_code == 303


def test_who_goes_on_all_hour_waits_for_the_hour_to_end(alone: Flask, later: Callable[[float], None]) -> None:
    client = alone.test_client()
    for _ in range(6):
        assert {send(client, "/forgotten").status_code for _ in range(10)} == {303}
        later(61)
    refused = send(client, "/forgotten")
    assert is_refusal(refused, within=3600)
    assert int(refused.headers["Retry-After"]) > 3000
    later(61)
    assert is_refusal(send(client, "/forgotten"), within=3600)


def test_a_program_is_refused_in_its_own_language(alone: Flask) -> None:
    client = alone.test_client()
    for _ in range(60):
        assert client.get("/verify/0000.json").status_code == 404
    refused = client.get("/verify/0000.json", headers={"Accept": "application/json"})
    assert refused.status_code == 429
    assert refused.json == {"error": "too_many_requests", "reference": ""}
    assert 0 < int(refused.headers["Retry-After"]) <= 61


def test_a_learner_s_guesses_are_counted_wherever_they_sit(
    alone: Flask, database: Database, sign_in: Callable[[FlaskClient, int], None]
) -> None:
    with database.unit_of_work() as session:
        offering = an_offering(session, a_course(session, "seminar"), code_word="сеть")
        one, other = an_enrolment(session, a_person(session), offering), an_enrolment(session, None, offering)
        guessers = ((one.id, one.person_id), (other.id, other.person_id))
    (enrolment, person), (neighbour, neighbour_person) = guessers
    browsers = [alone.test_client() for _ in range(3)]
    for browser, who in zip(browsers, (person, person, neighbour_person), strict=True):
        sign_in(browser, who)
    guess, path = {"code_word": "мимо"}, "/study/{}/attendance"
    for place in range(10):
        answer = send(browsers[place % 2], path.format(enrolment), f"203.0.113.{place}", data=guess)
        assert answer.status_code == 422
    right = {"code_word": "сеть"}
    assert is_refusal(send(browsers[0], path.format(enrolment), "198.51.100.1", data=right), within=3600)
    assert send(browsers[2], path.format(neighbour), "203.0.113.0", data=guess).status_code == 422


def test_being_refused_costs_the_right_one_nothing_but_time(
    alone: Flask, database: Database, settings: Settings, later: Callable[[float], None]
) -> None:
    with database.unit_of_work() as session:
        person = a_person(session, password_hash=people.check_new_password("сирень у крыльца"))
        agreed = people.document(people.PERSONAL_DATA, "ru", settings)
        people.give_consent(session, person.id, agreed, now=utcnow())
        wish = {"email": person.email, "password": "сирень у крыльца"}
    client = alone.test_client()
    let_in_at_once(client, "/sign-in", data={"email": "nobody@school.example", "password": "нет"})
    assert is_refusal(send(client, "/sign-in", data=wish))
    later(61)
    assert send(client, "/sign-in", data=wish).headers["Location"] == "/study/"


@contextmanager
def a_broker(settings: Settings) -> Iterator[Callable[[], object]]:
    """A broker of this test's own; what is handed over ends it."""
    running = subprocess.Popen(valkey_command(settings), stdout=subprocess.DEVNULL)

    def end() -> int:
        running.terminate()
        return running.wait(10)

    try:
        wait_until_ready(settings)
        yield end
    finally:
        end()


def test_all_processes_count_together_and_the_limit_outlives_the_broker(
    opened: Opened, settings: Settings, tmp_path: Path, later: Callable[[float], None]
) -> None:
    settings = replace(settings, redis_url=f"unix://{tmp_path}/b.sock")
    with a_broker(settings):
        one = opened(settings).test_client()
        assert [send(one, "/forgotten").status_code for _ in range(6)] == [303] * 6
        two = opened(settings).test_client()
        answers = [send(two, "/forgotten") for _ in range(5)]
        assert [is_refusal(answer) for answer in answers] == [False] * 4 + [True]
    alone = [send(two, "/forgotten") for _ in range(11)]
    assert [is_refusal(answer) for answer in alone] == [False] * 10 + [True]
    with a_broker(settings):
        later(61)
        back = [send(two, "/forgotten", "198.51.100.9") for _ in range(11)]
        assert [is_refusal(answer) for answer in back] == [False] * 10 + [True]
        three = opened(settings).test_client()
        assert is_refusal(send(three, "/forgotten", "198.51.100.9"))


def test_a_broker_that_goes_while_it_refuses_somebody_costs_no_failure(
    opened: Opened, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(settings, redis_url=f"unix://{tmp_path}/b.sock")
    with a_broker(settings) as end:
        web = opened(settings)
        web.config["PROPAGATE_EXCEPTIONS"] = False
        monkeypatch.setattr(limiter, "_on_breach", lambda _limit: end() and None)
        assert let_in_at_once(web.test_client(), "/forgotten") == 10
