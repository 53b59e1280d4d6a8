"""Texts with blanks as pages show them: the text once, a field in every place, the answer where it stood."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from markupsafe import Markup
from sqlalchemy import select

from app.gaps import with_gaps
from courses import quizzes
from courses.catalogue.rules import ActivityKind
from courses.clock import utcnow
from courses.db import Database
from courses.people import Role
from courses.questions.controls import GAP
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
RIVER = {
    "type": "cloze",
    "name": "Волга",
    "text": "Города на Волге\n\n| река | [[1]] |\n|---|---|\n| море | [[2]] |\n\n"
    "- длина [[3]] км\n- притоки [[4]]",
    "text_format": "markdown",
    "blanks": [
        {
            "kind": "short_answer",
            "answers": [{"text": "Волга", "fraction": 1, "feedback": "Верно **сказано**."}],
        },
        {
            "kind": "single_choice",
            "answers": [
                {"text": "Чёрное <b>", "fraction": 0, "feedback": ""},
                {"text": "Каспийское", "fraction": 1, "feedback": ""},
            ],
        },
        {"kind": "numerical", "answers": [{"value": 3530, "tolerance": 30, "fraction": 1, "feedback": ""}]},
        {
            "kind": "multiple_choice",
            "look": "row",
            "answers": [
                {"text": "Ока", "fraction": 1, "feedback": ""},
                {"text": "Дон", "fraction": 0, "feedback": "Он сам впадает в море."},
            ],
        },
    ],
}
PROVERB = {
    "type": "drag_words",
    "name": "Пословица",
    "text": "<p>Тише [[1]], дальше [[2]].</p><p>Красна [[3]].</p>",
    "text_format": "html",
    "choices": [{"text": "едешь"}, {"text": "будешь"}, {"text": "пирогами", "group": 2}],
    "shuffle": False,
}


@dataclass
class Desk:
    """A learner and an author, and a quiz of a text with blanks and a proverb."""

    person: int
    author: int
    enrolment: int
    version: int
    slots: tuple[int, int]

    def fields(self, *answers: str) -> dict[str, Any]:
        """The form with these answers, to the four blanks and the three gaps."""
        river, proverb = self.slots
        names = [f"s{river}-blank-{n}" for n in range(4)] + [f"s{proverb}-gap-{n}" for n in range(3)]
        return dict(zip(names, answers, strict=True))


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.unit_of_work() as session:
        version = a_course(session, quiz=False, published_at=None)
        module = a_module(session, version, key="m2", position=2)
        activity = an_activity(session, version, module, ActivityKind.QUIZ, 3, key="quiz")
        questions = [a_question(session, **body) for body in (RIVER, PROVERB)]
        quiz = a_quiz(session, activity, *questions, per_page=0, max_mark=2.0, attempts=1)
        version.published_at = utcnow()
        session.flush()
        enrolment = an_enrolment(session, a_person(session), an_offering(session, version))
        author = a_role(session, a_person(session), Role.CONTENT_DEVELOPER).id
        slots = session.scalars(select(Slot.id).where(Slot.quiz_id == quiz.id).order_by(Slot.position)).all()
        return Desk(enrolment.person_id, author, enrolment.id, version.id, (slots[0], slots[1]))


@pytest.fixture
def attempt(client: FlaskClient, sign_in: SignIn, desk: Desk) -> str:
    """The address of an attempt that the learner has begun."""
    sign_in(client, desk.person)
    return client.post(f"/study/{desk.enrolment}/quiz/attempts").headers["Location"]


def words_of(page: str) -> str:
    """The page as it reads, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_a_text_stands_once_with_a_named_field_in_every_place(
    client: FlaskClient, attempt: str, desk: Desk
) -> None:
    page = client.get(attempt).text
    for once in ("Города на Волге", "Тише ", "Заполните пропуски"):
        assert page.count(once) == (2 if once.startswith("Зап") else 1)
    assert page.count(f'id="s{desk.slots[0]}-text"') == page.count(f'id="s{desk.slots[1]}-text"') == 1
    for number in range(1, 5):
        assert page.count(f'aria-label="Пропуск {number} из 4"') == 1
    for number in range(1, 4):
        assert page.count(f'aria-label="Пропуск {number} из 3"') == 1
    assert re.search(rf'<th scope="col"><input[^>]* name="s{desk.slots[0]}-blank-0"', page)
    assert re.search(rf'<td><select[^>]* name="s{desk.slots[0]}-blank-1"', page)
    assert re.search(r'<li>притоки <span class="blank choices choices-inline" role="group"', page)
    assert "[[" not in page
    assert "\ue000" not in page
    assert "Чёрное &lt;b&gt;" in page or "Чёрное</option>" in page


def test_a_plain_form_fills_the_blanks_and_the_page_keeps_them(
    client: FlaskClient, attempt: str, desk: Desk
) -> None:
    answers = desk.fields('Во"лга', "1", "3 500", "1", "0", "", "0")
    page = client.post(f"{attempt}/pages/1", data=answers, follow_redirects=True).text
    assert f'name="s{desk.slots[0]}-blank-0" value="Во&#34;лга"' in page
    assert f'name="s{desk.slots[0]}-blank-2" value="3 500"' in page
    assert re.search(rf'name="s{desk.slots[0]}-blank-3" value="1" checked', page)
    assert page.count(" selected>") == 3


def test_the_result_shows_every_answer_in_its_place_and_what_is_right(
    client: FlaskClient, attempt: str, desk: Desk, database: Database
) -> None:
    client.post(f"{attempt}/pages/1", data=desk.fields("Волга", "0", "3530", "1", "1", "0", ""))
    client.post(f"{attempt}/finish")
    with database.unit_of_work() as session:
        quizzes.grade_attempt(session, int(attempt.rpartition("/")[2]), now=utcnow())
    page = client.get(f"{attempt}/result").text
    said = words_of(page)
    assert page.count("Города на Волге") == 1
    assert "река Пропуск 1 Волга море Пропуск 2 Чёрное" in said
    assert "Тише Пропуск 1 будешь , дальше Пропуск 2 едешь . Красна Пропуск 3 нет ответа ." in said
    assert "Пропуск 1 — Волга ваш ответ, верно Верно сказано ." in said
    assert "Пропуск 4 — Дон ваш ответ, неверно" in said
    assert "1 → едешь; 2 → будешь; 3 → пирогами" in said


def test_the_preview_of_the_author_shows_the_text_once_and_takes_nothing(
    client: FlaskClient, sign_in: SignIn, desk: Desk
) -> None:
    sign_in(client, desk.author)
    page = client.get(f"/author/versions/{desk.version}/preview/quiz").text
    assert page.count("Города на Волге") == page.count("Тише ") == 1
    assert len(re.findall(r'<fieldset class="blanks"[^>]* disabled', page)) == 2


# ---- fields in a rendered text


def field(number: int) -> Markup:
    return Markup('<input value="{}">').format(number)


def test_a_field_is_put_into_words_and_never_into_a_tag() -> None:
    text = Markup('<p title="{0} > {1}">Река {0}</p><p>и {1}.</p>').format(*map(GAP.format, range(2)))
    assert with_gaps(text, field, 2).count("<input") == 2
    assert '<p>и <input value="1">.</p>' in with_gaps(text, field, 2)


def test_a_place_is_filled_once_and_a_blank_without_a_place_comes_after_the_text() -> None:
    text = Markup("<p>{0} {0} {1} {2}</p>").format(GAP.format(0), GAP.format(7), "\ue000")
    assert with_gaps(text, field, 2) == '<p><input value="0">   </p><p><input value="1"></p>'


def test_what_is_not_rendered_yet_is_escaped_and_so_is_what_is_drawn() -> None:
    assert with_gaps(f"<i> {GAP.format(0)}", lambda _: "<b>", 1) == "&lt;i&gt; &lt;b&gt;"
