"""Options with formulas in them (quiz semantics 3.11): with the values in their places they are options like
any others, one or several to choose."""

import random
from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control
from courses.questions.rules import (
    Example,
    Form,
    Graded,
    Question,
    QuestionType,
    Response,
    Reviewed,
    Variant,
    check_list,
    finding,
)
from courses.questions.types._base import Plain
from courses.questions.types._datasets import check_datasets, check_formulas, drawn, filled, values_fit
from courses.questions.types.calculated import check_exactness
from courses.questions.types.multiple_choice import TYPE as SEVERAL
from courses.questions.types.single_choice import TYPE as ONE


class CalculatedMulti(Plain):
    """A choice of one or of several; which, the author says."""

    name = "calculated_multi"
    title = "Вычисляемый с выбором"

    def check(self, question: Question) -> list[Problem]:
        problems = [*_kind(question).check(question), *check_datasets(question)]
        if not isinstance(question.get("single", True), bool):
            problems.append(finding("not_yes_or_no", "single"))
        for number, answer in enumerate(check_list(question, "answers", 2)[0]):
            if isinstance(answer, Mapping):
                problems += check_exactness(answer, number)
        if any(problem.severity == "error" for problem in problems):
            return problems
        return [*problems, *check_formulas(question)]

    def start(self, question: Question, rng: random.Random) -> Variant:
        return {**drawn(question, rng), **_kind(question).start(question, rng)}

    def fits(self, question: Question, variant: Variant) -> bool:
        return values_fit(question, variant) and _kind(question).fits(question, variant)

    def filled(self, question: Question, variant: Variant) -> Question:
        return filled(question, variant)

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        return _kind(question).clean(question, variant, raw)

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        return _kind(question).from_form(question, variant, form)

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        return _kind(question).grade(filled(question, variant), variant, response)

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return _kind(question).summarise(filled(question, variant), variant, response)

    def right_answer(self, question: Question, variant: Variant) -> str:
        return _kind(question).right_answer(filled(question, variant), variant)

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return _kind(question).feedback(filled(question, variant), variant, response)

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        return _kind(question).controls(filled(question, variant), variant, response)

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        return _kind(question).review(filled(question, variant), variant, response)

    def random_guess(self, question: Question) -> float | None:
        return _kind(question).random_guess(question)

    def least_fraction(self, question: Question) -> float:
        return _kind(question).least_fraction(question)

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        return _kind(question).without_wrong(question, variant, response)

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return _kind(question).advice(question, variant, response)

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _kind(question: Question) -> QuestionType:
    return ONE if question.get("single", True) else SEVERAL


_PERIMETER: Question = {
    "type": "calculated_multi",
    "name": "Прямоугольник",
    "text": "Стороны прямоугольника равны {a} и {b}. Чему равен его периметр?",
    "single": True,
    "answers": [
        {"text": "{=2*({a}+{b})} см", "digits": 0, "fraction": 1, "feedback": "Верно."},
        {"text": "{={a}*{b}} см", "digits": 0, "fraction": 0, "feedback": "Это площадь: {a} · {b}."},
        {"text": "{={a}+{b}} см", "digits": 0, "fraction": 0.5, "feedback": "Это половина."},
    ],
    "datasets": [
        {"name": "a", "decimals": 0, "values": [3, 7]},
        {"name": "b", "decimals": 0, "values": [5, 4]},
    ],
}
_PRIMES: Question = {
    **_PERIMETER,
    "text": "Что больше {a}?",
    "single": False,
    "answers": [
        {"text": "{={a}+1}", "fraction": 0.5, "feedback": ""},
        {"text": "{={a}-1}", "fraction": -0.5, "feedback": ""},
        {"text": "{={a}*2}", "fraction": 0.5, "feedback": ""},
    ],
}
_SECOND: Variant = {"number": 2, "values": {"a": 7.0, "b": 4.0}, "order": [2, 0, 1]}
EXAMPLES = (
    Example(_PERIMETER, _SECOND, {"choice": 1}, 1.0, "graded_right"),
    Example(_PERIMETER, _SECOND, {"choice": 0}, 0.5, "graded_partial"),
    Example(_PERIMETER, _SECOND, {"choice": 2}, 0.0, "graded_wrong"),
    Example(_PRIMES, _SECOND, {"choices": [0, 1]}, 1.0, "graded_right"),
    Example(_PRIMES, _SECOND, {"choices": [1, 2]}, 0.0, "graded_wrong"),
    Example(_PRIMES, _SECOND, {}, None, "gave_up"),
)
TYPE = CalculatedMulti()
