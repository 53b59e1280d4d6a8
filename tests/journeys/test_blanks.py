"""Texts with blanks on a phone: words dragged or chosen in lists, by finger, keyboard and without script."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from courses.catalogue.models import Activity
from courses.catalogue.rules import ActivityKind
from courses.db import Database
from courses.people.models import Person
from courses.settings import Settings
from tests.browser import violations
from tests.factories import a_course, a_question, a_quiz, an_activity, an_enrolment, an_offering
from tests.installation import Installation
from tests.journeys.test_pictures import (
    SCREENS,
    Desk,
    attempt_of,
    begin,
    drag,
    into_view,
    is_refusal,
    middle,
    opened,
)
from tests.journeys.test_quiz_offline import SAVED, saving, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PROVERB = {
    "type": "drag_words",
    "name": "Пословица",
    "text": "Тише [[1]], дальше [[2]]. Не красна изба углами, а красна [[4]].",
    "choices": [
        {"text": "едешь"},
        {"text": "будешь"},
        {"text": "скажешь"},
        {"text": "пирогами", "group": 2},
        {"text": "гостями", "group": 2},
    ],
    "shuffle": False,
}
RIVER: dict[str, Any] = {
    "type": "cloze",
    "name": "Волга",
    "text": "# Волга\n\n| река | впадает | длина, км |\n|---|---|---|\n| [[1]] | [[2]] | [[3]] |\n\n"
    "Она [[4]], а притоки её — [[5]].",
    "text_format": "markdown",
    "blanks": [
        {"kind": "short_answer", "answers": [{"text": "Волга", "fraction": 1, "feedback": "Верно."}]},
        {
            "kind": "single_choice",
            "answers": [
                {"text": "в Чёрное море", "fraction": 0, "feedback": ""},
                {"text": "в Каспийское море-озеро на границе Европы и Азии", "fraction": 1, "feedback": ""},
            ],
        },
        {"kind": "numerical", "answers": [{"value": 3530, "tolerance": 30, "fraction": 1, "feedback": ""}]},
        {
            "kind": "single_choice",
            "look": "column",
            "answers": [
                {"text": "равнинная", "fraction": 1, "feedback": ""},
                {"text": "горная, $v > 3$ м/с", "fraction": 0, "feedback": ""},
            ],
        },
        {
            "kind": "multiple_choice",
            "look": "row",
            "answers": [
                {"text": "Ока", "fraction": 0.5, "feedback": ""},
                {"text": "Кама", "fraction": 0.5, "feedback": ""},
                {"text": "Дон", "fraction": -1, "feedback": ""},
            ],
        },
    ],
}


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
        quiz = an_activity(session, version, shell, ActivityKind.QUIZ, 2, key="quiz", title="Пропуски")
        questions = [a_question(session, **body) for body in (PROVERB, RIVER)]
        a_quiz(session, quiz, *questions, per_page=0, attempts=0)
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


@pytest.fixture
def quiz(page: Page, desk: Desk) -> Iterator[Page]:
    """A fresh attempt; nothing of the page is refused on the way."""
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if is_refusal(said) else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    begin(page, desk)
    yield page
    assert refused == []


def gap(page: Page, number: int) -> Locator:
    return page.get_by_label(f"Пропуск {number} из 3", exact=True)


def blank(page: Page, number: int) -> Locator:
    return page.get_by_label(f"Пропуск {number} из 5", exact=True)


def word(page: Page, text: str) -> Locator:
    return page.locator("[data-word]").filter(has_text=text)


def test_words_are_dragged_into_the_text_and_a_used_one_stays_where_it_is(quiz: Page, desk: Desk) -> None:
    into_view(quiz, gap(quiz, 2))
    drag(quiz, middle(word(quiz, "едешь")), middle(gap(quiz, 1)))
    expect(gap(quiz, 1)).to_have_value("0")
    expect(word(quiz, "едешь")).to_have_class(re.compile("thing-used"))
    drag(quiz, middle(word(quiz, "едешь")), middle(gap(quiz, 2)))
    expect(gap(quiz, 2)).to_have_value("")
    drag(quiz, middle(word(quiz, "пирогами")), middle(gap(quiz, 2)))
    expect(gap(quiz, 2)).to_have_value("")
    drag(quiz, middle(word(quiz, "пирогами")), middle(gap(quiz, 3)))
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(quiz)) == [{"gaps": [0, None, 0]}]
    gap(quiz, 1).select_option("")
    expect(word(quiz, "едешь")).not_to_have_class(re.compile("thing-used"))


def test_a_tap_on_a_word_and_a_tap_on_a_blank_do_what_a_drag_does(quiz: Page) -> None:
    into_view(quiz, gap(quiz, 2))
    word(quiz, "будешь").click()
    expect(word(quiz, "будешь")).to_have_class(re.compile("thing-picked"))
    quiz.mouse.click(*middle(gap(quiz, 2)))
    expect(gap(quiz, 2)).to_have_value("1")
    expect(word(quiz, "будешь")).not_to_have_class(re.compile("thing-picked"))


def test_lists_are_filled_by_keyboard_and_a_word_that_moves_is_told(quiz: Page, desk: Desk) -> None:
    gap(quiz, 1).focus()
    quiz.keyboard.press("ArrowDown")
    quiz.keyboard.press("Tab")
    expect(gap(quiz, 2)).to_be_focused()
    quiz.keyboard.press("ArrowDown")
    expect(gap(quiz, 1)).to_have_value("")
    expect(quiz.locator("[data-words] [data-said]")).to_have_text(
        "«едешь» теперь в пропуске 2, пропуск 1 свободен"
    )
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(quiz)) == [{"gaps": [None, 0, None]}]


def test_blanks_of_every_kind_are_saved_and_come_back(quiz: Page, desk: Desk) -> None:
    fill(quiz)
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(quiz))[-1] == {
        "blanks": [{"text": "Волга"}, {"choice": 1}, {"text": "3530"}, {"choice": 0}, {"choices": [0, 1]}]
    }
    quiz.reload()
    expect(blank(quiz, 1)).to_have_value("Волга")
    expect(blank(quiz, 4).get_by_label("равнинная")).to_be_checked()
    blank(quiz, 4).get_by_label("Пока без ответа").check()
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(quiz))[-1]["blanks"][3] is None


def fill(page: Page) -> None:
    blank(page, 1).fill("Волга")
    blank(page, 2).select_option("1")
    blank(page, 3).fill("3530")
    blank(page, 4).get_by_label("равнинная").check()
    for name in ("Ока", "Кама"):
        blank(page, 5).get_by_label(name).check()


def test_nobody_meets_a_barrier_and_nothing_scrolls_sideways(quiz: Page) -> None:
    fill(quiz)
    gap(quiz, 1).select_option("0")
    for media in ("none", "active"):
        quiz.emulate_media(forced_colors=media)  # type: ignore[arg-type]
        assert violations(quiz) == []
    wide = quiz.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    heights = quiz.locator(".blank.input, .blank .choice, [data-word]").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44


def test_a_finger_drags_a_word_and_taps_it_into_its_blank(
    browser: Browser, live_server: str, desk: Desk
) -> None:
    context = opened(browser, live_server, desk, has_touch=True, is_mobile=True, device_scale_factor=2)
    page = context.new_page()
    begin(page, desk)
    touch = context.new_cdp_session(page)
    into_view(page, gap(page, 2))
    (left, top), (right, bottom) = middle(word(page, "едешь")), middle(gap(page, 1))
    for step in range(7):
        point = {"x": left + (right - left) * step / 6, "y": top + (bottom - top) * step / 6}
        kind = "touchMove" if step else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(gap(page, 1)).to_have_value("0")
    word(page, "будешь").tap()
    gap(page, 2).tap()
    expect(gap(page, 2)).to_have_value("1")
    saving(page).to_have_text(SAVED, timeout=15_000)
    context.close()


def test_without_script_the_lists_and_fields_are_the_whole_answer(
    browser: Browser, live_server: str, desk: Desk
) -> None:
    scripted = opened(browser, live_server, desk)
    begin(scripted.new_page(), desk)
    scripted.close()
    context = opened(browser, live_server, desk, java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.quiz)
    page.locator("form.thumb button").click()
    for number, label in ((1, "едешь"), (2, "будешь"), (3, "пирогами")):
        gap(page, number).select_option(label=label)
    fill(page)
    page.locator("[data-save-button]").click()
    expect(gap(page, 2)).to_have_value("1")
    page.goto(f"{page.url.partition('/pages')[0].partition('?')[0]}/finish")
    page.locator("[data-finish-form] button").click()
    page.wait_for_url(re.compile("/result"))
    for _ in range(20):
        if page.get_by_text("100 %").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text("100 %").first).to_be_visible()
    expect(page.locator(".blank-said")).to_have_count(8)
    expect(page.locator(".blank-said").first).to_contain_text("едешь")
    expect(page.get_by_text("Пропуск 5 — Ока; Кама")).to_have_count(1)
    context.close()
