"""Essays and calculated questions as pages show them: limits in words, values in every text."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.learner.sheets import EVERYTHING, reviewed
from courses import quizzes
from courses.catalogue.rules import ActivityKind
from courses.clock import utcnow
from courses.db import Database
from courses.people import Actor, Role
from courses.quizzes.models import Slot
from tests.factories import (
    a_course,
    a_module,
    a_person,
    a_question,
    a_quiz,
    a_role,
    an_activity,
    an_enrolment,
    an_offering,
)

SignIn = Callable[[FlaskClient, int], None]
STORY = {
    "type": "essay",
    "name": "Рассказ",
    "text": "Опишите летний день.",
    "least_words": 3,
    "most_words": 10,
    "template": "\nЛетним днём…",
    "response_format": "monospaced",
    "attachments": 1,
}
WAY = {
    "type": "calculated_simple",
    "name": "Путь",
    "text": "Поезд шёл {t} ч со скоростью {v} км/ч. Какой путь он прошёл?",
    "answers": [{"formula": "{t}*{v}", "digits": 0, "fraction": 1, "feedback": "Да: {={t}*{v}} км."}],
    "datasets": [{"name": "t", "values": [3], "decimals": 0}, {"name": "v", "values": [60], "decimals": 0}],
    "general_feedback": "За {t} ч — {={t}*{v}} км.",
}


@dataclass
class Desk:
    """A learner and an author, and a quiz of an essay and a calculated question."""

    person: int
    author: int
    enrolment: int
    version: int
    story: int
    way: int


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.unit_of_work() as session:
        version = a_course(session, quiz=False, published_at=None)
        module = a_module(session, version, key="m2", position=2)
        activity = an_activity(session, version, module, ActivityKind.QUIZ, 3, key="quiz")
        questions = [a_question(session, **body) for body in (STORY, WAY)]
        quiz = a_quiz(session, activity, *questions, per_page=0, max_mark=2.0, attempts=1)
        version.published_at = utcnow()
        session.flush()
        enrolment = an_enrolment(session, a_person(session), an_offering(session, version))
        author = a_role(session, a_person(session), Role.CONTENT_DEVELOPER).id
        slots = session.scalars(select(Slot.id).where(Slot.quiz_id == quiz.id).order_by(Slot.position)).all()
        return Desk(enrolment.person_id, author, enrolment.id, version.id, slots[0], slots[1])


@pytest.fixture
def attempt(client: FlaskClient, sign_in: SignIn, desk: Desk) -> str:
    """The address of an attempt that the learner has begun."""
    sign_in(client, desk.person)
    return client.post(f"/study/{desk.enrolment}/quiz/attempts").headers["Location"]


def words_of(page: str) -> str:
    """The page as it reads, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def written(client: FlaskClient, attempt: str, desk: Desk, text: str, **more: Any) -> str:
    """The page after the essay was sent by a plain form."""
    answers = {f"s{desk.story}-text": text, **more}
    return client.post(f"{attempt}/pages/1", data=answers, follow_redirects=True).text


def test_the_field_begins_with_the_template_and_the_limits_are_said(
    client: FlaskClient, attempt: str, desk: Desk
) -> None:
    page = client.get(attempt).text
    field = re.search(r"<textarea([^>]*)>(.*?)</textarea>", page, re.DOTALL)
    assert field is not None
    assert field[2] == "\n\nЛетним днём…"  # the first line feed belongs to the tag
    assert f'aria-describedby="s{desk.story}-words"' in field[1]
    assert "input-mono" in field[1]
    assert re.search(r"Нужно от 3 до 10 \w+\. Слов сейчас: 2", words_of(page))
    assert "К ответу можно приложить файлы. Пока нет ни одного." in words_of(page)


def test_a_short_answer_is_kept_and_the_page_says_what_it_lacks(
    client: FlaskClient, attempt: str, desk: Desk
) -> None:
    page = written(client, attempt, desk, "Жарко")
    assert re.search(r"Нужно не меньше 3 \w+, сейчас 1\.", words_of(page))
    assert "отвечен не весь" in (summary := words_of(client.get(f"{attempt}/review").text))
    assert re.search(r"Нужно не меньше 3 \w+, сейчас 1\.", summary)
    page = written(client, attempt, desk, "\n  Жарко </textarea> & тихо")
    assert "\n\n  Жарко &lt;/textarea&gt; &amp; тихо</textarea>" in page
    assert "Нужно не меньше" not in words_of(page)
    assert "отвечен не весь" not in words_of(client.get(f"{attempt}/review").text)


def test_a_template_sent_as_it_was_is_no_answer(client: FlaskClient, attempt: str, desk: Desk) -> None:
    written(client, attempt, desk, "\r\nЛетним днём…")
    assert "Без ответа осталось 2" in words_of(client.get(f"{attempt}/review").text)


def test_a_file_of_an_answer_stays_while_its_box_is_ticked(
    client: FlaskClient, attempt: str, desk: Desk
) -> None:
    name = f"s{desk.story}-file"
    page = written(client, attempt, desk, "Было жарко, тихо", **{name: f"{'0' * 64}:2049:отчёт <1>.pdf"})
    box = re.search(rf'<input type="checkbox" name="{name}" value="([^"]*)" checked>', page)
    assert box is not None
    assert "отчёт <1>.pdf 3 КБ" in words_of(page)
    page = written(client, attempt, desk, "Было жарко, тихо", **{name: html.unescape(box[1])})
    assert "отчёт <1>.pdf" in words_of(page)
    assert "отчёт" not in written(client, attempt, desk, "Было жарко, тихо")


def test_a_finished_essay_waits_for_a_person_and_is_shown_as_it_was_written(
    app: Flask, client: FlaskClient, attempt: str, desk: Desk, database: Database
) -> None:
    written(client, attempt, desk, "Жарко <b>\n  и тихо", **{f"s{desk.way}-text": "180"})
    client.post(f"{attempt}/finish")
    with database.unit_of_work() as session:
        quizzes.grade_attempt(session, int(attempt.rpartition("/")[2]), now=utcnow())
        sitting = quizzes.sitting(session, int(attempt.rpartition("/")[2]), by=Actor(desk.person))
        assert [sheet.state for sheet in sitting.sheets] == ["needs_grading", "graded_right"]
        assert sitting.sheets[1].feedback == ["Да: 180 км."]
        assert sitting.sheets[1].general_feedback == "За 3 ч — 180 км."
    assert "Часть ответов проверит преподаватель." in words_of(client.get(f"{attempt}/result").text)
    with app.test_request_context():
        story, way = (reviewed(sheet, EVERYTHING) for sheet in sitting.sheets)
    assert "<pre>Жарко &lt;b&gt;\n  и тихо</pre>" in story
    assert "answer-wrong" not in story
    assert "Правильный ответ" not in story
    assert "Да: 180 км. За 3 ч — 180 км." in words_of(way)


def test_the_values_of_the_attempt_stand_in_the_text_of_the_page(
    client: FlaskClient, sign_in: SignIn, attempt: str, desk: Desk
) -> None:
    said = "Поезд шёл 3 ч со скоростью 60 км/ч."
    assert said in words_of(client.get(attempt).text)
    sign_in(client, desk.author)
    assert said in words_of(client.get(f"/author/versions/{desk.version}/preview/quiz").text)
