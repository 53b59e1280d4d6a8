"""The quiz door: by plain forms, and by the JSON the script sends."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.learner.sheets import moved
from courses import quizzes
from courses.catalogue import Activity, ActivityKind
from courses.clock import utcnow
from courses.db import Database
from courses.people import Role
from courses.quizzes.models import Attempt, Quiz, Slot, Step
from tests.factories import (
    a_course,
    a_person,
    a_question,
    a_quiz,
    a_role,
    an_enrolment,
    an_offering,
    not_yet_published,
)

SignIn = Callable[[FlaskClient, int], None]
Counter = Callable[[], AbstractContextManager[list[str]]]
CLIENT = "0b7f6f2e-6c0e-4f3e-9b53-0d6b1f1f0001"

READ = {"type": "description", "name": "Прочитайте", "text": "Сначала прочитайте.", "default_mark": 0.0}
WORD = {
    "type": "short_answer",
    "name": "Слово",
    "text": "Чем пишут на **доске**?",
    "text_format": "markdown",
    "answers": [{"text": "мел", "fraction": 1.0, "feedback": "Так и есть."}],
    "general_feedback": "Мел — это мягкий известняк.",
}
CHOICE = {
    "type": "single_choice",
    "name": "Выбор",
    "text": "Что верно?",
    "answers": [
        {"text": "Верный", "fraction": 1.0, "feedback": "Верно."},
        {"text": "Ложный <b>", "fraction": 0.0, "feedback": "Это <script>alert(1)</script> неверно."},
    ],
    "shuffle": False,
}
ORDER = {"type": "ordering", "name": "Порядок", "text": "Расставьте.", "items": ["раз", "два", "три"]}


@dataclass
class Desk:
    """A learner, a stranger, and a quiz of a text to read and three questions."""

    person: int
    stranger: int
    enrolment: int
    offering: int
    read: int
    word: int
    choice: int
    order: int


def a_desk(session: Session, **over: Any) -> Desk:
    version = a_course(session)
    activity = session.scalars(
        select(Activity).where(Activity.course_version_id == version.id, Activity.kind == ActivityKind.QUIZ)
    ).one()
    old = session.scalars(select(Quiz).where(Quiz.activity_id == activity.id)).one()
    with not_yet_published(session, version.id):
        for slot in session.scalars(select(Slot).where(Slot.quiz_id == old.id)):
            session.delete(slot)
        session.flush()
        session.delete(old)
        session.flush()
        questions = [a_question(session, **body) for body in (READ, WORD, CHOICE, ORDER)]
        quiz = a_quiz(session, activity, *questions, **{"max_mark": 3.0, "per_page": 0} | over)
        slots = list(session.scalars(select(Slot).where(Slot.quiz_id == quiz.id).order_by(Slot.position)))
        slots[0].max_mark = 0.0
    person, stranger = a_person(session), a_person(session)
    offering = an_offering(session, version)
    enrolment = an_enrolment(session, person, offering)
    return Desk(person.id, stranger.id, enrolment.id, offering.id, *(slot.id for slot in slots))


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.unit_of_work() as session:
        return a_desk(session)


@pytest.fixture
def learner(client: FlaskClient, sign_in: SignIn, desk: Desk) -> FlaskClient:
    sign_in(client, desk.person)
    return client


def start(client: FlaskClient, desk: Desk) -> int:
    answer = client.post(f"/study/{desk.enrolment}/quiz/attempts")
    assert answer.status_code == 303, answer.text
    found = re.search(r"/study/attempts/(\d+)$", answer.headers["Location"])
    assert found, answer.headers["Location"]
    return int(found[1])


def put(client: FlaskClient, attempt: int, slot: int, number: int, **fields: list[str]) -> TestResponse:
    answers = [{"slot": slot, "number": number, "seen": 0, "fields": fields}]
    return client.put(f"/study/attempts/{attempt}/responses", json={"client": CLIENT, "answers": answers})


def grade(database: Database, attempt: int) -> None:
    with database.unit_of_work() as session:
        quizzes.grade_attempt(session, attempt, now=utcnow())


def right_places(database: Database, attempt: int, desk: Desk) -> dict[str, str]:
    with database.reading() as session:
        variant = session.scalars(
            select(Step.data).where(Step.attempt_id == attempt, Step.slot_id == desk.order)
        ).first()["variant"]
    return {f"s{desk.order}-place-{shown}": str(item + 1) for shown, item in enumerate(variant["order"])}


def test_the_start_page_says_what_awaits_and_does_not_start(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.unit_of_work() as session:
        desk = a_desk(session, time_limit=1800, attempts=3, pass_fraction=0.6)
    sign_in(client, desk.person)
    page = client.get(f"/study/{desk.enrolment}/quiz").text
    for words in (
        "3 вопрос",
        "30 минут",
        "осталось 3 из 3",
        "60 % и больше",
        "Когда время выйдет",
        "Начать тест",
    ):
        assert words in page
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_a_whole_attempt_without_script(learner: FlaskClient, desk: Desk, database: Database) -> None:
    attempt = start(learner, desk)
    assert start(learner, desk) == attempt
    page = learner.get(f"/study/attempts/{attempt}")
    assert "Сначала прочитайте." in page.text
    assert "<strong>доске</strong>" in page.text
    assert "Ложный &lt;b&gt;" in page.text
    answers = {f"s{desk.word}-text": "Мел", f"s{desk.choice}-choice": "0", "go": "review"}
    answers |= right_places(database, attempt, desk)
    answer = learner.post(f"/study/attempts/{attempt}/pages/1", data=answers)
    assert answer.headers["Location"] == f"/study/attempts/{attempt}/review"
    review = learner.get(answer.headers["Location"]).text
    assert "Вы ответили на все вопросы." in review
    finish = learner.post(f"/study/attempts/{attempt}/finish")
    waiting = learner.get(finish.headers["Location"]).text
    assert "Проверяем ваши ответы, обычно это занимает секунду." in waiting
    assert '<meta http-equiv="refresh" content="2">' in waiting
    code = re.search(r'class="code">([^<]+)<', waiting)
    assert code
    grade(database, attempt)
    result = learner.get(finish.headers["Location"]).text
    assert "Тест сдан" in result
    assert "100 %" in result
    assert "3 из 3 баллов" in result
    assert code[1] in result
    assert "Мел — это мягкий известняк." in result
    found = learner.get("/study/receipts", query_string={"code": code[1].lower()}).text
    assert "Работа принята" in found


def test_right_answers_stay_hidden_while_there_are_attempts_left(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.unit_of_work() as session:
        desk = a_desk(session, attempts=2)
    sign_in(client, desk.person)
    pages = []
    for _ in range(2):
        attempt = start(client, desk)
        client.post(
            f"/study/attempts/{attempt}/pages/1",
            data={f"s{desk.choice}-choice": "1", f"s{desk.word}-text": "доска", "go": "review"},
        )
        client.post(f"/study/attempts/{attempt}/finish")
        grade(database, attempt)
        pages.append(client.get(f"/study/attempts/{attempt}/result").text)
    assert all("Неверно" in page and "неверно" in page for page in pages)
    assert all("&lt;script&gt;" in page and "<script>alert" not in page for page in pages)
    assert "правильный ответ" not in pages[0]
    assert "Правильный ответ" not in pages[0]
    assert "мел" not in pages[0].split("Разбор ответов")[1].replace("Мел — это мягкий", "")
    assert "Правильный ответ" in pages[1]
    refused = client.post(f"/study/{desk.enrolment}/quiz/attempts")
    assert "Попыток больше нет" in client.get(refused.headers["Location"]).text


def test_right_answers_stay_hidden_while_the_last_attempt_is_running(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.unit_of_work() as session:
        desk = a_desk(session, attempts=2)
    sign_in(client, desk.person)
    first = start(client, desk)
    client.post(f"/study/attempts/{first}/finish")
    grade(database, first)
    second = start(client, desk)
    page = client.get(f"/study/attempts/{first}/result").text
    assert "Правильный ответ" not in page
    assert "Осталась 1 попытка" in page
    client.post(f"/study/attempts/{second}/finish")
    grade(database, second)
    assert "Правильный ответ" in client.get(f"/study/attempts/{first}/result").text


def test_pages_turn_and_save(client: FlaskClient, sign_in: SignIn, database: Database) -> None:
    with database.unit_of_work() as session:
        desk = a_desk(session, per_page=1)
    sign_in(client, desk.person)
    attempt = start(client, desk)
    first = client.get(f"/study/attempts/{attempt}").text
    assert "Сначала прочитайте." in first
    assert "Вопрос 1 из 3" in first
    assert "Что верно?" not in first
    turned = client.post(
        f"/study/attempts/{attempt}/pages/1", data={f"s{desk.word}-text": "мел", "go": "page-2"}
    )
    second = client.get(turned.headers["Location"]).text
    assert "Вопрос 2 из 3" in second
    assert "Сохранено" in second
    back = client.get(f"/study/attempts/{attempt}?page=1").text
    assert 'value="мел"' in back
    for page in ("0", "-5", "99", "x"):
        assert client.get(f"/study/attempts/{attempt}?page={page}").status_code == 200


def test_a_flag_is_a_button_that_saves_too(learner: FlaskClient, desk: Desk, database: Database) -> None:
    attempt = start(learner, desk)
    data = {f"s{desk.word}-text": "мел", "go": f"flag-{desk.choice}-1"}
    answer = learner.post(f"/study/attempts/{attempt}/pages/1", data=data)
    assert answer.headers["Location"].endswith(f"#s{desk.choice}-text")
    page = learner.get(f"/study/attempts/{attempt}").text
    assert "<span>Снять отметку" in page
    assert 'value="мел"' in page
    answer = learner.post(f"/study/attempts/{attempt}/flags", data={"slot": desk.choice, "flagged": "0"})
    assert answer.json == {"slot": desk.choice, "flagged": False}
    assert "<span>Снять отметку" not in learner.get(f"/study/attempts/{attempt}").text
    for go in ("flag-0-1", "flag-x-1", "flag-", "flag-999999999-1"):
        bad = learner.post(f"/study/attempts/{attempt}/pages/1", data={"go": go})
        assert bad.status_code == 404


def test_an_ordering_moves_by_buttons_without_script(learner: FlaskClient, desk: Desk) -> None:
    attempt = start(learner, desk)
    places = {f"s{desk.order}-place-{shown}": str(shown + 1) for shown in range(3)}
    learner.post(
        f"/study/attempts/{attempt}/pages/1", data=places | {f"s{desk.order}-move": "down-0", "go": ""}
    )
    page = learner.get(f"/study/attempts/{attempt}").text
    assert re.findall(r'<li data-value="(\d)"', page) == ["1", "0", "2"]


@pytest.mark.parametrize(
    ("move", "order"),
    [
        ("up-2", "132"),
        ("down-2", "123"),
        ("up-0", "123"),
        ("down-0", "213"),
        ("up-9", "123"),
        ("left-0", "123"),
    ],
)
def test_a_neighbour_makes_room(move: str, order: str) -> None:
    fields = {"place-0": ["1"], "place-1": ["2"], "place-2": ["3"]}
    found = moved(fields, move)
    placed = sorted(found, key=lambda name: int(found[name][0]))
    assert "".join(str(int(name[6:]) + 1) for name in placed) == order


def test_finishing_with_unanswered_questions_asks_first(learner: FlaskClient, desk: Desk) -> None:
    attempt = start(learner, desk)
    assert "Без ответа" in learner.get(f"/study/attempts/{attempt}/review").text
    asked = learner.get(f"/study/attempts/{attempt}/finish").text
    assert "После завершения ответить на" in asked
    for _ in range(2):
        answer = learner.post(f"/study/attempts/{attempt}/finish")
        assert answer.headers["Location"] == f"/study/attempts/{attempt}/result"
    for path in ("", "/review", "/finish"):
        again = learner.get(f"/study/attempts/{attempt}{path}")
        assert again.headers["Location"] == f"/study/attempts/{attempt}/result"


# ---- the script's side


def test_every_save_is_acknowledged_with_the_readers_clock(learner: FlaskClient, desk: Desk) -> None:
    attempt = start(learner, desk)
    answer = put(learner, attempt, desk.word, 1, text=["мел"])
    assert answer.status_code == 200
    told = answer.json
    assert re.fullmatch(r"\d\d:\d\d:\d\d", told["clock"])
    assert (told["refusal"], told["remaining"]) == (None, None)
    assert told["slots"] == [
        {"slot": desk.word, "number": 1, "fate": "saved", "seen": 1, "answered": True, "conflict": None}
    ]
    again = put(learner, attempt, desk.word, 1, text=["мел"]).json
    assert again["slots"] == told["slots"]


def test_two_tabs_are_told_of_each_other(learner: FlaskClient, desk: Desk) -> None:
    attempt = start(learner, desk)
    put(learner, attempt, desk.word, 1, text=["мел"])
    other = learner.put(
        f"/study/attempts/{attempt}/responses",
        json={
            "client": "another",
            "answers": [{"slot": desk.word, "number": 1, "seen": 0, "fields": {"text": ["доска"]}}],
        },
    ).json
    assert re.fullmatch(r"\d\d:\d\d", other["slots"][0]["conflict"])
    assert 'value="доска"' in learner.get(f"/study/attempts/{attempt}").text


def test_a_stale_page_does_not_overwrite_what_it_did_not_touch(learner: FlaskClient, desk: Desk) -> None:
    attempt = start(learner, desk)
    put(learner, attempt, desk.word, 1, text=["мел"])
    stale = {f"s{desk.word}-text": "", f"s{desk.word}-seen": "0", f"s{desk.choice}-choice": "0", "go": ""}
    learner.post(f"/study/attempts/{attempt}/pages/1", data=stale)
    assert 'value="мел"' in learner.get(f"/study/attempts/{attempt}").text


def test_the_seconds_left_are_the_servers(client: FlaskClient, sign_in: SignIn, database: Database) -> None:
    with database.unit_of_work() as session:
        desk = a_desk(session, time_limit=600)
    sign_in(client, desk.person)
    attempt = start(client, desk)
    assert 590 <= put(client, attempt, desk.word, 1, text=["мел"]).json["remaining"] <= 600
    state = client.get(f"/study/attempts/{attempt}/state").json
    assert state["running"]
    assert not state["graded"]
    assert 590 <= state["remaining"] <= 600
    past = utcnow() - timedelta(seconds=61)
    with database.unit_of_work() as session:
        session.execute(update(Attempt).values(deadline_at=past))
    late = put(client, attempt, desk.word, 2, text=["доска"])
    assert late.status_code == 409
    assert late.json["refusal"] == "time_over"
    assert late.json["slots"][0]["fate"] == "late"
    assert client.get(f"/study/attempts/{attempt}").headers["Location"].endswith("/result")
    with database.reading() as session:
        found = session.scalars(select(Attempt)).one()
        assert (found.state, found.finished_at) == ("finished", past)


def test_the_result_is_announced_by_the_state(learner: FlaskClient, desk: Desk, database: Database) -> None:
    attempt = start(learner, desk)
    learner.post(f"/study/attempts/{attempt}/finish")
    assert learner.get(f"/study/attempts/{attempt}/state").json["graded"] is False
    grade(database, attempt)
    state = learner.get(f"/study/attempts/{attempt}/state").json
    assert (state["graded"], state["grading_progress"]) == (True, "FullyGraded")


def test_a_long_wait_is_told_honestly(learner: FlaskClient, desk: Desk, database: Database) -> None:
    attempt = start(learner, desk)
    learner.post(f"/study/attempts/{attempt}/finish")
    with database.unit_of_work() as session:
        session.execute(update(Attempt).values(finished_at=utcnow() - timedelta(seconds=11)))
    page = learner.get(f"/study/attempts/{attempt}/result").text
    assert "<p>Проверка задерживается, ответы сохранены." in page
    assert "обычно это занимает секунду" not in page


def test_who_is_signed_out_is_told_so_in_json(client: FlaskClient, desk: Desk) -> None:
    answer = client.put("/study/attempts/1/responses", json={"answers": []})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        None,
        {},
        {"answers": 1},
        {"answers": [1]},
        {"answers": [{}]},
        {"answers": [{"slot": "1", "fields": {}}]},
        {"answers": [{"slot": True, "fields": {}}]},
        {"answers": [{"slot": 1, "fields": {"text": "мел"}}]},
        {"answers": [{"slot": 1, "fields": {"text": [1]}}]},
        {"answers": [{"slot": 1, "number": 1.5, "fields": {}}]},
        {"client": 5, "answers": []},
        {"client": "", "answers": []},
        {"client": "x" * 37, "answers": []},
        {"answers": [{"slot": 1, "number": 1, "fields": {}}]},
    ],
)
def test_what_no_page_of_ours_sends_is_refused(learner: FlaskClient, desk: Desk, body: Any) -> None:
    attempt = start(learner, desk)
    answer = learner.put(f"/study/attempts/{attempt}/responses", json=body)
    assert 400 <= answer.status_code < 500


def test_a_slot_of_another_quiz_is_not_there(learner: FlaskClient, desk: Desk) -> None:
    attempt = start(learner, desk)
    assert put(learner, attempt, 999_999, 1, text=["мел"]).status_code == 404


# ---- other people


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PUT", "/responses"),
        ("POST", "/pages/1"),
        ("POST", "/flags"),
        ("GET", "/review"),
        ("GET", "/finish"),
        ("POST", "/finish"),
        ("GET", "/result"),
        ("GET", "/state"),
    ],
)
def test_other_peoples_attempts_are_not_there(
    client: FlaskClient, sign_in: SignIn, desk: Desk, method: str, path: str
) -> None:
    sign_in(client, desk.person)
    attempt = start(client, desk)
    sign_in(client, desk.stranger)
    body = {"json": {"client": CLIENT, "answers": []}} if method == "PUT" else {}
    answer = client.open(f"/study/attempts/{attempt}{path}", method=method, **body)
    assert answer.status_code == 404
    assert client.open(f"/study/attempts/999999{path}", method=method, **body).status_code == 404


def test_a_receipt_is_shown_to_its_owner_and_to_who_teaches_the_group(
    client: FlaskClient, sign_in: SignIn, desk: Desk, database: Database
) -> None:
    with database.unit_of_work() as session:
        teacher, elsewhere = a_person(session), a_person(session)
        a_role(session, teacher, Role.INSTRUCTOR, desk.offering)
        a_role(session, elsewhere, Role.INSTRUCTOR, an_offering(session).id)
        teacher_id, elsewhere_id = teacher.id, elsewhere.id
    sign_in(client, desk.person)
    attempt = start(client, desk)
    client.post(f"/study/attempts/{attempt}/finish")
    with database.reading() as session:
        code = session.scalars(select(Attempt.receipt)).one()
    for person, seen in (
        (desk.person, True),
        (teacher_id, True),
        (desk.stranger, False),
        (elsewhere_id, False),
    ):
        sign_in(client, person)
        page = client.get("/study/receipts", query_string={"code": code})
        assert page.status_code == 200
        assert ("Работа принята" in page.text) is seen
    assert "мы не нашли" in client.get("/study/receipts?code=ABC").text


def test_a_page_of_a_quiz_asks_as_often_for_many_questions_as_for_few(
    client: FlaskClient, sign_in: SignIn, database: Database, count_queries: Counter
) -> None:
    counts = []
    for number in (2, 30):
        with database.unit_of_work() as session:
            version = a_course(session)
            activity = session.scalars(
                select(Activity).where(
                    Activity.course_version_id == version.id, Activity.kind == ActivityKind.QUIZ
                )
            ).one()
            quiz = session.scalars(select(Quiz).where(Quiz.activity_id == activity.id)).one()
            with not_yet_published(session, version.id):
                quiz.per_page = 0
                for place in range(3, number + 3):
                    asked_for = a_question(session, **WORD).id
                    session.add(
                        Slot(quiz_id=quiz.id, position=place, question_version_id=asked_for, max_mark=1.0)
                    )
            person = a_person(session)
            enrolment = an_enrolment(session, person, an_offering(session, version)).id
            person_id = person.id
        sign_in(client, person_id)
        client.get(f"/study/{enrolment}/quiz")
        found = re.search(r"(\d+)$", client.post(f"/study/{enrolment}/quiz/attempts").headers["Location"])
        assert found
        attempt = found[1]
        asked = []
        for path in ("", "/review", "/state"):
            with count_queries() as counted:
                assert client.get(f"/study/attempts/{attempt}{path}").status_code == 200
            asked.append(len([one for one in counted if not re.match("BEGIN|ROLLBACK|COMMIT", one)]))
        counts.append(asked)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 3
