"""One try more than there are hints; after a wrong one a hint, then «Ещё раз» (quiz semantics 3.12)."""

from dataclasses import replace

from courses.questions import State
from courses.quizzes.behaviours._base import Asked, Checked, Standing, tried
from courses.texts import N_


class Interactive(Checked):
    """The last fraction less a penalty for every wrong try before, never below nothing. Where the parts of a
    question count alone, each is worth what it was when it became right for good."""

    name = "interactive"
    title = N_("С подсказками")
    explained = N_("После неверного ответа слушатель получает подсказку и пробует снова.")
    gives_hints = True

    def check(self, asked: Asked, stands: Standing) -> Standing:
        if not asked.complete(stands.response):
            return replace(stands, state=State.INVALID)
        one, now = tried(asked, stands)
        if one.state is not State.RIGHT and len(now.tries) <= asked.hints:
            return replace(now, state=State.TODO, resting=True)
        return replace(now, state=one.state, fraction=_earned(asked, now, one.fraction), finished=True)

    def finish(self, asked: Asked, stands: Standing) -> Standing:
        graded = asked.grade(stands.response)
        if graded.fraction is None:
            return replace(stands, state=State(graded.state), fraction=None)
        return replace(stands, state=State(graded.state), fraction=_earned(asked, stands, graded.fraction))

    def limits(self, asked: Asked) -> tuple[float, float]:
        return 0.0, 1.0


def _earned(asked: Asked, stands: Standing, fraction: float) -> float:
    """What the present response earns after the tries; a try that was wrong costs even when it is the last,
    for the pause after it was already another one's beginning."""
    responses = [one.response for one in stands.tries]
    counted = asked.counted_back(responses if stands.checked else [*responses, stands.response])
    if counted is not None:
        return counted
    wrong = len(stands.tries) - (stands.checked and not stands.resting)
    return max(0.0, fraction - asked.penalty * wrong)


BEHAVIOUR = Interactive()
