"""What may be printed on a certificate, what its number looks like, and what state it is in."""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from courses.catalogue import CourseKind
from courses.texts import N_

SHORTEST_REASON = 10
LONGEST_REASON = 500
LONGEST_SEARCH_KEY = 700

PREFIXES = {
    CourseKind.COURSE: "СТ",
    CourseKind.SEMINAR: "СМ",
    CourseKind.MASTER_CLASS: "МК",
    CourseKind.WORKSHOP: "ПМ",
}
HOURS_ALREADY_SAID = re.compile(r"[\s,]*(?:в\s+)?объ[её]м\w*\s+\d+\s+(?:академическ\w+\s+)?час\w*\.?", re.I)
DASHES = re.compile("[‐‑‒–—−]")
QUOTED = re.compile(r"«[^«»]+»|“[^“”]+”")

SURELY_PRINTABLE = frozenset(
    "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;!?()-'\"«»„“—–№\u00a0"
)

REFUSAL_SENTENCES = {
    "no_name": N_("Не выпущен: у слушателя нет имени."),
    "name_cannot_be_printed": N_("Не выпущен: в имени есть знак, которого нет в шрифтах: %(glyphs)s."),
    "words_cannot_be_printed": N_(
        "Не выпущен: в тексте курса есть знак, которого нет в шрифтах: %(glyphs)s."
    ),
    "issuer_cannot_be_printed": N_(
        "Не выпущен: в названии организации или имени руководителя есть знак, которого нет в шрифтах:"
        " %(glyphs)s. Исправьте настройки."
    ),
    "image_cannot_be_printed": N_(
        "Не выпущен: не открывается изображение печати или подписи: %(file)s. Нужен PNG или JPEG до 5 МБ."
    ),
    "forbidden_words": N_(
        "Не выпущен: в тексте сертификата стоит «%(words)s», а это не документ о квалификации."
    ),
}


class State(StrEnum):
    """What became of a certificate. While it is printing it has its number, but nobody holds it yet."""

    VALID = "valid"
    PRINTING = "not_printed_yet"
    REVOKED = "revoked"
    REPLACED = "replaced"


STATE_NAMES = {
    State.VALID: N_("Действителен"),
    State.PRINTING: N_("Готовится"),
    State.REVOKED: N_("Аннулирован"),
    State.REPLACED: N_("Заменён"),
}


class Stands(Protocol):
    """What `state_of` needs to know of a certificate; a row of a query will do."""

    @property
    def file_key(self) -> str | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...
    @property
    def replaced_at(self) -> datetime | None: ...


def state_of(certificate: Stands) -> State:
    """The one word for a certificate's state."""
    if certificate.replaced_at is not None:
        return State.REPLACED
    if certificate.revoked_at is not None:
        return State.REVOKED
    return State.VALID if certificate.file_key is not None else State.PRINTING


def prefix_of(kind: CourseKind, chosen: str = "") -> str:
    """The letters of the series: the installation's own, else those of the kind of course."""
    return chosen or PREFIXES[kind]


def year_of(moment: datetime, zone: str) -> int:
    """The year on the organisation's calendar: just after midnight in Moscow it is already the next."""
    return moment.astimezone(ZoneInfo(zone)).year


def number_text(year: int, prefix: str, number: int) -> str:
    """«2026-СТ-00001»."""
    return f"{year}-{prefix}-{number:05d}"


def fold(text: str) -> str:
    """The text as it is searched and compared: casefolded, ё as е, all dashes alike, single spaces."""
    composed = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return " ".join(DASHES.sub("-", composed).split())


def search_key(*parts: str) -> str:
    """What the register is searched by."""
    return fold(" ".join(parts))[:LONGEST_SEARCH_KEY]


def unusual(text: str) -> bool:
    """Whether the fonts must be asked: nearly every text is made of letters known to be there."""
    return not SURELY_PRINTABLE.issuperset(text)


def around_title(text: str, title: str) -> tuple[str, str]:
    """A certificate's wording without the course's title and hours, which are printed on lines of their own.

    «за участие в семинаре «Сеть» объёмом 4 часа» becomes («за участие в семинаре», «»); what else follows
    the title is the second part.
    """
    for phrase in (f"«{title}»", f"“{title}”", *(found.group() for found in QUOTED.finditer(text))):
        if phrase in text and fold(phrase[1:-1]) in fold(title):
            before, _, after = text.partition(phrase)
            return before.strip(" ,"), HOURS_ALREADY_SAID.sub("", after, count=1).strip(" ,.")
    return HOURS_ALREADY_SAID.sub("", text, count=1).strip(" ,"), ""
