"""Whether a certificate is real: what anybody may learn from its code, in one query."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, aliased

from courses.certificates.codes import read_code
from courses.certificates.models import Certificate
from courses.certificates.rules import fold, state_of
from courses.db import ask

NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer. `recipient` is «Иванова М. П.»: the full name on the paper is compared, never shown.

    `status` is valid, revoked, replaced, not_printed_yet or not_found; in the last case everything else is
    empty.
    """

    status: str = NOT_FOUND
    code: str = ""
    number: str = ""
    kind: str = ""
    document_title: str = ""
    recipient: str = ""
    course_title: str = ""
    hours: int = 0
    volume: str = ""
    period: str = ""
    issued: str = ""
    issued_on: date | None = None
    note: str = ""
    organisation: str = ""
    city: str = ""
    licence: str = ""
    file_sha256: str = ""
    ended_at: datetime | None = None
    reason: str = ""
    replacement_code: str = ""
    name_matches: bool | None = None

    @property
    def found(self) -> bool:
        return self.status != NOT_FOUND


_new = aliased(Certificate)
BY_CODE = (
    select(
        Certificate.code,
        Certificate.number,
        Certificate.snapshot,
        Certificate.issued_at,
        Certificate.file_key,
        Certificate.revoked_at,
        Certificate.replaced_at,
        Certificate.revocation_reason,
        _new.code.label("replacement_code"),
    )
    .outerjoin(_new, _new.replaces_id == Certificate.id)
    .where(Certificate.code == bindparam("code"))
)
UNKNOWN = Verification()


def verify(
    session: Session, entry: str, *, zone: str = "Europe/Moscow", full_name: str | None = None
) -> Verification:
    """What there is to say about the code that somebody typed.

    `full_name`, if given, is compared with the paper's.
    """
    code = read_code(entry)
    row = ask(session, BY_CODE, {"code": code}).first() if code else None
    return UNKNOWN if row is None else _told(row, zone, full_name)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are the same name: case, ё, spaces and hyphens aside."""
    return fold(one.replace("-", " ")) == fold(other.replace("-", " "))


def _told(row: Row[*tuple[Any, ...]], zone: str, full_name: str | None) -> Verification:
    printed: dict[str, Any] = row.snapshot
    organisation = printed["organisation"]
    return Verification(
        status=state_of(row).value,
        code=row.code,
        number=row.number,
        kind=printed["kind"],
        document_title=printed["document_title"],
        recipient=printed["recipient_short"],
        course_title=printed["course_title"],
        hours=printed["hours"],
        volume=printed["volume"],
        period=printed["period"],
        issued=printed["issued"],
        issued_on=row.issued_at.astimezone(ZoneInfo(zone)).date(),
        note=printed["note"],
        organisation=organisation["name"],
        city=organisation["city"],
        licence=organisation["licence"],
        file_sha256=row.file_key or "",
        ended_at=row.revoked_at or row.replaced_at,
        reason=row.revocation_reason,
        replacement_code=row.replacement_code or "",
        name_matches=None if full_name is None else same_name(full_name, printed["recipient"]),
    )
