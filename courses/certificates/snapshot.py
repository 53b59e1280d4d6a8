"""Everything that is printed on a certificate, as text in the course's language.

A certificate is this and no more.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from threading import Lock
from typing import Any

from courses.catalogue import Outline
from courses.certificates.attesting import attestation
from courses.certificates.qualification import forbidden_words
from courses.certificates.rules import around_title, unusual
from courses.errors import Invalid
from courses.links import verification_url
from courses.settings import Settings
from courses.texts import N_, Texts, texts

FORMAT = 1
DESIGN = "classic"
GIVEN_FOR = N_("Настоящим сертификатом отмечается")  # «… Иванова Мария Петровна за участие в семинаре»
CERTIFIES_THAT = N_("Настоящий сертификат подтверждает, что")  # «… прошла обучение на семинаре»
FOR = ("за ", "for ")
VOLUME = N_("в объёме %(hours)s")
NOTE = N_("Не является документом о квалификации")
VERIFY_LABEL = N_("Проверить подлинность сертификата:")

Snapshot = dict[str, Any]

_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Words:
    """What a certificate says of one person in one offering, before it has a number."""

    full_name: str
    short_name: str
    outline: Outline
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str


def snapshot_of(said: Words, *, number: str, code: str, settings: Settings, now: datetime) -> Snapshot:
    """The printed texts. The design and the format stay with them, so they are drawn the same for ever."""
    outline = said.outline
    words = texts(outline.language)
    title, text, extra = certificate_texts(outline)
    return {
        "format": FORMAT,
        "design": DESIGN,
        "language": outline.language,
        "kind": outline.kind_name,
        "organisation": organisation_of(settings, words),
        "document_title": title,
        "given_to_label": words.gettext(GIVEN_FOR if text.startswith(FOR) else CERTIFIES_THAT),
        "recipient": said.full_name,
        "recipient_short": said.short_name,
        "text": text,
        "course_title": outline.title,
        "hours": outline.hours,
        "volume": words.gettext(VOLUME, hours=academic_hours(words, outline.hours)),
        "period": period(words, said, now),
        "extra": extra,
        "issued": words.date_in_words(now, settings.time_zone),
        "number": number,
        "note": words.gettext(NOTE),
        "verify_url": verification_url(settings.public_url, code),
        "verify_label": words.gettext(VERIFY_LABEL),
        "code": code,
    }


def certificate_texts(outline: Outline) -> tuple[str, str, str]:
    """The document's title, the line above the course's title, and what the author adds below it."""
    words = texts(outline.language)
    chosen: Mapping[str, str] = outline.description.get("certificate") or {}
    title = chosen.get("title") or words.gettext(outline.kind.certificate_title)
    text = chosen.get("text") or words.gettext(outline.kind.certificate_text, title=outline.title)
    before, after = around_title(text, outline.title)
    return title, before, after


def academic_hours(words: Texts, hours: int) -> str:
    """«36 академических часов», as it stands after «в объёме»."""
    return words.ngettext("%(num)d академического часа", "%(num)d академических часов", hours).replace(
        " ", "\u00a0", 1
    )


def period(words: Texts, said: Words, now: datetime) -> str:
    """When it took place, if it has dates: one day, or from … to …, and never a day that is still to come:
    who is done before the end is told of the days up to the issue."""
    if said.starts_at is None or said.ends_at is None or said.starts_at > now:
        return ""
    return words.period_in_words(said.starts_at, min(said.ends_at, now), said.zone)


def organisation_of(settings: Settings, words: Texts) -> dict[str, str]:
    """The issuer as printed, with what attests it."""
    return {
        "name": settings.organisation,
        "city": settings.organisation_city,
        "licence": settings.licence,
        "head_position": settings.head_position,
        "head_name": settings.head_name,
    } | attestation(settings, words)


def refuse_unprintable(full_name: str, outline: Outline) -> None:
    """Invalid with the reason if this certificate could not be printed as it should."""
    problem = printing_problem(full_name, outline)
    if problem is not None:
        raise problem


def printing_problem(full_name: str, outline: Outline) -> Invalid | None:
    """Why this certificate cannot be printed; None when it can."""
    if not any(letter.isalpha() for letter in full_name):
        return Invalid("no_name")
    if glyphs := _missing(full_name):
        return Invalid("name_cannot_be_printed", glyphs=glyphs)
    return _wording_problem(certificate_texts(outline), outline.title)


def refuse_unprintable_issuer(settings: Settings) -> None:
    """Invalid if the organisation's own words could not be printed: before a number is spent on them."""
    said = (settings.organisation, settings.organisation_city, settings.licence)
    if glyphs := _missing(" ".join((*said, settings.head_position, settings.head_name))):
        raise Invalid("issuer_cannot_be_printed", glyphs=glyphs)


def wording_problem(chosen: Mapping[str, str], title: str) -> Invalid | None:
    """Why nobody could get a certificate with the author's `title` and `text` for a course of this title;
    None when everybody can."""
    before, after = around_title(chosen.get("text", ""), title)
    return _wording_problem((chosen.get("title", ""), before, after), title)


def _wording_problem(own: Sequence[str], title: str) -> Invalid | None:
    if words := forbidden_words(own, title=title):
        return Invalid("forbidden_words", words=words)
    if glyphs := _missing(" ".join((*own, title))):
        return Invalid("words_cannot_be_printed", glyphs=glyphs)
    return None


def _missing(text: str) -> str:
    """The characters no font has, readable: a lone mark that joins to its neighbour is shown on a circle."""
    if not unusual(text):
        return ""
    with drawing() as designs:
        return " ".join(sorted(designs.missing_glyphs(text)))


@contextmanager
def drawing() -> Iterator[Any]:
    """The designs, for one thread at a time: their parts are made once and shared, never made twice.

    They are loaded by the first process that draws: with their fonts they take 35 MB, which pages do without.
    """
    with _ONE_AT_A_TIME:
        yield import_module("courses.certificates.designs")
