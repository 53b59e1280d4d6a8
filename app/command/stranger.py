"""A stranger with a simple browser: pages, links and forms over HTTP, cookies kept, no script."""

import http.client
import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "source", "wbr", "use", "path", "col"})
TIMEOUT = 30


class Disappointment(Exception):
    """Something is not as promised; the message says what."""


@dataclass
class Element:
    """A node of a page."""

    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """This node and all below it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """The nodes below with this tag and these attributes; `class_` matches one of the classes."""
        return [node for node in self.walk() if node.fits(tag, attributes)]

    def fits(self, tag: str, attributes: dict[str, str]) -> bool:
        """Whether the node has this tag and these attributes."""
        if tag and self.tag != tag:
            return False
        for name, wanted in attributes.items():
            value = self.attributes.get(name.rstrip("_").replace("_", "-"))
            if value is None or (wanted not in value.split() if name == "class_" else value != wanted):
                return False
        return True

    @property
    def text(self) -> str:
        """What a person reads here, with single spaces."""
        return normal("".join(self._texts()))

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in ("script", "style", "annotation"):
                yield from child._texts()
                yield " " if child.tag in ("p", "div", "li", "br", "td") else ""


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("page", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(html: str) -> Element:
    """A page as a tree."""
    builder = _Builder()
    builder.feed(html)
    return builder.root


def normal(text: str) -> str:
    """Text as it is compared: every kind of space is one space."""
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u00ad", "")).strip()


@dataclass
class Page:
    """An answer that was read as a page."""

    url: str
    status: int
    body: bytes
    headers: dict[str, str]
    tree: Element = field(init=False)

    def __post_init__(self) -> None:
        is_page = "html" in self.headers.get("content-type", "")
        self.tree = parse(self.body.decode("utf-8", "replace")) if is_page else Element("page", {})

    @property
    def title(self) -> str:
        """The page's title."""
        return next((node.text for node in self.tree.all("title")), "")

    def link(self, pattern: str) -> str:
        """The address of the first link that matches."""
        for node in self.tree.all("a"):
            if re.search(pattern, node.attributes.get("href", "")):
                return urllib.parse.urljoin(self.url, node.attributes["href"])
        raise Disappointment(f"на странице {self.url} («{self.title}») нет ссылки {pattern}")

    def form(self, pattern: str = "") -> "SentForm":
        """The first POST form whose address matches."""
        for node in self.tree.all("form"):
            action = node.attributes.get("action") or self.url
            if node.attributes.get("method", "get").lower() == "post" and re.search(pattern, action):
                return SentForm(urllib.parse.urljoin(self.url, action), node)
        raise Disappointment(f"на странице {self.url} («{self.title}») нет формы {pattern or 'для отправки'}")

    def has_form(self, pattern: str) -> bool:
        """Whether such a form is there."""
        forms = self.tree.all("form")
        return any(re.search(pattern, node.attributes.get("action", "")) for node in forms)


class SentForm:
    """A form with the values it shows, to be changed and sent."""

    def __init__(self, action: str, node: Element) -> None:
        self.action = action
        self.values: list[tuple[str, str]] = list(_shown(node))

    def set(self, name: str, *values: str) -> None:
        """Give a field these values instead."""
        self.values = [pair for pair in self.values if pair[0] != name] + [(name, value) for value in values]


def _shown(node: Element) -> Iterator[tuple[str, str]]:
    for item in node.walk():
        name = item.attributes.get("name")
        if not name or "disabled" in item.attributes:
            continue
        kind = item.attributes.get("type", "text")
        if item.tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in item.attributes:
                yield name, item.attributes.get("value", "on")
        elif item.tag == "input" and kind not in ("submit", "button", "image"):
            yield name, item.attributes.get("value", "")
        elif item.tag == "textarea":
            yield name, item.text
        elif item.tag == "select":
            options = item.all("option")
            chosen = [one for one in options if "selected" in one.attributes] or options[:1]
            for one in chosen:
                yield name, one.attributes.get("value", one.text)


class Stranger:
    """The visitor."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str, *, expect: int = 200, accept: str = "text/html") -> Page:
        """Open a page; redirects are followed."""
        request = urllib.request.Request(  # noqa: S310 - the address is the one given to the command
            urllib.parse.urljoin(self.url + "/", path), headers={"Accept": accept, "Accept-Language": "ru"}
        )
        return self._send(request, expect)

    def post(self, form: SentForm, *, expect: int = 200) -> Page:
        """Send a form and follow where it leads."""
        data = urllib.parse.urlencode(form.values).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is the one given to the command
            form.action,
            data,
            headers={"Accept": "text/html", "Accept-Language": "ru", "Referer": form.action},
        )
        return self._send(request, expect)

    def json(self, path: str) -> Any:
        """An answer in JSON."""
        return json.loads(self.get(path, accept="application/json").body)

    def _send(self, request: urllib.request.Request, expect: int) -> Page:
        try:
            page = self._answer(request)
        except (OSError, http.client.HTTPException) as error:  # the second: an answer broken off half-way
            raise Disappointment(f"{request.full_url}: нет ответа ({error})") from None
        if page.status != expect:
            said = page.tree.all(class_="field-error") or page.tree.all("h1")
            words = "; ".join(node.text for node in said[:4])
            raise Disappointment(f"{page.url}: ответ {page.status} вместо {expect} — {words or page.title}")
        return page

    def _answer(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return _page(answer)
        except urllib.error.HTTPError as refusal:
            return _page(refusal)


def _page(answer: Any) -> Page:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Page(answer.geturl(), answer.status, answer.read(), headers)
