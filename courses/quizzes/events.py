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


@dataclass(frozen=True, slots=True)
class RegradeProposed(Fact):
    """A correction of a question waits to be counted."""

    regrade_id: int


@dataclass(frozen=True, slots=True)
class RegradeCommitted(Fact):
    """A correction holds; the marks of earlier attempts follow."""

    regrade_id: int


@dataclass(frozen=True, slots=True)
class RegradeUndone(Fact):
    """A correction holds no more; the marks go back."""

    regrade_id: int


@dataclass(frozen=True, slots=True)
class AttemptRegraded(Fact):
    """A correction changed the mark of an attempt, and its learner is to be told."""

    attempt_id: int
    regrade_id: int
