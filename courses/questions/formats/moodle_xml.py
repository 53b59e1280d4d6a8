"""Moodle XML, the reference's own exchange format (quiz semantics 4.3)."""

from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.formats._base import Draft
from courses.questions.formats._losses import SAYINGS
from courses.questions.formats._moodle_xml_blocks import BLOCKS
from courses.questions.formats._moodle_xml_read import read
from courses.questions.formats._moodle_xml_write import write
from courses.questions.types import TYPES


class MoodleXml:
    """Both ways of the format; a file that is read and written again keeps its questions."""

    name = "moodle_xml"
    title = "Moodle XML"
    extension = ".xml"
    also: tuple[str, ...] = ()
    types = frozenset(BLOCKS) & frozenset(TYPES)
    read = staticmethod(read)
    write = staticmethod(write)

    def losses(self, draft: Draft) -> list[Problem]:
        """What a file made of the question no longer says, found by making it and reading it."""
        question = draft.question
        name = str(question.get("name", ""))
        if question["type"] not in self.types:
            details = {"form": self.title, "type": question["type"]}
            return [Problem("type_not_held", name, details=details)]
        report = read(write([draft]))
        found = [Problem(error.code, name, details=error.details) for error in report.errors]
        if any(_is_geometric(answer) for answer in _every_answer(question)):
            found.append(Problem("xml_geometric", name))
        again = report.drafts[0].question if report.drafts else question
        for key, (usual, words) in SAYINGS.items():
            if question.get(key) not in (*usual, None) and _meant(question[key]) != _meant(again.get(key)):
                details = {"form": self.title, "setting": words}
                found.append(Problem("setting_not_held", name, severity="warning", details=details))
        return found


def _every_answer(question: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The answers of a plain number, or of the numbers among the blanks."""
    if question["type"] == "numerical":
        return list(question["answers"])
    return [answer for blank in question.get("blanks") or () for answer in blank["answers"]]


def _is_geometric(answer: Mapping[str, Any]) -> bool:
    return answer.get("tolerance_type") == "geometric" and answer.get("value") != "*"


def _meant(value: Any) -> Any:
    """The value without what makes no difference: blanks at the edges, empty keys, the sort of a number."""
    if isinstance(value, Mapping):
        return {key: _meant(item) for key, item in value.items() if item and key != "format"}
    if isinstance(value, list):
        return [_meant(item) for item in value]
    if isinstance(value, str):
        return value.strip()
    return round(float(value), 7) if isinstance(value, int | float) else value


FORMAT = MoodleXml()
