"""Quizzes: attempts made of append-only steps, a deadline owned by the server, marks given by a worker.

An attempt starts with one step per slot that holds all randomness; every saved response is one more;
grading replays them. The learner obtains an attempt only through verbs that look whose it is.
"""

from courses.quizzes import (
    frozen,  # noqa: F401 - the guard over published quizzes
    interventions,
    monitor,
)
from courses.quizzes.alone import Alone, stand_alone
from courses.quizzes.attempts import (
    create_quiz,
    finish_attempt,
    finish_overdue,
    flag,
    owed,
    settle_attempt,
    start_attempt,
    time_up,
    turn_to,
)
from courses.quizzes.behaviours import BEHAVIOURS
from courses.quizzes.checking import check_answer, try_again
from courses.quizzes.corrections import NEEDS_KEY
from courses.quizzes.events import (
    AttemptFinished,
    AttemptGraded,
    AttemptMarked,
    AttemptRegraded,
    RegradeCommitted,
    RegradeProposed,
    RegradeUndone,
)
from courses.quizzes.grading import grade_attempt
from courses.quizzes.marking import LONGEST_COMMENT, claim, give_mark, release
from courses.quizzes.marking_queue import (
    Work,
    marking_queue,
    marking_work,
    marking_works,
    next_waiting,
)
from courses.quizzes.models import Attempt, AttemptState, GradingProgress, Quiz, Regrade, RegradePolicy, Slot
from courses.quizzes.queries import (
    Sheet,
    Sitting,
    find_receipt,
    sitting,
    waiting,
)
from courses.quizzes.regrade_queries import (
    correctable,
    correctable_slots,
    regrade_page,
)
from courses.quizzes.regrading import (
    LONGEST_REASON,
    apply_regrade,
    commit_regrade,
    count_regrade,
    propose_regrade,
    restore_regrade,
    undo_regrade,
)
from courses.quizzes.saving import Answer, Fate, Saved, save_responses
from courses.quizzes.seen import seen_question
from courses.quizzes.settings import Item, Late, Method, Moment, Navigation, QuizSettings
from courses.quizzes.start import review, start_page

__all__ = [
    "BEHAVIOURS",
    "LONGEST_COMMENT",
    "LONGEST_REASON",
    "NEEDS_KEY",
    "Alone",
    "Answer",
    "Attempt",
    "AttemptFinished",
    "AttemptGraded",
    "AttemptMarked",
    "AttemptRegraded",
    "AttemptState",
    "Fate",
    "GradingProgress",
    "Item",
    "Late",
    "Method",
    "Moment",
    "Navigation",
    "Quiz",
    "QuizSettings",
    "Regrade",
    "RegradeCommitted",
    "RegradePolicy",
    "RegradeProposed",
    "RegradeUndone",
    "Saved",
    "Sheet",
    "Sitting",
    "Slot",
    "Work",
    "apply_regrade",
    "check_answer",
    "claim",
    "commit_regrade",
    "correctable",
    "correctable_slots",
    "count_regrade",
    "create_quiz",
    "find_receipt",
    "finish_attempt",
    "finish_overdue",
    "flag",
    "give_mark",
    "grade_attempt",
    "interventions",
    "marking_queue",
    "marking_work",
    "marking_works",
    "monitor",
    "next_waiting",
    "owed",
    "propose_regrade",
    "regrade_page",
    "release",
    "restore_regrade",
    "review",
    "save_responses",
    "seen_question",
    "settle_attempt",
    "sitting",
    "stand_alone",
    "start_attempt",
    "start_page",
    "time_up",
    "try_again",
    "turn_to",
    "undo_regrade",
    "waiting",
]
