"""A person gives the mark (quiz semantics 3.12)."""

from dataclasses import replace

from courses.questions import State
from courses.quizzes.behaviours._base import Asked, Deferred, Standing
from courses.texts import N_


class Manual(Deferred):
    """At the end an answer waits for a person; where there is none, it was given up."""

    name = "manual"
    title = N_("Проверяет преподаватель")
    explained = N_("Ответы оценивает преподаватель, даже если программа могла бы сама.")

    def finish(self, asked: Asked, stands: Standing) -> Standing:
        waits = asked.gradable(stands.response)
        return replace(stands, state=State.NEEDS_GRADING if waits else State.GAVE_UP, fraction=None)


BEHAVIOUR = Manual()
