"""The words of the catalogue, and when an offering takes people in."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from courses.texts import N_


class CourseKind(StrEnum):
    """The four forms of training; `kinds/` holds what each of them means."""

    COURSE = "course"
    SEMINAR = "seminar"
    MASTER_CLASS = "master_class"
    WORKSHOP = "workshop"


class ActivityKind(StrEnum):
    """What a module is made of."""

    LESSON = "lesson"
    QUIZ = "quiz"
    PRACTICAL = "practical"


class OfferingState(StrEnum):
    """A draft is not shown; an open offering takes people in; a closed one is still studied by who is in
    it."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Intake(StrEnum):
    """Whether an offering takes people in now, and if not, why."""

    OPEN = "open"
    NOT_OPEN_YET = "not_open_yet"
    OVER = "over"
    CLOSED = "closed"
    FULL = "full"


class Takes(Protocol):
    """What `intake` needs to know of an offering; a row of a query will do."""

    @property
    def state(self) -> OfferingState: ...
    @property
    def enrol_until(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def seats(self) -> int | None: ...
    @property
    def seats_taken(self) -> int: ...


def intake(offering: Takes, now: datetime) -> Intake:
    """The first reason for which nobody may enrol any more, or that they may."""
    if offering.state == OfferingState.DRAFT:
        return Intake.NOT_OPEN_YET
    if offering.ends_at is not None and offering.ends_at <= now:
        return Intake.OVER
    if offering.state == OfferingState.CLOSED or (
        offering.enrol_until is not None and offering.enrol_until <= now
    ):
        return Intake.CLOSED
    if offering.seats is not None and offering.seats_taken >= offering.seats:
        return Intake.FULL
    return Intake.OPEN


SUBJECTS = {
    "pedagogy": N_("Педагогика и методика"),
    "ict": N_("Цифровые технологии"),
    "russian": N_("Русский язык и литература"),
    "mathematics": N_("Математика"),
    "informatics": N_("Информатика"),
    "science": N_("Естественные науки"),
    "history": N_("История и обществознание"),
    "languages": N_("Иностранные языки"),
    "primary": N_("Начальная школа"),
    "preschool": N_("Дошкольное образование"),
    "arts": N_("Искусство и музыка"),
    "technology": N_("Труд (технология)"),
    "sport": N_("Физическая культура"),
    "inclusive": N_("Инклюзивное образование"),
    "management": N_("Управление образованием"),
}
