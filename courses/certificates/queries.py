"""What pages show of certificates: one's own, the register, one certificate.

A constant number of queries each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from courses import people
from courses.certificates.models import Certificate, Series
from courses.certificates.rules import State, fold, state_of
from courses.errors import NotFound
from courses.people import Actor, Permission

ROWS_ON_A_PAGE = 50
ROWS_IN_A_PIECE = 500
LONGEST_SEARCH = 200
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """What to look for in the register; empty means all."""

    text: str = ""
    year: int | None = None
    prefix: str = ""
    state: State | None = None
    offering_id: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One line of the register, as printed."""

    id: int
    number: str
    issued_at: datetime
    recipient: str
    kind: str
    course_title: str
    hours: int
    volume: str
    state: State
    reason: str
    ended_at: datetime | None
    code: str
    file_sha256: str
    offering_id: int


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """A page of the register, newest first."""

    rows: tuple[RegisterRow, ...]
    total: int
    page: int
    pages: int
    years: tuple[int, ...]
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CertificateCard:
    """Everything the page about one certificate shows."""

    row: RegisterRow
    snapshot: dict[str, Any]
    enrolment_id: int
    person_id: int
    present_name: str
    issued_by: str
    printed_at: datetime | None
    replaces: tuple[int, str] | None
    replaced_by: tuple[int, str] | None


_new = aliased(Certificate)
_old = aliased(Certificate)
LINE = (
    Certificate.id,
    Certificate.number,
    Certificate.issued_at,
    Certificate.snapshot["recipient"].as_string().label("recipient"),
    Certificate.snapshot["kind"].as_string().label("kind"),
    Certificate.snapshot["course_title"].as_string().label("course_title"),
    Certificate.snapshot["hours"].as_integer().label("hours"),
    Certificate.snapshot["volume"].as_string().label("volume"),
    Certificate.file_key,
    Certificate.revoked_at,
    Certificate.replaced_at,
    Certificate.revocation_reason,
    Certificate.code,
    Certificate.offering_id,
)
IN_STATE: dict[State, ColumnElement[bool]] = {
    State.REPLACED: Certificate.replaced_at.is_not(None),
    State.REVOKED: and_(Certificate.revoked_at.is_not(None), Certificate.replaced_at.is_(None)),
    State.VALID: and_(
        Certificate.file_key.is_not(None), Certificate.revoked_at.is_(None), Certificate.replaced_at.is_(None)
    ),
    State.PRINTING: and_(
        Certificate.file_key.is_(None), Certificate.revoked_at.is_(None), Certificate.replaced_at.is_(None)
    ),
}


def register_page(session: Session, asked: RegisterQuery, *, page: int = 1, by: Actor) -> RegisterPage:
    """A page of the register; three queries however long it is."""
    people.require(by, Permission.REGISTER_SEE)
    series = session.execute(select(Series.year, Series.prefix)).all()
    total = session.scalar(_found(select(func.count(Certificate.id)), asked)) or 0
    pages = max(1, -(-total // ROWS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    query = _found(select(*LINE), asked).order_by(Certificate.id.desc())
    rows = session.execute(query.offset((page - 1) * ROWS_ON_A_PAGE).limit(ROWS_ON_A_PAGE))
    return RegisterPage(
        rows=tuple(_line(row) for row in rows),
        total=total,
        page=page,
        pages=pages,
        years=tuple(sorted({one.year for one in series}, reverse=True)),
        prefixes=tuple(sorted({one.prefix for one in series})),
    )


def register_rows(session: Session, asked: RegisterQuery, *, by: Actor) -> Iterator[RegisterRow]:
    """The whole register in the order of issue, a few hundred rows in memory at a time; a query for each."""
    people.require(by, Permission.REGISTER_SEE)
    return _in_pieces(session, _found(select(*LINE), asked).order_by(Certificate.id))


def _in_pieces(session: Session, query: Any) -> Iterator[RegisterRow]:
    """Rows after the last one seen, again and again: nothing is held open in the database meanwhile."""
    last = 0
    while rows := session.execute(query.where(Certificate.id > last).limit(ROWS_IN_A_PIECE)).all():
        last = rows[-1].id
        yield from (_line(row) for row in rows)


def certificate_card(session: Session, certificate_id: int, *, by: Actor) -> CertificateCard:
    """One certificate as staff see it; to those who may not see the register there is none. Two queries."""
    row = session.execute(
        select(
            Certificate,
            people.Person,
            _old.id.label("old_id"),
            _old.number.label("old_number"),
            _new.id.label("new_id"),
            _new.number.label("new_number"),
        )
        .join(people.Person, people.Person.id == Certificate.person_id)
        .outerjoin(_old, _old.id == Certificate.replaces_id)
        .outerjoin(_new, _new.replaces_id == Certificate.id)
        .where(Certificate.id == certificate_id)
    ).first()
    if row is None or not by.may(Permission.REGISTER_SEE, offering_id=row[0].offering_id):
        raise NotFound("certificate")
    certificate: Certificate = row[0]
    return CertificateCard(
        row=_line_of(certificate),
        snapshot=certificate.snapshot,
        enrolment_id=certificate.enrolment_id,
        person_id=certificate.person_id,
        present_name=row[1].full_name,
        issued_by=people.names_of(session, [certificate.issued_by_id]).get(certificate.issued_by_id, ""),
        printed_at=certificate.printed_at,
        replaces=(row.old_id, row.old_number) if row.old_id else None,
        replaced_by=(row.new_id, row.new_number) if row.new_id else None,
    )


def certificates_of(session: Session, enrolment_ids: list[int]) -> dict[int, RegisterRow]:
    """The present certificate of each enrolment that has one: a replacement stands for what it replaced."""
    rows = session.execute(
        select(*LINE, Certificate.enrolment_id)
        .where(Certificate.enrolment_id.in_(enrolment_ids))
        .order_by(Certificate.id)
    )
    return {row.enrolment_id: _line(row) for row in rows}


def _found(query: Any, asked: RegisterQuery) -> Any:
    if asked.year is not None or asked.prefix:
        query = query.join(Series, Series.id == Certificate.series_id)
    if asked.year is not None:
        query = query.where(Series.year == asked.year)
    if asked.prefix:
        query = query.where(Series.prefix == asked.prefix)
    if asked.offering_id is not None:
        query = query.where(Certificate.offering_id == asked.offering_id)
    if asked.state is not None:
        query = query.where(IN_STATE[asked.state])
    for word in fold(asked.text[:LONGEST_SEARCH].replace("\0", " ")).split()[:MOST_WORDS]:
        query = query.where(Certificate.search_key.contains(word, autoescape=True))
    return query


def _line(row: Row[*tuple[Any, ...]]) -> RegisterRow:
    return RegisterRow(
        id=row.id,
        number=row.number,
        issued_at=row.issued_at,
        recipient=row.recipient,
        kind=row.kind,
        course_title=row.course_title,
        hours=row.hours,
        volume=row.volume,
        state=state_of(row),
        reason=row.revocation_reason,
        ended_at=row.revoked_at or row.replaced_at,
        code=row.code,
        file_sha256=row.file_key or "",
        offering_id=row.offering_id,
    )


def _line_of(one: Certificate) -> RegisterRow:
    return RegisterRow(
        id=one.id,
        number=one.number,
        issued_at=one.issued_at,
        recipient=one.snapshot["recipient"],
        kind=one.snapshot["kind"],
        course_title=one.snapshot["course_title"],
        hours=one.snapshot["hours"],
        volume=one.snapshot["volume"],
        state=state_of(one),
        reason=one.revocation_reason,
        ended_at=one.revoked_at or one.replaced_at,
        code=one.code,
        file_sha256=one.file_key or "",
        offering_id=one.offering_id,
    )
