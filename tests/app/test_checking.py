"""Quizzes that answer at once, by plain forms: «Проверить», «Ещё раз», hints and certainty."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from courses.db import Database
from tests.app.test_quizzes import Desk, a_desk

SignIn = Callable[[FlaskClient, int], None]


def begun(database: Database, client: FlaskClient, sign_in: SignIn, behaviour: str) -> tuple[Desk, str]:
    """A learner at the first page of a quiz with this behaviour; its address."""
    with database.unit_of_work() as session:
        desk = a_desk(session, settings={"behaviour": behaviour})
    sign_in(client, desk.person)
    answer = client.post(f"/study/{desk.enrolment}/quiz/attempts")
    return desk, answer.headers["Location"]


def pressed(client: FlaskClient, address: str, **fields: str) -> str:
    """The page after a button was pressed."""
    answer = client.post(f"{address}/pages/1", data=fields)
    assert answer.status_code == 303
    return client.get(answer.headers["Location"]).text


def test_a_word_is_checked_and_cannot_be_changed(database, client, sign_in) -> None:
    desk, address = begun(database, client, sign_in, "immediate_feedback")
    assert f'value="check-{desk.word}"' in client.get(address).text
    page = pressed(client, address, **{f"s{desk.word}-text": "мел", "go": f"check-{desk.word}"})
    assert "Верно" in page
    assert "Так и есть." in page
    assert f'name="s{desk.word}-text"' not in page
    assert f'value="check-{desk.word}"' not in page
    page = pressed(client, address, **{f"s{desk.word}-text": "уголь", "go": "page-1"})
    assert "Проверенный ответ уже нельзя изменить" in page


def test_a_wrong_check_says_so_and_counts_the_next_one_less(database, client, sign_in) -> None:
    desk, address = begun(database, client, sign_in, "adaptive")
    page = pressed(client, address, **{f"s{desk.choice}-choice": "1", "go": f"check-{desk.choice}"})
    assert "Неверно" in page
    page = pressed(client, address, **{f"s{desk.choice}-choice": "0", "go": f"check-{desk.choice}"})
    assert "засчитано 0,67 из 1" in page


def test_nothing_to_check_is_said_beside_the_question(database, client, sign_in) -> None:
    desk, address = begun(database, client, sign_in, "adaptive")
    page = pressed(client, address, go=f"check-{desk.choice}")
    assert "Выберите один из ответов." in page


def test_how_sure_one_is_is_asked_and_kept(database, client, sign_in) -> None:
    desk, address = begun(database, client, sign_in, "immediate_cbm")
    fields = {f"s{desk.choice}-choice": "0", "go": f"check-{desk.choice}"}
    assert "Отметьте, насколько вы уверены в ответе." in pressed(client, address, **fields)
    page = pressed(client, address, **fields, **{f"s{desk.choice}-certainty": "3"})
    assert "засчитано 3 из 1" in page


@pytest.mark.parametrize(
    "go", ["check-", "check-abc", "check-999999", "again-0", "check--1", "check-" + "9" * 40]
)
def test_a_button_that_is_none_is_not_found_or_refused(database, client, sign_in, go) -> None:
    _, address = begun(database, client, sign_in, "adaptive")
    assert client.post(f"{address}/pages/1", data={"go": go}).status_code == 404


def test_a_quiz_that_answers_at_the_end_refuses_a_check(database, client, sign_in) -> None:
    desk, address = begun(database, client, sign_in, "deferred_feedback")
    assert "check-" not in client.get(address).text
    fields = {f"s{desk.choice}-choice": "0", "go": f"check-{desk.choice}"}
    answer = client.post(f"{address}/pages/1", data=fields)
    assert answer.status_code == 409
    assert "checked" in client.get(address).text, "the answer was lost with the refusal"
