"""What is published never changes: the session itself refuses to send such a change to the database."""

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course, CourseFile, CourseVersion, Module
from courses.errors import Conflict

PARTS = (Module, Activity, CourseFile)


@event.listens_for(Session, "before_flush")
def _refuse_changes_to_published(session: Session, _context: object, _instances: object) -> None:
    changed = [thing for thing in session.dirty if session.is_modified(thing)]
    parts = [thing for thing in [*session.new, *session.deleted, *changed] if isinstance(thing, PARTS)]
    touched = {version_id for part in parts for version_id in _versions_of(part)}
    touched |= {thing.id for thing in [*session.deleted, *changed] if isinstance(thing, CourseVersion)}
    if touched:
        _refuse_if_published(session, {version_id for version_id in touched if version_id is not None})
    for thing in changed:
        if isinstance(thing, Course) and any(_differs(thing, name) for name in ("key", "kind")):
            raise Conflict("course_key_is_final", course_id=thing.id)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_changes(state: Any) -> None:
    """Statements that change many rows at once would pass by the flush; these tables have no need of them."""
    mapper = state.bind_mapper if state.is_update or state.is_delete or state.is_insert else None
    if mapper is not None and mapper.class_ in (*PARTS, CourseVersion):
        raise Conflict("version_is_final")


def _versions_of(part: Any) -> set[int | None]:
    """The version a part belongs to, and the one it is taken from."""
    history = inspect(part).attrs.course_version_id.history
    return {part.course_version_id, *(history.deleted or ())}


def _refuse_if_published(session: Session, version_ids: set[int]) -> None:
    """What counts is what the database says before this change is sent."""
    table = CourseVersion.__table__
    asked = select(table.c.id).where(table.c.id.in_(version_ids), table.c.published_at.is_not(None))
    found = session.connection().execute(asked).first()
    if found is not None:
        raise Conflict("version_is_final", course_version_id=found.id)


def _differs(course: Course, name: str) -> bool:
    history = inspect(course).attrs[name].history
    return bool(history.added) and list(history.added) != list(history.deleted or ())
