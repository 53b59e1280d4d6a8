"""The catalogue in words: dates of an offering, the options of the form, the chips, the cards."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import current_app, url_for
from markupsafe import Markup

from app import covers
from app.templating import language, words
from courses.catalogue import KINDS, SUBJECTS, Filters, Shelf
from courses.texts import N_

HOURS = {"upto8": N_("до 8"), "9to24": N_("9–24"), "25to72": N_("25–72"), "from73": N_("73 и больше")}
WHEN = {
    "anytime": N_("В любое время"),
    "this_month": N_("В этом месяце"),
    "next_month": N_("В следующем месяце"),
    "later": N_("Позже"),
}
SORTS = {
    "": N_("по соответствию запросу"),
    "soon": N_("сначала ближайшие"),
    "new": N_("сначала новые"),
    "hours": N_("сначала короткие"),
    "title": N_("по названию"),
}
CHIP_HOURS, CHIP_FREE, CHIP_WORDS = N_("часов: %(hours)s"), N_("есть места"), N_("«%(words)s»")

Option = tuple[str, str, int | None, bool]


def cover_url(kind: str, title: str) -> str:
    """The address of a cover: it says everything the drawing needs, so it never changes what it shows."""
    return url_for("public.cover", kind=kind, seed=covers.seed_of(title))


def dates_in_words(starts: datetime | None, ends: datetime | None, zone: str) -> str:
    """«в любое время», «12 января, 15:00» for one day, «12 января — 20 февраля» for many."""
    if starts is None:
        if ends is None:
            return words().gettext("в любое время")
        return words().gettext("до %(day)s", day=_day(ends.astimezone(ZoneInfo(zone)).date(), language()))
    first = starts.astimezone(ZoneInfo(zone))
    last = ends.astimezone(ZoneInfo(zone)) if ends else first
    day = _day(first.date(), language())
    if last.date() == first.date():
        return f"{day}, {format_time(first.time(), 'HH:mm', locale=language())}"
    return f"{day} — {_day(last.date(), language())}"


@lru_cache(maxsize=2000)
def _day(day: date, locale: str) -> str:
    text: str = format_date(day, "d MMMM" if locale == "ru" else "d MMM", locale=locale)
    return text.replace(" ", "\u00a0")


def address(filters: Filters) -> str:
    """The page of these choices; equal choices have one address."""
    pairs = filters.pairs()
    return url_for("public.catalogue") + (f"?{urlencode(pairs)}" if pairs else "")


def page_address(filters: Filters, page: int) -> str:
    """Another page of the same choices."""
    kept = [pair for pair in filters.pairs() if pair[0] != "page"]
    pairs = [*kept, ("page", str(page))] if page > 1 else kept
    return url_for("public.catalogue") + (f"?{urlencode(pairs)}" if pairs else "")


def groups(shelf: Shelf) -> list[tuple[str, str, list[Option]]]:
    """The groups of the form: name, legend, options. Options nobody could choose are left out."""
    say = words().gettext
    facets: list[tuple[str, str, dict[str, str]]] = [
        ("kind", say("Что это"), {name: say(kind.plural) for name, kind in KINDS.items()}),
        ("when", say("Когда"), {name: say(text) for name, text in WHEN.items()}),
        ("hours", say("Сколько часов"), {name: say(text) for name, text in HOURS.items()}),
        ("subject", say("Предмет"), {name: say(text) for name, text in SUBJECTS.items()}),
    ]
    made = []
    for name, legend, texts in facets:
        chosen, counts = getattr(shelf.filters, name), shelf.counts[name]
        options: list[Option] = [
            (value, text, counts.get(value, 0), value in chosen)
            for value, text in texts.items()
            if counts.get(value) or value in chosen
        ]
        made.append((name, legend, options))
    free = shelf.counts["free"].get(True, 0)
    made.append(("free", say("Места"), [("yes", say("Есть свободные"), free, bool(shelf.filters.free))]))
    return made


def sorts(filters: Filters) -> list[tuple[str, str]]:
    """The orders one may choose; by relevance only when there are words."""
    return [(name, words().gettext(text)) for name, text in SORTS.items() if filters.q or name]


def chips(filters: Filters) -> list[tuple[str, str]]:
    """What was chosen, each with the address of the page without it."""
    say = words().gettext
    found = [(address(filters.without("q")), say(CHIP_WORDS, words=filters.q))] if filters.q else []
    for name, texts in (
        ("kind", {k: v.plural for k, v in KINDS.items()}),
        ("when", WHEN),
        ("subject", SUBJECTS),
    ):
        chosen = getattr(filters, name)
        found += [(address(filters.without(name, v)), say(t)) for v, t in texts.items() if v in chosen]
    for value in sorted(filters.hours):
        found.append((address(filters.without("hours", value)), say(CHIP_HOURS, hours=say(HOURS[value]))))
    if filters.free:
        found.append((address(filters.without("free")), say(CHIP_FREE)))
    return found


def cards(rows: Sequence[Any], shelf: Shelf) -> list[Markup]:
    """The cards of these offerings. Without words a card depends on its row alone, so it is drawn once."""
    if shelf.query:
        return [_drawn(row, shelf.query.marked(row.title), shelf.query.marked(row.summary)) for row in rows]
    return [_card(tuple(row), language(), row) for row in rows]


@lru_cache(maxsize=5000)
def _kept(_key: tuple[Any, ...], _language: str) -> list[Markup]:
    return []


def _card(key: tuple[Any, ...], locale: str, row: Any) -> Markup:
    kept = _kept(key, locale)
    if not kept:
        kept.append(_drawn(row, row.title, row.summary))
    return kept[0]


def _drawn(row: Any, title: str, summary: str) -> Markup:
    template = current_app.jinja_env.get_template("public/_card.html")
    left = None if row.seats is None else row.seats - row.seats_taken
    dates = dates_in_words(row.starts_at, row.ends_at, row.time_zone)
    cover = cover_url(row.kind.value, row.title)
    html = template.render(row=row, title=title, summary=summary, left=left, dates=dates, cover=cover)
    return Markup(" ".join(html.split()))  # noqa: S704 - made by a template, which escapes
