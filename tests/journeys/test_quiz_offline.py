"""What a phone with a poor connection does to a quiz, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser import FLAGS, executable

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SAVED = re.compile(r"Сохранено \d\d:\d\d:\d\d")
OFFLINE = re.compile(r"Нет связи: ответы хранятся на этом устройстве \(\d\)")


def sign_in(page: Page, password: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=email]", "teacher@kafedra.example")
    page.fill("[name=password]", password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/(study|catalogue)?"))


def open_attempt(page: Page) -> None:
    """Enrol in the seminar, whose quiz shows all questions on one page, and begin its quiz."""
    page.goto("/study/receipts")
    token = page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    for offering in range(1, 9):
        answer = page.request.post(f"/study/offerings/{offering}/enrol", form={"csrf_token": token})
        if answer.ok and (answer.url.rstrip("/").split("/")[-1]).isdecimal():
            page.goto(answer.url)
            quiz = page.locator("a.item", has_text="тест").first
            if quiz.count() and page.locator("h1", has_text="инструменты").count():
                break
    page.locator("a.item", has_text="тест").first.click()
    page.locator("form.thumb button").click()
    page.wait_for_url(re.compile(r"/study/attempts/\d+"))
    expect(page.locator("[data-quiz]")).to_be_visible()


def saving(page: Page) -> object:
    return expect(page.locator("[data-saving] span").first)


def first_choice(page: Page) -> str:
    """A selector of the first answer of the first question with choices."""
    name = page.locator("section[data-slot] input[type=radio]").first.get_attribute("name")
    return f"input[name='{name}'][value='0']"


def another_choice(page: Page) -> str:
    """A selector of an answer that is not the present one."""
    choice = first_choice(page)
    return choice.replace("value='0'", "value='1'") if page.locator(choice).is_checked() else choice


@pytest.fixture
def quiz(page: Page, demo_password: str) -> Page:
    sign_in(page, demo_password)
    open_attempt(page)
    return page


def test_an_answer_is_saved_within_two_seconds_and_the_line_says_so(quiz: Page) -> None:
    choice = another_choice(quiz)
    quiz.check(choice)
    saving(quiz).to_have_text(SAVED, timeout=2_500)
    expect(quiz.locator(".navigator .q-answered").first).to_be_visible()
    quiz.reload()
    expect(quiz.locator(choice)).to_be_checked()


def test_answers_given_without_a_connection_wait_on_the_device_and_are_sent_later(
    quiz: Page, context: BrowserContext
) -> None:
    choice = another_choice(quiz)
    context.set_offline(True)
    quiz.check(choice)
    saving(quiz).to_have_text(OFFLINE, timeout=6_000)
    expect(quiz.locator(".navigator .q-unsent").first).to_be_visible()
    context.set_offline(False)
    saving(quiz).to_have_text(SAVED, timeout=6_000)
    expect(quiz.locator(".navigator .q-unsent")).to_have_count(0)
    quiz.reload()
    expect(quiz.locator(choice)).to_be_checked()


def test_the_line_does_not_say_saved_while_the_server_has_not_said_so(quiz: Page) -> None:
    def swallow(route: Route) -> None:
        route.fulfill(status=500, body="{}")

    quiz.route("**/responses", swallow)
    quiz.check(another_choice(quiz))
    saving(quiz).to_have_text(OFFLINE, timeout=6_000)
    quiz.unroute("**/responses", swallow)
    saving(quiz).to_have_text(SAVED, timeout=15_000)


def test_what_was_typed_while_an_answer_was_on_its_way_is_not_called_saved(quiz: Page) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    quiz.route("**/responses", hold_the_first)
    quiz.check(another_choice(quiz))
    quiz.wait_for_timeout(1_800)
    assert len(held) == 1
    other = another_choice(quiz)
    quiz.check(other)
    held[0].continue_()
    quiz.wait_for_timeout(300)
    saving(quiz).to_have_text("Сохраняем…", timeout=500)
    saving(quiz).to_have_text(SAVED, timeout=5_000)
    quiz.reload()
    expect(quiz.locator(other)).to_be_checked()


def test_a_page_killed_without_a_connection_still_has_the_answer_when_it_comes_back(
    browser: Browser, live_server: str, demo_password: str, tmp_path: Path
) -> None:
    def opened() -> BrowserContext:
        return browser.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=executable(),
            args=FLAGS,
            base_url=live_server,
            locale="ru-RU",
        )

    first = opened()
    page = first.new_page()
    sign_in(page, demo_password)
    open_attempt(page)
    url, choice = page.url, another_choice(page)
    first.set_offline(True)
    page.check(choice)
    saving(page).to_have_text(OFFLINE, timeout=6_000)
    first.close()
    second = opened()
    again = second.new_page()
    again.goto(url)
    if "/sign-in" in again.url:
        sign_in(again, demo_password)
        again.goto(url)
    expect(again.locator(choice)).to_be_checked()
    saving(again).to_have_text(SAVED, timeout=6_000)
    again.reload()
    expect(again.locator(choice)).to_be_checked()
    second.close()


def test_who_was_signed_out_meanwhile_signs_in_in_a_new_tab_and_loses_nothing(
    quiz: Page, context: BrowserContext, demo_password: str
) -> None:
    context.clear_cookies()
    quiz.check(another_choice(quiz))
    saving(quiz).to_have_text(re.compile("Нужно войти снова"), timeout=6_000)
    with context.expect_page() as opened:
        quiz.click("[data-saving] a")
    tab = opened.value
    tab.fill("[name=email]", "teacher@kafedra.example")
    tab.fill("[name=password]", demo_password)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_load_state()
    quiz.bring_to_front()
    saving(quiz).to_have_text(SAVED, timeout=35_000)


def test_the_whole_quiz_by_keyboard_to_the_result(quiz: Page) -> None:
    go = quiz.locator("button[name=go][value=review]")
    while not go.count():
        quiz.locator("button[name=go].button:not(.button-quiet)").click()
        quiz.wait_for_load_state()
    go.focus()
    quiz.keyboard.press("Enter")
    quiz.wait_for_url(re.compile("/review"))
    quiz.locator("[data-dialog=finish]").focus()
    quiz.keyboard.press("Enter")
    expect(quiz.locator("dialog#finish")).to_be_visible()
    quiz.locator("dialog [data-finish-form] button").focus()
    quiz.keyboard.press("Enter")
    quiz.wait_for_url(re.compile("/result"))
    expect(quiz.locator("[data-graded]")).to_be_visible(timeout=15_000)
    expect(quiz.locator(".receipt .code")).to_have_text(re.compile("^[А-Я0-9]{4}-[А-Я0-9]{4}$"))
