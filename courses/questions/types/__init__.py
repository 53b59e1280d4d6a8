"""Question types: one file each, found by itself. A name that begins with `_` is shared by several types."""

from importlib import import_module
from pkgutil import iter_modules

from courses.questions.rules import QuestionType


def _found() -> dict[str, QuestionType]:
    """Every `TYPE` of this folder by name; two types of one name stop the program at once."""
    types: dict[str, QuestionType] = {}
    for module in iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        found: QuestionType = import_module(f"{__name__}.{module.name}").TYPE
        if found.name in types:
            raise RuntimeError(f"two question types are called {found.name}")
        types[found.name] = found
    return types


TYPES = _found()
