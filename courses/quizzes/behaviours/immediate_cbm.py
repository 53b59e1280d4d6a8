"""One check for each question, weighed by how sure one said to be (quiz semantics 3.12)."""

from dataclasses import replace

from courses.questions import State
from courses.quizzes.behaviours._base import Asked, Standing
from courses.quizzes.behaviours._certainty import LIMITS, weighed
from courses.quizzes.behaviours.immediate_feedback import ImmediateFeedback
from courses.texts import N_


class ImmediateCbm(ImmediateFeedback):
    """Checked only with a certainty."""

    name = "immediate_cbm"
    title = N_("Ответ сразу, с уверенностью")
    explained = N_("Перед проверкой слушатель отмечает, насколько уверен; изменить ответ потом нельзя.")
    asks_certainty = True

    def check(self, asked: Asked, stands: Standing) -> Standing:
        if stands.certainty is None:
            return replace(stands, state=State.INVALID)
        return weighed(super().check(asked, stands))

    def finish(self, asked: Asked, stands: Standing) -> Standing:
        return weighed(super().finish(asked, stands))

    def limits(self, asked: Asked) -> tuple[float, float]:
        return LIMITS


BEHAVIOUR = ImmediateCbm()
