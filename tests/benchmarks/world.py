"""A believable amount of data: two thousand offerings, one long quiz, learners at every stage."""

import random
from dataclasses import dataclass

from sqlalchemy.orm import Session

from courses import people
from courses.catalogue.rules import SUBJECTS, ActivityKind, CourseKind
from courses.clock import utcnow
from tests import factories

TOPICS = (
    "Формирующее оценивание", "Проектная деятельность", "Смысловое чтение", "Цифровые инструменты",
    "Работа с текстом", "Исследование на уроке", "Математическая грамотность", "Наставничество",
    "Инклюзивный класс", "Устная речь",
)  # fmt: skip
PLACES = ("в начальной школе", "в старших классах", "на уроке истории", "в сельской школе", "с родителями")


@dataclass(frozen=True)
class World:
    """What the measurements walk through."""

    person_id: int
    secret: str
    enrolment_id: int
    course_key: str
    quiz_key: str
    paged_key: str
    lesson_key: str


def fill_catalogue(session: Session, number: int) -> None:
    """So many open offerings of as many courses."""
    dice = random.Random(7)
    for index in range(number):
        version = factories.a_course(
            session,
            dice.choice(list(CourseKind)),
            quiz=False,
            key=f"kurs-{index}",
            title=f"{dice.choice(TOPICS)} {dice.choice(PLACES)}, {index + 1}",
            subject=dice.choice(list(SUBJECTS)),
            hours=dice.choice((2, 4, 6, 16, 24, 36, 72)),
        )
        factories.an_offering(session, version, seats=dice.choice((None, 25, 60)))


def a_world(session: Session) -> World:
    """A learner in a course with two quizzes of twenty questions: on one page, and one by one."""
    questions = [factories.a_question(session, **_body(index)) for index in range(20)]
    draft = {"published_at": None, "published_by_id": None}
    version = factories.a_course(session, quiz=False, key="zamery", title="Курс для замеров", **draft)
    module = factories.a_module(session, version, position=2, key="m2", title="Тесты")
    for position, (key, per_page) in enumerate((("quiz-all", 0), ("quiz-paged", 1)), 2):
        activity = factories.an_activity(
            session, version, module, ActivityKind.QUIZ, position, key=key, title=key
        )
        factories.a_quiz(session, activity, *questions, per_page=per_page, attempts=0)
    version.published_at, version.published_by_id = utcnow(), people.SYSTEM_ID
    session.flush()
    person = factories.a_person(session, email="zamer@school.example")
    enrolment = factories.an_enrolment(session, person, factories.an_offering(session, version))
    secret = people.open_session(session, person.id, device="bench", now=utcnow())
    return World(person.id, secret, enrolment.id, "zamery", "quiz-all", "quiz-paged", "lesson")


def _body(index: int) -> dict[str, object]:
    body = dict(factories.QUESTIONS[index % len(factories.QUESTIONS)])
    return body | {"name": f"Вопрос {index + 1}", "text": f"{body['text']} ({index + 1})"}
