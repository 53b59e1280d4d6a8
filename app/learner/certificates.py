"""One's own certificates: the list, and the files."""

from datetime import datetime, timedelta
from urllib.parse import quote

from flask import Response, current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from app.extensions import db
from app.learner import bp
from app.security import actor
from courses import certificates
from courses.clock import utcnow

LOOK_AGAIN = ((timedelta(seconds=20), 2), (timedelta(minutes=10), 15))


@bp.get("/certificates", endpoint="certificates")
def certificates_page() -> ResponseReturnValue:
    """All certificates, those first that are being made; the page looks again by itself while they are."""
    shelf = certificates.my_certificates(db.session(), by=actor())
    pause = _pause([one.issued_at for one in shelf if one.awaited])
    answer = make_response(render_template("learner/certificates/list.html", shelf=shelf, refresh=pause > 0))
    if pause:
        answer.headers["Refresh"] = str(pause)
    return answer


@bp.get("/certificates/<int:certificate_id>.pdf")
def certificate_file(certificate_id: int) -> ResponseReturnValue:
    """The PDF of one's own certificate."""
    return pdf_answer(certificates.my_paper(db.session(), certificate_id, by=actor()))


def pdf_answer(paper: certificates.Paper) -> Response:
    """The file under its number, which browsers of every age understand."""
    body = certificates.paper(paper.snapshot, paper.file_key, current_app.extensions["files"])
    answer = Response(body, mimetype="application/pdf")
    plain = "".join(letter for letter in paper.number if letter.isascii()).replace("--", "-")
    name = quote(f"Сертификат {paper.number}.pdf")
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"certificate-{plain}.pdf\"; filename*=UTF-8''{name}"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _pause(since: list[datetime]) -> int:
    """Seconds until the page looks again: often at first, then seldom, then no more."""
    if not since:
        return 0
    age = utcnow() - max(since)
    return next((seconds for limit, seconds in LOOK_AGAIN if age < limit), 0)
