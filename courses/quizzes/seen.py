"""The files of questions that one may look at: those of own attempts, and of those that one may mark.

While an attempt runs, a file that only feedback or a hint shows is not there yet.
"""

import html
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Row, Select, and_, bindparam, case, exists, or_, select
from sqlalchemy.orm import Session

from courses.db import ask
from courses.errors import NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission
from courses.questions import QuestionVersion
from courses.quizzes.models import Attempt, AttemptState, Regrade, Slot, Step, StepKind

SAID_LATER = frozenset(
    (
        *("feedback", "general_feedback", "correct_feedback", "partially_correct_feedback"),
        *("incorrect_feedback", "feedback_true", "feedback_false", "hints", "grader_information", "files"),
    )
)
"""What a question says only after an answer, or to nobody who learns."""

_checked = exists().where(
    Step.attempt_id == Attempt.id, Step.slot_id == Slot.id, Step.kind == StepKind.CHECKED
)
_told = or_(Attempt.state == AttemptState.FINISHED, _checked)
_as_asked = Slot.question_version_id == QuestionVersion.id
_as_corrected = exists().where(
    Regrade.slot_id == Slot.id,
    Regrade.question_version_id == QuestionVersion.id,
    Regrade.committed_at.is_not(None),
)


def _asked(place: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(QuestionVersion.body, case((_told, True), else_=False).label("told"))
        .select_from(QuestionVersion)
        .join(Slot, place)
        .join(Attempt, Attempt.quiz_id == Slot.quiz_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(QuestionVersion.id == bindparam("version_id"))
        .order_by(case((_told, 0), else_=1))
        .limit(1)
    )


_mine = and_(Enrolment.person_id == bindparam("person_id"), Enrolment.withdrawn_at.is_(None))
SEEN = _asked(_as_asked).where(_mine)
SEEN_CORRECTED = _asked(_as_corrected).where(_mine)
MARKED = _asked(_as_asked)
MARKED_IN = MARKED.where(Enrolment.offering_id.in_(bindparam("offerings", expanding=True)))


def seen_question(session: Session, question_version_id: int, *, by: Actor) -> Mapping[str, Any]:
    """A question that was asked in an attempt of this learner, or in one that the actor may mark, with the
    files that they may see now; anyone else is told there is none."""
    asked = {"version_id": question_version_id, "person_id": by.id}
    found = ask(session, SEEN, asked).first() or ask(session, SEEN_CORRECTED, asked).first()
    if found is not None and found.told:
        return dict(found.body)
    marked = _marked(session, question_version_id, by) if by.may_anywhere(Permission.ANSWER_MARK) else None
    if marked is not None:
        return dict(marked.body)
    if found is None:
        raise NotFound("question")
    return {**found.body, "files": _shown(found.body)}


def _marked(session: Session, question_version_id: int, by: Actor) -> Row[*tuple[Any, ...]] | None:
    if by.may(Permission.ANSWER_MARK):
        return ask(session, MARKED, {"version_id": question_version_id}).first()
    mine = [one for one in by.offering_ids if by.may(Permission.ANSWER_MARK, offering_id=one)]
    return ask(session, MARKED_IN, {"version_id": question_version_id, "offerings": mine}).first()


def _shown(question: Mapping[str, Any]) -> dict[str, Any]:
    """The files that the question itself names, before anything is answered."""
    texts = [unquote(html.unescape(text)) for text in _texts(question)]
    files = question.get("files") or {}
    return {name: entry for name, entry in files.items() if any(name in text for text in texts)}


def _texts(value: Any) -> Iterator[str]:
    """Every text of a question but those that are said later."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in SAID_LATER:
                yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
