"""The pages on which people give marks: from the queue to the learner's result."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses import quizzes
from courses.db import Database
from courses.learning.models import Enrolment
from courses.people import Actor
from tests.courses.quizzes.seat import Seat
from tests.courses.quizzes.test_marking import a_marker, essay_seat, handed_in

SignIn = Callable[[FlaskClient, int], None]


class Desk:
    """Two works of one learner that wait, and a marker who is signed in."""

    def __init__(self, app: Flask, database: Database, sign_in: SignIn) -> None:
        self.app, self.database, self.sign_in = app, database, sign_in
        with database.unit_of_work() as session:
            self.seat: Seat = essay_seat(session)
            self.works = [handed_in(self.seat, text) for text in ("С вопроса.", "<b>С песни.</b>")]
            self.marker: Actor = a_marker(session, self.seat)
            self.other: Actor = a_marker(session, self.seat)
            self.offering = session.get_one(Enrolment, self.seat.enrolment_id).offering_id
        self.slot = self.seat.slots[0]
        self.client = self.visitor(self.marker.id)

    def visitor(self, person_id: int) -> FlaskClient:
        client = self.app.test_client()
        self.sign_in(client, person_id)
        return client

    def url(self, place: int = 0) -> str:
        return f"/admin/marking/attempts/{self.works[place]}/questions/{self.slot}"

    def seen(self, place: int = 0) -> str:
        with self.database.reading() as session:
            work = quizzes.marking_work(session, self.works[place], self.slot, by=self.marker, names=False)
            return str(work.seen)


@pytest.fixture
def desk(app: Flask, database: Database, sign_in: SignIn) -> Desk:
    return Desk(app, database, sign_in)


def test_a_marker_goes_from_the_queue_through_all_works_to_the_end(desk: Desk) -> None:
    queue = desk.client.get("/admin/marking").text
    place = f"/admin/marking/offerings/{desk.offering}/questions/{desk.slot}"
    assert "Открытый урок" in queue
    assert place in queue
    first = desk.client.post(f"{place}/next")
    assert first.headers["Location"] == desk.url(0)
    assert "С вопроса." in desk.client.get(desk.url(0)).text
    second = desk.client.post(
        desk.url(0), data={"mark": "0,5", "comment": "Начало хорошее.", "seen": desk.seen(0)}
    )
    assert (second.status_code, second.headers["Location"]) == (303, desk.url(1))
    page = desk.client.get(desk.url(1)).text
    assert "&lt;b&gt;С песни.&lt;/b&gt;" in page
    assert "Начало хорошее." in page, "an earlier comment to the same question was not offered"
    last = desk.client.post(desk.url(1), data={"mark": "1", "comment": "", "seen": desk.seen(1)})
    assert last.headers["Location"] == place
    assert "Здесь всё проверено" in desk.client.get(place).text
    assert "Всё проверено" in desk.client.get("/admin/marking").text


def test_the_learner_reads_the_mark_and_the_words_in_the_result(desk: Desk) -> None:
    learner = desk.visitor(desk.seat.by.id)
    result = f"/attempts/{desk.works[0]}/result"
    waiting = learner.get(f"/study{result}").text
    assert "проверит преподаватель" in waiting
    desk.client.post(desk.url(0), data={"mark": "0,5", "comment": "Где <цель>?", "seen": desk.seen(0)})
    shown = learner.get(f"/study{result}").text
    assert "Где &lt;цель&gt;?" in shown
    assert "0,5 из 1" in shown


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("", "обязательно"),
        ("много", "числом"),
        ("1,5", "от 0 до 1"),
        ("-1", "от 0 до 1"),
        ("nan", "от 0 до 1"),
        ("1e999", "от 0 до 1"),
    ],
)
def test_a_mark_that_is_none_is_refused_beside_the_field_and_the_words_stay(
    desk: Desk, mark: str, said: str
) -> None:
    page = desk.client.post(desk.url(0), data={"mark": mark, "comment": "Не теряйте меня.", "seen": "9"})
    assert page.status_code == 422
    assert said in page.text
    assert "Не теряйте меня." in page.text


def test_who_was_overtaken_sees_the_other_mark_and_may_then_insist(desk: Desk) -> None:
    seen = desk.seen(0)
    other = desk.visitor(desk.other.id)
    other.post(desk.url(0), data={"mark": "1", "comment": "Прекрасно.", "seen": seen})
    refused = desk.client.post(desk.url(0), data={"mark": "0", "comment": "Слабо.", "seen": seen})
    assert refused.status_code == 409
    for words in ("другой преподаватель", "Прекрасно.", "Слабо."):
        assert words in refused.text
    again = desk.client.post(desk.url(0), data={"mark": "0", "comment": "Слабо.", "seen": desk.seen(0)})
    assert again.status_code == 303
    with desk.database.reading() as session:
        work = quizzes.marking_work(session, desk.works[0], desk.slot, by=desk.marker, names=False)
        assert [one.mark for one in work.given] == [1.0, 0.0]


def test_names_are_shown_only_when_asked_for(desk: Desk) -> None:
    place = f"/admin/marking/offerings/{desk.offering}/questions/{desk.slot}"
    with desk.database.reading() as session:
        name = quizzes.marking_work(session, desk.works[0], desk.slot, by=desk.marker, names=True).name
    assert name
    for page in (place, desk.url(0)):
        assert name not in desk.client.get(page).text
        assert name in desk.client.get(page + "?names=1").text


def test_a_work_in_other_hands_is_skipped_and_says_so(desk: Desk) -> None:
    place = f"/admin/marking/offerings/{desk.offering}/questions/{desk.slot}"
    other = desk.visitor(desk.other.id)
    assert other.post(f"{place}/next").headers["Location"] == desk.url(0)
    assert "сейчас проверяет" in desk.client.get(desk.url(0)).text
    assert desk.client.post(f"{place}/next").headers["Location"] == desk.url(1)
    assert desk.client.post(f"{place}/next", data={"after": str(desk.works[1])}).headers["Location"] == place
