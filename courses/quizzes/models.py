"""Quizzes, attempts, and the append-only steps an attempt is made of."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, Id, partial, word
from courses.quizzes import rules

AttemptState = rules.AttemptState


class GradingProgress(StrEnum):
    """The words of LTI Assignment and Grade Services."""

    NOT_READY = "NotReady"
    PENDING = "Pending"
    PENDING_MANUAL = "PendingManual"
    FAILED = "Failed"
    FULLY_GRADED = "FullyGraded"


class StepKind(StrEnum):
    """`started` holds the randomisation, `saved` a response, `checked` and `tried_again` what the learner did
    with it, `graded` the fraction at the end, `regraded` what a correction of the question made of it,
    `marked` what a person gives instead."""

    STARTED = "started"
    SAVED = "saved"
    CHECKED = "checked"
    TRIED_AGAIN = "tried_again"
    GRADED = "graded"
    REGRADED = "regraded"
    MARKED = "marked"


class RegradePolicy(StrEnum):
    """What becomes of answers to a question that was wrong: everybody gets all of it, the better of the old
    and the new key, the new key alone, the new key for later attempts only, or it counts for nobody."""

    FULL_CREDIT = "full_credit"
    BETTER = "better"
    NEW_KEY = "new_key"
    LATER_ONLY = "later_only"
    VOID = "void"


class Quiz(Base):
    """The quiz of one activity. Times in seconds, 0 for no limit; `pass_fraction` 0…1; `attempts` 0 for no
    limit; `settings` is the rest (`settings.QuizSettings`)."""

    __tablename__ = "quiz"

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), unique=True)
    time_limit: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    pass_fraction: Mapped[float]
    shuffle: Mapped[bool]
    per_page: Mapped[int] = mapped_column(default=1)
    max_mark: Mapped[float]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class Slot(Base):
    """A place in a quiz, holding one version of one question, worth `max_mark`."""

    __tablename__ = "slot"

    id: Mapped[Id]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    position: Mapped[int]
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    max_mark: Mapped[float]

    __table_args__ = (UniqueConstraint("quiz_id", "position"),)


class Attempt(Base):
    """One try at a quiz. The server owns `deadline_at`; `mark` is None until every slot is graded.

    `layout` lists the slot ids in the order shown; `page` is the one reached where one may not go back.
    `limited` says that the deadline comes from a time limit, not from the close of the quiz alone;
    `hand_in_until` is set while an attempt whose time is over may still be handed in. `receipt` is given on
    finishing and can be checked later.
    """

    __tablename__ = "attempt"

    id: Mapped[Id]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    number: Mapped[int]
    state: Mapped[AttemptState] = mapped_column(word(AttemptState))
    layout: Mapped[list[Any]]
    flagged: Mapped[list[Any]]
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None]
    limited: Mapped[bool] = mapped_column(default=True, server_default=true())
    hand_in_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    page: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    grading_progress: Mapped[GradingProgress] = mapped_column(word(GradingProgress))
    graded_at: Mapped[datetime | None]
    mark: Mapped[float | None]
    receipt: Mapped[str | None] = mapped_column(String(24), unique=True)

    __table_args__ = (
        UniqueConstraint("enrolment_id", "quiz_id", "number"),
        Index("ix_attempt_running", "deadline_at", **partial("state = 'in_progress'")),
        Index("ix_attempt_overdue", "hand_in_until", **partial("state = 'overdue'")),
        Index("ix_attempt_to_mark", "finished_at", **partial("grading_progress = 'PendingManual'")),
    )


class Step(Base):
    """What happened in one slot of an attempt, in order; rows are only ever added.

    `sequence` is the server's order. `client` and `client_sequence` come from the page, so that a repeated
    delivery is known. A step that arrived after a newer one of the same page has `current` false and stays
    as history.
    """

    __tablename__ = "step"

    id: Mapped[Id]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    sequence: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(word(StepKind))
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    client: Mapped[str | None] = mapped_column(String(36))
    client_sequence: Mapped[int | None]
    current: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str | None] = mapped_column(String(24))
    fraction: Mapped[float | None]

    __table_args__ = (
        UniqueConstraint("attempt_id", "slot_id", "sequence"),
        UniqueConstraint("attempt_id", "slot_id", "client", "client_sequence"),
    )


class QuizOverride(Base):
    """What a group or one learner has instead of the quiz's own terms; a field that is None changes nothing.

    Exactly one of `offering_id` and `enrolment_id` is set. Rows are only added, the newest of a group or a
    learner holds, so what was given to whom and why stays known. Times in seconds, `attempts` 0 for no limit.
    """

    __tablename__ = "quiz_override"

    id: Mapped[Id]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    offering_id: Mapped[int | None] = mapped_column(ForeignKey("offering.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    time_limit: Mapped[int | None]
    attempts: Mapped[int | None]
    password: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(offering_id IS NULL) <> (enrolment_id IS NULL)", name="subject"),
        Index("ix_quiz_override_offering", "quiz_id", "offering_id", **partial("offering_id IS NOT NULL")),
        Index("ix_quiz_override_enrolment", "quiz_id", "enrolment_id", **partial("enrolment_id IS NOT NULL")),
    )


class InterventionKind(StrEnum):
    """`extra_time` was given by a person, `outage` credits a failure of ours, `reopened` gives back an
    attempt that was never handed in, the last two decide about answers that came after the end."""

    EXTRA_TIME = "extra_time"
    OUTAGE = "outage"
    REOPENED = "reopened"
    LATE_ACCEPTED = "late_accepted"
    LATE_DECLINED = "late_declined"


class Intervention(Base):
    """What somebody in charge did with one attempt, and why; rows are only added. `seconds` is the time that
    it adds."""

    __tablename__ = "intervention"

    id: Mapped[Id]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    kind: Mapped[InterventionKind] = mapped_column(word(InterventionKind))
    seconds: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class MarkingClaim(Base):
    """One answer in the hands of one marker until a moment; it keeps two people from the same work, and
    forbids nobody anything."""

    __tablename__ = "marking_claim"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    until: Mapped[datetime]


class Regrade(Base):
    """A correction of one question of a quiz. It is counted first, changes marks when it is committed, and
    can be undone; the newest one that is committed and not undone holds for later attempts as well.

    `question_version_id` is the corrected question, None where no key is needed. `done_at` says when the last
    attempt had its new mark, or its old one again.
    """

    __tablename__ = "regrade"

    id: Mapped[Id]
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    policy: Mapped[RegradePolicy] = mapped_column(word(RegradePolicy))
    question_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    never_lower: Mapped[bool]
    tell: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class RegradeLine(Base):
    """What a regrade makes of one attempt: fractions of the question, marks of the attempt."""

    __tablename__ = "regrade_line"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    old_fraction: Mapped[float | None]
    new_fraction: Mapped[float | None]
    old_mark: Mapped[float | None]
    new_mark: Mapped[float | None]
