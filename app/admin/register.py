"""The register of certificates, as a page and as a file."""

from collections.abc import Iterator
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response, render_template, stream_with_context
from flask.typing import ResponseReturnValue

from app import asking
from app.admin import bp
from app.extensions import db
from app.security import actor
from app.templating import settings, words
from courses import certificates, people
from courses.certificates import RegisterQuery, State
from courses.clock import utcnow
from courses.people import Actor, Permission
from courses.texts import N_, Texts

STATE_NAMES = {
    State.VALID: N_("Действителен"),
    State.PRINTING: N_("Готовится"),
    State.REVOKED: N_("Аннулирован"),
    State.REPLACED: N_("Заменён"),
}
YEARS = range(1990, 10_000)
LONGEST_PREFIX = 20


@bp.get("/register")
def register() -> ResponseReturnValue:
    """All certificates, newest first, found by parts of name, number and title."""
    asked = _asked()
    page = certificates.register_page(db.session(), asked, page=asking.page_number(), by=actor())
    return render_template(
        "admin/register/register.html",
        page=page,
        asked=asked,
        narrowing=asking.narrowing("admin.register", _choices(asked)),
        years=[(str(year), str(year)) for year in page.years],
        prefixes=[(prefix, prefix) for prefix in page.prefixes],
        states={state.value: words().gettext(name) for state, name in STATE_NAMES.items()},
    )


@bp.get("/register.csv")
def register_csv() -> ResponseReturnValue:
    """The same as a file for spreadsheets, sent line by line."""
    people.require(actor(), Permission.REGISTER_SEE)
    zone = settings().time_zone
    answer = Response(stream_with_context(_lines(_asked(), actor(), words(), zone)), mimetype="text/csv")
    day = f"{utcnow().astimezone(ZoneInfo(zone)):%Y-%m-%d}"
    name = quote(words().gettext("Реестр %(day)s.csv", day=day))
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"register-{day}.csv\"; filename*=UTF-8''{name}"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _lines(asked: RegisterQuery, by: Actor, said: Texts, zone: str) -> Iterator[bytes]:
    """The lines, read with a session of their own: the view's is closed before the sending begins."""
    for line in certificates.register_csv(db.session(), asked, by=by, words=said, zone=zone):
        yield line.encode()


def _asked() -> RegisterQuery:
    """What the address asks for."""
    year = asking.number("year")
    return RegisterQuery(
        text=asking.text(),
        year=year if year in YEARS else None,
        prefix=asking.text("prefix")[:LONGEST_PREFIX],
        state=asking.one_of("state", State),
        offering_id=asking.number("offering"),
    )


def _choices(asked: RegisterQuery) -> dict[str, asking.Choice]:
    """The same as parts of an address and in words."""
    say = words().gettext
    return {
        "q": (asked.text, f"«{asked.text}»"),
        "year": (asked.year, say("%(year)s год", year=asked.year)),
        "prefix": (asked.prefix, say("серия %(prefix)s", prefix=asked.prefix)),
        "state": (asked.state, say(STATE_NAMES[asked.state]) if asked.state else ""),
        "offering": (asked.offering_id, say("группа № %(number)s", number=asked.offering_id)),
    }
