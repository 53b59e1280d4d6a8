"""One's own certificates: the list, and the files."""

from datetime import timedelta
from urllib.parse import quote

from flask import Response, current_app, render_template
from flask.typing import ResponseReturnValue

from app.extensions import db
from app.learner import bp
from app.security import actor
from courses import certificates
from courses.clock import utcnow

REFRESH_FOR = timedelta(minutes=10)


@bp.get("/certificates", endpoint="certificates")
def certificates_page() -> ResponseReturnValue:
    """All certificates, those first that are being made; the page looks again by itself while they are."""
    shelf = certificates.my_certificates(db.session(), by=actor())
    awaited = [one for one in shelf if one.awaited]
    refresh = any(utcnow() - one.issued_at < REFRESH_FOR for one in awaited)
    return render_template("learner/certificates/list.html", shelf=shelf, refresh=refresh)


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
