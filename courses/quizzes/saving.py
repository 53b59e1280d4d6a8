"""Saving responses: every change is a new step, acknowledged one by one, and nothing that was typed is
thrown away.

The page numbers its deliveries per slot (`client`, `client_sequence`); the server numbers the steps. A
repetition is acknowledged like the first delivery, a late older one is kept as history, and of two pages
the newest wins.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.db import ask
from courses.errors import Invalid, NotFound
from courses.people import Actor
from courses.quizzes import rules
from courses.quizzes.attempts import access_attempt
from courses.quizzes.history import HISTORY_OF, by_slot
from courses.quizzes.models import AttemptState, Step, StepKind
from courses.quizzes.papers import Paper, PaperSlot, paper
from courses.quizzes.rules import Delivery, Known
from courses.quizzes.steps import add_steps

MOST_ANSWERS = 500
CLIENT = re.compile(r"[0-9A-Za-z-]{1,36}")
LARGEST_SEQUENCE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page says about one slot: the plain fields of its controls, and `certainty` where it is asked.

    `client_sequence` is the page's own number of this delivery (None from a plain form), `seen` the newest
    step of this slot that the page knew.
    """

    slot_id: int
    fields: Mapping[str, Sequence[str]]
    client_sequence: int | None = None
    seen: int | None = None


class Fate(StrEnum):
    """What became of one answer. SAVED is safe and counts; OVERTAKEN, LATE (after the end) and LOCKED (after
    the question was checked) are kept and do not count; REFUSED is not kept."""

    SAVED = "saved"
    OVERTAKEN = "overtaken"
    LATE = "late"
    LOCKED = "locked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The answer to one answer. `sequence` is the counted step; `conflict_at` when another page's was
    before."""

    slot_id: int
    client_sequence: int | None
    fate: Fate
    sequence: int
    answered: bool
    conflict_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer to one call. `refusal` is None, `time_over` or `finished`; refused answers are kept
    aside."""

    at: datetime
    refusal: str | None
    remaining: int | None
    slots: tuple[Acknowledged, ...]


@dataclass(slots=True)
class _Slot:
    """What is known of one slot while a call is worked off; `locked` when its answer may not change any
    more."""

    variant: dict[str, Any]
    known: Known
    head_at: datetime | None
    last: int
    certainty: int | None = None
    locked: bool = False


_head = aliased(Step)
_newest = (
    select(func.coalesce(func.max(_head.sequence), 0))
    .where(
        _head.attempt_id == Step.attempt_id,
        _head.slot_id == Step.slot_id,
        _head.current,
        _head.kind == StepKind.SAVED,
    )
    .correlate(Step)
    .scalar_subquery()
)
WANTED = (
    select(
        Step.slot_id,
        Step.sequence,
        Step.kind,
        Step.at,
        Step.data,
        Step.client,
        Step.client_sequence,
        Step.current,
    )
    .where(
        Step.attempt_id == bindparam("attempt_id"),
        Step.slot_id.in_(bindparam("slot_ids", expanding=True)),
        or_(
            Step.sequence == 0,
            Step.sequence >= _newest,
            and_(Step.client == bindparam("client"), Step.client_sequence >= bindparam("from_number")),
        ),
    )
    .order_by(Step.slot_id, Step.sequence)
)
SHOWN = (
    select(Step.data)
    .where(
        Step.attempt_id == bindparam("attempt_id"),
        Step.slot_id == bindparam("slot_id"),
        Step.sequence <= bindparam("seen"),
        Step.current,
        Step.kind == StepKind.SAVED,
    )
    .order_by(Step.sequence.desc())
    .limit(1)
)


def save_responses(
    session: Session,
    attempt_id: int,
    answers: Sequence[Answer],
    *,
    client: str | None = None,
    by: Actor,
    now: datetime,
) -> Saved:
    """Keep what a page says, each slot on its own; see the module for what is counted."""
    _check(answers, client)
    attempt = access_attempt(session, attempt_id, by=by, lock=True)
    sheet = paper(session, attempt.quiz_id)
    if not all(answer.slot_id in sheet.slots for answer in answers):
        raise NotFound("slot")
    refusal = _refusal(attempt, now)
    slots = _read(session, attempt_id, answers, client)
    if sheet.can_check:
        _look_at_checks(session, attempt_id, sheet, slots)
    for slot_id in sheet.left_behind(attempt.layout, attempt.page) & slots.keys():
        slots[slot_id].locked = True
    saver = _Saver(session, attempt_id, client, now, late=refusal is not None)
    told = tuple(saver.take(sheet.slots[answer.slot_id], slots[answer.slot_id], answer) for answer in answers)
    add_steps(session, saver.rows)
    remaining = rules.remaining_seconds(attempt.deadline_at, now, limited=attempt.limited)
    return Saved(now, refusal, remaining, told)


def _refusal(attempt: Row[*tuple[Any, ...]], now: datetime) -> str | None:
    if attempt.state == AttemptState.IN_PROGRESS:
        return "time_over" if rules.is_over(attempt.deadline_at, now) else None
    return "time_over" if attempt.state == AttemptState.OVERDUE else "finished"


def _check(answers: Sequence[Answer], client: str | None) -> None:
    """Refuse what no page of ours could send."""
    numbers = [answer.client_sequence for answer in answers if answer.client_sequence is not None]
    if len(answers) > MOST_ANSWERS or len({answer.slot_id for answer in answers}) != len(answers):
        raise Invalid("bad_answers")
    if any(not 0 < number <= LARGEST_SEQUENCE for number in numbers) or (numbers and not client):
        raise Invalid("bad_answers", client_sequence="out_of_range")
    if client is not None and not CLIENT.fullmatch(client):
        raise Invalid("bad_answers", client="wrong_letters")


def _read(
    session: Session, attempt_id: int, answers: Sequence[Answer], client: str | None
) -> dict[int, _Slot]:
    """What the answered slots hold already; one statement, after the attempt is locked."""
    if not answers:
        return {}
    numbers = [answer.client_sequence for answer in answers if answer.client_sequence is not None]
    found = ask(
        session,
        WANTED,
        {
            "attempt_id": attempt_id,
            "slot_ids": [answer.slot_id for answer in answers],
            "client": client if numbers else None,
            "from_number": min(numbers, default=0),
        },
    )
    by_slot: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in found:
        by_slot[row.slot_id].append(row)
    return {slot_id: _slot(rows, client if numbers else None) for slot_id, rows in by_slot.items()}


def _look_at_checks(session: Session, attempt_id: int, sheet: Paper, slots: dict[int, _Slot]) -> None:
    """A question that was checked may be closed, and a hint may have changed what is answered there."""
    asked = {"attempt_id": attempt_id, "slot_ids": list(slots)}
    for slot_id, history in by_slot(ask(session, HISTORY_OF, asked).all()).items():
        stands, slot = history.stands(sheet.slots[slot_id]), slots[slot_id]
        slot.locked = stands.finished or stands.resting
        if slot.known.response is not None:
            slot.known = replace(slot.known, response=dict(stands.response))


def _slot(rows: Sequence[Row[*tuple[Any, ...]]], client: str | None) -> _Slot:
    saved = [row for row in rows if row.kind == StepKind.SAVED]
    head = next((row for row in reversed(saved) if row.current), None)
    mine = {row.client_sequence for row in saved if client is not None and row.client == client}
    known = Known(
        response=head.data["response"] if head else None,
        sequence=head.sequence if head else 0,
        client=head.client if head else None,
        client_sequences=mine,
    )
    certainty = head.data.get("certainty") if head else None
    return _Slot(rows[0].data["variant"], known, head.at if head else None, rows[-1].sequence, certainty)


UNCOUNTED = (Fate.LATE, Fate.LOCKED)


def _certainty(asked: PaperSlot, answer: Answer) -> int | None:
    """How sure the learner said to be, where that is asked."""
    if not asked.behaviour.asks_certainty:
        return None
    said = (answer.fields.get("certainty") or [""])[-1]
    return int(said) if said in ("1", "2", "3") else None


def _said(response: Mapping[str, Any], certainty: int | None) -> dict[str, Any]:
    """An answer as its step keeps it."""
    return {"response": response} | ({"certainty": certainty} if certainty else {})


@dataclass(slots=True)
class _Saver:
    """Decides about the answers of one call and makes the steps that keep them."""

    session: Session
    attempt_id: int
    client: str | None
    now: datetime
    late: bool
    rows: list[dict[str, Any]] = field(default_factory=list)

    def take(self, asked: PaperSlot, slot: _Slot, answer: Answer) -> Acknowledged:
        """What becomes of the answer. A closed question shows no fields, so a page that brings none says
        nothing about it."""
        kind, known = asked.type, slot.known
        if slot.locked and not answer.fields:
            return self._tell(asked, slot, answer, Fate.SAVED)
        try:
            response = kind.clean(
                asked.body, slot.variant, kind.from_form(asked.body, slot.variant, answer.fields)
            )
        except Invalid:
            return self._tell(asked, slot, answer, Fate.REFUSED)
        certainty = _certainty(asked, answer)
        same = response == known.response and certainty in (None, slot.certainty)
        verdict = rules.delivery(known, response, answer.client_sequence, same=same)
        if verdict is Delivery.NEW and self._untouched(slot, answer, response, certainty):
            verdict = Delivery.SAME
        if verdict in (Delivery.SAME, Delivery.DUPLICATE) or (self.late and same):
            uncounted = self.late and verdict is Delivery.DUPLICATE and not same
            return self._tell(asked, slot, answer, Fate.LATE if uncounted else Fate.SAVED)
        if slot.last >= rules.MOST_STEPS:
            return self._tell(asked, slot, answer, Fate.REFUSED)
        conflict = rules.is_conflict(known, client=self.client, seen=answer.seen, same=same)
        fate = self._fate(slot, verdict)
        sure = certainty or (slot.certainty if asked.behaviour.asks_certainty else None)
        self._keep(slot, answer, _said(response, sure), fate)
        if fate is not Fate.SAVED:
            return self._tell(asked, slot, answer, fate)
        answered = kind.is_gradable(asked.body, slot.variant, response)
        conflict_at = slot.head_at if conflict else None
        return Acknowledged(asked.id, answer.client_sequence, fate, slot.last, answered, conflict_at)

    def _fate(self, slot: _Slot, verdict: Delivery) -> Fate:
        if self.late:
            return Fate.LATE
        if slot.locked:
            return Fate.LOCKED
        return Fate.OVERTAKEN if verdict is Delivery.OLDER else Fate.SAVED

    def _untouched(
        self, slot: _Slot, answer: Answer, response: Mapping[str, Any], certainty: int | None
    ) -> bool:
        """Whether a plain form only repeats what it was shown, while another page has answered since."""
        if answer.client_sequence is not None or answer.seen is None or slot.known.sequence <= answer.seen:
            return False
        asked = {"attempt_id": self.attempt_id, "slot_id": answer.slot_id, "seen": answer.seen}
        shown = self.session.scalar(SHOWN, asked) or {"response": {}}
        return bool(response == shown["response"] and certainty in (None, shown.get("certainty")))

    def _keep(self, slot: _Slot, answer: Answer, said: Mapping[str, Any], fate: Fate) -> None:
        slot.last += 1
        self.rows.append(
            {
                "attempt_id": self.attempt_id,
                "slot_id": answer.slot_id,
                "sequence": slot.last,
                "kind": StepKind.SAVED,
                "at": self.now,
                "data": said,
                "client": self.client if answer.client_sequence is not None else None,
                "client_sequence": answer.client_sequence,
                "current": fate is Fate.SAVED,
                "state": fate.value if fate in UNCOUNTED else None,
            }
        )

    def _tell(self, asked: PaperSlot, slot: _Slot, answer: Answer, fate: Fate) -> Acknowledged:
        """An answer that changes nothing that counts."""
        answered = asked.type.is_gradable(asked.body, slot.variant, slot.known.response or {})
        return Acknowledged(asked.id, answer.client_sequence, fate, slot.known.sequence, answered)
