"""Comparing a short answer with the author's pattern (quiz semantics 3.5), without backtracking."""

import re
from collections.abc import Set
from unicodedata import normalize

from courses.texts import N_

YO, SPACES, QUOTES, DASHES = "yo", "spaces", "quotes", "dashes"
RULES = (YO, SPACES, QUOTES, DASHES)
NOTES = {
    YO: N_("Засчитано: буквы «ё» и «е» мы считаем одинаковыми."),
    SPACES: N_("Засчитано: лишние пробелы не учитываются."),
    QUOTES: N_("Засчитано: вид кавычек не учитывается."),
    DASHES: N_("Засчитано: дефис и тире мы считаем одинаковыми."),
}

REFERENCE_BLANKS = " \t\n\r\0\x0b"  # what the reference trims; our own rule for spaces trims every blank
_STARS = re.compile(r"(?<!\\)\*+")
_LETTERS = str.maketrans("ёЁ", "еЕ")
_QUOTES = str.maketrans(dict.fromkeys("«»„“”‟〝〞＂", '"') | dict.fromkeys("‘’‚‛‹›`´ʼ", "'"))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"))
_BLANKS = re.compile(r"\s+")


def matches(response: str, pattern: str, *, use_case: bool, rules: Set[str] = frozenset()) -> bool:
    """Whether the whole response fits; in a pattern `*` is anything but a line break, `\\*` a star."""
    bits = [bit.replace("\\*", "*") for bit in _STARS.split(normalize("NFC", pattern))]
    text = normalize("NFC", response).strip(REFERENCE_BLANKS)
    if SPACES in rules:
        text = text.strip()
        bits[0], bits[-1] = bits[0].lstrip(), bits[-1].rstrip()
    return _fits(_alike(text, use_case, rules), [_alike(bit, use_case, rules) for bit in bits])


def rules_used(response: str, pattern: str, *, use_case: bool) -> tuple[str, ...]:
    """The rules without which this response would not have matched."""
    everything = frozenset(RULES)
    return tuple(
        rule for rule in RULES if not matches(response, pattern, use_case=use_case, rules=everything - {rule})
    )


def _alike(text: str, use_case: bool, rules: Set[str]) -> str:
    """The text with everything made equal that the rules call equal."""
    if YO in rules:
        text = text.translate(_LETTERS)
    if QUOTES in rules:
        text = text.translate(_QUOTES)
    if DASHES in rules:
        text = text.translate(_DASHES)
    if SPACES in rules:
        text = _BLANKS.sub(" ", text)
    return text if use_case else "".join(map(_small, text))


def _small(letter: str) -> str:
    """The small letter where it is a single one, as the reference's matching folds case."""
    for small in (letter.casefold(), letter.lower()):
        if len(small) == 1:
            return small
    return letter


def _fits(text: str, bits: list[str]) -> bool:
    """Whether the bits follow one another in the text, with no line break in the gaps between them.

    Taking each bit as early as possible is enough: a later place only makes the gap before it longer, and a
    bit that holds a line break itself cannot move at all.
    """
    first, *middle = bits
    if not middle:
        return text == first
    last = middle.pop()
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    place, end = len(first), len(text) - len(last)
    for bit in middle:
        found = text.find(bit, place, end)
        if found < 0 or "\n" in text[place:found]:
            return False
        place = found + len(bit)
    return "\n" not in text[place:end]
