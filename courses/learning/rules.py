"""How far a learner is: one pure function from what is asked and done to what to show and do next."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

ATTENDANCE_OPENS = timedelta(minutes=30)
ATTENDANCE_CLOSES = timedelta(hours=24)
SHORTEST_REPORT = 20
LONGEST_REPORT = 5_000

_NOT_A_LETTER = re.compile(r"[^\w]+")


class ItemState(StrEnum):
    """What became of one item; the words are those of the outline on the page."""

    TODO = "todo"
    PROGRESS = "progress"
    FAILED = "failed"
    DONE = "done"


class Item(Protocol):
    """What progress needs to know of an activity."""

    @property
    def id(self) -> int: ...
    @property
    def required(self) -> bool: ...


class Done(Protocol):
    """What progress needs to know of a record; a row of a query will do."""

    @property
    def grade(self) -> float | None: ...
    @property
    def completed_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one learner is. `continue_id` is the item to go on with, None when nothing required is left.

    `percent` counts required items only and says 100 only when all of them are done.
    """

    states: Mapping[int, ItemState]
    required: int
    done: int
    percent: int
    continue_id: int | None
    left: tuple[int, ...]
    failed: tuple[int, ...]


def state_of(record: Done | None) -> ItemState:
    """A quiz that has a grade but is not completed was not passed."""
    if record is None:
        return ItemState.TODO
    if record.completed_at is not None:
        return ItemState.DONE
    return ItemState.PROGRESS if record.grade is None else ItemState.FAILED


def progress(items: Sequence[Item], records: Mapping[int, Done]) -> Progress:
    """How far a learner is in `items`, given the records by activity id; other records do not count.

    One goes on with the first required item that is not done, and when none is left with the first of all.
    """
    states = {item.id: state_of(records.get(item.id)) for item in items}
    required = [item.id for item in items if item.required]
    left = tuple(item_id for item_id in required if states[item_id] != ItemState.DONE)
    done = len(required) - len(left)
    undone = left or tuple(item.id for item in items if states[item.id] != ItemState.DONE)
    return Progress(
        states=states,
        required=len(required),
        done=done,
        percent=percent(done, len(required)),
        continue_id=undone[0] if undone else None,
        left=left,
        failed=tuple(item_id for item_id in left if states[item_id] == ItemState.FAILED),
    )


def percent(done: int, required: int) -> int:
    """Whole percent, rounded down, so that 100 means all; nothing required counts as all."""
    return 100 * done // required if required else 100


def same_word(given: str, expected: str) -> bool:
    """Whether a code word was named: case, ё and everything that is no letter or digit make no difference."""
    return bool(_plain(expected)) and _plain(given) == _plain(expected)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return _NOT_A_LETTER.sub("", folded).replace("_", "")


def attendance_refusal(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> str | None:
    """Why the code word is not taken at this moment: `too_early`, `too_late`, or None.

    It is taken from 30 minutes before the start until 24 hours after the end; without dates, always.
    """
    if starts_at is not None and now < starts_at - ATTENDANCE_OPENS:
        return "too_early"
    end = ends_at or starts_at
    if end is not None and now > end + ATTENDANCE_CLOSES:
        return "too_late"
    return None


def clean_report(text: str) -> str:
    """A report without the characters no database stores, and without space around it."""
    return re.sub("[\x00\ud800-\udfff]", "", text).replace("\r\n", "\n").replace("\r", "\n").strip()
