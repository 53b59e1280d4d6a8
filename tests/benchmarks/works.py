"""What is measured: each work is one unit a person would name, done over HTTP against real processes."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask.sessions import SecureCookieSessionInterface

from tests.benchmarks.meter import Browser
from tests.benchmarks.world import World

FORM = "application/x-www-form-urlencoded"


@dataclass
class Visitor:
    """A signed-in learner's browser against one installation."""

    browser: Browser
    world: World

    @classmethod
    def signed_in(cls, port: int, world: World, secret_key: str) -> "Visitor":
        """A browser that holds the cookie of the learner's open session."""
        browser = Browser(port)
        browser.cookies["kafedra"] = session_cookie(secret_key, {"s": world.secret})
        return cls(browser, world)

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


def take_quiz(visitor: Visitor, key: str) -> None:
    """A whole attempt: start page, start, every page answered, review, finish, graded result."""
    world = visitor.world
    start = f"/study/{world.enrolment_id}/{key}"
    token = token_of(visitor.page(start))
    where = visitor.post(f"{start}/attempts", {"csrf_token": token})
    attempt = re.search(r"/attempts/(\d+)", where)
    assert attempt, where
    number = 1
    while "/review" not in where:
        html = visitor.page(where)
        fields = {"csrf_token": token_of(html), "go": "review"}
        onward = re.findall(r'name="go" value="(page-\d+|review)"', html)
        fields["go"] = onward[-1]
        for name, value in re.findall(r'type="radio" name="(s\d+-\w+)" value="(\w+)"', html):
            fields[name] = value
        where = visitor.post(f"/study/attempts/{attempt[1]}/pages/{number}", fields)
        number += 1
    token = token_of(visitor.page(where))
    where = visitor.post(f"/study/attempts/{attempt[1]}/finish", {"csrf_token": token})
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if "data-graded" in visitor.page(where):
            return
        time.sleep(0.25)
    raise AssertionError("the attempt was not graded in 20 s")


def autosaver(visitor: Visitor) -> Callable[[], None]:
    """One saving of one answer, another answer every time."""
    world = visitor.world
    start = f"/study/{world.enrolment_id}/{world.quiz_key}"
    where = visitor.post(f"{start}/attempts", {"csrf_token": token_of(visitor.page(start))})
    html = visitor.page(where)
    attempt, token = re.search(r"/attempts/(\d+)", where), token_of(html)
    assert attempt
    name, slot = re.findall(r'type="radio" name="(s(\d+)-\w+)"', html)[0]
    field = name.split("-", 1)[1]
    values = re.findall(rf'name="{name}" value="(\w+)"', html)
    count = 0

    def save() -> None:
        nonlocal count
        count += 1
        answer = {"slot": int(slot), "number": count, "seen": None, "fields": {field: [values[count % 2]]}}
        body = json.dumps({"client": "11111111-2222-4333-8444-555555555555", "answers": [answer]}).encode()
        status, data, _ = visitor.browser.send(
            "PUT",
            f"/study/attempts/{attempt[1]}/responses",
            body,
            Content_Type="application/json",
            X_CSRFToken=token,
        )
        assert status == 200, (status, data[:300])

    return save
