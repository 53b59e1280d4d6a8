"""What a question type asks the page to draw: a closed set of controls, each with one template in
`templates/controls/`, so that a type that reuses them needs no page of its own.

Every field is named so that a plain form brings the whole response; scripts only make it comfortable.
"""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

MAX_TEXT = 10_000
LONGEST_TEXT = 100_000
FEW_MARKERS = 5
GAP = "\ue000{}\ue001"  # stands in a text where a blank is to be drawn; no author types it
GAPS = re.compile(GAP.format("([0-9]{1,4})"))


class Words(str):
    """A text that knows its format, and is an ordinary `str` for everybody who does not ask."""

    text_format: str

    def __new__(cls, text: str = "", text_format: str = "plain") -> "Words":
        words = super().__new__(cls, text)
        words.text_format = text_format
        return words


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose, or one thing to place; `value` is its shown position."""

    value: str
    text: Words
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """Radio buttons or check boxes, all named `name`."""

    kind: Literal["radio", "checkbox"]
    options: tuple[Option, ...]
    name: str = "choice"
    clearable: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text, and a list of units when the author asks to choose one (field `unit`)."""

    value: str
    input_mode: Literal["text", "decimal"]
    name: str = "text"
    units: tuple[str, ...] = ()
    unit: str = ""
    max_length: int = MAX_TEXT


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that belongs to an answer as long as the field `file` repeats its value; `size` is in bytes."""

    value: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class LongText:
    """An answer of several lines, of files, or of both; `least` and `most` are words, None for no limit, and
    `words` is how many there are now."""

    value: str
    lines: int = 10
    monospaced: bool = False
    least: int | None = None
    most: int | None = None
    name: str = "text"
    max_length: int = LONGEST_TEXT
    words: int = 0
    asks_text: bool = True
    files: tuple[HandedIn, ...] = ()
    least_files: int = 0
    most_files: int = 0


@dataclass(frozen=True, slots=True)
class Pairs:
    """A list of choices beside each stem; stem number i has the field `pair-i`, its value an index."""

    stems: tuple[Words, ...]
    choices: tuple[Words, ...]
    chosen: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """Items in the present order; the field `place-VALUE` takes a place from 1, or `order` repeats values."""

    items: tuple[Option, ...]
    layout: str = "vertical"


@dataclass(frozen=True, slots=True)
class Blank:
    """One thing to fill in inside a text. `options` belong to all kinds but text and number; `group` says
    which blanks take the same words (drag words)."""

    name: str
    kind: Literal["text", "number", "select", "radio", "checkbox"]
    value: str = ""
    options: tuple[Option, ...] = ()
    across: bool = False
    size: int = 12
    group: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a picture that takes one of the things of its group; the field `name` holds the thing's
    value. All numbers are pixels of the picture, from its top left."""

    name: str
    x: int
    y: int
    width: int
    height: int
    label: Words
    value: str = ""
    group: int = 0


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing to put on places or into blanks of its group, `most` times (0 for any number); `picture` is a
    name in the question's files where the thing is a picture, and `text` says what it shows."""

    value: str
    text: Words
    picture: str = ""
    group: int = 0
    most: int = 1


@dataclass(frozen=True, slots=True)
class Blanks:
    """A text with blanks in it, drawn in the place of the question's text: blank number i stands where the
    text holds `GAP.format(i)`. `words` are the options once more, as things to drag to the blanks of their
    group."""

    text: Words
    blanks: tuple[Blank, ...]
    words: tuple[Thing, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """A picture with places to put things on; `alt` says what it shows."""

    picture: str
    width: int
    height: int
    places: tuple[Place, ...]
    things: tuple[Thing, ...]
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker to set on a picture up to `most` times (0 for any number); the fields `name`-x and `name`-y
    hold the numbers once for each time, both empty for one that is not set."""

    name: str
    text: Words
    most: int
    points: tuple[tuple[int, int], ...] = ()

    @property
    def rows(self) -> tuple[tuple[int, int] | None, ...]:
        """The pairs of fields to draw: all of a few, else the set ones and one to go on with."""
        count = self.most if 0 < self.most <= FEW_MARKERS else len(self.points) + 1
        count = min(count, self.most) if self.most else count
        return (*self.points, *(None,) * (count - len(self.points)))


@dataclass(frozen=True, slots=True)
class Markers:
    """A picture with markers to set on it; `alt` says what it shows."""

    picture: str
    width: int
    height: int
    markers: tuple[Marker, ...]
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to answer."""


Control: TypeAlias = Choices | Text | LongText | Pairs | Order | Blanks | Places | Markers | Nothing
