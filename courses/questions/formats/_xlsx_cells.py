"""The sheets of an XLSX file as people see them: texts, numbers, dates, yes and no.

A formula is never computed: the value that was saved with it is what its cell holds.
"""

import math
import re
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from courses.questions.formats._xlsx_parts import (
    MOST_CHARACTERS,
    Attributes,
    Handler,
    Parts,
    Refused,
    Text,
    attribute,
    relations,
)

MOST_ROWS = 50_000
MOST_COLUMNS = 5_000
MOST_CELLS = 500_000
MOST_MERGED = 5_000
MOST_SHEETS = 200

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hmsHMS]+\])[^\]]*\]|General', re.DOTALL)
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_PERCENTS = frozenset((9, 10))
_END_OF_DAYS = 2_958_466  # the year 10000
_BETWEEN_CALENDARS = 1_462  # days from one way to count them to the other
_LAST_WITHOUT_29_FEBRUARY = 60  # the first spreadsheets counted a day that 1900 did not have
_ERRORS = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"))


class Cell(NamedTuple):
    """One value and its kind: text, number, percent, date, yes_no, error or uncounted.

    The value of a date is its text; `percent` is a share that the sheet shows as a percentage; `uncounted`
    is a formula without a saved value.
    """

    kind: str
    value: str | float | bool


@dataclass
class Sheet:
    """The cells that hold anything, by row and column from 1."""

    name: str
    hidden: bool = False
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first and last row, then columns


def sheets_of(data: bytes, *, but: Container[str] = ()) -> list[Sheet]:
    """Every worksheet in the order of the tabs but those of these names; Refused when that cannot be done."""
    parts = Parts(data)
    book = next((part for _, kind, part in relations(parts, "") if kind == "officeDocument"), "")
    if not book or book not in parts:
        raise Refused("xlsx_no_table")
    outline = _Workbook()
    parts.read(book, outline)
    related = relations(parts, book)
    by_kind = {kind: part for _, kind, part in related}
    looks, texts = _Styles(), _SharedTexts()
    for kind, handler in (("styles", looks), ("sharedStrings", texts)):
        if kind in by_kind:
            parts.read(by_kind[kind], handler)
    worksheets = {one: part for one, kind, part in related if kind == "worksheet"}
    reading = _Common(texts.texts, looks.kinds, outline.since_1904)
    found = []
    for name, hidden, one in outline.sheets:
        if one in worksheets and name not in but:
            sheet = Sheet(name, hidden)
            parts.read(worksheets[one], _Cells(sheet, reading))
            found.append(sheet)
    return found


def letters(column: int) -> str:
    """A, B … Z, AA …: the name of a column, from 1."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def shown(number: float) -> str:
    """A number as a cell shows it: 15 digits at most, with a decimal comma."""
    return f"{number:.15g}".replace(".", ",").replace("e", "E")


def _unescaped(text: str) -> str:
    """The text with the characters that XML cannot hold, and with one kind of line end."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Workbook(Handler):
    """Names and states of the sheets, and the day from which days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, bool, str]] = []
        self.since_1904 = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "sheet" and len(self.sheets) < MOST_SHEETS:
            hidden = attributes.get("state", "visible") != "visible"
            name = _unescaped(attributes.get("name", ""))[:31]
            self.sheets.append((name, hidden, attribute(attributes, "id")))
        elif tag == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")


class _Styles(Handler):
    """For every style of cells whether it shows a number, a percentage or a date."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self._formats: dict[str, str] = {}
        self._in_cells = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells:
            self.kinds.append(self._kind(attributes.get("numFmtId", "0")))

    def end(self, tag: str) -> None:
        self._in_cells = self._in_cells and tag != "cellXfs"

    def _kind(self, number: str) -> str:
        code = self._formats.get(number)
        if code is None:
            known = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
            return "date" if known in _DATES else "percent" if known in _PERCENTS else "number"
        bare = _QUOTED.sub("", code).partition(";")[0].lower()
        if "%" in bare:
            return "percent"
        return "date" if any(letter in bare for letter in "dmyhs") else "number"


class _SharedTexts(Handler):
    """The texts that cells name by number; how they are pronounced is left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._text: Text | None = None
        self._inside = self._silent = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "si":
            self._text = Text()
        elif tag == "rPh":
            self._silent = True
        elif tag == "t":
            self._inside = True

    def end(self, tag: str) -> None:
        if tag == "si":
            self.texts.append(_unescaped(str(self._text or "")))
            self._text = None
        elif tag == "rPh":
            self._silent = False
        elif tag == "t":
            self._inside = False

    def data(self, text: str) -> None:
        if self._text is not None and self._inside and not self._silent:
            self._text.add(text)


class _Common:
    """What all sheets of a file share, and how much they hold together."""

    def __init__(self, texts: list[str], kinds: list[str], since_1904: bool) -> None:
        self.texts, self.kinds, self.since_1904 = texts, kinds, since_1904
        self.cells = self.characters = 0

    def kind(self, style: str) -> str:
        number = int(style) if style.isascii() and style.isdigit() and len(style) < 8 else 0
        return self.kinds[number] if number < len(self.kinds) else "number"

    def count(self, text: str) -> None:
        self.cells += 1
        self.characters += len(text)
        if self.cells > MOST_CELLS or self.characters > MOST_CHARACTERS:
            raise Refused("xlsx_too_full", most=MOST_CELLS)

    def day(self, serial: float) -> Cell:
        """A date, a time or both, as a Russian writes them."""
        end = _END_OF_DAYS - (_BETWEEN_CALENDARS if self.since_1904 else 0)
        if not 0 <= serial < end:
            return Cell("number", serial)
        days, part = divmod(min(int(serial * 86_400 + 0.5), end * 86_400 - 1), 86_400)
        if self.since_1904:
            start = datetime(1904, 1, 1)  # noqa: DTZ001 - a day of a calendar, not a moment
        else:
            start = datetime(1899, 12, 30 + (days < _LAST_WITHOUT_29_FEBRUARY))  # noqa: DTZ001
        moment = start + timedelta(days=days, seconds=part)
        pattern = "%H:%M" if not moment.second else "%H:%M:%S"
        if not part:
            pattern = "%d.%m.%Y"
        elif days:
            pattern = f"%d.%m.%Y {pattern}"
        return Cell("date", moment.strftime(pattern))


class _Cells(Handler):
    """One sheet, cell by cell."""

    def __init__(self, sheet: Sheet, common: _Common) -> None:
        self.sheet, self.common = sheet, common
        self.row = self.column = self.rows = 0
        self.attributes: Attributes | None = None
        self.value: Text | None = None
        self.own: Text | None = None
        self.open = ""
        self.formula = self.silent = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "row":
            self._next_row(attributes.get("r", ""))
        elif tag == "c":
            self._next_cell(attributes)
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif self.attributes is None:
            return
        elif tag == "f":
            self.formula = True
        elif tag == "v":
            self.value, self.open = Text(), "v"
        elif tag == "t" and not self.silent:
            self.own, self.open = self.own or Text(), "t"
        elif tag == "rPh":
            self.silent = True

    def data(self, text: str) -> None:
        if self.open == "v" and self.value is not None:
            self.value.add(text)
        elif self.open == "t" and self.own is not None:
            self.own.add(text)

    def end(self, tag: str) -> None:
        if tag == self.open:
            self.open = ""
        elif tag == "rPh":
            self.silent = False
        elif tag == "c" and self.attributes is not None:
            cell = self._cell(self.attributes)
            if cell is not None:
                self._keep(cell)
            self.attributes = None

    def _next_row(self, number: str) -> None:
        self.rows += 1
        self.row = self.row + 1 if not number else _number(number)
        self.column = 0
        if self.rows > MOST_ROWS:
            raise Refused("xlsx_too_many_rows", most=MOST_ROWS, sheet=self.sheet.name)

    def _next_cell(self, attributes: Attributes) -> None:
        self.attributes, self.value, self.own, self.open = attributes, None, None, ""
        self.formula = self.silent = False
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            self.row, self.column = _place(reference)

    def _cell(self, attributes: Attributes) -> Cell | None:
        kind, value = attributes.get("t", "n"), str(self.value) if self.value is not None else None
        if kind == "inlineStr":
            return _text(_unescaped(str(self.own)) if self.own is not None else "")
        if not value:
            return Cell("uncounted", "") if self.formula and value is None else None
        if kind == "s":
            return _text(self.common.texts[_number(value)])
        if kind == "b":
            return Cell("yes_no", value.strip() in ("1", "true"))
        if kind == "e":
            return Cell("error", value if value in _ERRORS else "#?")
        if kind in ("str", "d"):
            return _text(_unescaped(value))
        number = float(value[:400])
        if not math.isfinite(number):
            raise Refused("xlsx_broken")
        look = self.common.kind(attributes.get("s", "0"))
        return self.common.day(number) if look == "date" else Cell(look, number)

    def _keep(self, cell: Cell) -> None:
        if self.column > MOST_COLUMNS:
            place = f"{letters(self.column)}{self.row}"
            raise Refused("xlsx_too_wide", most=MOST_COLUMNS, cell=place, sheet=self.sheet.name)
        self.common.count(cell.value if isinstance(cell.value, str) else "")
        self.sheet.rows.setdefault(self.row, {})[self.column] = cell

    def _merge(self, reference: str) -> None:
        first, colon, last = reference.partition(":")
        if colon and len(self.sheet.merged) < MOST_MERGED:
            (top, left), (bottom, right) = _place(first), _place(last)
            self.sheet.merged.append((top, bottom, left, right))


def _place(reference: str) -> tuple[int, int]:
    """Row and column of «C5»."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise Refused("xlsx_broken")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _number(text: str) -> int:
    """A whole number that the file counts with."""
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Refused("xlsx_broken")
    return int(text)


def _text(text: str) -> Cell | None:
    """A cell with blanks only is empty."""
    return Cell("text", text) if text.strip() else None
