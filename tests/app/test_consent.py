"""Whoever was entered by the office agrees to the processing of their data before the first sign-in ends."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from courses import people
from courses.clock import utcnow
from courses.people import Registration
from courses.people.models import Consent, Person
from courses.people.tokens import debt_of

PASSWORD = "сирень у крыльца"
ADDRESS = "nina@school.example"


@pytest.fixture
def nina(database):
    """A person the office has entered."""
    checked = people.check_registration(Registration(ADDRESS, PASSWORD, "Соколова", "Нина", "Павловна"))
    with database.unit_of_work() as session:
        return people.enter(session, checked, by=people.SYSTEM, now=utcnow())


def sign_in(client, **over):
    return client.post("/sign-in", data={"email": ADDRESS, "password": PASSWORD} | over)


def agree(client, **over):
    shown = client.get("/consent").text
    text_hash = re.search(r'name="consent_hash"[^>]*value="([0-9a-f]{64})"', shown).group(1)
    return client.post("/consent", data={"consent": "y", "consent_hash": text_hash} | over)


def is_signed_in(client):
    return client.get("/account").status_code == 200


def consents(database):
    with database.reading() as session:
        return session.scalars(select(Consent)).all()


def test_the_right_password_alone_leads_to_the_question(client, nina):
    answer = sign_in(client, next="/study/certificates")
    assert (answer.status_code, answer.location) == (303, "/consent?next=/study/certificates")
    assert not is_signed_in(client)
    page = client.get(answer.location).text
    assert not re.search(r'name="consent"[^_>]*checked', page)
    assert "/documents/personal-data" in page


def test_who_agrees_is_signed_in_and_the_text_is_kept_with_version_and_time(client, app, nina, database):
    sign_in(client)
    before = utcnow()
    answer = agree(client, next="/study/certificates")
    assert (answer.status_code, answer.location) == (303, "/study/certificates")
    assert is_signed_in(client)
    [given] = consents(database)
    assert (given.person_id, given.document) == (nina, "personal-data")
    assert before <= given.given_at <= utcnow()
    assert re.fullmatch(r"\d{4}-\d{2}\.ru", given.text_version)
    assert app.extensions["files"].get(given.text_hash).decode().startswith("# Согласие")


def test_the_question_is_asked_once(client, app, nina, database):
    sign_in(client)
    agree(client)
    again = app.test_client()
    assert sign_in(again).location == "/study/"
    assert is_signed_in(again)
    assert len(consents(database)) == 1


def test_without_the_tick_nobody_is_admitted(client, nina, database):
    sign_in(client)
    answer = agree(client, consent="")
    assert answer.status_code == 422
    assert "Без согласия мы не можем" in answer.text
    assert not is_signed_in(client)
    assert consents(database) == []


def test_a_consent_to_another_text_is_not_taken(client, nina, database):
    sign_in(client)
    assert agree(client, consent_hash="0" * 64).status_code == 422
    assert consents(database) == []


def test_without_the_password_there_is_nothing_to_agree_to(client, nina, database):
    assert client.get("/consent").location == "/sign-in"
    assert client.post("/consent", data={"consent": "y"}).location == "/sign-in"
    assert sign_in(client, password="не тот пароль").status_code == 422
    assert client.get("/consent").location == "/sign-in"


@pytest.mark.parametrize("what", ["late", "forged", "another", "nonsense", "new password", "disabled"])
def test_a_note_that_is_not_true_opens_nothing(client, nina, database, settings, what):
    sign_in(client)
    with client.session_transaction() as kept:
        person, at, seal = kept["debt"].split(".")
        kept["debt"] = {
            "late": a_debt(database, settings, nina, utcnow() - timedelta(minutes=31)),
            "forged": f"{person}.{at}.{seal[:-1]}{'A' if seal[-1] != 'A' else 'B'}",
            "another": f"{int(person) + 1}.{at}.{seal}",
            "nonsense": "нет.такого\x00",
        }.get(what, kept["debt"])
    with database.unit_of_work() as session:
        row = session.get(Person, nina)
        if what == "new password":
            row.password_hash = people.check_new_password("клевер за околицей")
        if what == "disabled":
            row.disabled_at = utcnow()
    answer = agree(client)
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in")
    assert not is_signed_in(client)
    assert consents(database) == []


def a_debt(database, settings, person_id, moment):
    with database.reading() as session:
        return debt_of(session.get(Person, person_id), settings.secret_key, now=moment)


def test_the_button_may_be_pressed_twice(client, app, nina, database):
    sign_in(client)
    with client.session_transaction() as kept:
        debt = kept["debt"]
    agree(client)
    with client.session_transaction() as kept:
        kept["debt"] = debt
    assert agree(client).location == "/study/"
    assert len(consents(database)) == 1


def test_another_site_cannot_be_the_goal(client, nina):
    sign_in(client)
    assert agree(client, next="//evil.example").location == "/study/"


def test_who_took_the_consent_back_is_asked_again(client, app, nina, database):
    sign_in(client)
    agree(client)
    with database.unit_of_work() as session:
        session.scalars(select(Consent)).one().withdrawn_at = utcnow()
    assert sign_in(app.test_client()).location.startswith("/consent")
