"""`make screenshots`: the pages as people see them, for the documentation. The script makes all of them."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app.command.accounts import PASSWORD
from app.command.smoke import COURSE, Walk
from tests.browser import launch
from tests.installation import Installation

WIDTHS = {"phone": (360, 780), "desk": (1280, 860)}


class Camera:
    """Opens pages as one person and keeps their pictures."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self.browser, self.url, self.folder = browser, url, folder

    def person(self, email: str, width: str, **look: str) -> Page:
        """A signed-in tab of this width."""
        size = WIDTHS[width]
        context = self.browser.new_context(
            base_url=self.url,
            locale="ru-RU",
            viewport={"width": size[0], "height": size[1]},
            color_scheme=look.get("color", "light"),  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        page = context.new_page()
        if email:
            page.goto("/sign-in")
            page.get_by_label("Электронная почта", exact=False).first.fill(email)
            page.locator("input[type=password]").fill(PASSWORD)
            page.locator("form[method=post] button[type=submit]", has_text="Войти").last.click()
            page.wait_for_load_state("networkidle")
        return page

    def take(self, page: Page, name: str, path: str = "", *, full: bool = False) -> None:
        """One picture."""
        if path:
            page.goto(path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(self.folder / f"{name}.png"), full_page=full)


def study(url: str, out: Path) -> Walk:
    """The sample teacher walks the course to the certificate."""
    walk = Walk(url, out)
    walk.sign_in("teacher@kafedra.example", PASSWORD)
    walk.enrol()
    walk.study()
    walk.certificate()
    return walk


def main() -> None:
    """All pictures into the folder given."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kafedra-pictures-") as place:
        running = Installation(Path(place) / "var")
        running.start()
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright)
                take_all(Camera(browser, running.url, folder), Path(place))
                browser.close()
        finally:
            running.stop()


def take_all(camera: Camera, place: Path) -> None:
    """Every picture of the documentation, in two widths, some in the dark and in the low-vision version."""
    for width in WIDTHS:
        stranger = camera.person("", width)
        camera.take(stranger, f"catalogue-{width}", "/")
        camera.take(stranger, f"course-{width}", f"/courses/{COURSE}")
    pictures_of_a_quiz(camera)
    pdf = place / "certificate.pdf"
    walk = study(camera.url, pdf)
    code = walk.visitor.get("/study/certificates").link(r"/verify/").rsplit("/", 1)[1]
    for width in WIDTHS:
        learner = camera.person("teacher@kafedra.example", width)
        camera.take(learner, f"home-{width}", "/study/")
        camera.take(learner, f"outline-{width}", f"/study/{walk.enrolment}")
        camera.take(learner, f"certificates-{width}", "/study/certificates")
        camera.take(camera.person("", width), f"verification-{width}", f"/verify/{code}")
        admin = camera.person("admin@kafedra.example", width)
        camera.take(admin, f"register-{width}", "/admin/register")
        camera.take(admin, f"offering-{width}", "/admin/offerings")
    subprocess.run(
        ["pdftoppm", "-png", "-r", "80", "-singlefile", str(pdf), str(camera.folder / "certificate")],
        check=True,
    )


def pictures_of_a_quiz(camera: Camera) -> None:
    """A lesson and a quiz on the way, and the result."""
    walk = Walk(camera.url, Path("/dev/null"))
    walk.sign_in("teacher@kafedra.example", PASSWORD)
    walk.enrol()
    lessons = []
    while True:
        page = walk.visitor.get(f"/study/{walk.enrolment}/continue")
        if not page.has_form("/read$"):
            break
        lessons.append(page.url)
        walk.visitor.post(page.form("/read$"))
    quiz = page
    started = walk.visitor.post(quiz.form("/attempts$"))
    attempt = started.url.split("?")[0]
    for width in WIDTHS:
        learner = camera.person("teacher@kafedra.example", width)
        camera.take(learner, f"lesson-{width}", lessons[0])
        camera.take(learner, f"quiz-start-{width}", quiz.url)
        camera.take(learner, f"quiz-{width}", attempt)
        camera.take(learner, f"quiz-review-{width}", f"{attempt}/review")
    reader = camera.person("teacher@kafedra.example", "desk", color="dark")
    camera.take(reader, "lesson-dark", lessons[0])
    camera.take(reader, "catalogue-dark", "/")
    walk.take_quiz(walk.visitor.get(quiz.url))
    for width in WIDTHS:
        learner = camera.person("teacher@kafedra.example", width)
        camera.take(learner, f"result-{width}", f"{attempt}/result")


if __name__ == "__main__":
    main()
