"""Registering, and confirming the address by the link in a letter."""

from flask import current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app.extensions import db, limiter, unit_of_work
from app.public import bp
from app.public.account_forms import AddressForm, ConfirmForm, RegistrationForm
from app.public.browser import ADDRESS_KEY, CLAIM_KEY, goal, here, keep_secret, remember_goal, remembered_goal
from app.public.signing_in import refusal_of, tried
from app.security import viewer
from app.templating import language, settings, words
from courses import people
from courses.clock import utcnow
from courses.errors import Conflict, NotFound
from courses.people import LinkOwner, Purpose, State


@bp.route("/register", methods=["GET", "POST"])
@limiter.limit("60/minute;600/hour", methods=["POST"])  # a whole class behind one address
def register() -> ResponseReturnValue:
    """Register; the answer is the same whether the address is known or not."""
    if viewer():
        return redirect(goal(), 303)
    text = people.document(people.PERSONAL_DATA, language(), settings())
    form = RegistrationForm(text)
    wish = form.checked() if form.is_submitted() else None
    if wish is None:
        return render_template("public/account/register.html", form=form, text=text), _status(form)
    current_app.extensions["files"].put(text.data)
    with unit_of_work() as work:
        claim = people.register(work, wish, consent=text, secret_key=settings().secret_key, now=utcnow())
    session[CLAIM_KEY], session[ADDRESS_KEY] = claim, wish.email
    remember_goal()
    return redirect(url_for("public.registered"), 303)


@bp.get("/registered")
def registered() -> ResponseReturnValue:
    """«Look into your mailbox»: where the letter went, and how to get another."""
    form = AddressForm()
    form.email.data = session.get(ADDRESS_KEY, "")
    return render_template("public/account/registered.html", form=form, address=form.email.data)


@bp.post("/registered")
@limiter.limit("10/minute;40/hour")
def send_again() -> ResponseReturnValue:
    """Send the confirming letter once more; says the same about every address."""
    form = AddressForm()
    address = form.email.data or session.get(ADDRESS_KEY, "")
    with unit_of_work() as work:
        people.ask_for_confirmation(work, address, now=utcnow())
    session[ADDRESS_KEY] = address
    flash(
        words().gettext(
            "Если этот адрес ждёт подтверждения, письмо скоро придёт. Чаще раза в минуту писем не шлём."
        )
    )
    return redirect(url_for("public.registered"), 303)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@limiter.limit("60/minute", methods=["POST"])
def confirm(token: str) -> ResponseReturnValue:
    """The link in the letter: a page with one button, so that a mail scanner's visit uses nothing up."""
    owner = open_link(Purpose.CONFIRM, token, claim=session.get(CLAIM_KEY, ""))
    if owner is None:
        return render_template("public/account/dead_link.html", purpose="confirm", form=AddressForm()), 410
    form = ConfirmForm()
    ours = people.claimed(
        db.session(), owner.person_id, session.get(CLAIM_KEY, ""), secret_key=settings().secret_key
    )
    if form.validate_on_submit():
        wanted = remembered_goal()
        refused = _confirm(token, owner, form, ours=ours)
        if refused is None:
            return redirect(wanted, 303)
        form.password.errors = [refused]
    return render_template("public/account/confirm.html", form=form, owner=owner, ours=ours), _status(form)


def open_link(purpose: Purpose, token: str, *, claim: str = "") -> LinkOwner | None:
    """Whose link this is; None when it is forged, used or too old."""
    try:
        return people.link_owner(
            db.session(), purpose, token, claim=claim, secret_key=settings().secret_key, now=utcnow()
        )
    except (NotFound, Conflict):
        return None


def _confirm(token: str, owner: LinkOwner, form: ConfirmForm, *, ours: bool) -> str | None:
    proof = None if ours else tried(owner.email, form.password.data or "")
    with unit_of_work() as work:
        outcome = people.confirm_address(
            work,
            token,
            claim=session.get(CLAIM_KEY, ""),
            proof=proof,
            device=here(),
            secret_key=settings().secret_key,
            now=utcnow(),
        )
    if outcome.state is not State.ADMITTED:
        return refusal_of(outcome)
    keep_secret(outcome.secret)
    flash(words().gettext("Адрес подтверждён. Добро пожаловать!"), "ok")
    return None


def _status(form: ConfirmForm | RegistrationForm) -> int:
    return 422 if form.is_submitted() else 200
