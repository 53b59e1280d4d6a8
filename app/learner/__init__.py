"""The door for learners: studying, quizzes, their certificates. Everybody here is signed in."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.extensions import login

bp = Blueprint("learner", __name__)


@bp.before_request
def signed_in_only() -> ResponseReturnValue | None:
    """Learners sign in first and come back to where they wanted to be."""
    return None if current_user.is_authenticated else login.unauthorized()


from app.learner import certificates, files, quizzes, study  # noqa: E402, F401 - they add routes to bp
