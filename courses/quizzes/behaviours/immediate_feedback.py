"""One check for each question; what was checked cannot be changed (quiz semantics 3.12)."""

from dataclasses import replace

from courses.questions import State
from courses.quizzes.behaviours._base import Asked, Checked, Standing, tried
from courses.texts import N_


class ImmediateFeedback(Checked):
    """The fraction of the answer that was checked, or of the last one at the end."""

    name = "immediate_feedback"
    title = N_("Ответ сразу")
    explained = N_("После кнопки «Проверить» сразу видно, верно ли; изменить ответ уже нельзя.")

    def check(self, asked: Asked, stands: Standing) -> Standing:
        if not asked.complete(stands.response):
            return replace(stands, state=State.INVALID)
        one, stands = tried(asked, stands)
        return replace(stands, state=one.state, fraction=one.fraction, finished=True)


BEHAVIOUR = ImmediateFeedback()
