"""What somebody in charge does while others sit a quiz: other terms for a group or a learner, time added to
attempts that run, an attempt given back, a decision about answers that came after the end.

Every deed has its reason, is kept for good and is seen by the page of a running attempt with the next look
at its time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from courses import audit, outbox
from courses.catalogue import Activity, Offering
from courses.db import ask
from courses.errors import Conflict, Forbidden, Invalid, NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission
from courses.quizzes import rules
from courses.quizzes.attempts import end
from courses.quizzes.events import AttemptFinished
from courses.quizzes.models import (
    Attempt,
    AttemptState,
    GradingProgress,
    Intervention,
    InterventionKind,
    QuizOverride,
    Step,
    StepKind,
)
from courses.quizzes.papers import Paper, paper, paper_of_activity
from courses.quizzes.saving import Fate
from courses.quizzes.steps import add_steps
from courses.quizzes.terms import FIELDS, OVERRIDE_FIELDS, Terms, hand_in_until, of_rows

SHORTEST_REASON, LONGEST_REASON = 5, 500
LONGEST_EXTRA = 24 * 3600
LONGEST_LIMIT = 366 * 24 * 3600
LONGEST_PASSWORD = 60
MOST_ATTEMPTS = 1000
Rows = Sequence[Row[*tuple[Any, ...]]]

_columns = (
    Attempt.id,
    Attempt.quiz_id,
    Attempt.enrolment_id,
    Attempt.state,
    Attempt.started_at,
    Attempt.deadline_at,
    Attempt.finished_at,
    Enrolment.person_id,
    Enrolment.offering_id,
)
ONE_LOCKED = (
    select(*_columns)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Attempt.id == bindparam("attempt_id"))
    .with_for_update(of=Attempt, key_share=True)
)
OPEN_OF_GROUP = (
    select(*_columns)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(
        Attempt.quiz_id == bindparam("quiz_id"),
        Enrolment.offering_id == bindparam("offering_id"),
        Attempt.state.in_(rules.OPEN_STATES),
    )
    .order_by(Attempt.id)
    .with_for_update(of=Attempt, key_share=True)
)
OVERRIDES_OF_GROUP = (
    select(*OVERRIDE_FIELDS)
    .outerjoin(Enrolment, Enrolment.id == QuizOverride.enrolment_id)
    .where(
        QuizOverride.quiz_id == bindparam("quiz_id"),
        func.coalesce(QuizOverride.offering_id, Enrolment.offering_id) == bindparam("offering_id"),
    )
    .order_by(QuizOverride.id)
)
ADDED = (
    select(Intervention.attempt_id, func.sum(Intervention.seconds))
    .where(Intervention.attempt_id.in_(bindparam("attempt_ids", expanding=True)))
    .group_by(Intervention.attempt_id)
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a group or a learner has instead of the quiz's own terms; None changes nothing."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    time_limit: int | None = None
    attempts: int | None = None
    password: str | None = None

    def check(self) -> None:
        """Invalid names what cannot be."""
        if self.opens_at is not None and self.closes_at is not None and self.closes_at <= self.opens_at:
            raise Invalid("terms_wrong", closes_at="before_opening")
        if self.time_limit is not None and not 0 <= self.time_limit <= LONGEST_LIMIT:
            raise Invalid("terms_wrong", time_limit="out_of_range")
        if self.attempts is not None and not 0 <= self.attempts <= MOST_ATTEMPTS:
            raise Invalid("terms_wrong", attempts="out_of_range")
        if self.password is not None and len(self.password) > LONGEST_PASSWORD:
            raise Invalid("terms_wrong", password="too_long")  # noqa: S106 - a reason, not a password


def access_quiz(session: Session, offering_id: int, activity_id: int, *, by: Actor) -> Paper:
    """The quiz of a group that the actor is in charge of; anyone else is told there is none."""
    if not by.may(Permission.QUIZ_INVIGILATE, offering_id=offering_id):
        raise NotFound("offering")
    found = session.scalar(
        select(Activity.id)
        .join(Offering, Offering.course_version_id == Activity.course_version_id)
        .where(Offering.id == offering_id, Activity.id == activity_id)
    )
    if found is None:
        raise NotFound("quiz")
    return paper_of_activity(session, activity_id)


def set_terms(
    session: Session,
    offering_id: int,
    activity_id: int,
    changes: Changes,
    *,
    enrolment_id: int | None = None,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Give a group, or one learner of it, terms of their own; attempts that run get the new deadline."""
    sheet = access_quiz(session, offering_id, activity_id, by=by)
    why = _reason(reason)
    changes.check()
    if enrolment_id is not None:
        _access_learner(session, offering_id, enrolment_id, by)
    subject = {"enrolment_id": enrolment_id} if enrolment_id else {"offering_id": offering_id}
    row = {"quiz_id": sheet.quiz_id, **subject, **asdict(changes), "reason": why}
    session.execute(insert(QuizOverride), {**row, "made_by": by.id, "made_at": now})
    touched = _open(session, sheet, offering_id)
    _move(session, sheet, offering_id, [a for a in touched if enrolment_id in (None, a.enrolment_id)])
    named = {name: _plain(value) for name, value in asdict(changes).items() if value is not None}
    audit.record(
        session,
        "quiz.terms",
        *(("enrolment", enrolment_id) if enrolment_id else ("offering", offering_id)),
        by=by.id,
        now=now,
        quiz=sheet.quiz_id,
        **{name: value for name, value in named.items() if name != "password"},
    )


def give_time(
    session: Session, attempt_id: int, *, seconds: int, reason: str, by: Actor, now: datetime
) -> None:
    """Add time to an attempt that is open; one that was overdue goes on. Conflict when it has no end, or has
    ended."""
    attempt = _access_attempt(session, attempt_id, by)
    if not 0 < seconds <= LONGEST_EXTRA:
        raise Invalid("extra_time_wrong", minutes="out_of_range")
    if attempt.state not in rules.OPEN_STATES:
        raise Conflict("attempt_ended")
    if attempt.deadline_at is None:
        raise Conflict("no_deadline")
    sheet = paper(session, attempt.quiz_id)
    _note(session, [attempt], InterventionKind.EXTRA_TIME, {attempt.id: seconds}, reason, by, now)
    _move(session, sheet, attempt.offering_id, [attempt])
    _go_on(session, [attempt.id], now)
    audit.record(session, "attempt.extra_time", "attempt", attempt_id, by=by.id, now=now, seconds=seconds)


def credit_outage(
    session: Session,
    offering_id: int,
    activity_id: int,
    *,
    since: datetime,
    until: datetime,
    reason: str,
    by: Actor,
    now: datetime,
) -> int:
    """Give every open attempt of a group the time that an outage took from it; how many got some."""
    sheet = access_quiz(session, offering_id, activity_id, by=by)
    if not since < until <= now:
        raise Invalid("outage_wrong", until="not_a_span")
    if (until - since).total_seconds() > LONGEST_EXTRA:
        raise Invalid("outage_wrong", until="too_long")
    attempts = _open(session, sheet, offering_id)
    lost = {one.id: rules.outage_seconds(one.started_at, one.deadline_at, since, until) for one in attempts}
    given = [one for one in attempts if lost[one.id]]
    _note(session, given, InterventionKind.OUTAGE, lost, reason, by, now)
    _move(session, sheet, offering_id, given)
    _go_on(session, [one.id for one in given], now)
    audit.record(
        session,
        "quiz.outage",
        "offering",
        offering_id,
        by=by.id,
        now=now,
        quiz=sheet.quiz_id,
        since=since.isoformat(),
        until=until.isoformat(),
        attempts=len(given),
    )
    return len(given)


def reopen_attempt(
    session: Session, attempt_id: int, *, reason: str, by: Actor, now: datetime
) -> AttemptState:
    """Give back an attempt that was never handed in: it goes on, or is graded as it is when its time is over;
    its state after that."""
    attempt = _access_attempt(session, attempt_id, by)
    if attempt.state != AttemptState.ABANDONED:
        raise Conflict("not_abandoned")
    ending = rules.reopened(attempt.deadline_at, now)
    _note(session, [attempt], InterventionKind.REOPENED, {}, reason, by, now)
    end(session, attempt_id, ending, now)
    audit.record(session, "attempt.reopen", "attempt", attempt_id, by=by.id, now=now)
    return ending.state


def decide_late(
    session: Session, attempt_id: int, *, accept: bool, reason: str, by: Actor, now: datetime
) -> None:
    """Count the answers that came after the end, or leave them uncounted for good. Counted ones become the
    answers of the attempt, which is graded again."""
    attempt = _access_attempt(session, attempt_id, by)
    late = late_steps(session, [attempt_id]).get(attempt_id)
    if not late:
        raise Conflict("nothing_late")
    if attempt.state != AttemptState.FINISHED:
        raise Conflict("not_finished")
    kind = InterventionKind.LATE_ACCEPTED if accept else InterventionKind.LATE_DECLINED
    _note(session, [attempt], kind, {}, reason, by, now)
    if accept:
        add_steps(session, _counted(session, attempt_id, late, now))
        waits = {"grading_progress": GradingProgress.PENDING}
        session.execute(update(Attempt).where(Attempt.id == attempt_id).values(waits))
        outbox.publish(session, AttemptFinished(attempt_id), now=now)
    audit.record(session, f"attempt.{kind.value}", "attempt", attempt_id, by=by.id, now=now)


def late_steps(session: Session, attempt_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """The late answers that nobody has decided about: by attempt and slot, the newest step that holds one."""
    decided = (
        select(Intervention.attempt_id, func.max(Intervention.made_at).label("at"))
        .where(
            Intervention.attempt_id.in_(attempt_ids),
            Intervention.kind.in_((InterventionKind.LATE_ACCEPTED, InterventionKind.LATE_DECLINED)),
        )
        .group_by(Intervention.attempt_id)
        .subquery()
    )
    rows = session.execute(
        select(Step.attempt_id, Step.slot_id, func.max(Step.sequence))
        .outerjoin(decided, decided.c.attempt_id == Step.attempt_id)
        .where(
            Step.attempt_id.in_(attempt_ids),
            Step.kind == StepKind.SAVED,
            Step.state == Fate.LATE.value,
            (decided.c.at.is_(None)) | (Step.at > decided.c.at),
        )
        .group_by(Step.attempt_id, Step.slot_id)
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for attempt_id, slot_id, sequence in rows:
        found[attempt_id][slot_id] = sequence
    return found


def _counted(
    session: Session, attempt_id: int, late: Mapping[int, int], now: datetime
) -> list[dict[str, Any]]:
    """Steps that say again, and now for good, what the late ones said."""
    rows = session.execute(
        select(Step.slot_id, Step.sequence, Step.data).where(
            Step.attempt_id == attempt_id, Step.slot_id.in_(late), Step.sequence.in_(set(late.values()))
        )
    )
    last = {
        row.slot_id: row.last
        for row in session.execute(
            select(Step.slot_id, func.max(Step.sequence).label("last"))
            .where(Step.attempt_id == attempt_id)
            .group_by(Step.slot_id)
        )
    }
    return [
        {
            "attempt_id": attempt_id,
            "slot_id": row.slot_id,
            "sequence": last[row.slot_id] + 1,
            "kind": StepKind.SAVED,
            "at": now,
            "data": {**row.data, "accepted_from": row.sequence},
            "current": True,
        }
        for row in rows
        if late[row.slot_id] == row.sequence
    ]


def _access_attempt(session: Session, attempt_id: int, by: Actor) -> Row[*tuple[Any, ...]]:
    """An attempt of a group that the actor is in charge of, locked; nobody helps themselves."""
    attempt = ask(session, ONE_LOCKED, {"attempt_id": attempt_id}).first()
    if attempt is None or not by.may(Permission.QUIZ_INVIGILATE, offering_id=attempt.offering_id):
        raise NotFound("attempt")
    if attempt.person_id == by.id:
        raise Forbidden("own_work")
    return attempt


def _access_learner(session: Session, offering_id: int, enrolment_id: int, by: Actor) -> None:
    person_id = session.scalar(
        select(Enrolment.person_id).where(Enrolment.id == enrolment_id, Enrolment.offering_id == offering_id)
    )
    if person_id is None:
        raise NotFound("enrolment")
    if person_id == by.id:
        raise Forbidden("own_work")


def _open(session: Session, sheet: Paper, offering_id: int) -> Rows:
    """The open attempts of a group, locked in the order of their ids."""
    return ask(session, OPEN_OF_GROUP, {"quiz_id": sheet.quiz_id, "offering_id": offering_id}).all()


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason_wrong", reason="too_long" if len(reason) > LONGEST_REASON else "too_short")
    return reason


def _note(
    session: Session,
    attempts: Iterable[Row[*tuple[Any, ...]]],
    kind: InterventionKind,
    seconds: Mapping[int, int],
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    why = _reason(reason)
    rows = [
        {
            "attempt_id": one.id,
            "kind": kind,
            "seconds": seconds.get(one.id, 0),
            "reason": why,
            "made_by": by.id,
            "made_at": now,
        }
        for one in attempts
    ]
    if rows:
        session.execute(insert(Intervention), rows)


def group_terms(session: Session, sheet: Paper, offering_id: int) -> Mapping[int | None, Terms]:
    """The terms of a group (None) and of those of its learners who have their own, by enrolment; one
    query."""
    rows = ask(session, OVERRIDES_OF_GROUP, {"quiz_id": sheet.quiz_id, "offering_id": offering_id}).all()
    group = [row for row in rows if row.enrolment_id is None]
    own = {row.enrolment_id for row in rows if row.enrolment_id is not None}
    found: dict[int | None, Terms] = {None: of_rows(sheet, group)}
    for one in own:
        found[one] = of_rows(sheet, [row for row in rows if row.enrolment_id in (None, one)])
    return found


def added_to(session: Session, attempt_ids: Sequence[int]) -> Mapping[int, int]:
    """The seconds that were added to attempts, 0 where none were; one query."""
    found = dict.fromkeys(attempt_ids, 0)
    for attempt_id, seconds in ask(session, ADDED, {"attempt_ids": attempt_ids}):
        found[attempt_id] = int(seconds)
    return found


def _move(session: Session, sheet: Paper, offering_id: int, attempts: Rows) -> None:
    """Count the deadlines of these attempts anew from the terms that hold now and the time that was added."""
    if not attempts:
        return
    terms = group_terms(session, sheet, offering_id)
    added = added_to(session, [one.id for one in attempts])
    rows = []
    for one in attempts:
        own = terms.get(one.enrolment_id, terms[None])
        ends = rules.deadline(one.started_at, own.time_limit, own.closes_at, added[one.id])
        rows.append(
            {
                "attempt": one.id,
                "deadline_at": ends,
                "limited": own.time_limit > 0,
                "hand_in_until": hand_in_until(sheet, ends),
            }
        )
    table = Attempt.metadata.tables["attempt"]
    moved = update(table).where(table.c.id == bindparam("attempt"))
    names = ("deadline_at", "limited", "hand_in_until")
    session.connection().execute(moved.values({name: bindparam(name) for name in names}), rows)


def _go_on(session: Session, attempt_ids: Sequence[int], now: datetime) -> None:
    """Overdue attempts whose time is not over any more take answers again."""
    if attempt_ids:
        session.execute(
            update(Attempt)
            .where(
                Attempt.id.in_(attempt_ids), Attempt.state == AttemptState.OVERDUE, Attempt.deadline_at > now
            )
            .values(state=AttemptState.IN_PROGRESS)
        )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


__all__ = [
    "FIELDS",
    "LONGEST_REASON",
    "Changes",
    "access_quiz",
    "added_to",
    "credit_outage",
    "decide_late",
    "give_time",
    "group_terms",
    "late_steps",
    "reopen_attempt",
    "set_terms",
]
