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

GRACE = timedelta(seconds=60)  # for packets that were on their way when the time ran out
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


def deadline(started_at: datetime, time_limit: int) -> datetime | None:
    """When the time is over; None without a limit."""
    return started_at + timedelta(seconds=time_limit) if time_limit else None


def is_over(deadline_at: datetime | None, now: datetime) -> bool:
    """Whether answers are refused: a minute after the deadline, by the server's clock alone."""
    return deadline_at is not None and now > deadline_at + GRACE


def finishing_moment(deadline_at: datetime | None, now: datetime) -> datetime:
    """The moment that is written down: now, or the deadline when that is long past, whoever finishes."""
    return deadline_at if deadline_at is not None and is_over(deadline_at, now) else now


def remaining_seconds(deadline_at: datetime | None, now: datetime) -> int | None:
    """What the page's timer may show; None without a limit."""
    return None if deadline_at is None else max(0, math.ceil((deadline_at - now).total_seconds()))


# ---- order


def layout(slot_ids: Sequence[int], movable: Collection[int], *, seed: int | None) -> list[int]:
    """The order shown: with a seed the questions change places among themselves, texts to read stay where
    they are."""
    if seed is None:
        return list(slot_ids)
    questions = [slot_id for slot_id in slot_ids if slot_id in movable]
    random.Random(seed).shuffle(questions)  # noqa: S311 - an order, not a secret
    shuffled = iter(questions)
    return [next(shuffled) if slot_id in movable else slot_id for slot_id in slot_ids]


def slot_random(seed: int, slot_id: int) -> random.Random:
    """All randomness of one slot; the same seed gives the same variant."""
    return random.Random(f"{seed}:{slot_id}")  # noqa: S311 - an order, not a secret


def pages(order: Sequence[int], questions: Collection[int], per_page: int) -> list[list[int]]:
    """The slots page by page, `per_page` questions each (0: all at once); a text to read goes with what
    follows."""
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
