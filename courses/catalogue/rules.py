"""The words of the catalogue."""

from enum import StrEnum


class CourseKind(StrEnum):
    COURSE = "course"
    SEMINAR = "seminar"
    MASTER_CLASS = "master_class"
    WORKSHOP = "workshop"


class ActivityKind(StrEnum):
    LESSON = "lesson"
    QUIZ = "quiz"
    PRACTICAL = "practical"


class OfferingState(StrEnum):
    """A draft is not shown; an open offering takes people in; a closed one is still studied by who is in it."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


SUBJECTS = (
    "pedagogy",
    "ict",
    "russian",
    "mathematics",
    "informatics",
    "science",
    "history",
    "languages",
    "primary",
    "preschool",
    "arts",
    "technology",
    "sport",
    "inclusive",
    "management",
)
