"""Things to test with, with sensible defaults and real Russian names. Each adds rows to the given session."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course, CourseVersion, Module, Offering
from courses.catalogue.rules import ActivityKind, CourseKind, OfferingState
from courses.clock import utcnow
from courses.learning.models import Enrolment
from courses.people.models import Person, RoleGrant
from courses.people.rules import SYSTEM_ID, Actor, Grant, Role
from courses.questions.models import Question, QuestionCategory, QuestionVersion
from courses.quizzes.models import Quiz, Slot

NUMBERS = itertools.count(1)
NAMES = (
    ("Иванова", "Мария", "Петровна"),
    ("Ёлкин", "Фёдор", "Ильич"),
    ("Салтыкова-Щедрина", "Любовь", "Николаевна"),
    ("Ким", "Лев", ""),
    ("Мамедов", "Рауф", "Гейдар оглы"),
)


def a_person(session: Session, **over: Any) -> Person:
    """A teacher whose address is confirmed."""
    number = next(NUMBERS)
    family, given, patronymic = NAMES[number % len(NAMES)]
    values: dict[str, Any] = {
        "email": f"teacher{number}@school.example",
        "email_confirmed_at": utcnow(),
        "family_name": family,
        "given_name": given,
        "patronymic": patronymic,
        "created_at": utcnow(),
    } | over
    values.setdefault("email_key", values["email"].casefold())
    full = " ".join(filter(None, (values["family_name"], values["given_name"], values["patronymic"])))
    values.setdefault("search_key", full.casefold().replace("ё", "е"))
    person = Person(**values)
    session.add(person)
    session.flush()
    return person


def a_role(session: Session, person: Person, role: Role | str, offering_id: int | None = None) -> Actor:
    """Give a role; the actor that holds it."""
    role = Role(role)
    grant = RoleGrant(
        person_id=person.id, role=role, offering_id=offering_id, granted_by_id=SYSTEM_ID, granted_at=utcnow()
    )
    session.add(grant)
    session.flush()
    return Actor(person.id, (Grant(role, offering_id),))


def an_actor(person: Person) -> Actor:
    """The person as a plain learner."""
    return Actor(person.id)


QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "type": "single_choice",
        "name": "Столица",
        "text": "Какой город — столица России?",
        "answers": [
            {"text": "Москва", "fraction": 1.0, "feedback": "Верно."},
            {"text": "Казань", "fraction": 0.0, "feedback": "Казань — столица Татарстана."},
        ],
        "shuffle": True,
    },
    {
        "type": "true_false",
        "name": "Сеть",
        "text": "Сеть держится на связях.",
        "right": True,
        "feedback_true": "Да.",
        "feedback_false": "Нет.",
    },
)


def a_question(session: Session, **body: Any) -> QuestionVersion:
    """One version of one question in the bank."""
    number = next(NUMBERS)
    category = QuestionCategory(bank=f"bank-{number}", path="Общее")
    session.add(category)
    session.flush()
    full = {
        "text_format": "plain",
        "general_feedback": "",
        "default_mark": 1.0,
        "penalty": 0.3333333,
        "tags": [],
        **(body or QUESTIONS[0]),
    }
    question = Question(category_id=category.id, name=full["name"], created_at=utcnow())
    session.add(question)
    session.flush()
    version = QuestionVersion(
        question_id=question.id,
        number=1,
        type=full["type"],
        body=full,
        fingerprint=f"{number:064d}",
        created_at=utcnow(),
    )
    session.add(version)
    session.flush()
    return version


def a_quiz(session: Session, activity: Activity, *questions: QuestionVersion, **over: Any) -> Quiz:
    """A quiz on an activity; two simple questions unless others are given."""
    versions = questions or tuple(a_question(session, **body) for body in QUESTIONS)
    values = {"pass_fraction": 0.6, "shuffle": False, "per_page": 1, "max_mark": float(len(versions))} | over
    quiz = Quiz(activity_id=activity.id, **values)
    session.add(quiz)
    session.flush()
    for position, version in enumerate(versions, 1):
        session.add(Slot(quiz_id=quiz.id, position=position, question_version_id=version.id, max_mark=1.0))
    session.flush()
    return quiz


def a_course(
    session: Session, kind: CourseKind | str = CourseKind.COURSE, *, quiz: bool = True, **over: Any
) -> CourseVersion:
    """A published course version with one module: a lesson and, unless told otherwise, a quiz."""
    number = next(NUMBERS)
    course = Course(
        key=over.pop("key", f"course-{number}"),
        kind=CourseKind(kind),
        created_at=utcnow(),
        created_by_id=SYSTEM_ID,
    )
    session.add(course)
    session.flush()
    values = {
        "number": 1,
        "language": "ru",
        "title": "Сетевое взаимодействие педагога",
        "summary": "Как найти коллег с той же задачей и работать вместе.",
        "subject": "pedagogy",
        "hours": 36,
        "description": {
            "audience": "Учителя всех предметов",
            "outcomes": ["Находить сообщество"],
            "authors": [],
        },
        "about_html": "<p>О курсе.</p>",
        "fingerprint": f"{number:064d}",
        "search_words": "сетев взаимодейств педагог",
        "created_at": utcnow(),
        "created_by_id": SYSTEM_ID,
        "published_at": utcnow(),
        "published_by_id": SYSTEM_ID,
    } | over
    published_at = values.pop("published_at")
    version = CourseVersion(course_id=course.id, **values)
    session.add(version)
    session.flush()
    module = a_module(session, version)
    an_activity(session, version, module, ActivityKind.LESSON, 1, key="lesson", title="Что такое сеть")
    if quiz:
        activity = an_activity(
            session, version, module, ActivityKind.QUIZ, 2, key="quiz", title="Проверьте себя"
        )
        a_quiz(session, activity)
    version.published_at = published_at
    session.flush()
    return version


@contextmanager
def not_yet_published(session: Session, version_id: int) -> Iterator[None]:
    """What is published never changes; a test that needs it otherwise makes it so before."""
    table = CourseVersion.__table__
    mine = table.c.id == version_id
    at = session.connection().execute(select(table.c.published_at).where(mine)).scalar_one()
    session.connection().execute(update(table).where(mine).values(published_at=None))
    yield
    session.flush()
    session.connection().execute(update(table).where(mine).values(published_at=at))


def a_module(session: Session, version: CourseVersion, **over: Any) -> Module:
    """A part of a course version."""
    values = {"position": 1, "key": "m1", "title": "Начало"} | over
    module = Module(course_version_id=version.id, **values)
    session.add(module)
    session.flush()
    return module


def an_activity(
    session: Session, version: CourseVersion, module: Module, kind: ActivityKind, position: int, **over: Any
) -> Activity:
    """One activity of a module; past the guard of published versions, which would refuse a late one."""
    values = {
        "key": f"activity-{position}",
        "title": "Занятие",
        "minutes": 20,
        "required": True,
        "file_name": f"m1/{position}.md",
        "body": "Текст занятия.",
        "body_html": "<p>Текст занятия.</p>",
        "settings": {},
    } | over
    table = Activity.__table__
    values |= {"course_version_id": version.id, "module_id": module.id, "kind": kind, "position": position}
    made = session.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    return session.get_one(Activity, made)


def an_offering(session: Session, version: CourseVersion | None = None, **over: Any) -> Offering:
    """An open offering that may be studied at any time."""
    version = version or a_course(session)
    values = {"state": OfferingState.OPEN, "opened_at": utcnow(), "created_at": utcnow()} | over
    offering = Offering(
        course_id=version.course_id, course_version_id=version.id, created_by_id=SYSTEM_ID, **values
    )
    session.add(offering)
    session.flush()
    return offering


def an_enrolment(
    session: Session,
    person: Person | None = None,
    offering: Offering | None = None,
    *,
    completed_at: datetime | None = None,
) -> Enrolment:
    """A person in an offering, seat counted."""
    person = person or a_person(session)
    offering = offering or an_offering(session)
    offering.seats_taken += 1
    enrolment = Enrolment(
        offering_id=offering.id, person_id=person.id, opened_at=utcnow(), completed_at=completed_at
    )
    session.add(enrolment)
    session.flush()
    return enrolment


def the_quiz_of(session: Session, enrolment: Enrolment) -> Quiz:
    """The quiz of the course that somebody is enrolled in."""
    offering = session.get_one(Offering, enrolment.offering_id)
    query = (
        select(Quiz)
        .join(Activity, Activity.id == Quiz.activity_id)
        .where(Activity.course_version_id == offering.course_version_id)
    )
    return session.scalars(query).one()
