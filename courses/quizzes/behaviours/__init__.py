"""Behaviours: one file each, found by itself. A name that begins with `_` is shared by several."""

from importlib import import_module
from pkgutil import iter_modules

from courses.questions import QuestionType
from courses.quizzes.behaviours._base import Asked, Behaviour, Deed, Done, Standing, Try, after, replay

__all__ = [
    "BEHAVIOURS",
    "DEFAULT",
    "Asked",
    "Behaviour",
    "Deed",
    "Done",
    "Standing",
    "Try",
    "after",
    "behaviour_for",
    "replay",
]

DEFAULT = "deferred_feedback"
BY_HAND = "manual"
TO_READ = "description"


def _found() -> dict[str, Behaviour]:
    """Every `BEHAVIOUR` of this folder by name; two of one name stop the program at once."""
    behaviours: dict[str, Behaviour] = {}
    for module in iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        found: Behaviour = import_module(f"{__name__}.{module.name}").BEHAVIOUR
        if found.name in behaviours:
            raise RuntimeError(f"two behaviours are called {found.name}")
        behaviours[found.name] = found
    return behaviours


BEHAVIOURS = _found()


def behaviour_for(kind: QuestionType, wanted: str) -> Behaviour:
    """The behaviour a quiz asks for; but what only a person can mark is always marked by a person, and a
    text to read is only read."""
    if kind.name == TO_READ:
        return BEHAVIOURS[DEFAULT]
    return BEHAVIOURS[BY_HAND if kind.by_hand else wanted]
