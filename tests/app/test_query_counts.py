"""What a page asks of the database does not grow with what is in it. A new page needs a row here.

The numbers are SELECTs of a second visit, by whoever's page it is, with little in the database and with much.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import audit, certificates, people, quizzes
from courses.catalogue.models import CourseVersion, Offering
from courses.certificates.models import Certificate
from courses.clock import utcnow
from courses.db import Database
from courses.learning.models import Enrolment
from courses.people import SYSTEM, Actor, Role
from courses.people.models import Person
from courses.quizzes import interventions
from courses.settings import Settings
from tests.app.test_access import KEYS, World, a_world
from tests.factories import a_course, a_person, a_role, an_enrolment, an_offering, the_quiz_of

SignIn = Callable[[FlaskClient, int], None]
Counter = Callable[[], AbstractContextManager[list[str]]]

MANY = 40
QUIZ = "learner.activity of a quiz"
AT_MOST = {
    "admin.audit": 5,
    "admin.batch": 5,
    "admin.batch_progress": 4,
    "admin.certificate": 5,
    "admin.certificate_pdf": 3,
    "admin.group_quiz": 12,
    "admin.group_quizzes": 4,
    "admin.issue": 5,
    "admin.learner_quiz": 11,
    "admin.marking": 2,
    "admin.offering": 10,
    "admin.offerings": 5,
    "admin.people": 3,
    "admin.person": 7,
    "admin.register": 4,
    "admin.register_csv": 3,
    "admin.replace": 3,
    "admin.revoke": 3,
    "admin.work": 9,
    "admin.works": 6,
    "author.courses": 2,
    "author.edit_offering": 2,
    "author.export": 11,
    "author.import_package": 1,
    "author.new_offering": 4,
    "author.new_regrade": 6,
    "author.offerings": 1,
    "author.preview": 4,
    "author.preview_activity": 5,
    "author.preview_file": 6,
    "author.regrade": 7,
    "author.version": 5,
    "development.mail": 0,
    "development.styleguide": 0,
    "learner.activity": 3,
    "learner.attempt": 3,
    "learner.attempt_state": 2,
    "learner.certificate_file": 2,
    "learner.certificates": 3,
    "learner.continue_": 3,
    "learner.course": 3,
    "learner.finish": 3,
    "learner.home": 4,
    "learner.question_file": 2,
    "learner.receipt": 1,
    "learner.result": 5,
    "learner.review": 3,
    "learner.whole_attempt": 3,
    "learner.withdraw": 3,
    "public.about": 0,
    "public.account": 3,
    "public.catalogue": 1,
    "public.confirm": 1,
    "public.consent": 0,
    "public.course": 2,
    "public.course_file": 2,
    "public.cover": 0,
    "public.display": 0,
    "public.document": 0,
    "public.forgotten": 0,
    "public.livez": 0,
    "public.offline_worker": 0,
    "public.password": 1,
    "public.readyz": 5,
    "public.register": 0,
    "public.registered": 0,
    "public.reset": 1,
    "public.sessions": 2,
    "public.sign_in": 0,
    "public.verify": 1,
    "public.verify_form": 0,
    "public.verify_json": 1,
    "public.version": 0,
    "static": 0,
    QUIZ: 5,
}
ENDED = {"learner.result", QUIZ}  # seen by a learner whose attempts are over; the others' attempt still runs


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    """The small world of the permissions, in which the other learner has finished an attempt as well."""
    with database.unit_of_work() as session:
        made = a_world(session, settings)
        an_attempt(session, made)
        some_deeds(session, made)
        return made


def some_deeds(session: Session, world: World) -> None:
    """One more deed about each subject whose page tells them, done by somebody new."""
    for subject in ("person", "certificate", "offering"):
        number = int(str(world.names[f"{subject}_id"]))
        audit.record(session, f"{subject}.enable", subject, number, by=a_person(session).id, now=utcnow())


def an_attempt(session: Session, world: World) -> int:
    """One more attempt of the other learner, finished and graded."""
    by, now = Actor(world.people["O"]), utcnow()
    enrolment = session.scalars(select(Enrolment).where(Enrolment.person_id == by.id)).one()
    activity_id = the_quiz_of(session, enrolment).activity_id
    attempt_id = quizzes.start_attempt(session, enrolment.id, activity_id, by=by, now=now)
    quizzes.finish_attempt(session, attempt_id, by=by, now=now)
    quizzes.grade_attempt(session, attempt_id, now=now)
    world.names.update(ended_enrolment=enrolment.id, ended_attempt=attempt_id)
    return attempt_id


def crowd(session: Session, world: World, settings: Settings) -> None:
    """Many of everything: learners, courses, groups, attempts, certificates, browsers, roles, deeds."""
    here = session.get_one(Offering, world.names["offering_id"])
    learner = session.get_one(Person, world.people["L"])
    draft = session.get_one(CourseVersion, world.names["version_id"])
    taught = session.get_one(CourseVersion, here.course_version_id)
    enrolments = [an_enrolment(session, None, here, completed_at=utcnow()) for _ in range(MANY)]
    for version in (draft, taught):
        for _ in range(MANY):
            an_offering(session, version)
    for place in range(MANY):
        group = an_offering(session, a_course(session, quiz=False))
        enrolments.append(an_enrolment(session, learner, group, completed_at=utcnow() if place % 2 else None))
    for one in enrolments[::2] + enrolments[MANY + 1 :: 4]:
        if one.completed_at:
            certificates.issue(session, one.id, settings=settings, by=SYSTEM, now=utcnow())
    for _ in range(MANY):
        people.open_session(session, learner.id, device="Firefox, Linux", now=utcnow())
        a_role(session, a_person(session), Role.INSTRUCTOR, here.id)
        some_deeds(session, world)
    for _ in range(5):
        an_attempt(session, world)
        somebody_sits(session, here, int(str(world.names["activity_id"])))


def somebody_sits(session: Session, here: Offering, activity_id: int) -> None:
    """One more learner of the group at work on the quiz, with terms and time of their own."""
    now = utcnow()
    enrolment = an_enrolment(session, None, here)
    by = Actor(enrolment.person_id)
    why = {"reason": "Перенос по заявлению", "by": SYSTEM, "now": now}
    changes = interventions.Changes(time_limit=3600)
    interventions.set_terms(session, here.id, activity_id, changes, enrolment_id=enrolment.id, **why)
    attempt_id = quizzes.start_attempt(session, enrolment.id, activity_id, by=by, now=now)
    interventions.give_time(session, attempt_id, seconds=600, **why)


def visitor_of(endpoint: str) -> str:
    """Whose page it is."""
    door = endpoint.partition(".")[0]
    if endpoint in ENDED:
        return "O"
    if endpoint in ("public.account", "public.password", "public.sessions"):
        return "L"
    if endpoint == "public.course_file":
        return "D"  # the figure is one of a draft
    return {"admin": "X", "author": "X", "learner": "L"}.get(door, "N")


def costs(app: Flask, world: World, sign_in: SignIn, count_queries: Counter) -> dict[str, int]:
    """How many SELECTs each page sends when it is looked at again."""
    found = {}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    for page in sorted(pages | {QUIZ}):
        endpoint = page.split()[0]
        visitor = app.test_client()
        if visitor_of(page) != "N":
            sign_in(visitor, world.people[visitor_of(page)])
        values = {"key": KEYS.get(endpoint, "lesson"), **world.names}
        if page in ENDED:
            values |= {"attempt_id": values["ended_attempt"], "enrolment_id": values["ended_enrolment"]}
            values["key"] = "quiz"
        if page == "admin.work":
            values["attempt_id"] = values["marked_attempt"]
        rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
        with app.test_request_context():
            address = app.url_for(endpoint, **{part: values[part] for part in rule.arguments})
        visitor.get(address).close()
        with count_queries() as counted, visitor.get(address, buffered=True) as answer:
            assert answer.status_code < 400 or page in ("public.readyz", "public.confirm", "public.reset"), (
                page
            )
            assert "sign-in" not in answer.headers.get("Location", "") or page == "public.consent", page
        found[page] = len([one for one in counted if one.lstrip()[:6].upper() in ("SELECT", "WITH R")])
    return found


def test_pages_ask_as_often_of_a_full_database_as_of_an_empty_one(
    app: Flask,
    world: World,
    database: Database,
    settings: Settings,
    sign_in: SignIn,
    count_queries: Counter,
) -> None:
    few = costs(app, world, sign_in, count_queries)
    with database.unit_of_work() as session:
        crowd(session, world, settings)
    with database.reading() as session:
        assert (session.scalar(select(func.count()).select_from(Certificate)) or 0) > MANY / 2
    many = costs(app, world, sign_in, count_queries)
    assert {page: (few[page], many[page]) for page in few if many[page] != few[page]} == {}
    assert set(few) == set(AT_MOST), "say what a new page may ask"
    assert {page: many[page] for page in many if many[page] > AT_MOST[page]} == {}
