"""The register of certificates, as a page and as a file; and the chain of deeds."""

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.admin import bp
from app.extensions import db
from app.security import actor
from app.templating import settings, words
from courses import audit, certificates, people
from courses.certificates import RegisterQuery, State
from courses.clock import utcnow
from courses.people import Permission

LONGEST_SEARCH = 200
ENTRIES_ON_A_PAGE = 100


@bp.get("/register")
def register() -> ResponseReturnValue:
    """All certificates, newest first, found by parts of name, number and title."""
    asked = _asked()
    number = min(max(1, request.args.get("page", 1, type=int)), 1_000_000)
    page = certificates.register_page(db.session(), asked, page=number, by=actor())
    options = {
        "years": [(str(year), str(year)) for year in page.years],
        "prefixes": [(prefix, prefix) for prefix in page.prefixes],
    }
    return render_template(
        "admin/register/register.html", page=page, asked=asked, chosen=_chosen(asked), options=options
    )


@bp.get("/register.csv")
def register_file() -> ResponseReturnValue:
    """The same as a file for spreadsheets, sent line by line."""
    zone = settings().time_zone
    lines = certificates.register_csv(db.session(), _asked(), by=actor(), words=words(), zone=zone)
    answer = Response(stream_with_context(line.encode() for line in lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="register-{utcnow():%Y-%m-%d}.csv"'
    return answer


@bp.get("/audit", endpoint="audit")
def audit_page() -> ResponseReturnValue:
    """The newest deeds, and, when asked, whether the chain is whole."""
    people.require(actor(), Permission.AUDIT_SEE)
    session = db.session()
    before = request.args.get("before", type=int)
    entries = audit.newest(session, before=before, limit=ENTRIES_ON_A_PAGE + 1)
    check = "check" in request.args
    return render_template(
        "admin/register/audit.html",
        entries=entries[:ENTRIES_ON_A_PAGE],
        more=len(entries) > ENTRIES_ON_A_PAGE,
        actors=people.names_of(session, {entry.actor_id for entry in entries}),
        broken=audit.broken_links(session) if check else None,
    )


def _asked() -> RegisterQuery:
    """What the address asks for; what makes no sense is not asked."""
    year = request.args.get("year", type=int)
    state = request.args.get("state", "")
    return RegisterQuery(
        text=request.args.get("q", "").strip()[:LONGEST_SEARCH],
        year=year if year is not None and 1900 < year < 10_000 else None,
        prefix=request.args.get("prefix", "").replace("\0", "")[:20],
        state=State(state) if state in set(State) else None,
    )


def _chosen(asked: RegisterQuery) -> dict[str, str]:
    """The same as parts of an address."""
    parts = {
        "q": asked.text,
        "year": str(asked.year or ""),
        "prefix": asked.prefix,
        "state": asked.state.value if asked.state else "",
    }
    return {name: value for name, value in parts.items() if value}
