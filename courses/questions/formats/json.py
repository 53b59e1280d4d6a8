"""Our own format: questions as JSON objects (docs/questions.md), in a list or one to a line.

It holds everything, so it is what programs use. `category`, `id_number`, `line` and `problems` stand beside
the question's own keys; the last two, which a check prints, are not read.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from courses.errors import Problem
from courses.questions.formats._base import MAX_QUESTION, MAX_QUESTIONS, Draft, Report
from courses.questions.formats._reading import Problems, common, decoded, default_name
from courses.questions.types import TYPES

BESIDE = ("category", "id_number", "line", "problems")
MOST_CATEGORIES = 20
_BLANK = re.compile(r"\s*")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Json:
    """Every type with everything it says."""

    name = "json"
    title = "JSON"
    extension = ".json"
    also = (".jsonl",)
    types = frozenset(TYPES)

    def read(self, data: bytes) -> Report:
        """Every question of the file, and everything that is wrong with it."""
        problems = Problems()
        drafts: list[Draft] = []
        for value, line, column in _objects(decoded(data, problems), problems):
            if len(drafts) >= MAX_QUESTIONS:
                problems.add("too_many_questions", line, column, most=MAX_QUESTIONS)
                break
            problems.begins.append((line, column))
            draft = _draft(value, line, column, problems)
            if draft is not None:
                drafts.append(draft)
            if problems.full:
                break
        return problems.report(drafts)

    def write(self, drafts: Sequence[Draft]) -> bytes:
        """A list with one question to a line, the keys in the order of the alphabet."""
        lines = [json.dumps(as_object(draft), ensure_ascii=False, sort_keys=True) for draft in drafts]
        return ("[\n" + ",\n".join(lines) + "\n]\n").encode() if lines else b"[]\n"

    def losses(self, draft: Draft) -> list[Problem]:
        return []


def as_object(draft: Draft) -> dict[str, Any]:
    """The question with what stands beside it."""
    beside: dict[str, Any] = {"category": list(draft.category)} if draft.category else {}
    if draft.id_number:
        beside["id_number"] = draft.id_number
    return {**draft.question, **beside}


def _objects(text: str, problems: Problems) -> Iterator[tuple[Any, int, int]]:
    """Each value of the file with its place: of one list, or one after the other. The first thing that is no
    JSON ends the reading, so a file that was cut off is never taken for a whole one."""
    decoder, places = json.JSONDecoder(parse_constant=_no_constant), _Places(text)
    place = _after_blank(text, 0)
    listed = text[place : place + 1] == "["
    place = _after_blank(text, place + 1) if listed else place
    while place < len(text) and not (listed and text[place] == "]"):
        line, column = places.of(place)
        try:
            value, end = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            problems.add("json_broken", *places.of(error.pos))
            return
        except (ValueError, RecursionError):
            problems.add("json_strange", line, column)
            return
        yield value, line, column
        place = _after_blank(text, end)
        if listed and text[place : place + 1] == ",":
            place = _after_blank(text, place + 1)
            if text[place : place + 1] in ("]", ""):
                problems.add("json_broken", *places.of(min(place, len(text) - 1)))
                return
        elif listed and text[place : place + 1] != "]":
            break
    if listed and (text[place : place + 1] != "]" or text[place + 1 :].strip()):
        problems.add("json_broken", *places.of(min(place, max(0, len(text) - 1))))


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _after_blank(text: str, start: int) -> int:
    found = _BLANK.match(text, start)
    return found.end() if found else start


class _Places:
    """Line and column, from 1, of a place in a text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def of(self, place: int) -> tuple[int, int]:
        number = bisect_right(self._starts, place)
        return number, place - self._starts[number - 1] + 1


def _draft(value: Any, line: int, column: int, problems: Problems) -> Draft | None:
    """The question of one object, or None with the reasons said."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str) or value["type"] not in TYPES:
        problems.add("json_no_question", line, column, types=", ".join(sorted(TYPES)))
        return None
    if _UNSTORABLE.search(json.dumps(value, ensure_ascii=False)) or len(str(value)) > MAX_QUESTION:
        problems.add("json_strange", line, column)
        return None
    category, id_number = value.get("category", []), value.get("id_number", "")
    if not _is_category(category) or not isinstance(id_number, str):
        problems.add("json_category_wrong", line, column)
        return None
    question = {**_usual(value["type"]), **{key: item for key, item in value.items() if key not in BESIDE}}
    found = TYPES[question["type"]].check(question)
    for problem in found:
        problems.add(problem.code, line, column, problem.severity, **problem.details)
    if any(problem.severity == "error" for problem in found):
        return None
    question["name"] = question["name"] or default_name(question)
    return Draft(question, line, tuple(category), id_number, column=column)


def _usual(kind: str) -> dict[str, Any]:
    usual = common(kind, "", "markdown")
    return usual | {"default_mark": 0.0} if kind == "description" else usual


def _is_category(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_CATEGORIES
        and all(isinstance(name, str) and name.strip() and len(name) <= 255 for name in value)
    )


FORMAT = Json()
