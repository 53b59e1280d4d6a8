"""Reading the question table: the sheet, its headings, and every row under them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from courses.errors import Problem
from courses.questions.formats._base import MAX_QUESTIONS, Draft, Report
from courses.questions.formats._reading import Problems
from courses.questions.formats._xlsx_cells import Cell, Sheet, letters, sheets_of
from courses.questions.formats._xlsx_columns import HELP_SHEETS, Key, column_of, heading_of
from courses.questions.formats._xlsx_parts import Refused
from courses.questions.formats._xlsx_question import draft_of, said

HEADINGS_WITHIN = 30  # a table may stand under a title
NEEDED = {("type", 0), ("text", 0)}
SPREAD = frozenset(("type", "category", "text_format", "default_mark", "penalty", "tags"))
MOST_SPREAD = 100_000  # cells that merged ones may fill
MOST_HEADING = 100

Cells = dict[int, Cell]


@dataclass
class _Table:
    """A sheet with its headings."""

    sheet: Sheet
    row: int  # of the headings
    columns: dict[int, Key]

    def column(self, key: Key) -> int:
        """The column of a heading; where it is not in the table, that of the option it belongs to."""
        places = {other: column for column, other in self.columns.items()}
        return places.get(key, places.get(("option", key[1]), 1))


def read(data: bytes) -> Report:
    """Every question of the file, and everything that is wrong with it."""
    problems = Problems()
    try:
        sheets = sheets_of(data, but=HELP_SHEETS)
    except Refused as refusal:
        problems.add(refusal.code, 0, 0, **refusal.details)
        return Report(problems=tuple(problems.found))
    table = _chosen(sheets, problems)
    if table is None:
        return Report(problems=tuple(problems.found))
    drafts = _drafts(table, problems)
    if not drafts and not problems.found:
        problems.add("xlsx_no_questions", table.row, 1, "warning")
    placed = [_placed(problem, table.sheet.name) for problem in problems.found]
    return Report(tuple(drafts), tuple(placed), tuple(problems.begins))


def _placed(problem: Problem, sheet: str) -> Problem:
    """The problem with the sheet and the cell it is about, as a spreadsheet names them."""
    if not problem.line:
        return problem
    return replace(problem, where=f"{sheet}!{letters(problem.column)}{problem.line}")


def _chosen(sheets: Sequence[Sheet], problems: Problems) -> _Table | None:
    """The first visible sheet with headings; questions on another one would be lost, so it is an error."""
    tables = [table for sheet in sheets if (table := _table(sheet))]
    seen = [table for table in tables if not table.sheet.hidden]
    if not seen:
        if tables:
            problems.add("xlsx_hidden", 0, 0, sheet=tables[0].sheet.name)
        else:
            problems.add("xlsx_no_headings", 0, 0)
        return None
    for other in tables:
        if other is not seen[0] and len(other.sheet.rows) > 1:
            if other.sheet.hidden:
                problems.add("xlsx_hidden_too", 0, 0, "warning", sheet=other.sheet.name)
            else:
                names = {"sheet": other.sheet.name, "first": seen[0].sheet.name}
                problems.add("xlsx_second_sheet", 0, 0, **names)
    return seen[0]


def _table(sheet: Sheet) -> _Table | None:
    """The table of a sheet: the first row with the headings that no table can do without."""
    for row in sorted(sheet.rows)[:HEADINGS_WITHIN]:
        columns = {
            column: key
            for column, cell in sorted(sheet.rows[row].items())
            if cell.kind == "text" and (key := column_of(str(cell.value)[:MOST_HEADING]))
        }
        if set(columns.values()) >= NEEDED:
            return _Table(sheet, row, columns)
    return None


def _drafts(table: _Table, problems: Problems) -> list[Draft]:
    rows = {row: cells for row, cells in table.sheet.rows.items() if row > table.row}
    _check_headings(table, rows, problems)
    _spread(table, rows, problems)
    drafts: list[Draft] = []
    for row in sorted(rows):
        cells = {table.columns[column]: cell for column, cell in rows[row].items() if column in table.columns}
        if problems.full or not cells:
            continue
        if len(drafts) >= MAX_QUESTIONS:
            problems.add("too_many_questions", row, 1, most=MAX_QUESTIONS)
            break
        problems.begins.append((row, 1))
        draft = draft_of(cells, row, _places(table, row), problems)
        if draft is not None:
            drafts.append(draft)
    return drafts


def _places(table: _Table, row: int) -> Callable[[Key], tuple[int, int]]:
    return lambda key: (row, table.column(key))


def _check_headings(table: _Table, rows: dict[int, Cells], problems: Problems) -> None:
    """A heading that is there twice, or that nobody knows, or none over cells that are filled."""
    seen: dict[Key, int] = {}
    for column, key in list(table.columns.items()):
        if key in seen:
            problems.add("xlsx_heading_twice", table.row, column, heading=heading_of(key))
        seen.setdefault(key, column)
    strange: dict[int, int] = {}
    for row in sorted(rows):
        for column in rows[row].keys() - table.columns.keys():
            strange.setdefault(column, row)
    for column, row in sorted(strange.items()):
        heading = table.sheet.rows[table.row].get(column)
        if heading is None:
            problems.add("xlsx_heading_missing", row, column, "warning")
        else:
            text = said(heading)[:40]
            problems.add("xlsx_heading_unknown", table.row, column, "warning", text=text)


def _spread(table: _Table, rows: dict[int, Cells], problems: Problems) -> None:
    """Cells merged over several rows: what may be the same for many questions is given to each of them."""
    numbers = sorted(rows)
    left = MOST_SPREAD
    for top, bottom, first, _last in table.sheet.merged:
        key, cell = table.columns.get(first), rows.get(top, {}).get(first)
        below = numbers[bisect_right(numbers, top) : bisect_left(numbers, bottom + 1)]
        if key is None or cell is None or not below:
            continue
        left -= len(below)
        if key[0] not in SPREAD or left < 0:
            place = f"{letters(first)}{top}:{letters(first)}{bottom}"
            problems.add("xlsx_merged", top, first, cells=place)
            continue
        for row in below:
            rows[row].setdefault(first, cell)
