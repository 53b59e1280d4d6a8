"""Letters: what is owed to whom, once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, Id, partial


class Letter(Base):
    """One letter to one person about one thing; `occasion` makes it unique, so that it is sent once.

    `context` carries ids and plain values, never a secret: links are made again when the letter is composed.
    Whoever sends it holds it until `taken_until`. `refusal` is the mail server's final no.
    """

    __tablename__ = "letter"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    template: Mapped[str] = mapped_column(String(40))
    occasion: Mapped[str] = mapped_column(String(80))
    context: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    taken_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("person_id", "occasion"),
        Index("ix_letter_owed", "created_at", **partial("sent_at IS NULL AND refusal IS NULL")),
    )
