"""Questions over a picture on a phone: by pointer, by finger, by keyboard alone, and without script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect
from sqlalchemy import select

from courses.catalogue.models import Activity
from courses.catalogue.rules import ActivityKind
from courses.db import Database
from courses.files import FolderStore
from courses.people.models import Person
from courses.quizzes.models import Step, StepKind
from courses.settings import Settings
from tests.browser import violations
from tests.factories import a_course, a_question, a_quiz, an_activity, an_enrolment, an_offering
from tests.installation import Installation
from tests.journeys.test_quiz_offline import SAVED, saving, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MAP = b"""<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400" viewBox="0 0 600 400">
<rect width="600" height="400" fill="#eef3e8"/>
<path d="M40 60 Q180 40 260 120 T400 150 T360 300 T500 390" fill="none" stroke="#4a86b8" stroke-width="8"/>
<path d="M120 260 Q200 220 260 120 M560 80 Q480 90 400 150" fill="none" stroke="#4a86b8" stroke-width="5"/>
</svg>"""
ITEMS = ["Нижний Новгород", "Казань", "Астрахань"]
SCREENS = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 900}}


def picture(key: str) -> dict[str, Any]:
    return {
        "picture": "волга.svg",
        "width": 600,
        "height": 400,
        "alt": "Карта Волги с двумя притоками",
        "files": {"волга.svg": {"key": key, "size": len(MAP)}},
        "shuffle": False,
    }


def cities(key: str) -> dict[str, Any]:
    return {
        "type": "drag_image",
        "name": "Города",
        "text": "Поставьте города на карту.",
        **picture(key),
        "items": [{"text": name} for name in ITEMS],
        "places": [
            {"x": 150, "y": 130, "item": 1, "label": "устье Оки"},
            {"x": 380, "y": 170, "item": 2},
        ],
    }


def mouths(key: str) -> dict[str, Any]:
    return {
        "type": "drag_markers",
        "name": "Устья",
        "text": "Отметьте устья Оки и Камы и одну столицу.",
        **picture(key),
        "markers": [{"text": "Казань", "most": 1}, {"text": "устье", "most": 0}],
        "zones": [
            {"shape": "circle", "points": [[260, 120], [30, 0]], "marker": 2},
            {"shape": "circle", "points": [[400, 150], [30, 0]], "marker": 2},
            {"shape": "rectangle", "points": [[360, 100], [60, 60]], "marker": 1},
        ],
    }


@dataclass
class Desk:
    """Where the quiz is, and how the learner signs in."""

    quiz: str
    state: Any
    database: Database

    def stored(self, attempt: int) -> list[dict[str, Any]]:
        """The newest response to each of the two questions."""
        saved = select(Step.slot_id, Step.data).where(Step.attempt_id == attempt, Step.kind == StepKind.SAVED)
        with self.database.reading() as session:
            newest = {slot: data["response"] for slot, data in session.execute(saved.order_by(Step.sequence))}
        return [newest[slot] for slot in sorted(newest)]


@pytest.fixture(scope="module")
def desk(
    installation: Installation, browser: Browser, live_server: str, demo_password: str
) -> Iterator[Desk]:
    settings = Settings.from_env(installation.env)
    database = Database(settings.database_url)
    key = FolderStore(settings.files_folder).put(MAP)
    with database.unit_of_work() as session:
        version = a_course(session, quiz=False, published_at=None)
        module = (
            session.scalars(select(Activity).where(Activity.course_version_id == version.id)).one().module_id
        )
        shell = type("Module", (), {"id": module})
        quiz = an_activity(session, version, shell, ActivityKind.QUIZ, 2, key="quiz", title="Карта")
        questions = [a_question(session, **body) for body in (cities(key), mouths(key))]
        a_quiz(session, quiz, *questions, per_page=0, attempts=0)
        person = session.scalars(select(Person).where(Person.email == "teacher@kafedra.example")).one()
        enrolment = an_enrolment(session, person, an_offering(session, version)).id
    context = browser.new_context(base_url=live_server, locale="ru-RU")
    page = context.new_page()
    sign_in(page, demo_password)
    yield Desk(f"/study/{enrolment}/quiz", context.storage_state(), database)
    context.close()
    database.engine.dispose()


def opened(
    browser: Browser, live_server: str, desk: Desk, screen: str = "phone", **wishes: Any
) -> BrowserContext:
    return browser.new_context(
        base_url=live_server,
        locale="ru-RU",
        viewport=SCREENS[screen],
        reduced_motion="reduce",
        storage_state=desk.state,
        **wishes,
    )


@pytest.fixture(params=SCREENS)
def context(
    browser: Browser, live_server: str, desk: Desk, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    made = opened(browser, live_server, desk, request.param)
    yield made
    made.close()


@pytest.fixture
def quiz(page: Page, desk: Desk) -> Iterator[Page]:
    """A fresh attempt; no script, style or picture is refused on the way."""
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if is_refusal(said) else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    begin(page, desk)
    yield page
    assert refused == []


def is_refusal(said: ConsoleMessage) -> bool:
    """Whether the browser complains of something that is not a test's own doing."""
    return said.type == "error" and "net::ERR_FAILED" not in said.text


def begin(page: Page, desk: Desk) -> int:
    """Finish the attempt that runs, if any, and begin the next; its number."""
    page.goto(desk.quiz)
    page.locator("form.thumb button").click()
    page.wait_for_url(re.compile(r"/study/attempts/\d+"))
    if page.locator("[data-quiz]").get_attribute("data-attempt") in USED:
        page.goto(f"{page.url.partition('?')[0]}/finish")
        page.locator("[data-finish-form] button, form button.button").last.click()
        page.wait_for_url(re.compile("/result"))
        return begin(page, desk)
    USED.add(page.locator("[data-quiz]").get_attribute("data-attempt") or "")
    return attempt_of(page)


USED: set[str] = set()


def attempt_of(page: Page) -> int:
    return int(page.locator("[data-quiz]").get_attribute("data-attempt") or "")


def places(page: Page) -> Locator:
    return page.locator("[data-places]")


def markers(page: Page) -> Locator:
    return page.locator("[data-markers]")


def place_list(page: Page, number: int) -> Locator:
    return places(page).locator("select").nth(number)


def on_screen(drawing: Locator, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the picture is on the screen."""
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"] / 600, box["y"] + y * box["height"] / 400


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def middle(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def into_view(page: Page, element: Locator) -> None:
    """High enough on the screen for what stands above it and below it to be seen as well."""
    element.evaluate("element => element.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(50)


# ---- things on places


def test_things_are_dragged_to_places_from_place_to_place_and_away(quiz: Page, desk: Desk) -> None:
    drawing, things = places(quiz).locator("[data-drawing]"), places(quiz).locator("[data-thing]")
    into_view(quiz, drawing)
    drag(quiz, middle(things.filter(has_text="Казань")), on_screen(drawing, 200, 145))
    expect(place_list(quiz, 0)).to_have_value("1")
    expect(drawing.locator("[data-spot=place-0] text").first).to_have_text("Казань")
    expect(things.filter(has_text="Казань")).to_have_class(re.compile("thing-used"))
    drag(quiz, on_screen(drawing, 200, 145), on_screen(drawing, 430, 185))
    expect(place_list(quiz, 0)).to_have_value("")
    expect(place_list(quiz, 1)).to_have_value("1")
    drag(quiz, middle(things.filter(has_text="Нижний")), on_screen(drawing, 200, 145))
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(quiz))[0] == {"places": [0, 1]}
    drag(quiz, on_screen(drawing, 430, 185), on_screen(drawing, 60, 370))
    expect(place_list(quiz, 1)).to_have_value("")
    expect(things.filter(has_text="Казань")).not_to_have_class(re.compile("thing-used"))


def test_a_tap_on_a_thing_and_a_tap_on_a_place_do_what_a_drag_does(quiz: Page) -> None:
    drawing, thing = places(quiz).locator("[data-drawing]"), places(quiz).locator("[data-thing]").first
    into_view(quiz, drawing)
    thing.click()
    expect(thing).to_have_class(re.compile("thing-picked"))
    quiz.mouse.click(*on_screen(drawing, 430, 185))
    expect(place_list(quiz, 1)).to_have_value("0")
    expect(thing).not_to_have_class(re.compile("thing-picked"))


def test_places_are_filled_by_keyboard_alone_and_a_thing_that_moves_is_told(quiz: Page, desk: Desk) -> None:
    first, second = place_list(quiz, 0), place_list(quiz, 1)
    expect(quiz.get_by_label("Место 1: устье Оки", exact=True)).to_have_count(1)
    expect(quiz.get_by_label("Место 2", exact=True)).to_have_count(1)
    first.focus()
    quiz.keyboard.press("ArrowDown")
    expect(first).to_have_value("0")
    quiz.keyboard.press("Tab")
    expect(second).to_be_focused()
    quiz.keyboard.press("ArrowDown")
    expect(first).to_have_value("")
    expect(second).to_have_value("0")
    expect(places(quiz).locator("[data-said]")).to_have_text(
        "«Нижний Новгород» теперь на месте 2, место 1 свободно"
    )
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(quiz)) == [{"places": [None, 0]}]
    quiz.reload()
    expect(places(quiz).locator("[data-spot=place-1] text").first).to_have_text("Нижний Новгород")


# ---- markers


def test_markers_are_dragged_from_their_button_moved_and_dragged_away(quiz: Page, desk: Desk) -> None:
    drawing = markers(quiz).locator("[data-drawing]")
    add = quiz.get_by_role("button", name="Поставить: устье")
    into_view(quiz, drawing)
    drag(quiz, middle(add), on_screen(drawing, 260, 120))
    pin = markers(quiz).get_by_role("button", name=re.compile("^устье: слева 2"))
    expect(pin).to_have_count(1)
    drag(quiz, middle(pin.locator(".pin-point")), on_screen(drawing, 400, 150))
    expect(markers(quiz).locator("[data-pin]")).to_have_count(1)
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    ((_, points),) = (answer["markers"] for answer in desk.stored(attempt_of(quiz)))
    assert points == [[pytest.approx(400, abs=3), pytest.approx(150, abs=3)]]
    left, top = on_screen(drawing, 300, 0)
    drag(quiz, middle(markers(quiz).locator(".pin-point")), (left, top - 20))
    expect(markers(quiz).locator("[data-pin]")).to_have_count(0)
    expect(markers(quiz).locator("[data-said]")).to_have_text("устье: метка убрана")


def test_markers_are_set_moved_and_removed_by_keyboard_alone(quiz: Page, desk: Desk) -> None:
    add = quiz.get_by_role("button", name="Поставить: Казань")
    add.focus()
    quiz.keyboard.press("Enter")
    pin = markers(quiz).get_by_role("button", name="Казань: слева 300, сверху 200")
    expect(pin).to_be_focused()
    expect(add).to_be_disabled()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowLeft", "ArrowUp", "Shift+ArrowDown"):
        quiz.keyboard.press(key)
    expect(markers(quiz).get_by_role("button", name="Казань: слева 319, сверху 191")).to_be_focused()
    expect(markers(quiz).locator("[data-said]")).to_have_text("Казань: слева 319, сверху 191")
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(quiz)) == [{"markers": [[[319, 191]], []]}]
    for _ in range(40):
        quiz.keyboard.press("ArrowRight")
    expect(markers(quiz).get_by_role("button", name="Казань: слева 600, сверху 191")).to_be_focused()
    quiz.keyboard.press("Delete")
    expect(markers(quiz).locator("[data-pin]")).to_have_count(0)
    expect(add).to_be_focused()


def test_numbers_move_markers_too(quiz: Page) -> None:
    kind = markers(quiz).locator("[data-marker]").nth(1)
    markers(quiz).locator("summary").click()
    kind.get_by_label("устье, слева").fill("100")
    kind.get_by_label("устье, сверху").fill("250")
    expect(markers(quiz).get_by_role("button", name="устье: слева 100, сверху 250")).to_be_visible()
    kind.get_by_label("устье, сверху").fill("401")
    expect(markers(quiz).locator("[data-pin]")).to_have_count(0)


def test_markers_that_could_not_be_sent_are_back_when_the_page_is(quiz: Page, desk: Desk) -> None:
    quiz.route("**/responses", lambda route: route.abort())
    add = quiz.get_by_role("button", name="Поставить: устье")
    for _ in range(3):
        add.click()
    quiz.wait_for_timeout(1_500)
    quiz.on("dialog", lambda dialog: dialog.accept())
    quiz.unroute("**/responses")
    quiz.reload()
    expect(markers(quiz).locator("[data-pin]")).to_have_count(3)
    saving(quiz).to_have_text(SAVED, timeout=15_000)
    assert desk.stored(attempt_of(quiz)) == [{"markers": [[], [[300, 200]] * 3]}]


# ---- every reader


def test_nobody_meets_a_barrier_and_nothing_scrolls_sideways(quiz: Page) -> None:
    quiz.get_by_role("button", name="Поставить: устье").click()
    place_list(quiz, 0).select_option("2")
    assert violations(quiz) == []
    wide = quiz.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    assert quiz.locator(".pin-reach").evaluate("reach => reach.getBoundingClientRect().width") >= 24
    assert (
        quiz.locator(".spot-number").first.evaluate("number => number.getBoundingClientRect().height") >= 20
    )
    quiz.emulate_media(forced_colors="active")
    ring, ground = quiz.locator(".pin-ring").evaluate(
        "ring => [getComputedStyle(ring).stroke, getComputedStyle(ring).fill]"
    )
    assert ring != ground
    assert violations(quiz) == []


def test_a_finger_drags_things_and_markers(browser: Browser, live_server: str, desk: Desk) -> None:
    context = opened(browser, live_server, desk, has_touch=True, is_mobile=True, device_scale_factor=2)
    page = context.new_page()
    begin(page, desk)
    touch = context.new_cdp_session(page)

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        steps = [
            (start[0] + (end[0] - start[0]) * n / 6, start[1] + (end[1] - start[1]) * n / 6) for n in range(7)
        ]
        for number, (x, y) in enumerate(steps):
            kind = "touchMove" if number else "touchStart"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    drawing = places(page).locator("[data-drawing]")
    into_view(page, drawing)
    goal, thing = on_screen(drawing, 430, 185), middle(places(page).locator("[data-thing]").nth(1))
    before = drawing.bounding_box() or {}
    swipe(thing, goal)
    expect(place_list(page, 1)).to_have_value("1")
    swipe(goal, on_screen(drawing, 200, 145))
    expect(place_list(page, 0)).to_have_value("1")
    assert drawing.bounding_box() == pytest.approx(before, abs=2)
    drawing = markers(page).locator("[data-drawing]")
    into_view(page, drawing)
    swipe(middle(page.get_by_role("button", name="Поставить: устье")), on_screen(drawing, 260, 120))
    expect(markers(page).locator("[data-pin]")).to_have_count(1)
    swipe(middle(markers(page).locator(".pin-point")), on_screen(drawing, 400, 150))
    expect(markers(page).get_by_role("button", name=re.compile(r"^устье: слева (39|40)\d"))).to_have_count(1)
    saving(page).to_have_text(SAVED, timeout=15_000)
    context.close()


def test_without_script_lists_and_numbers_are_the_whole_answer(
    browser: Browser, live_server: str, desk: Desk
) -> None:
    scripted = opened(browser, live_server, desk)
    begin(scripted.new_page(), desk)
    scripted.close()
    context = opened(browser, live_server, desk, java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.quiz)
    page.locator("form.thumb button").click()
    place_list(page, 0).select_option(label="Нижний Новгород")
    place_list(page, 1).select_option(label="Казань")
    for x, y in ((260, 120), (400, 150)):
        markers(page).get_by_label("устье, слева").last.fill(str(x))
        markers(page).get_by_label("устье, сверху").last.fill(str(y))
        page.locator("[data-save-button]").click()
    expect(markers(page).locator("[data-pin]")).to_have_count(2)
    markers(page).get_by_label("Казань, слева").fill("390")
    markers(page).get_by_label("Казань, сверху").fill("130")
    page.get_by_role("button", name="Проверить и завершить").click()
    page.goto(f"{page.url.rpartition('/')[0]}/finish")
    page.locator("[data-finish-form] button").click()
    page.wait_for_url(re.compile("/result"))
    for _ in range(20):
        if page.get_by_text("100 %").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text("100 %").first).to_be_visible()
    expect(page.locator("[data-pin]")).to_have_count(3)
    expect(page.locator(".spot-filled text").first).to_have_text("Нижний Новгород")
    assert page.locator("[data-drawing] image").first.evaluate("image => image.getBBox().width") == 600
    context.close()
