"""Pages that only a development installation shows: the style guide, and the letters it did not send."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from app.templating import settings
from courses import notifications

bp = Blueprint("development", __name__)


@bp.get("/styleguide")
def styleguide() -> ResponseReturnValue:
    """All components on one page."""
    return render_template("styleguide.html")


@bp.get("/demo/mail")
def mail() -> ResponseReturnValue:
    """The letters that would have been sent, newest first; only where no mail server is set up."""
    if settings().smtp_url:
        abort(404)
    return render_template("development/mail.html", letters=notifications.read_folder(settings().mail_folder))
