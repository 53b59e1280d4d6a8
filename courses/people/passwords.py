"""Passwords: hashed with Argon2id; refused only when short, very common, or made of one's own name."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8
LONGEST = 512
AT_ONCE = 2
LITTLE = 6
LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
SWAPPED = str.maketrans(LATIN_KEYS + CYRILLIC_KEYS, CYRILLIC_KEYS + LATIN_KEYS)
LEET = str.maketrans("@4$0315", "aasoeis")
WALKS = (
    "01234567890", "147258369", "789456123", "abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm",
    "1й2ц3у4к5е6н7г8ш9щ0з", "йфяцычувскамепинртгоь",
)  # fmt: skip
ADJACENT = frozenset(pair for walk in WALKS for run in (walk, walk[::-1]) for pair in pairwise(run))

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turn = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """The password as it is stored. Slow on purpose: call it outside any transaction."""
    with _turn:
        return HASHER.hash(_normal(password))


def password_fits(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the stored hash; as much work when there is no hash to compare with."""
    with _turn:
        try:
            HASHER.verify(stored or _nobodys_hash(), _normal(password)[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def needs_new_hash(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def password_problem(password: str, own_words: Iterable[str] = ()) -> str | None:
    """The code of what is wrong with a new password, or None. No rules about its composition."""
    plain = _normal(password)
    if len(plain) < SHORTEST:
        return "too_short"
    if len(plain) > LONGEST:
        return "too_long"
    low = plain.casefold().replace("ё", "е")
    if any(_is_common(form) for form in {low, low.translate(SWAPPED)}):
        return "too_common"
    return "own_words" if _left_without(low, own_words) < LITTLE else None


def words_of_person(*texts: str) -> set[str]:
    """The words by which somebody would guess this person's password: the name's and the address's."""
    found = re.split(r"[^\w]+", " ".join(texts).casefold().replace("ё", "е"))
    return {word for word in found if len(word) >= 3}


def _left_without(low: str, own_words: Iterable[str]) -> int:
    left = low
    for word in sorted({"кафедра", "kafedra", *own_words}, key=len, reverse=True):
        for form in (word, word.translate(SWAPPED)):
            left = left.replace(form, "")
    return len(left)


def _is_common(low: str) -> bool:
    if low.isdigit() and len(low) < 12:
        return True
    if _is_walk(low) or _repeats(low):
        return True
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", low)
    forms = {low, core, re.sub(r"[\W_]", "", low), re.sub(r"[\W\d_]+$", "", low.translate(LEET))}
    return any(_is_made_of_common(form) and len(low) - len(form) <= LITTLE for form in forms if form)


def _is_made_of_common(text: str) -> bool:
    known = commonest()
    halves = ((text[:at], text[at:]) for at in range(3, len(text) - 2))
    return text in known or any(left in known and right in known for left, right in halves)


def _is_walk(low: str) -> bool:
    steps = list(pairwise(low))
    strange = sum(1 for pair in steps if pair not in ADJACENT and pair[0] != pair[1])
    return strange <= len(low) // 5


def _repeats(low: str) -> bool:
    return any(low == (low[:unit] * len(low))[: len(low)] for unit in range(1, 4))


@cache
def commonest() -> frozenset[str]:
    """The words that the commonest passwords are made of, in Russian and English."""
    text = files("courses.people").joinpath("commonest.txt").read_text(encoding="utf-8")
    return frozenset(
        word.replace("ё", "е") for line in text.splitlines() if line[:1] != "#" for word in line.split()
    )


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
