"""Files of the questions that a learner is asked."""

from flask.typing import ResponseReturnValue

from app import question_files
from app.extensions import db
from app.learner import bp
from app.security import actor
from courses import quizzes


@bp.get("/questions/<int:question_id>/files/<path:name>")
def question_file(question_id: int, name: str) -> ResponseReturnValue:
    """A picture of a question, for whoever was asked it; the number is that of its version."""
    return question_files.picture(quizzes.seen_question(db.session(), question_id, by=actor()), name)
