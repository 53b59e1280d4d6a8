"""The bank: questions and their versions, which never change once made."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, Id


class QuestionCategory(Base):
    """A named place in the bank; `path` uses `/`, `bank` is the key of the course it belongs to."""

    __tablename__ = "question_category"

    id: Mapped[Id]
    bank: Mapped[str] = mapped_column(String(60))
    path: Mapped[str] = mapped_column(String(500))

    __table_args__ = (UniqueConstraint("bank", "path"),)


class Question(Base):
    """What stays the same over the versions of one question."""

    __tablename__ = "question"

    id: Mapped[Id]
    category_id: Mapped[int] = mapped_column(ForeignKey("question_category.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]


class QuestionVersion(Base):
    """The question exactly as it is asked: `body` as the type's file describes it. Frozen."""

    __tablename__ = "question_version"

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    type: Mapped[str] = mapped_column(String(24))
    body: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("question_id", "number"),)
