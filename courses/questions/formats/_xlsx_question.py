"""One row of the question table into a question."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from courses.questions.formats._base import MAX_QUESTION, Draft
from courses.questions.formats._category_paths import MOST, names_of
from courses.questions.formats._gift_text import ALLOWED, TOLERANCE, endless
from courses.questions.formats._reading import RESERVED, Problems, common, default_name
from courses.questions.formats._xlsx_cells import Cell, shown
from courses.questions.formats._xlsx_columns import (
    COMMON,
    FLAGS,
    OF_TYPE,
    USUAL,
    Key,
    heading_of,
    meaning,
    word_for,
    words_for,
)
from courses.questions.rules import COMBINED, TEXT_FORMATS
from courses.questions.types import TYPES

LONGEST_NAME = 255
GEOMETRIC = "геометрический"
ANY_NUMBER = Cell("text", "*")
SIGN = math.inf  # the weight of a sign instead of a number
PLUS = ("+", "✓", "✔")
MINUS = ("-", "−", "–", "—")

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_MINUS = str.maketrans("−–—‒", "----")
_OWN_FORMAT = re.compile(r"\[(" + "|".join(TEXT_FORMATS) + r")\]")
_SHARE = re.compile(r"(геом\w*\.?|geom\w*\.?)?\s*(.*?)\s*%", re.IGNORECASE | re.DOTALL)
_LISTED = re.compile(r"\s*[;,\n]\s*")
_PLACED = re.compile(r"(answers|pairs|items|hints)\.([0-9]+)(?:\.(\w+))?")
_TRUTH = {True: "ИСТИНА", False: "ЛОЖЬ"}
_LISTS = {"answers": "weight", "pairs": "option", "items": "option"}
_COLUMN_OF = {"fraction": "weight", "feedback": "feedback", "tolerance": "tolerance", "answer": "pair"}
_WHOLE = ("lines", "least_words", "most_words", "attachments", "attachments_required", "most_bytes")
_LEAST = {"single_choice": 2, "multiple_choice": 2, "true_false": 1, "short_answer": 1, "numerical": 1}
_LEAST |= {"matching": 2, "ordering": 2}
_SETTINGS = {
    "single_choice": ("shuffle",),
    "multiple_choice": ("shuffle",),
    "short_answer": ("use_case", "russian_equivalence"),
    "matching": ("shuffle",),
    "ordering": ("grading", "select", "select_count", "layout"),
    "essay": ("response_format", "required", *_WHOLE, "file_types", "template", "grader_information"),
}
_CHOSEN = frozenset(("grading", "select", "layout", "response_format"))


def draft_of(
    cells: Mapping[Key, Cell], line: int, place: Callable[[Key], tuple[int, int]], problems: Problems
) -> Draft | None:
    """The question of a row, or None with the reasons said."""
    return _Row(cells, place, problems).draft(line)


class _Row:
    """The cells of one row by their columns, and what was found about them."""

    def __init__(
        self, cells: Mapping[Key, Cell], place: Callable[[Key], tuple[int, int]], problems: Problems
    ) -> None:
        self.cells, self.place, self.problems = cells, place, problems
        self.failed = False
        self.texts: dict[Key, str] = {}
        self.text_format = "plain"
        self.numbers = sorted({number for name, number in cells if number and name != "hint"})

    def error(self, code: str, key: Key, **details: Any) -> None:
        self.problems.add(code, *self.place(key), **details)
        self.failed = True

    def warn(self, code: str, key: Key, **details: Any) -> None:
        self.problems.add(code, *self.place(key), "warning", **details)

    # ---- the whole

    def draft(self, line: int) -> Draft | None:
        if sum(len(cell.value) for cell in self.cells.values() if isinstance(cell.value, str)) > MAX_QUESTION:
            self.error("xlsx_row_too_long", ("text", 0), most=MAX_QUESTION)
            return None
        kind = self._type()
        if kind is None:
            return None
        self.text_format = self.choice("text_format") or "plain"
        question = self._common(kind) | self._answers(kind)
        for name in _SETTINGS.get(kind, ()):
            question |= self._setting(name)
        for key in sorted(set(self.cells) - {("type", 0)}):
            if key[0] not in COMMON | OF_TYPE[kind]:
                self.warn("xlsx_cell_unused", key, heading=heading_of(key), type=word_for("type", kind))
        category, id_number = self._category(), self.text(("id_number", 0))
        if self.failed or not self._passes(question):
            return None
        return Draft(question, line, category, id_number)

    def _type(self) -> str | None:
        word = self.text(("type", 0))
        kind = meaning("type", word)
        types = ", ".join(f"«{word}»" for word in words_for("type"))
        if not word:
            if not self.failed:
                self.error("xlsx_type_missing", ("type", 0), types=types)
        elif kind is None:
            self.error("xlsx_type_unknown", ("type", 0), text=word[:40], types=types)
        return kind

    def _common(self, kind: str) -> dict[str, Any]:
        question = common(kind, self.text(("text", 0)), self.text_format)
        question["default_mark"] = 0.0 if kind == "description" else 1.0
        question |= self.formatted("general_feedback", ("general_feedback", 0))
        mark = self.number(("default_mark", 0))
        if mark is not None:
            question["default_mark"] = mark
        penalty = self.percent(("penalty", 0))
        if penalty is not None:
            question["penalty"] = round(penalty / 100, 7)
        question["tags"] = list(dict.fromkeys(self.listed("tags")))
        for key in COMBINED:
            if key in OF_TYPE[kind] and (key, 0) in self.cells:
                question |= self.formatted(key, (key, 0))
        hints = [self.formatted("text", key) for key in sorted(self.cells) if key[0] == "hint"]
        if hints:
            question["hints"] = [hint for hint in hints if hint["text"]]
        question["name"] = self._name() or default_name(question)
        return question

    def _name(self) -> str:
        name = " ".join(self.text(("name", 0)).split())
        if len(name) > LONGEST_NAME:
            self.warn("name_cut", ("name", 0), most=LONGEST_NAME)
        return name[:LONGEST_NAME].strip()

    def _category(self) -> tuple[str, ...]:
        path = self.text(("category", 0))
        if len(path) > MOST:
            self.error("category_too_long", ("category", 0), most=MOST)
        return names_of(path)

    def _passes(self, question: dict[str, Any]) -> bool:
        """Let the type itself look at the question; its complaints get the cells they are about."""
        fine = True
        for problem in TYPES[question["type"]].check(question):
            found = _PLACED.match(problem.where)
            key: Key = (problem.where, 0)
            if problem.where in _LISTS:
                key = (_LISTS[problem.where], self.numbers[0])
            if found and found[1] != "hints":
                index = int(found[2])
                number = self.numbers[index] if index < len(self.numbers) else 1
                key = (_COLUMN_OF.get(found[3] or "", "option"), number)
            self.problems.add(problem.code, *self.place(key), problem.severity, **problem.details)
            fine = fine and problem.severity != "error"
        return fine

    # ---- answers

    def _answers(self, kind: str) -> dict[str, Any]:
        if kind not in _LEAST:
            return {}
        self.numbers = [number for number in self.numbers if self._is_filled(kind, number)]
        if len(self.numbers) < _LEAST[kind]:
            details = {"number": len(self.numbers), "least": _LEAST[kind], "type": word_for("type", kind)}
            self.error("xlsx_few_options", ("option", len(self.numbers) + 1), **details)
            return {}
        if kind == "true_false":
            return self._truth()
        if kind == "ordering":
            return {"items": [self.text(("option", number)) for number in self.numbers]}
        if kind == "matching":
            return {"pairs": [self._pair(number) for number in self.numbers]}
        answers = [self._answer(kind, number) for number in self.numbers]
        fractions = self._fractions(kind)
        return {
            "answers": [
                {**answer, "fraction": fraction} for answer, fraction in zip(answers, fractions, strict=True)
            ]
        }

    def _is_filled(self, kind: str, number: int) -> bool:
        """Whether there is anything but a weight of nothing."""
        says = {"option", "pair", "feedback"} & OF_TYPE[kind]
        if any((name, number) in self.cells for name in says):
            return True
        weight = self.cells.get(("weight", number))
        return "weight" in OF_TYPE[kind] and weight is not None and bool(weight.value)

    def _answer(self, kind: str, number: int) -> dict[str, Any]:
        if kind == "numerical":
            return {**self._value(number), **self.formatted("feedback", ("feedback", number))}
        answer = self.formatted("text", ("option", number))
        if kind == "short_answer":
            answer = {"text": self.text(("option", number))}  # what is typed has no format
        return answer | self.formatted("feedback", ("feedback", number))

    def _value(self, number: int) -> dict[str, Any]:
        """A number and how far from it an answer may be; «5%» is five hundredths of the number."""
        key, cell = ("option", number), self.cells.get(("option", number))
        if cell == ANY_NUMBER:
            return {"value": "*", "tolerance": 0.0, "tolerance_type": "nominal"}
        value = self.number(key)
        if cell is None:
            self.error("xlsx_number_missing", key)
        return {"value": 0.0 if value is None else value, **self._tolerance(("tolerance", number))}

    def _tolerance(self, key: Key) -> dict[str, Any]:
        cell = self.cells.get(key)
        found = _SHARE.fullmatch(said(cell).strip()) if cell else None
        if found is None:
            return {"tolerance": self.number(key) or 0.0, "tolerance_type": "nominal"}
        share = _number(found[2])
        if share is None:
            self.error("xlsx_number", key, heading=heading_of(key), text=found[0][:40])
        kind = "geometric" if found[1] else "relative"
        return {"tolerance": float(f"{(share or 0.0) / 100:.15g}"), "tolerance_type": kind}

    def _pair(self, number: int) -> dict[str, Any]:
        pair = self.formatted("stem", ("option", number))
        return pair | {"answer": self.text(("pair", number))}

    def _truth(self) -> dict[str, Any]:
        """Which of the two words is right: the one with a weight, or the only one without."""
        places: dict[bool, int] = {}
        for number in self.numbers:
            word = self.text(("option", number))
            meant = meaning("right", word)
            if meant is None or (meant == "yes") in places:
                self.error("xlsx_true_false", ("option", number), text=word[:40])
                return {}
            places[meant == "yes"] = number
        weights = {truth: self.weight(number) for truth, number in places.items()}
        right = [truth for truth, weight in weights.items() if (weight or 0.0) > 0]
        if len(places) == 1:
            [(only, weight)] = weights.items()
            right = [only if weight is None or weight > 0 else not only]
        if len(right) != 1:
            self.error("xlsx_true_false_weights", ("weight", self.numbers[0]))
            return {}
        keys: dict[str, Any] = {"right": right[0]}
        for truth, name in ((True, "feedback_true"), (False, "feedback_false")):
            keys |= self.formatted(name, ("feedback", places.get(truth, 0)))
        return keys

    def _fractions(self, kind: str) -> list[float]:
        """The weights as fractions; signs «+» share the whole mark where several are right together."""
        weights = [self.weight(number) for number in self.numbers]
        plus = 1 / max(1, weights.count(SIGN)) if kind == "multiple_choice" else 1.0
        silent = 1.0 if kind in ("short_answer", "numerical") else 0.0
        return [
            silent if weight is None else round(plus, 7) if weight == SIGN else weight for weight in weights
        ]

    def weight(self, number: int) -> float | None:
        """The fraction in a cell, SIGN for a sign, None for nothing."""
        key = ("weight", number)
        cell = self.cells.get(key)
        word = self.text(key).lower() if cell and cell.kind in ("text", "yes_no") else ""
        if word in PLUS or meaning("right", word) == "yes":
            return SIGN
        if word in MINUS or meaning("right", word) == "no":
            return 0.0
        percent = self.percent(key)
        if percent is None:
            return None
        if not -100 <= percent <= 100:
            self.error("weight_out_of_range", key, weight=shown(percent))
            return None
        return round(self._meant(key, percent) / 100, 7)

    def _meant(self, key: Key, percent: float) -> float:
        """A third written 33 or 33,3 is a third: the right answers must reach the whole."""
        size = abs(percent)
        if any(abs(size - allowed) < TOLERANCE for allowed in ALLOWED):
            return percent
        typed = self.text(key).rstrip("% ") if self.cells[key].kind == "text" else shown(size)
        meant = endless(size, len(typed.replace(".", ",").partition(",")[2]))
        if meant is None:
            return percent
        self.warn("weight_rounded", key, weight=shown(percent), meant=shown(meant))
        return meant if percent > 0 else -meant

    # ---- settings

    def _setting(self, name: str) -> dict[str, Any]:
        key = (name, 0)
        value: Any = None
        if name in FLAGS:
            word = self.choice(name)
            value = None if word is None else word == "yes"
        elif name in _CHOSEN:
            value = self.choice(name)
        elif name in ("template", "grader_information"):
            return self.formatted(name, key) if key in self.cells else {}
        elif name == "file_types":
            value = self.listed(name) or None
        else:
            value = self.whole(key)
        if value is None:
            value = USUAL.get(name)
        return {} if value is None else {name: value}

    def choice(self, name: str) -> str | None:
        """The meaning of a word of a closed list; None for an empty cell."""
        word = self.text((name, 0))
        meant = meaning(name, word)
        if word and meant is None:
            words = ", ".join(f"«{one}»" for one in words_for(name))
            self.error("xlsx_word_unknown", (name, 0), text=word[:40], words=words)
        return meant

    def listed(self, name: str) -> list[str]:
        return [one for one in _LISTED.split(self.text((name, 0))) if one]

    # ---- cells

    def text(self, key: Key) -> str:
        """The cell as text; a number or a date is written as the sheet shows it."""
        if key not in self.texts:
            self.texts[key] = self._said(key)
        return self.texts[key]

    def _said(self, key: Key) -> str:
        cell = self.cells.get(key)
        if cell is None:
            return ""
        if cell.kind == "error":
            self.error("xlsx_formula_failed", key, text=cell.value)
            return ""
        if cell.kind == "uncounted":
            self.error("xlsx_formula_uncounted", key)
            return ""
        text = said(cell)
        if cell.kind == "date":
            self.warn("xlsx_date", key, text=text)
        if RESERVED.search(text):
            self.warn("strange_character", key)
            text = RESERVED.sub("\ufffd", text)
        return text.strip()

    def formatted(self, name: str, key: Key) -> dict[str, Any]:
        """A text under its name, and its format where the cell begins with one in square brackets."""
        text = self.text(key)
        own = _OWN_FORMAT.match(text)
        if own is None:
            return {name: text}
        form = "format" if name in ("text", "stem") else f"{name}_format"
        found = {name: text[own.end() :].strip()}
        return found if own[1] == self.text_format else {**found, form: own[1]}

    def number(self, key: Key) -> float | None:
        """The number in a cell, with a comma or a point; None for an empty cell or after an error."""
        cell = self.cells.get(key)
        if cell is None:
            return None
        if cell.kind in ("number", "percent"):
            return float(cell.value)
        if cell.kind == "date":
            self.error("xlsx_date_for_number", key, text=cell.value)
            return None
        text = self.text(key)
        number = _number(text)
        if number is None and text:
            self.error("xlsx_number", key, heading=heading_of(key), text=text[:40])
        return number

    def whole(self, key: Key) -> int | None:
        number = self.number(key)
        if number is not None and not number.is_integer():
            self.error("xlsx_number", key, heading=heading_of(key), text=shown(number))
            return None
        return None if number is None else int(number)

    def percent(self, key: Key) -> float | None:
        """Percents: a number from −1 to 1 without the sign is a share of the whole, as «1» or «0,5»."""
        cell = self.cells.get(key)
        if cell is None:
            return None
        text = self.text(key) if cell.kind == "text" else ""
        if text.endswith("%"):
            number = _number(text[:-1])
            if number is None:
                self.error("xlsx_number", key, heading=heading_of(key), text=text[:40])
            return number
        number = self.number(key)
        if number is not None and (cell.kind == "percent" or -1 <= number <= 1):
            return float(shown(number * 100).replace(",", "."))
        return number


def said(cell: Cell) -> str:
    """A cell as the sheet shows it."""
    if isinstance(cell.value, str):
        return cell.value
    if cell.kind == "yes_no":
        return _TRUTH[bool(cell.value)]
    return f"{shown(cell.value * 100)}%" if cell.kind == "percent" else shown(cell.value)


def _number(text: str) -> float | None:
    """A finite number as Russians write it: blanks between the digits, any minus, a comma or a point."""
    compact = "".join(text.split()).translate(_MINUS)
    if not _NUMBER.fullmatch(compact):
        return None
    number = float(compact.replace(",", "."))
    return number if abs(number) < float("inf") else None
