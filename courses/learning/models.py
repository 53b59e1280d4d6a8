"""Who studies what, how far they are, and whether they were there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, Id, word


class ActivityProgress(StrEnum):
    """The words of LTI Assignment and Grade Services."""

    INITIALIZED = "Initialized"
    STARTED = "Started"
    IN_PROGRESS = "InProgress"
    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class Enrolment(Base):
    """A person in an offering. `completed_at` is set once, when every rule of the offering is met."""

    __tablename__ = "enrolment"

    id: Mapped[Id]
    offering_id: Mapped[int] = mapped_column(ForeignKey("offering.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    last_activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"))
    last_studied_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("person_id", "offering_id"),)


class ActivityRecord(Base):
    """How far one enrolment is in one activity.

    `grade` is the best fraction of a quiz, 0…1. `report` is what the learner last wrote about a practical
    task; it may hold personal data and goes with the person.
    """

    __tablename__ = "activity_record"

    id: Mapped[Id]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    progress: Mapped[ActivityProgress] = mapped_column(word(ActivityProgress))
    grade: Mapped[float | None]
    report: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_id"),
        CheckConstraint("grade IS NULL OR grade BETWEEN 0 AND 1", name="grade"),
    )


class Report(Base):
    """What a learner once handed in about a practical task; rows are only ever added. May hold personal data
    and goes with the person."""

    __tablename__ = "report"

    id: Mapped[Id]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    handed_in_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_report_of", "enrolment_id", "activity_id"),)


class Attendance(Base):
    """Presence at a seminar or master class, confirmed by the instructor or by the code word."""

    __tablename__ = "attendance"

    id: Mapped[Id]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    confirmed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    way: Mapped[str] = mapped_column(String(20))
