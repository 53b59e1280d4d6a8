"""Courses, their published versions with modules and activities, and the offerings people enrol in."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.rules import ActivityKind, CourseKind, OfferingState
from courses.db import Base, Id, partial, word


class Course(Base):
    """What stays the same over all versions: the key in the address, and the kind."""

    __tablename__ = "course"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[CourseKind] = mapped_column(word(CourseKind))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class CourseVersion(Base):
    """One version of a course: a draft until `published_at`, and frozen for ever after.

    `description` holds the rest of the manifest (audience, outcomes, programme, speakers, rounds,
    certificate texts). `fingerprint` is the SHA-256 of the exported package: equal packages are the same
    version. `search_words` are the stems of title, summary and description.
    """

    __tablename__ = "course_version"

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    language: Mapped[str] = mapped_column(String(5))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(24))
    hours: Mapped[int]
    description: Mapped[dict[str, Any]]
    about_html: Mapped[str] = mapped_column(Text, default="")
    fingerprint: Mapped[str] = mapped_column(String(64))
    search_words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    course: Mapped[Course] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (UniqueConstraint("course_id", "number"), UniqueConstraint("id", "course_id"))


class Module(Base):
    """A part of a course version, in order."""

    __tablename__ = "module"

    id: Mapped[Id]
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("course_version_id", "position"),
        UniqueConstraint("course_version_id", "key"),
        UniqueConstraint("id", "course_version_id"),
    )


class Activity(Base):
    """A lesson, quiz or practical task. `position` counts through the whole course version.

    `body` is the source text, `body_html` the same rendered and sanitised when the version was made.
    `settings` are the quiz's settings in the words of the package format. `file_name` is its place in the
    package.
    """

    __tablename__ = "activity"

    id: Mapped[Id]
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    module_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int]
    kind: Mapped[ActivityKind] = mapped_column(word(ActivityKind))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    required: Mapped[bool]
    file_name: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    headings: Mapped[list[Any] | None]
    settings: Mapped[dict[str, Any]]

    __table_args__ = (
        UniqueConstraint("course_version_id", "position"),
        UniqueConstraint("course_version_id", "key"),
        ForeignKeyConstraint(["module_id", "course_version_id"], ["module.id", "module.course_version_id"]),
    )


class CourseFile(Base):
    """A figure or other file of a course version; the bytes are in the file store under `file_key`."""

    __tablename__ = "course_file"

    id: Mapped[Id]
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    path: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    file_key: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]

    __table_args__ = (UniqueConstraint("course_version_id", "path"),)


class Offering(Base):
    """A course version given to a group at a time. Dates are None when one may study at any time.

    `seats_taken` is kept in the same transaction as the enrolment; it never exceeds `seats`. `code_word`
    confirms presence at a seminar or master class. Wall-clock dates are meant in `time_zone`. `settled_at`:
    whom the end completes was looked at.
    """

    __tablename__ = "offering"

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    course_version_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[OfferingState] = mapped_column(word(OfferingState))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    enrol_until: Mapped[datetime | None]
    time_zone: Mapped[str] = mapped_column(String(40), default="Europe/Moscow")
    seats: Mapped[int | None]
    seats_taken: Mapped[int] = mapped_column(default=0)
    meeting_url: Mapped[str] = mapped_column(String(300), default="")
    code_word: Mapped[str] = mapped_column(String(60), default="")
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    course: Mapped[Course] = relationship(lazy="raise_on_sql", viewonly=True)
    version: Mapped[CourseVersion] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["course_version_id", "course_id"], ["course_version.id", "course_version.course_id"]
        ),
        CheckConstraint("seats_taken >= 0 AND (seats IS NULL OR seats_taken <= seats)", name="seats"),
        CheckConstraint("seats IS NULL OR seats >= 1", name="some_seats"),
        CheckConstraint("ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at", name="dates"),
        Index("ix_offering_state_starts_at", "state", "starts_at", "id"),
        Index("ix_offering_unsettled", "ends_at", **partial("settled_at IS NULL")),
    )
