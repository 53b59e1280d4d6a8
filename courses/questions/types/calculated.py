"""A number that a formula gives for the values of this attempt (quiz semantics 3.11): with the values in
their places it is a question for a number, and marked as one."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control
from courses.questions.rules import (
    Example,
    Form,
    Graded,
    Question,
    Response,
    Reviewed,
    Variant,
    answers_of,
    check_list,
    finding,
)
from courses.questions.types._base import Plain
from courses.questions.types._datasets import (
    check_datasets,
    check_formulas,
    drawn,
    exactness,
    filled,
    set_of,
    sets_of,
    values_fit,
)
from courses.questions.types._figures import MOST_DIGITS, SHOWN, written
from courses.questions.types._formulas import evaluated, read_formula
from courses.questions.types._numbers import interval
from courses.questions.types.numerical import ANY, beside_unit
from courses.questions.types.numerical import TYPE as NUMBER


class Calculated(Plain):
    """Formulas with tolerances and fractions; units as in questions for a number."""

    name = "calculated"
    title = "Вычисляемый"

    def understood(self, text: str) -> float | None:
        """How a typed number is read; the page shows it before the answer is submitted."""
        return NUMBER.understood(text)

    def check(self, question: Question) -> list[Problem]:
        problems = [*NUMBER.check(_with_any_number(question)), *check_datasets(question)]
        for number, answer in enumerate(check_list(question, "answers", 1)[0]):
            if isinstance(answer, Mapping):
                problems += _check_answer(answer, number)
        if not _are_errors(problems):
            problems += check_formulas(question)
        return problems if _are_errors(problems) else [*problems, *_check_shown(question)]

    def start(self, question: Question, rng: random.Random) -> Variant:
        return drawn(question, rng)

    def fits(self, question: Question, variant: Variant) -> bool:
        return values_fit(question, variant)

    def filled(self, question: Question, variant: Variant) -> Question:
        return filled(question, variant)

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        return NUMBER.clean(question, variant, raw)

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        return NUMBER.from_form(question, variant, form)

    def is_gradable(self, question: Question, variant: Variant, response: Response) -> bool:
        return NUMBER.is_gradable(question, variant, response)

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        return NUMBER.is_complete(question, variant, response)

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        return NUMBER.grade(_with_numbers(question, variant), variant, response)

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return NUMBER.summarise(question, variant, response)

    def right_answer(self, question: Question, variant: Variant) -> str:
        best = max(answers_of(question), key=lambda answer: float(answer["fraction"]))
        value = _value(best, variant)
        return ANY if value == ANY else beside_unit(question, written(value, *exactness(best)))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return NUMBER.feedback(_with_numbers(question, variant), variant, response)

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        return NUMBER.controls(question, variant, response)

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        answer = self.right_answer(question, variant)
        pieces = NUMBER.review(_with_numbers(question, variant), variant, response)
        return tuple(replace(piece, answer=answer) for piece in pieces)

    def random_guess(self, question: Question) -> float | None:
        return NUMBER.random_guess(_with_any_number(question))

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return NUMBER.advice(question, variant, response)

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


# ---- the question for a number inside


def _value(answer: Mapping[str, Any], variant: Variant) -> Any:
    """What the formula of an answer comes to, or the sign that takes every number."""
    source = answer["formula"].strip()
    return ANY if source == ANY else evaluated(read_formula(source), variant["values"])


def _with_numbers(question: Question, variant: Variant) -> Question:
    """The same question with numbers for formulas and values in the texts."""
    made = filled(question, variant)
    made["answers"] = [{**_usual(answer), "value": _value(answer, variant)} for answer in made["answers"]]
    return made


def _with_any_number(question: Question) -> Question:
    """The same question as far as it does not depend on what the formulas come to."""
    answers = question.get("answers")
    if not isinstance(answers, list):
        return question
    made = [_any(answer) if isinstance(answer, Mapping) else answer for answer in answers]
    return {**question, "answers": made}


def _any(answer: Mapping[str, Any]) -> dict[str, Any]:
    formula = answer.get("formula")
    matches_all = isinstance(formula, str) and formula.strip() == ANY
    return {**_usual(answer), "value": ANY if matches_all else 0}


def _usual(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Where nothing else is said a tolerance is relative, as in the reference."""
    return {"tolerance_type": "relative", **answer}


# ---- checking


def _are_errors(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _check_answer(answer: Mapping[str, Any], number: int) -> list[Problem]:
    where = f"answers.{number}"
    problems = []
    formula = answer.get("formula")
    if not isinstance(formula, str) or not formula.strip():
        problems.append(finding("formula_missing", f"{where}.formula", number=number + 1))
    return [*problems, *check_exactness(answer, number)]


def check_exactness(answer: Mapping[str, Any], number: int) -> list[Problem]:
    """The rules for how the results of an answer are written."""
    digits, shown = answer.get("digits", 0), answer.get("shown", "decimals")
    whole = isinstance(digits, int) and not isinstance(digits, bool)
    if shown in SHOWN and whole and 0 <= digits <= MOST_DIGITS:
        return []
    return [finding("digits_wrong", f"answers.{number}.digits", number=number + 1, most=MOST_DIGITS)]


def _check_shown(question: Question) -> list[Problem]:
    """A warning where the right answer, as it is shown, would be marked wrong."""
    problems = []
    for number, answer in enumerate(answers_of(question)):
        if answer["formula"].strip() == ANY or answer["fraction"] <= 0:
            continue
        for values in (set_of(question, one) for one in range(1, sets_of(question) + 1)):
            value = _value(answer, {"values": values})
            said = written(value, *exactness(answer))
            kind = answer.get("tolerance_type", "relative")
            low, high = interval(value, float(answer.get("tolerance") or 0), kind)
            if not low <= float(said) <= high:
                where = f"answers.{number}.digits"
                details = {"number": number + 1, "said": said, "value": f"{value:.14g}"}
                problems.append(finding("shown_not_accepted", where, severity="warning", **details))
                break
    return problems


_SUM = {
    "type": "calculated",
    "name": "Путь",
    "text": "Поезд шёл {t} ч со скоростью {v} км/ч. Какой путь он прошёл?",
    "answers": [
        {
            "formula": "{t}*{v}",
            "tolerance": 0.01,
            "tolerance_type": "relative",
            "shown": "decimals",
            "digits": 1,
            "fraction": 1,
            "feedback": "Верно: {t} · {v} = {={t}*{v}}.",
        },
        {"formula": "{t}+{v}", "tolerance": 0, "digits": 1, "fraction": 0.5, "feedback": "Вы сложили."},
        {"formula": "*", "fraction": 0, "feedback": "Умножьте время на скорость."},
    ],
    "datasets": [
        {"name": "t", "minimum": 1, "maximum": 5, "decimals": 1, "values": [2.5, 4]},
        {"name": "v", "minimum": 40, "maximum": 90, "decimals": 0, "values": [60, 55]},
    ],
    "units": [{"unit": "км", "multiplier": 1}, {"unit": "м", "multiplier": 1000}],
    "unit_grading": "of_max",
    "unit_penalty": 0.25,
}
_FIRST = {"number": 1, "values": {"t": 2.5, "v": 60.0}}
EXAMPLES = (
    Example(_SUM, _FIRST, {"text": "150 км"}, 1.0, "graded_right"),
    Example(_SUM, _FIRST, {"text": "150 000 м"}, 1.0, "graded_right"),
    Example(_SUM, _FIRST, {"text": "151,4"}, 0.75, "graded_partial"),
    Example(_SUM, _FIRST, {"text": "62,5 км"}, 0.5, "graded_partial"),
    Example(_SUM, {"number": 2, "values": {"t": 4.0, "v": 55.0}}, {"text": "150 км"}, 0.0, "graded_wrong"),
    Example(_SUM, _FIRST, {}, None, "gave_up"),
)
TYPE = Calculated()
