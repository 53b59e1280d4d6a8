"""Quizzes of a group while it sits them: who works, other terms, time, and what came too late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateTimeLocalField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app import asking
from app.admin import bp
from app.extensions import db, unit_of_work
from app.forms import Form, Trimmed, refusals_on
from app.security import actor
from app.templating import local_input, time_zone, words
from courses import quizzes
from courses.clock import utcnow
from courses.errors import NotFound
from courses.texts import N_

SENTENCES = {
    "too_short": N_("Напишите причину понятнее: хотя бы пять знаков."),
    "too_long": N_("Слишком длинно: до пятисот знаков."),
    "before_opening": N_("Тест закрывается раньше, чем открывается. Проверьте даты."),
    "out_of_range": N_("Число слишком большое. Проверьте его."),
    "not_a_span": N_("Конец сбоя должен быть позже начала и не в будущем."),
    "attempt_ended": N_("Попытка уже закончилась: добавить время нельзя."),
    "no_deadline": N_("У этой попытки нет срока: добавлять нечего."),
    "not_abandoned": N_("Эту попытку возвращать не нужно: обновите страницу."),
    "nothing_late": N_("Об этих ответах уже решили: обновите страницу."),
    "not_finished": N_("Попытка ещё не закончилась."),
}
MOMENT: dict[str, Any] = {"validators": [Optional()], "format": ["%Y-%m-%dT%H:%M"]}
OUTAGE = "outage-"
DEEDS = ("time", "reopen", "accept", "decline")
LONGEST = quizzes.interventions.LONGEST_REASON
LONGEST_PASSWORD = quizzes.interventions.LONGEST_PASSWORD


class ReasonForm(Form):
    """Every deed has its reason."""

    reason = TextAreaField(filters=[Trimmed()], validators=[InputRequired(), Length(max=LONGEST)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.reason.label.text = words().gettext("Почему")


class TermsForm(ReasonForm):
    """What is different here; an empty field leaves what the quiz has. Moments in the reader's own zone."""

    opens_at = DateTimeLocalField(**MOMENT)
    closes_at = DateTimeLocalField(**MOMENT)
    minutes = IntegerField(validators=[Optional(), NumberRange(0, 500_000)])
    attempts = IntegerField(validators=[Optional(), NumberRange(0, quizzes.interventions.MOST_ATTEMPTS)])
    password = StringField(
        filters=[Trimmed()], validators=[Length(max=quizzes.interventions.LONGEST_PASSWORD)]
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        say = words().gettext
        self.opens_at.label.text = say("Открыть")
        self.closes_at.label.text = say("Закрыть")
        self.minutes.label.text = say("Минут на попытку")
        self.attempts.label.text = say("Попыток")
        self.password.label.text = say("Пароль")

    def changes(self) -> quizzes.interventions.Changes:
        """The fields that were filled in."""
        return quizzes.interventions.Changes(
            opens_at=_moment(self.opens_at),
            closes_at=_moment(self.closes_at),
            time_limit=None if self.minutes.data is None else self.minutes.data * 60,
            attempts=self.attempts.data,
            password=self.password.data or None,
        )


class TimeForm(ReasonForm):
    """Minutes to add to an attempt."""

    minutes = IntegerField(validators=[InputRequired(), NumberRange(1, 1440)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.minutes.label.text = words().gettext("Сколько минут добавить")


class OutageForm(ReasonForm):
    """From when to when nobody could work."""

    since = DateTimeLocalField(validators=[InputRequired()], format=["%Y-%m-%dT%H:%M"])
    until = DateTimeLocalField(validators=[InputRequired()], format=["%Y-%m-%dT%H:%M"])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.since.label.text = words().gettext("Начало сбоя")
        self.until.label.text = words().gettext("Конец сбоя")


def _moment(field: DateTimeLocalField) -> datetime | None:
    return field.data.replace(tzinfo=ZoneInfo(time_zone())) if field.data else None


def _filled(own: Mapping[str, Any]) -> TermsForm:
    """The form with what was set before."""
    limit = own.get("time_limit")
    walls = {name: _wall(own.get(name)) for name in ("opens_at", "closes_at")}
    rest = {"attempts": own.get("attempts"), "password": own.get("password")}
    return TermsForm(data={**walls, **rest, "minutes": None if limit is None else limit // 60})


def _wall(moment: datetime | None) -> datetime | None:
    return datetime.fromisoformat(local_input(moment, time_zone())) if moment else None


@bp.get("/offerings/<int:offering_id>/quizzes")
def group_quizzes(offering_id: int) -> ResponseReturnValue:
    """The quizzes of a group."""
    title, lines = quizzes.monitor.quizzes_of(db.session(), offering_id, by=actor())
    return render_template("admin/quizzes/list.html", offering_id=offering_id, title=title, lines=lines)


@bp.route("/offerings/<int:offering_id>/quizzes/<int:activity_id>", methods=["GET", "POST"])
def group_quiz(offering_id: int, activity_id: int) -> ResponseReturnValue:
    """Who sits the quiz now and how far they are; the terms of the whole group."""
    form = TermsForm() if request.method == "POST" else None
    if form is not None and form.validate_on_submit():
        with refusals_on(form, SENTENCES):
            _set_terms(offering_id, activity_id, None, form)
            flash(words().gettext("Условия группы сохранены."), "ok")
            return _to_group(offering_id, activity_id)
    return _group_page(offering_id, activity_id, terms=form)


@bp.post("/offerings/<int:offering_id>/quizzes/<int:activity_id>/outages")
def credit_outage(offering_id: int, activity_id: int) -> ResponseReturnValue:
    """Give back the time that an outage took."""
    form = OutageForm(prefix=OUTAGE)
    if form.validate_on_submit():
        with refusals_on(form, SENTENCES):
            given = _credit(offering_id, activity_id, form)
            flash(_given(given), "ok" if given else "info")
            return _to_group(offering_id, activity_id)
    return _group_page(offering_id, activity_id, outage=form)


@bp.route(
    "/offerings/<int:offering_id>/quizzes/<int:activity_id>/learners/<int:enrolment_id>",
    methods=["GET", "POST"],
)
def learner_quiz(offering_id: int, activity_id: int, enrolment_id: int) -> ResponseReturnValue:
    """One learner at a quiz: attempts, terms of their own, and what was done."""
    form = TermsForm() if request.method == "POST" else None
    if form is not None and form.validate_on_submit():
        with refusals_on(form, SENTENCES):
            _set_terms(offering_id, activity_id, enrolment_id, form)
            flash(words().gettext("Условия слушателя сохранены."), "ok")
            return _to_learner(offering_id, activity_id, enrolment_id)
    return _learner_page(offering_id, activity_id, enrolment_id, terms=form)


@bp.post("/attempts/<int:attempt_id>/<deed>")
def intervene(attempt_id: int, deed: str) -> ResponseReturnValue:
    """Add time, give an attempt back, or decide about answers that came too late."""
    if deed not in DEEDS:
        raise NotFound("deed")
    form = _deed_form(attempt_id, deed)
    place = quizzes.monitor.place_of(db.session(), attempt_id, by=actor())
    if form.validate_on_submit():
        with refusals_on(form, SENTENCES):
            flash(_do(attempt_id, deed, form), "ok")
            return _to_learner(*place)
    return _learner_page(*place, deed=(attempt_id, deed, form))


def _deed_form(attempt_id: int, deed: str, **values: Any) -> ReasonForm:
    """The form of one deed about one attempt; a page has several, so each has its own names."""
    kind = TimeForm if deed == "time" else ReasonForm
    return kind(prefix=f"{deed}-{attempt_id}-", **values)


def _do(attempt_id: int, deed: str, form: ReasonForm) -> str:
    """The deed; what to say of it."""
    about: dict[str, Any] = {"reason": form.reason.data, "by": actor(), "now": utcnow()}
    say = words().gettext
    with unit_of_work() as session:
        if isinstance(form, TimeForm):
            quizzes.interventions.give_time(session, attempt_id, seconds=form.minutes.data * 60, **about)
            return say("Время добавлено. На странице слушателя оно появится за несколько секунд.")
        if deed == "reopen":
            state = quizzes.interventions.reopen_attempt(session, attempt_id, **about)
            if state is quizzes.AttemptState.IN_PROGRESS:
                return say("Попытка идёт дальше.")
            return say("Попытка принята и будет проверена.")
        quizzes.interventions.decide_late(session, attempt_id, accept=deed == "accept", **about)
        if deed == "accept":
            return say("Опоздавшие ответы засчитаны, попытка проверяется заново.")
        return say("Опоздавшие ответы остались незасчитанными.")


def _set_terms(offering_id: int, activity_id: int, enrolment_id: int | None, form: TermsForm) -> None:
    with unit_of_work() as session:
        quizzes.interventions.set_terms(
            session,
            offering_id,
            activity_id,
            form.changes(),
            enrolment_id=enrolment_id,
            reason=form.reason.data,
            by=actor(),
            now=utcnow(),
        )


def _credit(offering_id: int, activity_id: int, form: OutageForm) -> int:
    since, until = _moment(form.since), _moment(form.until)
    if since is None or until is None:
        raise NotFound("moment")
    with unit_of_work() as session:
        return quizzes.interventions.credit_outage(
            session,
            offering_id,
            activity_id,
            since=since,
            until=until,
            reason=form.reason.data,
            by=actor(),
            now=utcnow(),
        )


def _given(attempts: int) -> str:
    if not attempts:
        return words().gettext("В это время никто не работал с ограничением времени: добавлять некому.")
    return words().ngettext(
        "Время добавлено в %(num)d попытку.", "Время добавлено в %(num)d попыток.", attempts
    )


def _to_group(offering_id: int, activity_id: int) -> ResponseReturnValue:
    return redirect(url_for("admin.group_quiz", offering_id=offering_id, activity_id=activity_id), 303)


def _to_learner(offering_id: int, activity_id: int, enrolment_id: int) -> ResponseReturnValue:
    return redirect(
        url_for(
            "admin.learner_quiz",
            offering_id=offering_id,
            activity_id=activity_id,
            enrolment_id=enrolment_id,
        ),
        303,
    )


def _group_page(
    offering_id: int, activity_id: int, *, terms: TermsForm | None = None, outage: OutageForm | None = None
) -> ResponseReturnValue:
    now, who = utcnow(), asking.text("who")
    shown = quizzes.monitor.attempts_page(
        db.session(), offering_id, activity_id, page=asking.page_number(), who=who, by=actor(), now=now
    )
    page = render_template(
        "admin/quizzes/group.html",
        shown=shown,
        who=who,
        now=now,
        soon=now + timedelta(minutes=5),
        terms_form=terms or _filled(shown.set_terms),
        outage_form=outage or OutageForm(prefix=OUTAGE, formdata=None),
    )
    return page, _status(terms, outage)


def _status(*forms: Form | None) -> int:
    """200, or what a refusal is answered with: 409 where the moment is wrong, 422 where a field is."""
    sent = [form for form in forms if form is not None and form.refused]
    return 409 if any(form.form_errors for form in sent) else 422 if sent else 200


def _learner_page(
    offering_id: int,
    activity_id: int,
    enrolment_id: int,
    *,
    terms: TermsForm | None = None,
    deed: tuple[int, str, ReasonForm] | None = None,
) -> ResponseReturnValue:
    now = utcnow()
    shown = quizzes.monitor.learner_page(
        db.session(), offering_id, activity_id, enrolment_id, by=actor(), now=now
    )
    page = render_template(
        "admin/quizzes/learner.html",
        shown=shown,
        now=now,
        terms_form=terms or _filled(shown.set_terms),
        problem=" ".join(deed[2].form_errors) if deed else "",
        form_of=lambda attempt_id, name: (
            deed[2]
            if deed and deed[:2] == (attempt_id, name)
            else _deed_form(attempt_id, name, formdata=None)
        ),
    )
    return page, _status(terms, deed[2] if deed else None)
