"""A course package as a value: what was written, checked and in its normal form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courses.catalogue import ActivityKind


@dataclass(frozen=True, slots=True)
class PackageActivity:
    """A lesson or practical task with its text, or a quiz with its settings and questions."""

    kind: ActivityKind
    path: str
    key: str
    title: str
    minutes: int
    required: bool
    body: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    drafts: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageModule:
    """A part of the course with its activities, in order."""

    key: str
    title: str
    summary: str
    activities: tuple[PackageActivity, ...]


@dataclass(frozen=True, slots=True)
class PackageFigure:
    """A picture, checked to be what its name says."""

    path: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Package:
    """A whole course. `manifest` holds the fields of `course.yaml` apart from the modules; `about` is
    Markdown."""

    manifest: Mapping[str, Any]
    about: str
    modules: tuple[PackageModule, ...]
    figures: tuple[PackageFigure, ...]

    @property
    def key(self) -> str:
        return str(self.manifest["key"])

    @property
    def title(self) -> str:
        return str(self.manifest["title"])

    @property
    def activities(self) -> tuple[PackageActivity, ...]:
        """All activities through all modules, in order."""
        return tuple(activity for module in self.modules for activity in module.activities)
