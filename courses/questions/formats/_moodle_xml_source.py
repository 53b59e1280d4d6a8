"""One `<question>` of a Moodle XML file: its texts, numbers and files, each complaint with its place."""

import binascii
import hashlib
import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from courses.questions.formats._gift_text import ALLOWED
from courses.questions.formats._reading import Problems
from courses.questions.formats._xml import Element

FORMATS = {"html": "html", "moodle_auto_format": "moodle", "plain_text": "plain", "markdown": "markdown"}
ALLOWED_FRACTIONS = sorted({round(sign * percent / 100, 7) + 0.0 for percent in ALLOWED for sign in (1, -1)})
NEAR = 0.00001  # of a fraction, the reference's own
PLUGIN_FILE = "@@PLUGINFILE@@"
MOST_NAME = 100
MOST_FILES = 200  # of one question
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_UNSAFE = re.compile(r"[^\w.-]+")
_MISSING = re.compile(rf"{PLUGIN_FILE}/([^\s\"'<>)]{{1,80}})")
TAG = re.compile(r"</?[A-Za-z!]")
_NO = ("", "0", "false", "no")


@dataclass
class Files:
    """The files of one question by the name that its texts use; one name has one content."""

    contents: dict[str, bytes] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)  # how many contents wanted this name

    def add(self, name: str, content: bytes) -> str:
        """The name under which the content is kept: safe, short, and nobody else's."""
        name = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(".") or "file"
        stem, dot, ending = name[-MOST_NAME:].rpartition(".")
        stem, dot = (stem, dot) if stem else (ending, "")
        ending = ending if dot else ""
        plain = chosen = f"{stem}{dot}{ending}"
        number = self.taken.get(plain, 1)
        while self.contents.get(chosen, content) != content:
            number += 1
            chosen = f"{stem}-{number}{dot}{ending}"
        self.contents[chosen] = content
        self.taken[plain] = number
        return chosen

    def named(self) -> dict[str, dict[str, Any]]:
        """What the question says of them."""
        return {
            name: {"key": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in self.contents.items()
        }

    def by_key(self) -> dict[str, bytes]:
        return {hashlib.sha256(content).hexdigest(): content for content in self.contents.values()}


@dataclass
class Source:
    """A question being read; `places` say where the parts of its lists stand, for what is found later."""

    element: Element
    problems: Problems
    text_format: str = "html"
    body: str = ""  # the question's own text
    files: Files = field(default_factory=Files)
    places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    fine: bool = True

    def error(self, code: str, place: tuple[int, int], **details: Any) -> None:
        self.fine = False
        self.problems.add(code, *place, "error", **details)

    def warn(self, code: str, place: tuple[int, int], **details: Any) -> None:
        self.problems.add(code, *place, "warning", **details)

    # ---- plain values

    def value(self, tag: str, usual: str = "", holder: Element | None = None) -> str:
        """The words of a child, or of the `<text>` in it."""
        found = (holder or self.element).child(tag)
        return usual if found is None else words_of(found)

    def has(self, tag: str, holder: Element | None = None) -> bool:
        return (holder or self.element).child(tag) is not None

    def yes(self, tag: str, *, usual: bool, empty: bool = False) -> bool:
        """A switch; some are on by being there with nothing in them."""
        found = self.element.child(tag)
        if found is None:
            return usual
        said = words_of(found).lower()
        return empty if not said else said not in _NO

    def number(self, tag: str, usual: float, holder: Element | None = None) -> float:
        found = (holder or self.element).child(tag)
        text = "" if found is None else words_of(found)
        return usual if found is None or not text else self.parsed(text, tag, found.place)

    def whole(self, tag: str, usual: int, holder: Element | None = None) -> int:
        return int(max(-(10**9), min(10**9, self.number(tag, usual, holder))))

    def parsed(self, text: str, tag: str, place: tuple[int, int]) -> float:
        """The number, or 0 after a complaint."""
        if len(text) <= 400 and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return float(text) + 0.0
        if _COMMA.fullmatch(text[:400]):
            self.error("number_with_comma", place, text=text[:40], better=text[:40].replace(",", "."))
        else:
            self.error("xml_number", place, tag=tag, text=text[:40])
        return 0.0

    def fraction(self, answer: Element) -> float:
        """The weight of an answer: one of those that the reference offers, or an error with the nearest."""
        text = answer.attributes.get("fraction", "0").strip() or "0"
        percent = self.parsed(text, "answer fraction", answer.place)
        nearest = min(ALLOWED_FRACTIONS, key=lambda allowed: abs(allowed - percent / 100))
        if abs(nearest - percent / 100) >= NEAR:
            better = f"{nearest * 100:.7g}"
            self.error("fraction_not_allowed", answer.place, weight=text[:20], nearest=better)
        return nearest

    # ---- texts

    def format_of(self, element: Element, usual: str) -> str:
        name = element.attributes.get("format")
        if name is not None and name not in FORMATS:
            self.warn("xml_format_unknown", element.place, name=name[:40])
        return usual if name is None else FORMATS.get(name, "html")

    def text(self, element: Element | None) -> str:
        """The text of an element with its files taken in."""
        if element is None:
            return ""
        inner = element.child("text") or element
        if inner.children and inner is not element:
            self.error("xml_markup_in_text", inner.children[0].place, tag=inner.children[0].tag[:40])
        text = inner.text.strip()
        for file in element.all("file"):
            text = self._with_file(text, file)
        for missing in _MISSING.findall(text):
            self.warn("xml_file_missing", inner.place, name=missing)
        return text

    def _with_file(self, text: str, file: Element) -> str:
        """Keep the file and let the text call it by the name under which it is kept."""
        name = self.kept(file)
        if not name:
            return text
        path = "/" + file.attributes.get("path", "/").strip("/") + "/"
        whole = path.replace("//", "/") + file.attributes.get("name", "")
        ways = {whole, quote(whole), html.escape(whole), quote(whole, safe="/()!*'~")}
        for way in sorted(ways, key=len, reverse=True):
            text = re.sub(f"{re.escape(PLUGIN_FILE + way)}(?![\\w%-]|\\.\\w)", f"file:{name}", text)
        return text

    def kept(self, file: Element) -> str:
        """The name of a file that was kept, nothing when it cannot be read."""
        name = file.attributes.get("name", "").strip()
        if len(self.files.contents) >= MOST_FILES:
            self.error("xml_files_many", file.place, most=MOST_FILES)
            return ""
        content = self._content(file, name)
        return "" if content is None else self.files.add(name or "file", content)

    def _content(self, file: Element, name: str) -> bytes | None:
        if file.attributes.get("encoding", "base64") == "base64":
            try:
                return binascii.a2b_base64("".join(file.text.split()), strict_mode=True)
            except (binascii.Error, ValueError):
                pass
        self.error("xml_file_broken", file.place, name=name[:80])
        return None

    def put(self, target: dict[str, Any], key: str, element: Element | None) -> None:
        """A text with its format where that is not the question's."""
        target[key] = self.text(element)
        if element is None:
            return
        form = self.format_of(element, self.text_format)
        if target[key] and form != self.text_format:
            target["format" if key in ("text", "stem") else f"{key}_format"] = form

    def answers(self, tag: str = "answer") -> list[Element]:
        """The list of answers, its places kept for what is found later."""
        found = list(self.element.all(tag))
        self.places["answers"] = [element.place for element in found]
        return found


def words_of(element: Element) -> str:
    """The words of an element, or of the `<text>` in it, on one line."""
    return " ".join((element.child("text") or element).text.split())


def option(source: Source, answer: Element, *, key: str = "text") -> dict[str, Any]:
    """Text, weight and feedback of one answer."""
    found: dict[str, Any] = {}
    source.put(found, key, answer)
    found["fraction"] = source.fraction(answer)
    source.put(found, "feedback", answer.child("feedback"))
    return found


def bare_option(source: Source, answer: Element) -> dict[str, Any]:
    """The same for what is typed: it has no format."""
    found: dict[str, Any] = {"text": source.text(answer), "fraction": source.fraction(answer)}
    source.put(found, "feedback", answer.child("feedback"))
    return found


def label(raw: str, key: str) -> dict[str, Any]:
    """A short text that is plain unless it holds tags."""
    if TAG.search(raw):
        return {key: raw, "format" if key == "text" else f"{key}_format": "html"}
    return {key: html.unescape(raw).strip()}


def only(values: Mapping[str, str], said: str, usual: str) -> str:
    """The value for one of the reference's words."""
    return values.get(said.strip().lower(), usual)
