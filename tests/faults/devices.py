"""R2: what was typed on a device is still there after the browser was killed, with or without a connection.
R4: the line says «Сохранено» only about words that were acknowledged."""

import http.client
import json
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright
from sqlalchemy import select

from courses.quizzes.models import Step, StepKind
from tests.benchmarks.works import session_cookie
from tests.browser import FLAGS, executable
from tests.cable import Cable
from tests.faults.report import Report, least
from tests.faults.scene import SECRET, Learner, Pen, Scene, scene

SAVED = re.compile(r"Сохранено \d\d:\d\d:\d\d")
PATIENCE = 15_000  # milliseconds
KEPT = """async (slot) => {
  if (/Сохранено/.test(document.querySelector("[data-saving] span").textContent)) return true;
  const base = await new Promise((resolve, reject) => {
    const asked = indexedDB.open("kafedra-answers");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => resolve(asked.result);
  });
  const asked = base.transaction("answers").objectStore("answers").getAllKeys();
  await new Promise((resolve) => (asked.onsuccess = resolve));
  base.close();
  return asked.result.some((key) => String(key).endsWith(`/${slot}`));
}"""
WATCH = """() => {
  window.seen = [];
  setInterval(() => {
    const line = document.querySelector("[data-saving] span")?.textContent ?? "";
    const fields = [...document.querySelectorAll("section[data-slot] input[type=text]")];
    window.seen.push([Date.now(), line, Object.fromEntries(fields.map((one) => [one.name, one.value]))]);
  }, 15);
}"""


def killed_browsers(folder: Path, database: str, seconds: float) -> Report:
    """Type, kill the browser, open it again: the words are back, and arrive."""
    report = Report("R2", database, seconds)
    with scene(folder, database, 1) as stage, sync_playwright() as playwright:
        learner, cable = stage.learners[0], Cable(stage.installation.url)
        pen = stage.pen(learner, "")
        pen.start()
        until, dice = time.monotonic() + seconds, random.Random(2)
        while time.monotonic() < until:
            _type_and_kill(playwright, folder / "profile", cable, pen, dice, report)
            with stage.database.reading() as session:
                report.counted["answers at the site"] = len(_texts(session, pen.attempt))
        cable.close()
    least(report, "kills", report.killed, int(seconds / 15))
    return report


def _type_and_kill(
    playwright: Playwright, profile: Path, cable: Cable, pen: Pen, dice: random.Random, report: Report
) -> None:
    context = _phone(playwright, profile, cable.url, pen.learner)
    page = _attempt(context, pen)
    if dice.random() < 0.7:
        cable.cut()
    typed = {slot: f"слово {dice.randrange(10**9)}" for slot in dice.sample(pen.slots, 2)}
    for slot, text in typed.items():
        page.fill(f"[name=s{slot}-text]", text)
        page.wait_for_function(KEPT, arg=slot, timeout=PATIENCE)
    _kill(profile)
    report.killed += 1
    report.acknowledged += len(typed)
    cable.mend()
    context = _phone(playwright, profile, cable.url, pen.learner)
    page = _attempt(context, pen)
    for slot, text in typed.items():
        try:
            expect(page.locator(f"[name=s{slot}-text]")).to_have_value(text, timeout=PATIENCE)
        except AssertionError:
            report.lost.append(f"slot {slot}: «{text}» was typed, and is not in the page that came back")
    context.close()


def _phone(playwright: Playwright, profile: Path, url: str, learner: Learner) -> BrowserContext:
    """The device with what it kept; its person is signed in."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=executable(), args=FLAGS, base_url=url, locale="ru-RU",
        viewport={"width": 360, "height": 740}, reduced_motion="reduce", service_workers="block",
    )  # fmt: skip
    value = session_cookie(SECRET, {"s": learner.secret})
    context.add_cookies([{"name": "kafedra", "value": value, "url": url, "httpOnly": True}])
    return context


def _attempt(context: BrowserContext, pen: Pen) -> Page:
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"/study/attempts/{pen.attempt}")
    expect(page.locator("[data-quiz]")).to_be_visible(timeout=PATIENCE)
    return page


def _kill(profile: Path) -> None:
    """kill -9 of the browser that has this profile, with all its processes."""
    for process in psutil.process_iter(["cmdline"]):
        if any(str(profile) in word for word in process.info["cmdline"] or ()):
            try:
                process.send_signal(signal.SIGKILL)
                process.wait(10)
            except psutil.NoSuchProcess:
                continue


def _texts(session: Any, attempt: int) -> set[tuple[int, str]]:
    """Every answer the site holds as (slot, text)."""
    query = select(Step.slot_id, Step.data).where(Step.attempt_id == attempt, Step.kind == StepKind.SAVED)
    return {(slot, data["response"].get("text", "")) for slot, data in session.execute(query)}


class Proxy:
    """Between the browser and the site. Answers that are saved may be swallowed on either way, refused with
    500, or come late; what was acknowledged is noted before the browser can know it."""

    def __init__(self, url: str, dice: random.Random) -> None:
        site = urlsplit(url)
        self.site, self.dice = f"{site.hostname}:{site.port}", dice
        self.acknowledged: list[tuple[float, int, str]] = []
        self.faults = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                proxy.pass_on(self)

            do_POST = do_PUT = do_GET  # noqa: N815 - the names are the library's

            def log_message(self, *_: object) -> None:
                """Nothing to say."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def pass_on(self, asked: BaseHTTPRequestHandler) -> None:
        """One request, with its fault if it saves an answer."""
        body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
        saves = asked.command == "PUT"
        fault = self.dice.choice(("none", "none", "swallowed", "unheard", "500", "late")) if saves else "none"
        self.faults += fault != "none"
        if fault == "swallowed":
            asked.close_connection = True
            return
        if fault == "500":
            self._answer(asked, 500, {}, b"")
            return
        status, headers, data = self._fetch(asked, body)
        if fault == "unheard":
            asked.close_connection = True
            return
        if fault == "late":
            time.sleep(self.dice.uniform(0.5, 2.5))
        if saves and status == http.client.OK:
            self._note(json.loads(body), json.loads(data))
        self._answer(asked, status, headers, data)

    def _note(self, said: dict[str, Any], told: dict[str, Any]) -> None:
        texts = {(one["slot"], one["number"]): one["fields"]["text"][0] for one in said["answers"]}
        now = time.time() * 1000
        for one in told["slots"]:
            if one["fate"] == "saved":
                self.acknowledged.append((now, one["slot"], texts[one["slot"], one["number"]]))

    def _fetch(self, asked: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.site, timeout=30)
        headers = {name: value for name, value in asked.headers.items() if name.lower() != "accept-encoding"}
        connection.request(asked.command, asked.path, body or None, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        return answer.status, kept, data

    def _answer(
        self, asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], data: bytes
    ) -> None:
        asked.send_response_only(status)
        for name, value in (headers | {"Content-Length": str(len(data))}).items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(data)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def honest_line(folder: Path, database: str, seconds: float) -> Report:
    """Type without pause through a bad connection, and look at the line all the time."""
    report = Report("R4", database, seconds)
    with scene(folder, database, 1) as stage, _watched(stage) as (page, pen, proxy):
        until, dice, seen = time.monotonic() + seconds, random.Random(4), list[list[Any]]()
        while time.monotonic() < until:
            field = page.locator(f"[name=s{dice.choice(pen.slots)}-text]")
            field.press_sequentially(f" {dice.randrange(10**6)}", delay=dice.choice((5, 30, 90)))
            page.wait_for_timeout(dice.choice((0, 0, 400, 1500, 4000)))
            seen += page.evaluate("() => window.seen.splice(0)")
        _judge(seen, proxy, report)
        report.counted["faults"] = proxy.faults
        with stage.database.reading() as session:
            held = _texts(session, pen.attempt)
        report.acknowledged = len(proxy.acknowledged)
        report.lost += [
            f"slot {slot}: «{text}» was acknowledged and is not there"
            for _, slot, text in proxy.acknowledged
            if text.strip() and (slot, text) not in held
        ]
    least(report, "looks at «Сохранено»", report.counted.get("looks", 0), 5)
    least(report, "faults", proxy.faults, 2)
    return report


@contextmanager
def _watched(stage: Scene) -> Iterator[tuple[Page, Pen, Proxy]]:
    learner, proxy = stage.learners[0], Proxy(stage.installation.url, random.Random(40))
    pen = stage.pen(learner, "")
    pen.start()
    with sync_playwright() as playwright:
        context = _phone(playwright, stage.installation.folder.parent / "profile", proxy.url, learner)
        page = _attempt(context, pen)
        page.evaluate(WATCH)
        yield page, pen, proxy
        context.close()
    proxy.close()


def _judge(seen: list[list[Any]], proxy: Proxy, report: Report) -> None:
    """Whenever the line said «Сохранено», each field held words that had been acknowledged by then."""
    for at, line, fields in seen:
        if not SAVED.search(line):
            continue
        report.counted["looks"] = report.counted.get("looks", 0) + 1
        known = {(slot, text) for when, slot, text in proxy.acknowledged if when <= at + 1}
        for name, text in fields.items():
            if text.strip() and (int(name[1:-5]), text) not in known:
                report.lost.append(
                    f"«{line}» was said while {name} held «{text}», which nobody had acknowledged"
                )
