"""What staff see of offerings: how many learners, who is done, who holds a certificate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, select, true
from sqlalchemy.orm import Session

from courses import catalogue
from courses.catalogue import Course, CourseKind, CourseVersion, Offering, OfferingState, Outline, Query
from courses.certificates.batches import access_offering
from courses.certificates.models import Certificate
from courses.certificates.queries import RegisterRow, certificates_of
from courses.certificates.snapshot import printing_problem
from courses.errors import Forbidden, Invalid, NotFound
from courses.learning import Enrolment, LearnerRow, LearnersPage
from courses.people import Actor, Permission

ROWS_ON_A_PAGE = 50
LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class OfferingsQuery:
    """Which offerings to look for; empty means all. `text` is words of the title or a group's number."""

    text: str = ""
    kind: CourseKind | None = None
    state: OfferingState | None = None


@dataclass(frozen=True, slots=True)
class OfferingRow:
    """One offering in the list."""

    id: int
    kind: str
    title: str
    state: OfferingState
    starts_at: datetime | None
    ends_at: datetime | None
    time_zone: str
    seats: int | None
    learners: int
    completed: int
    certificates: int


@dataclass(frozen=True, slots=True)
class OfferingsPage:
    """A page of the offerings one may see, newest first."""

    rows: tuple[OfferingRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class OfferingCard:
    """One offering for its page."""

    id: int
    course_key: str
    outline: Outline
    state: OfferingState
    starts_at: datetime | None
    ends_at: datetime | None
    time_zone: str
    seats: int | None
    seats_taken: int
    meeting_url: str
    code_word: str

    @property
    def needs_attendance(self) -> bool:
        return self.outline.needs_attendance


@dataclass(frozen=True, slots=True)
class LearnerPaper:
    """A learner with the certificate they hold, or why a completed one holds none."""

    learner: LearnerRow
    certificate: RegisterRow | None
    refusal: Invalid | None


def offerings_page(
    session: Session, asked: OfferingsQuery = OfferingsQuery(), *, page: int = 1, by: Actor
) -> OfferingsPage:
    """The offerings that fit, among all or among those of one's own roles; four queries however many there
    are."""
    found = _wanted(session, _seen(by), asked)
    total = session.scalar(found.with_only_columns(func.count(Offering.id))) or 0
    pages = max(1, -(-total // ROWS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    shown = session.execute(
        found.order_by(Offering.id.desc()).offset((page - 1) * ROWS_ON_A_PAGE).limit(ROWS_ON_A_PAGE)
    ).all()
    counted = _counts(session, [row.Offering.id for row in shown])
    rows = (
        _row(row.Offering, row.kind.value, row.title, counted.get(row.Offering.id, (0, 0, 0)))
        for row in shown
    )
    return OfferingsPage(tuple(rows), total, page, pages)


def _seen(by: Actor) -> ColumnElement[bool]:
    """The offerings whose learners one may see."""
    if not by.may_anywhere(Permission.OFFERING_SEE_LEARNERS):
        raise Forbidden(Permission.OFFERING_SEE_LEARNERS.value)
    if by.may(Permission.OFFERING_SEE_LEARNERS):
        return true()
    mine = [id_ for id_ in by.offering_ids if by.may(Permission.OFFERING_SEE_LEARNERS, offering_id=id_)]
    return Offering.id.in_(mine)


def _wanted(session: Session, seen: ColumnElement[bool], asked: OfferingsQuery) -> Any:
    query = (
        select(Offering, Course.kind, CourseVersion.title)
        .select_from(CourseVersion)
        .join(Offering, Offering.course_version_id == CourseVersion.id)
        .join(Course, Course.id == Offering.course_id)
        .where(seen)
    )
    if asked.kind is not None:
        query = query.where(Course.kind == asked.kind)
    if asked.state is not None:
        query = query.where(Offering.state == asked.state)
    number = asked.text.removeprefix("№").strip()
    if number.isascii() and number.isdigit():
        return query.where(Offering.id == int(number) if int(number) <= LARGEST_NUMBER else false())
    words = Query(asked.text)
    if words:
        return words.applied(query, session.get_bind().dialect.name)
    return query.where(false()) if asked.text.strip() else query


def offering_card(session: Session, offering_id: int, *, by: Actor) -> OfferingCard:
    """One offering; to those who may not see its learners there is none."""
    offering = access_offering(session, offering_id, by=by)
    outline = catalogue.version_outline(session, offering.course_version_id)
    return OfferingCard(
        id=offering.id,
        course_key=outline.course_key,
        outline=outline,
        state=offering.state,
        starts_at=offering.starts_at,
        ends_at=offering.ends_at,
        time_zone=offering.time_zone,
        seats=offering.seats,
        seats_taken=offering.seats_taken,
        meeting_url=offering.meeting_url,
        code_word=offering.code_word,
    )


@dataclass(frozen=True, slots=True)
class PapersProgress:
    """How far the printing of an offering's certificates is. `waiting_since` is when the oldest unprinted one
    got its number."""

    numbered: int
    printed: int
    waiting_since: datetime | None

    @property
    def remaining(self) -> int:
        return self.numbered - self.printed


def papers_progress(session: Session, offering_id: int, *, by: Actor) -> PapersProgress:
    """The count for the page that watches a batch being printed; one query beside the offering."""
    access_offering(session, offering_id, by=by)
    unprinted = and_(
        Certificate.file_key.is_(None), Certificate.revoked_at.is_(None), Certificate.replaced_at.is_(None)
    )
    row = session.execute(
        select(
            func.count(),
            func.count().filter(unprinted).label("waiting"),
            func.min(Certificate.issued_at).filter(unprinted).label("since"),
        ).where(Certificate.offering_id == offering_id)
    ).one()
    return PapersProgress(row[0], row[0] - row.waiting, row.since)


def access_learner(session: Session, offering_id: int, enrolment_id: int, *, by: Actor) -> None:
    """NotFound unless this enrolment is one of an offering whose learners one may see."""
    access_offering(session, offering_id, by=by)
    enrolment = session.get(Enrolment, enrolment_id)
    if enrolment is None or enrolment.offering_id != offering_id:
        raise NotFound("enrolment")


def learner_papers(session: Session, card: OfferingCard, shown: LearnersPage) -> list[LearnerPaper]:
    """The learners of one page with their certificates; one query. `card` says that one may see them."""
    held = certificates_of(session, [row.enrolment_id for row in shown.rows])
    return [_learner_paper(row, held.get(row.enrolment_id), card.outline) for row in shown.rows]


def _learner_paper(row: LearnerRow, held: RegisterRow | None, outline: Outline) -> LearnerPaper:
    waits = held is None and row.completed_at is not None
    return LearnerPaper(row, held, printing_problem(row.full_name, outline) if waits else None)


def _counts(session: Session, offering_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Learners, completed ones, and certificates in force, by offering."""
    learners = session.execute(
        select(Enrolment.offering_id, func.count(), func.count(Enrolment.completed_at))
        .where(Enrolment.offering_id.in_(offering_ids), Enrolment.withdrawn_at.is_(None))
        .group_by(Enrolment.offering_id)
    )
    in_force = and_(Certificate.revoked_at.is_(None), Certificate.replaced_at.is_(None))
    issued = session.execute(
        select(Certificate.offering_id, func.count())
        .where(Certificate.offering_id.in_(offering_ids), in_force)
        .group_by(Certificate.offering_id)
    )
    certificates = {row[0]: row[1] for row in issued}
    return {id_: (total, done, certificates.get(id_, 0)) for id_, total, done in learners}


def _row(offering: Offering, kind: str, title: str, counted: tuple[int, int, int]) -> OfferingRow:
    learners, completed, certificates = counted
    return OfferingRow(
        id=offering.id,
        kind=kind,
        title=title,
        state=offering.state,
        starts_at=offering.starts_at,
        ends_at=offering.ends_at,
        time_zone=offering.time_zone,
        seats=offering.seats,
        learners=learners,
        completed=completed,
        certificates=certificates,
    )
