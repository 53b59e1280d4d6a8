"""What a phone with a poor connection does to a quiz, in a real browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, LocatorAssertions, Page, Route, expect
from sqlalchemy import create_engine, update

from courses.clock import utcnow
from courses.quizzes import Attempt
from tests.browser import FLAGS, executable
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SAVED = re.compile(r"Сохранено \d\d:\d\d:\d\d$")
OFFLINE = re.compile(r"^Нет связи: ответы хранятся на этом устройстве \(\d\)")
OVER = re.compile(r"^Время вышло\. Нет связи")
BUSY = re.compile(r"Сервер пока не отвечает")
TROUBLE = re.compile(r"Ответы не приняты \(\d\), они хранятся на этом устройстве: обновите страницу")
ONLY_HERE = "Ответы только на этой странице: не закрывайте её, пока нет связи"
OTHER_PERSON = "Здесь вошёл другой человек: войдите снова под своим именем"
KEPT_LATE = re.compile(r"после завершения попытки: 1\. Эти ответы сохранены, но не засчитаны")
SCRIPTS = Path(__file__).resolve().parents[2] / "app" / "static" / "js"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "learner"

STORE = """new Promise((resolve, reject) => {
  const asked = indexedDB.open("kafedra-answers");
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => resolve(asked.result);
})"""

NOTHING_WAITS = f"""async () => {{
  const base = await {STORE};
  const asked = base.transaction("answers").objectStore("answers").count();
  await new Promise((resolve) => (asked.onsuccess = resolve));
  base.close();
  return asked.result === 0;
}}"""


# A device that is busy with writing: what the site acknowledged is put down only after three seconds.
BUSY_DEVICE = f"""async () => {{
  const base = await {STORE};
  const until = Date.now() + 3000;
  const transaction = base.transaction("known", "readwrite");
  const again = () => {{
    if (Date.now() < until) transaction.objectStore("known").count().onsuccess = again;
  }};
  transaction.oncomplete = () => base.close();
  again();
}}"""


@dataclass
class SignedIn:
    """The cookies of the learner, the page of the quiz, and the attempt that ran last."""

    state: Any
    quiz: str
    attempt: str = ""


def sign_in(page: Page, password: str, email: str = "teacher@kafedra.example") -> None:
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/(study|catalogue)?"))


def find_quiz(page: Page) -> str:
    """Enrol in the seminar, whose quiz shows all questions on one page; the address of that quiz."""
    page.goto("/study/receipts")
    token = page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    for offering in range(1, 9):
        answer = page.request.post(f"/study/offerings/{offering}/enrol", form={"csrf_token": token})
        if answer.ok and (answer.url.rstrip("/").split("/")[-1]).isdecimal():
            page.goto(answer.url)
            quiz = page.locator("a.item", has_text="тест").first
            if quiz.count() and page.locator("h1", has_text="инструменты").count():
                return quiz.get_attribute("href") or ""
    raise AssertionError("the seminar with a quiz is not among the sample content")


def open_attempt(page: Page, signed_in: SignedIn) -> None:
    """Go on with the attempt that runs, or begin one."""
    if signed_in.attempt:
        page.goto(signed_in.attempt)
    if not page.url.endswith(signed_in.attempt or "none"):
        page.goto(signed_in.quiz)
        page.locator("form.thumb button").click()
        page.wait_for_url(re.compile(r"/study/attempts/\d+"))
        signed_in.attempt = page.url
    expect(page.locator("[data-quiz]")).to_be_visible()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, live_server: str, demo_password: str) -> SignedIn:
    context = browser.new_context(base_url=live_server, locale="ru-RU")
    page = context.new_page()
    sign_in(page, demo_password)
    quiz = find_quiz(page)
    state = context.storage_state()
    context.close()
    return SignedIn(state, quiz)


@pytest.fixture
def context(browser: Browser, live_server: str, signed_in: SignedIn) -> Iterator[BrowserContext]:
    """The learner's phone, signed in."""
    made = browser.new_context(
        base_url=live_server,
        locale="ru-RU",
        viewport={"width": 360, "height": 740},
        reduced_motion="reduce",
        storage_state=signed_in.state,
        service_workers="block",  # what Playwright cuts off or answers itself does not reach a worker
    )
    yield made
    made.close()


@pytest.fixture
def quiz(page: Page, signed_in: SignedIn) -> Page:
    open_attempt(page, signed_in)
    return page


def forget_who_it_is(page: Page) -> None:
    """The session ends; no answer that is still on its way may bring its cookie back."""
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()


def saving(page: Page) -> LocatorAssertions:
    return expect(page.locator("[data-saving] span").first)


def another_choice(page: Page, question: int = 0) -> str:
    """A selector of an answer that is not the present one, of the first question with choices or a later."""
    names: list[list[str]] = page.locator("section[data-slot] input[type=radio]").evaluate_all(
        """radios => Object.values(Object.groupBy(radios, (radio) => radio.name)).map((group) => {
          const other = group.find((radio) => !radio.checked && radio.offsetParent);
          return [other.name, other.value];
        })"""
    )
    name, value = names[question]
    return f"input[name='{name}'][value='{value}']"


def stored(page: Page) -> list[dict[str, Any]]:
    """What is kept in this browser."""
    found: list[dict[str, Any]] = page.evaluate(
        f"""async () => {{
          const base = await {STORE};
          const asked = base.transaction("answers").objectStore("answers").getAll();
          await new Promise((resolve) => (asked.onsuccess = resolve));
          base.close();
          return asked.result;
        }}"""
    )
    return found


def attempt_id(page: Page) -> int:
    return int(page.locator("[data-quiz]").get_attribute("data-attempt") or "")


def set_deadline(installation: Installation, attempt: int, seconds: int) -> None:
    """The time of the attempt is over in so many seconds."""
    url = installation.env.get("DATABASE_URL") or f"sqlite:///{installation.folder / 'kafedra.sqlite3'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        deadline = utcnow() + timedelta(seconds=seconds)
        connection.execute(update(Attempt).where(Attempt.id == attempt).values(deadline_at=deadline))
    engine.dispose()


def finish_elsewhere(context: BrowserContext, attempt: int) -> None:
    """The same person finishes the attempt on another device, where the connection is good."""
    device, address = context.request, f"/study/attempts/{attempt}/finish"
    token = re.search(r'name="csrf_token" value="([^"]+)"', device.get(address).text())
    assert token
    referrer = {"Referer": device.get(address).url}
    answer = device.post(address, form={"csrf_token": token[1]}, headers=referrer)
    assert answer.url.endswith("/result"), answer.url


# ---- saving


def test_an_answer_is_saved_within_two_seconds_and_nothing_stays_on_the_device(quiz: Page) -> None:
    choice = another_choice(quiz)
    quiz.check(choice)
    saving(quiz).to_have_text(SAVED, timeout=2_500)
    expect(quiz.locator(".navigator .q-answered").first).to_be_visible()
    assert stored(quiz) == []
    quiz.reload()
    expect(quiz.locator(choice)).to_be_checked()


def test_answers_given_without_a_connection_wait_on_the_device_and_are_sent_later(
    quiz: Page, context: BrowserContext
) -> None:
    choice = another_choice(quiz)
    context.set_offline(True)
    quiz.check(choice)
    saving(quiz).to_have_text(OFFLINE, timeout=15_000)
    expect(quiz.locator(".navigator .q-unsent").first).to_be_visible()
    assert len(stored(quiz)) == 1
    quiz.locator("[data-flagged]").first.click()
    expect(quiz.locator("[data-remark]:visible")).to_have_text(re.compile("отметка не сохранена"))
    expect(quiz.locator("[data-remark]:visible")).to_be_in_viewport()
    context.set_offline(False)
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    expect(quiz.locator(".navigator .q-unsent")).to_have_count(0)
    quiz.reload()
    expect(quiz.locator(choice)).to_be_checked()


def test_the_line_does_not_say_saved_while_the_server_has_not_said_so(quiz: Page) -> None:
    def swallow(route: Route) -> None:
        route.fulfill(status=500, body="{}")

    quiz.route("**/responses", swallow)
    quiz.check(another_choice(quiz))
    saving(quiz).to_have_text(BUSY, timeout=15_000)
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
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    quiz.reload()
    expect(quiz.locator(other)).to_be_checked()


def test_an_answer_given_while_the_device_puts_down_the_one_before_is_sent_as_well(quiz: Page) -> None:
    quiz.evaluate(BUSY_DEVICE)
    with quiz.expect_response("**/responses"):
        quiz.check(another_choice(quiz))
    other = another_choice(quiz)
    quiz.check(other)
    with quiz.expect_response("**/responses"):
        pass
    quiz.wait_for_function(NOTHING_WAITS, timeout=15_000)
    quiz.reload()
    expect(quiz.locator(other)).to_be_checked()


def test_a_page_killed_without_a_connection_still_has_the_answer_when_it_comes_back(
    browser: Browser, live_server: str, signed_in: SignedIn, tmp_path: Path
) -> None:
    def opened() -> BrowserContext:
        made = browser.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=executable(),
            args=FLAGS,
            base_url=live_server,
            locale="ru-RU",
        )
        made.add_cookies(signed_in.state["cookies"])
        return made

    first = opened()
    page = first.new_page()
    open_attempt(page, signed_in)
    url, choice = page.url, another_choice(page)
    first.set_offline(True)
    page.check(choice)
    saving(page).to_have_text(OFFLINE, timeout=15_000)
    first.close()
    second = opened()
    again = second.new_page()
    again.goto(url)
    expect(again.locator(choice)).to_be_checked()
    saving(again).to_have_text(SAVED, timeout=15_000)
    again.reload()
    expect(again.locator(choice)).to_be_checked()
    second.close()


# ---- the end of the time, and of the attempt


def test_time_that_ends_without_a_connection_leaves_nobody_alone_and_loses_nothing(
    quiz: Page, context: BrowserContext, installation: Installation
) -> None:
    attempt = attempt_id(quiz)
    set_deadline(installation, attempt, 3)
    quiz.reload()
    choice = another_choice(quiz)
    context.set_offline(True)
    quiz.check(choice)
    saving(quiz).to_have_text(OVER, timeout=15_000)
    expect(quiz.locator("[data-announce]")).to_have_text(re.compile("Время вышло"))
    expect(quiz.locator(choice)).to_be_disabled()
    assert quiz.url.endswith(f"/attempts/{attempt}")
    context.set_offline(False)
    quiz.wait_for_url(re.compile("/result"), timeout=15_000)
    expect(quiz.locator("[data-graded]")).to_be_visible(timeout=15_000)
    expect(quiz.locator("[data-leftovers]")).to_be_hidden()
    expect(quiz.locator(".receipt")).to_contain_text(re.compile(r"[1-9]\d* из"))
    assert stored(quiz) == []


def test_an_answer_that_comes_long_after_the_time_is_kept_and_the_learner_is_told(
    quiz: Page, context: BrowserContext, installation: Installation
) -> None:
    attempt = attempt_id(quiz)
    set_deadline(installation, attempt, 3)
    quiz.reload()
    context.set_offline(True)
    quiz.check(another_choice(quiz))
    saving(quiz).to_have_text(OVER, timeout=15_000)
    set_deadline(installation, attempt, -120)
    context.set_offline(False)
    quiz.wait_for_url(re.compile("/result"), timeout=15_000)
    expect(quiz.locator("[data-outcome]")).to_have_text(KEPT_LATE)
    expect(quiz.locator("[data-graded]")).to_be_visible(timeout=15_000)
    expect(quiz.locator("[data-outcome]")).to_have_text(KEPT_LATE)
    assert stored(quiz) == []


def test_time_given_while_one_works_is_on_the_page_within_fifteen_seconds(
    quiz: Page, installation: Installation
) -> None:
    attempt = attempt_id(quiz)
    set_deadline(installation, attempt, 600)
    quiz.reload()
    timer = quiz.locator("[data-timer]")
    expect(timer).to_have_text(re.compile(r"^(10:00|9:5\d)$"))
    set_deadline(installation, attempt, 3590)
    expect(timer).to_have_text(re.compile(r"^59:\d\d$"), timeout=15_000)


def test_more_time_given_meanwhile_opens_the_questions_again(
    quiz: Page, context: BrowserContext, installation: Installation
) -> None:
    attempt = attempt_id(quiz)
    set_deadline(installation, attempt, 3)
    quiz.reload()
    context.set_offline(True)
    saving(quiz).to_have_text(OVER, timeout=15_000)
    set_deadline(installation, attempt, 600)
    context.set_offline(False)
    choice = another_choice(quiz)
    expect(quiz.locator(choice)).to_be_enabled(timeout=15_000)
    quiz.check(choice)
    saving(quiz).to_have_text(SAVED, timeout=15_000)


def test_leftovers_of_an_attempt_finished_elsewhere_are_delivered_and_told(
    quiz: Page, context: BrowserContext
) -> None:
    attempt = attempt_id(quiz)
    quiz.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no connection')); }")
    quiz.check(another_choice(quiz))
    saving(quiz).to_have_text(OFFLINE, timeout=15_000)
    url = quiz.url
    quiz.close()
    finish_elsewhere(context, attempt)
    again = context.new_page()
    again.goto(url)
    again.wait_for_url(re.compile("/result"))
    expect(again.locator("[data-outcome]")).to_have_text(KEPT_LATE, timeout=15_000)
    expect(again.locator("[data-graded]")).to_be_visible(timeout=15_000)
    expect(again.locator("[data-outcome]")).to_have_text(KEPT_LATE)
    assert stored(again) == []


# ---- browsers


def test_a_browser_of_yesterday_saves_and_turns_pages(context: BrowserContext, signed_in: SignedIn) -> None:
    context.add_init_script(
        "AbortSignal.timeout = undefined; crypto.randomUUID = undefined;"
        "HTMLFormElement.prototype.requestSubmit = undefined;"
        "Object.defineProperty(SubmitEvent.prototype, 'submitter', { get: () => undefined });"
    )
    page = context.new_page()
    open_attempt(page, signed_in)
    choice = another_choice(page)
    page.check(choice)
    saving(page).to_have_text(SAVED, timeout=3_000)
    other = another_choice(page)
    page.check(other)
    page.click("button[name=go][value=review]")
    page.wait_for_url(re.compile("/review"))
    page.go_back()
    expect(page.locator(other)).to_be_checked()


@pytest.mark.parametrize(
    "fault",
    [
        "window.fetch = () => { throw new RangeError('no'); };",
        "window.indexedDB = undefined; EventTarget = 5;",
    ],
)
def test_where_the_script_cannot_work_the_plain_forms_do(
    context: BrowserContext, signed_in: SignedIn, fault: str
) -> None:
    context.add_init_script(fault)
    page = context.new_page()
    open_attempt(page, signed_in)
    choice = another_choice(page)
    page.check(choice)
    with page.expect_navigation():
        page.click("[data-save-button]")
    expect(page.locator(choice)).to_be_checked()
    expect(page.locator("[data-saving] span")).to_have_text(SAVED)
    page.click("button[name=go][value=review]")
    page.wait_for_url(re.compile("/review"))


@pytest.mark.parametrize(
    "fault",
    [
        "indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); };",
        "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };",
    ],
)
def test_where_the_device_keeps_nothing_the_line_says_so(
    context: BrowserContext, signed_in: SignedIn, fault: str
) -> None:
    context.add_init_script(fault)
    page = context.new_page()
    open_attempt(page, signed_in)
    context.set_offline(True)
    page.check(another_choice(page))
    saving(page).to_have_text(ONLY_HERE, timeout=15_000)
    context.set_offline(False)
    saving(page).to_have_text(SAVED, timeout=15_000)


# ---- unexpected answers


def test_one_bad_answer_does_not_keep_the_good_ones(quiz: Page) -> None:
    bad, good = another_choice(quiz, 0), another_choice(quiz, 1)
    slot = int(re.findall(r"s(\d+)-", bad)[0])

    def refuse(route: Route) -> None:
        answers = route.request.post_data_json["answers"]
        if any(one["slot"] == slot for one in answers):
            route.fulfill(status=422, json={"error": "bad_answers", "reference": ""})
        else:
            route.continue_()

    quiz.route("**/responses", refuse)
    quiz.check(bad)
    quiz.check(good)
    saving(quiz).to_have_text(re.compile(r"Сохранено .*, кроме ответов с пометкой"), timeout=15_000)
    expect(quiz.locator(f"section[data-slot='{slot}'] [data-remark]")).to_have_text(re.compile("не принят"))
    expect(quiz.locator("[data-remark]:visible")).to_have_count(1)
    assert stored(quiz) == []
    quiz.reload()
    expect(quiz.locator(good)).to_be_checked()
    expect(quiz.locator(bad)).not_to_be_checked()


def test_an_answer_that_says_nothing_is_told_with_what_to_do(quiz: Page) -> None:
    answers = [{"status": 409, "json": {"error": "finished"}}, {"status": 200, "body": "<h1>Wi-Fi</h1>"}]

    def answer(route: Route) -> None:
        route.fulfill(**(answers.pop(0) if len(answers) > 1 else answers[0]))

    quiz.route("**/responses", answer)
    choice = another_choice(quiz)
    quiz.check(choice)
    saving(quiz).to_have_text(TROUBLE, timeout=15_000)
    assert len(stored(quiz)) == 1
    with quiz.expect_navigation():
        quiz.click("[data-save-button]")
    expect(quiz.locator(choice)).to_be_checked()
    saving(quiz).to_have_text(SAVED)
    assert stored(quiz) == []


# ---- who is signed in


def test_who_was_signed_out_meanwhile_signs_in_in_a_new_tab_and_loses_nothing(
    quiz: Page, context: BrowserContext, demo_password: str
) -> None:
    choice = another_choice(quiz)
    forget_who_it_is(quiz)
    quiz.check(choice)
    saving(quiz).to_have_text(re.compile("Нужно войти снова"), timeout=15_000)
    with context.expect_page() as opened:
        quiz.click("[data-saving] a")
    tab = opened.value
    tab.fill("[name=email]", "teacher@kafedra.example")
    tab.fill("[name=password]", demo_password)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_load_state()
    quiz.bring_to_front()
    saving(quiz).to_have_text(SAVED, timeout=35_000)
    quiz.click("button[name=go][value=review]")
    quiz.wait_for_url(re.compile("/review"))


def test_nothing_is_sent_in_the_name_of_somebody_else(
    quiz: Page, context: BrowserContext, demo_password: str, signed_in: SignedIn
) -> None:
    choice, url = another_choice(quiz), quiz.url
    forget_who_it_is(quiz)
    other = context.new_page()
    sign_in(other, demo_password, "author@kafedra.example")
    quiz.bring_to_front()
    quiz.check(choice)
    saving(quiz).to_have_text(OTHER_PERSON, timeout=15_000)
    expect(quiz.locator("[data-saving] a")).to_be_visible()
    assert len(stored(quiz)) == 1
    quiz.close(run_before_unload=False)
    other.goto(url)
    assert len(stored(other)) == 1
    forget_who_it_is(other)
    context.add_cookies(signed_in.state["cookies"])
    other.goto(url)
    expect(other.locator(choice)).to_be_checked()
    other.wait_for_function(NOTHING_WAITS, timeout=15_000)
    saving(other).to_have_text(SAVED)


# ---- what is heard, and what is kept for how long


def test_a_screen_reader_hears_only_that_answers_are_no_longer_safe_and_safe_again(
    quiz: Page, context: BrowserContext
) -> None:
    quiz.evaluate(
        """() => {
          window.heard = [];
          for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live=polite]")) {
            const note = () => region.textContent && window.heard.push(region.textContent.trim());
            const all = { childList: true, characterData: true, subtree: true };
            new MutationObserver(note).observe(region, all);
          }
        }"""
    )
    for _burst in range(2):
        quiz.check(another_choice(quiz))
        saving(quiz).to_have_text("Сохраняем…")
        saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert quiz.evaluate("heard") == []
    context.set_offline(True)
    for _burst in range(2):
        quiz.check(another_choice(quiz))
        saving(quiz).to_have_text(OFFLINE, timeout=15_000)
    quiz.wait_for_timeout(1_300)
    assert [bool(OFFLINE.match(one)) for one in quiz.evaluate("heard")] == [True]
    context.set_offline(False)
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert len(quiz.evaluate("heard")) == 2
    assert SAVED.search(quiz.evaluate("heard")[1])


def test_answers_of_long_ago_are_forgotten_and_those_of_another_attempt_never_come_back(quiz: Page) -> None:
    choice = another_choice(quiz)
    name, slot = re.findall(r"name='(s(\d+)-[^']+)'", choice)[0]
    person = quiz.locator("[data-quiz]").get_attribute("data-person")
    attempt = attempt_id(quiz)
    entries = f"""async () => {{
      const base = await {STORE};
      const fields = {{ "{name.split("-", 1)[1]}": ["1"] }};
      const entry = {{ slot: {slot}, client: "old", number: 1, seen: 0, fields }};
      const day = 24 * 3600 * 1000;
      const store = base.transaction("answers", "readwrite").objectStore("answers");
      store.put({{ ...entry, key: "{person}/{attempt}/{slot}", at: Date.now() }});
      store.put({{ ...entry, key: "{person}/{attempt}/2020-01-01/{slot}", at: Date.now() - 13 * day }});
      store.put({{ ...entry, key: "7/7/2020-01-01/{slot}", at: Date.now() - 15 * day }});
      await new Promise((resolve) => (store.transaction.oncomplete = resolve));
      base.close();
    }}"""
    quiz.check(choice)
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    quiz.evaluate(entries)
    before = quiz.locator("[data-saving] span").inner_text()
    quiz.reload()
    expect(quiz.locator(choice)).to_be_checked()
    quiz.wait_for_timeout(1_500)
    expect(quiz.locator(choice)).to_be_checked()
    assert quiz.locator("[data-saving] span").inner_text() == before
    assert sorted(one["key"].split("/")[0] for one in stored(quiz)) == [person, person]
    quiz.evaluate("indexedDB.deleteDatabase('kafedra-answers')")


def test_every_word_that_stands_ready_for_the_script_is_said_by_it() -> None:
    offered = set(re.findall(r"data-say-([a-z-]+)=", (TEMPLATES / "_sitting.html").read_text("utf-8")))
    script = "\n".join(path.read_text("utf-8") for path in SCRIPTS.glob("quiz*.js"))
    names = {name: "".join(part.title() for part in name.split("-")) for name in offered}
    bare = {f"{name}Bare" for name in ("Offline", "Busy", "Signin", "Other", "Trouble")}
    states = {"None", "Answered", "Flagged", "Unsent"}
    said = {*re.findall(r'"([A-Z][A-Za-z]+)"', script), *bare, *states}
    assert {name for name, word in names.items() if word not in said} == set()


# ---- the whole way


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
