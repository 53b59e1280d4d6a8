"""The pages on which an author corrects a question: what would change, the decision, the way back."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.catalogue.models import Activity
from courses.db import Database
from courses.people import Role
from courses.quizzes.models import Attempt
from tests.courses.quizzes.seat import Seat, a_seat
from tests.courses.quizzes.test_regrading import REASON, attempt
from tests.factories import a_person, a_role

SignIn = Callable[[FlaskClient, int], None]
CORRECTED = "::Слово:: Чем пишут на доске? {=мел =мелок}"


class Study:
    """Two attempts of one learner, one of them wronged by the key, and the author who is signed in."""

    def __init__(self, app: Flask, database: Database, sign_in: SignIn) -> None:
        self.database = database
        with database.unit_of_work() as session:
            self.seat: Seat = a_seat(session, short=True)
            self.attempts = [attempt(self.seat, word) for word in ("мел", "мелок")]
            author = a_role(session, a_person(session), Role.CONTENT_DEVELOPER)
            activity = session.get_one(Activity, self.seat.activity_id)
            self.preview = f"/author/versions/{activity.course_version_id}/preview/{activity.key}"
        self.form = f"/author/questions/{self.seat.slots[0]}/regrades/new"
        self.client = app.test_client()
        sign_in(self.client, author.id)

    def propose(self, **over: str) -> str:
        """The address of the page of a new correction."""
        sent = {"policy": "new_key", "question": CORRECTED, "reason": REASON, **over}
        answer = self.client.post(self.form, data=sent)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    def marks(self) -> list[float | None]:
        with self.database.reading() as session:
            return list(session.scalars(select(Attempt.mark).order_by(Attempt.id)))


@pytest.fixture
def study(app: Flask, database: Database, sign_in: SignIn) -> Study:
    return Study(app, database, sign_in)


def test_an_author_corrects_a_question_and_takes_it_back(
    study: Study, run_worker: Callable[[], None]
) -> None:
    assert study.form in study.client.get(study.preview).text
    shown = study.client.get(study.form).text
    assert "Чем пишут на доске?" in shown
    page = study.propose()
    assert study.client.get(page).headers["Refresh"]
    run_worker()
    counted = study.client.get(page)
    assert "Refresh" not in counted.headers
    for words in ("50&nbsp;%", "100&nbsp;%", "Пока ничего не изменилось"):
        assert words in counted.text
    assert study.marks() == [2.0, 1.0]
    assert study.client.post(f"{page}/commit").status_code == 303
    run_worker()
    assert "оценки пересчитаны" in study.client.get(page).text
    assert study.marks() == [2.0, 2.0]
    assert study.client.post(f"{page}/undo").status_code == 303
    run_worker()
    assert "прежние оценки возвращены" in study.client.get(page).text
    assert study.marks() == [2.0, 1.0]
    assert "отменено" in study.client.get(study.form).text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"policy": ""}, "обязательно"),
        ({"reason": "Опечатка"}, "хотя бы десять знаков"),
        ({"question": ""}, "того же вида"),
        ({"question": "Чем пишут? {=мел"}, "Строка 1"),
        ({"question": "Мелом пишут на доске. {T}"}, "того же вида"),
        ({"question": CORRECTED + "\n\n" + CORRECTED.replace("Слово", "Ещё")}, "того же вида"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    study: Study, sent: dict[str, str], said: str
) -> None:
    answer = study.client.post(
        study.form, data={"policy": "new_key", "question": CORRECTED, "reason": REASON, **sent}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert (sent.get("reason") or REASON) in answer.text


def test_nothing_is_decided_before_it_is_counted(study: Study, run_worker: Callable[[], None]) -> None:
    page = study.propose()
    refused = study.client.post(f"{page}/commit")
    assert (refused.status_code, "Ещё считаем" in refused.text) == (409, True)
    run_worker()
    study.client.post(f"{page}/commit")
    early = study.client.post(f"{page}/undo")
    assert (early.status_code, "ещё пересчитываются" in early.text) == (409, True)
    twice = study.client.post(f"{page}/commit")
    assert (twice.status_code, "уже действует" in twice.text) == (409, True)
