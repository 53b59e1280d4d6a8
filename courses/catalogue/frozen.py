"""What is published never changes: the session itself refuses to send such a change to the database."""

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Course, CourseFile, CourseVersion, Module
from courses.errors import Conflict

PARTS = (Module, Activity, CourseFile)


@event.listens_for(Session, "before_flush")
def _refuse_changes_to_published(session: Session, _context: object, _instances: object) -> None:
    for thing in session.new:
        if isinstance(thing, PARTS):
            _refuse_if_published(session, thing.course_version_id)
    for thing in session.deleted:
        if isinstance(thing, PARTS):
            _refuse_if_published(session, thing.course_version_id)
        elif isinstance(thing, CourseVersion) and _published_before(thing):
            raise Conflict("version_is_final", course_version_id=thing.id)
    for thing in session.dirty:
        if isinstance(thing, PARTS) and session.is_modified(thing):
            _refuse_if_published(session, thing.course_version_id)
        elif isinstance(thing, CourseVersion) and session.is_modified(thing) and _published_before(thing):
            raise Conflict("version_is_final", course_version_id=thing.id)
        elif isinstance(thing, Course) and {"key", "kind"} & _changed(thing):
            raise Conflict("course_key_is_final", course_id=thing.id)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_changes(state: Any) -> None:
    """Statements that change many rows at once would pass by the flush; these tables have no need of them."""
    mapper = state.bind_mapper if state.is_update or state.is_delete else None
    if mapper is not None and mapper.class_ in (*PARTS, CourseVersion):
        raise Conflict("version_is_final")


def _published_before(version: CourseVersion) -> bool:
    """Whether the version was already published when this transaction read it."""
    before = inspect(version).attrs.published_at.history
    return any(moment is not None for moment in (before.deleted or before.unchanged or ()))


def _changed(course: Course) -> set[str]:
    return {attribute.key for attribute in inspect(course).attrs if attribute.history.deleted}


def _refuse_if_published(session: Session, course_version_id: int | None) -> None:
    """A module, activity or file may only join, leave or change while its version is a draft."""
    if course_version_id is None:
        return
    known = session.identity_map.get(
        inspect(CourseVersion).identity_key_from_primary_key((course_version_id,))
    )
    if known is not None:
        published = _published_before(known)
    else:
        with session.no_autoflush:
            at = select(CourseVersion.published_at).where(CourseVersion.id == course_version_id)
            published = session.scalar(at) is not None
    if published:
        raise Conflict("version_is_final", course_version_id=course_version_id)
