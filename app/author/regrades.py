"""Correcting a question of a published quiz: what is wrong, what would change, the decision, the way back."""

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from app import asking
from app.author import bp
from app.extensions import db, unit_of_work
from app.forms import Form, refusals_on
from app.learner.sheets import NAMES
from app.security import actor
from app.templating import words
from courses import questions, quizzes
from courses.clock import utcnow
from courses.errors import Invalid, Problem
from courses.questions import Draft
from courses.quizzes import RegradePolicy
from courses.texts import N_

LONGEST_QUESTION = 100_000
POLICIES = {
    RegradePolicy.BETTER: N_("Засчитать и прежний, и исправленный ключ: каждому лучшее из двух"),
    RegradePolicy.NEW_KEY: N_("Пересчитать всех по исправленному ключу"),
    RegradePolicy.FULL_CREDIT: N_("Дать каждому полный балл за этот вопрос"),
    RegradePolicy.VOID: N_("Исключить вопрос: остальные сохранят свою долю"),
    RegradePolicy.LATER_ONLY: N_("Исправить только для следующих попыток"),
}
SENTENCES = {
    "too_short": N_("Напишите причину понятнее: хотя бы десять знаков."),
    "too_long": N_("Слишком длинно: до пятисот знаков."),
    "other_type": N_("Здесь должен стоять один вопрос того же вида, что и прежний."),
    "wrong": N_("В вопросе ошибка. Исправьте его и отправьте снова."),
    "does_not_fit": N_(
        "Число вариантов или частей другое: ответы людей к такому вопросу не подходят. Меняйте слова и ключ, "
        "но не число вариантов."
    ),
    "nothing_left": N_("Кроме этого вопроса, в тесте нет ни одного с баллами. Дайте за него полный балл."),
    "not_counted_yet": N_("Ещё считаем, что изменится. Подождите немного и нажмите снова."),
    "committed_already": N_("Это исправление уже действует."),
    "undone_already": N_("Это исправление уже отменено."),
    "not_done_yet": N_("Оценки ещё пересчитываются. Подождите немного и нажмите снова."),
}


class RegradeForm(Form):
    """What was wrong, and what to do about it."""

    policy = RadioField(validators=[InputRequired()])
    question = TextAreaField(validators=[Length(max=LONGEST_QUESTION)])
    reason = TextAreaField(validators=[InputRequired(), Length(max=quizzes.LONGEST_REASON)])
    never_lower = BooleanField()
    tell = BooleanField()

    def __init__(self) -> None:
        super().__init__()
        say = words().gettext
        self.policy.choices = [(policy.value, say(name)) for policy, name in POLICIES.items()]
        for field, label in (
            (self.policy, N_("Что сделать с ответами")),
            (self.question, N_("Исправленный вопрос")),
            (self.reason, N_("В чём была ошибка")),
            (self.never_lower, N_("Никому не снижать оценку")),
            (self.tell, N_("Написать тем, у кого изменилась оценка")),
        ):
            field.label.text = say(label)


class ConfirmForm(Form):
    """Nothing but the decision."""


@bp.route("/questions/<int:slot_id>/regrades/new", methods=["GET", "POST"])
def new_regrade(slot_id: int) -> ResponseReturnValue:
    """Say what was wrong; nothing changes before the next page is confirmed."""
    form = RegradeForm()
    if form.validate_on_submit():
        with refusals_on(form, SENTENCES):
            with unit_of_work() as session:
                number = _propose(session, form, slot_id)
            return redirect(url_for("author.regrade", regrade_id=number), 303)
    about = quizzes.correctable(db.session(), slot_id, by=actor())
    if not form.is_submitted():
        form.question.data = written(about.draft)
    page = render_template("author/regrade_new.html", form=form, about=about, policies=POLICIES, **NAMES)
    return page, 422 if form.refused or form.form_errors else 200


def _propose(session: Session, form: RegradeForm, slot_id: int) -> int:
    policy = RegradePolicy(form.policy.data)
    return quizzes.propose_regrade(
        session,
        slot_id,
        policy=policy,
        draft=_draft(form) if policy in quizzes.NEEDS_KEY else None,
        never_lower=bool(form.never_lower.data),
        tell=bool(form.tell.data),
        reason=form.reason.data or "",
        by=actor(),
        now=utcnow(),
    )


def written(draft: Draft) -> str:
    """The question as text to be changed: in GIFT, or in JSON where GIFT cannot say it."""
    plain = Draft(draft.question)
    lost = any(problem.severity == "error" for problem in questions.FORMATS["gift"].losses(plain))
    return questions.FORMATS["json" if lost else "gift"].write([plain]).decode().strip()


def _draft(form: RegradeForm) -> Draft:
    """The one question in the field; Invalid says with its line what is wrong with it."""
    text = form.question.data or ""
    form_of_text = "json" if text.lstrip()[:1] in ("{", "[") else "gift"
    report = questions.FORMATS[form_of_text].read(text.encode("utf-8", "replace"))
    if report.errors:
        form.question.errors = [*form.question.errors, _said(report.errors[0])]
        raise Invalid("corrected_wrong", question="wrong")
    if len(report.drafts) != 1:
        raise Invalid("corrected_wrong", question="other_type")
    return report.drafts[0]


def _said(problem: Problem) -> str:
    sentence, values = questions.describe(problem)
    where = words().gettext("Строка %(line)s:", line=problem.line)
    return f"{where} {words().gettext(sentence, **values)}"


@bp.get("/regrades/<int:regrade_id>")
def regrade(regrade_id: int) -> ResponseReturnValue:
    """What a correction changes, and the decision about it."""
    return _regrade_page(ConfirmForm(), regrade_id)


@bp.post("/regrades/<int:regrade_id>/commit")
def commit_regrade(regrade_id: int) -> ResponseReturnValue:
    """Let the correction hold."""
    form = ConfirmForm()
    with refusals_on(form, SENTENCES):
        with unit_of_work() as session:
            quizzes.commit_regrade(session, regrade_id, by=actor(), now=utcnow())
        flash(words().gettext("Исправление действует. Оценки пересчитываются, страницу можно закрыть."), "ok")
        return redirect(url_for("author.regrade", regrade_id=regrade_id), 303)
    return _regrade_page(form, regrade_id)


@bp.post("/regrades/<int:regrade_id>/undo")
def undo_regrade(regrade_id: int) -> ResponseReturnValue:
    """Give everybody back what they had."""
    form = ConfirmForm()
    with refusals_on(form, SENTENCES):
        with unit_of_work() as session:
            quizzes.undo_regrade(session, regrade_id, by=actor(), now=utcnow())
        flash(words().gettext("Исправление отменено. Прежние оценки возвращаются."), "ok")
        return redirect(url_for("author.regrade", regrade_id=regrade_id), 303)
    return _regrade_page(form, regrade_id)


def _regrade_page(form: ConfirmForm, regrade_id: int) -> Response:
    shown = quizzes.regrade_page(db.session(), regrade_id, by=actor(), page=asking.page_number())
    page = render_template("author/regrade.html", form=form, shown=shown, policies=POLICIES)
    answer = make_response(page, 409 if form.form_errors else 200)
    if shown.card.working:
        answer.headers["Refresh"] = "3"
    return answer
