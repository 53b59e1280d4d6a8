"""Reads of the bank."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.questions.formats import Draft
from courses.questions.models import Question, QuestionCategory, QuestionVersion
from courses.questions.service import draft_of


def drafts(session: Session, version_ids: Sequence[int]) -> list[Draft]:
    """The questions of these versions, in the order asked, as formats write them; one query."""
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.body, QuestionCategory.path)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(QuestionCategory, QuestionCategory.id == Question.category_id)
        .where(QuestionVersion.id.in_(set(version_ids)))
    )
    found = {version_id: draft_of(body, path) for version_id, body, path in rows}
    return [found[version_id] for version_id in version_ids]


def bank_of(session: Session, version_id: int) -> str:
    """The bank a version belongs to: the key of a course."""
    return session.scalars(
        select(QuestionCategory.bank)
        .join(Question, Question.category_id == QuestionCategory.id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(QuestionVersion.id == version_id)
    ).one()
