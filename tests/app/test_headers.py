"""What every answer carries, what a form must carry, and where an address may lead."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.asking import local_path
from app.build import build
from app.command.processes import web_words
from app.extensions import db
from app.factory import STATIC, create_app
from courses import people
from courses.clock import utcnow
from courses.db import Database
from courses.settings import Settings
from tests.app.test_access import KEYS, World, a_world, body_of
from tests.factories import a_person

SignIn = Callable[[FlaskClient, int], None]

PICTURES = {  # they run nothing: sandboxed, with styles of their own
    "author.preview_file",
    "learner.question_file",
    "public.course_file",
    "public.cover",
}
NOBODYS = ("static", "public.offline_worker")  # files of the product
KEPT_FOR_EVER = {"public.cover"}
WITHOUT_TOKEN = {"public.verify_name", "public.set_display", "public.language"}  # they look who sent the form


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    with database.unit_of_work() as session:
        return a_world(session, settings)


@contextmanager
def opened(settings: Settings, **over: Any) -> Iterator[Flask]:
    made = create_app(settings, **{"TESTING": True, "RATELIMIT_ENABLED": False} | over)
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def guarded(settings: Settings) -> Iterator[Flask]:
    """The web as it is when installed: forms need their tokens."""
    with opened(settings) as made:
        yield made


@pytest.fixture
def behind_tls(settings: Settings) -> Iterator[Flask]:
    """An installation that visitors reach by https; the proxy in front of it speaks http to us."""
    with opened(replace(settings, public_url="https://learn.school.example"), WTF_CSRF_ENABLED=False) as made:
        yield made


def addresses(app: Flask, world: World, method: str) -> dict[str, str]:
    """The address of every route that takes this method, with numbers of things that exist."""
    found = {}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if method in rule.methods:
                values = {"key": KEYS.get(rule.endpoint, "lesson"), **world.names}
                found[rule.endpoint] = app.url_for(
                    rule.endpoint, **{part: values[part] for part in rule.arguments}
                )
    return found


def policy(answer: TestResponse) -> dict[str, set[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: set(values) for name, *values in parts}


def check(endpoint: str, answer: TestResponse) -> None:
    """What holds for every answer, whoever asked for it."""
    rules = policy(answer)
    assert rules["default-src"] == {"'none'"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert not {"Server", "X-Powered-By", "X-AspNet-Version"} & set(answer.headers.keys())
    allowed = {"'none'", "'self'", "data:"}
    if endpoint in PICTURES and answer.status_code == 200:
        assert "sandbox" in rules
        assert "script-src" not in rules
        allowed.add("'unsafe-inline'")
    else:
        assert rules["frame-ancestors"] == rules["base-uri"] == rules["object-src"] == {"'none'"}
        assert rules["script-src"] == rules["style-src"] == rules["form-action"] == {"'self'"}
    assert set().union(*rules.values()) <= allowed


@pytest.mark.parametrize("who", "NLX")
def test_every_page_forbids_what_it_does_not_need(
    app: Flask, world: World, sign_in: SignIn, who: str
) -> None:
    for endpoint, address in addresses(app, world, "GET").items():
        visitor = app.test_client()
        if who != "N":
            sign_in(visitor, world.people[who])
        with visitor.get(address) as answer:
            check(endpoint, answer)
            caching = answer.headers["Cache-Control"]
            if endpoint in KEPT_FOR_EVER:
                assert caching == "public, max-age=31536000, immutable"
            elif who != "N" and endpoint not in (*PICTURES, *NOBODYS):
                assert "no-store" in caching, endpoint
            elif endpoint not in NOBODYS:
                assert caching.startswith(("private", "no-store")), endpoint


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no-such-page", 404),
        ("POST", "/sign-in", 400),
        ("DELETE", "/", 405),
        ("GET", "/study/", 303),
        ("POST", "/author/import", 413),
    ],
)
def test_refusals_carry_the_same_headers(guarded: Flask, method: str, path: str, status: int) -> None:
    if status == 413:
        guarded.config["MAX_CONTENT_LENGTH"] = 10
    answer = guarded.test_client().open(path, method=method, data={"text": "more than ten bytes"})
    assert answer.status_code == status
    check("", answer)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_failure_carries_the_same_headers(app: Flask, client: FlaskClient) -> None:
    @app.get("/fails")
    def fails() -> str:
        raise RuntimeError

    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/fails")
    assert answer.status_code == 500
    check("", answer)


def test_built_files_are_kept_for_ever_and_sources_are_not(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static = tmp_path / "static"
    for part in ("css", "js", "icons"):
        shutil.copytree(STATIC / part, static / part)
    build(static)
    monkeypatch.setattr("app.factory.STATIC", static)
    with opened(settings) as made, made.test_request_context():
        address = made.extensions["assets"].url("css/site.css")
        with made.test_client().get(address) as answer:
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        with made.test_client().get("/static/css/base.css") as answer:
            assert "immutable" not in answer.headers["Cache-Control"]


# ---- cookies and https


def cookies(answer: TestResponse) -> dict[str, set[str]]:
    """The attributes of every cookie that was set, by its name."""
    found = {}
    for line in answer.headers.getlist("Set-Cookie"):
        pair, *rest = line.split("; ")
        found[pair.partition("=")[0]] = {part.partition("=")[0].casefold() for part in rest} | {
            part.casefold() for part in rest if part.startswith("SameSite")
        }
    return found


def all_cookies(app: Flask, database: Database) -> dict[str, set[str]]:
    with database.unit_of_work() as session:
        person = a_person(session, password_hash=people.check_new_password("сирень у крыльца"))
        agreed = people.document(people.PERSONAL_DATA, "ru", app.extensions["kafedra"])
        people.give_consent(session, person.id, agreed, now=utcnow())
        email = person.email
    client = app.test_client()
    found = cookies(client.post("/sign-in", data={"email": email, "password": "сирень у крыльца"}))
    found |= cookies(client.post("/language", data={"language": "en"}))
    return found | cookies(client.post("/display", data={"theme": "dark"}))


def test_behind_https_every_cookie_and_page_keeps_to_https(behind_tls: Flask, database: Database) -> None:
    found = all_cookies(behind_tls, database)
    assert set(found) >= {"__Host-kafedra", "language", "display"}
    for name, attributes in found.items():
        assert attributes >= {"secure", "httponly", "samesite=lax", "path"}, name
        assert "domain" not in attributes, name
    for path in ("/", "/sign-in", "/no-such-page"):
        said = behind_tls.test_client().get(path).headers["Strict-Transport-Security"]
        assert int(re.findall(r"max-age=(\d+)", said)[0]) >= 31_536_000


def test_on_one_s_own_machine_cookies_work_without_https(app: Flask, database: Database) -> None:
    found = all_cookies(app, database)
    assert set(found) >= {"kafedra", "language", "display"}
    for name, attributes in found.items():
        assert attributes >= {"httponly", "samesite=lax", "path"}, name
        assert "secure" not in attributes, name
    assert "Strict-Transport-Security" not in app.test_client().get("/").headers


def test_the_running_server_does_not_tell_its_version(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = replace(settings, host="127.0.0.1", port=port, web_workers=1)
    given = {
        "KAFEDRA_VAR": str(settings.var),
        "DATABASE_URL": settings.database_url,
        "KAFEDRA_SECRET_KEY": "k" * 64,
    }
    running = subprocess.Popen(
        [sys.executable, "-m", *web_words(settings)],
        env=os.environ | given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for path, status in (("/livez", 200), ("/no-such-page", 404)):
            answered, headers = ask(port, path)
            assert answered == status
            assert not re.search(r"\d", headers.get("Server", ""))
            assert "X-Powered-By" not in headers
    finally:
        running.terminate()
        running.wait(20)


def ask(port: int, path: str) -> tuple[int, dict[str, str]]:
    """The answer of a server that may still be starting."""
    until = time.monotonic() + 20
    while True:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", path)
                with connection.getresponse() as answer:
                    return answer.status, dict(answer.headers)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


# ---- forms from elsewhere


def test_no_form_is_taken_without_its_token(
    guarded: Flask, world: World, database: Database, sign_in: SignIn, count_queries: Any
) -> None:
    """By whoever is allowed everything: the learner for their own, the administrator for the rest."""
    writes = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.I)
    for method in ("POST", "PUT"):
        for endpoint, address in addresses(guarded, world, method).items():
            visitor = guarded.test_client()
            sign_in(visitor, world.people["L" if endpoint.startswith("learner") else "X"])
            with count_queries() as counted:
                answer = visitor.open(address, method=method, **body_of(endpoint, world))
            if endpoint in WITHOUT_TOKEN:
                assert answer.status_code != 400 or endpoint == "public.language"
                continue
            assert answer.status_code == 400, endpoint
            assert not [one for one in counted if writes.match(one)], endpoint
            if method == "PUT":
                assert answer.json == {"error": "stale_form", "reference": ""}
            else:
                assert "Страница успела устареть" in answer.text, endpoint
                assert "отправьте форму ещё раз" in answer.text


def test_a_token_is_good_for_its_own_browser_only(guarded: Flask, world: World, sign_in: SignIn) -> None:
    mine, other = guarded.test_client(), guarded.test_client()
    sign_in(mine, world.people["L"])
    sign_in(other, world.people["O"])
    tokens = [
        re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', one.get("/account").text)[0]
        for one in (mine, other)
    ]
    path = f"/study/offerings/{world.names['offering_id']}/enrol"
    for bad in (tokens[1], "", "x" * 40, tokens[0][:-1]):
        assert mine.post(path, data={"csrf_token": bad}).status_code == 400
    assert mine.post(path, data={"csrf_token": tokens[0]}).status_code == 303


def test_what_was_typed_into_a_stale_form_is_given_back_to_be_copied(guarded: Flask) -> None:
    report = "Провела урок по кругам. <b>Дети спорили</b> до звонка. " * 4
    sent = {"csrf_token": "old", "report": report, "password": "короткий секрет"}
    page = guarded.test_client().post("/register", data=sent).text
    assert "&lt;b&gt;Дети спорили&lt;/b&gt; до звонка." in page
    assert "короткий секрет" not in page


def test_an_error_page_after_a_stale_form_leads_back_to_the_form(guarded: Flask) -> None:
    page = guarded.test_client().post(
        "/sign-in", headers={"Referer": "http://localhost/sign-in?next=/study/"}
    )
    assert page.status_code == 400
    assert 'href="/sign-in' in page.text


# ---- addresses from elsewhere

ELSEWHERE = (
    "https://evil.example/",
    "http://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example//",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\u00a0//evil.example",
    "/\u2028/evil.example",
    "/%09/evil.example",
    "/%5cevil.example",
    "/%2f/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/study/..//..//evil.example",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example@localhost/",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "//localhost:80@evil.example",
    "\x00//evil.example",
    "//[::1]evil.example",
    "http://[evil.example",
    "/\x7f/evil.example",
    "/#//evil.example\r\nSet-Cookie: a=b",
)


def leads_to(location: str) -> str:
    """The site a browser goes to: it drops tabs and ends of lines, and takes a backslash for a slash."""
    seen = re.sub(r"[\t\r\n]", "", location).strip("\x00\x1f ").replace("\\", "/")
    goal = urlsplit(urljoin("http://localhost/sign-in", seen))
    return f"{goal.scheme}://{goal.netloc}"


def followed(answer: TestResponse) -> list[str]:
    """Every site a page or its answer leads to."""
    links = re.findall(r'(?:href|action)="([^"]*)"', answer.text)
    return [leads_to(one.replace("&amp;", "&")) for one in (answer.headers.get("Location", "/"), *links)]


@pytest.fixture
def visitors(app: Flask, world: World, sign_in: SignIn) -> dict[str, FlaskClient]:
    signed_in = app.test_client()
    sign_in(signed_in, world.people["L"])
    return {"nobody": app.test_client(), "somebody": signed_in}


@pytest.mark.parametrize("goal", ELSEWHERE)
def test_nobody_is_led_to_another_site(visitors: dict[str, FlaskClient], goal: str) -> None:
    nobody, somebody = visitors["nobody"], visitors["somebody"]
    answers = [
        somebody.get("/sign-in", query_string={"next": goal}),
        somebody.post("/sign-in", data={"next": goal}),
        somebody.get("/register", query_string={"next": goal}),
        nobody.get("/sign-in", query_string={"next": goal}),
        nobody.get("/display", query_string={"next": goal}),
        nobody.post("/display", data={"theme": "dark", "next": goal}),
        nobody.post("/language", data={"language": "ru", "next": goal}),
        nobody.get("/consent", query_string={"next": goal}),
        nobody.post(
            "/no-such-page", headers={"Referer": re.sub(r"[\0\r\n]", "", goal).encode().decode("latin-1")}
        ),
    ]
    for answer in answers:
        assert answer.status_code < 500
        assert set(followed(answer)) <= {"http://localhost", "mailto://"}
        assert "evil" not in answer.headers.get("Set-Cookie", "")


@given(st.text(alphabet="/\\:.@?#%&;=\t\r\n \x00\x7f\u00a0\u2028evilexampstudy09", max_size=30))
def test_no_text_becomes_an_address_elsewhere(text: str) -> None:
    assert leads_to(local_path(text, "/")) == "http://localhost"


@pytest.mark.parametrize(
    "path", ["//evil.example/%2e%2e", "/%5cevil.example", "//evil.example", "/study//evil.example"]
)
def test_an_address_that_is_itself_another_site_leads_nowhere(client: FlaskClient, path: str) -> None:
    answer = client.get("/study/", environ_overrides={"PATH_INFO": path})
    assert answer.status_code in (303, 308, 404)
    assert set(followed(answer)) <= {"http://localhost", "mailto://"}
    refused = client.post("/no-such-page", headers={"Referer": f"http://localhost{path}"})
    assert set(followed(refused)) <= {"http://localhost", "mailto://"}
