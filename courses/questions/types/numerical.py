"""A number within a tolerance, with or without a unit (quiz semantics 3.4)."""

import random
from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control, Text, Words
from courses.questions.rules import (
    GAVE_UP,
    Example,
    Form,
    Graded,
    Question,
    Response,
    Reviewed,
    State,
    Variant,
    answers_of,
    bad_response,
    check_answers,
    check_common,
    check_list,
    clean_text,
    finding,
    is_number,
    raw_mapping,
    state_of,
    words,
)
from courses.questions.types._base import Plain, spoken
from courses.questions.types._numbers import Quantity, interval, read_quantity, understood
from courses.texts import N_

ANY = "*"  # an answer that matches every number
UNIT_GRADINGS = ("none", "of_mark", "of_max")
UNIT_FIELDS = ("input", "select")
TOLERANCES = ("nominal", "relative", "geometric")


class Numerical(Plain):
    """Accepted numbers with tolerances and fractions, and units with their rule."""

    name = "numerical"
    title = "Число"

    def understood(self, text: str) -> float | None:
        """How a typed number is read; the page shows it before the answer is submitted."""
        return understood(text)

    def check(self, question: Question) -> list[Problem]:
        problems = [*check_common(question), *check_answers(question, least=1, text_key=None)]
        for number, answer in enumerate(check_list(question, "answers", 1)[0]):
            if isinstance(answer, Mapping):
                problems += _check_answer(answer, number)
        return [*problems, *_check_units(question)]

    def start(self, question: Question, rng: random.Random) -> Variant:
        return {}

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        raw = raw_mapping(raw)
        response: Response = {}
        for key in ("text", "unit"):
            value = raw.get(key)
            text = "" if value is None else clean_text(key, value)
            if text:
                response[key] = text
        if not _separate_unit(question):
            response.pop("unit", None)
        elif response.get("unit") is not None and response["unit"] not in _units(question):
            raise bad_response("unit", "out_of_range")
        return response

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        return {key: (form.get(key) or [""])[-1] for key in ("text", "unit")}

    def is_gradable(self, question: Question, variant: Variant, response: Response) -> bool:
        return "text" in response

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        """A number, and nothing beside it but a unit where one may be typed."""
        quantity = _read(question, response)
        if quantity is None:
            return False
        if _separate_unit(question):
            return "unit" in response
        return not quantity.unit or bool(_units(question))

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        quantity = _read(question, response)
        number, unit_right = (None, False) if quantity is None else _matching(question, quantity)
        if number is None:
            return Graded(0.0, State.WRONG, parts_total=1)
        fraction = float(question["answers"][number]["fraction"])
        if not unit_right:
            fraction = _without_unit(question, fraction)
        right = int(fraction > 0)
        return Graded(fraction, state_of(fraction), parts_right=right, parts_total=1, matched=number)

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return " ".join(str(response[key]) for key in ("text", "unit") if key in response)

    def right_answer(self, question: Question, variant: Variant) -> str:
        best = max(answers_of(question), key=lambda answer: float(answer["fraction"]))
        if best["value"] == ANY:
            return ANY
        return beside_unit(question, _shown(best["value"]))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        graded = self.grade(question, variant, response)
        if graded.matched is None:
            return []
        return spoken([words(question["answers"][graded.matched], "feedback", question)])

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        units = tuple(_units(question))
        if not _separate_unit(question):
            return Text(response.get("text", ""), "text" if units else "decimal")
        return Text(response.get("text", ""), "decimal", units=units, unit=response.get("unit", ""))

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        graded = self.grade(question, variant, response)
        right = None if graded.fraction is None else graded.fraction > 0
        matched = graded.matched
        feedback = Words() if matched is None else words(question["answers"][matched], "feedback", question)
        typed = Words(self.summarise(question, variant, response))
        answer = self.right_answer(question, variant)
        return (Reviewed(typed, bool(typed), right, response=typed, answer=answer, feedback=feedback),)

    def random_guess(self, question: Question) -> float | None:
        return next((float(one["fraction"]) for one in answers_of(question) if one["value"] == ANY), 0.0)

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        if "text" not in response:
            return N_("Введите число.")
        if _separate_unit(question) and "unit" not in response:
            return N_("Выберите единицу измерения.")
        return N_("Не получилось прочитать число. Пишите, например: 3,14.")

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _shown(value: float) -> str:
    """A number as it reads, without a useless `.0`."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def beside_unit(question: Question, number: str) -> str:
    """A right number with the unit in which it is right."""
    unit = next((name for name, factor in _units(question).items() if factor == 1), "")
    return f"{unit}{number}" if question.get("unit_first") else f"{number} {unit}".strip()


def _units(question: Question) -> dict[str, float]:
    return {unit["unit"]: float(unit["multiplier"]) for unit in question.get("units") or ()}


def _separate_unit(question: Question) -> bool:
    """Whether the unit is chosen from a list rather than typed."""
    return bool(question.get("units")) and question.get("unit_field", "input") == "select"


def _read(question: Question, response: Response) -> Quantity | None:
    return read_quantity(
        response.get("text", ""),
        _units(question),
        separate_unit=response.get("unit", "") if _separate_unit(question) else None,
        unit_first=bool(question.get("unit_first")),
    )


def _matching(question: Question, quantity: Quantity) -> tuple[int | None, bool]:
    """The first answer that takes the scaled value, or else the raw one; and whether the unit was right."""
    known = quantity.multiplier is not None
    scaled = quantity.value * quantity.multiplier if quantity.multiplier is not None else quantity.value
    for number, answer in enumerate(question["answers"]):
        if _within(answer, scaled):
            return number, known
        if _within(answer, quantity.value):
            return number, False
    return None, False


def _within(answer: Mapping[str, Any], value: float) -> bool:
    if answer["value"] == ANY:
        return True
    kind = answer.get("tolerance_type", "nominal")
    low, high = interval(float(answer["value"]), float(answer.get("tolerance") or 0), kind)
    return low <= value <= high


def _without_unit(question: Question, fraction: float) -> float:
    """The fraction less the penalty for a missing or wrong unit, never below nothing."""
    penalty = float(question.get("unit_penalty", 0.1))
    if question.get("unit_grading", "none") == "of_mark":
        return max(fraction - penalty * fraction, 0.0)
    if question.get("unit_grading", "none") == "of_max":
        return max(fraction - penalty, 0.0)
    return max(fraction, 0.0)


def _check_answer(answer: Mapping[str, Any], number: int) -> list[Problem]:
    problems = []
    where = f"answers.{number}"
    if answer.get("value") != ANY and not is_number(answer.get("value")):
        problems.append(finding("value_wrong", f"{where}.value", number=number + 1))
    if not is_number(answer.get("tolerance", 0)):
        problems.append(finding("tolerance_wrong", f"{where}.tolerance", number=number + 1))
    if answer.get("tolerance_type", "nominal") not in TOLERANCES:
        problems.append(finding("tolerance_wrong", f"{where}.tolerance_type", number=number + 1))
    return problems


def _check_units(question: Question) -> list[Problem]:
    problems = []
    units = question.get("units") or []
    if not isinstance(units, list) or not all(map(_is_unit, units)):
        problems.append(finding("units_wrong", "units"))
    if question.get("unit_grading", "none") not in UNIT_GRADINGS:
        problems.append(finding("units_wrong", "unit_grading"))
    if question.get("unit_field", "input") not in UNIT_FIELDS:
        problems.append(finding("units_wrong", "unit_field"))
    penalty = question.get("unit_penalty", 0.1)
    if not is_number(penalty) or not 0 <= penalty <= 1:
        problems.append(finding("units_wrong", "unit_penalty"))
    return problems


def _is_unit(unit: Any) -> bool:
    if not isinstance(unit, Mapping) or not isinstance(unit.get("unit"), str) or not unit["unit"].strip():
        return False
    return is_number(unit.get("multiplier")) and unit["multiplier"] > 0


_PI = {
    "type": "numerical",
    "name": "Пи",
    "text": "Чему равно π с точностью до сотых?",
    "answers": [
        {"value": 3.14, "tolerance": 0, "fraction": 1, "feedback": "Верно."},
        {"value": 3.142, "tolerance": 0.005, "fraction": 0.5, "feedback": "Почти."},
        {"value": "*", "tolerance": 0, "fraction": 0, "feedback": "Длина окружности, делённая на диаметр."},
    ],
}
_LENGTH = {
    "type": "numerical",
    "name": "Длина",
    "text": "Какова длина?",
    "answers": [{"value": 1.25, "tolerance": 0, "fraction": 1, "feedback": ""}],
    "units": [{"unit": "м", "multiplier": 1}, {"unit": "см", "multiplier": 100}],
    "unit_grading": "of_max",
    "unit_penalty": 0.5,
}
EXAMPLES = (
    Example(_PI, {}, {"text": "3,14"}, 1.0, "graded_right"),
    Example(_PI, {}, {"text": " 3.143"}, 0.5, "graded_partial"),
    Example(_PI, {}, {"text": "22/7"}, 0.0, "graded_wrong"),
    Example(_PI, {}, {"text": "пи"}, 0.0, "graded_wrong"),
    Example(_LENGTH, {}, {"text": "125 см"}, 1.0, "graded_right"),
    Example(_LENGTH, {}, {"text": "1,25"}, 0.5, "graded_partial"),
    Example(_PI, {}, {}, None, "gave_up"),
)
TYPE = Numerical()
