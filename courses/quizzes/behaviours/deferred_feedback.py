"""Everything is marked when the attempt is finished (quiz semantics 3.12)."""

from courses.quizzes.behaviours._base import Deferred
from courses.texts import N_


class DeferredFeedback(Deferred):
    """The fraction of the last answer."""

    name = "deferred_feedback"
    title = N_("Результат в конце")
    explained = N_("Слушатель отвечает на все вопросы, а результат видит после завершения.")


BEHAVIOUR = DeferredFeedback()
