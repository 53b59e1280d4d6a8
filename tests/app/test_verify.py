"""The verification page as strangers, programs and the curious meet it."""

import re
import zlib

import pytest

from app.extensions import db, limiter
from app.factory import create_app
from courses import certificates, people
from courses.clock import utcnow
from courses.files import FolderStore
from courses.people import SYSTEM
from tests.factories import a_person, a_role, an_enrolment

REASON = "Ошибка в фамилии слушателя"
FULL = ("Иванова", "Мария", "Петровна")


@pytest.fixture
def held(database, settings):
    """The id and code of a printed certificate of Иванова Мария Петровна."""
    with database.unit_of_work() as session:
        family, given, patronymic = FULL
        person = a_person(session, family_name=family, given_name=given, patronymic=patronymic)
        enrolment = an_enrolment(session, person, completed_at=utcnow())
        made = certificates.issue(session, enrolment.id, settings=settings, by=SYSTEM, now=utcnow())
    files = FolderStore(settings.files_folder)
    key = files.put(certificates.render(made.snapshot, files))
    with database.unit_of_work() as session:
        certificates.attach_pdf(session, made.id, key, now=utcnow())
    return made


@pytest.fixture
def chief(database) -> people.Actor:
    """An administrator."""
    with database.unit_of_work() as session:
        return a_role(session, a_person(session), "administrator")


def revoke(database, held, chief):
    with database.unit_of_work() as session:
        certificates.revoke(session, held.id, reason=REASON, by=chief, now=utcnow())


def test_a_stranger_sees_that_it_is_valid_and_for_what(client, held):
    answer = client.get(f"/verify/{held.code}")
    assert answer.status_code == 200
    for said in ("Действителен", held.number, "Сетевое взаимодействие педагога", "Не является документом"):
        assert said in answer.text
    assert "Иванова\u00a0М.\u00a0П." in answer.text


def test_the_page_never_shows_the_full_name(client, held):
    for text in (
        client.get(f"/verify/{held.code}").text,
        client.get(f"/verify/{held.code}.json").text,
        client.post(f"/verify/{held.code}", data={"name": "кто-то"}).text,
    ):
        assert "Мария" not in text
        assert "Петровна" not in text


def test_the_page_is_small_uncached_and_unknown_to_robots(client, held):
    answer = client.get(f"/verify/{held.code}")
    assert len(answer.data) <= 20 * 1024
    assert len(zlib.compress(answer.data)) <= 6 * 1024
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_one_query_answers_a_stranger(client, held, count_queries):
    client.get(f"/verify/{held.code}")
    with count_queries() as sent:
        client.get(f"/verify/{held.code}")
    assert len([line for line in sent if line.startswith("SELECT")]) == 1


def test_a_revoked_one_says_so_with_reason_and_day(client, held, chief, database):
    revoke(database, held, chief)
    page = client.get(f"/verify/{held.code}").text
    assert "Аннулирован" in page
    assert REASON in page
    assert "Действителен" not in page


def test_a_replaced_one_leads_to_the_new(client, held, chief, database, settings):
    with database.unit_of_work() as session:
        new = certificates.replace(session, held.id, reason=REASON, settings=settings, by=chief, now=utcnow())
    page = client.get(f"/verify/{held.code}").text
    assert "Заменён" in page
    assert f'href="/verify/{new.code}"' in page
    assert "Выпускается" in client.get(f"/verify/{new.code}").text


STRANGE = [
    "0000-0000-0000-0000",
    "x",
    "..%5c",
    "'; DROP TABLE certificate; --",
    "я" * 300,
    "%ED%A0%80",
    "1" * 5000,
]


@pytest.mark.parametrize("code", STRANGE)
def test_whatever_is_asked_the_answer_is_not_found(client, held, code):
    answer = client.get(f"/verify/{code}")
    assert answer.status_code == 404
    assert "Не найден" in answer.text


def test_unknown_codes_get_the_same_page(client, held):
    pages = {
        re.sub(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", "", client.get(f"/verify/{code}").text)
        for code in ("0000-0000-0000-0000", "ABCD-EFGH-JKMN-PQRS", "1111-1111-1111-1111")
    }
    assert len(pages) == 1


def test_programs_get_one_shape_whatever_the_answer(client, held, chief, database):
    valid = client.get(f"/verify/{held.code}", headers={"Accept": "application/json"})
    unknown = client.get("/verify/0000-0000-0000-0000.json")
    assert (valid.status_code, unknown.status_code) == (200, 404)
    assert valid.json["status"] == "valid"
    assert valid.json["url"] == f"http://localhost/verify/{held.code}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", valid.json["issued_on"])
    assert re.fullmatch(r"[0-9a-f]{64}", valid.json["file_sha256"])
    assert valid.json.keys() == unknown.json.keys()
    assert set(unknown.json.values()) == {"not_found", "", 0}
    revoke(database, held, chief)
    revoked = client.get(f"/verify/{held.code}.json").json
    assert (revoked["status"], revoked["reason"], revoked.keys()) == ("revoked", REASON, valid.json.keys())


@pytest.mark.parametrize("between", ["-", " ", ""])
def test_the_form_leads_to_the_page_however_the_code_is_typed(client, held, between):
    typed = held.code.lower().replace("-", between)
    answer = client.get("/verify", query_string={"code": typed})
    assert (answer.status_code, answer.location) == (303, f"/verify/{held.code}")
    assert "Действителен" in client.get(answer.location).text


@pytest.mark.parametrize(
    "typed", ["../../etc/passwd", "//evil.example", "\x00", "ё" * 999, "?#&", "javascript:x"]
)
def test_the_form_leads_nowhere_else(client, typed):
    answer = client.get("/verify", query_string={"code": typed})
    assert answer.status_code in (200, 303)
    if answer.status_code == 303:
        assert re.match(r"/verify/[^/]+$", answer.location)
        assert client.get(answer.location).status_code == 404


def test_a_registration_number_is_no_code_and_the_form_says_so(client, held):
    answer = client.get("/verify", query_string={"code": f"№ {held.number}"})
    assert answer.status_code == 422
    assert "регистрационный номер" in answer.text


def test_the_form_stands_by_itself(client):
    assert "Код проверки" in client.get("/verify").text


def test_the_full_name_on_the_paper_can_be_compared(client, held):
    path = f"/verify/{held.code}"
    assert "Имя совпадает" in client.post(path, data={"name": "иванова мария  петровна"}).text
    page = client.post(path, data={"name": "Иванова Марина Петровна"}).text
    assert "не совпадает" in page
    assert "Действителен" in page
    assert "совпадает" not in client.post(path, data={"name": " "}).text


def test_another_site_cannot_have_names_compared(client, held):
    answer = client.post(
        f"/verify/{held.code}",
        data={"name": "Иванова Мария Петровна"},
        headers={"Origin": "https://evil.example"},
    )
    assert "совпадает" not in answer.text


def test_an_unknown_code_compares_nothing(client):
    answer = client.post("/verify/0000-0000-0000-0000", data={"name": "Иванова Мария Петровна"})
    assert answer.status_code == 404
    assert "совпадает" not in answer.text


@pytest.fixture
def guarded(settings):
    """A browser of an installation that counts requests."""
    made = create_app(
        settings,
        TESTING=True,
        WTF_CSRF_ENABLED=False,
        RATELIMIT_ENABLED=True,
        RATELIMIT_STORAGE_URI="memory://",
    )
    limiter.reset()
    yield made.test_client()
    limiter.enabled = False
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_asking_all_day_is_slowed_down(guarded):
    answers = [guarded.get(f"/verify/{place:016d}").status_code for place in range(62)]
    assert answers == [404] * 60 + [429] * 2
    refused = guarded.get("/verify")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 61  # a minute, and what is left of a second
    assert guarded.get("/livez").status_code == 200


def test_an_english_reader_reads_english_around_russian_words(client, held):
    client.set_cookie("language", "en")
    page = client.get(f"/verify/{held.code}").text
    assert '<html lang="en"' in page
    assert "Сетевое взаимодействие педагога" in page
