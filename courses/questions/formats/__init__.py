"""Question file formats: one file each, found by itself; `_name.py` and `problems.py` serve them all."""

from importlib import import_module
from pkgutil import iter_modules

from courses.questions.formats._base import Draft, Format, Report

__all__ = ["FORMATS", "Draft", "Format", "Report", "read_as"]

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


def read_as(data: bytes, file_name: str, form: str = "") -> tuple[str, Report]:
    """The report on a file, and the format it was read in: the one named, else the one that its ending and
    its content suit best, the fewest mistakes and then the most questions deciding."""
    if form:
        return form, FORMATS[form].read(data)
    ending = "." + file_name.rpartition(".")[2].lower()
    alike = [one for one in FORMATS.values() if ending in (one.extension, *one.also)]
    read = [(one.name, one.read(data)) for one in alike or FORMATS.values()]
    return min(read, key=lambda found: (len(found[1].errors), -len(found[1].drafts)))
