"""Writing the question table: the sheet of questions and the one that explains it.

Every text is written as a text, whatever it begins with: nothing in the file is computed, followed or run.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from courses.questions.formats._base import MAX_QUESTIONS, Draft
from courses.questions.formats._xlsx_columns import (
    COLUMNS,
    HELP_SHEET,
    HINT,
    NUMBERED,
    SHEET,
    SINGLE,
    Key,
    heading_of,
    words_for,
)
from courses.questions.formats._xlsx_examples import EXAMPLES, EXPLAINED, RULES
from courses.questions.formats._xlsx_row import Row, fitting, row_of

OPTIONS = 4  # offered in an empty table
OFFERED = [(name, number) for number in range(1, OPTIONS + 1) for name in ("option", "weight", "feedback")]
FOR_TYPES = [*(("pair", number) for number in range(1, OPTIONS + 1)), ("tolerance", 1)]
NUMBERS = frozenset(("default_mark", "weight", "tolerance", "penalty"))
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - the same file twice is the same bytes
EXAMPLE_ROWS = [row_of(Draft(question, 0, category)) for question, category in EXAMPLES]
SETTINGS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(drafts: Sequence[Draft]) -> bytes:
    """The questions, one to a row; without any the empty table."""
    if not drafts:
        return template()
    rows = [row_of(draft) for draft in drafts]
    return _workbook(rows, _headings(rows, OFFERED))


@cache
def template() -> bytes:
    """An empty table with the columns that the usual types need."""
    return _workbook([], _headings([], [*OFFERED, *FOR_TYPES]))


def _headings(rows: Iterable[Row], offered: Iterable[Key]) -> list[Key]:
    """The columns in their order: those that are always there, and those that a question needs."""
    needed = {*offered, *(key for row in rows for key in row)}
    single = [(column.key, 0) for column in SINGLE if column.always or (column.key, 0) in needed]
    order = {column.key: place for place, column in enumerate(NUMBERED)}
    numbered = sorted((key for key in needed if key[0] in order), key=lambda key: (key[1], order[key[0]]))
    hints = sorted(key for key in needed if key[0] == HINT.key)
    return [*single, *numbered, *hints]


class _Looks:
    """The few formats of the file."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        usual = {"text_wrap": True, "valign": "top"}
        self.heading: Format = book.add_format({**usual, "bold": True, "bottom": 1, "num_format": "@"})
        self.text: Format = book.add_format({**usual, "num_format": "@"})  # nothing typed becomes a date
        self.number: Format = book.add_format(usual)
        self.title: Format = book.add_format({"bold": True, "num_format": "@"})
        self.line: Format = book.add_format({"num_format": "@"})


def _workbook(rows: Sequence[Row], headings: Sequence[Key]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, SETTINGS)
    book.set_properties({"created": MADE})
    looks = _Looks(book)
    sheet = book.add_worksheet(SHEET)
    _fill(sheet, 0, rows, headings, looks)
    for column, key in enumerate(headings):
        look = looks.number if key[0] in NUMBERS else looks.text
        sheet.set_column(column, column, COLUMNS[key[0]].width, look)
        if key[0] in ("type", "text_format"):
            choice = {"validate": "list", "source": words_for(key[0]), "show_error": False}
            sheet.data_validation(1, column, MAX_QUESTIONS, column, choice)
    sheet.freeze_panes(1, 0)
    _explain(book.add_worksheet(HELP_SHEET), looks)
    book.close()
    return out.getvalue()


def _fill(sheet: Worksheet, top: int, rows: Sequence[Row], headings: Sequence[Key], looks: _Looks) -> None:
    """Headings and rows from the row `top`, from 0."""
    for column, key in enumerate(headings):
        sheet.write_string(top, column, heading_of(key), looks.heading)
    columns = {key: column for column, key in enumerate(headings)}
    for number, row in enumerate(rows, top + 1):
        for key, value in row.items():
            if isinstance(value, str):
                sheet.write_string(number, columns[key], fitting(value), looks.text)
            else:
                sheet.write_number(number, columns[key], value, looks.number)


def _explain(sheet: Worksheet, looks: _Looks) -> None:
    """Rules, columns and one example of each type, which can be copied to the sheet of questions."""
    line = 0
    for text in RULES:
        sheet.write_string(line, 0, text, looks.line)
        line += 1
    for heading, text in EXPLAINED:
        sheet.write_string(line, 0, heading, looks.title)
        sheet.write_string(line, 1, text, looks.line)
        line += 1
    sheet.write_string(line + 1, 0, "Примеры: строку можно скопировать на лист «Вопросы».", looks.title)
    headings = _headings(EXAMPLE_ROWS, OFFERED)
    _fill(sheet, line + 2, EXAMPLE_ROWS, headings, looks)
    for column, key in enumerate(headings):
        sheet.set_column(column, column, COLUMNS[key[0]].width)
