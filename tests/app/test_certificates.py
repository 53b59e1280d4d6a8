"""A teacher's own certificates: they appear by themselves, and they are nobody else's."""

import hashlib
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import update

from courses import certificates
from courses.clock import utcnow
from courses.learning import EnrolmentCompleted
from courses.learning.models import Enrolment
from courses.outbox import publish
from courses.people import SYSTEM, Actor
from courses.people.models import Person
from tests.factories import a_person, a_role, an_enrolment


@pytest.fixture
def teacher(database, sign_in, client):
    """The id of the teacher whose browser `client` is."""
    with database.unit_of_work() as session:
        person_id = a_person(session, family_name="Иванова", given_name="Мария", patronymic="Петровна").id
    sign_in(client, person_id)
    return person_id


@pytest.fixture
def complete(database):
    """Complete an enrolment of this person, as the worker would; its id."""

    def one(person_id: int, *, told: bool = True, **name: str) -> int:
        with database.unit_of_work() as session:
            person = session.get(Person, person_id)
            for field, value in name.items():
                setattr(person, field, value)
            enrolment = an_enrolment(session, person, completed_at=utcnow())
            if told:
                publish(session, EnrolmentCompleted(enrolment.id), now=utcnow())
            return enrolment.id

    return one


def test_an_empty_shelf_says_what_fills_it(client, teacher):
    page = client.get("/study/certificates").text
    assert "Сертификатов пока нет" in page
    assert "Refresh" not in client.get("/study/certificates").headers


def test_a_certificate_appears_by_itself_and_downloads_under_its_number(
    client, teacher, complete, run_worker
):
    complete(teacher)
    waiting = client.get("/study/certificates")
    assert "Готовится" in waiting.text
    assert waiting.headers["Refresh"] == "2"
    run_worker()
    ready = client.get("/study/certificates")
    assert "Refresh" not in ready.headers
    [path] = [
        part.split('"')[0] for part in ready.text.split('href="') if part.split('"')[0].endswith(".pdf")
    ]
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    year = utcnow().astimezone().year
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="certificate-{year}-00001.pdf"; '
        f"filename*=UTF-8''{quote(f'Сертификат {year}-СТ-00001.pdf')}"
    )
    assert "no-store" in answer.headers["Cache-Control"]
    code = ready.text.split('href="/verify/')[1].split('"')[0]
    assert client.get(f"/verify/{code}.json").json["file_sha256"] == hashlib.sha256(answer.data).hexdigest()


def test_running_the_worker_again_changes_nothing(client, teacher, complete, run_worker, database):
    enrolment_id = complete(teacher)
    run_worker()
    first = own_words(client.get("/study/certificates").text)
    with database.unit_of_work() as session:
        publish(session, EnrolmentCompleted(enrolment_id), now=utcnow())
    run_worker()
    assert own_words(client.get("/study/certificates").text) == first


def own_words(page: str) -> str:
    """The page without the tokens of its forms, which change with the second."""
    return re.sub(r'(name="csrf_token") value="[^"]*"', r"\1", page)


def test_what_is_late_is_not_asked_for_every_two_seconds(client, teacher, complete, database):
    enrolment_id = complete(teacher, told=False)
    for age, pause in ((timedelta(minutes=1), "15"), (timedelta(hours=1), None)):
        with database.unit_of_work() as session:
            session.execute(
                update(Enrolment).where(Enrolment.id == enrolment_id).values(completed_at=utcnow() - age)
            )
        assert client.get("/study/certificates").headers.get("Refresh") == pause
    assert "Задерживается" in client.get("/study/certificates").text


def test_a_name_that_cannot_be_printed_is_explained_with_what_to_do(client, teacher, complete, run_worker):
    complete(teacher, family_name="山田")
    run_worker()
    page = client.get("/study/certificates").text
    assert "Исправьте имя" in page
    assert "山" in page
    assert 'href="/account' in page


def test_a_revoked_one_is_shown_with_the_reason_and_without_the_file(
    client, teacher, complete, run_worker, database
):
    complete(teacher)
    run_worker()
    with database.unit_of_work() as session:
        chief = a_role(session, a_person(session), "administrator")
        [own] = certificates.my_certificates(session, by=Actor(teacher))
        certificates.revoke(session, own.id, reason="Выдан по ошибке", by=chief, now=utcnow())
    page = client.get("/study/certificates").text
    assert "Аннулирован" in page
    assert "Выдан по ошибке" in page
    assert f"/study/certificates/{own.id}.pdf" not in page


def test_another_person_s_certificate_is_not_there(
    client, teacher, complete, run_worker, database, app, sign_in
):
    complete(teacher)
    run_worker()
    with database.unit_of_work() as session:
        stranger = a_person(session).id
        [own] = certificates.my_certificates(session, by=Actor(teacher))
    other = app.test_client()
    sign_in(other, stranger)
    assert other.get(f"/study/certificates/{own.id}.pdf").status_code == 404
    assert "Сертификатов пока нет" in other.get("/study/certificates").text
    nobody = app.test_client()
    assert nobody.get(f"/study/certificates/{own.id}.pdf").status_code == 303
    for strange in ("999999", "99999999999999999999", "0"):
        assert client.get(f"/study/certificates/{strange}.pdf").status_code == 404


def test_before_it_is_printed_there_is_no_file(client, teacher, complete, database, settings):
    enrolment_id = complete(teacher, told=False)
    with database.unit_of_work() as session:
        made = certificates.issue(session, enrolment_id, settings=settings, by=SYSTEM, now=utcnow())
    assert client.get(f"/study/certificates/{made.id}.pdf").status_code == 404


def test_a_lost_file_is_drawn_again(client, teacher, complete, run_worker, settings, database):
    complete(teacher)
    run_worker()
    with database.reading() as session:
        [own] = certificates.my_certificates(session, by=Actor(teacher))
    path = f"/study/certificates/{own.id}.pdf"
    before = client.get(path).data
    for stored in settings.files_folder.rglob("*"):
        if stored.is_file():
            stored.unlink()
    assert client.get(path).data == before


def test_the_shelf_costs_the_same_however_full_it_is(client, teacher, complete, run_worker, count_queries):
    complete(teacher)
    run_worker()
    client.get("/study/certificates")
    with count_queries() as few:
        client.get("/study/certificates")
    for _ in range(5):
        complete(teacher)
    run_worker()
    client.get("/study/certificates")
    with count_queries() as many:
        client.get("/study/certificates")
    assert len(many) == len(few)
