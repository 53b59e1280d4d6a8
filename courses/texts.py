"""Words in the reader's language: translations, plurals, dates and numbers, for pages, mail and paper.

The source strings are Russian; the English catalogue translates them. Both live in `templates/locale`.
"""

import gettext as standard_gettext
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("ru", "en")
LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "templates" / "locale"
DOMAIN = "kafedra"
NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
IN_WORDS = {"ru": "d MMMM y\u00a0'года'", "en": "d MMMM y"}


class Texts:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = standard_gettext.translation(
            DOMAIN, localedir=LOCALE_FOLDER, languages=[language], fallback=True
        )

    def gettext(self, message: str, **values: object) -> str:
        """The message in this language, with `%(name)s` filled in."""
        text = self._catalogue.gettext(message) if message else ""
        return text % values if values else text

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """The form that fits `number`; Russian has three, from the catalogue. `%(num)d` is the number."""
        return self._catalogue.ngettext(one, many, number) % {"num": number, **values}

    def pgettext(self, context: str, message: str, **values: object) -> str:
        """The message as it reads in this context."""
        text = self._catalogue.pgettext(context, message)
        return text % values if values else text

    def long_date(self, day: date | datetime, zone: str = "Europe/Moscow") -> str:
        """«22 ноября 2026 г.» with ordinary no-break spaces, which every font has."""
        return _day(_local(day, zone), "long", self.language)

    def date_in_words(self, day: date | datetime, zone: str = "Europe/Moscow") -> str:
        """«22 ноября 2026 года», “22 November 2026”: as it is printed on a document."""
        return self._day_pattern(day, zone, IN_WORDS["ru" if self.language == "ru" else "en"])

    def period_in_words(self, first: datetime, last: datetime, zone: str = "Europe/Moscow") -> str:
        """«3 ноября 2026 года», «с 1 по 30 ноября 2026 года», «с 28 октября по 3 ноября 2026 года».

        What both days share is said once. The second is «второе», so it takes «со».
        """
        starts, ends = _local(first, zone), _local(last, zone)
        if starts == ends:
            return self.date_in_words(last, zone)
        if starts.year != ends.year:
            said = self.date_in_words(first, zone)
        else:
            said = self._day_pattern(first, zone, "d" if starts.month == ends.month else "d MMMM")
        pattern = N_("со %(first)s по %(last)s") if starts.day == 2 else N_("с %(first)s по %(last)s")
        return self.gettext(pattern, first=said, last=self.date_in_words(last, zone))

    def _day_pattern(self, day: date | datetime, zone: str, pattern: str) -> str:
        return _day(_local(day, zone), pattern, self.language)

    def short_date(self, day: date | datetime, zone: str = "Europe/Moscow") -> str:
        """«22.11.2026» in Russian, «22 Nov 2026» in English."""
        return self._day_pattern(day, zone, "dd.MM.yyyy" if self.language == "ru" else "d MMM yyyy")

    def date_time(self, moment: datetime, zone: str = "Europe/Moscow") -> str:
        """«22 ноября 2026 г., 14:05»."""
        day = self._day_pattern(moment, zone, "d MMMM y 'г.'" if self.language == "ru" else "d MMMM y")
        return f"{day}, {self.time(moment, zone)}"

    def time(self, moment: datetime, zone: str = "Europe/Moscow", *, seconds: bool = False) -> str:
        """«14:05», or «14:05:09»."""
        return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S" if seconds else "%H:%M")

    def hours(self, number: int) -> str:
        """«36 часов», «21 час», «2 часа»."""
        return self.ngettext("%(num)d час", "%(num)d часов", number).replace(" ", NO_BREAK_SPACE, 1)


@cache
def texts(language: str) -> Texts:
    """The words of `language`; an unknown language reads Russian."""
    return Texts(language if language in LANGUAGES else "ru")


def compile_catalogues() -> int:
    """Turn every .po into the .mo that is read at run time; the number of catalogues written."""
    written = 0
    for source in sorted(LOCALE_FOLDER.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
        written += 1
    return written


def _local(day: date | datetime, zone: str) -> date:
    return day.astimezone(ZoneInfo(zone)).date() if isinstance(day, datetime) else day


@lru_cache(4096)
def _day(day: date, pattern: str, language: str) -> str:
    """A day as the language writes it; pages name the same few days again and again."""
    return _plain_spaces(format_date(day, pattern, locale=language))


def _plain_spaces(text: str) -> str:
    return text.replace(NARROW_SPACE, NO_BREAK_SPACE)


def N2_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - beside N_
    """Mark the two forms of a counted thing where they stand; `ngettext` takes them where they are shown."""
    return one, many


def N_(message: str) -> str:  # noqa: N802 - the customary name of the marker
    """Mark a string for translation where it stands; it is translated where it is shown."""
    return message
