"""A table for spreadsheets: a question to a row, the headings in Russian."""

from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.formats._base import Draft
from courses.questions.formats._losses import SAYINGS
from courses.questions.formats._reading import Problems
from courses.questions.formats._xlsx_columns import OF_TYPE, heading_of
from courses.questions.formats._xlsx_question import draft_of
from courses.questions.formats._xlsx_read import read
from courses.questions.formats._xlsx_row import LONGEST_CELL, cells_of, row_of, too_long
from courses.questions.formats._xlsx_write import template, write

__all__ = ["FORMAT", "template"]


class Xlsx:
    """Both ways of the table; what its columns cannot say is told before it is written."""

    name = "xlsx"
    title = "XLSX"
    extension = ".xlsx"
    also = (".xlsm",)
    types = frozenset(OF_TYPE)
    read = staticmethod(read)
    write = staticmethod(write)

    def losses(self, draft: Draft) -> list[Problem]:
        """What a row made of the question no longer says, found by making it and reading it."""
        question = draft.question
        name = str(question.get("name", ""))
        if question["type"] not in self.types:
            details = {"form": self.title, "type": question["type"]}
            return [Problem("type_not_held", name, details=details)]
        row, problems = row_of(draft), Problems()
        found = [
            Problem("xlsx_cell_too_long", name, details={"heading": heading_of(key), "most": LONGEST_CELL})
            for key in too_long(row)
        ]
        again = draft_of(cells_of(row), 1, lambda key: (1, 1), problems)
        found += [
            Problem(one.code, name, details=one.details) for one in problems.found if one.severity == "error"
        ]
        kept: Mapping[str, Any] = again.question if again else question
        for key, (usual, words) in SAYINGS.items():
            if question.get(key) not in (*usual, None) and _meant(question[key]) != _meant(kept.get(key)):
                details = {"form": self.title, "setting": words}
                found.append(Problem("setting_not_held", name, severity="warning", details=details))
        return found


def _meant(value: Any) -> Any:
    """The value without what makes no difference: blanks at the edges, empty keys, the sort of a number."""
    if isinstance(value, Mapping):
        return {key: _meant(item) for key, item in value.items() if item and key != "format"}
    if isinstance(value, list):
        return [_meant(item) for item in value]
    if isinstance(value, str):
        return value.strip()
    return round(float(value), 7) if isinstance(value, int | float) else value


FORMAT = Xlsx()
