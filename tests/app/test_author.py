"""The author's door: check before making, all or nothing, preview, publishing; closed to everybody else."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses import audit, catalogue, packages
from courses.catalogue.models import Course, CourseVersion, Offering
from courses.clock import utcnow
from courses.db import Database
from courses.files import FolderStore, Waiting
from courses.people.rules import SYSTEM
from courses.settings import Settings
from tests.courses.packages.factory import LESSON, small_package, zipped
from tests.factories import a_course, a_person, a_role, an_offering

Person = Callable[[str | None], int]


@pytest.fixture
def person(database: Database) -> Person:
    """A person with a role, or with none."""

    def make(role: str | None, offering_id: int | None = None) -> int:
        with database.unit_of_work() as session:
            found = a_person(session)
            if role:
                a_role(session, found, role, offering_id)
            return found.id

    return make


@pytest.fixture
def author(client: FlaskClient, person: Person, sign_in: Any) -> FlaskClient:
    """A browser in which an author is signed in."""
    sign_in(client, person("content_developer"))
    return client


def send(client: FlaskClient, files: dict[str, bytes] | bytes, name: str = "курс.zip") -> Any:
    data = files if isinstance(files, bytes) else zipped(files)
    return client.post("/author/import", data={"package": (io.BytesIO(data), name)})


def brought(client: FlaskClient, files: dict[str, bytes]) -> int:
    """The version made of a package through the door."""
    token = re.search(r"/author/import/([0-9a-f]{64})", send(client, files).text)
    assert token is not None
    answer = client.post(token.group())
    assert answer.status_code == 303
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def count(database: Database, what: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_a_package_is_checked_first_and_made_only_after_a_yes(
    author: FlaskClient, database: Database
) -> None:
    page = send(author, small_package())
    assert page.status_code == 200
    assert "Пакет можно завести" in page.text
    assert count(database, Course) == 0
    version = brought(author, small_package())
    assert count(database, Course) == 1
    assert "Черновик" in author.get("/author/").text
    assert "Опубликовать версию" in author.get(f"/author/versions/{version}").text


def test_a_broken_package_shows_every_problem_with_its_place_and_makes_nothing(
    author: FlaskClient, database: Database
) -> None:
    broken = small_package(
        **{"start/first.md": LESSON.replace("## Кого", "# Кого"), "figures/two.svg": "<svg"}
    )
    page = send(author, broken)
    assert page.status_code == 422
    assert "start/first.md:6" in page.text
    assert "figures/two.svg:2" in page.text or "figures/two.svg:1" in page.text
    assert "Завести курс<" not in page.text.replace("Завести курс из", "")
    assert count(database, Course) == 0


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x00" * 1000])
def test_a_file_that_is_no_package_is_refused_kindly(author: FlaskClient, data: bytes) -> None:
    assert send(author, data).status_code == 422
    assert author.post("/author/import", data={}).status_code == 422


def test_nobody_can_accept_what_another_sent(
    author: FlaskClient, database: Database, person: Person, sign_in: Any
) -> None:
    token = re.search(r"/author/import/[0-9a-f]{64}", send(author, small_package()).text)
    assert token is not None
    sign_in(author, person("content_developer"))
    assert "Загрузите его ещё раз" in author.post(token.group(), follow_redirects=True).text
    assert author.post("/author/import/../../etc").status_code in (404, 405)
    assert author.post("/author/import/etc").status_code == 303
    assert count(database, Course) == 0


def test_a_package_checked_on_one_machine_is_accepted_on_another(
    author: FlaskClient, settings: Settings, database: Database, tmp_path: Path
) -> None:
    token = re.search(r"/author/import/[0-9a-f]{64}", send(author, small_package()).text)
    assert token is not None
    other = replace(settings, var=tmp_path / "other")
    other.var.mkdir()
    other.files_folder.symlink_to(settings.files_folder)
    author.application.extensions["kafedra"] = other
    assert author.post(token.group()).status_code == 303
    assert count(database, Course) == 1


def test_a_package_that_waited_a_day_is_asked_for_again(
    author: FlaskClient, database: Database, settings: Settings
) -> None:
    token = re.search(r"/author/import/[0-9a-f]{64}", send(author, small_package()).text)
    assert token is not None
    assert Waiting(settings.files_folder).forget_old(now=utcnow() + timedelta(hours=25)) == 1
    assert "Загрузите его ещё раз" in author.post(token.group(), follow_redirects=True).text
    assert count(database, Course) == 0


@pytest.mark.parametrize(
    ("beyond", "status", "said"),
    [(1, 422, "Файл больше 50 МБ"), (3 * 1024 * 1024, 413, "до 50 МБ")],
)
def test_a_file_too_large_is_told_the_true_limit(
    author: FlaskClient, beyond: int, status: int, said: str
) -> None:
    page = send(author, b"x" * (packages.MOST_BYTES + beyond))
    page.request.environ["wsgi.input"].close()
    assert page.status_code == status
    assert said in page.text


def test_publishing_is_audited_and_happens_once(author: FlaskClient, database: Database) -> None:
    version = brought(author, small_package())
    assert author.post(f"/author/versions/{version}/publish").status_code == 303
    assert (
        "уже опубликована" in author.post(f"/author/versions/{version}/publish", follow_redirects=True).text
    )
    with database.reading() as session:
        assert [e.action for e in audit.entries_about(session, "course_version", version)] == [
            "course.publish",
            "course.import",
        ]


def test_what_is_missing_is_said_instead_of_publishing(author: FlaskClient, database: Database) -> None:
    optional = {
        "start/first.md": LESSON.replace("minutes: 10", "minutes: 10\nrequired: false"),
        "course.yaml": small_package()["course.yaml"]
        .decode()
        .replace("minutes: 5", "minutes: 5\n        required: no"),
    }
    version = brought(author, small_package(**optional))
    page = author.post(f"/author/versions/{version}/publish", follow_redirects=True).text
    assert "Опубликовать пока нельзя" in page
    assert "Ни одно занятие не обязательно" in page


def test_an_exported_package_is_named_after_the_course_and_brings_the_same_version(
    author: FlaskClient, database: Database
) -> None:
    version = brought(author, small_package())
    answer = author.get(f"/author/versions/{version}/export.zip")
    disposition = answer.headers["Content-Disposition"]
    assert "attachment; filename=pervyy-shag-v1.zip" in disposition
    assert "filename*=UTF-8''%D0%9F%D0%B5%D1%80" in disposition
    assert send(author, answer.data).status_code == 200
    assert count(database, CourseVersion) == 1


@pytest.mark.parametrize("kind", ["course", "seminar", "master_class", "workshop"])
def test_every_page_of_a_sample_can_be_previewed_without_its_answers(
    author: FlaskClient, database: Database, settings: Settings, kind: str
) -> None:
    samples = sorted((Path(packages.__file__).parent / "samples").iterdir())
    folder = next(path for path in samples if f"kind: {kind}\n" in (path / "course.yaml").read_text())
    package, _ = packages.read(folder)
    assert package is not None
    with database.unit_of_work() as session:
        store = FolderStore(settings.files_folder)
        version = packages.import_package(session, package, files=store, by=SYSTEM, now=utcnow()).id
    assert package.title.split("«")[0] in author.get(f"/author/versions/{version}/preview").text
    for activity in package.activities:
        page = author.get(f"/author/versions/{version}/preview/{activity.key}")
        assert page.status_code == 200
        assert 'name="csrf_token"' not in re.sub(r"(?s)<header.*?</header>", "", page.text)
    assert author.get(f"/author/versions/{version}/preview/none").status_code == 404


def test_an_offering_is_opened_changed_and_closed(author: FlaskClient, database: Database) -> None:
    version = brought(author, small_package())
    author.post(f"/author/versions/{version}/publish")
    form = {
        "time_zone": "Asia/Yekaterinburg",
        "starts_at": "2027-01-12T15:00",
        "ends_at": "2027-01-12T18:00",
        "seats": "25",
    }
    assert author.post(f"/author/versions/{version}/offerings/new", data=form).status_code == 303
    with database.reading() as session:
        offering = session.scalars(select(Offering)).one()
        assert offering.starts_at == datetime(2027, 1, 12, 10, tzinfo=UTC)
        assert (offering.seats, offering.state.value) == (25, "open")
    page = author.get(f"/author/offerings/{offering.id}").text
    assert 'value="2027-01-12T15:00"' in page
    changed = author.post(f"/author/offerings/{offering.id}", data={**form, "seats": "30"})
    assert changed.status_code == 303
    moved = author.post(f"/author/offerings/{offering.id}", data={**form, "starts_at": "2027-01-11T15:00"})
    assert moved.status_code == 422
    assert "даты и часовой пояс уже не меняются" in moved.text
    assert "Первый шаг" in author.get("/").text
    author.post(f"/author/offerings/{offering.id}/close")
    assert "Первый шаг" not in author.get("/").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts_at": "2027-01-12T15:00", "ends_at": "2027-01-11T15:00"}, "Окончание раньше начала"),
        ({"meeting_url": "javascript:alert(1)"}, "Нужен адрес"),
        ({"seats": "0"}, "1"),
        ({}, "нужны день и час встречи"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"ends_at": "2020-01-11T15:00"}, "уже прошла"),
        ({"starts_at": "завтра"}, "starts_at"),
    ],
)
def test_wrong_terms_are_said_beside_their_field(
    author: FlaskClient, database: Database, wrong: dict[str, str], said: str
) -> None:
    with database.unit_of_work() as session:
        version = a_course(session, "seminar").id
    answer = author.post(
        f"/author/versions/{version}/offerings/new", data={"time_zone": "Europe/Moscow", **wrong}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert count(database, Offering) == 0


DOORS = (
    ("GET", "/author/"),
    ("GET", "/author/import"),
    ("GET", "/author/versions/{version}"),
    ("GET", "/author/versions/{version}/preview"),
    ("GET", "/author/versions/{version}/preview/lesson"),
    ("GET", "/author/versions/{version}/export.zip"),
    ("GET", "/author/versions/{version}/offerings/new"),
    ("GET", "/author/offerings/{offering}"),
    ("POST", "/author/versions/{version}/publish"),
    ("POST", "/author/offerings/{offering}/close"),
)
ALLOWED: dict[str | None, tuple[int, ...]] = {
    None: (404,) * 10,
    "instructor": (200, 403, 200, 200, 200, 403, 403, 403, 403, 403),
    "expert": (200, 403, 200, 200, 200, 403, 403, 403, 403, 403),
    "content_developer": (200, 200, 200, 200, 200, 200, 200, 200, 303, 303),
    "administrator": (200, 200, 200, 200, 200, 200, 200, 200, 303, 303),
}


@pytest.mark.parametrize("role", ALLOWED)
def test_who_may_do_what(
    client: FlaskClient, database: Database, person: Person, sign_in: Any, role: str | None
) -> None:
    with database.unit_of_work() as session:
        version = a_course(session)
        places = {"version": version.id, "offering": an_offering(session, version).id}
    sign_in(client, person(role))
    answers = tuple(client.open(path.format(**places), method=method).status_code for method, path in DOORS)
    assert answers == ALLOWED[role]


def test_who_is_not_signed_in_is_asked_to(client: FlaskClient) -> None:
    assert client.get("/author/").status_code == 303


def test_an_instructor_of_one_offering_sees_only_its_version(
    client: FlaskClient, database: Database, person: Any, sign_in: Any
) -> None:
    with database.unit_of_work() as session:
        mine, other = a_course(session, title="Моя"), a_course(session, title="Чужая")
        offering = an_offering(session, mine).id
        ids = mine.id, other.id
    sign_in(client, person("instructor", offering))
    page = client.get("/author/").text
    assert "Моя" in page
    assert "Чужая" not in page
    assert [client.get(f"/author/versions/{version}").status_code for version in ids] == [200, 404]


def test_a_prepared_offering_is_opened_by_its_button(author: FlaskClient, database: Database) -> None:
    now = utcnow()
    with database.unit_of_work() as session:
        version = a_course(session, title="Готовится")
        terms = catalogue.Terms(starts_at=now + timedelta(days=3))
        offering = catalogue.draft_offering(session, version.id, terms=terms, by=SYSTEM, now=now).id
    assert "Готовится" not in author.get("/").text
    assert author.post(f"/author/offerings/{offering}/open").status_code == 303
    assert "Готовится" in author.get("/").text
