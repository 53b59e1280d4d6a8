"""Words on lines: normalising, which characters cannot be printed, fitting any text into a given width."""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from courses.certificates.drawing.fonts import FILES, Typeface, load

BREAKS = re.compile("[\t-\r\u2028\u2029]")
SPACES = re.compile(" {2,}")
WORD = re.compile("[^ ]+ ?")
PART_OF_WORD = re.compile("[^ ]*?-+(?=[^ -])|[^ ]+ ?")
SHORT_WORD = re.compile(r"[^\W\d_]{1,2}")
STRAIGHT = re.compile('"([^"]*)"')
MARKS = {"ru": ("«", "»", "„", "“"), "en": ("“", "”", "‘", "’")}  # outer, then inner


UNBROKEN = 0.6  # a text is broken after a hyphen only if it would else be smaller than this part of its floor


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of one text at the size (points) at which each of them fits."""

    lines: tuple[str, ...]
    size: float


def normalise(text: str) -> str:
    """Text as it is printed: composed letters, single spaces, nothing invisible; fixed spaces stay fixed."""
    composed = unicodedata.normalize("NFC", text).replace("\u202f", "\u00a0")
    if not composed.isprintable():
        composed = BREAKS.sub(" ", composed)
        composed = "".join(c for c in composed if unicodedata.category(c) not in {"Cc", "Cf"})
    return SPACES.sub(" ", composed).strip(" \u00a0")


def missing_glyphs(text: str) -> set[str]:
    """Characters of `text` that certificates cannot print in every one of their typefaces."""
    return set(normalise(text)) - _printable()


def quote(title: str, language: str) -> str:
    """A title in its language's quotation marks, inner ones made „лапки“; left alone if quoted as a whole."""
    opening, closing, inner_opening, inner_closing = MARKS["en" if language == "en" else "ru"]
    title = STRAIGHT.sub(rf"{opening}\1{closing}", title)
    if any(_wrapped(title, *pair) for pair in (("«", "»"), ("“", "”"), ("„", "“"))):
        return title
    return opening + title.replace(opening, inner_opening).replace(closing, inner_closing) + closing


def _wrapped(title: str, opening: str, closing: str) -> bool:
    """Whether the mark that opens at the first letter closes at the last one, and not before."""
    if not (title.startswith(opening) and title.endswith(closing)):
        return False
    depths = [*accumulate((c == opening) - (c == closing) for c in title)]
    return 0 not in depths[:-1]


def fit(
    text: str,
    face: Typeface,
    *,
    width: float,
    size: float,
    floor: float,
    max_lines: int,
    tracking: float = 0.0,
) -> Fitted:
    """The fewest lines on which `text` fits `width` at `floor` points or more; else it shrinks further.

    One line is shrunk from `size` to `floor` first, then two balanced lines, and so on up to `max_lines`.
    """
    fitted = Fitted((text,), _largest_size((text,), face, width, size, tracking))
    words = _words(text) if fitted.size < floor else []
    for count in range(2, max_lines + 1 if words else 0):
        lines = _balanced(words, face, count)
        fitted = Fitted(lines, _largest_size(lines, face, width, size, tracking))
        if fitted.size >= floor:
            break
    if fitted.size >= floor * UNBROKEN:
        return fitted
    lines = _balanced(_words(text, after_hyphens=True), face, max_lines)
    return Fitted(lines, _largest_size(lines, face, width, size, tracking))


@cache
def _printable() -> frozenset[str]:
    return frozenset.intersection(*(frozenset(load(name).glyphs) for name in FILES))


def _largest_size(
    lines: tuple[str, ...], face: Typeface, width: float, size: float, tracking: float
) -> float:
    """`size`, or what the widest line needs, rounded down to the hundredths that are written to the file."""
    widest = max(face.width(line, tracking) for line in lines)
    return size if widest * size <= width else math.floor(width / widest * 100) / 100


def _words(text: str, *, after_hyphens: bool = False) -> list[str]:
    """Unbreakable pieces, each with its trailing space.

    A short word never ends a line and a dash never starts one.
    """
    pieces: list[str] = []
    for piece in (PART_OF_WORD if after_hyphens else WORD).findall(text):
        if pieces and (_ends_with_short_word(pieces[-1]) or piece.strip() in {"—", "–"}):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _ends_with_short_word(piece: str) -> bool:
    """A preposition that should not be left hanging; chains of short words may break all the same."""
    last = piece[:-1].rpartition(" ")[2]
    return len(piece) < 12 and piece.endswith(" ") and SHORT_WORD.fullmatch(last) is not None


def _balanced(pieces: list[str], face: Typeface, count: int) -> tuple[str, ...]:
    """At most `count` lines whose widest is as narrow as possible."""
    widths = [face.width(piece) for piece in pieces]
    limit = max(sum(widths) / count, max(widths, default=0.0))
    while True:
        lines, next_limit = _greedy(pieces, widths, limit)
        if len(lines) <= count:
            return tuple(line.rstrip(" ") for line in lines) or ("",)
        limit = next_limit


def _greedy(pieces: list[str], widths: list[float], limit: float) -> tuple[list[str], float]:
    """Fill lines up to `limit`; also the least limit at which the first refused piece would have fitted."""
    lines: list[str] = []
    used, refused = 0.0, float("inf")
    for piece, width in zip(pieces, widths, strict=True):
        if lines and used + width <= limit + 1e-9:
            lines[-1] += piece
            used += width
            continue
        if lines:
            refused = min(refused, used + width)
        lines.append(piece)
        used = width
    return lines, refused
