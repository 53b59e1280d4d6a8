"""Which questions somebody may look at outside a page: those of their own attempts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import ask
from courses.errors import NotFound
from courses.learning import Enrolment
from courses.people import Actor
from courses.questions import QuestionVersion
from courses.quizzes.models import Attempt, Slot

SEEN = (
    select(QuestionVersion.body)
    .join(Slot, Slot.question_version_id == QuestionVersion.id)
    .join(Attempt, Attempt.quiz_id == Slot.quiz_id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(
        QuestionVersion.id == bindparam("version_id"),
        Enrolment.person_id == bindparam("person_id"),
        Enrolment.withdrawn_at.is_(None),
    )
    .limit(1)
)


def seen_question(session: Session, question_version_id: int, *, by: Actor) -> Mapping[str, Any]:
    """A question that was asked in an attempt of this learner; anyone else is told there is none."""
    found = ask(session, SEEN, {"version_id": question_version_id, "person_id": by.id}).first()
    if found is None:
        raise NotFound("question")
    body: Mapping[str, Any] = found.body
    return body
