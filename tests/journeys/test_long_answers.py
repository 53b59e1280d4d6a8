"""An essay on a phone: the words are counted while it is written, and it saves itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from courses.catalogue.models import Activity
from courses.catalogue.rules import ActivityKind
from courses.db import Database
from courses.people.models import Person
from courses.questions.types._words import count_words
from courses.settings import Settings
from tests.browser import violations
from tests.factories import a_course, a_question, a_quiz, an_activity, an_enrolment, an_offering
from tests.installation import Installation
from tests.journeys.test_pictures import SCREENS, Desk, attempt_of, begin, is_refusal, opened
from tests.journeys.test_quiz_offline import SAVED, saving, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

STORY: dict[str, Any] = {
    "type": "essay",
    "name": "Рассказ",
    "text": "Опишите летний день.",
    "least_words": 3,
    "most_words": 10,
    "lines": 6,
    "attachments": 1,
}
ODD = "Кое-что — из-за 3,14 … «да», слово—слово\nт. е. Ёлка\u00a0№ 5"


@pytest.fixture(scope="module")
def desk(
    installation: Installation, browser: Browser, live_server: str, demo_password: str
) -> Iterator[Desk]:
    database = Database(Settings.from_env(installation.env).database_url)
    with database.unit_of_work() as session:
        version = a_course(session, quiz=False, published_at=None)
        module = (
            session.scalars(select(Activity).where(Activity.course_version_id == version.id)).one().module_id
        )
        shell = type("Module", (), {"id": module})
        quiz = an_activity(session, version, shell, ActivityKind.QUIZ, 2, key="quiz", title="Рассказ")
        a_quiz(session, quiz, a_question(session, **STORY), per_page=0, attempts=0)
        person = session.scalars(select(Person).where(Person.email == "teacher@kafedra.example")).one()
        enrolment = an_enrolment(session, person, an_offering(session, version)).id
    context = browser.new_context(base_url=live_server, locale="ru-RU")
    sign_in(context.new_page(), demo_password)
    yield Desk(f"/study/{enrolment}/quiz", context.storage_state(), database)
    context.close()
    database.engine.dispose()


@pytest.fixture(params=SCREENS)
def context(
    browser: Browser, live_server: str, desk: Desk, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    made = opened(browser, live_server, desk, request.param)
    yield made
    made.close()


def test_words_are_counted_as_they_are_written_and_nobody_meets_a_barrier(page: Page, desk: Desk) -> None:
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if is_refusal(said) else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    begin(page, desk)
    field, count = page.locator("textarea"), page.locator("[data-word-count]")
    expect(count).to_have_text("0")
    field.press_sequentially("Жарко и")
    expect(count).to_have_text("2")
    saving(page).to_have_text(SAVED, timeout=15_000)
    page.reload()
    expect(page.locator("[data-missing]")).to_contain_text("сейчас 2")
    field.fill(ODD)
    expect(count).to_have_text(str(count_words(ODD)))
    expect(page.locator("[data-missing]")).to_be_hidden()
    saving(page).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(page)) == [{"text": ODD}]
    for media in ("none", "active"):
        page.emulate_media(forced_colors=media)  # type: ignore[arg-type]
        assert violations(page) == []
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    assert refused == []
