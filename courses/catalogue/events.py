"""The facts the catalogue tells."""

from dataclasses import dataclass

from courses.outbox import Fact


@dataclass(frozen=True, slots=True)
class CoursePublished(Fact):
    """A version became final and may be offered."""

    course_version_id: int


@dataclass(frozen=True, slots=True)
class OfferingOpened(Fact):
    """An offering began to take people in."""

    offering_id: int
