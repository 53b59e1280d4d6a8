"""Every page in light, dark and for low vision, in Russian and English: axe-core finds nothing, and nothing
scrolls sideways on a phone.

On one database only: what a page is made of does not depend on where its rows lie. The other looks change
colours and sizes, not what a page is made of, so for them only the rules of colours and sizes are asked,
unless KAFEDRA_EVERY_RULE=1 wants all of them everywhere.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import func, select

from app.command.accounts import PASSWORD
from app.command.smoke import COURSE, Walk
from app.factory import create_app
from courses import quizzes
from courses.catalogue.models import CourseVersion, Offering
from courses.certificates.models import Certificate
from courses.clock import utcnow
from courses.db import Database
from courses.learning.models import Enrolment
from courses.people import SYSTEM, Actor
from courses.people.models import Person
from courses.quizzes import Answer
from courses.quizzes.models import Attempt, AttemptState, Quiz, Slot
from courses.settings import Settings
from tests.browser import violations
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NOT_PAGES = {
    "admin.certificate_pdf", "admin.register_csv", "author.export", "author.preview_file",
    "learner.attempt_state", "learner.certificate_file", "learner.continue_", "learner.question_file",
    "public.course_file", "public.cover", "public.livez", "public.offline_worker", "public.readyz",
    "public.verify_json", "public.version", "static",
}  # fmt: skip
STRANGER, TEACHER, ADMIN = "", "teacher@kafedra.example", "admin@kafedra.example"
READ_BY = {"public": STRANGER, "development": STRANGER, "learner": TEACHER, "author": ADMIN, "admin": ADMIN}
OWN = {"public.account", "public.password", "public.sessions"}
LOOKS = {"light": "", "dark": "theme=dark", "low-vision": "vision=on"}
LANGUAGES = ("ru", "en")
EVERY_RULE = os.environ.get("KAFEDRA_EVERY_RULE") == "1"


@dataclass(frozen=True)
class Site:
    """A running installation in which somebody has studied, and what its addresses are made of."""

    url: str
    app: Flask
    values: dict[str, Any]

    def pages(self) -> dict[str, str]:
        """The address of every page by endpoint."""
        found = {}
        with self.app.test_request_context():
            for rule in self.app.url_map.iter_rules():
                if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_PAGES:
                    values = self.values | self.values["of"].get(rule.endpoint, {})
                    wanted = {name: values[name] for name in rule.arguments}
                    found[rule.endpoint] = self.app.url_for(rule.endpoint, **wanted)
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample content; the sample teacher has a certificate and an attempt that is not finished."""
    folder = tmp_path_factory.mktemp("accessibility")
    running = Installation(folder / "var")
    running.start()
    walk = Walk(running.url, folder / "certificate.pdf")
    walk.sign_in(TEACHER, PASSWORD)
    walk.enrol()
    walk.study()
    walk.certificate()
    quiz = walk.visitor.get(f"/study/{walk.enrolment}/m1-quiz")
    walk.visitor.post(quiz.form("/attempts$"))
    settings = Settings.from_env(running.env)
    values = values_of(settings, int(walk.enrolment))
    answer_at_length(settings, values["attempt_id"], values["person_id"])
    yield Site(running.url, create_app(settings), values)
    running.stop()


def answer_at_length(settings: Settings, attempt_id: int, person_id: int) -> None:
    """The longest option of every question, so that tables are as wide as they get."""
    database, by = Database(settings.database_url), Actor(person_id)
    with database.unit_of_work() as session:
        asked = quizzes.sitting(session, attempt_id, by=by).questions
        options = {one.slot_id: one.controls.options for one in asked if hasattr(one.controls, "options")}
        answers = [
            Answer(slot_id, {"choice": [max(some, key=lambda option: len(option.text)).value]})
            for slot_id, some in options.items()
        ]
        assert answers
        quizzes.save_responses(session, attempt_id, answers, by=by, now=utcnow())
    database.engine.dispose()


def values_of(settings: Settings, enrolment_id: int) -> dict[str, Any]:
    database = Database(settings.database_url)
    with database.reading() as session:
        enrolment = session.get_one(Enrolment, enrolment_id)
        offering = session.get_one(Offering, enrolment.offering_id)
        certificate = session.scalars(select(Certificate)).first()
        attempts = {
            state: session.scalar(select(func.max(Attempt.id)).where(Attempt.state == state))
            for state in AttemptState
        }
        version = session.get_one(CourseVersion, offering.course_version_id)
        person_id = session.scalar(select(Person.id).where(Person.email == TEACHER))
        activity_id = session.scalar(
            select(Quiz.activity_id).join(Attempt).where(Attempt.id == attempts[AttemptState.FINISHED])
        )
        slot_id = session.scalar(
            select(func.max(Slot.id))
            .join(Attempt, Attempt.quiz_id == Slot.quiz_id)
            .where(Attempt.id == attempts[AttemptState.FINISHED])
        )
    with database.unit_of_work() as session:
        regrade_id = quizzes.propose_regrade(
            session,
            slot_id or 0,
            policy=quizzes.RegradePolicy.FULL_CREDIT,
            draft=None,
            never_lower=True,
            tell=False,
            reason="В ключе опечатка.",
            by=SYSTEM,
            now=utcnow(),
        )
    database.engine.dispose()
    assert certificate is not None
    finished = {"attempt_id": attempts[AttemptState.FINISHED]}
    return {
        "enrolment_id": enrolment_id,
        "offering_id": offering.id,
        "version_id": version.id,
        "certificate_id": certificate.id,
        "attempt_id": attempts[AttemptState.IN_PROGRESS],
        "person_id": person_id,
        "slot_id": slot_id,
        "activity_id": activity_id,
        "regrade_id": regrade_id,
        "key": "m1-quiz",
        "code": certificate.code,
        "token": "1.forged",
        "of": {
            "admin.work": finished,
            "learner.result": finished,
            "public.course": {"key": COURSE},
            "public.document": {"key": "personal-data"},
        },
    }


def reader(browser: Browser, site: Site, look: str, language: str, email: str) -> BrowserContext:
    """A phone with these wishes, on which this person has signed in."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 740}, reduced_motion="reduce"
    )
    if email:
        page = context.new_page()
        page.goto("/sign-in")
        page.locator("input[type=email], input[name=email]").first.fill(email)
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("form:has(input[type=password]) button[type=submit]").last.click()
        page.wait_for_url("**/study/**")
        page.close()
    cookies = {"language": language} | ({"display": LOOKS[look]} if LOOKS[look] else {})
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
    return context


def who_reads(endpoint: str) -> str:
    return TEACHER if endpoint in OWN else READ_BY[endpoint.partition(".")[0]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("email", [STRANGER, TEACHER, ADMIN])
def test_nobody_meets_a_barrier(browser: Browser, site: Site, email: str, look: str, language: str) -> None:
    barriers: dict[str, object] = {}
    context = reader(browser, site, look, language, email)
    page = context.new_page()
    for endpoint, address in site.pages().items():
        if who_reads(endpoint) != email:
            continue
        answer = page.goto(address)
        assert answer is not None
        assert answer.status in (200, 410), f"{endpoint} {address} {answer.status}"
        assert page.locator("html").get_attribute("lang") == language, endpoint
        if found := violations(page, of_looks=look != "light" and not EVERY_RULE):
            barriers[endpoint] = found
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            barriers[f"{endpoint} scrolls"] = address
    context.close()
    assert barriers == {}


def test_the_way_by_keyboard_begins_at_the_content_and_is_always_seen(browser: Browser, site: Site) -> None:
    context = reader(browser, site, "light", "ru", STRANGER)
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        unseen += page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return [];
              const style = getComputedStyle(at);
              const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
              return shown ? [] : [at.outerHTML.slice(0, 120)];
            }"""
        )
    context.close()
    assert unseen == []
