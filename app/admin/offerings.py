"""Offerings as staff see them: learners, their progress and presence, and the certificates they get."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.admin import bp
from app.extensions import db, unit_of_work
from app.forms import Form, refusals_on
from app.security import actor
from app.templating import settings, words
from courses import certificates, learning
from courses.catalogue import MISSING_SENTENCES
from courses.clock import utcnow
from courses.people import Permission
from courses.texts import N_

LONGEST_REASON = 500
WHY_NOT = MISSING_SENTENCES | {
    "being_completed": N_("Всё выполнено, завершение сейчас отмечается: обновите страницу через минуту."),
}
SENTENCES = certificates.REFUSAL_SENTENCES | {
    "too_short": N_("Напишите причину понятнее: хотя бы десять знаков."),
    "too_long": N_("Слишком длинно: до пятисот знаков."),
    "withdrawn": N_("Слушатель вышел из группы."),
    "list_changed": N_("Список изменился, пока вы на него смотрели. Проверьте его ещё раз и подтвердите."),
}


class EarlyForm(Form):
    """Why a certificate is issued although not everything is done."""

    reason = TextAreaField(validators=[InputRequired(), Length(max=LONGEST_REASON)])

    def __init__(self) -> None:
        super().__init__()
        self.reason.label.text = words().gettext("Основание")


class BatchForm(Form):
    """The list that was shown."""

    fingerprint = HiddenField()


@bp.get("/offerings")
def offerings() -> ResponseReturnValue:
    """The offerings one may see."""
    page = certificates.offerings_page(db.session(), page=_page_number(), by=actor())
    return render_template("admin/offerings/list.html", page=page)


@bp.get("/offerings/<int:offering_id>")
def offering(offering_id: int) -> ResponseReturnValue:
    """One offering: who learns here, how far they are, what they hold."""
    session = db.session()
    card = certificates.offering_card(session, offering_id, by=actor())
    shown = learning.offering_learners(session, offering_id, by=actor(), page=_page_number())
    return render_template(
        "admin/offerings/offering.html",
        card=card,
        shown=shown,
        rows=certificates.learner_papers(session, card, shown),
        why_not=certificates.REFUSAL_SENTENCES,
        may=_may(offering_id),
    )


@bp.post("/offerings/<int:offering_id>/learners/<int:enrolment_id>/attendance")
def mark_attendance(offering_id: int, enrolment_id: int) -> ResponseReturnValue:
    """The learner was there."""
    with unit_of_work() as session:
        certificates.access_learner(session, offering_id, enrolment_id, by=actor())
        learning.mark_attendance(session, enrolment_id, by=actor(), now=utcnow())
    flash(words().gettext("Присутствие отмечено."), "ok")
    return redirect(url_for("admin.offering", offering_id=offering_id, page=_page_number()), 303)


@bp.route("/offerings/<int:offering_id>/learners/<int:enrolment_id>/certificate", methods=["GET", "POST"])
def issue(offering_id: int, enrolment_id: int) -> ResponseReturnValue:
    """Issue one certificate by hand; before everything is done only for a reason."""
    who = certificates.candidate(db.session(), offering_id, enrolment_id, by=actor(), now=utcnow())
    form = EarlyForm() if who.reasons else Form()
    if form.validate_on_submit():
        with refusals_on(form, SENTENCES), unit_of_work() as session:
            made = _issue(session, enrolment_id, form.data.get("reason") or "")
            flash(words().gettext("Сертификат № %(number)s выпущен.", number=made.number), "ok")
            return redirect(url_for("admin.certificate", certificate_id=made.id), 303)
    card = certificates.offering_card(db.session(), offering_id, by=actor())
    page = render_template(
        "admin/offerings/issue.html", card=card, who=who, form=form, why_not=WHY_NOT, sentences=SENTENCES
    )
    return page, 422 if form.refused else 200


@bp.route("/offerings/<int:offering_id>/certificates", methods=["GET", "POST"])
def batch(offering_id: int) -> ResponseReturnValue:
    """All certificates of an offering: first the lists, then, if the list is still the same, the numbers."""
    form = BatchForm()
    if form.validate_on_submit():
        with refusals_on(form, SENTENCES), unit_of_work() as session:
            count = certificates.start_batch(
                session,
                offering_id,
                fingerprint=form.fingerprint.data or "",
                settings=settings(),
                by=actor(),
                now=utcnow(),
            )
            flash(_issued_words(count), "ok")
            return redirect(url_for("admin.offering", offering_id=offering_id), 303)
    return _batch_page(offering_id, form)


def _batch_page(offering_id: int, form: BatchForm) -> ResponseReturnValue:
    lists = certificates.preview_batch(db.session(), offering_id, by=actor(), now=utcnow())
    form.fingerprint.data = lists.fingerprint
    page = render_template(
        "admin/offerings/batch.html",
        card=certificates.offering_card(db.session(), offering_id, by=actor()),
        lists=lists,
        form=form,
        why_not=WHY_NOT,
        sentences=SENTENCES,
    )
    return page, 409 if form.refused else 200


def _issue(session: Any, enrolment_id: int, reason: str) -> certificates.Certificate:
    return certificates.issue(
        session, enrolment_id, settings=settings(), by=actor(), now=utcnow(), reason=reason
    )


def _issued_words(count: int) -> str:
    return words().ngettext(
        "Выпущен %(num)d сертификат, он печатается.", "Выпущено %(num)d сертификатов, они печатаются.", count
    )


def _may(offering_id: int) -> dict[str, bool]:
    """What is worth showing on the page; the services decide for themselves."""
    asked = {
        "attend": Permission.ATTENDANCE_MARK,
        "issue": Permission.CERTIFICATE_ISSUE,
        "register": Permission.REGISTER_SEE,
        "roles": Permission.ROLE_GRANT,
    }
    return {name: actor().may(permission, offering_id=offering_id) for name, permission in asked.items()}


def _page_number() -> int:
    return min(max(1, request.args.get("page", 1, type=int)), 1_000_000)
