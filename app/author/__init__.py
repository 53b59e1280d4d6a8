"""The door for authors: course packages, preview, publishing, offerings. To others it does not exist."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.extensions import login
from courses.people import Permission

bp = Blueprint("author", __name__)


@bp.before_request
def authors_only() -> ResponseReturnValue | None:
    """A guard for comfort; the services decide."""
    if not current_user.is_authenticated:
        return login.unauthorized()
    if not current_user.actor.may_anywhere(Permission.COURSE_PREVIEW):
        abort(404)
    return None


from app.author import courses, offerings, preview, regrades  # noqa: E402, F401 - they add routes to bp
