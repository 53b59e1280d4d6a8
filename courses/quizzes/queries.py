"""What pages show of quizzes: few queries each, whatever the number of questions and attempts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select
from sqlalchemy.orm import Session

from courses import people
from courses.catalogue import Offering
from courses.db import ask
from courses.errors import NotFound
from courses.learning import Enrolment
from courses.people import Actor, Permission, Person
from courses.questions import Control, Graded, Reviewed, State, Words
from courses.quizzes import rules
from courses.quizzes.attempts import access_attempt
from courses.quizzes.behaviours import Standing
from courses.quizzes.corrections import Corrected, made, with_key
from courses.quizzes.counting import GIVEN
from courses.quizzes.history import HISTORY, SlotHistory, by_slot
from courses.quizzes.models import Attempt, AttemptState, GradingProgress, Step, StepKind
from courses.quizzes.papers import Paper, PaperSlot, paper
from courses.quizzes.settings import Item
from courses.texts import N_

UNTOUCHED = Standing()
EVERYTHING = frozenset(Item)
SAY_HOW_SURE = N_("Отметьте, насколько вы уверены в ответе.")
COMBINED = {
    State.RIGHT: "correct_feedback",
    State.PARTIAL: "partially_correct_feedback",
    State.WRONG: "incorrect_feedback",
}


@dataclass(frozen=True)
class Sheet:
    """One question of one attempt, as it stands; `shows` is what a check before the end may show."""

    asked: PaperSlot
    number: int
    variant: dict[str, Any]
    response: dict[str, Any]
    sequence: int
    saved_at: datetime | None
    flagged: bool
    state: str | None = None
    fraction: float | None = None
    stands: Standing = UNTOUCHED
    comment: str = ""
    shows: frozenset[Item] = EVERYTHING
    correction: Corrected | None = None

    @property
    def slot_id(self) -> int:
        return self.asked.id

    @property
    def is_question(self) -> bool:
        return self.asked.is_question

    @cached_property
    def answered(self) -> bool:
        """Whether there is enough to get a mark."""
        return self.asked.type.is_gradable(self.asked.body, self.variant, self.response)

    @cached_property
    def complete(self) -> bool:
        """Whether every part is answered."""
        return self.asked.type.is_complete(self.asked.body, self.variant, self.response)

    @cached_property
    def shown(self) -> Mapping[str, Any]:
        """The question with its texts as this attempt shows them."""
        return self.asked.type.filled(self.asked.body, self.variant)

    @property
    def text(self) -> str:
        return str(self.shown["text"])

    @property
    def text_format(self) -> str:
        return str(self.shown.get("text_format", "markdown"))

    @property
    def controls(self) -> Control:
        return self.asked.type.controls(self.asked.body, self.variant, self.response)

    @property
    def summary(self) -> str:
        return self.asked.type.summarise(self.asked.body, self.variant, self.response)

    @property
    def right_answer(self) -> str:
        return self.asked.type.right_answer(self.asked.body, self.variant)

    @property
    def feedback(self) -> list[str]:
        return self.asked.type.feedback(self.asked.body, self.variant, self.response)

    @property
    def general_feedback(self) -> str:
        return str(self.shown.get("general_feedback") or "")

    @property
    def review(self) -> tuple[Reviewed, ...]:
        return self.asked.type.review(self.asked.body, self.variant, self.response)

    @property
    def can_check(self) -> bool:
        """Whether the page has «Проверить» here now."""
        return self.asked.behaviour.can_check and not self.closed and not self.resting

    @property
    def closed(self) -> bool:
        """Whether the question was checked for good, although the attempt goes on."""
        return self.asked.behaviour.can_check and self.stands.finished

    @property
    def resting(self) -> bool:
        """Whether the learner must press «Ещё раз» first."""
        return self.stands.resting

    @property
    def checked(self) -> bool:
        """Whether the answer that stands here is one whose result may be shown."""
        return self.asked.behaviour.can_check and self.stands.checked

    @property
    def incomplete(self) -> bool:
        """Whether a check found too little to check."""
        return self.asked.behaviour.can_check and self.stands.state is State.INVALID

    @property
    def advice(self) -> str:
        """What the answer still needs, as a message of ours."""
        if self.asked.behaviour.asks_certainty and self.complete and self.stands.certainty is None:
            return SAY_HOW_SURE
        return self.asked.type.advice(self.asked.body, self.variant, self.response)

    @property
    def hint(self) -> Mapping[str, Any] | None:
        """The hint that the present try may use."""
        hints, tries = self.shown.get("hints") or (), len(self.stands.tries)
        now = self.asked.behaviour.gives_hints and 0 < tries <= len(hints) and not self.stands.finished
        return hints[tries - 1] if now else None

    @property
    def tries_left(self) -> int | None:
        """How many tries there are, this one included; None where they are not counted."""
        if not self.asked.behaviour.gives_hints:
            return None
        return max(0, len(self.asked.body.get("hints") or ()) + 1 - len(self.stands.tries))

    @property
    def combined_feedback(self) -> Words:
        """What the author says to a right, a partly right and a wrong answer."""
        key = COMBINED.get(State(self.result.state))
        text = (self.shown.get(key) or "") if key else ""
        return Words(text, self.shown.get(f"{key}_format") or self.text_format)

    @cached_property
    def result(self) -> Graded:
        """The result in full; the stored fraction is what counts."""
        return self.asked.type.grade(self.asked.body, self.variant, self.response)


@dataclass(frozen=True)
class Sitting:
    """One attempt of one learner: running, overdue, waiting for its mark, or marked."""

    id: int
    enrolment_id: int
    number: int
    state: AttemptState
    page: int
    started_at: datetime
    deadline_at: datetime | None
    limited: bool
    hand_in_until: datetime | None
    finished_at: datetime | None
    grading_progress: GradingProgress
    mark: float | None
    receipt: str | None
    paper: Paper
    sheets: tuple[Sheet, ...]

    @cached_property
    def pages(self) -> list[list[Sheet]]:
        """The sheets page by page."""
        by_id = {sheet.slot_id: sheet for sheet in self.sheets}
        return [[by_id[slot_id] for slot_id in page] for page in self.paper.pages(list(by_id))]

    @property
    def running(self) -> bool:
        """Whether it takes answers, as far as is written down."""
        return self.state is AttemptState.IN_PROGRESS

    @property
    def overdue(self) -> bool:
        """Whether it may only be handed in."""
        return self.state is AttemptState.OVERDUE

    def may_see(self, page: int) -> bool:
        """Whether the learner may go to this page now."""
        return not self.paper.settings.sequential or page == self.page

    def section_title(self, page: int) -> str:
        """The title of the section that a page belongs to; empty where there are no sections."""
        position = sum(len(sheets) for sheets in self.pages[: page - 1]) + 1
        begun = [one.title for one in self.paper.settings.sections if one.first <= position]
        return begun[-1] if begun else ""

    @property
    def limit(self) -> int | None:
        """How long the attempt lasts in all, in seconds; None without a limit."""
        if self.deadline_at is None:
            return None
        return int((self.deadline_at - self.started_at).total_seconds())

    @cached_property
    def page_of(self) -> Mapping[int, int]:
        """The page, from 1, on which a slot stands."""
        return {sheet.slot_id: number for number, page in enumerate(self.pages, 1) for sheet in page}

    @property
    def questions(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.is_question]

    @property
    def unanswered(self) -> int:
        return sum(not sheet.answered for sheet in self.questions)

    @property
    def graded(self) -> bool:
        return self.grading_progress == GradingProgress.FULLY_GRADED

    @property
    def fraction(self) -> float | None:
        return None if self.mark is None else rules.fraction_of(self.mark, self.paper.max_mark)

    @property
    def percent(self) -> int | None:
        return None if self.fraction is None else rules.percent(self.fraction)

    @property
    def passed(self) -> bool:
        return self.fraction is not None and rules.has_passed(self.fraction, self.paper.pass_fraction)

    def remaining(self, now: datetime) -> int | None:
        """Seconds left that the page shows; None without a limit, and while a mere close is far off."""
        return rules.remaining_seconds(self.deadline_at, now, limited=self.limited)

    def by_clock(self, now: datetime) -> rules.Ending | None:
        """What the clock has made of it by now, if that is not written down yet."""
        settings = self.paper.settings
        return rules.by_clock(self.state, self.deadline_at, settings.late, settings.grace_time, now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the page asks while it waits for the mark."""

    running: bool
    grading_progress: GradingProgress
    remaining: int | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt proves."""

    code: str
    attempt_id: int
    full_name: str
    quiz_title: str
    number: int
    finished_at: datetime
    mine: bool


_heads = (
    select(Step.slot_id, func.max(Step.sequence).label("sequence"))
    .where(Step.attempt_id == bindparam("attempt_id"), Step.current)
    .group_by(Step.slot_id, Step.kind)
    .subquery()
)
HEADS = (
    select(Step.slot_id, Step.sequence, Step.kind, Step.at, Step.data, Step.state, Step.fraction)
    .join(_heads, and_(_heads.c.slot_id == Step.slot_id, _heads.c.sequence == Step.sequence))
    .where(Step.attempt_id == bindparam("attempt_id"))
)

BY_RECEIPT = (
    select(
        Attempt.id,
        Attempt.number,
        Attempt.quiz_id,
        Attempt.finished_at,
        Enrolment.person_id,
        Enrolment.offering_id,
        Person,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Person, Person.id == Enrolment.person_id)
    .join(Offering, Offering.id == Enrolment.offering_id)
    .where(Attempt.receipt == bindparam("code"))
)


def sitting(session: Session, attempt_id: int, *, by: Actor) -> Sitting:
    """The learner's own attempt with every question as it stands; two queries when the paper is known."""
    attempt = access_attempt(session, attempt_id, by=by)
    steps: dict[tuple[int, StepKind], Row[*tuple[Any, ...]]] = {
        (step.slot_id, step.kind): step for step in ask(session, HEADS, {"attempt_id": attempt_id})
    }
    known = paper(session, attempt.quiz_id)
    histories = _histories(session, attempt_id) if known.can_check else {}
    corrections = _corrections(session, steps)
    numbers = {
        slot_id: number
        for number, slot_id in enumerate((one for one in attempt.layout if one in known.question_ids), 1)
    }
    return Sitting(
        id=attempt.id,
        enrolment_id=attempt.enrolment_id,
        number=attempt.number,
        state=AttemptState(attempt.state),
        page=attempt.page,
        started_at=attempt.started_at,
        deadline_at=attempt.deadline_at,
        limited=attempt.limited,
        hand_in_until=attempt.hand_in_until,
        finished_at=attempt.finished_at,
        grading_progress=attempt.grading_progress,
        mark=attempt.mark,
        receipt=attempt.receipt,
        paper=known,
        sheets=tuple(
            _with_correction(
                _with_checks(
                    _sheet(known, slot_id, numbers.get(slot_id, 0), steps, slot_id in attempt.flagged),
                    histories.get(slot_id),
                ),
                corrections.get(slot_id),
            )
            for slot_id in attempt.layout
        ),
    )


def _sheet(
    known: Paper,
    slot_id: int,
    number: int,
    steps: Mapping[tuple[int, StepKind], Row[*tuple[Any, ...]]],
    flagged: bool,
) -> Sheet:
    saved = steps.get((slot_id, StepKind.SAVED))
    graded = _last_word(steps, slot_id)
    return Sheet(
        asked=known.slots[slot_id],
        number=number,
        variant=steps[slot_id, StepKind.STARTED].data["variant"],
        response=saved.data["response"] if saved else {},
        sequence=saved.sequence if saved else 0,
        saved_at=saved.at if saved else None,
        flagged=flagged,
        state=graded.state if graded else None,
        fraction=graded.fraction if graded else None,
        stands=Standing(certainty=saved.data.get("certainty")) if saved else UNTOUCHED,
        comment=graded.data.get("comment", "") if graded else "",
        shows=known.shown_during,
    )


def _last_word(
    steps: Mapping[tuple[int, StepKind], Row[*tuple[Any, ...]]], slot_id: int
) -> Row[*tuple[Any, ...]] | None:
    given = [steps[slot_id, kind] for kind in GIVEN if (slot_id, kind) in steps]
    return max(given, key=lambda step: step.sequence, default=None)


def _corrections(
    session: Session, steps: Mapping[tuple[int, StepKind], Row[*tuple[Any, ...]]]
) -> dict[int, Corrected]:
    """The corrections that have the last word about questions of an attempt, by slot."""
    regraded = {slot_id for slot_id, kind in steps if kind == StepKind.REGRADED}
    words = {slot_id: _last_word(steps, slot_id) for slot_id in regraded}
    ids = {slot_id: step.data.get("regrade_id") for slot_id, step in words.items() if step is not None}
    found = made(session, {one for one in ids.values() if one})
    return {slot_id: found[one] for slot_id, one in ids.items() if one in found}


def _with_correction(sheet: Sheet, correction: Corrected | None) -> Sheet:
    """The sheet with the key by which it was marked in the end."""
    if correction is None:
        return sheet
    asked = with_key(sheet.asked, correction.question_version_id, correction.body)
    return replace(sheet, asked=asked, correction=correction)


def _histories(session: Session, attempt_id: int) -> dict[int, SlotHistory]:
    return by_slot(ask(session, HISTORY, {"attempt_id": attempt_id}).all())


def _with_checks(sheet: Sheet, history: SlotHistory | None) -> Sheet:
    """The sheet as checks and hints have made it; while the attempt runs, its state is that of the checks."""
    if history is None or not sheet.asked.behaviour.can_check:
        return sheet
    stands = history.stands(sheet.asked)
    return replace(sheet, stands=stands, response=dict(stands.response), sequence=history.last)


def waiting(session: Session, attempt_id: int, *, by: Actor, now: datetime) -> Waiting:
    """Whether the mark is there; one query."""
    attempt = access_attempt(session, attempt_id, by=by)
    return Waiting(
        running=attempt.state == AttemptState.IN_PROGRESS,
        grading_progress=attempt.grading_progress,
        remaining=rules.remaining_seconds(attempt.deadline_at, now, limited=attempt.limited),
    )


def find_receipt(session: Session, text: str, *, by: Actor) -> Receipt:
    """What a receipt proves, for its owner and for who may see the group's learners; nobody else finds it."""
    code = rules.read_receipt(text)
    row = session.execute(BY_RECEIPT, {"code": code}).first() if code else None
    if row is None or code is None:
        raise NotFound("receipt")
    mine = row.person_id == by.id
    if not mine and not by.may(Permission.OFFERING_SEE_LEARNERS, offering_id=row.offering_id):
        raise NotFound("receipt")
    person: people.Person = row.Person
    return Receipt(
        code=code,
        attempt_id=row.id,
        full_name=person.full_name,
        quiz_title=paper(session, row.quiz_id).title,
        number=row.number,
        finished_at=row.finished_at,
        mine=mine,
    )
