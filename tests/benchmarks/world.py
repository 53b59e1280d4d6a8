"""A believable amount of data: two thousand offerings, a course with lessons and two long quizzes, and
learners who take it."""

import random
from dataclasses import dataclass
from itertools import count

from sqlalchemy import text
from sqlalchemy.orm import Session

from courses import people
from courses.catalogue import Offering
from courses.catalogue.rules import SUBJECTS, ActivityKind, CourseKind
from courses.clock import utcnow
from courses.db import Database
from tests import factories

TOPICS = (
    "Формирующее оценивание", "Проектная деятельность", "Смысловое чтение", "Цифровые инструменты",
    "Работа с текстом", "Исследование на уроке", "Математическая грамотность", "Наставничество",
    "Инклюзивный класс", "Устная речь",
)  # fmt: skip
PLACES = ("в начальной школе", "в старших классах", "на уроке истории", "в сельской школе", "с родителями")
SENTENCE = "Сетевое сообщество держится на связях между людьми, а не на числе участников. "
PARAGRAPH = f"<p>{SENTENCE * 6}</p>\n"
LESSONS_IN_MODULE, MODULES, LEARNERS, QUESTIONS = 4, 3, 200, 20


@dataclass(frozen=True)
class Learner:
    """One of those who take the course; the secret opens their session."""

    person_id: int
    secret: str
    enrolment_id: int


@dataclass(frozen=True)
class World:
    """What the measurements walk through."""

    learners: tuple[Learner, ...]
    course_key: str = "zamery"
    quiz_key: str = "quiz-all"
    paged_key: str = "quiz-paged"
    lesson_key: str = "m1-2"


def fill(database: Database, offerings: int) -> World:
    """Put it all into an empty database, and let the database look at what it holds, as it does by night."""
    with database.unit_of_work() as session:
        people.ensure_system(session, now=utcnow())
        others = [_an_offering(session, index) for index in range(offerings)]
        world = _a_world(session, others)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return world


def _an_offering(session: Session, index: int) -> Offering:
    dice = random.Random(index)
    version = factories.a_course(
        session,
        dice.choice(list(CourseKind)),
        quiz=False,
        key=f"kurs-{index}",
        title=f"{dice.choice(TOPICS)} {dice.choice(PLACES)}, {index + 1}",
        subject=dice.choice(list(SUBJECTS)),
        hours=dice.choice((2, 4, 6, 16, 24, 36, 72)),
    )
    return factories.an_offering(session, version, seats=dice.choice((None, 25, 60)))


def _a_world(session: Session, others: list[Offering]) -> World:
    """A course of twelve lessons and two quizzes of twenty questions: on one page, and one by one."""
    draft, positions = {"published_at": None, "published_by_id": None}, count(2)
    version = factories.a_course(session, quiz=False, key=World.course_key, title="Курс для замеров", **draft)
    for number in range(1, MODULES + 1):
        module = factories.a_module(
            session, version, position=number + 1, key=f"part{number}", title=f"Часть {number}"
        )
        for place in range(1, LESSONS_IN_MODULE + 1):
            words = {"key": f"m{number}-{place}", "title": f"Занятие {place}", "body_html": PARAGRAPH * 12}
            factories.an_activity(session, version, module, ActivityKind.LESSON, next(positions), **words)
    module = factories.a_module(session, version, position=MODULES + 2, key="tests", title="Тесты")
    questions = [factories.a_question(session, **_body(index)) for index in range(QUESTIONS)]
    for key, per_page in ((World.quiz_key, 0), (World.paged_key, 1)):
        activity = factories.an_activity(
            session, version, module, ActivityKind.QUIZ, next(positions), key=key, title=key
        )
        factories.a_quiz(session, activity, *questions, per_page=per_page, attempts=0)
    version.published_at, version.published_by_id = utcnow(), people.SYSTEM_ID
    offering = factories.an_offering(session, version)
    unlimited = [other for other in others if other.seats is None]
    return World(tuple(_a_learner(session, offering, unlimited[:2]) for _ in range(LEARNERS)))


def _a_learner(session: Session, offering: Offering, others: list[Offering]) -> Learner:
    """Somebody who takes this course and two others, one of which is behind them."""
    person = factories.a_person(session)
    for number, other in enumerate(others):
        factories.an_enrolment(session, person, other, completed_at=utcnow() if number else None)
    enrolment = factories.an_enrolment(session, person, offering)
    secret = people.open_session(session, person.id, device="Firefox", now=utcnow())
    return Learner(person.id, secret, enrolment.id)


def _body(index: int) -> dict[str, object]:
    body = dict(factories.QUESTIONS[index % len(factories.QUESTIONS)])
    return body | {"name": f"Вопрос {index + 1}", "text": f"{body['text']} ({index + 1})"}
