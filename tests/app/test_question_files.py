"""Pictures of questions: served to whoever is asked them, and only what can be shown safely."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from courses import quizzes
from courses.catalogue.models import Activity
from courses.catalogue.rules import ActivityKind
from courses.clock import utcnow
from courses.db import Database
from courses.files import FolderStore
from courses.learning.models import Enrolment
from courses.people import Actor, Role
from courses.questions.types import TYPES
from courses.settings import Settings
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
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><path d="M0 0L9 9"/></svg>'
LOUD = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def a_photo() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (6, 4), "white").save(held, "PNG")
    return held.getvalue()


CONTENTS = {
    "волга.svg": DRAWING,
    "разгадка.svg": DRAWING,
    "фото окский.PNG": a_photo(),
    "громкий.svg": LOUD,
    "страница.html": b"<script>alert(1)</script>",
    "обман.png": DRAWING,
    "без-ending": DRAWING,
}


@dataclass
class Asked:
    """A learner who is asked a question with pictures."""

    person: int
    enrolment: int
    question: int
    lake: int
    version: int

    def url(self, name: str) -> str:
        return f"/study/questions/{self.question}/files/{name}"


@pytest.fixture
def asked(database: Database, settings: Settings) -> Asked:
    store = FolderStore(settings.files_folder)
    files: dict[str, Any] = {
        name: {"key": store.put(data), "size": len(data)} for name, data in CONTENTS.items()
    }
    files |= {
        "нет.png": {"key": "f" * 64, "size": 1},
        "путь.png": {"key": "../../etc/passwd"},
        "пусто.png": None,
    }
    places = TYPES["drag_image"].examples[0].question | {"picture": "волга.svg", "files": files}
    markers = TYPES["drag_markers"].examples[0].question | {"picture": "волга.svg", "files": files}
    places["items"] = [
        {**item, **({"picture": "фото окский.PNG"} if "picture" in item else {})} for item in places["items"]
    ]
    with database.unit_of_work() as session:
        version = a_course(session, quiz=False, published_at=None)
        module = a_module(session, version, key="m2", position=2)
        activity = an_activity(session, version, module, ActivityKind.QUIZ, 3, key="quiz")
        questions = [a_question(session, **body) for body in (places, markers)]
        lake = a_question(
            session,
            type="short_answer",
            name="Озеро",
            text="![Берег](волга.svg) Какое это озеро? ![Лодка](<file:фото окский.PNG>)",
            text_format="markdown",
            answers=[{"text": "Ильмень", "fraction": 1.0, "feedback": "![Верно](волга.svg) Да."}],
            general_feedback="![Разгадка](разгадка.svg)",
            files=files,
        )
        a_quiz(session, activity, *questions, lake, per_page=0)
        version.published_at = utcnow()
        session.flush()
        enrolment = an_enrolment(session, a_person(session), an_offering(session, version))
        actor = Actor(enrolment.person_id)
        quizzes.start_attempt(session, enrolment.id, activity.id, by=actor, now=utcnow())
        return Asked(enrolment.person_id, enrolment.id, questions[0].id, lake.id, version.id)


@pytest.fixture
def learner(client: FlaskClient, sign_in: SignIn, asked: Asked) -> FlaskClient:
    sign_in(client, asked.person)
    return client


def test_a_picture_comes_as_what_it_is_and_may_only_draw(learner: FlaskClient, asked: Asked) -> None:
    drawing = learner.get(asked.url("волга.svg"))
    assert (drawing.status_code, drawing.mimetype, drawing.data) == (200, "image/svg+xml", DRAWING)
    assert "script-src" not in drawing.headers["Content-Security-Policy"]
    assert "sandbox" in drawing.headers["Content-Security-Policy"]
    assert drawing.headers["X-Content-Type-Options"] == "nosniff"
    assert drawing.headers["Cache-Control"].startswith("private")
    assert learner.get(asked.url("фото окский.PNG")).mimetype == "image/png"


def test_a_picture_that_is_known_already_is_not_sent_again(learner: FlaskClient, asked: Asked) -> None:
    mark = learner.get(asked.url("волга.svg")).headers["ETag"]
    again = learner.get(asked.url("волга.svg"), headers={"If-None-Match": mark})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "громкий.svg",
        "страница.html",
        "обман.png",
        "без-ending",
        "нет.png",
        "путь.png",
        "пусто.png",
        "чужой.png",
    ],
)
def test_whatever_cannot_be_shown_safely_is_not_there(learner: FlaskClient, asked: Asked, name: str) -> None:
    assert learner.get(asked.url(name)).status_code == 404


def test_only_who_is_asked_sees_the_picture(
    database: Database, app: Any, sign_in: SignIn, asked: Asked, client: FlaskClient
) -> None:
    with database.unit_of_work() as session:
        stranger = a_person(session).id
        not_begun = an_enrolment(session, None, an_offering(session)).person_id
    for somebody in (stranger, not_begun):
        other = app.test_client()
        sign_in(other, somebody)
        assert other.get(asked.url("волга.svg")).status_code == 404
    sign_in(client, asked.person)
    assert client.get(asked.url("волга.svg")).status_code == 200
    with database.unit_of_work() as session:
        session.get_one(Enrolment, asked.enrolment).withdrawn_at = utcnow()
    assert client.get(asked.url("волга.svg")).status_code == 404


def test_the_page_names_the_pictures_of_its_question(learner: FlaskClient, asked: Asked) -> None:
    page = learner.post(f"/study/{asked.enrolment}/quiz/attempts", follow_redirects=True).text
    for name in ("%D0%B2%D0%BE%D0%BB%D0%B3%D0%B0.svg", "%20"):
        assert f"/study/questions/{asked.question}/files/" in page
        assert name in page


def test_the_texts_of_a_question_show_its_pictures(learner: FlaskClient, asked: Asked) -> None:
    page = learner.post(f"/study/{asked.enrolment}/quiz/attempts", follow_redirects=True).text
    pictures = re.findall(rf'<img src="(/study/questions/{asked.lake}/files/[^"]+)" alt="([^"]+)"', page)
    assert [alt for _, alt in pictures] == ["Берег", "Лодка"]
    assert [learner.get(url).status_code for url, _ in pictures] == [200, 200]


def test_a_picture_of_the_feedback_is_not_there_before_the_feedback(
    learner: FlaskClient, asked: Asked, database: Database
) -> None:
    folder = f"/study/questions/{asked.lake}/files"
    page = learner.post(f"/study/{asked.enrolment}/quiz/attempts", follow_redirects=True)
    assert learner.get(f"{folder}/разгадка.svg").status_code == 404
    assert learner.get(f"{folder}/волга.svg").status_code == 200
    attempt = int(page.request.path.split("/")[3])
    by = Actor(asked.person)
    with database.unit_of_work() as session:
        quizzes.finish_attempt(session, attempt, by=by, now=utcnow())
        quizzes.grade_attempt(session, attempt, now=utcnow())
    assert learner.get(f"{folder}/разгадка.svg").status_code == 200


def test_whoever_marks_sees_every_picture_of_the_question(
    app: Any, asked: Asked, database: Database, sign_in: SignIn
) -> None:
    with database.unit_of_work() as session:
        offering = session.get_one(Enrolment, asked.enrolment).offering_id
        marker = a_role(session, a_person(session), Role.INSTRUCTOR, offering).id
    client = app.test_client()
    sign_in(client, marker)
    assert client.get(f"/study/questions/{asked.lake}/files/разгадка.svg").status_code == 200


def test_an_author_sees_the_pictures_in_the_preview(
    app: Any, database: Database, sign_in: SignIn, asked: Asked
) -> None:
    with database.unit_of_work() as session:
        author = a_role(session, a_person(session), Role.CONTENT_DEVELOPER).id
        key = session.scalars(
            select(Activity.key).where(
                Activity.course_version_id == asked.version, Activity.kind == ActivityKind.QUIZ
            )
        ).one()
    client = app.test_client()
    sign_in(client, author)
    folder = f"/author/versions/{asked.version}/preview/{key}"
    page = client.get(folder)
    assert f'href="{folder}/1/' in page.text
    assert f'href="{folder}/2/' in page.text
    assert f'<img src="{folder}/3/' in page.text
    assert client.get(f"{folder}/2/волга.svg").data == DRAWING
    for wrong in ("0/волга.svg", "1/громкий.svg", "4/волга.svg"):
        assert client.get(f"{folder}/{wrong}").status_code == 404
    assert client.get(asked.url("волга.svg")).status_code == 404
