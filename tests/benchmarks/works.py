"""What is measured: each work is one unit a person would name, done over HTTP against real processes."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask.sessions import SecureCookieSessionInterface

from tests.benchmarks.browser import Browser
from tests.benchmarks.world import Learner, World

FORM = "application/x-www-form-urlencoded"
FIRST_PAUSE, GROWS, LONGEST_PAUSE = 0.2, 1.5, 2.0


@dataclass
class Visitor:
    """A signed-in learner's browser against one installation."""

    browser: Browser
    world: World
    learner: Learner

    @classmethod
    def signed_in(cls, browser: Browser, world: World, learner: Learner, secret_key: str) -> "Visitor":
        """A browser that holds the cookie of the learner's open session."""
        browser.cookies["kafedra"] = session_cookie(secret_key, {"s": learner.secret})
        return cls(browser, world, learner)

    @property
    def lesson(self) -> str:
        return f"/study/{self.learner.enrolment_id}/{self.world.lesson_key}"

    def post(self, path: str, fields: dict[str, str]) -> str:
        """Send a form; the address it leads to."""
        body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
        status, data, headers = self.browser.send(
            "POST", path, body, Content_Type=FORM, Accept_Encoding="identity"
        )
        assert status == 303, (path, status, data[:400])
        return re.sub(r"^https?://[^/]+", "", headers["location"])

    def page(self, path: str) -> str:
        """A page as text, uncompressed so that its fields can be read."""
        status, data, _ = self.browser.send("GET", path, Accept_Encoding="identity")
        assert status == 200, (path, status, data[:400])
        return data.decode()


def session_cookie(secret_key: str, values: dict[str, str]) -> str:
    """The signed cookie that the web would set."""

    class Signed:
        def __init__(self) -> None:
            self.secret_key = secret_key
            self.config = {"SECRET_KEY_FALLBACKS": None}

    serializer = SecureCookieSessionInterface().get_signing_serializer(Signed())  # type: ignore[arg-type]
    assert serializer is not None
    return str(serializer.dumps(values))


def token_of(html: str) -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html) or re.search(
        r'data-token="([^"]+)"', html
    )
    assert found, html[:500]
    return found[1]


def take_quiz(visitor: Visitor, key: str, *, graded: bool = True) -> float:
    """A whole attempt: start page, start, every page answered, review, finish, receipt, graded result.

    The seconds from finishing until the mark was there, as the page's own script asks for it; not waited
    for without workers (`graded` false).
    """
    start = f"/study/{visitor.learner.enrolment_id}/{key}"
    token = token_of(visitor.page(start))
    where = visitor.post(f"{start}/attempts", {"csrf_token": token})
    attempt = re.search(r"/attempts/(\d+)", where)
    assert attempt, where
    number = 1
    while "/review" not in where:
        html = visitor.page(where)
        onward = re.findall(r'name="go" value="(page-\d+|review)"', html)
        fields = {"csrf_token": token_of(html), "go": onward[-1]}
        for name, value in re.findall(r'type="radio" name="(s\d+-\w+)" value="(\w+)"', html):
            fields[name] = value
        where = visitor.post(f"/study/attempts/{attempt[1]}/pages/{number}", fields)
        number += 1
    token = token_of(visitor.page(where))
    where = visitor.post(f"/study/attempts/{attempt[1]}/finish", {"csrf_token": token})
    began = time.monotonic()
    if "data-graded" in visitor.page(where) or not graded:
        return time.monotonic() - began
    waited = _wait_for_mark(visitor, f"/study/attempts/{attempt[1]}/state", began)
    assert "data-graded" in visitor.page(where)
    return waited


def _wait_for_mark(visitor: Visitor, state: str, began: float) -> float:
    pause = FIRST_PAUSE
    while time.monotonic() - began < 20:
        if json.loads(visitor.page(state))["graded"]:
            return time.monotonic() - began
        time.sleep(pause)
        pause = min(pause * GROWS, LONGEST_PAUSE)
    raise AssertionError("the attempt was not graded in 20 s")


def autosaver(visitor: Visitor) -> Callable[[], None]:
    """One saving of one answer, each time another question's, as somebody who goes through a quiz."""
    start = f"/study/{visitor.learner.enrolment_id}/{visitor.world.quiz_key}"
    where = visitor.post(f"{start}/attempts", {"csrf_token": token_of(visitor.page(start))})
    html = visitor.page(where)
    attempt, token = re.search(r"/attempts/(\d+)", where), token_of(html)
    assert attempt
    choices: dict[tuple[str, str], list[str]] = {}
    for slot, name, value in re.findall(r'type="radio" name="s(\d+)-(\w+)" value="(\w+)"', html):
        choices.setdefault((slot, name), []).append(value)
    fields, count = list(choices.items()), 0

    def save() -> None:
        nonlocal count
        count += 1
        (slot, name), values = fields[count % len(fields)]
        value = values[count // len(fields) % len(values)]
        answer = {"slot": int(slot), "number": count, "seen": None, "fields": {name: [value]}}
        body = json.dumps({"client": "11111111-2222-4333-8444-555555555555", "answers": [answer]}).encode()
        address = f"/study/attempts/{attempt[1]}/responses"
        status, data, _ = visitor.browser.send(
            "PUT", address, body, Content_Type="application/json", X_CSRFToken=token
        )
        assert status == 200, (status, data[:300])

    return save
