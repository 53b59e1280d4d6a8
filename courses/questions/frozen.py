"""A version of a question is never changed and never removed: answers stand upon it."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from courses.errors import Conflict
from courses.questions.models import QuestionVersion


@event.listens_for(Session, "before_flush")
def _refuse_changes(session: Session, _context: object, _instances: object) -> None:
    changed = [thing for thing in session.dirty if session.is_modified(thing)]
    for thing in [*session.deleted, *changed]:
        if isinstance(thing, QuestionVersion):
            raise Conflict("question_version_is_final", question_version_id=thing.id)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_changes(state: Any) -> None:
    mapper = state.bind_mapper if state.is_update or state.is_delete else None
    if mapper is not None and mapper.class_ is QuestionVersion:
        raise Conflict("question_version_is_final")
