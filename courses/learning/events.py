"""The facts this subject tells."""

from dataclasses import dataclass

from courses.outbox import Fact


@dataclass(frozen=True, slots=True)
class EnrolmentOpened(Fact):
    """Somebody enrolled, or came back after withdrawing."""

    enrolment_id: int


@dataclass(frozen=True, slots=True)
class ActivityCompleted(Fact):
    """A lesson was read, a practical task handed in, or a quiz passed, for the first time."""

    enrolment_id: int
    activity_id: int


@dataclass(frozen=True, slots=True)
class AttendanceConfirmed(Fact):
    """The learner was there."""

    enrolment_id: int


@dataclass(frozen=True, slots=True)
class EnrolmentCompleted(Fact):
    """Every rule of the offering is met."""

    enrolment_id: int
