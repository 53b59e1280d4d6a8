"""The door for staff: offerings, certificates, the register, people. To others it does not exist."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.extensions import login
from courses.people import Permission

bp = Blueprint("admin", __name__)


@bp.before_request
def staff_only() -> ResponseReturnValue | None:
    """A guard for comfort; the services decide."""
    if not current_user.is_authenticated:
        return login.unauthorized()
    may = current_user.actor.may_anywhere
    if not (may(Permission.OFFERING_SEE_LEARNERS) or may(Permission.ANSWER_MARK)):
        abort(404)
    return None


from app.admin import audit, certificates, marking, offerings, people, quizzes, register  # noqa: E402, F401 - they add routes to bp
