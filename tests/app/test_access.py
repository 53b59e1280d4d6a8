"""Who may do what: every route × every role × own and others' objects. A new route needs a row here.

The columns of a row, one sign each:

  N nobody signed in            L the learner whose enrolment, attempt and certificate it is
  O another learner             J an instructor of another group
  I the instructor of this group          D a content developer
  E an expert                   X an administrator

`+` is let in (also when the form is then refused), `-` is told 403 or 404, `s` is asked to sign in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses import certificates, people, quizzes
from courses.catalogue.models import Activity, CourseFile, CourseVersion
from courses.catalogue.rules import ActivityKind
from courses.clock import utcnow
from courses.db import Database
from courses.files import FolderStore
from courses.people import SYSTEM, Role
from courses.people.models import RoleGrant
from courses.questions import QuestionVersion
from courses.quizzes.models import Quiz, Regrade, RegradePolicy, Slot
from courses.settings import Settings
from tests.factories import (
    a_course,
    a_module,
    a_person,
    a_role,
    an_activity,
    an_enrolment,
    an_offering,
    the_quiz_of,
)

SignIn = Callable[[FlaskClient, int], None]
ROLES = "NLOJIDEX"
TABLE = """
admin.audit               GET  s------+
admin.batch               GET  s------+
admin.batch               POST s------+
admin.batch_progress      GET  s---+--+
admin.certificate         GET  s------+
admin.certificate_pdf     GET  s------+
admin.disable_person      POST s------+
admin.enable_person       POST s------+
admin.grant_role          POST s------+
admin.credit_outage       POST s---+--+
admin.group_quiz          GET  s---+--+
admin.group_quiz          POST s---+--+
admin.group_quizzes       GET  s---+--+
admin.intervene           POST s---+--+
admin.learner_quiz        GET  s---+--+
admin.learner_quiz        POST s---+--+
admin.issue               GET  s------+
admin.issue               POST s------+
admin.mark_attendance     POST s---+--+
admin.mark_several        POST s---+--+
admin.marking             GET  s--++-++
admin.next_work           POST s---+-++
admin.offering            GET  s---+--+
admin.offerings           GET  s--++--+
admin.people              GET  s------+
admin.person              GET  s------+
admin.register            GET  s------+
admin.register_csv        GET  s------+
admin.replace             GET  s------+
admin.replace             POST s------+
admin.revoke              GET  s------+
admin.revoke              POST s------+
admin.withdraw_role       POST s------+
admin.work                GET  s---+-++
admin.work                POST s---+-++
admin.works               GET  s---+-++
author.accept_package     POST s----+-+
author.close_offering     POST s----+-+
author.commit_regrade     POST s----+-+
author.courses            GET  s--+++++
author.edit_offering      GET  s----+-+
author.edit_offering      POST s----+-+
author.export             GET  s----+-+
author.import_package     GET  s----+-+
author.import_package     POST s----+-+
author.new_offering       GET  s----+-+
author.new_offering       POST s----+-+
author.new_regrade        GET  s----+-+
author.new_regrade        POST s----+-+
author.offerings          GET  s--+++++
author.open_offering      POST s----+-+
author.preview            GET  s----+++
author.preview_activity   GET  s----+++
author.preview_file       GET  s----+++
author.publish            POST s----+-+
author.regrade            GET  s----+-+
author.undo_regrade       POST s----+-+
author.version            GET  s----+++
development.mail          GET  ++++++++
development.styleguide    GET  ++++++++
learner.activity          GET  s+------
learner.attempt           GET  s+------
learner.attempt_state     GET  s+------
learner.attend            POST s+------
learner.certificate_file  GET  s+------
learner.certificates      GET  s+++++++
learner.continue_         GET  s+------
learner.course            GET  s+------
learner.enrol             POST s+++++++
learner.finish            GET  s+------
learner.finish            POST s+------
learner.finish_lesson     POST s+------
learner.flag              POST s+------
learner.hand_in           POST s+------
learner.home              GET  s+++++++
learner.question_file     GET  s+--+-++
learner.receipt           GET  s+++++++
learner.result            GET  s+------
learner.review            GET  s+------
learner.save_responses    PUT  s+------
learner.start_attempt     POST s+------
learner.turn_page         POST s+------
learner.whole_attempt     GET  s+------
learner.withdraw          GET  s+------
learner.withdraw          POST s+------
public.about              GET  ++++++++
public.account            GET  s+++++++
public.account            POST s+++++++
public.catalogue          GET  ++++++++
public.confirm            GET  ++++++++
public.confirm            POST ++++++++
public.consent            GET  ssssssss
public.consent            POST ssssssss
public.course             GET  ++++++++
public.course_file        GET  -----+++
public.cover              GET  ++++++++
public.display            GET  ++++++++
public.document           GET  ++++++++
public.end_other_sessions POST s+++++++
public.end_session        POST s+------
public.forgotten          GET  ++++++++
public.forgotten          POST ++++++++
public.language           POST ++++++++
public.livez              GET  ++++++++
public.offline_worker     GET  ++++++++
public.password           GET  s+++++++
public.password           POST s+++++++
public.readyz             GET  ++++++++
public.register           GET  ++++++++
public.register           POST ++++++++
public.registered         GET  ++++++++
public.reset              GET  ++++++++
public.reset              POST ++++++++
public.send_again         POST ++++++++
public.sessions           GET  s+++++++
public.set_display        POST ++++++++
public.sign_in            GET  ++++++++
public.sign_in            POST ++++++++
public.sign_out           POST s+++++++
public.verify             GET  ++++++++
public.verify_form        GET  ++++++++
public.verify_json        GET  ++++++++
public.verify_name        POST ++++++++
public.version            GET  ++++++++
static                    GET  ++++++++
"""


@dataclass(frozen=True)
class World:
    """The numbers that addresses are made of, and who is who."""

    names: dict[str, object]
    people: dict[str, int]


def a_world(session: Session, settings: Settings) -> World:
    """One group with all that can belong to it, and a second group beside it."""
    now = utcnow()
    version = a_course(session, key="known", published_at=None)
    module = a_module(session, version, key="m2", position=2, title="Дело")
    an_activity(session, version, module, ActivityKind.PRACTICAL, 3, key="practical")
    session.get_one(CourseVersion, version.id).published_at = now
    draft = a_course(session, key="draft", published_at=None)
    here, elsewhere = an_offering(session, version, code_word="сеть"), an_offering(session)
    columns = {name: a_person(session) for name in ROLES[1:]}
    enrolment = an_enrolment(session, columns["L"], here)
    an_enrolment(session, columns["O"], elsewhere)
    a_role(session, columns["J"], Role.INSTRUCTOR, elsewhere.id)
    a_role(session, columns["I"], Role.INSTRUCTOR, here.id)
    a_role(session, columns["D"], Role.CONTENT_DEVELOPER)
    a_role(session, columns["E"], Role.EXPERT)
    a_role(session, columns["X"], Role.ADMINISTRATOR)
    done = an_enrolment(session, columns["L"], an_offering(session), completed_at=now - timedelta(days=1))
    session.flush()
    certificate = certificates.issue(session, done.id, settings=settings, by=SYSTEM, now=now)
    files = FolderStore(settings.files_folder)
    picture = files.put(b"<svg/>")
    session.add(
        CourseFile(
            course_version_id=draft.id, path="a.svg", media_type="image/svg+xml", file_key=picture, size=6
        )
    )
    secret = people.open_session(session, columns["L"].id, device="phone", now=now)
    signed_in = people.signed_in(session, secret, now=now)
    assert signed_in is not None
    slot = session.scalars(select(Slot).where(Slot.quiz_id == the_quiz_of(session, enrolment).id)).first()
    assert slot is not None
    for version_id in (version.id, draft.id):
        give_a_picture(session, version_id, files)
    paper = files.put(certificates.render(certificate.snapshot, files))
    certificates.attach_pdf(session, certificate.id, paper, now=now)
    learner = people.Actor(columns["L"].id)
    activity_id = the_quiz_of(session, enrolment).activity_id
    ended = quizzes.start_attempt(session, enrolment.id, activity_id, by=learner, now=now)
    quizzes.finish_attempt(session, ended, by=learner, now=now)
    quizzes.grade_attempt(session, ended, now=now)
    attempt = quizzes.start_attempt(session, enrolment.id, activity_id, by=learner, now=now)
    regrade = Regrade(
        slot_id=slot.id,
        policy=RegradePolicy.FULL_CREDIT,
        never_lower=False,
        tell=False,
        reason="В ключе опечатка.",
        made_by=columns["D"].id,
        made_at=now,
    )
    session.add(regrade)
    session.flush()
    return World(
        {
            "regrade_id": regrade.id,
            "activity_id": activity_id,
            "deed": "time",
            "offering_id": here.id,
            "enrolment_id": enrolment.id,
            "certificate_id": certificate.id,
            "attempt_id": attempt,
            "marked_attempt": ended,
            "version_id": draft.id,
            "person_id": columns["I"].id,
            "grant_id": session.scalars(
                select(RoleGrant.id).where(RoleGrant.person_id == columns["I"].id)
            ).one(),
            "session_id": signed_in.session_id,
            "slot": slot.id,
            "slot_id": slot.id,
            "question_id": slot.question_version_id,
            "name": PICTURE,
            "page": 1,
            "number": 1,
            "path": "a.svg",
            "filename": "css/base.css",
            "token": "1.forged",
            "code": certificate.code,
            "kind": "course",
            "seed": "00000000",
        },
        {name: person.id for name, person in columns.items()},
    )


PICTURE = "карта.svg"


def give_a_picture(session: Session, course_version_id: int, files: FolderStore) -> None:
    """A file to every question of a course."""
    data = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    kept = {PICTURE: {"key": files.put(data), "size": len(data)}}
    questions = (
        select(QuestionVersion)
        .join(Slot, Slot.question_version_id == QuestionVersion.id)
        .join(Quiz, Quiz.id == Slot.quiz_id)
        .join(Activity, Activity.id == Quiz.activity_id)
        .where(Activity.course_version_id == course_version_id)
    )
    versions = QuestionVersion.metadata.tables["question_version"]
    for question in session.scalars(questions).all():
        body = {**question.body, "files": kept}
        # past the guard: for the tests these questions were never without
        session.connection().execute(versions.update().where(versions.c.id == question.id).values(body=body))


KEYS = {
    "author.preview_activity": "lesson",
    "author.preview_file": "quiz",
    "learner.activity": "lesson",
    "learner.finish_lesson": "lesson",
    "learner.hand_in": "practical",
    "learner.start_attempt": "quiz",
    "public.course": "known",
    "public.course_file": "draft",
    "public.document": "personal-data",
}


def body_of(endpoint: str, world: World) -> dict[str, object]:
    """What must be sent for the question of permission to come up at all."""
    if endpoint == "learner.save_responses":
        return {"json": {"client": "one", "answers": []}}
    return {"data": {"slot": world.names["slot"], "flagged": "1"}} if endpoint == "learner.flag" else {}


def rows() -> dict[tuple[str, str], str]:
    """The table, by endpoint and method."""
    found = {}
    for line in TABLE.strip().splitlines():
        endpoint, method, signs = line.split()
        found[endpoint, method] = signs
    return found


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def sign_of(answer: TestResponse) -> str:
    """What an answer means for whoever asked."""
    if answer.status_code == 401 or "/sign-in" in answer.headers.get("Location", ""):
        return "s"
    assert answer.status_code < 500 or answer.request.path == "/readyz"
    return "-" if answer.status_code in (403, 404) else "+"


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    assert routes(app) - set(rows()) == set(), "say who may use the new routes"
    assert set(rows()) - routes(app) == set()


def ask(app: Flask, world: World, sign_in: SignIn, name: str, endpoint: str, method: str) -> str:
    """The sign of one person's visit."""
    visitor = app.test_client()
    if name != "N":
        sign_in(visitor, world.people[name])
    values = {"key": KEYS.get(endpoint, "lesson"), **world.names}
    if endpoint == "admin.work":
        values["attempt_id"] = values["marked_attempt"]
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    with app.test_request_context():
        address = app.url_for(endpoint, **{part: values[part] for part in rule.arguments})
    with visitor.open(address, method=method, **body_of(endpoint, world)) as answer:
        return sign_of(answer)


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    with database.unit_of_work() as session:
        return a_world(session, settings)


def test_each_may_see_what_the_table_says(app: Flask, world: World, sign_in: SignIn) -> None:
    pages = {endpoint: signs for (endpoint, method), signs in rows().items() if method == "GET"}
    found = {
        endpoint: "".join(ask(app, world, sign_in, name, endpoint, "GET") for name in ROLES)
        for endpoint in pages
    }
    assert found == pages


@pytest.mark.parametrize(("endpoint", "method"), sorted(row for row in rows() if row[1] != "GET"))
def test_each_may_do_what_the_table_says(
    app: Flask, world: World, sign_in: SignIn, endpoint: str, method: str
) -> None:
    found = "".join(ask(app, world, sign_in, name, endpoint, method) for name in ROLES)
    assert found == rows()[endpoint, method]
