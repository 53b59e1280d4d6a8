"""Whatever is sent, no page fails: nonsense is refused on a page of ours, and refused is not stored."""

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from sqlalchemy import event, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.extensions import db
from courses import packages
from courses.db import Database
from courses.people.models import Person
from courses.settings import Settings
from tests.app.test_access import KEYS, World, a_world, rows
from tests.courses.packages.factory import small_package, zipped

SignIn = Callable[[FlaskClient, int], None]
Commits = list[str]

# A wrong password is counted, and an answer that came too late is kept: refused, yet written on purpose.
REMEMBERED = ("sign_in_guard", "sign_in_session", "response", "step", "late")
NONSENSE = (
    "",
    "\0",
    "a\0b",
    "-1",
    "0",
    "9" * 40,
    "1e309",
    "NaN",
    "٣",  # a digit, but not one of ours
    "²",
    "None",
    "2026-02-30T25:61",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "😀👩‍👩‍👧",
    "\u202e\u2066\ufeff\u0007\x1b[31m",
    "<script>alert(1)</script>'\"&",
    "{{ 7 * 7 }}%(name)s%s{0}",
    "' OR 1=1 --",
    "../../etc/passwd",
    "http://[::/x",
    "//[a]b/c",
    "a" * 70_000,
)
RAW = ("%ff%fe", "%ED%A0%80", "%F0%9F", "%00", "%", "%zz")  # not UTF-8, half a letter, a surrogate
ASKED = [
    "q",
    "page",
    "year",
    "prefix",
    "state",
    "kind",
    "offering",
    "person",
    "before",
    "action",
    "version",
    "next",
    "code",
    "sort",
    "sent",
    "subject",
    "month",
    "hours",
    "language",
    "series",
    "number",
    "slot",
    "key",
]
FIELDS = [
    "email",
    "password",
    "old_password",
    "family_name",
    "given_name",
    "patronymic",
    "time_zone",
    "language",
    "consent",
    "consent_hash",
    "next",
    "name",
    "code_word",
    "report",
    "done",
    "reason",
    "fingerprint",
    "enrolment",
    "role",
    "offering_id",
    "starts_at",
    "ends_at",
    "enrol_until",
    "seats",
    "meeting_url",
    "slot",
    "flagged",
    "go",
    "theme",
    "vision",
    "size",
    "scheme",
    "images",
    "spacing",
    "font",
    "reset",
    "package",
    "page",
]


@pytest.fixture
def world(database: Database, settings: Settings) -> World:
    with database.unit_of_work() as session:
        return a_world(session, settings)


@pytest.fixture
def guests(app: Flask, world: World, sign_in: SignIn) -> Callable[[str], FlaskClient]:
    """A browser of whoever gets furthest at an endpoint's door."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def opened(endpoint: str) -> FlaskClient:
        visitor = app.test_client()
        who = {"admin": "X", "author": "D", "learner": "L"}.get(endpoint.partition(".")[0])
        if who or endpoint in ("public.account", "public.password", "public.end_session"):
            sign_in(visitor, world.people[who or "L"])
        return visitor

    return opened


@contextmanager
def commits(app: Flask) -> Iterator[Commits]:
    """The first writing statement of every transaction that was kept."""
    kept: Commits = []
    with app.app_context():
        engine = db.engine

    def wrote(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            connection.info.setdefault("wrote", statement)

    def kept_it(connection: Any) -> None:
        if "wrote" in connection.info:
            kept.append(connection.info.pop("wrote"))

    def let_go(connection: Any) -> None:
        connection.info.pop("wrote", None)

    listeners = (("before_cursor_execute", wrote), ("commit", kept_it), ("rollback", let_go))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    yield kept
    for name, listener in listeners:
        event.remove(engine, name, listener)


def check(answer: TestResponse, kept: Commits, said: object) -> None:
    """No failure; a refusal is a page of ours, and has left nothing behind."""
    assert answer.status_code < 500 or answer.request.path == "/readyz", (answer.request.path, said)
    if answer.status_code >= 400:
        ours = answer.json if answer.is_json else "<h1" in answer.text and "Кафедра" in answer.text
        assert ours, (answer.request.path, said, answer.text[:200])
        assert answer.headers["Content-Security-Policy"]
        left = [one for one in kept if not any(name in one.split("(")[0] for name in REMEMBERED)]
        assert not left, (answer.request.path, said)
    kept.clear()


def rules_of(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def address(rule: Rule, world: World, **over: str) -> str:
    """The rule's address with things that exist, and whatever else in their places, unescaped."""
    values = {"key": KEYS.get(rule.endpoint, "lesson"), **world.names} | over
    parts = [str(values[text]) if is_name else text for is_name, text in rule._trace if text not in ("|", "")]
    return "".join(parts)


# ---- addresses


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_numbers_and_words_that_name_nothing_are_not_found(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], method: str
) -> None:
    numbers = ("0", "-1", str(10**12), str(10**30), str(2**31), "1.5", "1e3", "%D9%A3", "999999999")
    words = (
        *RAW,
        quote("😀"),
        quote("<script>alert(1)</script>"),
        "..%2f..%2fetc%2fpasswd",
        "a" * 3000,
        "%0a",
    )
    with commits(app) as kept:
        for rule in rules_of(app, method):
            visitor = guests(rule.endpoint) if rule.arguments else None
            for part in rule.arguments if visitor else ():
                whole = "int" in type(rule._converters[part]).__name__.lower() or part.endswith("_id")
                for value in numbers if whole else words:
                    answer = visitor.open(address(rule, world, **{part: value}), method=method)
                    check(answer, kept, value)
                    assert answer.status_code != 200 or not whole or part in ("number", "page"), value


def test_strange_questions_get_a_page(app: Flask, world: World, guests: Callable[[str], FlaskClient]) -> None:
    values = [*map(quote, NONSENSE), *RAW]
    questions = ["&&==&%=%&;", "q[]=1&q[a]=2", "&".join(f"x{n}=1" for n in range(5000))]
    for turn in range(0, len(values), 4):
        chosen = [(name, values[(turn + place * 5) % len(values)]) for place, name in enumerate(ASKED)]
        questions.append("&".join(f"{name}={value}&{name}={value}1" for name, value in chosen))
    with commits(app) as kept:
        for rule in rules_of(app, "GET"):
            visitor = guests(rule.endpoint)
            for question in questions:
                with visitor.get(f"{address(rule, world)}?{question}") as answer:
                    check(answer, kept, question[:300])


# ---- forms


@pytest.mark.parametrize("endpoint", sorted({endpoint for endpoint, method in rows() if method == "POST"}))
def test_strange_forms_are_refused_or_understood_and_never_break(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], endpoint: str
) -> None:
    [rule] = [rule for rule in rules_of(app, "POST") if rule.endpoint == endpoint]
    slot = world.names["slot"]
    fields = [
        *FIELDS,
        *(f"s{slot}-{name}" for name in ("choice", "text", "seen", "move", "place-1", "a" * 90)),
    ]
    path = address(rule, world)
    bodies: list[dict[str, Any]] = [dict.fromkeys(fields, value) for value in NONSENSE]
    bodies += [{name: [value, value] for name in fields} for value in ("a", "1")]
    urlencoded = "application/x-www-form-urlencoded"
    with commits(app) as kept:
        for body in bodies:
            check(guests(endpoint).post(path, data=body), kept, next(iter(body.values()))[:50])
        for raw in RAW:
            text = "&".join(f"{name}={raw}" for name in fields)
            check(guests(endpoint).post(path, data=text, content_type=urlencoded), kept, raw)
        for kind, data in (
            ("multipart/form-data", b"no boundary"),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff',
            ),
            ("application/json", b"{"),
            ("text/plain; charset=\x80".encode("latin-1").decode("latin-1"), b"\xff\xfe"),
            (urlencoded + "; charset=utf-7", b"+ADw-=1"),
            (urlencoded, b"&".join(b"f%d=1" % n for n in range(3000))),
            ("", b"\0" * 1000),
        ):
            check(guests(endpoint).post(path, data=data, content_type=kind), kept, (kind, data[:30]))


@budget(max_examples=25)
@given(
    wish=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40), max_size=12),
    endpoint=st.sampled_from(
        ["public.register", "public.account", "author.new_offering", "admin.grant_role", "learner.hand_in"]
    ),
)
def test_no_mixture_of_fields_breaks_a_form(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], wish: dict[str, str], endpoint: str
) -> None:
    [rule] = [rule for rule in rules_of(app, "POST") if rule.endpoint == endpoint]
    body = {name: value.encode("utf-8", "replace") for name, value in wish.items()}
    with commits(app) as kept:
        check(guests(endpoint).post(address(rule, world), data=body), kept, wish)


def test_what_is_stored_comes_back_as_text_and_not_as_markup(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], database: Database
) -> None:
    person = guests("learner.home")
    report = "</textarea><img src=x onerror=alert(1)> {{ 7*7 }} подробный отчёт"
    path = f"/study/{world.names['enrolment_id']}/practical"
    assert person.post(f"{path}/report", data={"report": report, "done": "y"}).status_code == 303
    page = person.get(path).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "{{ 7*7 }}" in page
    refused = person.post("/account", data={"family_name": "<b>Иванова</b>", "given_name": "Мария"})
    assert refused.status_code == 422
    assert "<b>Иванова" not in refused.text
    with database.reading() as session:
        assert not session.scalars(select(Person).where(Person.family_name.contains("<"))).all()


# ---- JSON

DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"null",
        b'"x"',
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'{"answers": NaN}',
        b'{"answers": [], "client": NaN}',
        b'{"answers": [{"slot": 1e400, "number": 1, "fields": {}}]}',
        b'{"answers": [{"slot": ' + b"9" * 400 + b', "number": 1, "seen": 0, "fields": {}}]}',
        b'{"answers": [{"slot": ' + b"9" * 5000 + b', "number": 1, "seen": 0, "fields": {}}]}',
        b'{"answers": [{"slot": SLOT, "number": 99999999999999, "seen": 0, "fields": {}}]}',
        b'{"answers": [{"slot": SLOT, "number": 1, "seen": 99999999999999, "fields": {"choice": ["1"]}}]}',
        b'{"answers": [{"slot": -1, "number": 1, "seen": 0, "fields": {}}]}',
        b'{"answers": [{"slot": SLOT, "number": 1, "seen": 0, "fields": {"choice": ["\\ud800"]}}]}',
        b'{"answers": [{"slot": SLOT, "number": 1, "seen": 0, "fields": {"\\udfff": ["1"]}}]}',
        b'{"answers": [{"slot": SLOT, "number": 1, "seen": 0, "fields": {"choice": ["\\u0000"]}}]}',
        b'{"answers": [{"slot": SLOT, "number": 1, "seen": 0, "fields": {"\\u0000": ["1"]}}]}',
        b'{"client": "\\ud800", "answers": [{"slot": SLOT, "number": 1, "seen": 0, "fields": {}}]}',
        b'{"client": "\\u0000", "answers": [{"slot": SLOT, "number": 1, "seen": 0, "fields": {}}]}',
        b'{"client": "' + b"x" * 1_000_000 + b'", "answers": []}',
        b'{"answers": ['
        + b",".join([b'{"slot": SLOT, "number": 1, "seen": 0, "fields": {}}'] * 3000)
        + b"]}",
        b'{"answers": [{"slot": SLOT, "number": 1, "seen": 0, "fields": {"text": ["'
        + b"a" * 900_000
        + b'"]}}]}',
        b'{"answers": [{"slot": SLOT, "number": 1, "seen": 0, "fields": {"choice": ["<script>"]}}], "x": {}}',
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_no_answer_of_a_script_breaks_the_saving(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], body: bytes
) -> None:
    path = f"/study/attempts/{world.names['attempt_id']}/responses"
    sent = body.replace(b"SLOT", str(world.names["slot"]).encode())
    with commits(app) as kept:
        for kind in ("application/json", "application/json; charset=utf-16", "text/plain", ""):
            check(guests("learner.attempt").put(path, data=sent, content_type=kind), kept, body[:60])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={name: VALUES | st.integers(-1, 3) for name in ("slot", "number", "seen")}
    | {"fields": VALUES | st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=3))},
)


@budget(max_examples=60)
@given(
    body=st.fixed_dictionaries({"answers": st.lists(ANSWERS | VALUES, max_size=3) | VALUES, "client": VALUES})
)
def test_no_shape_of_json_breaks_the_saving(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], body: Any
) -> None:
    path = f"/study/attempts/{world.names['attempt_id']}/responses"
    with commits(app) as kept:
        sent = json.dumps(body).encode()
        check(guests("learner.attempt").put(path, data=sent, content_type="application/json"), kept, body)


# ---- files


def a_zip(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


def a_link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("about.md")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


GOOD = small_package()
WITHOUT_ABOUT = [one for one in GOOD.items() if one[0] != "about.md"]
FILES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "a zero byte": lambda: b"\0",
    "not a ZIP": lambda: b"%PDF-1.7 " + os.urandom(2000),
    "a ZIP without entries": lambda: a_zip(),
    "the half of a ZIP": lambda: zipped(GOOD)[:-200],
    "a ZIP with a torn entry": lambda: zipped(GOOD).replace(b"kafedra", b"kafedrb", 1)[:700],
    "a bomb": lambda: a_zip(("course.yaml", b"0" * 300_000_000)),
    "a way out": lambda: a_zip(("../../../tmp/evil.md", b"x"), *GOOD.items()),
    "a way to the root": lambda: a_zip(("/etc/evil.md", b"x"), ("C:\\evil.md", b"x"), *GOOD.items()),
    "a link": lambda: a_zip((a_link(), b"/etc/passwd"), *WITHOUT_ABOUT),
    "100 000 entries": lambda: a_zip(*((f"f{n}.md", b"") for n in range(100_000))),
    "a ZIP in a ZIP": lambda: a_zip(("inner.zip", zipped(GOOD))),
    "names that are no names": lambda: a_zip(("\x01.md", b"x"), ("😀" * 60, b"x"), ("a/" * 200, b"x")),
    "aliases that grow": lambda: a_zip(
        ("course.yaml", b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
            b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(ord("b"), ord("k"))
        ))
    ),
    "objects instead of words": lambda: a_zip(("course.yaml", b"!!python/object/apply:os.system ['true']")),
    "a manifest so deep": lambda: a_zip(("course.yaml", b"[" * 20_000)),
    "a manifest not in UTF-8": lambda: a_zip(("course.yaml", "ключ: да".encode("utf-16"))),
}  # fmt: skip


def sent(author: FlaskClient, data: bytes, name: str) -> TestResponse:
    """A file as browsers send it."""
    head = f'--x\r\nContent-Disposition: form-data; name="package"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--x--\r\n"
    return author.post("/author/import", data=body, content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize("what", FILES)
def test_no_file_gets_in_that_is_not_a_course(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], settings: Settings, what: str
) -> None:
    author = guests("author.import_package")
    with commits(app) as kept:
        for name in ("курс.zip", "../../курс.zip", "a" * 300 + ".zip", "\u202e.zip", ""):
            answer = sent(author, FILES[what](), name)
            assert answer.status_code == 422
            check(answer, kept, what)
            if "100 000" in what or "bomb" in what:
                break
    waiting = settings.files_folder / "waiting"
    assert not [path for path in waiting.rglob("*") if path.is_file()]
    assert not list(settings.var.parent.rglob("*evil*"))


@pytest.mark.parametrize(("more", "status"), [(1, 422), (3 * 1024 * 1024, 413)])
def test_a_file_over_the_limit_is_refused_with_the_limit(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], more: int, status: int
) -> None:
    author = guests("author.import_package")
    with commits(app) as kept:
        answer = sent(author, bytes(packages.MOST_BYTES + more), "курс.zip")
        assert answer.status_code == status
        assert "50" in answer.text
        check(answer, kept, more)


# ---- headers

HEADERS = {
    "Host": ("", " ", "evil host", "[::1", "localhost:99999999", "a" * 5000, "место", "..", "a/../b", "@"),
    "Range": ("bytes=abc", "bytes=0-10,20-30", "bytes=-", "bytes=" + "0-1," * 3000, "bytes=99999999999999-"),
    "Accept": ("application/json;q=abc", "*/*;q=NaN", "a" * 5000, ";;,,//", "text/html;q=" + "9" * 400),
    "Accept-Language": ("ru;q=NaN", ";;q=,", "x" * 10_000, "*;q=-1", "ru;q=" + "9" * 400, "\x80"),
    "Accept-Encoding": ("br;q=x", "gzip;q=" + "9" * 400, "\x80"),
    "If-None-Match": ('W/"', '"' + "a" * 5000 + '"', "*", '"\x80"', ",,,"),
    "If-Modified-Since": ("yesterday", "Mon, 99 Foo 99999 99:99:99 GMT", "\x80"),
    "If-Range": ("yesterday", '"x'),
    "X-Forwarded-For": ("evil", "1.2.3.4, " * 500, "\x80", "::ffff:1.2.3.4.5"),
    "X-Forwarded-Proto": ("javascript", "\x80", "https, http"),
    "X-Forwarded-Host": ("evil.example",),
    "Origin": ("null", "http://[", "javascript:", "\x80", "http://" + "a" * 5000),
    "Referer": ("http://[", "\x80", "http://localhost//evil.example", "a" * 5000, "http://localhost/%ff?%ff"),
    "User-Agent": ("", "a" * 10_000, "\x80\xff", "<script>"),
    "Authorization": ("Basic !!!", "Bearer " + "x" * 5000, "Digest a=b", "\x80"),
    "Content-Type": ("\x80", "a/b; c", ";", "multipart/form-data; boundary=" + "x" * 300),
    "Content-Length": ("abc", "-1", "9" * 30),
    "Cookie": (
        "kafedra=garbage",
        "kafedra=" + "a" * 5000,
        "kafedra=eyJzIjoxfQ.aaaa.bbbb; display=%00; language=%ff",
        "display=" + "theme:dark." * 500 + "; language=xx-\x80",
        "display=\x80; language=\x80",
        "language=../../etc; display={}",
        ";;;===;;=",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_breaks_a_page(app: Flask, world: World, name: str) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    code = world.names["code"]
    paths = (
        "/",
        "/courses/known",
        f"/verify/{code}",
        "/study/",
        "/static/css/base.css",
        "/covers/course/00000000.svg",
    )
    variable = "HTTP_" + name.upper().replace("-", "_")
    variable = variable.removeprefix("HTTP_") if name.startswith("Content-") else variable
    with commits(app) as kept:
        for value in HEADERS[name]:
            for path in (*paths, "/no-such-page"):
                with (
                    app.test_client(use_cookies=False) as visitor,
                    visitor.get(path, environ_overrides={variable: value}) as answer,
                ):
                    assert "evil" not in answer.headers.get("Location", "")
                    check(answer, kept, value[:60])
            for path in ("/sign-in", "/language", "/display", f"/verify/{code}"):
                answer = app.test_client(use_cookies=False).post(
                    path, data={"language": "ru", "name": "Я"}, environ_overrides={variable: value}
                )
                check(answer, kept, value[:60])


@pytest.mark.parametrize(
    "method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X" * 300, "get"]
)
def test_methods_nobody_asked_for_are_answered(
    app: Flask, world: World, guests: Callable[[str], FlaskClient], method: str
) -> None:
    with commits(app) as kept:
        for rule in app.url_map.iter_rules():
            with guests(rule.endpoint).open(address(rule, world), method=method) as answer:
                if method != "HEAD":
                    check(answer, kept, method)
                assert answer.status_code < 500 or rule.endpoint == "public.readyz"


@pytest.mark.parametrize("host", ["a" * 300, "evil..example"])
def test_a_host_that_is_no_host_is_told_so_on_a_page(app: Flask, host: str) -> None:
    answer = app.test_client().get("/about", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 400
    assert "Мы не смогли разобрать этот запрос" in answer.text
    assert host not in answer.text
