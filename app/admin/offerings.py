"""Offerings as staff see them: learners, their progress and presence, and the certificates they get."""

from datetime import timedelta
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import asking
from app.admin import bp
from app.admin.people import ROLES
from app.extensions import db, unit_of_work
from app.forms import Form, refusals_on
from app.security import actor
from app.templating import settings, words
from courses import certificates, learning, people
from courses.catalogue import MISSING_SENTENCES, CourseKind, OfferingState
from courses.certificates import OfferingsQuery
from courses.clock import utcnow
from courses.people import Permission
from courses.texts import N_

LONGEST_REASON = 500
NOBODY = 0
PRINTING_MAY_TAKE = timedelta(minutes=10)
KIND_NAMES = {
    CourseKind.COURSE: N_("Курс"),
    CourseKind.SEMINAR: N_("Семинар"),
    CourseKind.MASTER_CLASS: N_("Мастер-класс"),
    CourseKind.WORKSHOP: N_("Мастерская"),
}
STATE_NAMES = {
    OfferingState.DRAFT: N_("Набор готовится"),
    OfferingState.OPEN: N_("Набор открыт"),
    OfferingState.CLOSED: N_("Набор закрыт"),
}
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
    """The offerings one may see, narrowed by words, kind and state."""
    asked = _asked()
    page = certificates.offerings_page(db.session(), asked, page=asking.page_number(), by=actor())
    return render_template(
        "admin/offerings/list.html",
        page=page,
        asked=asked,
        narrowing=asking.narrowing("admin.offerings", _choices(asked)),
        kinds={kind.value: words().gettext(name) for kind, name in KIND_NAMES.items()},
        states={state.value: words().gettext(name) for state, name in STATE_NAMES.items()},
    )


@bp.get("/offerings/<int:offering_id>")
def offering(offering_id: int) -> ResponseReturnValue:
    """One offering: who learns here, how far they are, what they hold."""
    return _offering_page(offering_id)


@bp.post("/offerings/<int:offering_id>/attendance")
def mark_several(offering_id: int) -> ResponseReturnValue:
    """The ticked learners were there."""
    ticked = request.form.getlist("enrolment")
    if not ticked:
        return _offering_page(offering_id, problem=words().gettext("Отметьте галочками, кто присутствовал."))
    _mark(offering_id, {asking.whole(one) or NOBODY for one in ticked})
    return redirect(url_for("admin.offering", offering_id=offering_id, page=asking.page_number()), 303)


@bp.post("/offerings/<int:offering_id>/learners/<int:enrolment_id>/attendance")
def mark_attendance(offering_id: int, enrolment_id: int) -> ResponseReturnValue:
    """The learner was there."""
    _mark(offering_id, {enrolment_id})
    return redirect(url_for("admin.offering", offering_id=offering_id, page=asking.page_number()), 303)


def _mark(offering_id: int, enrolment_ids: set[int]) -> None:
    with unit_of_work() as session:
        certificates.offering_card(session, offering_id, by=actor())
        fresh = learning.mark_attendances(session, offering_id, enrolment_ids, by=actor(), now=utcnow())
    said = words().ngettext(
        "Присутствие отмечено у %(num)d слушателя.", "Присутствие отмечено у %(num)d слушателей.", fresh
    )
    flash(said if fresh else words().gettext("Присутствие уже было отмечено раньше."), "ok")


def _offering_page(offering_id: int, problem: str = "") -> ResponseReturnValue:
    session = db.session()
    card = certificates.offering_card(session, offering_id, by=actor())
    shown = learning.offering_learners(session, offering_id, by=actor(), page=asking.page_number())
    may = _may(offering_id)
    page = render_template(
        "admin/offerings/offering.html",
        card=card,
        shown=shown,
        rows=certificates.learner_papers(session, card, shown),
        papers=certificates.papers_progress(session, offering_id, by=actor()),
        why_not=certificates.REFUSAL_SENTENCES,
        may=may,
        holders=people.holders_on(session, offering_id) if may["roles"] else [],
        roles=ROLES,
        problem=problem,
    )
    return page, 422 if problem else 200


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
            return redirect(url_for("admin.batch_progress", offering_id=offering_id), 303)
    return _batch_page(offering_id, form)


@bp.get("/offerings/<int:offering_id>/certificates/progress")
def batch_progress(offering_id: int) -> ResponseReturnValue:
    """How many certificates are printed and how many are not; the page looks again by itself."""
    session = db.session()
    papers = certificates.papers_progress(session, offering_id, by=actor())
    waited = utcnow() - papers.waiting_since if papers.waiting_since else timedelta()
    answer = make_response(
        render_template(
            "admin/offerings/progress.html",
            card=certificates.offering_card(session, offering_id, by=actor()),
            papers=papers,
            late=waited > PRINTING_MAY_TAKE,
            may=_may(offering_id),
        )
    )
    if papers.remaining:
        answer.headers["Refresh"] = "30" if waited > PRINTING_MAY_TAKE else "3"
    return answer


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
        "quizzes": Permission.QUIZ_INVIGILATE,
    }
    return {name: actor().may(permission, offering_id=offering_id) for name, permission in asked.items()}


def _asked() -> OfferingsQuery:
    """What the address asks for."""
    kind, state = asking.one_of("kind", CourseKind), asking.one_of("state", OfferingState)
    return OfferingsQuery(text=asking.text(), kind=kind, state=state)


def _choices(asked: OfferingsQuery) -> dict[str, asking.Choice]:
    """The same as parts of an address and in words."""
    say = words().gettext
    return {
        "q": (asked.text, f"«{asked.text}»"),
        "kind": (asked.kind, say(KIND_NAMES[asked.kind]) if asked.kind else ""),
        "state": (asked.state, say(STATE_NAMES[asked.state]) if asked.state else ""),
    }
