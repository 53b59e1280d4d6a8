"""What can be earned, and what was issued: the register."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, Id, partial


class Series(Base):
    """A run of registration numbers: one prefix in one year.

    `last_number` moves only with the row that takes it.
    """

    __tablename__ = "series"

    id: Mapped[Id]
    prefix: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("prefix", "year"),)


class Certificate(Base):
    """One issued document; the row is never removed and its number never used again.

    `snapshot` holds everything that is printed, so the PDF can be drawn again to the byte. Personal data:
    the snapshot's name, and with it `search_key` (name, number and title as they are searched). `code` is
    public and cannot be guessed; `number` is the registration number as printed. `original_of` is the
    enrolment of its first certificate and None for a replacement: so an enrolment has one original. See
    `frozen` for what may change.
    """

    __tablename__ = "certificate"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(24), unique=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
    series_number: Mapped[int]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    offering_id: Mapped[int] = mapped_column(ForeignKey("offering.id"), index=True)
    original_of: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    snapshot: Mapped[dict[str, Any]]
    search_key: Mapped[str] = mapped_column(String(700), default="")
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    file_key: Mapped[str | None] = mapped_column(String(64), active_history=True)
    printed_at: Mapped[datetime | None] = mapped_column(active_history=True)
    revoked_at: Mapped[datetime | None] = mapped_column(active_history=True)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), active_history=True)
    revocation_reason: Mapped[str] = mapped_column(Text, default="", active_history=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
    replaced_at: Mapped[datetime | None] = mapped_column(active_history=True)

    __table_args__ = (
        UniqueConstraint("series_id", "series_number"),
        Index("ix_certificate_unprinted", "issued_at", **partial("file_key IS NULL")),
    )
