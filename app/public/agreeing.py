"""The consent of a person who was entered by the office, asked before the first sign-in is finished."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.extensions import limiter, unit_of_work
from app.public import bp
from app.public.account_forms import ConsentForm
from app.public.browser import DEBT_KEY, goal, here, keep_secret
from app.public.display import remembered
from app.templating import language, settings, words
from courses import people
from courses.clock import utcnow
from courses.people import Document, State


@bp.route("/consent", methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
def consent() -> ResponseReturnValue:
    """Agree, and be signed in."""
    if DEBT_KEY not in session:
        return redirect(url_for("public.sign_in"), 303)
    text = people.document(people.PERSONAL_DATA, language(), settings())
    form = ConsentForm(text)
    if form.is_submitted() and form.agreed():
        return _agree(text)
    page = render_template(
        "public/account/consent.html", form=form, text=text, next=request.values.get("next", "")
    )
    return page, 422 if form.is_submitted() else 200


def _agree(text: Document) -> Response:
    current_app.extensions["files"].put(text.data)
    with unit_of_work() as work:
        outcome = people.agree(
            work, session[DEBT_KEY], text, device=here(), secret_key=settings().secret_key, now=utcnow()
        )
    wanted = goal()
    if outcome.state is not State.ADMITTED:
        session.pop(DEBT_KEY)
        flash(words().gettext("С ввода пароля прошло много времени. Войдите ещё раз."), "warning")
        return redirect(url_for("public.sign_in", next=wanted), 303)
    keep_secret(outcome.secret)
    return remembered(redirect(wanted, 303), outcome.display)
