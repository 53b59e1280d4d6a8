"""The terms on which one learner takes a quiz: the quiz's own, then the group's, then the learner's own.

What the learner was given goes before what the group was given, field by field.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select
from sqlalchemy.orm import Session

from courses.db import ask
from courses.learning import Enrolment
from courses.quizzes import rules
from courses.quizzes.models import QuizOverride
from courses.quizzes.papers import Paper

_group_of = select(Enrolment.offering_id).where(Enrolment.id == bindparam("enrolment_id")).scalar_subquery()
OVERRIDE_FIELDS = (
    QuizOverride.offering_id,
    QuizOverride.enrolment_id,
    QuizOverride.opens_at,
    QuizOverride.closes_at,
    QuizOverride.time_limit,
    QuizOverride.attempts,
    QuizOverride.password,
)
OVERRIDES = (
    select(*OVERRIDE_FIELDS)
    .where(
        QuizOverride.quiz_id == bindparam("quiz_id"),
        or_(QuizOverride.enrolment_id == bindparam("enrolment_id"), QuizOverride.offering_id == _group_of),
    )
    .order_by(QuizOverride.id)
)


@dataclass(frozen=True, slots=True)
class Terms:
    """When a quiz is open and what limits it. `time_limit` in seconds, `attempts`: 0 for no limit; an empty
    password for none."""

    opens_at: datetime | None
    closes_at: datetime | None
    time_limit: int
    attempts: int
    password: str


FIELDS = tuple(one.name for one in fields(Terms))


def own_terms(sheet: Paper) -> Terms:
    """The terms that the quiz itself has."""
    return Terms(None, None, sheet.time_limit, sheet.attempts, sheet.settings.password)


def changed(terms: Terms, override: Mapping[str, Any] | None) -> Terms:
    """The terms with the fields that an override names."""
    if override is None:
        return terms
    return replace(terms, **{name: override[name] for name in FIELDS if override[name] is not None})


def terms_of(session: Session, sheet: Paper, enrolment_id: int) -> Terms:
    """The terms of one learner; one query."""
    rows = ask(session, OVERRIDES, {"quiz_id": sheet.quiz_id, "enrolment_id": enrolment_id})
    return of_rows(sheet, rows.all())


def of_rows(sheet: Paper, rows: Iterable[Row[*tuple[Any, ...]]]) -> Terms:
    """The terms that overrides of one learner and their group come to; of each the newest holds."""
    newest = {row.enrolment_id is None: dict(row._mapping) for row in rows}
    return changed(changed(own_terms(sheet), newest.get(True)), newest.get(False))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no attempt can begin now: `quiz_not_open`, `quiz_closed`, `no_attempts_left` or `too_soon`; `at` is
    the moment from which one can, where it is known, or since when one cannot."""

    code: str
    at: datetime | None = None


def why_not(
    sheet: Paper, terms: Terms, earlier: Sequence[Row[*tuple[Any, ...]]], now: datetime
) -> Refusal | None:
    """Why a learner with these attempts, none of them open, cannot begin another now; None when they can."""
    if terms.opens_at is not None and now < terms.opens_at:
        return Refusal("quiz_not_open", terms.opens_at)
    if terms.closes_at is not None and now >= terms.closes_at:
        return Refusal("quiz_closed", terms.closes_at)
    if terms.attempts and len(earlier) >= terms.attempts:
        return Refusal("no_attempts_left")
    settings = sheet.settings
    at = rules.next_start(
        [(one.started_at, one.finished_at) for one in earlier],
        terms.time_limit,
        settings.delay_first,
        settings.delay_later,
    )
    return Refusal("too_soon", at) if at is not None and now < at else None


def hand_in_until(sheet: Paper, deadline_at: datetime | None) -> datetime | None:
    """Until when an attempt whose time is over may still be handed in; None where it may not."""
    grace = sheet.settings.grace_time
    return deadline_at + grace if deadline_at is not None and grace is not None else None


def same_password(wanted: str, given: str) -> bool:
    """Whether a learner typed the password; capital letters and spaces around it make no difference."""
    known, typed = (" ".join(text.split()).casefold().encode() for text in (wanted, given))
    return hmac.compare_digest(known, typed)
