"""A question into one row of the question table."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from courses.questions.formats._base import Draft
from courses.questions.formats._gift_text import ALLOWED, endless
from courses.questions.formats._xlsx_cells import Cell
from courses.questions.formats._xlsx_columns import (
    FLAGS,
    MOST_HINTS,
    OF_TYPE,
    USUAL,
    Key,
    word_for,
)
from courses.questions.formats._xlsx_question import GEOMETRIC
from courses.questions.rules import COMBINED, DEFAULT_PENALTY, TEXT_FORMATS

LONGEST_CELL = 32_767  # UTF-16 units; no spreadsheet holds more
MOST_DIGITS = 16  # of a number as the sheet keeps it
_NEVER_TEXT = re.compile("[\x00\ud800-\udfff\ufdd0-\ufdef]")
_TEXTS = frozenset(("template", "grader_information"))
_WORDS = frozenset(("grading", "select", "layout", "response_format"))

Row = dict[Key, str | float]


def row_of(draft: Draft) -> Row:
    """The cells that say something; what is usual is left empty."""
    question = draft.question
    kind, form = question["type"], question.get("text_format", "markdown")
    row: Row = {
        ("type", 0): word_for("type", kind),
        ("name", 0): " ".join(question.get("name", "").split()),
        ("category", 0): _path(draft.category),
        ("id_number", 0): draft.id_number,
        ("text", 0): question["text"],
        ("text_format", 0): word_for("text_format", form),
        ("tags", 0): "; ".join(question.get("tags") or ()),
        ("general_feedback", 0): _marked(question, "general_feedback", form),
    }
    row |= _numbers(question)
    for key in COMBINED:
        if key in OF_TYPE[kind]:
            row[key, 0] = _marked(question, key, form)
    for number, hint in enumerate((question.get("hints") or [])[:MOST_HINTS], 1):
        row["hint", number] = _marked(hint, "text", form)
    row |= _settings(question, form) | _answers(question, form)
    cleaned = {key: _clean(value) if isinstance(value, str) else value for key, value in row.items()}
    return {key: value for key, value in cleaned.items() if value != ""}


def cells_of(row: Row) -> dict[Key, Cell]:
    """The same cells as a sheet would give them back."""
    return {key: Cell("text" if isinstance(value, str) else "number", value) for key, value in row.items()}


def too_long(row: Row) -> list[Key]:
    """The cells that no spreadsheet could hold."""
    return [key for key, value in row.items() if isinstance(value, str) and _units(value) > LONGEST_CELL]


def fitting(text: str) -> str:
    """As much of a text as a cell holds."""
    if _units(text) <= LONGEST_CELL:
        return text
    return text.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore")


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)


def _clean(text: str) -> str:
    return _NEVER_TEXT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _path(names: Sequence[str]) -> str:
    """The path as the reference writes it; its root only where a name could be taken for one."""
    if names and (names[0] == "top" or names[0].startswith("$")):
        names = ("$course$", "top", *names)
    doubled = [" ".join(name.split()).replace("/", "//") for name in names]
    return "/".join(f"{' ' * one.startswith('/')}{one}{' ' * one.endswith('/')}" for one in doubled)


def _marked(holder: Mapping[str, Any], key: str, form: str) -> str:
    """A text, with its format before it where that is not the question's."""
    own = holder.get("format" if key in ("text", "stem") else f"{key}_format") or form
    text = (holder.get(key) or "").strip()
    mistakable = any(text.startswith(f"[{name}]") for name in TEXT_FORMATS)
    return f"[{own}]{text}" if text and (own != form or mistakable) else text


def _number(value: float) -> str | float:
    """A number, as text where the sheet would keep fewer digits of it."""
    if float(f"{value:.{MOST_DIGITS}g}") == value:
        return float(value)
    return repr(float(value)).replace(".", ",")


def _numbers(question: Mapping[str, Any]) -> Row:
    kind = question["type"]
    row: Row = {}
    mark = question.get("default_mark", 1.0)
    if kind != "description" or mark:
        row["default_mark", 0] = _number(mark)
    usual = 1.0 if kind == "true_false" else DEFAULT_PENALTY
    penalty = question.get("penalty", usual)
    if round(penalty, 7) != round(usual, 7):
        row["penalty", 0] = f"{_plain(round(penalty * 100, 5))}%"
    return row


def _plain(percent: float) -> str:
    """Percents with as many decimals as they need, at most five."""
    return f"{percent:.5f}".rstrip("0").rstrip(".").replace(".", ",")


def _weight(fraction: float) -> str | float:
    """Percents; text where a bare number would be taken for a share or for a shortened third."""
    percent = round(fraction * 100, 5)
    written = _plain(percent)
    if percent and abs(percent) <= 1:
        return f"{written}%"
    if abs(percent) not in ALLOWED and endless(abs(percent), len(written.partition(",")[2])) is not None:
        return f"{percent:.5f}".replace(".", ",")
    return percent + 0.0


def _settings(question: Mapping[str, Any], form: str) -> Row:
    row: Row = {}
    for key in OF_TYPE[question["type"]]:
        value = question.get(key)
        if key in _TEXTS:
            row[key, 0] = _marked(question, key, form)
        elif value is None or value == USUAL.get(key) or key in ("option", "pair", "weight", *COMBINED):
            continue
        elif key in FLAGS:
            row[key, 0] = word_for(key, "yes" if value else "no")
        elif key in _WORDS:
            row[key, 0] = word_for(key, value)
        elif key == "file_types":
            row[key, 0] = "; ".join(value)
        elif isinstance(value, int | float):
            row[key, 0] = float(value)
    return row


def _answers(question: Mapping[str, Any], form: str) -> Row:
    kind = question["type"]
    row: Row = {}
    if kind == "true_false":
        for number, truth in ((1, True), (2, False)):
            row["option", number] = "верно" if truth else "неверно"
            row["weight", number] = 100.0 if question["right"] is truth else 0.0
            row["feedback", number] = _marked(question, f"feedback_{str(truth).lower()}", form)
    for number, item in enumerate(question.get("items") or (), 1):
        row["option", number] = item
    for number, pair in enumerate(question.get("pairs") or (), 1):
        row["option", number] = _marked(pair, "stem", form)
        row["pair", number] = pair["answer"]
    for number, answer in enumerate(question.get("answers") or (), 1):
        row |= _answer(kind, number, answer, form)
    return row


def _answer(kind: str, number: int, answer: Mapping[str, Any], form: str) -> Row:
    row: Row = {
        ("weight", number): _weight(answer["fraction"]),
        ("feedback", number): _marked(answer, "feedback", form),
    }
    if kind != "numerical":
        row["option", number] = answer["text"] if kind == "short_answer" else _marked(answer, "text", form)
        return row
    value = answer["value"]
    row["option", number] = value if value == "*" else _number(value)
    tolerance = answer.get("tolerance") or 0
    if tolerance and value != "*":
        row["tolerance", number] = _tolerance(tolerance, answer.get("tolerance_type", "nominal"))
    return row


def _tolerance(tolerance: float, kind: str) -> str | float:
    if kind == "nominal":
        return _number(tolerance)
    percent = f"{(Decimal(repr(float(tolerance))) * 100).normalize():f}".replace(".", ",")
    return f"{GEOMETRIC} {percent}%" if kind == "geometric" else f"{percent}%"
