"""What every template can use: words in the reader's language, dates in their zone, and who is reading."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from app.asking import local_path, parted
from app.gaps import with_gaps
from app.security import viewer
from courses.settings import Settings
from courses.texts import LANGUAGES, Texts, texts

LANGUAGE_COOKIE = "language"
DISPLAY_COOKIE = "display"
ICONS = "icons/icons.svg"
ICON = Markup('<svg class="icon" {} focusable="false"><use href="{}"/></svg>')
CHOICES = {
    "theme": ("auto", "light", "dark"),
    "vision": ("off", "on"),
    "size": ("100", "150", "200"),
    "scheme": ("white", "black", "blue", "beige", "green"),
    "images": ("on", "grey", "off"),
    "spacing": ("normal", "wide"),
    "font": ("sans", "serif"),
}


@dataclass(frozen=True, slots=True)
class Display:
    """How the reader wants pages to look; the first choice of each is the default."""

    theme: str = "auto"
    vision: str = "off"
    size: str = "100"
    scheme: str = "white"
    images: str = "on"
    spacing: str = "normal"
    font: str = "sans"

    @classmethod
    def parse(cls, text: str) -> "Display":
        """Read «theme=dark&vision=on»; what is unknown falls back to the default."""
        pairs = dict(part.split("=", 1) for part in text.split("&") if "=" in part)
        return cls(**{name: pairs[name] for name, allowed in CHOICES.items() if pairs.get(name) in allowed})

    def cookie(self) -> str:
        """The same as text, only what differs from the default."""
        return "&".join(
            f"{name}={getattr(self, name)}"
            for name, allowed in CHOICES.items()
            if getattr(self, name) != allowed[0]
        )


def language() -> str:
    """The reader's language: what they chose, else what their profile says, else what the browser prefers."""
    known: str | None = g.get("language")
    if known is None:
        known = g.language = _language_of_reader()
    return known


def _language_of_reader() -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    person = viewer()
    if person is not None:
        return person.language
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def words() -> Texts:
    """The words of the reader's language."""
    return texts(language())


def time_zone() -> str:
    """The reader's time zone."""
    person = viewer()
    return person.time_zone if person else "Europe/Moscow"


def this_page() -> str:
    """The address that opens what is on the screen: after a form was refused, the page the form stood on."""
    if request.method in ("GET", "HEAD"):
        return local_path(request.full_path.rstrip("?"), url_for("public.catalogue"))
    before = parted(request.referrer)
    if before.netloc != request.host:
        return url_for("public.catalogue")
    address = f"{before.path}?{before.query}" if before.query else before.path
    return local_path(address, url_for("public.catalogue"))


def settings() -> Settings:
    """The installation's choices."""
    return current_app.extensions["kafedra"]  # type: ignore[no-any-return]


def display() -> Display:
    """How the reader wants pages to look."""
    if "display" not in g:
        g.display = Display.parse(request.cookies.get(DISPLAY_COOKIE, ""))
    return g.display  # type: ignore[no-any-return]


@lru_cache(4096)
def _whole(language_name: str, message: str) -> Markup:
    """A message in which nothing is to be filled in."""
    return Markup(texts(language_name).gettext(message) % {})  # noqa: S704 - our own words


def gettext(message: str, **values: object) -> Markup:
    """What `_()` says in a template; the values are escaped.

    Jinja's own makes a new context for every call inside a loop, which took a quarter of a page's time.
    """
    if not values:
        return _whole(language(), message)
    return Markup(words().gettext(message)) % values  # noqa: S704 - our own words


def ngettext(one: str, many: str, number: int, **values: object) -> Markup:
    """The form that fits `number`; `%(num)d` is the number."""
    form = words()._catalogue.ngettext(one, many, number)
    return Markup(form) % {"num": number, **values}  # noqa: S704 - our own words


def install(app: Flask) -> None:
    """Add extensions, globals and filters to the template environment."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.add_extension("jinja2.ext.do")
    env.trim_blocks = env.lstrip_blocks = True
    env.undefined = StrictUndefined
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: words().gettext(message),
        lambda one, many, number: words()._catalogue.ngettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, message: words().pgettext(context, message),
    )
    env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
    assets = app.extensions["assets"]
    env.globals["asset"] = assets.url

    @lru_cache(200)
    def icon(name: str, label: str | None = None) -> Markup:
        """A drawn sign, always beside words; give `label` only where no words can stand."""
        address = f"{assets.url(ICONS)}#{name}"
        said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        return ICON.format(said, address)

    env.globals["drawn_icon"] = icon
    env.filters.update(
        long_date=lambda day: words().long_date(day, time_zone()),
        short_date=lambda day: words().short_date(day, time_zone()),
        date_time=lambda moment: words().date_time(moment, time_zone()),
        clock=lambda moment, seconds=False: words().time(moment, time_zone(), seconds=seconds),
        hours=lambda number: words().hours(number),
        iso=lambda moment: moment.isoformat(timespec="seconds"),
        with_gaps=with_gaps,
    )

    @app.context_processor
    def context() -> dict[str, Any]:
        return {
            "viewer": viewer(),
            "language": language(),
            "display": display(),
            "organisation": {"name": settings().organisation, "email": settings().contact_email},
            "time_zone": time_zone(),
            "this_page": this_page(),
            "demo": settings().demo,
        }


def local_input(moment: datetime | None, zone: str) -> str:
    """The value of a datetime-local field."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""
