"""One's own account: profile, password, and the browsers that are signed in."""

import structlog
from flask import Response, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from sqlalchemy.exc import OperationalError

from app.extensions import db, limiter, unit_of_work
from app.public import bp
from app.public.account_forms import ChangePasswordForm, NamesForm
from app.public.browser import here, keep_secret, session_id_here
from app.public.display import keep_language
from app.public.signing_in import refusal_of, tried
from app.security import Viewer, actor
from app.templating import settings, words
from courses import people
from courses.clock import utcnow
from courses.errors import Invalid
from courses.people import Outcome, Profile, State

log = structlog.get_logger("kafedra.web")


@bp.route("/account", methods=["GET", "POST"])
@login_required
def account() -> ResponseReturnValue:
    """One's name, time zone and language."""
    person = people.get(db.session(), actor().id)
    form = NamesForm(obj=person)
    if form.validate_on_submit():
        try:
            _save_profile(form)
            return keep_language(redirect(url_for("public.account"), 303), form.language.data)
        except Invalid as refusal:
            form.complain(refusal)
    consents = people.consents_of(db.session(), actor().id)
    page = render_template("public/account/profile.html", form=form, person=person, consents=consents)
    return page, 422 if form.refused else 200


@bp.route("/account/password", methods=["GET", "POST"])
@login_required
@limiter.limit("20/minute", methods=["POST"])
def password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            outcome = _change_password(form)
            if outcome.state is State.ADMITTED:
                keep_secret(outcome.secret)
                flash(words().gettext("Пароль изменён. На других устройствах вы вышли из системы."), "ok")
                return redirect(url_for("public.account"), 303)
            form.old_password.errors = [_about_old(outcome)]
        except Invalid as refusal:
            form.complain(refusal)
    return render_template("public/account/password.html", form=form), 422 if form.refused else 200


@bp.get("/account/sessions")
@login_required
def sessions() -> ResponseReturnValue:
    """The browsers that are signed in."""
    browsers = people.open_sessions(db.session(), actor().id, current=session_id_here(), now=utcnow())
    return render_template("public/account/sessions.html", browsers=browsers)


@bp.post("/account/sessions/<int:session_id>/end")
@login_required
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign one browser out."""
    with unit_of_work() as work:
        people.end_session(work, session_id, by=actor(), now=utcnow())
    flash(words().gettext("На том устройстве вы вышли из системы."), "ok")
    return redirect(url_for("public.sessions"), 303)


@bp.post("/account/sessions/end-others")
@login_required
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other browser out."""
    with unit_of_work() as work:
        people.end_sessions(work, actor().id, but=session_id_here(), now=utcnow())
    flash(words().gettext("На всех остальных устройствах вы вышли из системы."), "ok")
    return redirect(url_for("public.sessions"), 303)


@bp.after_app_request
def note_visit(response: Response) -> Response:
    """Let the session's row know, at most once in five minutes, that its browser is in use."""
    person = g.get("_login_user")
    now = utcnow()
    if isinstance(person, Viewer) and person.signed_in.is_due(now) and response.status_code < 500:
        try:
            with unit_of_work() as work:
                people.keep_session(work, person.signed_in.session_id, now=now)
        except OperationalError as error:
            log.warning("visit.not_noted", reason=type(error).__name__)
    return response


def _save_profile(form: NamesForm) -> None:
    wish = Profile(**form.names(), language=form.language.data or "", time_zone=form.time_zone.data or "")
    with unit_of_work() as work:
        people.change_profile(work, wish, by=actor(), now=utcnow())
    flash(words().gettext("Сохранено."), "ok")


def _change_password(form: ChangePasswordForm) -> Outcome:
    person = people.get(db.session(), actor().id)
    full_name, email = person.full_name, person.email
    db.session.rollback()
    password_hash = people.check_new_password(form.password.data, full_name, email)
    proof = tried(email, form.old_password.data or "")
    with unit_of_work() as work:
        return people.change_password(
            work,
            proof,
            password_hash,
            device=here(),
            secret_key=settings().secret_key,
            by=actor(),
            now=utcnow(),
        )


def _about_old(outcome: Outcome) -> str:
    if outcome.state is State.WRONG:
        return words().gettext("Нынешний пароль не подходит.")
    return refusal_of(outcome)
