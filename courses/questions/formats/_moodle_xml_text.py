"""The parts of a Moodle XML file that is being written: values, texts, and files beside their texts."""

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from courses.questions.formats._base import Draft
from courses.questions.formats._cloze_codes import number
from courses.questions.formats._moodle_xml_source import FORMATS, PLUGIN_FILE
from courses.questions.rules import COMBINED

Holder = Mapping[str, Any]

FORMAT_NAMES = {ours: theirs for theirs, ours in FORMATS.items()}
_STRANGE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile("[<>&]")


class Writer:
    """The lines of one question; files are written beside the text that names them."""

    def __init__(self, draft: Draft) -> None:
        self.question: Holder = draft.question
        self.text_format: str = draft.question.get("text_format", "markdown")
        self.lines: list[str] = []
        self.contents: dict[str, bytes] = {
            name: draft.files[file["key"]]
            for name, file in sorted((draft.question.get("files") or {}).items())
            if file["key"] in draft.files
        }
        names = sorted(self.contents, key=len, reverse=True)
        self.named = re.compile(rf"(?<!\w)file:({'|'.join(map(re.escape, names))})(?![\w-]|\.\w)")
        self.written: set[str] = set()

    def line(self, depth: int, line: str) -> None:
        self.lines.append("  " * depth + line)

    def value(self, depth: int, tag: str, value: str | float | bool) -> None:
        """A short value: a word, a number, or a switch."""
        shown = int(value) if isinstance(value, bool) else value
        text = shown if isinstance(shown, str) else number(shown)
        self.line(depth, f"<{tag}>{cdata(' '.join(text.split()))}</{tag}>")

    def worded(self, depth: int, tag: str, text: str) -> None:
        """A short text in a `<text>` of its own."""
        self.line(depth, f"<{tag}><text>{cdata(' '.join(text.split()))}</text></{tag}>")

    def text(self, depth: int, tag: str, holder: Holder, key: str, *, attributes: str = "") -> None:
        """A text with its format, and the files it names."""
        self.open_text(depth, tag, holder, key, attributes=attributes)
        self.line(depth, f"</{tag}>")

    def open_text(self, depth: int, tag: str, holder: Holder, key: str, *, attributes: str = "") -> None:
        """The same without its end, for what else belongs into the element."""
        own = "format" if key in ("text", "stem") else f"{key}_format"
        form = FORMAT_NAMES[holder.get(own) or self.text_format]
        self.line(depth, f'<{tag}{attributes} format="{form}">')
        self.bare_text(depth + 1, holder.get(key) or "")

    def bare_text(self, depth: int, text: str) -> None:
        names = set(self.named.findall(text)) if self.contents else set()
        if names:
            text = self.named.sub(lambda found: f"{PLUGIN_FILE}/{quote(found[1])}", text)
        self.line(depth, f"<text>{cdata(text)}</text>")
        for name in sorted(names):
            self.file(depth, name)

    def file(self, depth: int, name: str) -> None:
        if name in self.contents:
            content = base64.b64encode(self.contents[name]).decode()
            self.line(depth, f'<file name={_attribute(name)} path="/" encoding="base64">{content}</file>')
            self.written.add(name)

    def percent(self, fraction: float) -> str:
        """The weight as an attribute, in percent with the digits that the reference writes."""
        shown = f"{fraction * 100:.5f}".rstrip("0").rstrip(".")
        return f' fraction="{"0" if shown == "-0" else shown}"'


def cdata(text: str) -> str:
    """A text as it must stand between two tags; `]]>` would end a CDATA section and is cut in two."""
    text = _STRANGE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not _SPECIAL.search(text):
        return text
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _attribute(text: str) -> str:
    return quoteattr(_STRANGE.sub("_", text), {"\n": "_", "\t": "_"})


def combined(writer: Writer, question: Holder) -> None:
    """What is said by the result."""
    for key in COMBINED:
        if question.get(key):
            writer.text(2, key.replace("_", ""), question, key)
