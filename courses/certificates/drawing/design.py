"""What a certificate design offers, and the shape of what it draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from courses.certificates.drawing.composition import Placed
from courses.certificates.drawing.sheet import Box

Snapshot = Mapping[str, Any]
Assets = Mapping[str, bytes]

NO_ASSETS: Assets = MappingProxyType({})
FACSIMILE = "facsimile"
"""In place of a file key: draw the vector seal or signature. For demonstrations only."""


class Draw(Protocol):
    """A pure function from what is printed to the file."""

    def __call__(self, snapshot: Snapshot, assets: Assets = ...) -> bytes: ...


class Layout(Protocol):
    """A pure function from what is printed to where each paragraph stands."""

    def __call__(self, snapshot: Snapshot) -> Sequence[Placed]: ...


@dataclass(frozen=True, slots=True)
class Design:
    """One way to print a certificate. `title` is shown to people; `needs` are keys a snapshot must have.

    All text stays inside `frame` and out of `reserved`, where pictures stand (points from the lower left).
    """

    name: str
    title: str
    needs: frozenset[str]
    draw: Draw
    layout: Layout
    frame: Box
    reserved: tuple[Box, ...]


class IncompleteSnapshot(ValueError):
    """The snapshot lacks something the design prints."""

    def __init__(self, missing: set[str]) -> None:
        super().__init__(f"the snapshot lacks: {', '.join(sorted(missing))}")
        self.missing = frozenset(missing)
