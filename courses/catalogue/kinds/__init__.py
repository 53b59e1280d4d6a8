"""Kinds of course: one file each, found by itself. A name that begins with `_` is shared by several kinds."""

from importlib import import_module
from pkgutil import iter_modules

from courses.catalogue.kinds._base import MISSING_SENTENCES, CompletionFacts, Kind


def _found() -> dict[str, Kind]:
    """Every `KIND` of this folder by name; two kinds of one name stop the program at once."""
    kinds: dict[str, Kind] = {}
    for module in iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        found: Kind = import_module(f"{__name__}.{module.name}").KIND
        if found.name in kinds:
            raise RuntimeError(f"two kinds of course are called {found.name}")
        kinds[found.name] = found
    return {name: kinds[name] for name in ("course", "seminar", "master_class", "workshop")} | kinds


KINDS = _found()


def kind_of(name: str) -> Kind:
    """The words and the rule of a kind."""
    return KINDS[name]


__all__ = ["KINDS", "MISSING_SENTENCES", "CompletionFacts", "Kind", "kind_of"]
