"""The letters of GIFT: escapes, formats, weights, and where in the file everything stands."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from courses.questions.formats._base import MAX_QUESTION
from courses.questions.formats._reading import Problems

FORMATS = ("moodle", "html", "plain", "markdown")
SPECIAL = ":#={}~"

# An escaped sign becomes a noncharacter and a filler, so that every place keeps its number. Noncharacters of
# the file itself are replaced before.
_FILLER = "\ufddf"
_SIGNS = {sign: chr(0xFDD0 + number) for number, sign in enumerate(":#={}~n\\>")}
_BACK = str.maketrans(
    {mark: ("\n" if sign == "n" else sign) for sign, mark in _SIGNS.items()} | {_FILLER: ""}
)
_ESCAPE = re.compile(r"\\([\\:#={}~n])|(?<=-)\\(>)")
_OUT = str.maketrans({**{sign: f"\\{sign}" for sign in SPECIAL + "\\"}, "\n": "\\n"})

# The percentages that the reference's editor offers; a third can only be written rounded.
ENDLESS = (83.33333, 66.66667, 33.33333, 16.66667, 14.28571, 11.11111)
ALLOWED = (*ENDLESS, 100.0, 90.0, 80.0, 75.0, 70.0, 60.0, 50.0, 40.0, 30.0, 25.0, 20.0, 12.5, 10.0, 5.0, 0.0)
TOLERANCE = 0.00001  # the reference's, in percent
_WEIGHT = re.compile(r"%(-?)([0-9]{1,2})(\.?)([0-9]{0,20})%")


def protected(text: str) -> str:
    """The text with escapes made harmless, each still two characters long."""
    return _ESCAPE.sub(lambda found: _SIGNS[found[1] or found[2]] + _FILLER, text)


def unprotected(text: str) -> str:
    """The text as the author meant it."""
    return text.translate(_BACK)


def escaped(text: str, *, arrows: bool = False) -> str:
    """The text as it must stand in a file. GIFT has no way to write `->` in a pair; `-\\>` is ours."""
    out = text.replace("\r\n", "\n").replace("\r", "\n").translate(_OUT)
    return out.replace("->", "-\\>") if arrows else out


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the protected text of one item."""

    source: str
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source[self.start : self.end]

    def stripped(self) -> "Span":
        text = self.text
        start = self.start + len(text) - len(text.lstrip())
        return Span(self.source, start, max(start, self.start + len(text.rstrip())))

    def find(self, sign: str) -> int:
        return self.source.find(sign, self.start, self.end)

    def before(self, place: int) -> "Span":
        return Span(self.source, self.start, place)

    def after(self, place: int) -> "Span":
        return Span(self.source, place, self.end)

    def split(self, sign: str, most: int = -1) -> list["Span"]:
        """The stretches between the signs."""
        spans, start = [], self.start
        while most != 0 and (place := self.source.find(sign, start, self.end)) >= 0:
            spans.append(Span(self.source, start, place))
            start, most = place + len(sign), most - 1
        return [*spans, Span(self.source, start, self.end)]


@dataclass
class Item:
    """The lines between two blank ones: trimmed, without comments, escapes protected."""

    problems: Problems
    text: str
    starts: list[int]
    lines: list[int]
    indents: list[int]
    comments: list[str]
    first_line: int
    whole: bool = True  # what is too long is not even looked at

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file, from 1."""
        if not self.starts:
            return self.first_line, 1
        number = max(0, bisect_right(self.starts, offset) - 1)
        return self.lines[number], self.indents[number] + offset - self.starts[number] + 1

    def error(self, code: str, offset: int, **details: Any) -> None:
        self.problems.add(code, *self.place(offset), "error", **details)

    def warn(self, code: str, offset: int, **details: Any) -> None:
        self.problems.add(code, *self.place(offset), "warning", **details)


def items(text: str, problems: Problems) -> Iterator[Item]:
    """The items of a file. Unlike in the reference a line «0» does not split: it may be an item to order."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line.strip():
            lines.append((number, line))
        elif lines:
            yield _item(lines, problems)
            lines = []
    if lines:
        yield _item(lines, problems)


def _item(lines: list[tuple[int, str]], problems: Problems) -> Item:
    kept: list[str] = []
    item = Item(problems, "", [], [], [], [], lines[0][0])
    offset = 0
    for number, line in lines:
        bare = line.strip()
        if bare.startswith("//"):
            item.comments.append(bare)
            continue
        kept.append(bare)
        item.starts.append(offset)
        item.lines.append(number)
        item.indents.append(len(line) - len(line.lstrip()))
        offset += len(bare) + 1
    item.whole = offset <= MAX_QUESTION + 1
    item.text = protected("\n".join(kept)) if item.whole else ""
    return item


def formatted(span: Span, default: str) -> tuple[str, str]:
    """A text and its format; a name in brackets that is no format belongs to the text."""
    span = span.stripped()
    text, own = span.text, default
    if text.startswith("["):
        name = text[1 : text.find("]", 0, 12)]
        if name in FORMATS:
            text, own = text[len(name) + 2 :], name
    return unprotected(text).strip(), own


def bracketed(text: str) -> bool:
    """Whether the text begins like a format and would lose that when read again."""
    return any(text.startswith(f"[{name}]") for name in FORMATS)


def weighed(item: Item, span: Span, default: float) -> tuple[float, Span]:
    """The fraction that stands before an answer, and the answer after it."""
    if not span.text.startswith("%"):
        return default, span
    found = _WEIGHT.match(span.source, span.start, span.end)
    if found is None:
        if span.source.find("%", span.start + 1, min(span.end, span.start + 20)) > 0:
            item.warn("weight_unrecognised", span.start, text=unprotected(span.text)[:40])
        return default, span
    sign, whole, point, rest = found.groups()
    digits = f"{whole}.{rest}" if point else f"{whole}{rest}"
    rest_span = span.after(found.end())
    percent = float(digits)
    if percent > 100:
        item.error("weight_out_of_range", span.start, weight=f"{sign}{digits}")
        return default, rest_span
    fraction = round(_meant(item, span.start, percent, len(rest) if point else 0) / 100, 7)
    return (-fraction if sign and fraction else fraction), rest_span


def _meant(item: Item, offset: int, percent: float, digits: int) -> float:
    """A third written 33, 33.3 or 33.33 is a third: the right answers of a question must reach the whole."""
    if any(abs(percent - allowed) < TOLERANCE for allowed in ALLOWED):
        return percent
    meant = endless(percent, digits)
    if meant is None:
        item.warn("weight_unusual", offset, weight=f"{percent:g}")
        return percent
    item.warn("weight_rounded", offset, weight=f"{percent:g}", meant=f"{meant:.7g}")
    return meant


def endless(percent: float, digits: int) -> float | None:
    """The endless fraction that this is, rounded or cut to so many digits."""
    step = 10.0**-digits
    for allowed in ENDLESS:
        if digits < 5 and (round(allowed, digits) == percent or 0 <= allowed - percent < step):
            return allowed
    return None
