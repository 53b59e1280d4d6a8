"""Studying: one's own courses, the outline of one, lessons, practical tasks, presence at a meeting."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.extensions import db, limiter, unit_of_work
from app.forms import Form, Trimmed, refusals_on
from app.learner import bp, quizzes, shelf
from app.security import actor
from app.templating import words
from courses import catalogue, learning
from courses.catalogue import ActivityKind, OutlineActivity
from courses.clock import utcnow
from courses.errors import Conflict, Invalid
from courses.learning import Study
from courses.texts import N_

ENROL_REFUSALS = {
    "address_unconfirmed": N_(
        "Сначала подтвердите адрес почты: письмо со ссылкой мы отправили при регистрации."
    ),
    "not_open_yet": N_("Запись ещё не открыта."),
    "over": N_("Эта группа уже закончила занятия. Посмотрите, нет ли новой."),
    "closed": N_("Запись в эту группу закрыта. Посмотрите, нет ли другой."),
    "full": N_("Последнее место только что заняли. Посмотрите, нет ли другой группы."),
}
STUDY_REFUSALS = {
    "too_short": N_("Расскажите чуть подробнее: хотя бы двадцать знаков."),
    "too_long": N_("Слишком длинно: до пяти тысяч знаков."),
    "not_confirmed": N_("Отметьте, что задание выполнено."),
    "wrong_code_word": N_("Это не то слово. Его называют во время встречи; регистр и «ё» не важны."),
    "too_early": N_("Слово можно ввести за полчаса до начала и в течение суток после окончания."),
    "too_late": N_("Время для кодового слова прошло. Напишите преподавателю: он может отметить вас сам."),
    "no_code_word": N_("В этой группе присутствие отмечает преподаватель."),
    "already_completed": N_("Вы уже завершили обучение: выйти из группы нельзя."),
}


class ReportForm(Form):
    """What the learner says about a practical task."""

    report = TextAreaField()
    done = BooleanField()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.report.label.text = words().gettext("Что вы сделали и что получилось")
        self.done.label.text = words().gettext("Я выполнил(а) задание")


class AttendanceForm(Form):
    """The code word that was named at the meeting."""

    code_word = StringField(validators=[InputRequired(), Length(max=60)], filters=[Trimmed()])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.code_word.label.text = words().gettext("Кодовое слово")


@bp.get("/")
def home() -> ResponseReturnValue:
    """All that one studies: first the course to go on with."""
    cards = learning.my_courses(db.session(), by=actor())
    unfinished = [card for card in cards if card.completed_at is None]
    current = unfinished[0] if unfinished else None
    here = current and learning.study(db.session(), current.enrolment_id, by=actor(), now=utcnow())
    finished = [card for card in cards if card.completed_at is not None]
    return render_template(
        "learner/home.html", current=current, here=here, others=unfinished[1:], finished=finished
    )


@bp.post("/offerings/<int:offering_id>/enrol")
def enrol(offering_id: int) -> ResponseReturnValue:
    """Enrol in one step and go to the course; a refusal is told on the course's page."""
    try:
        with unit_of_work() as session:
            enrolment_id = learning.enrol(session, offering_id, by=actor(), now=utcnow()).id
    except (Invalid, Conflict) as refusal:
        flash(words().gettext(ENROL_REFUSALS[refusal.code]), "warning")
        return redirect(shelf.course_page(offering_id), 303)
    return redirect(url_for("learner.course", enrolment_id=enrolment_id), 303)


@bp.route("/<int:enrolment_id>/withdraw", methods=["GET", "POST"])
def withdraw(enrolment_id: int) -> ResponseReturnValue:
    """Ask once, then give the seat back."""
    form = Form()
    if form.validate_on_submit():
        with refusals_on(form, STUDY_REFUSALS), unit_of_work() as session:
            learning.withdraw(session, enrolment_id, by=actor(), now=utcnow())
            flash(words().gettext("Вы вышли из группы. Вернуться можно, пока открыта запись."), "success")
            return redirect(url_for("learner.home"), 303)
    here = learning.study(db.session(), enrolment_id, by=actor(), now=utcnow())
    return render_template("learner/withdraw.html", here=here, form=form), 422 if form.refused else 200


@bp.get("/<int:enrolment_id>")
def course(enrolment_id: int) -> ResponseReturnValue:
    """The outline with the state of every item, and what is still missing."""
    return _course_page(enrolment_id, AttendanceForm())


@bp.get("/<int:enrolment_id>/continue")
def continue_(enrolment_id: int) -> ResponseReturnValue:
    """Straight to the first unfinished item."""
    here = learning.study(db.session(), enrolment_id, by=actor(), now=utcnow())
    if here.next_activity is None:
        return redirect(url_for("learner.course", enrolment_id=enrolment_id), 303)
    return redirect(shelf.activity_url(here, here.next_activity), 303)


@bp.post("/<int:enrolment_id>/attendance")
@limiter.limit("10/hour;30/day", key_func=shelf.who)
def attend(enrolment_id: int) -> ResponseReturnValue:
    """Confirm presence by the code word."""
    form = AttendanceForm()
    if form.validate_on_submit():
        with refusals_on(form, STUDY_REFUSALS), unit_of_work() as session:
            learning.confirm_attendance(
                session, enrolment_id, code_word=form.code_word.data or "", by=actor(), now=utcnow()
            )
            flash(words().gettext("Участие подтверждено."), "success")
            return redirect(url_for("learner.course", enrolment_id=enrolment_id), 303)
    return _course_page(enrolment_id, form)


@bp.get("/<int:enrolment_id>/<key>")
def activity(enrolment_id: int, key: str) -> ResponseReturnValue:
    """A lesson, a practical task, or the start page of a quiz."""
    here = learning.study(db.session(), enrolment_id, by=actor(), now=utcnow())
    item = here.activity(key)
    if item.id not in here.records or here.last_activity_id != item.id:
        with unit_of_work() as session:
            learning.open_activity(session, enrolment_id, item.id, by=actor(), now=utcnow())
    if item.kind is ActivityKind.QUIZ:
        return quizzes.start_page(here, item)
    data = {"report": shelf.report(here, item)}
    return _reading_page(here, item, ReportForm(data=data) if item.kind is ActivityKind.PRACTICAL else None)


@bp.post("/<int:enrolment_id>/<key>/read")
def finish_lesson(enrolment_id: int, key: str) -> ResponseReturnValue:
    """«Я прочитал(а)»: the lesson is done, and the next item opens."""
    with unit_of_work() as session:
        here = learning.study(session, enrolment_id, by=actor(), now=utcnow())
        item = here.activity(key)
        learning.finish_lesson(session, enrolment_id, item.id, by=actor(), now=utcnow())
    return redirect(shelf.next_url(here, item), 303)


@bp.post("/<int:enrolment_id>/<key>/report")
def hand_in(enrolment_id: int, key: str) -> ResponseReturnValue:
    """A practical task is done, and the learner says what came of it."""
    form = ReportForm()
    here = learning.study(db.session(), enrolment_id, by=actor(), now=utcnow())
    item = here.activity(key)
    if form.validate_on_submit():
        report, done = form.report.data or "", bool(form.done.data)
        with refusals_on(form, STUDY_REFUSALS), unit_of_work() as session:
            learning.hand_in_practical(
                session, enrolment_id, item.id, report=report, done=done, by=actor(), now=utcnow()
            )
            flash(words().gettext("Отчёт принят, задание зачтено."), "success")
            return redirect(shelf.activity_url(here, item), 303)
    return _reading_page(here, item, form)


def _course_page(enrolment_id: int, form: AttendanceForm) -> ResponseReturnValue:
    here = learning.study(db.session(), enrolment_id, by=actor(), now=utcnow())
    page = render_template(
        "learner/course.html",
        here=here,
        modules=shelf.modules(here),
        lacks=shelf.lacks(here),
        form=form,
    )
    return page, 422 if form.refused else 200


def _reading_page(here: Study, item: OutlineActivity, form: ReportForm | None) -> ResponseReturnValue:
    text = catalogue.activity_text(db.session(), item.id)
    previous, following = here.neighbours(item.id)
    page = render_template(
        f"learner/{item.kind.value}.html",
        here=here,
        item=item,
        text=text,
        modules=shelf.modules(here, current=item.id),
        previous=previous,
        following=following,
        form=form,
    )
    return page, 422 if form and form.refused else 200
