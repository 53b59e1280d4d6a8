"""A whole quiz on a phone whose cable is cut: page after page, through a closed browser, to the end."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.command.accounts import PASSWORD
from app.command.smoke import Walk
from tests.browser import FLAGS, executable
from tests.cable import Cable
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

TEACHER = "teacher@kafedra.example"
SAVED = re.compile(r"Сохранено \d\d:\d\d:\d\d$")
ASIDE = """async (attempt) => Boolean(await caches.match("/whole", { cacheName: `attempt-${attempt}` }))
  && Boolean(navigator.serviceWorker.controller)"""


@dataclass(frozen=True)
class Enrolled:
    """An installation whose teacher is enrolled in the sample course, and the cable that leads there."""

    cable: Cable
    enrolment: str


@pytest.fixture
def enrolled(tmp_path: Path) -> Iterator[Enrolled]:
    """A site at the other end of a cable."""
    installation = Installation(tmp_path / "var")
    installation.start()
    walk = Walk(installation.url, tmp_path / "certificate.pdf")
    walk.sign_in(TEACHER, PASSWORD)
    walk.enrol()
    cable = Cable(installation.url)
    yield Enrolled(cable, walk.enrolment)
    cable.close()
    installation.stop()


@pytest.fixture
def cable(enrolled: Enrolled) -> Cable:
    """What may be cut."""
    return enrolled.cable


@pytest.fixture
def phone(browser: Browser, cable: Cable, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """Starts the phone's browser, again with what it kept."""
    opened: list[BrowserContext] = []

    def start() -> BrowserContext:
        opened.append(
            browser.browser_type.launch_persistent_context(
                tmp_path / "profile",
                executable_path=executable(),
                args=FLAGS,
                base_url=cable.url,
                locale="ru-RU",
                viewport={"width": 360, "height": 740},
                reduced_motion="reduce",
            )
        )
        return opened[-1]

    yield start
    opened[-1].close()


def begin(context: BrowserContext, enrolled: Enrolled) -> Page:
    """Sign in and begin the first quiz of the course, one question a page; wait until it is put aside."""
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=email]", TEACHER)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/study/**")
    page.goto(f"/study/{enrolled.enrolment}/m1-quiz")
    page.locator("form.thumb button").click()
    page.wait_for_url(re.compile(r"/study/attempts/\d+"))
    page.wait_for_function(ASIDE, arg=attempt_of(page), timeout=15_000)
    return page


def attempt_of(page: Page) -> str:
    found = re.search(r"attempts/(\d+)", page.url)
    assert found
    return found[1]


def answer_everything(page: Page) -> list[str]:
    """Answer every question of the page anew, whatever its kind; selectors of the choices now ticked."""
    ticked: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("section[data-slot]")].map((section) => {
          const choice = section.querySelector(".choices input:not(:checked)");
          if (choice) {
            choice.click();
            return `input[name='${choice.name}'][value='${choice.value}']`;
          }
          for (const field of section.querySelectorAll("input[type=text], select")) {
            if (field.options) field.selectedIndex = field.options.length - 1;
            else field.value = `${Number(field.value || 6) + 1}`;
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
          return "";
        }).filter(Boolean)"""
    )
    return ticked


def test_a_quiz_begun_with_a_connection_is_worked_through_and_handed_in_without_one(
    enrolled: Enrolled, cable: Cable, phone: Callable[[], BrowserContext]
) -> None:
    context = phone()
    page = begin(context, enrolled)
    before = answer_everything(page)
    expect(page.locator("[data-saving] span").first).to_have_text(SAVED, timeout=15_000)
    cable.cut()
    page.locator("button[name=go][value=page-2]").click()
    expect(page.get_by_text("Нет связи: здесь все вопросы")).to_be_visible(timeout=15_000)
    sections = page.locator("section[data-slot]").count()
    assert sections > 2
    for choice in before:
        expect(page.locator(choice)).to_be_checked()
    ticked = answer_everything(page)
    assert len(ticked) > 1
    expect(page.locator("[data-saving] span").first).to_contain_text("Нет связи", timeout=15_000)
    address = page.url
    context.close()

    again = phone().new_page()
    again.goto(address)
    for choice in ticked:
        expect(again.locator(choice)).to_be_checked()
    again.locator("[data-finish-form] button").click()
    expect(again.locator("[data-saving] span").first).to_contain_text("Сдадим работу", timeout=15_000)
    cable.mend()
    again.wait_for_url(re.compile("/result"), timeout=30_000)
    expect(again.locator("[data-graded]")).to_be_visible(timeout=15_000)
    receipt = re.search(r"Отвечено\s*(\d+) из", again.locator(".receipt").inner_text())
    assert receipt
    assert int(receipt[1]) >= len(ticked)


def test_nothing_stays_readable_after_the_end_or_after_signing_out(
    enrolled: Enrolled, cable: Cable, phone: Callable[[], BrowserContext]
) -> None:
    page = begin(phone(), enrolled)
    attempt = attempt_of(page)
    answer_everything(page)
    expect(page.locator("[data-saving] span").first).to_have_text(SAVED, timeout=15_000)
    cable.cut()
    answer_everything(page)
    expect(page.locator("[data-saving] span").first).to_contain_text("Нет связи", timeout=15_000)
    kept = page.evaluate(
        """async () => {
          const base = await new Promise((resolve) => {
            const asked = indexedDB.open("kafedra-answers");
            asked.onsuccess = () => resolve(asked.result);
          });
          const read = (name) => new Promise((resolve) => {
            const asked = base.transaction(name).objectStore(name).getAll();
            asked.onsuccess = () => resolve(asked.result);
          });
          const found = [...(await read("answers")), ...(await read("known"))];
          base.close();
          return found.map((entry) => [Boolean(entry.box), Boolean(entry.fields)]);
        }"""
    )
    assert kept
    assert all(one == [True, False] for one in kept), "an answer lies on the device for everybody to read"
    cable.mend()
    expect(page.locator("[data-saving] span").first).to_have_text(SAVED, timeout=35_000)
    page.goto("/study/")
    page.locator("[data-sign-out] button").first.evaluate("button => button.click()")
    page.wait_for_function("() => !document.querySelector('[data-sign-out]')", timeout=15_000)
    assert not page.evaluate(ASIDE.split("&&", maxsplit=1)[0], attempt)
