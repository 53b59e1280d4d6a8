"""The study door, as a browser without JavaScript sees it."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.catalogue import ActivityKind, Module
from courses.clock import utcnow
from courses.db import Database
from courses.learning import ActivityRecord, Enrolment
from tests.factories import a_course, a_person, an_activity, an_enrolment, an_offering

SignIn = Callable[[FlaskClient, int], None]
Counter = Callable[[], AbstractContextManager[list[str]]]


@dataclass
class World:
    person: int
    stranger: int
    offering: int
    enrolment: int


def a_world(session: Session, kind: str = "course", **over: Any) -> World:
    version = a_course(session, kind, published_at=None)
    module = session.scalars(select(Module).where(Module.course_version_id == version.id)).one()
    an_activity(session, version, module, ActivityKind.PRACTICAL, 3, key="task", title="Практика")
    version.published_at = utcnow()
    session.flush()
    person, stranger = a_person(session), a_person(session)
    offering = an_offering(session, version, **over)
    return World(person.id, stranger.id, offering.id, an_enrolment(session, person, offering).id)


@pytest.fixture
def world(database: Database) -> World:
    with database.unit_of_work() as session:
        return a_world(session)


@pytest.fixture
def learner(client: FlaskClient, sign_in: SignIn, world: World) -> FlaskClient:
    sign_in(client, world.person)
    return client


def test_whoever_is_not_signed_in_is_asked_to(client: FlaskClient, world: World) -> None:
    answer = client.get(f"/study/{world.enrolment}")
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]
    assert f"%2Fstudy%2F{world.enrolment}" in answer.headers["Location"] or (
        f"/study/{world.enrolment}" in answer.headers["Location"]
    )


def test_enrolling_is_one_step_and_leads_to_the_course(
    client: FlaskClient, sign_in: SignIn, world: World
) -> None:
    sign_in(client, world.stranger)
    answer = client.post(f"/study/offerings/{world.offering}/enrol")
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Что такое сеть" in page.text
    assert "Почему не завершено?" in page.text


def test_a_refusal_to_enrol_is_told_on_the_courses_page(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.unit_of_work() as session:
        offering = an_offering(session, seats=1, seats_taken=1).id
        person = a_person(session).id
    sign_in(client, person)
    answer = client.post(f"/study/offerings/{offering}/enrol")
    assert answer.status_code == 303
    assert "Последнее место" in client.get(answer.headers["Location"]).text


def test_home_leads_to_the_first_unfinished_item(learner: FlaskClient, world: World) -> None:
    home = learner.get("/study/")
    assert "Начать" in home.text
    assert "Что такое сеть" in home.text
    answer = learner.get(f"/study/{world.enrolment}/continue")
    assert answer.headers["Location"].endswith(f"/study/{world.enrolment}/lesson")


def test_home_says_what_to_do_first(client: FlaskClient, sign_in: SignIn, world: World) -> None:
    sign_in(client, world.stranger)
    assert "Открыть каталог" in client.get("/study/").text


def test_reading_a_lesson_completes_it_and_opens_the_next(learner: FlaskClient, world: World) -> None:
    page = learner.get(f"/study/{world.enrolment}/lesson")
    assert page.status_code == 200
    assert "Я прочитал" in page.text
    answer = learner.post(f"/study/{world.enrolment}/lesson/read")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/study/{world.enrolment}/quiz")
    again = learner.get(f"/study/{world.enrolment}/lesson")
    assert "Я прочитал" not in again.text
    assert "пройдено" in again.text
    assert "Продолжить" in learner.get("/study/").text


def test_a_practical_task_is_reported(learner: FlaskClient, world: World, database: Database) -> None:
    url = f"/study/{world.enrolment}/task/report"
    short = learner.post(url, data={"report": "мало", "done": "y"})
    assert short.status_code == 422
    assert "Расскажите чуть подробнее" in short.text
    unsaid = learner.post(url, data={"report": "Провели приём в пятом классе."})
    assert unsaid.status_code == 422
    assert "Отметьте, что задание выполнено" in unsaid.text
    done = learner.post(url, data={"report": "Провели приём в пятом классе.", "done": "y"})
    assert done.status_code == 303
    assert "Провели приём" in learner.get(done.headers["Location"]).text
    with database.reading() as session:
        assert session.scalars(select(ActivityRecord)).one().completed_at is not None


def test_the_code_word_of_a_seminar(client: FlaskClient, sign_in: SignIn, database: Database) -> None:
    now = utcnow()
    with database.unit_of_work() as session:
        world = a_world(
            session,
            "seminar",
            starts_at=now,
            ends_at=now + timedelta(hours=2),
            code_word="мелок",
            meeting_url="https://meet.example/a",
        )
    sign_in(client, world.person)
    page = client.get(f"/study/{world.enrolment}")
    assert "https://meet.example/a" in page.text
    assert "Кодовое слово" in page.text
    wrong = client.post(f"/study/{world.enrolment}/attendance", data={"code_word": "доска"})
    assert wrong.status_code == 422
    assert "Это не то слово" in wrong.text
    right = client.post(f"/study/{world.enrolment}/attendance", data={"code_word": " МЕЛОК "})
    assert right.status_code == 303
    assert "Кодовое слово" not in client.get(f"/study/{world.enrolment}").text


def test_the_meeting_link_and_the_code_word_are_not_on_the_page_of_who_is_not_in(
    client: FlaskClient, sign_in: SignIn, world: World
) -> None:
    sign_in(client, world.stranger)
    assert client.get(f"/study/{world.enrolment}").status_code == 404


def test_leaving_is_asked_once_and_done(learner: FlaskClient, world: World) -> None:
    url = f"/study/{world.enrolment}/withdraw"
    assert "Выйти из группы?" in learner.get(url).text
    assert learner.post(url).status_code == 303
    assert learner.get(f"/study/{world.enrolment}").status_code == 404


def test_who_has_completed_cannot_leave(learner: FlaskClient, world: World, database: Database) -> None:
    with database.unit_of_work() as session:
        session.get_one(Enrolment, world.enrolment).completed_at = utcnow()
    refused = learner.post(f"/study/{world.enrolment}/withdraw")
    assert refused.status_code == 422
    assert "выйти из группы нельзя" in refused.text
    assert "Обучение завершено" in learner.get(f"/study/{world.enrolment}").text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/continue"),
        ("GET", "/withdraw"),
        ("POST", "/withdraw"),
        ("POST", "/attendance"),
        ("GET", "/lesson"),
        ("GET", "/quiz"),
        ("GET", "/task"),
        ("POST", "/lesson/read"),
        ("POST", "/task/report"),
        ("POST", "/quiz/attempts"),
    ],
)
def test_other_peoples_studies_are_not_there(
    client: FlaskClient, sign_in: SignIn, world: World, method: str, path: str
) -> None:
    sign_in(client, world.stranger)
    data = {"code_word": "мел", "report": "Провели приём в пятом классе.", "done": "y"}
    answer = client.open(
        f"/study/{world.enrolment}{path}", method=method, data=data if method == "POST" else None
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/nothing", "/quiz/read", "/lesson/report", "/lesson/attempts"])
def test_what_a_course_does_not_have_is_not_there(learner: FlaskClient, world: World, path: str) -> None:
    method = "GET" if path == "/nothing" else "POST"
    data = {"report": "Провели приём в пятом классе.", "done": "y"}
    url = f"/study/{world.enrolment}{path}"
    assert learner.open(url, method=method, data=None if method == "GET" else data).status_code == 404


def test_study_pages_ask_as_often_for_many_courses_as_for_one(
    learner: FlaskClient, world: World, database: Database, count_queries: Counter
) -> None:
    def counts() -> list[int]:
        found = []
        for path in ("/study/", f"/study/{world.enrolment}", f"/study/{world.enrolment}/lesson"):
            learner.get(path)
            with count_queries() as counted:
                assert learner.get(path).status_code == 200
            found.append(len([one for one in counted if not re.match("BEGIN|ROLLBACK|COMMIT|PRAGMA", one)]))
        return found

    few = counts()
    with database.unit_of_work() as session:
        for _ in range(8):
            person = session.get_one(type(a_person(session)), world.person)
            an_enrolment(session, person, an_offering(session, a_course(session)))
    assert counts() == few
    assert max(few) <= 7
