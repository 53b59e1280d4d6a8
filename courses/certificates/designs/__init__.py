"""Certificate designs, one file each, found by themselves.

A design module offers `DESIGN`, a `Design`. Its `draw(snapshot, assets)` is a pure function: the snapshot
holds everything that is printed, already as text; `assets` holds image files under the keys the snapshot
names. The same snapshot and assets give the same bytes, in any process and in any order.

A snapshot:
    language ("ru", "en") · kind ("course", "seminar", "master_class", "workshop") · document_title ·
    given_to_label · recipient · text · course_title · volume · issued · number · note ·
    verify_url · verify_label · code ·
    organisation {name; optional: city, licence, head_position, head_name, signature, seal, seal_place} ·
    optional: period, extra.
`organisation["signature"]` and `organisation["seal"]` are keys into `assets`, or `FACSIMILE` for a drawn one
(for demonstrations), or absent: the place stays empty for ink. `organisation["seal_place"]` is printed where
a seal would be, «М. П.».
"""

from importlib import import_module
from pkgutil import iter_modules

from courses.certificates.drawing.design import FACSIMILE, Assets, Design, IncompleteSnapshot, Snapshot
from courses.certificates.drawing.fonts import MissingGlyphs
from courses.certificates.drawing.pictures import is_picture
from courses.certificates.drawing.typography import missing_glyphs

__all__ = [
    "DESIGNS",
    "FACSIMILE",
    "Assets",
    "Design",
    "IncompleteSnapshot",
    "MissingGlyphs",
    "Snapshot",
    "find_designs",
    "is_picture",
    "missing_glyphs",
]


def find_designs(package: str, paths: list[str]) -> dict[str, Design]:
    """Every module's `DESIGN` by its name; two of one name are a mistake, not a choice."""
    found: dict[str, Design] = {}
    for module in sorted(iter_modules(paths), key=lambda module: module.name):
        design: Design = import_module(f"{package}.{module.name}").DESIGN
        if design.name in found:
            raise ValueError(f"two certificate designs are named {design.name!r}")
        found[design.name] = design
    return found


DESIGNS = find_designs(__name__, list(__path__))
