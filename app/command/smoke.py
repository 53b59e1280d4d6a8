"""`kafedra smoke --url …`: the whole main job over HTTP, as a stranger would do it."""

import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.command.answers import AnswerKey
from app.command.stranger import Disappointment, Page, Stranger
from courses import packages

COURSE = "setevoe-vzaimodeystvie"
SAMPLE = Path(packages.__file__).parent / "samples" / COURSE
PATIENCE = 60.0
PASSWORD = "smoke-" + secrets.token_urlsafe(9)
NAME = ("Проверкина", "Ольга", "Ёлкична")


class Walk:
    """One stranger's way from the front page to a verified certificate."""

    def __init__(
        self, url: str, out: Path, browser: type[Stranger] = Stranger, patience: float = PATIENCE
    ) -> None:
        self.browser = browser
        self.patience = patience  # seconds to wait for what the workers make
        self.visitor = browser(url)
        self.out = out
        self.key = AnswerKey(SAMPLE)
        self.results: list[float] = []
        self.enrolment = ""

    def run(self, email: str, password: str) -> None:
        """Every step; the first thing that is not as promised ends it."""
        with step("каталог открывается, курс в нём есть"):
            self.visitor.get("/").link(f"/courses/{COURSE}")
        if email:
            with step("вход"):
                self.sign_in(email, password)
        else:
            self.register()
        with step("запись на курс одной кнопкой"):
            self.enrol()
        self.study()
        if self.results:
            median = sorted(self.results)[len(self.results) // 2]
            click.echo(f"      результат теста после завершения: медиана {median:.2f} с")
        with step("сертификат выдан и скачан"):
            code = self.certificate()
        with step("страница проверки: действителен"):
            self.verify(code)

    def register(self) -> None:
        """Register, and open the link of the letter."""
        email = f"smoke-{secrets.token_hex(5)}@kafedra.example"
        with step("регистрация с согласием на обработку данных"):
            form = self.visitor.get("/register").form("/register$")
            for name, value in zip(("family_name", "given_name", "patronymic"), NAME, strict=True):
                form.set(name, value)
            form.set("email", email)
            form.set("password", PASSWORD)
            form.set("consent", "y")
            self.visitor.post(form)
        with step("письмо со ссылкой, адрес подтверждён"):
            page = self.visitor.get(self.letter(email))
            self.visitor.post(page.form("/confirm/"))
        with step("вход с новым паролем с другого устройства"):
            self.visitor = self.browser(self.visitor.url)
            self.sign_in(email, PASSWORD)

    def letter(self, email: str) -> str:
        """The confirming link, from the page that shows a demo installation's letters."""
        for _ in self.waiting("письмо не пришло"):
            letters = self.visitor.get("/demo/mail").body.decode().split("<article")[1:]
            link = re.search(r"/confirm/[\w.\-]+", next((one for one in letters if email in one), ""))
            if link:
                return self.visitor.url + link[0]
        raise Disappointment("письмо не пришло")

    def sign_in(self, email: str, password: str) -> None:
        """Sign in by the form."""
        form = self.visitor.get("/sign-in").form("/sign-in$")
        form.set("email", email)
        form.set("password", password)
        page = self.visitor.post(form)
        if "/sign-in" in page.url:
            raise Disappointment("войти не удалось")

    def enrol(self) -> None:
        """Press the one button of the course page, or go on where one is enrolled already."""
        page = self.visitor.get(f"/courses/{COURSE}")
        if page.has_form("/enrol$"):
            page = self.visitor.post(page.form("/enrol$"))
        else:
            page = self.visitor.get(page.link(r"/study/\d+"))
        found = re.search(r"/study/(\d+)", page.url)
        if not found:
            raise Disappointment(f"после записи открылась страница {page.url}")
        self.enrolment = found[1]

    def study(self) -> None:
        """«Продолжить» until nothing is left."""
        seen: set[str] = set()
        while True:
            page = self.visitor.get(f"/study/{self.enrolment}/continue")
            if page.url.rstrip("/").endswith(f"/study/{self.enrolment}"):
                return
            if page.url in seen:
                raise Disappointment(f"{page.url} не засчитывается")
            seen.add(page.url)
            name = page.tree.all("h1")[0].text
            if page.has_form("/read$"):
                with step(f"занятие «{name}»"):
                    self.visitor.post(page.form("/read$"))
            else:
                with step(f"тест «{name}»"):
                    self.take_quiz(page)

    def take_quiz(self, page: Page) -> None:
        """Answer every question rightly, finish, and wait for the worker."""
        page = self.visitor.post(page.form("/attempts$"))
        number = re.search(r"/attempts/(\d+)", page.url)
        if not number:
            raise Disappointment(f"попытка не началась: {page.url}")
        while "/review" not in page.url:
            form = page.form(r"/pages/\d+$")
            for section in page.tree.all("section", class_="question"):
                for name, values in self.key.answer(section, section.attributes["data-slot"]).items():
                    form.set(name, *values)
            onward = [
                node.attributes["value"]
                for node in page.tree.all("button", name="go")
                if node.attributes.get("value", "").startswith(("page-", "review"))
            ]
            form.set("go", onward[-1])
            page = self.visitor.post(form)
        finished = time.perf_counter()
        page = self.visitor.post(page.form("/finish$"))
        for _ in self.waiting("результат не появился", pause=0.05):
            state = self.visitor.json(f"/study/attempts/{number[1]}/state")
            if state["graded"]:
                break
        self.results.append(time.perf_counter() - finished)
        page = self.visitor.get(f"/study/attempts/{number[1]}/result")
        if "100" not in page.title:
            raise Disappointment(f"верные ответы засчитаны не полностью: «{page.title}»")

    def certificate(self) -> str:
        """Wait for the certificate, save it, and return its public code."""
        for _ in self.waiting("сертификат не появился", pause=0.2):
            page = self.visitor.get("/study/certificates")
            files = [node for node in page.tree.all("a") if node.attributes.get("href", "").endswith(".pdf")]
            if files:
                pdf = self.visitor.get(files[0].attributes["href"], accept="application/pdf")
                if not pdf.body.startswith(b"%PDF-"):
                    raise Disappointment("вместо PDF пришло что-то другое")
                self.out.write_bytes(pdf.body)
                click.echo(f"      {self.out} ({len(pdf.body) // 1024} кБ)")
                return page.link(r"/verify/").rsplit("/", 1)[1]
        raise Disappointment("сертификат не появился")

    def verify(self, code: str) -> None:
        """Anybody may check it, without signing in."""
        page = self.browser(self.visitor.url).get(f"/verify/{code}")
        if "Действителен" not in page.tree.text:
            raise Disappointment(f"страница проверки говорит: {page.title}")
        if len(page.body) > 20 * 1024:
            raise Disappointment(f"страница проверки велика: {len(page.body)} байт")
        click.echo(f"      {self.visitor.url}/verify/{code}")

    def waiting(self, what: str, pause: float = 0.1) -> Iterator[None]:
        """Turns of a loop that waits for the workers, and the disappointment when they are over."""
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            yield
            time.sleep(pause)
        raise Disappointment(f"{what} за {self.patience:.0f} с")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print a step with its time; say which one failed."""
    began = time.perf_counter()
    try:
        yield
    except Disappointment as failure:
        raise click.ClickException(f"{name}: {failure}") from None
    click.echo(f"{time.perf_counter() - began:6.2f} с  {name}")


@click.command()
@click.option("--url", required=True, help="Адрес установки, например http://127.0.0.1:8000")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Куда записать сертификат; без этого — в новую временную папку.",
)
@click.option(
    "--email", default="", help="Войти этим человеком, не регистрируясь; пароль в KAFEDRA_SMOKE_PASSWORD"
)
def smoke(url: str, out: Path | None, email: str) -> None:
    """Пройти весь путь слушателя: регистрация, курс, тесты, сертификат, проверка."""
    began = time.perf_counter()
    out = out or Path(tempfile.mkdtemp(prefix="kafedra-smoke-")) / "certificate.pdf"
    try:
        Walk(url, out).run(email, os.environ.get("KAFEDRA_SMOKE_PASSWORD", ""))
    except Disappointment as failure:
        raise click.ClickException(str(failure)) from None
    click.echo(f"Всё как обещано: {time.perf_counter() - began:.1f} с.")
