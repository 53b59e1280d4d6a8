"""Any number of checks within one attempt, at no cost (quiz semantics 3.12)."""

from courses.quizzes.behaviours._base import Asked
from courses.quizzes.behaviours.adaptive import Adaptive
from courses.texts import N_


class AdaptiveNoPenalty(Adaptive):
    """The best fraction of all tries."""

    name = "adaptive_no_penalty"
    title = N_("Несколько попыток без штрафа")
    explained = N_("Проверять можно сколько угодно раз; засчитывается лучший ответ.")

    def _cost(self, asked: Asked) -> float:
        return 0.0


BEHAVIOUR = AdaptiveNoPenalty()
