"""The main way in a real browser, from an author's package to a certificate that is checked and revoked."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

from tests.courses.packages.factory import MANIFEST, small_package, zipped
from tests.journeys.test_quiz_offline import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Page]
RIGHT = "С тем, у кого та же задача"


@pytest.fixture
def visit(browser: Browser, live_server: str, demo_password: str) -> Iterator[Visit]:
    """`visit("author")`: a tab in which that sample person is signed in; «» is a stranger."""
    opened = []

    def tab(who: str = "", *, script: bool = True, width: int = 1280) -> Page:
        context = browser.new_context(
            base_url=live_server,
            locale="ru-RU",
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            accept_downloads=True,
            reduced_motion="reduce",
        )
        opened.append(context)
        page = context.new_page()
        if who:
            sign_in(page, demo_password, f"{who}@kafedra.example")
        return page

    yield tab
    for context in opened:
        context.close()


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.locator("main").get_by_role("button", name=name).first.click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.locator("main").get_by_role("link", name=name).first.click()


def upload(page: Page, folder: Path, name: str, **changes: str) -> None:
    """Bring in a package through the author's page."""
    file = folder / f"{name}.zip"
    file.write_bytes(zipped(small_package(**changes)))
    page.goto("/author/import")
    page.set_input_files("input[type=file]", file)
    press(page, re.compile("Проверить"))


def publish(page: Page, folder: Path, key: str) -> None:
    """A small course of this key, open to everybody."""
    manifest = MANIFEST.replace("key: pervyy-shag", f"key: {key}").replace(
        "title: Первый шаг в сетевое сообщество", f"title: Первый шаг {key}"
    )
    upload(page, folder, key, **{"course.yaml": manifest})
    press(page, "Завести курс")
    expect(page.get_by_text("заведён. Посмотрите его и опубликуйте")).to_be_visible()
    press(page, "Опубликовать версию")
    follow(page, "Открыть набор")
    press(page, "Открыть набор")
    expect(page.get_by_text("курс появился в каталоге")).to_be_visible()


def study(page: Page, key: str) -> None:
    """Find the course, enrol, read, answer, and finish."""
    page.goto("/?q=" + key)
    page.get_by_role("link", name=re.compile(f"Первый шаг {key}")).first.click()
    press(page, "Записаться на курс")
    page.goto(page.url.split("?", maxsplit=1)[0].rstrip("/") + "/continue")
    press(page, re.compile("Я прочитал"))
    if page.get_by_role("button", name="Отправить отчёт").count():
        page.goto(re.sub("/task$", "/start-quiz", page.url))
    press(page, "Начать тест")
    page.wait_for_url("**/attempts/**")
    answer_what_is_shown(page)
    press(page, re.compile("Дальше"))
    page.wait_for_url("**page=2*")
    answer_what_is_shown(page)
    press(page, "Проверить и завершить")
    follow(page, "Завершить попытку")
    page.get_by_role("button", name="Завершить попытку").click()
    page.wait_for_url("**/result")


def answer_what_is_shown(page: Page) -> None:
    """The questions come in any order."""
    for label in page.locator("main label").filter(has_text=RIGHT).all():
        label.click()
    for line in page.locator("main .question input[type=text]").all():
        line.fill("6")


def test_from_a_package_to_a_certificate_that_is_revoked(visit: Visit, tmp_path: Path, backend: str) -> None:
    key = f"put-{backend}"
    publish(visit("author"), tmp_path, key)

    teacher = visit("teacher", width=360)
    study(teacher, key)
    expect(teacher.get_by_text("Тест сдан").first).to_be_visible(timeout=20_000)
    teacher.goto("/study/certificates")
    card = teacher.locator("main li, main article").filter(has_text=f"Первый шаг {key}").first
    with teacher.expect_download() as waited:
        download_link(teacher, key).click()
    name = words_of(waited.value, tmp_path / "certificate.pdf")
    assert "Иванова Мария Петровна" in name
    assert f"«Первый шаг {key}»" in name
    address = card.locator('a[href*="/verify/"]').first.get_attribute("href") or ""

    stranger = visit()
    stranger.goto(address)
    expect(stranger.get_by_role("heading", name="Действителен")).to_be_visible()

    admin = visit("admin")
    admin.goto(f"/admin/register?q={key}")
    admin.locator('main a[href*="/admin/certificates/"]').first.click()
    follow(admin, "Аннулировать")
    admin.get_by_label("Причина").fill("Выпущен по ошибке в списке группы")
    press(admin, re.compile("Аннулировать"))
    expect(admin.get_by_text("Страница проверки уже говорит об этом")).to_be_visible()

    stranger.reload()
    expect(stranger.get_by_role("heading", name="Аннулирован")).to_be_visible()
    expect(stranger.get_by_text("Выпущен по ошибке в списке группы")).to_be_visible()


def download_link(page: Page, key: str) -> Locator:
    """The PDF of this course; the page refreshes itself until it is there."""
    link = (
        page.locator("main li, main article")
        .filter(has_text=f"Первый шаг {key}")
        .locator('a[href$=".pdf"]')
        .first
    )
    for _ in range(20):
        if link.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    return link


def words_of(download: Download, path: Path) -> str:
    download.save_as(path)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return text.stdout


def test_the_same_way_without_a_script(visit: Visit, tmp_path: Path, backend: str) -> None:
    key = f"bez-{backend}"
    publish(visit("author", script=False), tmp_path, key)
    teacher = visit("teacher", script=False, width=360)
    study(teacher, key)
    result = teacher.url
    for _ in range(40):
        if teacher.get_by_text("Тест сдан").count():
            break
        teacher.wait_for_timeout(300)
        teacher.goto(result)
    expect(teacher.get_by_text("Тест сдан").first).to_be_visible()
    teacher.goto("/study/certificates")
    expect(download_link(teacher, key)).to_be_visible()


def test_a_broken_package_is_explained_and_makes_nothing(visit: Visit, tmp_path: Path) -> None:
    author = visit("author")
    broken = MANIFEST.replace("key: pervyy-shag", "key: slomano").replace(
        "subject: pedagogy", "subject: астрономия"
    )
    upload(author, tmp_path, "broken", **{"course.yaml": broken})
    row = author.locator("main tr").filter(has_text="course.yaml:7")
    expect(row).to_contain_text("«астрономия» здесь не бывает")
    author.goto("/author/")
    expect(author.get_by_text("slomano")).to_have_count(0)
