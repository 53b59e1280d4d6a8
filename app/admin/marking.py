"""Marking: what waits, one answer after the other, and the mark with words for the learner."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import asking
from app.admin import bp
from app.extensions import db, unit_of_work
from app.forms import Form, Trimmed, refusals_on
from app.learner.sheets import EVERYTHING, NAMES, number, reviewed, sayings
from app.question_files import file_url_of
from app.security import actor
from app.templating import words
from courses import quizzes
from courses.clock import utcnow
from courses.errors import Invalid
from courses.texts import N_

SENTENCES = {
    "out_of_range": N_("Поставьте балл от 0 до %(most)g."),
    "too_long": N_("Слишком длинно: до пяти тысяч знаков."),
    "not_a_number": N_("Напишите балл числом, например 0,5."),
    "not_graded_yet": N_("Попытка ещё проверяется программой. Поставьте балл через минуту."),
    "in_other_hands": N_("Этот ответ сейчас проверяет другой преподаватель. Возьмите следующий."),
    "marked_meanwhile": N_(
        "Пока вы проверяли, балл поставил другой преподаватель: он ниже, среди оценок. Если ваш балл вернее, "
        "поставьте его ещё раз."
    ),
}


class MarkForm(Form):
    """A mark with words for the learner; `seen` says how much of the history was on the page."""

    mark = StringField(filters=[Trimmed()], validators=[InputRequired(), Length(max=20)])
    comment = TextAreaField(validators=[Length(max=quizzes.LONGEST_COMMENT)])
    seen = HiddenField()

    def __init__(self, **values: str) -> None:
        super().__init__(**values)
        self.mark.label.text = words().gettext("Балл")
        self.comment.label.text = words().gettext("Что сказать слушателю")

    def given(self) -> float:
        """The mark, with a comma or a point; Invalid when it is no number."""
        try:
            return float(self.mark.data.replace(",", ".").replace("−", "-"))
        except ValueError:
            raise Invalid("not_a_number", mark="not_a_number") from None


@bp.get("/marking")
def marking() -> ResponseReturnValue:
    """The questions whose answers wait for a mark, the longest waiting first."""
    return render_template("admin/marking/queue.html", lines=quizzes.marking_queue(db.session(), by=actor()))


@bp.get("/marking/offerings/<int:offering_id>/questions/<int:slot_id>")
def works(offering_id: int, slot_id: int) -> ResponseReturnValue:
    """The answers of one group to one question."""
    names, everything = "names" in request.args, "all" in request.args
    shown = quizzes.marking_works(
        db.session(),
        offering_id,
        slot_id,
        by=actor(),
        page=asking.page_number(),
        names=names,
        waiting_only=not everything,
    )
    return render_template(
        "admin/marking/works.html", shown=shown, names=names, everything=everything, now=utcnow(), **NAMES
    )


@bp.post("/marking/offerings/<int:offering_id>/questions/<int:slot_id>/next")
def next_work(offering_id: int, slot_id: int) -> ResponseReturnValue:
    """Take the next answer that waits and that nobody holds."""
    after = asking.whole(request.form.get("after")) or 0
    with unit_of_work() as session:
        found = _take_next(session, offering_id, slot_id, after)
    return _to_work(found, offering_id, slot_id)


@bp.route("/marking/attempts/<int:attempt_id>/questions/<int:slot_id>", methods=["GET", "POST"])
def work(attempt_id: int, slot_id: int) -> ResponseReturnValue:
    """One answer, and the form that gives it a mark."""
    form = MarkForm()
    if form.validate_on_submit():
        with refusals_on(form, SENTENCES):
            with unit_of_work() as session:
                offering_id = _give(session, form, attempt_id, slot_id)
                found = _take_next(session, offering_id, slot_id, attempt_id)
            flash(words().gettext("Балл поставлен."), "ok")
            return _to_work(found, offering_id, slot_id)
    return _work_page(form, attempt_id, slot_id)


def _give(session: Session, form: MarkForm, attempt_id: int, slot_id: int) -> int:
    return quizzes.give_mark(
        session,
        attempt_id,
        slot_id,
        mark=form.given(),
        comment=form.comment.data or "",
        seen=asking.whole(form.seen.data) or 0,
        by=actor(),
        now=utcnow(),
    )


def _take_next(session: Session, offering_id: int, slot_id: int, after: int) -> int | None:
    found = quizzes.next_waiting(session, offering_id, slot_id, by=actor(), now=utcnow(), after=after)
    if found is not None:
        quizzes.claim(session, found, slot_id, by=actor(), now=utcnow())
    return found


def _to_work(attempt_id: int | None, offering_id: int, slot_id: int) -> ResponseReturnValue:
    """To the answer that was taken; with none left, back to the list."""
    if attempt_id is not None:
        return redirect(url_for("admin.work", attempt_id=attempt_id, slot_id=slot_id), 303)
    flash(words().gettext("Свободных ответов на этот вопрос больше нет."), "ok")
    return redirect(url_for("admin.works", offering_id=offering_id, slot_id=slot_id), 303)


def _work_page(form: MarkForm, attempt_id: int, slot_id: int) -> ResponseReturnValue:
    names = "names" in request.args
    shown = quizzes.marking_work(db.session(), attempt_id, slot_id, by=actor(), names=names)
    form.seen.data = str(shown.seen)
    if request.method == "GET" and shown.given:
        form.mark.data, form.comment.data = number(shown.given[-1].mark), shown.given[-1].comment
    file_url = file_url_of(shown.sheet.asked.question_version_id)
    page = render_template(
        "admin/marking/work.html",
        form=form,
        work=shown,
        names=names,
        answer=reviewed(shown.sheet, EVERYTHING, own=False),
        **NAMES | sayings(shown.sheet.asked.body, file_url),
    )
    return page, 409 if form.form_errors else 422 if form.refused else 200
