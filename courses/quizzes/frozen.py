"""A published quiz never changes: the session itself refuses to send such a change to the database."""

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from courses.catalogue import Activity, CourseVersion
from courses.errors import Conflict
from courses.quizzes.models import Quiz, Slot


@event.listens_for(Session, "before_flush")
def _refuse_changes_to_published(session: Session, _context: object, _instances: object) -> None:
    changed = [thing for thing in session.dirty if session.is_modified(thing)]
    own = [*session.deleted, *changed, *(thing for thing in session.new if isinstance(thing, Slot))]
    touched = {quiz_id for thing in own if isinstance(thing, Quiz | Slot) for quiz_id in _quizzes_of(thing)}
    if touched:
        _refuse_if_published(session, touched)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_changes(state: Any) -> None:
    """Statements that change many rows at once would pass by the flush; these tables have no need of them."""
    mapper = state.bind_mapper if state.is_update or state.is_delete else None
    if mapper is not None and mapper.class_ in (Quiz, Slot):
        raise Conflict("version_is_final")


def _quizzes_of(thing: Quiz | Slot) -> set[int | None]:
    """The quiz of a slot, and the one it is taken from."""
    if isinstance(thing, Quiz):
        return {thing.id}
    return {thing.quiz_id, *(inspect(thing).attrs.quiz_id.history.deleted or ())}


def _refuse_if_published(session: Session, quiz_ids: set[int | None]) -> None:
    """What counts is what the database says before this change is sent."""
    asked = (
        select(Quiz.id)
        .join(Activity, Activity.id == Quiz.activity_id)
        .join(CourseVersion, CourseVersion.id == Activity.course_version_id)
        .where(Quiz.id.in_(quiz_ids), CourseVersion.published_at.is_not(None))
    )
    found = session.connection().execute(asked).first()
    if found is not None:
        raise Conflict("version_is_final", quiz_id=found.id)
