"""Any number of checks within one attempt; every wrong one before costs a penalty (quiz semantics 3.12)."""

from dataclasses import replace

from courses.questions import State
from courses.quizzes.behaviours._base import Asked, Checked, Standing, tried
from courses.texts import N_


class Adaptive(Checked):
    """The best over the tries of the fraction less the penalty for each try before it. The same answer again
    is no new try; an answer that was never checked is one at the end."""

    name = "adaptive"
    title = N_("Несколько попыток со штрафом")
    explained = N_("Проверять можно сколько угодно раз; каждая неверная проверка уменьшает балл за вопрос.")

    def check(self, asked: Asked, stands: Standing) -> Standing:
        if not asked.complete(stands.response):
            return replace(stands, state=State.INVALID)
        if stands.tries and asked.same(stands.tries[-1].response, stands.response):
            return replace(stands, checked=True)
        one, now = tried(asked, stands)
        state = State.COMPLETE if one.state is State.RIGHT else State.TODO
        return replace(now, state=state, fraction=self._best(asked, stands, one.fraction, len(stands.tries)))

    def finish(self, asked: Asked, stands: Standing) -> Standing:
        graded = asked.grade(stands.response)
        before = len(stands.tries) - stands.checked
        best = self._best(asked, stands, graded.fraction or 0.0, before)
        return replace(stands, state=State(graded.state), fraction=best)

    def limits(self, asked: Asked) -> tuple[float, float]:
        return 0.0, 1.0

    def _best(self, asked: Asked, stands: Standing, fraction: float, before: int) -> float:
        return max(stands.fraction or 0.0, fraction - self._cost(asked) * before)

    def _cost(self, asked: Asked) -> float:
        return asked.penalty


BEHAVIOUR = Adaptive()
