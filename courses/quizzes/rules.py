"""The pure rules of attempts: what a delivery means, whose clock counts, how marks add up, what a receipt
is."""

import math
import random
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from courses.quizzes.settings import Late, Method, Moment, Section

GRACE = timedelta(seconds=60)  # for packets that were on their way when the time ran out
LAST_MOMENT = timedelta(seconds=2)
CLOSE_SHOWN = timedelta(hours=1)
JUST_AFTER = timedelta(minutes=2)
SMALLEST = 0.000001
MOST_STEPS = 5_000

RECEIPT_LETTERS = "АВГДЕЖИКЛМНПРСТУФХЦЮЯ"
RECEIPT_ALPHABET = RECEIPT_LETTERS + "234579"
_LOOK_ALIKE = str.maketrans("ABEKMHPCTYXЁЙ", "АВЕКМНРСТУХЕИ")


# ---- deliveries


class Delivery(StrEnum):
    """What one delivered response means for its slot."""

    NEW = "new"
    SAME = "same"
    DUPLICATE = "duplicate"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Known:
    """What a slot holds already, as far as one delivery needs it.

    `response` is the counted one, `sequence` its place. `client_sequences` are those numbers of the
    delivering page, from the delivered one up, that are stored here.
    """

    response: dict[str, Any] | None
    sequence: int
    client: str | None
    client_sequences: Collection[int] = ()


def delivery(
    known: Known, response: Mapping[str, Any], client_sequence: int | None, *, same: bool
) -> Delivery:
    """A page numbers its deliveries: a number seen before is a duplicate, a smaller one is history.

    A delivery without a number (a plain form) is new unless it says what is known already. One with a
    number is kept even when it says the same, so that a repetition of it can never undo what another page
    said in between.
    """
    if client_sequence is None:
        return Delivery.SAME if same or (known.response is None and not response) else Delivery.NEW
    if client_sequence in known.client_sequences:
        return Delivery.DUPLICATE
    if any(stored > client_sequence for stored in known.client_sequences):
        return Delivery.OLDER
    return Delivery.NEW


def is_conflict(known: Known, *, client: str | None, seen: int | None, same: bool) -> bool:
    """Whether another page answered in between: after what this page had seen, and something else."""
    if known.response is None or seen is None or same:
        return False
    return known.sequence > seen and (client is None or known.client != client)


# ---- time


class AttemptState(StrEnum):
    """Running; not handed in in time but still to be handed in; finished; never handed in."""

    IN_PROGRESS = "in_progress"
    OVERDUE = "overdue"
    FINISHED = "finished"
    ABANDONED = "abandoned"


OPEN_STATES = (AttemptState.IN_PROGRESS, AttemptState.OVERDUE)


def deadline(
    started_at: datetime, time_limit: int, closes_at: datetime | None = None, extra: int = 0
) -> datetime | None:
    """When the time is over: the limit or the close, whichever is first, and `extra` seconds given to this
    attempt; None where there is neither."""
    limited = started_at + timedelta(seconds=time_limit) if time_limit else None
    ends = [moment for moment in (limited, closes_at) if moment is not None]
    return min(ends) + timedelta(seconds=extra) if ends else None


def is_over(deadline_at: datetime | None, now: datetime) -> bool:
    """Whether answers are refused: a minute after the deadline, by the server's clock alone."""
    return deadline_at is not None and now > deadline_at + GRACE


def is_last_moment(deadline_at: datetime | None, now: datetime) -> bool:
    """Whether a page turned now could not be answered any more, so that turning it hands in."""
    return deadline_at is not None and deadline_at - now <= LAST_MOMENT


@dataclass(frozen=True, slots=True)
class Ending:
    """What the clock makes of an attempt: its state, and when it ended (None while it can be handed in)."""

    state: AttemptState
    at: datetime | None


def by_clock(
    state: AttemptState, deadline_at: datetime | None, late: Late, grace: timedelta | None, now: datetime
) -> Ending | None:
    """What becomes of an attempt that nobody hands in; None while the clock changes nothing."""
    if state not in OPEN_STATES or deadline_at is None or not is_over(deadline_at, now):
        return None
    if late is Late.SUBMIT:
        return Ending(AttemptState.FINISHED, deadline_at)
    if late is Late.ABANDON or grace is None:
        return Ending(AttemptState.ABANDONED, deadline_at)
    if is_over(deadline_at + grace, now):
        return Ending(AttemptState.ABANDONED, deadline_at + grace)
    return Ending(AttemptState.OVERDUE, None) if state is not AttemptState.OVERDUE else None


def time_up(
    state: AttemptState, deadline_at: datetime | None, late: Late, grace: timedelta | None, now: datetime
) -> Ending | None:
    """What becomes of an attempt whose page says that the time is over; None where our clock disagrees."""
    if state is not AttemptState.IN_PROGRESS or deadline_at is None or now < deadline_at:
        return None
    if late is Late.SUBMIT:
        return handed_in(state, deadline_at, late, grace, now)
    if late is Late.ABANDON or grace is None:
        return Ending(AttemptState.ABANDONED, deadline_at)
    return by_clock(state, deadline_at, late, grace, now) or Ending(AttemptState.OVERDUE, None)


def handed_in(
    state: AttemptState, deadline_at: datetime | None, late: Late, grace: timedelta | None, now: datetime
) -> Ending:
    """What handing in now makes of an attempt that is open."""
    ended = by_clock(state, deadline_at, late, grace, now)
    if ended is not None and ended.state is not AttemptState.OVERDUE:
        return ended
    return Ending(AttemptState.FINISHED, now)


def reopened(deadline_at: datetime | None, now: datetime) -> Ending:
    """An attempt that was never handed in, given back: it goes on, or ends as it is when its time is over."""
    if deadline_at is not None and now >= deadline_at:
        return Ending(AttemptState.FINISHED, deadline_at)
    return Ending(AttemptState.IN_PROGRESS, None)


def remaining_seconds(deadline_at: datetime | None, now: datetime, *, limited: bool = True) -> int | None:
    """What the page's timer may show; None without a limit. A close is counted down in its last hour only."""
    if deadline_at is None or (not limited and deadline_at - now > CLOSE_SHOWN):
        return None
    return max(0, math.ceil((deadline_at - now).total_seconds()))


def outage_seconds(
    started_at: datetime, deadline_at: datetime | None, since: datetime, until: datetime
) -> int:
    """How much of an outage fell into an attempt, in seconds."""
    if deadline_at is None:
        return 0
    return max(0, math.ceil((min(until, deadline_at) - max(since, started_at)).total_seconds()))


def next_start(
    ended: Sequence[tuple[datetime, datetime | None]],
    time_limit: int,
    delay_first: int,
    delay_later: int,
) -> datetime | None:
    """When the next attempt may begin after those that ended, given as (start, end) in order; None for at
    once. The delay counts from the end of the last one, or from when its time was over if that was sooner."""
    if not ended:
        return None
    delay = delay_first if len(ended) == 1 else delay_later
    started_at, ended_at = ended[-1]
    limit = started_at + timedelta(seconds=time_limit) if time_limit else None
    known = [moment for moment in (ended_at, limit) if moment is not None]
    return min(known) + timedelta(seconds=delay) if delay and known else None


def moment_of(finished_at: datetime | None, closes_at: datetime | None, now: datetime) -> Moment:
    """Which of the four moments of a review this is."""
    if finished_at is None:
        return Moment.DURING
    if now < finished_at + JUST_AFTER:
        return Moment.JUST_AFTER
    return Moment.CLOSED if closes_at is not None and now >= closes_at else Moment.LATER


# ---- order


def layout(
    slot_ids: Sequence[int],
    movable: Collection[int],
    *,
    seed: int,
    shuffle: bool,
    sections: Sequence[Section] = (),
) -> list[int]:
    """The order shown: where a section is shuffled (as the quiz, unless it says otherwise) its questions
    change places among themselves; texts to read stay where they are."""
    order: list[int] = []
    for title, part in in_sections(slot_ids, sections):
        wanted = shuffle if title is None or title.shuffle is None else title.shuffle
        dice = random.Random(f"{seed}:{len(order)}" if order else seed)  # noqa: S311 - an order, not a secret
        order += _shuffled(part, movable, dice) if wanted else part
    return order


def _shuffled(slot_ids: Sequence[int], movable: Collection[int], dice: random.Random) -> list[int]:
    questions = [slot_id for slot_id in slot_ids if slot_id in movable]
    dice.shuffle(questions)
    shuffled = iter(questions)
    return [next(shuffled) if slot_id in movable else slot_id for slot_id in slot_ids]


def in_sections(
    slot_ids: Sequence[int], sections: Sequence[Section]
) -> list[tuple[Section | None, list[int]]]:
    """The slots section by section; without sections all of them in one that has no title."""
    if not sections:
        return [(None, list(slot_ids))]
    ends = [one.first - 1 for one in sections[1:]] + [len(slot_ids)]
    return [(one, list(slot_ids[one.first - 1 : end])) for one, end in zip(sections, ends, strict=True)]


def slot_random(seed: int, slot_id: int) -> random.Random:
    """All randomness of one slot; the same seed gives the same variant."""
    return random.Random(f"{seed}:{slot_id}")  # noqa: S311 - an order, not a secret


def pages(
    order: Sequence[int], questions: Collection[int], per_page: int, sections: Sequence[Section] = ()
) -> list[list[int]]:
    """The slots page by page, `per_page` questions each (0: a whole section at once); a text to read goes
    with what follows, and a section begins on a page of its own."""
    made = [_pages(part, questions, per_page) for _title, part in in_sections(order, sections)]
    return [page for part in made for page in part if page] or [[]]


def _pages(order: Sequence[int], questions: Collection[int], per_page: int) -> list[list[int]]:
    if not per_page:
        return [list(order)]
    made: list[list[int]] = [[]]
    held = 0
    waiting: list[int] = []
    for slot_id in order:
        if slot_id not in questions:
            waiting.append(slot_id)
            continue
        if held == per_page:
            made.append([])
            held = 0
        made[-1] += [*waiting, slot_id]
        waiting = []
        held += 1
    made[-1] += waiting
    return made


# ---- marks


def total(results: Sequence[tuple[float | None, float, bool]]) -> float | None:
    """Σ fraction × max_mark over (fraction, max_mark, needs a person); None while a person must still
    mark."""
    if any(waits and max_mark > 0 for _fraction, max_mark, waits in results):
        return None
    return math.fsum((fraction or 0.0) * max_mark for fraction, max_mark, _waits in results)


def without(mark: float, void: float, max_mark: float) -> float:
    """The mark of an attempt in which questions worth `void` count for nobody: the others keep their share of
    the whole."""
    rest = max_mark - void
    return mark * max_mark / rest if rest > SMALLEST else 0.0


def grade_of(method: Method, fractions: Sequence[float | None]) -> float | None:
    """The grade that the finished attempts come to, in their order; None stands for one that still waits for
    its mark. It is None where the method's own attempt waits or there is none."""
    known = [fraction for fraction in fractions if fraction is not None]
    if not known:
        return None
    if method is Method.HIGHEST:
        return max(known)
    if method is Method.AVERAGE:
        return math.fsum(known) / len(known)
    return fractions[0 if method is Method.FIRST else -1]


def fraction_of(mark: float, max_mark: float) -> float:
    """The mark as a part of the whole, kept within 0 … 1; a quiz worth nothing gives nothing."""
    return min(1.0, max(0.0, mark / max_mark)) if max_mark >= 5 * SMALLEST else 0.0


def has_passed(fraction: float, pass_fraction: float) -> bool:
    """Whether the fraction reaches the threshold; thirds that were rounded away are not held against
    anybody."""
    return fraction >= pass_fraction - SMALLEST


def percent(fraction: float) -> int:
    """Whole percent, never rounded up over a threshold that was not reached."""
    return math.floor(fraction * 100 + 100 * SMALLEST)


# ---- receipts


def new_receipt() -> str:
    """A code like «К7М2-9ХРТ»: short, unguessable, and without signs that are mistaken for each other."""
    signs = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def read_receipt(text: str) -> str | None:
    """The code somebody typed: case, spaces, hyphens and Latin letters that look alike make no difference."""
    signs = re.sub(r"[\W_]", "", text[:60].upper()).translate(_LOOK_ALIKE)
    if len(signs) != 8 or not set(signs) <= set(RECEIPT_ALPHABET):
        return None
    return f"{signs[:4]}-{signs[4:]}"
