"""Which questions one may look at outside a page: those of own attempts, and of those one may mark."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from courses.db import ask
from courses.errors import NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission
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


MARKED = (
    select(QuestionVersion.body, Enrolment.offering_id)
    .join(Slot, Slot.question_version_id == QuestionVersion.id)
    .join(Attempt, Attempt.quiz_id == Slot.quiz_id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(QuestionVersion.id == bindparam("version_id"))
)
MARKED_IN = MARKED.where(Enrolment.offering_id.in_(bindparam("offerings", expanding=True))).limit(1)
MARKED_ANYWHERE = MARKED.limit(1)


def seen_question(session: Session, question_version_id: int, *, by: Actor) -> Mapping[str, Any]:
    """A question that was asked in an attempt of this learner, or in one that the actor may mark; anyone else
    is told there is none."""
    found = ask(session, SEEN, {"version_id": question_version_id, "person_id": by.id}).first()
    if found is None and by.may_anywhere(Permission.ANSWER_MARK):
        found = _marked(session, question_version_id, by)
    if found is None:
        raise NotFound("question")
    body: Mapping[str, Any] = found.body
    return body


def _marked(session: Session, question_version_id: int, by: Actor) -> Row[*tuple[Any, ...]] | None:
    if by.may(Permission.ANSWER_MARK):
        return ask(session, MARKED_ANYWHERE, {"version_id": question_version_id}).first()
    mine = [one for one in by.offering_ids if by.may(Permission.ANSWER_MARK, offering_id=one)]
    return ask(session, MARKED_IN, {"version_id": question_version_id, "offerings": mine}).first()
