"""Question file formats: one file each, found by itself; `_name.py` and `problems.py` serve them all."""

from importlib import import_module
from pkgutil import iter_modules

from courses.questions.formats._base import Draft, Format, Report

__all__ = ["FORMATS", "Draft", "Format", "Report"]

SHARED = ("problems",)


def _found() -> dict[str, Format]:
    """Every `FORMAT` of this folder by name; two formats of one name stop the program at once."""
    formats: dict[str, Format] = {}
    for module in iter_modules(__path__):
        if module.name.startswith("_") or module.name in SHARED:
            continue
        found: Format = import_module(f"{__name__}.{module.name}").FORMAT
        if found.name in formats:
            raise RuntimeError(f"two question formats are called {found.name}")
        formats[found.name] = found
    return formats


FORMATS = _found()
