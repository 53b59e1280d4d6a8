"""The public code of a certificate: impossible to guess, easy to type from paper."""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
LETTERS = 16  # of 5 bits each: 80 bits
GROUP = 4
LONGEST_ENTRY = 300

_SAME = {"O": "0", "I": "1", "L": "1"}
_CYRILLIC = dict(zip("АВЕКМНОРСТХУЗІ", "ABEKMH0PCTXY31", strict=True))
_READ = {letter: letter for letter in ALPHABET} | _SAME | _CYRILLIC
_AFTER_PATH = re.compile("[?#]")
_BETWEEN = frozenset(" -‐‑‒–—−_.\t\u00a0")


def new_code() -> str:
    """«7KQ4-M2XP-9RTD-5H3W»: 80 random bits in groups."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)))


def grouped(letters: str) -> str:
    """The letters as they are printed and stored."""
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def read_code(entry: str) -> str | None:
    """The code that somebody typed or pasted, in its stored form; None if it cannot be one.

    Case and separators make no difference, look-alike letters (O and 0, I and 1, Cyrillic А and Latin A) are
    the same, and a whole address of the verification page is understood.
    """
    text = entry[:LONGEST_ENTRY].strip()
    if "/" in text:
        text = _AFTER_PATH.split(text, maxsplit=1)[0].rstrip("/").rpartition("/")[2]
    plain = unicodedata.normalize("NFKC", text).upper()
    letters = [_READ.get(letter) for letter in plain if letter not in _BETWEEN]
    if len(letters) != LETTERS or None in letters:
        return None
    return grouped("".join(letter for letter in letters if letter))
