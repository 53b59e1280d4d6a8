"""How a person's name is written: the letters it may have, and slips that are put right or pointed out."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 100
PARTS = ("family_name", "given_name", "patronymic")
INVISIBLE = dict.fromkeys(
    map(ord, "\x00\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff")
)
SAME_MARK = str.maketrans({**dict.fromkeys("‐‑‒–—−", "-"), **dict.fromkeys("’‘ʼʹ`´′", "'")})
LATIN = "A-Za-zÀ-ÖØ-öø-ſȘ-ț"
CYRILLIC = "Ѐ-ԯ"
ALLOWED = re.compile(rf"[{LATIN}{CYRILLIC} '.()\-]+")
LATIN_LETTER = re.compile(f"[{LATIN}]")
CYRILLIC_LETTER = re.compile(f"[{CYRILLIC}]")
LATIN_TWINS = "ABCEHKMOPTXacekopxy"
CYRILLIC_TWINS = "АВСЕНКМОРТХасекорху"
TO_CYRILLIC = str.maketrans(LATIN_TWINS, CYRILLIC_TWINS)
TO_LATIN = str.maketrans(CYRILLIC_TWINS, LATIN_TWINS)
FIRST_LETTER = re.compile(rf"(?:^|[ \-(])[{LATIN}{CYRILLIC}](?:'[{LATIN}{CYRILLIC}])?")
SMALL_WORDS = frozenset(
    {"оглы", "кызы", "улы", "углы", "гызы", "ибн", "бен", "фон", "ван", "де", "дер", "ди", "да"}
)


@dataclass(frozen=True, slots=True)
class NameProblem:
    """What is wrong with a written name; `suggestion` is the spelling that was probably meant."""

    code: str
    suggestion: str = ""


def clean_name(text: str) -> str:
    """The name in its stored form: NFC, no invisible letters, single spaces, plain hyphens and apostrophes.

    A name typed all in capitals or all in small letters gets capitals where a name has them: after a hyphen,
    after the apostrophe of «О'Нил» (not of «Лук'янов»), and not on the small word of «Гейдар оглы».
    """
    plain = unicodedata.normalize("NFC", text).translate(INVISIBLE).translate(SAME_MARK)
    plain = re.sub(r" *-+ *", "-", " ".join(plain.split())).strip("- ")
    if len(plain) > 1 and (plain.isupper() or plain.islower()):
        return _with_capitals(plain.lower())
    return plain


def name_problem(text: str, *, required: bool = True) -> NameProblem | None:
    """What is wrong with a name that `clean_name` has cleaned, or None."""
    if not text:
        return NameProblem("required") if required else None
    if len(text) > LONGEST:
        return NameProblem("too_long")
    if not ALLOWED.fullmatch(text):
        return NameProblem("letters_only")
    latin, cyrillic = LATIN_LETTER.search(text), CYRILLIC_LETTER.search(text)
    if not latin and not cyrillic:
        return NameProblem("letters_only")
    if latin and cyrillic:
        suggestion = in_one_alphabet(text)
        return NameProblem("look_alike", suggestion) if suggestion else NameProblem("two_alphabets")
    return None


def name_problems(parts: Mapping[str, str]) -> dict[str, NameProblem]:
    """What is wrong with a whole name, by part; a Latin look-alike beside Cyrillic parts is found too."""
    found = {}
    for part in PARTS:
        problem = name_problem(parts[part], required=part != "patronymic")
        if problem:
            found[part] = problem
    if any(CYRILLIC_LETTER.search(parts[part]) for part in PARTS):
        for part in PARTS:
            suggestion = parts[part].translate(TO_CYRILLIC)
            if part not in found and LATIN_LETTER.search(parts[part]) and not LATIN_LETTER.search(suggestion):
                found[part] = NameProblem("look_alike", suggestion)
    return found


def in_one_alphabet(text: str) -> str:
    """The mixed word with its look-alike letters exchanged, or «» when that does not make it whole."""
    cyrillic = text.translate(TO_CYRILLIC)
    if not LATIN_LETTER.search(cyrillic):
        return cyrillic
    latin = text.translate(TO_LATIN)
    return "" if CYRILLIC_LETTER.search(latin) else latin


def in_full(family_name: str, given_name: str, patronymic: str) -> str:
    """«Иванова Мария Петровна»."""
    return " ".join(part for part in (family_name, given_name, patronymic) if part)


def in_short(family_name: str, given_name: str, patronymic: str) -> str:
    """«Иванова М. П.» with no-break spaces."""
    initials = [f"{part[0]}." for part in (given_name, patronymic) if part]
    return "\u00a0".join([family_name, *initials])


def search_key(*parts: str) -> str:
    """The parts as they are searched and sorted: NFC, casefolded, ё as е."""
    whole = unicodedata.normalize("NFC", " ".join(part for part in parts if part).translate(INVISIBLE))
    return whole.casefold().replace("ё", "е")[:320]


def _with_capitals(name: str) -> str:
    """A name in small letters with its capitals; a small word that is the whole name is a name like any."""
    words = name.split(" ")
    beside_others = any(word not in SMALL_WORDS for word in words)
    return " ".join(word if beside_others and word in SMALL_WORDS else _capitalised(word) for word in words)


def _capitalised(word: str) -> str:
    return FIRST_LETTER.sub(lambda found: "".join(sign.upper()[:1] for sign in found.group()), word)
