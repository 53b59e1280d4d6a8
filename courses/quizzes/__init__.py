"""Quizzes: attempts made of append-only steps, a deadline owned by the server, marks given by a worker.

An attempt starts with one step per slot that holds all randomness; every saved response is one more;
grading replays them. The learner obtains an attempt only through verbs that look whose it is.
"""

from courses.quizzes import frozen  # noqa: F401 - the guard over published quizzes
from courses.quizzes.attempts import create_quiz, finish_attempt, finish_overdue, flag, owed, start_attempt
from courses.quizzes.events import AttemptFinished, AttemptGraded
from courses.quizzes.grading import grade_attempt
from courses.quizzes.models import Attempt, AttemptState, GradingProgress, Quiz, Slot
from courses.quizzes.queries import (
    AttemptLine,
    Receipt,
    Sheet,
    Sitting,
    Start,
    Tries,
    Waiting,
    find_receipt,
    sitting,
    start_page,
    tries,
    waiting,
)
from courses.quizzes.saving import Acknowledged, Answer, Fate, Saved, save_responses

__all__ = [
    "Acknowledged",
    "Answer",
    "Attempt",
    "AttemptFinished",
    "AttemptGraded",
    "AttemptLine",
    "AttemptState",
    "Fate",
    "GradingProgress",
    "Quiz",
    "Receipt",
    "Saved",
    "Sheet",
    "Sitting",
    "Slot",
    "Start",
    "Tries",
    "Waiting",
    "create_quiz",
    "find_receipt",
    "finish_attempt",
    "finish_overdue",
    "flag",
    "grade_attempt",
    "owed",
    "save_responses",
    "sitting",
    "start_attempt",
    "start_page",
    "tries",
    "waiting",
]
