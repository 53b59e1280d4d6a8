"""The facts this subject tells."""

from dataclasses import dataclass

from courses.outbox import Fact


@dataclass(frozen=True, slots=True)
class AttemptFinished(Fact):
    """An attempt was handed in, by the learner or by the clock; it waits for its mark."""

    attempt_id: int


@dataclass(frozen=True, slots=True)
class AttemptGraded(Fact):
    """Every question of an attempt has its fraction, and the attempt its mark."""

    attempt_id: int
    enrolment_id: int


@dataclass(frozen=True, slots=True)
class AttemptMarked(Fact):
    """A person has marked the last answer of an attempt that waited for it, or changed a mark afterwards."""

    attempt_id: int
    enrolment_id: int
