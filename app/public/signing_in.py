"""Signing in and out, and a new password for those who forgot theirs."""

from math import ceil

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from werkzeug.wrappers import Response

from app.extensions import db, limiter, unit_of_work
from app.public import bp
from app.public.account_forms import AddressForm, NewPasswordForm, SignInForm
from app.public.browser import (
    ADDRESS_KEY,
    CLAIM_KEY,
    DEBT_KEY,
    goal,
    here,
    keep_secret,
    remember_goal,
    session_id_here,
)
from app.public.display import remembered
from app.security import actor, viewer
from app.templating import settings, words
from courses import people
from courses.clock import utcnow
from courses.errors import Conflict, Invalid, NotFound
from courses.people import Outcome, Proof, Purpose, State
from courses.texts import N_

AT_THE_DOOR = (State.ADMITTED, State.UNCONFIRMED, State.CONSENT_OWED)
REFUSALS = {
    State.WRONG: N_("Адрес или пароль не подходят. Проверьте раскладку и клавишу Caps Lock."),
    State.DISABLED: N_("Эта учётная запись отключена. Напишите нам, если это ошибка."),
}


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("90/minute;900/hour", methods=["POST"])  # guesses at one account are held there
def sign_in() -> ResponseReturnValue:
    """Sign in with address and password."""
    if viewer():
        return redirect(goal(), 303)
    form = SignInForm()
    if form.validate_on_submit():
        proof = tried(form.email.data or "", form.password.data or "")
        with unit_of_work() as work:
            outcome = people.sign_in(
                work, proof, device=here(), secret_key=settings().secret_key, now=utcnow()
            )
        if outcome.state in AT_THE_DOOR:
            return _go_on(outcome, form.email.data or "")
        form.form_errors.append(refusal_of(outcome))
    return render_template("public/account/sign_in.html", form=form, next=request.values.get("next", "")), (
        422 if form.refused else 200
    )


@bp.post("/sign-out")
@login_required
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    with unit_of_work() as work:
        people.end_session(work, session_id_here(), by=actor(), now=utcnow())
    session.clear()
    return redirect(url_for("public.catalogue"), 303)


@bp.route("/forgotten", methods=["GET", "POST"])
@limiter.limit("10/minute;60/hour", methods=["POST"])
def forgotten() -> ResponseReturnValue:
    """Ask for a link to a new password; says the same about every address."""
    form = AddressForm()
    if form.validate_on_submit():
        with unit_of_work() as work:
            people.ask_for_reset(work, form.email.data or "", now=utcnow())
        return redirect(url_for("public.forgotten", sent=1), 303)
    return render_template("public/account/forgotten.html", form=form, sent=request.args.get("sent") == "1")


@bp.route("/reset/<token>", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by the link in the letter."""
    form = NewPasswordForm()
    try:
        owner = people.link_owner(
            db.session(), Purpose.RESET, token, secret_key=settings().secret_key, now=utcnow()
        )
        db.session.rollback()
        if form.validate_on_submit():
            return _reset(token, people.check_new_password(form.password.data, owner.full_name, owner.email))
    except (NotFound, Conflict):
        return render_template("public/account/dead_link.html", purpose="reset", form=AddressForm()), 410
    except Invalid as refusal:
        form.complain(refusal)
    return render_template("public/account/reset.html", form=form, owner=owner), 422 if form.refused else 200


def tried(email: str, password: str) -> Proof:
    """Look the address up, let the database go, and compare the password."""
    found = people.candidate(db.session(), email, secret_key=settings().secret_key, now=utcnow())
    db.session.rollback()
    return people.try_password(found, password)


def refusal_of(outcome: Outcome) -> str:
    """Why nobody was admitted, in words."""
    if outcome.state is State.LOCKED and outcome.locked_until is not None:
        minutes = max(1, ceil((outcome.locked_until - utcnow()).total_seconds() / 60))
        return words().ngettext(
            "Слишком много неверных попыток. Подождите %(num)d минуту или задайте новый пароль.",
            "Слишком много неверных попыток. Подождите %(num)d минут или задайте новый пароль.",
            minutes,
        )
    return words().gettext(REFUSALS[outcome.state])


def _go_on(outcome: Outcome, address: str) -> ResponseReturnValue:
    """In, or to what is owed first: the consent, or the confirmation of the address."""
    if outcome.state is State.CONSENT_OWED:
        session[DEBT_KEY] = outcome.debt
        return redirect(url_for("public.consent", next=goal()), 303)
    return _admit(outcome) if outcome.secret else _ask_to_confirm(outcome, address)


def _admit(outcome: Outcome) -> Response:
    wanted = goal()
    keep_secret(outcome.secret)
    return remembered(redirect(wanted, 303), outcome.display)


def _ask_to_confirm(outcome: Outcome, address: str) -> ResponseReturnValue:
    with unit_of_work() as work:
        people.ask_for_confirmation(work, address, now=utcnow())
    session[CLAIM_KEY], session[ADDRESS_KEY] = outcome.claim, address
    remember_goal()
    flash(words().gettext("Сначала подтвердите адрес: письмо со ссылкой уже в пути."), "warning")
    return redirect(url_for("public.registered"), 303)


def _reset(token: str, password_hash: str) -> ResponseReturnValue:
    with unit_of_work() as work:
        people.reset_password(work, token, password_hash, secret_key=settings().secret_key, now=utcnow())
    session.clear()
    flash(words().gettext("Пароль изменён, все прежние входы закрыты. Войдите с новым паролем."), "ok")
    return redirect(url_for("public.sign_in"), 303)
