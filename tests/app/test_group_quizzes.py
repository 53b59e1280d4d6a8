"""The pages of whoever is in charge while a group sits a quiz, and what the learner sees of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses import quizzes
from courses.clock import utcnow
from courses.db import Database
from courses.learning.models import Enrolment
from courses.people import Actor, Grant, Role
from courses.quizzes import Answer, AttemptState
from courses.quizzes.models import Attempt
from tests.courses.quizzes.seat import Seat, a_seat
from tests.factories import a_person, a_role

SignIn = Callable[[FlaskClient, int], None]
WHY = "Перенос по заявлению"


class Room:
    """A learner at a quiz of ten minutes, and the instructor of the group."""

    def __init__(self, app: Flask, database: Database, sign_in: SignIn, **settings: Any) -> None:
        self.app, self.database, self.sign_in = app, database, sign_in
        with database.unit_of_work() as session:
            self.seat: Seat = a_seat(session, **{"time_limit": 600} | settings)
            self.offering = session.get_one(Enrolment, self.seat.enrolment_id).offering_id
            teacher = a_person(session)
            a_role(session, teacher, Role.INSTRUCTOR, self.offering)
            self.teacher_id = teacher.id
        self.teacher = self.visitor(self.teacher_id)
        self.learner = self.visitor(self.seat.by.id)
        self.group = f"/admin/offerings/{self.offering}/quizzes/{self.seat.activity_id}"
        self.person = f"{self.group}/learners/{self.seat.enrolment_id}"
        self.study = f"/study/{self.seat.enrolment_id}/quiz"

    def visitor(self, person_id: int) -> FlaskClient:
        client = self.app.test_client()
        self.sign_in(client, person_id)
        return client

    def start(self, **fields: str) -> int:
        answer = self.learner.post(f"{self.study}/attempts", data=fields)
        found = re.search(r"attempts/(\d+)$", answer.headers["Location"])
        assert found, answer.headers["Location"]
        return int(found[1])

    def attempt(self, attempt_id: int) -> Attempt:
        with self.database.reading() as session:
            return session.get_one(Attempt, attempt_id)

    def began_earlier(self, attempt_id: int, minutes: int) -> None:
        """The attempt began so many minutes ago."""
        with self.database.unit_of_work() as session:
            attempt = session.get_one(Attempt, attempt_id)
            away = timedelta(minutes=minutes)
            attempt.started_at -= away
            for name in ("deadline_at", "hand_in_until"):
                moment = getattr(attempt, name)
                setattr(attempt, name, moment - away if moment else None)

    def intervene(self, attempt_id: int, deed: str, **fields: str) -> Any:
        data = {f"{deed}-{attempt_id}-{name}": value for name, value in fields.items()}
        return self.teacher.post(f"/admin/attempts/{attempt_id}/{deed}", data=data)


@pytest.fixture
def room(app: Flask, database: Database, sign_in: SignIn) -> Room:
    return Room(app, database, sign_in)


@pytest.fixture
def grace(app: Flask, database: Database, sign_in: SignIn) -> Room:
    return Room(app, database, sign_in, settings={"late": "grace", "grace": 1800})


def wall(minutes: int) -> str:
    """A moment so many minutes from now as the reader of the page would type it."""
    return (utcnow() + timedelta(minutes=minutes, hours=3)).strftime("%Y-%m-%dT%H:%M")


def test_the_way_from_the_group_to_its_quiz_and_to_a_learner(room: Room) -> None:
    attempt_id = room.start()
    assert (
        f"/admin/offerings/{room.offering}/quizzes"
        in room.teacher.get(f"/admin/offerings/{room.offering}").text
    )
    assert room.group in room.teacher.get(f"/admin/offerings/{room.offering}/quizzes").text
    page = room.teacher.get(room.group).text
    assert room.person in page
    assert "0 из 2" in page
    assert f"/admin/attempts/{attempt_id}/time" in room.teacher.get(room.person).text


def test_a_learner_is_found_by_the_first_letters_of_the_name(room: Room) -> None:
    with room.database.reading() as session:
        family = quizzes.monitor.learner_page(
            session,
            room.offering,
            room.seat.activity_id,
            room.seat.enrolment_id,
            by=in_charge(room),
            now=utcnow(),
        ).name.split()[0]
    assert room.person in room.teacher.get(room.group, query_string={"who": family[:3].lower()}).text
    assert "нет" in room.teacher.get(room.group, query_string={"who": "Щщщ"}).text


def in_charge(room: Room) -> Actor:
    return Actor(room.teacher_id, (Grant(Role.INSTRUCTOR, room.offering),))


def test_time_given_is_on_the_learners_page_with_the_next_look(room: Room) -> None:
    attempt_id = room.start()
    before = room.learner.get(f"/study/attempts/{attempt_id}/state").get_json()["remaining"]
    assert room.intervene(attempt_id, "time", minutes="15", reason=WHY).status_code == 303
    after = room.learner.get(f"/study/attempts/{attempt_id}/state").get_json()["remaining"]
    assert 895 <= after - before <= 900
    told = room.teacher.get(room.person).text
    assert WHY in told
    assert "добавлено 15 минут" in told


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"minutes": "", "reason": WHY}, "обязательно"),
        ({"minutes": "пять", "reason": WHY}, "целое"),
        ({"minutes": "0", "reason": WHY}, "1440"),
        ({"minutes": "5", "reason": "м"}, "понятнее"),
    ],
)
def test_time_that_makes_no_sense_is_refused_beside_the_field_and_the_words_stay(
    room: Room, fields: dict[str, str], said: str
) -> None:
    attempt_id = room.start()
    page = room.intervene(attempt_id, "time", **fields)
    assert page.status_code == 422
    assert said in page.text
    assert fields["reason"] in page.text


def test_terms_of_the_group_are_on_the_learners_start_page(room: Room) -> None:
    opens = room.teacher.post(room.group, data={"opens_at": wall(60), "closes_at": wall(120), "reason": WHY})
    assert opens.status_code == 303
    assert "Тест откроется" in room.learner.get(room.study).text
    refused = room.learner.post(f"{room.study}/attempts", follow_redirects=True)
    assert "Тест ещё не открыт." in refused.text
    wrong = room.teacher.post(room.group, data={"opens_at": wall(60), "closes_at": wall(1), "reason": WHY})
    assert wrong.status_code == 422
    assert "раньше, чем открывается" in wrong.text
    room.teacher.post(room.group, data={"opens_at": wall(-60), "closes_at": wall(-1), "reason": WHY})
    assert "Тест закрыт" in room.learner.get(room.study).text


def test_the_password_of_a_group_is_asked_and_never_shown_to_the_learner(room: Room) -> None:
    room.teacher.post(room.group, data={"password": "Берёза", "reason": WHY})
    page = room.learner.get(room.study).text
    assert 'name="password"' in page
    assert "Берёза" not in page
    wrong = room.learner.post(f"{room.study}/attempts", data={"password": "Сосна"}, follow_redirects=True)
    assert "Пароль не подошёл" in wrong.text
    room.start(password="берёза")


def test_own_terms_give_one_learner_another_attempt(app: Flask, database: Database, sign_in: SignIn) -> None:
    room = Room(app, database, sign_in, attempts=1)
    attempt_id = room.start()
    room.learner.post(f"/study/attempts/{attempt_id}/finish")
    assert "Попыток больше нет" in room.learner.get(room.study).text
    assert room.teacher.post(room.person, data={"attempts": "2", "reason": WHY}).status_code == 303
    assert room.start() != attempt_id
    assert "свои условия" in room.teacher.get(room.group).text


def test_an_overdue_attempt_leads_to_handing_in_and_nothing_else(grace: Room) -> None:
    attempt_id = grace.start()
    grace.began_earlier(attempt_id, 15)
    to = grace.learner.get(f"/study/attempts/{attempt_id}", follow_redirects=True)
    assert to.request.path.endswith("/review")
    assert "Время вышло: сдайте работу" in to.text
    assert "Изменить" not in to.text
    slot = grace.seat.slots[0]
    saved = grace.learner.post(
        f"/study/attempts/{attempt_id}/pages/1", data={f"s{slot}-choice": "0", f"s{slot}-seen": "0"}
    )
    assert saved.headers["Location"].endswith("/review")
    grace.learner.post(f"/study/attempts/{attempt_id}/finish")
    assert grace.attempt(attempt_id).state == AttemptState.FINISHED


def test_an_abandoned_attempt_says_what_happened_and_can_be_given_back(grace: Room) -> None:
    attempt_id = grace.start()
    grace.began_earlier(attempt_id, 60)
    shown = grace.learner.get(f"/study/attempts/{attempt_id}", follow_redirects=True)
    assert "Попытка не сдана вовремя" in shown.text
    assert "Не сдана вовремя" in grace.learner.get(grace.study).text
    assert grace.intervene(attempt_id, "reopen", reason="Отключили свет").status_code == 303
    assert grace.attempt(attempt_id).state == AttemptState.FINISHED
    again = grace.intervene(attempt_id, "reopen", reason="Отключили свет")
    assert (again.status_code, "возвращать не нужно" in again.text) == (409, True)


def test_late_answers_wait_for_a_decision(room: Room) -> None:
    attempt_id = room.start()
    room.began_earlier(attempt_id, 15)
    room.learner.get(f"/study/attempts/{attempt_id}")
    with room.database.unit_of_work() as session:
        answer = Answer(room.seat.slots[1], {"choice": ["true"]})
        quizzes.save_responses(session, attempt_id, [answer], by=room.seat.by, now=utcnow())
    assert "1 ответ опоздал" in room.teacher.get(room.group).text
    assert room.intervene(attempt_id, "accept", reason="Не было связи").status_code == 303
    assert "опоздал" not in room.teacher.get(room.group).text
    told = room.teacher.get(room.person).text
    assert "опоздавшие ответы засчитаны" in told


def test_an_outage_is_credited_and_told(room: Room) -> None:
    attempt_id = room.start()
    room.began_earlier(attempt_id, 5)
    before = room.attempt(attempt_id).deadline_at
    fields = {"outage-since": wall(-4), "outage-until": wall(-1), "outage-reason": "Не открывался сайт"}
    answer = room.teacher.post(f"{room.group}/outages", data=fields, follow_redirects=True)
    assert "Время добавлено в 1 попытку." in answer.text
    after = room.attempt(attempt_id).deadline_at
    assert before is not None
    assert after is not None
    assert after - before == timedelta(minutes=3)
    future = room.teacher.post(f"{room.group}/outages", data=fields | {"outage-until": wall(30)})
    assert future.status_code == 422
    assert "не в будущем" in future.text


def test_pages_in_order_do_not_lead_back(app: Flask, database: Database, sign_in: SignIn) -> None:
    room = Room(app, database, sign_in, settings={"navigation": "sequential"})
    attempt_id = room.start()
    first = room.learner.get(f"/study/attempts/{attempt_id}").text
    assert "Вернуться к этим вопросам" in first
    room.learner.post(f"/study/attempts/{attempt_id}/pages/1", data={"go": "page-2"})
    again = room.learner.get(f"/study/attempts/{attempt_id}", query_string={"page": 1}).text
    assert "Вопрос 2 из 2" in again
    assert "Вопрос 1 из 2" not in again


def test_a_review_shows_what_the_author_lets_it_show(app: Flask, database: Database, sign_in: SignIn) -> None:
    nothing_now = {item: ["closed"] for item in ("marks", "correctness", "specific_feedback")}
    review = nothing_now | {"right_answer": ["just_after"]}
    room = Room(app, database, sign_in, settings={"review": review}, attempts=0)
    attempt_id = room.start()
    with database.unit_of_work() as session:
        answer = Answer(room.seat.slots[1], {"choice": ["false"]})
        quizzes.save_responses(session, attempt_id, [answer], by=room.seat.by, now=utcnow())
        quizzes.finish_attempt(session, attempt_id, by=room.seat.by, now=utcnow())
        quizzes.grade_attempt(session, attempt_id, now=utcnow())
    page = room.learner.get(f"/study/attempts/{attempt_id}/result").text
    assert "Результат откроется позже" in page
    assert "неверно" not in page
    assert "Правильный ответ:" in page
    assert "баллов" not in page
    assert "Проверена" in room.learner.get(room.study).text


def test_words_for_the_result_are_shown(app: Flask, database: Database, sign_in: SignIn) -> None:
    bands = [{"percent": 0, "text": "Повторите **первый** модуль."}]
    room = Room(app, database, sign_in, settings={"bands": bands})
    attempt_id = room.start()
    room.learner.post(f"/study/attempts/{attempt_id}/finish")
    with database.unit_of_work() as session:
        quizzes.grade_attempt(session, attempt_id, now=utcnow())
    page = room.learner.get(f"/study/attempts/{attempt_id}/result").text
    assert "Повторите <strong>первый</strong> модуль." in page
