"""The catalogue, the page of a course, covers and figures, as a reader without JavaScript meets them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from courses import catalogue, packages
from courses.catalogue.rules import OfferingState
from courses.catalogue.search import search_words
from courses.clock import utcnow
from courses.db import Database
from courses.files import FolderStore
from courses.people.rules import SYSTEM
from courses.settings import Settings
from tests.courses.packages.factory import small_package, zipped
from tests.factories import a_course, a_person, a_role, an_enrolment, an_offering

NOW = utcnow()


def fill(database: Database, make: Callable[[Session], Any]) -> Any:
    with database.unit_of_work() as session:
        made = make(session)
        session.flush()
        return getattr(made, "id", made)


def several(session: Session) -> None:
    texts = (
        ("course", "Сетевое взаимодействие педагога", "pedagogy", 36, {}),
        (
            "seminar",
            "Ёлка для учителей",
            "arts",
            4,
            {"starts_at": NOW + timedelta(days=3), "ends_at": NOW + timedelta(days=3, hours=3), "seats": 10},
        ),
        (
            "master_class",
            "Обратная связь",
            "mathematics",
            16,
            {
                "starts_at": NOW + timedelta(days=200),
                "ends_at": NOW + timedelta(days=201),
                "seats": 2,
                "seats_taken": 2,
            },
        ),
        ("workshop", "Урок-проект", "technology", 80, {"state": OfferingState.CLOSED}),
    )
    for kind, title, subject, hours, terms in texts:
        words = search_words(title, "", "")
        version = a_course(session, kind, title=title, subject=subject, hours=hours, search_words=words)
        an_offering(session, version, **terms)


def test_the_catalogue_shows_what_is_open_and_nothing_else(client: FlaskClient, database: Database) -> None:
    fill(database, several)
    page = client.get("/").text
    assert "Сетевое взаимодействие педагога" in page
    assert "Урок-проект" not in page
    assert "в любое время" in page
    assert "Нашлось 3" in page
    assert "мест нет" in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("kind=seminar", {"Ёлка для учителей"}),
        ("subject=mathematics&subject=pedagogy", {"Обратная связь", "Сетевое взаимодействие педагога"}),
        ("hours=25to72", {"Сетевое взаимодействие педагога"}),
        ("hours=upto8&hours=9to24", {"Ёлка для учителей", "Обратная связь"}),
        ("when=anytime", {"Сетевое взаимодействие педагога"}),
        ("when=later", {"Обратная связь"}),
        ("free=yes", {"Ёлка для учителей", "Сетевое взаимодействие педагога"}),
        ("q=елку", {"Ёлка для учителей"}),
        ("q=учителю&kind=course", set()),
        (
            "kind=nonsense&page=999999&sort=x&when=%00",
            {"Ёлка для учителей", "Обратная связь", "Сетевое взаимодействие педагога"},
        ),
    ],
)
def test_filters_narrow_and_nonsense_is_passed_over(session: Session, query: str, titles: set[str]) -> None:
    several(session)
    values: dict[str, list[str]] = {}
    for pair in query.split("&"):
        name, value = pair.split("=")
        values.setdefault(name, []).append(value)
    values.pop("page", None)
    shelf = catalogue.browse(session, catalogue.Filters.read(values), now=NOW)
    assert {row.title for row in shelf.rows} == titles
    assert shelf.total == len(titles)


def test_counts_say_what_each_further_choice_would_bring(session: Session) -> None:
    several(session)
    shelf = catalogue.browse(session, catalogue.Filters.read({"kind": ["seminar"]}), now=NOW)
    assert shelf.counts["kind"] == {"course": 1, "seminar": 1, "master_class": 1}
    assert shelf.counts["subject"] == {"arts": 1}
    assert shelf.counts["free"] == {True: 1}


def test_an_address_is_the_same_for_the_same_choices_and_chips_take_one_away(
    client: FlaskClient, database: Database
) -> None:
    fill(database, several)
    page = client.get("/?subject=arts&kind=seminar&q=ёлка").text
    assert "<mark>Ёлка</mark>" in page
    assert 'href="/?q=%D1%91%D0%BB%D0%BA%D0%B0&amp;kind=seminar"' in page
    assert 'href="/?kind=seminar&amp;subject=arts"' in page


def test_nothing_found_says_what_to_do_and_offers_the_nearest(
    client: FlaskClient, database: Database
) -> None:
    fill(database, several)
    page = client.get("/?q=синхрофазотрон ёлка").text
    assert "«синхрофазотрон»" in page
    assert "Посмотрите и это" in page
    assert "<mark>Ёлка</mark> для учителей" in page
    page = client.get("/?q=ёлка&kind=course").text
    assert "Искать «ёлка» без условий" in page


def test_an_empty_catalogue_is_not_an_error(client: FlaskClient) -> None:
    assert "Ничего не нашлось" in client.get("/").text


@pytest.mark.parametrize(
    "query", ["q=%00", "q='\"&page=-1", "page=1e9", "free=maybe", "q=" + "я" * 5000, "kind=%ff", "page=99"]
)
def test_no_query_breaks_the_page(client: FlaskClient, database: Database, query: str) -> None:
    fill(database, several)
    assert client.get(f"/?{query}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_catalogue(
    client: FlaskClient, database: Database, count_queries: Any
) -> None:
    def one_more(session: Session) -> None:
        an_offering(session, a_course(session, quiz=False))

    found = []
    for number in (5, 60):
        for _ in range(number):
            fill(database, one_more)
        catalogue.forget()
        with count_queries() as counted:
            assert client.get("/").status_code == 200
        found.append(len([text for text in counted if text.lstrip().startswith("SELECT")]))
    assert found == [2, 2]


def test_counts_are_fresh_at_once_after_an_offering_is_opened_or_closed(session: Session) -> None:
    version = a_course(session)
    empty = catalogue.browse(session, catalogue.Filters(), now=NOW)
    offering = catalogue.open_offering(session, version.id, terms=catalogue.Terms(), by=SYSTEM, now=NOW)
    session.commit()
    one = catalogue.browse(session, catalogue.Filters(), now=NOW)
    catalogue.close_offering(session, offering.id, by=SYSTEM, now=NOW)
    session.commit()
    assert [empty.counts["kind"], one.counts["kind"]] == [{}, {"course": 1}]
    assert catalogue.browse(session, catalogue.Filters(), now=NOW).counts["kind"] == {}


def test_an_anonymous_page_that_did_not_change_is_not_sent_again(
    client: FlaskClient, database: Database
) -> None:
    fill(database, several)
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


# ---- the page of a course


def test_a_course_page_has_one_primary_button(client: FlaskClient, database: Database) -> None:
    fill(database, lambda session: an_offering(session, a_course(session, key="networks")))
    page = client.get("/courses/networks").text
    assert page.count("Войти и записаться") == 1
    for heading in ("О курсе", "Для кого", "Нагрузка", "Как проходит", "Сертификат", "Содержание курса"):
        assert heading in page


def test_the_button_names_the_state(client: FlaskClient, database: Database, sign_in: Any) -> None:
    def make(session: Session) -> dict[str, int]:
        person = a_person(session)
        offering = an_offering(session, a_course(session, key="open"))
        an_offering(session, a_course(session, key="full"), seats=1, seats_taken=1)
        an_offering(session, a_course(session, key="closed"), state=OfferingState.CLOSED)
        a_course(session, key="without")
        done = an_offering(session, a_course(session, key="done"), seats=5)
        an_enrolment(session, person, done, completed_at=NOW)
        mine = an_offering(session, a_course(session, key="mine"), seats=5)
        an_enrolment(session, person, mine)
        return {"person": person.id, "offering": offering.id}

    made = fill(database, make)
    sign_in(client, made["person"])
    page = client.get("/courses/open").text
    assert f'action="/study/offerings/{made["offering"]}/enrol"' in page
    assert "Записаться на курс" in page
    assert "Мест больше нет" in client.get("/courses/full").text
    assert "Набор закрыт" in client.get("/courses/closed").text
    assert "Набор закрыт" in client.get("/courses/without").text
    assert "Мой сертификат" in client.get("/courses/done").text
    assert "Продолжить учиться" in client.get("/courses/mine").text


def test_the_meeting_link_is_for_those_who_are_in(
    client: FlaskClient, database: Database, sign_in: Any
) -> None:
    def make(session: Session) -> int:
        person = a_person(session)
        version = a_course(session, "seminar", key="seminar")
        an_enrolment(
            session, person, an_offering(session, version, meeting_url="https://meet.example/secret")
        )
        return person.id

    person = fill(database, make)
    assert "meet.example" not in client.get("/courses/seminar").text
    sign_in(client, person)
    assert "https://meet.example/secret" in client.get("/courses/seminar").text


def test_other_dates_of_a_course_can_be_chosen(client: FlaskClient, database: Database) -> None:
    def make(session: Session) -> int:
        version = a_course(session, key="twice")
        an_offering(session, version, starts_at=NOW + timedelta(days=5))
        return an_offering(session, version, starts_at=NOW + timedelta(days=60)).id

    second = fill(database, make)
    assert f"/courses/twice?offering={second}" in client.get("/courses/twice").text
    assert client.get(f"/courses/twice?offering={second}").status_code == 200
    assert client.get("/courses/twice?offering=999999").status_code == 200


def test_who_is_in_another_group_is_told_so(client: FlaskClient, database: Database, sign_in: Any) -> None:
    def make(session: Session) -> tuple[int, int, int]:
        version = a_course(session, key="twice")
        mine, other = (
            an_offering(session, version, starts_at=NOW + timedelta(days=days)) for days in (5, 60)
        )
        return an_enrolment(session, None, mine).person_id, mine.id, other.id

    person, mine, other = fill(database, make)
    sign_in(client, person)
    assert "Вы записаны." in client.get(f"/courses/twice?offering={mine}").text
    assert "Вы записаны в другую группу" in client.get(f"/courses/twice?offering={other}").text


def test_the_page_of_a_course_asks_as_little_for_many_offerings_as_for_one(
    client: FlaskClient, database: Database, sign_in: Any, count_queries: Any
) -> None:
    def make(session: Session) -> int:
        an_offering(session, a_course(session, key="once"))
        often = a_course(session, key="often")
        for day in range(30):
            an_offering(session, often, starts_at=NOW + timedelta(days=day))
        return a_person(session).id

    sign_in(client, fill(database, make))
    found = []
    for key in ("once", "often"):
        client.get(f"/courses/{key}")
        with count_queries() as counted:
            client.get(f"/courses/{key}")
        found.append(len([text for text in counted if text.lstrip().startswith("SELECT")]))
    assert found[0] == found[1] <= 4


def test_a_course_that_was_never_published_does_not_exist(client: FlaskClient, database: Database) -> None:
    fill(database, lambda session: a_course(session, key="draft", published_at=None))
    assert client.get("/courses/draft").status_code == 404
    assert client.get("/courses/none").status_code == 404


@pytest.mark.parametrize("kind", ["course", "seminar", "master_class", "workshop"])
def test_every_kind_has_its_own_page(
    client: FlaskClient, database: Database, settings: Settings, kind: str
) -> None:
    samples = Path(packages.__file__).parent / "samples"
    folder = next(
        path for path in sorted(samples.iterdir()) if f"kind: {kind}\n" in (path / "course.yaml").read_text()
    )
    package, _ = packages.read(folder)
    assert package is not None

    def make(session: Session) -> None:
        version = packages.import_package(
            session, package, files=FolderStore(settings.files_folder), by=SYSTEM, now=NOW
        )
        catalogue.publish(session, version.id, by=SYSTEM, now=NOW)
        day = NOW + timedelta(days=3)
        terms = catalogue.Terms(starts_at=day, ends_at=day + timedelta(hours=3))
        catalogue.open_offering(session, version.id, terms=terms, by=SYSTEM, now=NOW)

    fill(database, make)
    page = client.get(f"/courses/{package.key}").text
    own = {
        "course": "Содержание курса",
        "seminar": "Программа",
        "master_class": "Практическое задание",
        "workshop": "Этапы мастерской",
    }
    assert own[kind] in page
    assert page.count('class="button') >= 1


# ---- covers and figures


def test_a_cover_is_an_unchanging_drawing(client: FlaskClient) -> None:
    answer = client.get("/covers/course/0a1b2c3d.svg")
    assert answer.mimetype == "image/svg+xml"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get("/covers/lecture/0a1b2c3d.svg").status_code == 404
    assert client.get("/covers/course/zzz.svg").status_code == 404


def test_figures_of_a_draft_are_for_those_who_may_preview(
    client: FlaskClient, app: Flask, database: Database, sign_in: Any
) -> None:
    package, _ = packages.read(zipped(small_package()))
    assert package is not None
    store = app.extensions["files"]
    version = fill(database, lambda s: packages.import_package(s, package, files=store, by=SYSTEM, now=NOW))
    figure = "/courses/pervyy-shag/v1/figures/two.svg"
    assert client.get(figure).status_code == 404

    def author(session: Session) -> int:
        person = a_person(session)
        a_role(session, person, "content_developer")
        return person.id

    sign_in(client, fill(database, author))
    draft = client.get(figure)
    assert (draft.status_code, draft.headers["Cache-Control"]) == (200, "private, no-cache")
    fill(database, lambda session: catalogue.publish(session, version, by=SYSTEM, now=NOW))
    shown = app.test_client().get(figure)
    assert shown.status_code == 200
    assert "immutable" in shown.headers["Cache-Control"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert client.get("/courses/pervyy-shag/v1/about.md").status_code == 404
