"""Reading XML from strangers: small trees with places, one at a time, without entities of their own.

The standard library's expat does the work. A document type is refused where it begins, so nothing can grow by
itself or be fetched from elsewhere; depth, parts and characters are counted before anything is kept.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from courses.questions.formats._base import MAX_QUESTION
from courses.questions.formats._reading import Problems, decoded

MAX_DEPTH = 30
MAX_ELEMENTS = 20_000  # within one part
MAX_CHUNKS = 400_000  # the pieces in which its text arrives: by lines and by entities
BULKY = frozenset({"file", "image_base64"})  # what they hold is no text of a question

_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_UTF_8 = ("", "utf-8", "utf8", "us-ascii", "ascii")
_OTHERS = {
    **{f"windows-125{number}": f"cp125{number}" for number in range(9)},
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (1, 2, 5, 9, 13, 15)},
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "utf-16": "utf-16",
}
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class Element:
    """A piece of the file with its place, counted from 1."""

    tag: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    starts: list[tuple[int, int, int]] = field(default_factory=list)  # offset in the text, line, column

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def place(self) -> tuple[int, int]:
        return self.line, self.column

    def child(self, tag: str) -> "Element | None":
        return next(self.all(tag), None)

    def all(self, tag: str) -> Iterator["Element"]:
        return (child for child in self.children if child.tag == tag)

    def place_of(self, offset: int) -> tuple[int, int]:
        """Where in the file this character of the text stands, whatever it is written with."""
        number = bisect_right(self.starts, (offset, 1 << 60, 0)) - 1
        if number < 0:
            return self.place
        start, line, column = self.starts[number]
        return line, column + offset - start


def read_parts(data: bytes, root: str, take: Callable[[Element], bool], problems: Problems) -> None:
    """Give every child of the one root to `take`, until it says no or something is wrong."""
    text = _decoded(data, problems)
    if not problems.found or text:
        _Parts(root, take, problems).parse(text)


def _decoded(data: bytes, problems: Problems) -> str:
    """The text, in the encoding that its first line names."""
    found = _DECLARED.match(data)
    name = found[1].decode().lower() if found else ""
    if data.startswith(_UTF_16_MARKS):
        name = "utf-16"
    if name in _UTF_8 or (name.startswith("utf-16") and not data.startswith(_UTF_16_MARKS)):
        return decoded(data, problems)
    try:
        text = data.decode(_OTHERS[name])
    except (KeyError, UnicodeDecodeError):
        problems.add("xml_encoding", 1, 1, name=name)
        return ""
    return decoded(text.encode(), problems)


class _Stop(Exception):
    """The rest of the file is not worth reading; why has been said."""


class _Parts:
    """One pass over a file; what is finished is given away and forgotten."""

    def __init__(self, root: str, take: Callable[[Element], bool], problems: Problems) -> None:
        self.root, self.take, self.problems = root, take, problems
        self.open: list[Element] = []
        self.depth = self.elements = self.characters = self.chunks = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.StartDoctypeDeclHandler = self.doctype

    def parse(self, text: str) -> None:
        try:
            self.parser.Parse(text.encode(), True)
        except _Stop:
            return
        except expat.ExpatError as error:
            line, column = error.lineno, error.offset + 1
            if error.code == _UNDEFINED_ENTITY:
                self.problems.add("xml_entity", line, column)
            else:
                self.problems.add("xml_broken", line, column)

    def here(self) -> tuple[int, int]:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def doctype(self, *_: Any) -> None:
        self.problems.add("xml_doctype", *self.here())
        raise _Stop

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            if tag != self.root:
                self.problems.add("xml_other_root", *self.here(), tag=tag[:40], root=self.root)
                raise _Stop
            return
        self.elements = 1 if self.depth == 2 else self.elements + 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            self.problems.add("xml_too_deep", *self.here())
            raise _Stop
        element = Element(tag, attributes, *self.here())
        if self.depth == 2:
            self.characters = self.chunks = 0
        else:
            self.open[-1].children.append(element)
        self.open.append(element)

    def data(self, text: str) -> None:
        """Keep a text with its place. What is too long is counted and no longer kept."""
        if not self.open:
            return
        element, blank = self.open[-1], text.isspace()
        bulky = element.tag in BULKY
        if blank and bulky:
            return
        self.chunks += 1
        self.characters += 0 if blank or bulky else len(text)
        if self.too_long():
            self.parser.CharacterDataHandler = None  # until the part ends
            return
        if not bulky:
            before = element.starts[-1][0] + len(element.pieces[-1]) if element.starts else 0
            element.starts.append((before, *self.here()))
        element.pieces.append(text)

    def too_long(self) -> bool:
        return self.characters > MAX_QUESTION or self.chunks > MAX_CHUNKS

    def end(self, _tag: str) -> None:
        self.depth -= 1
        if not self.open:
            return
        element = self.open.pop()
        if self.open:
            return
        self.parser.CharacterDataHandler = self.data
        if self.too_long():
            self.problems.add("xml_part_too_long", *element.place, most=MAX_QUESTION)
        elif not self.take(element):
            raise _Stop


_UNDEFINED_ENTITY = 11  # expat's number
