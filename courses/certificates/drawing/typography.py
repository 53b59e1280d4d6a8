"""Words on lines: normalising, which characters cannot be printed, and fitting any text into a given width."""

import re
import unicodedata
from dataclasses import dataclass

from courses.certificates.drawing.fonts import FILES, Typeface, load

SHORT_WORD = re.compile(r"[^\W\d_]{1,2}")
QUOTED = (("«", "»"), ("“", "”"), ('"', '"'), ("„", "“"))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of one text at the size (points) at which each of them fits."""

    lines: tuple[str, ...]
    size: float


def normalise(text: str) -> str:
    """Text as it is printed: composed letters, single spaces, nothing invisible; fixed spaces stay fixed."""
    composed = unicodedata.normalize("NFC", text).replace("\u202f", "\u00a0")
    spaced = "".join(" " if c in "\t\n\v\f\r\u2028\u2029" else c for c in composed)
    visible = "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf"})
    return re.sub(r" +", " ", visible).strip(" \u00a0")


def missing_glyphs(text: str) -> set[str]:
    """Characters of `text` that certificates cannot print in every one of their typefaces."""
    return set(normalise(text)) - _printable()


def quote(title: str, language: str) -> str:
    """A title in quotation marks of its language, inner «ёлочки» turned into „лапки“; left alone if quoted."""
    if any(title.startswith(opening) and title.endswith(closing) for opening, closing in QUOTED):
        return title
    if language == "en":
        return f"“{title}”"
    return "«" + title.replace("«", "„").replace("»", "“") + "»"


def fit(text: str, face: Typeface, *, width: float, size: float, floor: float, max_lines: int) -> Fitted:
    """The fewest lines on which `text` fits `width` at `floor` points or more; if none do, it shrinks further.

    One line is shrunk from `size` to `floor` first, then two balanced lines, and so on up to `max_lines`.
    """
    words = _words(text)
    fitted = Fitted((text,), size)
    for count in range(1, max_lines + 1):
        lines = _balanced(words, face, count)
        fitted = Fitted(lines, _largest_size(lines, face, width, size))
        if fitted.size >= floor:
            return fitted
    pieces = _words(text, after_hyphens=True)
    broken = _balanced(pieces, face, max_lines)
    return max(fitted, Fitted(broken, _largest_size(broken, face, width, size)), key=lambda found: found.size)


def _printable() -> frozenset[str]:
    return frozenset.intersection(*(frozenset(load(name).glyphs) for name in FILES))


def _largest_size(lines: tuple[str, ...], face: Typeface, width: float, size: float) -> float:
    widest = max(face.width(line) for line in lines)
    return size if widest * size <= width else width / widest * 0.9999  # rounding must not push it out


def _words(text: str, *, after_hyphens: bool = False) -> list[str]:
    """Unbreakable pieces, each with its trailing space; a short word never ends a line, a dash never starts one."""
    pattern = r"[^ ]*?-+(?=[^ -])|[^ ]+ ?" if after_hyphens else r"[^ ]+ ?"
    pieces: list[str] = []
    for piece in re.findall(pattern, text):
        if pieces and (_ends_with_short_word(pieces[-1]) or piece.strip() in {"—", "–"}):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _ends_with_short_word(piece: str) -> bool:
    """A preposition that should not be left hanging; chains of short words may break all the same."""
    return len(piece) < 12 and SHORT_WORD.fullmatch(piece[:-1].rpartition(" ")[2]) is not None and piece[-1] == " "


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
