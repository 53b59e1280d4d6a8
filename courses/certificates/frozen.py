"""What was issued never changes: the session itself refuses to send such a change to the database.

A certificate's words, number, code and owner stand for ever. Its file, the moment of its printing, its
revocation and its replacement are each written once. A series keeps its prefix and year, and counts only by
the one statement that takes numbers from it. No row of either is ever deleted.
"""

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from courses.certificates.models import Certificate, Series
from courses.errors import Conflict

ONCE = frozenset(
    {"file_key", "printed_at", "revoked_at", "revoked_by_id", "revocation_reason", "replaced_at"}
)
COUNTS = "counts_series"
"""The execution option by which the statement that takes numbers says what it is."""


@event.listens_for(Session, "before_flush")
def _refuse_changes_to_the_issued(session: Session, _context: object, _instances: object) -> None:
    for thing in session.deleted:
        if isinstance(thing, Certificate):
            raise Conflict("certificate_is_final", certificate_id=thing.id)
        if isinstance(thing, Series):
            raise Conflict("series_is_final", series_id=thing.id)
    for thing in session.dirty:
        if isinstance(thing, Series) and session.is_modified(thing):
            raise Conflict("series_is_final", series_id=thing.id)
        if isinstance(thing, Certificate) and _forbidden_changes(thing):
            raise Conflict("certificate_is_final", certificate_id=thing.id)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_changes(state: Any) -> None:
    """Statements that change many rows at once would pass by the flush; certificates have no need of them."""
    mapper = state.bind_mapper if state.is_update or state.is_delete else None
    if mapper is not None and mapper.class_ is Certificate:
        raise Conflict("certificate_is_final")
    if mapper is not None and mapper.class_ is Series and not state.execution_options.get(COUNTS):
        raise Conflict("series_is_final")


def _forbidden_changes(certificate: Certificate) -> set[str]:
    """The attributes that were changed and may not be, or not a second time."""
    changed = {
        attribute.key: attribute.history
        for attribute in inspect(certificate).attrs
        if attribute.history.has_changes()
    }
    return {
        name
        for name, history in changed.items()
        if name not in ONCE
        or not history.deleted
        or any(value not in (None, "") for value in history.deleted)
    }
