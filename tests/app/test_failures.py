"""When something is away or asked for in a strange way, the page still stands and says what to do."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from courses.db import Database
from tests.factories import a_course, a_person, an_offering


def test_the_page_of_a_failure_stands_when_the_database_is_away(
    app: Flask, client: FlaskClient, database: Database, sign_in: Callable[..., None]
) -> None:
    with database.unit_of_work() as session:
        person = a_person(session).id
    sign_in(client, person)
    with database.unit_of_work() as session:
        session.execute(text("ALTER TABLE sign_in_session RENAME TO elsewhere"))
    try:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        for path in ("/study/", "/no-such-page"):
            page = client.get(path)
            assert page.status_code in (500, 503)
            assert "Ответы, которые были отмечены как сохранённые" in page.text or "сохранённые" in page.text
            assert "Войти" in page.text
    finally:
        with database.unit_of_work() as session:
            session.execute(text("ALTER TABLE elsewhere RENAME TO sign_in_session"))


@pytest.mark.parametrize(
    "path",
    [
        "/courses/a%00b",
        "/courses/known/v1/a%00.svg",
        "/courses/known?offering=99999999999",
        "/courses/known?offering=" + "9" * 5000,
        "/courses/known?offering=%00",
        "/?q=%00",
    ],
)
def test_strange_addresses_are_answered_plainly(client: FlaskClient, database: Database, path: str) -> None:
    with database.unit_of_work() as session:
        an_offering(session, a_course(session, key="known"))
    assert client.get(path).status_code in (200, 404)


def test_a_refused_form_leads_back_to_the_page_it_stood_on(client: FlaskClient) -> None:
    page = client.post("/sign-in/nowhere", headers={"Referer": "http://localhost/courses/known?offering=3"})
    assert page.status_code == 404
    assert 'value="/courses/known?offering=3"' in page.text
    page = client.post("/sign-in/nowhere", headers={"Referer": "https://elsewhere.example/x"})
    assert "elsewhere" not in page.text


def test_language_and_look_lead_back_to_the_same_choices(client: FlaskClient) -> None:
    page = client.get("/?kind=course&nonsense=private")
    assert 'name="next" value="/?kind=course"' in page.text
    assert "private" not in page.text


def test_what_was_typed_stays_out_of_errors_of_the_database(database: Database) -> None:
    with pytest.raises(Exception, match="nowhere") as caught, database.reading() as session:
        session.execute(text("SELECT :secret FROM nowhere"), {"secret": "Секретова"})
    assert "Секретова" not in str(caught.value)
