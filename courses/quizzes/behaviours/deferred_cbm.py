"""Marks at the end, weighed by how sure one said to be (quiz semantics 3.12)."""

from dataclasses import replace

from courses.questions import State
from courses.quizzes.behaviours._base import Asked, Deferred, Standing
from courses.quizzes.behaviours._certainty import LIMITS, weighed
from courses.texts import N_


class DeferredCbm(Deferred):
    """Answered only with a certainty."""

    name = "deferred_cbm"
    title = N_("Результат в конце, с уверенностью")
    explained = N_("К ответу слушатель отмечает, насколько уверен: уверенная ошибка стоит дороже.")
    asks_certainty = True

    def saved(self, asked: Asked, stands: Standing) -> Standing:
        stands = super().saved(asked, stands)
        unsure = stands.state is State.COMPLETE and stands.certainty is None
        return replace(stands, state=State.INVALID) if unsure else stands

    def finish(self, asked: Asked, stands: Standing) -> Standing:
        return weighed(super().finish(asked, stands))

    def limits(self, asked: Asked) -> tuple[float, float]:
        return LIMITS


BEHAVIOUR = DeferredCbm()
