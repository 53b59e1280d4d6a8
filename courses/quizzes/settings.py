"""What an author decides about a quiz beside its questions; frozen with the version of the course."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from courses.errors import Invalid
from courses.quizzes.behaviours import BEHAVIOURS, DEFAULT

LONGEST_WAIT = 366 * 24 * 3600  # seconds of a grace or a delay
MOST_BANDS = 20
MOST_SECTIONS = 100
Word = TypeVar("Word", bound=StrEnum)


class Method(StrEnum):
    """Which of the attempts is the learner's grade."""

    HIGHEST = "highest"
    AVERAGE = "average"
    FIRST = "first"
    LAST = "last"


class Navigation(StrEnum):
    """Whether one may go back to an earlier page."""

    FREE = "free"
    SEQUENTIAL = "sequential"


class Late(StrEnum):
    """What becomes of an attempt whose time is over: it is handed in as it is, it may still be handed in for
    a while but not changed, or it counts for nothing unless it was handed in."""

    SUBMIT = "submit"
    GRACE = "grace"
    ABANDON = "abandon"


class Moment(StrEnum):
    """When a learner looks at an attempt: while it runs, in the two minutes after it, later while the quiz
    is open, after it was closed."""

    DURING = "during"
    JUST_AFTER = "just_after"
    LATER = "later"
    CLOSED = "closed"


class Item(StrEnum):
    """One thing that a review may show or hold back."""

    ATTEMPT = "attempt"
    CORRECTNESS = "correctness"
    MAX_MARKS = "max_marks"
    MARKS = "marks"
    SPECIFIC_FEEDBACK = "specific_feedback"
    GENERAL_FEEDBACK = "general_feedback"
    RIGHT_ANSWER = "right_answer"
    OVERALL_FEEDBACK = "overall_feedback"


@dataclass(frozen=True, slots=True)
class Band:
    """Words for a result of `percent` and more, up to the next band."""

    percent: int
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """The questions from position `first` (from 1) up to the next section; `shuffle` None as the quiz."""

    title: str
    first: int
    shuffle: bool | None = None


@dataclass(frozen=True, slots=True)
class QuizSettings:
    """Each field's default is what a quiz without the setting means, now and for ever.

    `grace`, `delay_first` and `delay_later` are in seconds. `review` names the moments at which an item is
    shown; an item that is not named is always shown, but for the right answer, which comes with a pass or
    after the last attempt. `bands` and `sections` are in ascending order.
    """

    behaviour: str = DEFAULT
    method: Method = Method.HIGHEST
    navigation: Navigation = Navigation.FREE
    late: Late = Late.SUBMIT
    grace: int = 0
    delay_first: int = 0
    delay_later: int = 0
    password: str = ""
    review: Mapping[Item, frozenset[Moment]] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()
    sections: tuple[Section, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "QuizSettings":
        """The settings as they were stored, or as a package names them; Invalid names the wrong field."""
        known = {name: reader(stored[name], name) for name, reader in READERS.items() if name in stored}
        plain = {name: value for name, value in stored.items() if name not in READERS}
        return cls(**plain, **known).checked()

    def stored(self) -> dict[str, Any]:
        """Only what differs from the defaults, in plain values."""
        usual = asdict(QuizSettings())
        mine = asdict(self)
        return {name: _plain(mine[name]) for name in mine if mine[name] != usual[name]}

    def checked(self) -> "QuizSettings":
        """The same settings; Invalid names the field that is wrong."""
        if self.behaviour not in BEHAVIOURS:
            raise Invalid("quiz_settings_wrong", behaviour="unknown")
        for name in ("grace", "delay_first", "delay_later"):
            if not 0 <= getattr(self, name) <= LONGEST_WAIT:
                raise Invalid("quiz_settings_wrong", **{name: "out_of_range"})
        if (self.late is Late.GRACE) != (self.grace > 0):
            raise Invalid("quiz_settings_wrong", grace="with_late_grace_only")
        _ascending("bands", [one.percent for one in self.bands], MOST_BANDS, least=0, most=100)
        _ascending("sections", [one.first for one in self.sections], MOST_SECTIONS, least=1, most=10**6)
        if self.sections and self.sections[0].first != 1:
            raise Invalid("quiz_settings_wrong", sections="first_at_one")
        return self

    @property
    def grace_time(self) -> timedelta | None:
        """How long an attempt whose time is over may still be handed in; None where it may not."""
        return timedelta(seconds=self.grace) if self.late is Late.GRACE else None

    @property
    def sequential(self) -> bool:
        return self.navigation is Navigation.SEQUENTIAL

    def shown(self, moment: Moment) -> frozenset[Item]:
        """The items that the author lets a review show at this moment; the right answer only where it is
        named."""
        usual = frozenset(Item) - {Item.RIGHT_ANSWER}
        named = frozenset(item for item, moments in self.review.items() if moment in moments)
        return usual.difference(self.review) | named

    def band(self, fraction: float) -> str:
        """The words for a result; empty where the author has none for it."""
        reached = [one.text for one in self.bands if max(fraction, 0.0) >= one.percent / 100]
        return reached[-1] if reached else ""


def _ascending(name: str, values: Sequence[int], most_of_them: int, *, least: int, most: int) -> None:
    fitting = all(least <= value <= most for value in values) and len(values) <= most_of_them
    if not fitting or any(later <= earlier for earlier, later in pairwise(values)):
        raise Invalid("quiz_settings_wrong", **{name: "ascending"})


def _word(kind: type[Word]) -> Callable[[Any, str], Word]:
    def read(value: Any, name: str) -> Word:
        try:
            return kind(value)
        except ValueError:
            raise Invalid("quiz_settings_wrong", **{name: "unknown"}) from None

    return read


def _review(value: Mapping[str, Sequence[str]], name: str) -> Mapping[Item, frozenset[Moment]]:
    item, moment = _word(Item), _word(Moment)
    return {item(key, name): frozenset(moment(one, name) for one in value[key]) for key in value}


def _bands(value: Sequence[Mapping[str, Any]], _name: str) -> tuple[Band, ...]:
    return tuple(sorted((Band(**one) for one in value), key=lambda band: band.percent))


def _sections(value: Sequence[Mapping[str, Any]], _name: str) -> tuple[Section, ...]:
    return tuple(Section(**one) for one in value)


READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "method": _word(Method),
    "navigation": _word(Navigation),
    "late": _word(Late),
    "review": _review,
    "bands": _bands,
    "sections": _sections,
}


def _plain(value: Any) -> Any:
    """Values as JSON has them; moments in the order of time, so that the same settings are the same bytes."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return [one.value for one in Moment if one in value]
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


__all__ = [
    "Band",
    "Item",
    "Late",
    "Method",
    "Moment",
    "Navigation",
    "QuizSettings",
    "Section",
]
