"""One certificate as staff see it: what is printed, what was done to it, revoking and replacing."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from app.admin import bp
from app.extensions import db, unit_of_work
from app.forms import Form, refusals_on
from app.learner.certificates import pdf_answer
from app.security import actor
from app.templating import settings, words
from courses import audit, certificates, people
from courses.clock import utcnow
from courses.people import Permission
from courses.texts import N_

LONGEST_REASON = 500
DEEDS = {
    "certificate.issue": N_("Выпущен вручную"),
    "certificate.revoke": N_("Аннулирован"),
    "certificate.replace": N_("Заменён"),
}
SENTENCES = certificates.REFUSAL_SENTENCES | {
    "too_short": N_("Напишите причину понятнее: хотя бы десять знаков."),
    "too_long": N_("Слишком длинно: до пятисот знаков."),
    "already_revoked": N_("Этот сертификат уже аннулирован."),
    "already_replaced": N_("Этот сертификат уже заменён другим."),
}


class ReasonForm(Form):
    """Why; everybody who checks the certificate will read it."""

    reason = TextAreaField(validators=[InputRequired(), Length(max=LONGEST_REASON)])

    def __init__(self) -> None:
        super().__init__()
        self.reason.label.text = words().gettext("Причина")


@bp.get("/certificates/<int:certificate_id>")
def certificate(certificate_id: int) -> ResponseReturnValue:
    """What is printed, in which state it is, and what was done to it."""
    session = db.session()
    card = certificates.certificate_card(session, certificate_id, by=actor())
    deeds = audit.entries_about(session, "certificate", certificate_id)
    return render_template(
        "admin/certificates/certificate.html",
        card=card,
        deeds=deeds,
        deed_names=DEEDS,
        actors=people.names_of(session, {deed.actor_id for deed in deeds}),
        may_revoke=actor().may(Permission.CERTIFICATE_REVOKE, offering_id=card.row.offering_id),
    )


@bp.get("/certificates/<int:certificate_id>.pdf", endpoint="certificate_pdf")
def certificate_file(certificate_id: int) -> ResponseReturnValue:
    """The PDF, for those who may see the register."""
    return pdf_answer(certificates.any_paper(db.session(), certificate_id, by=actor()))


@bp.route("/certificates/<int:certificate_id>/revoke", methods=["GET", "POST"])
def revoke(certificate_id: int) -> ResponseReturnValue:
    """Revoke a certificate; the public page says so at once."""
    form = ReasonForm()
    if form.validate_on_submit():
        with refusals_on(form, SENTENCES), unit_of_work() as session:
            certificates.revoke(
                session, certificate_id, reason=form.reason.data or "", by=actor(), now=utcnow()
            )
            flash(words().gettext("Сертификат аннулирован. Страница проверки уже говорит об этом."), "ok")
            return redirect(url_for("admin.certificate", certificate_id=certificate_id), 303)
    return _question(certificate_id, form, "revoke")


@bp.route("/certificates/<int:certificate_id>/replace", methods=["GET", "POST"])
def replace(certificate_id: int) -> ResponseReturnValue:
    """Replace a certificate by a new one with the person's present name."""
    form = ReasonForm()
    if form.validate_on_submit():
        reason = form.reason.data or ""
        with refusals_on(form, SENTENCES), unit_of_work() as session:
            new = certificates.replace(
                session, certificate_id, reason=reason, settings=settings(), by=actor(), now=utcnow()
            )
            flash(words().gettext("Выпущен новый сертификат № %(number)s.", number=new.number), "ok")
            return redirect(url_for("admin.certificate", certificate_id=new.id), 303)
    return _question(certificate_id, form, "replace")


def _question(certificate_id: int, form: ReasonForm, deed: str) -> ResponseReturnValue:
    session = db.session()
    card = certificates.certificate_card(session, certificate_id, by=actor())
    people.require(actor(), Permission.CERTIFICATE_REVOKE, offering_id=card.row.offering_id)
    page = render_template("admin/certificates/question.html", card=card, form=form, deed=deed)
    return page, 422 if form.refused else 200
