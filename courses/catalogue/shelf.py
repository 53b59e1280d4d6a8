"""The catalogue page: what was asked for, the offerings that fit, and how many would fit each further
choice."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, event, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from courses.catalogue.kinds import KINDS
from courses.catalogue.memory import Memory
from courses.catalogue.models import Course, CourseVersion, Offering
from courses.catalogue.rules import SUBJECTS, OfferingState
from courses.catalogue.search import LONGEST_QUERY, Listing, Query
from courses.db import UtcDateTime, ask

PAGE = 24
MOST_PAGES = 100
NEAREST = 6
COUNTS_KEPT_FOR = timedelta(seconds=10)
COUNTS_KEPT_AT_MOST = timedelta(minutes=5)
COUNTED_QUICKLY = 5_000
ZONE = ZoneInfo("Europe/Moscow")
HOURS = {"upto8": (1, 8), "9to24": (9, 24), "25to72": (25, 72), "from73": (73, 1000)}
WHEN = ("anytime", "this_month", "next_month", "later")
SORTS = ("soon", "new", "hours", "title")
FACETS = ("kind", "subject", "hours", "when", "free")

Cell = tuple[str, str, str, str, bool, int]
Counts = Mapping[str, Mapping[Any, int]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody asked of the catalogue: words, and the chosen values of each facet."""

    q: str = ""
    kind: frozenset[str] = frozenset()
    subject: frozenset[str] = frozenset()
    hours: frozenset[str] = frozenset()
    when: frozenset[str] = frozenset()
    free: frozenset[bool] = frozenset()
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, values: Mapping[str, Sequence[str]]) -> "Filters":
        """From the fields of a GET form; what is not known is passed over."""

        def chosen(name: str, known: Iterable[str]) -> frozenset[str]:
            return frozenset(values.get(name, ())) & frozenset(known)

        def last(name: str) -> str:
            given = values.get(name) or ("",)
            return given[-1]

        page = last("page")
        return cls(
            q=" ".join(last("q").split())[:LONGEST_QUERY],
            kind=chosen("kind", KINDS),
            subject=chosen("subject", SUBJECTS),
            hours=chosen("hours", HOURS),
            when=chosen("when", WHEN),
            free=frozenset({True}) if last("free") == "yes" else frozenset(),
            sort=last("sort") if last("sort") in SORTS else "",
            page=min(max(int(page), 1), MOST_PAGES)
            if page.isascii() and page.isdigit() and len(page) < 6
            else 1,
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything besides the words was chosen."""
        return any(getattr(self, name) for name in FACETS)

    def without(self, name: str, value: object = None) -> "Filters":
        """The same with one choice taken away (or the words, or a whole facet), from the first page."""
        if name == "q":
            return replace(self, q="", page=1)
        kept = getattr(self, name) - {value} if value is not None else frozenset()
        changes: dict[str, Any] = {name: kept}
        return replace(self, page=1, **changes)

    def pairs(self) -> list[tuple[str, str]]:
        """The same as the fields of the address, in one order, so that equal questions have equal
        addresses."""
        found = [("q", self.q)] if self.q else []
        for name in ("kind", "subject", "hours", "when"):
            found += [(name, value) for value in sorted(getattr(self, name))]
        found += [("free", "yes")] if self.free else []
        found += [("sort", self.sort)] if self.sort else []
        return found + ([("page", str(self.page))] if self.page > 1 else [])


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of the catalogue.

    `unknown` are the words nothing has; `nearest` is shown when nothing fits.
    """

    filters: Filters
    query: Query
    rows: Sequence[Row[Any]]
    total: int
    counts: Counts
    counted_at: datetime
    unknown: tuple[str, ...] = ()
    nearest: Sequence[Row[Any]] = ()

    @property
    def content(self) -> Hashable:
        """Everything a page of this shelf depends on: equal contents make equal pages."""
        rows = tuple(tuple(row) for row in self.rows)
        return self.filters, rows, self.total, self.counted_at, tuple(tuple(row) for row in self.nearest)

    @property
    def pages(self) -> int:
        return min(max(1, -(-self.total // PAGE)), MOST_PAGES)


@dataclass(slots=True)
class _Cube:
    """How many offerings there are of each combination, at a moment; the counts of questions asked since."""

    at: datetime
    cells: list[Cell]
    kept_for: timedelta
    answers: dict[Filters, tuple[int, Counts]] = field(default_factory=dict)


_cubes: Memory[_Cube] = Memory(4)


def browse(session: Session, filters: Filters, *, now: datetime) -> Shelf:
    """The page that was asked for: one query for the offerings, and one for the counts unless they are
    fresh."""
    query = Query(filters.q)
    dialect = session.get_bind().dialect.name
    moments = _moments(now)
    rows = _rows(session, filters, query, dialect, moments)
    cube = _cube(session, query, dialect, now, moments)
    total, counts = _answer(cube, replace(filters, q="", sort="", page=1))
    if filters.page == 1 and len(rows) < PAGE:
        total = len(rows)
    if rows or filters.page > 1:
        return Shelf(filters, query, rows, total, counts, cube.at)
    unknown, nearest = _instead(session, filters, query, dialect, moments)
    return Shelf(filters, query, rows, 0, counts, cube.at, unknown, nearest)


def forget_counts_after(session: Session) -> None:
    """Once this transaction is through, this process counts anew; others do within ten seconds."""
    event.listen(session, "after_commit", lambda _: _cubes.clear(), once=True)


# ---- the offerings

COLUMNS: tuple[Any, ...] = (
    Offering.id,
    Offering.starts_at,
    Offering.ends_at,
    Offering.time_zone,
    Offering.seats,
    Offering.seats_taken,
    Course.key,
    Course.kind,
    CourseVersion.title,
    CourseVersion.summary,
    CourseVersion.subject,
    CourseVersion.hours,
)
_now = bindparam("now", type_=UtcDateTime)
_month, _next, _after = (bindparam(name, type_=UtcDateTime) for name in ("month", "next_month", "after"))
VISIBLE = and_(
    Offering.state == OfferingState.OPEN,
    or_(Offering.enrol_until.is_(None), Offering.enrol_until > _now),
    or_(Offering.ends_at.is_(None), Offering.ends_at > _now),
)
HAS_SEATS = or_(Offering.seats.is_(None), Offering.seats_taken < Offering.seats)
WHEN_RULES = {
    "anytime": Offering.starts_at.is_(None),
    "this_month": and_(Offering.starts_at >= _month, Offering.starts_at < _next),
    "next_month": and_(Offering.starts_at >= _next, Offering.starts_at < _after),
    "later": Offering.starts_at >= _after,
}
WHEN_CASE = case(*((rule, literal(name)) for name, rule in WHEN_RULES.items()), else_=literal("running"))
HOURS_CASE = case(
    *((CourseVersion.hours <= most, literal(name)) for name, (_, most) in HOURS.items()),
    else_=literal("from73"),
)
ORDERS: dict[str, tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]] = {
    "soon": (Offering.starts_at.asc().nulls_last(), Offering.id),
    "new": (Offering.id.desc(),),
    "hours": (CourseVersion.hours, Offering.id),
    "title": (CourseVersion.title, Offering.id),
}


def _moments(now: datetime) -> dict[str, datetime]:
    """Now, and the first moments of this month, the next, and the one after it."""
    first = now.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    after = (following + timedelta(days=32)).replace(day=1)
    return {"now": now, "month": first, "next_month": following, "after": after}


def _from_offerings(statement: Listing) -> Listing:
    return (
        statement.select_from(Offering)
        .join(Course, Course.id == Offering.course_id)
        .join(CourseVersion, CourseVersion.id == Offering.course_version_id)
        .where(VISIBLE)
    )


@lru_cache(maxsize=500)
def _listing(filters: Filters, dialect: str) -> Listing:
    """The statement for these choices; the moments and the page are filled in each time."""
    query = Query(filters.q)
    statement = _from_offerings(select(*COLUMNS))
    if filters.kind:
        statement = statement.where(Course.kind.in_(sorted(filters.kind)))
    if filters.subject:
        statement = statement.where(CourseVersion.subject.in_(sorted(filters.subject)))
    if filters.hours:
        spans = (CourseVersion.hours.between(*HOURS[name]) for name in sorted(filters.hours))
        statement = statement.where(or_(*spans))
    if filters.when:
        statement = statement.where(or_(*(WHEN_RULES[name] for name in sorted(filters.when))))
    if filters.free:
        statement = statement.where(HAS_SEATS)
    order = ORDERS[filters.sort or "soon"]
    if query:
        statement = query.applied(statement, dialect)
        order = order if filters.sort else (query.rank(dialect), *order)
    return statement.order_by(*order).limit(bindparam("limit")).offset(bindparam("offset"))


def _rows(
    session: Session, filters: Filters, query: Query, dialect: str, moments: dict[str, datetime]
) -> Sequence[Row[Any]]:
    place = {"limit": PAGE, "offset": (filters.page - 1) * PAGE}
    statement = _listing(replace(filters, page=1), dialect)
    return ask(session, statement, {**moments, **place}).all()


# ---- the counts


@lru_cache(maxsize=200)
def _counting(words: str, dialect: str) -> Listing:
    free = case((HAS_SEATS, literal(1)), else_=literal(0))
    facets: tuple[Any, ...] = (Course.kind, CourseVersion.subject, HOURS_CASE, WHEN_CASE, free)
    named: list[Any] = [facet.label(f"of_{name}") for facet, name in zip(facets, FACETS, strict=True)]
    statement = _from_offerings(select(*named, func.count().label("number")))
    if words:
        statement = Query(words).applied(statement, dialect)
    return statement.group_by(*(column.name for column in named))


def _cube(session: Session, query: Query, dialect: str, now: datetime, moments: dict[str, datetime]) -> _Cube:
    """The numbers of all combinations: for the whole catalogue kept for seconds, for words counted
    each time."""
    words = " ".join(query.words)
    key = session.get_bind().engine
    kept = None if words else _cubes.get(key)
    if kept is not None and abs(now - kept.at) < kept.kept_for:
        return kept
    found = session.execute(_counting(words, dialect), moments)
    cells = [(row[0].value, row[1], row[2], row[3], bool(row[4]), row[5]) for row in found]
    cube = _Cube(now, cells, _kept_for(sum(cell[5] for cell in cells)))
    if not words:
        _cubes.keep(key, cube)
    return cube


def _kept_for(number: int) -> timedelta:
    """The more there is to count, the less one more or less matters: seconds for a catalogue of thousands."""
    return min(COUNTS_KEPT_FOR * max(1.0, number / COUNTED_QUICKLY), COUNTS_KEPT_AT_MOST)


def _answer(cube: _Cube, filters: Filters) -> tuple[int, Counts]:
    """How many fit, and how many would fit each option, all other facets being as they are."""
    known = cube.answers.get(filters)
    if known is not None:
        return known
    chosen = [getattr(filters, name) for name in FACETS]
    counts: dict[str, dict[Any, int]] = {name: {} for name in FACETS}
    total = 0
    for *values, number in cube.cells:
        misses = [place for place, value in enumerate(values) if chosen[place] and value not in chosen[place]]
        if not misses:
            total += number
        for place, name in enumerate(FACETS):
            if not misses or misses == [place]:
                counts[name][values[place]] = counts[name].get(values[place], 0) + number
    if len(cube.answers) < 500:
        cube.answers[filters] = total, counts
    return total, counts


# ---- when nothing fits


def _instead(
    session: Session, filters: Filters, query: Query, dialect: str, moments: dict[str, datetime]
) -> tuple[tuple[str, ...], Sequence[Row[Any]]]:
    """The words that nothing has, and what comes nearest: the same words without choices, else any of
    the words."""
    place = {"limit": NEAREST, "offset": 0}
    if not query:
        return (), session.execute(_listing(Filters(), dialect), {**moments, **place}).all()
    columns = [
        query_of_one.applied(select(CourseVersion.id), dialect).exists().label(f"word_{number}")
        for number, query_of_one in enumerate(query.each())
    ]
    answers = session.execute(select(*columns)).one()
    unknown = tuple(one.words[0] for one, found in zip(query.each(), answers, strict=True) if not found)
    statement = query.applied(
        _from_offerings(select(*COLUMNS)), dialect, every=not unknown and filters.narrowed
    )
    statement = statement.order_by(query.rank(dialect), Offering.id)
    found = session.execute(statement.limit(NEAREST), moments).all()
    return unknown, found or session.execute(_listing(Filters(), dialect), {**moments, **place}).all()
