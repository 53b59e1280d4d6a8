"""A statement that is true or false: 1 or 0, and a second try is worth nothing (quiz semantics 3.3)."""

import random
from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Choices, Control, Option, Words
from courses.questions.rules import (
    GAVE_UP,
    MESSAGE,
    Example,
    Form,
    Graded,
    Question,
    Response,
    Reviewed,
    Variant,
    bad_response,
    check_common,
    finding,
    raw_mapping,
    state_of,
    words,
)
from courses.questions.types._base import Plain, spoken
from courses.texts import N_

TRUE, FALSE = Words(N_("Верно"), MESSAGE), Words(N_("Неверно"), MESSAGE)
_FORM = {"": None, "true": True, "false": False}


class TrueFalse(Plain):
    """One statement and whether it holds."""

    name = "true_false"
    title = "Верно или неверно"

    def check(self, question: Question) -> list[Problem]:
        problems = check_common(question)
        if not isinstance(question.get("right"), bool):
            problems.append(finding("right_missing", "right"))
        for key in ("feedback_true", "feedback_false"):
            if not isinstance(question.get(key, ""), str):
                problems.append(finding("not_a_text", key))
        return problems

    def start(self, question: Question, rng: random.Random) -> Variant:
        return {}

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        answer = raw_mapping(raw).get("answer")
        if answer is None:
            return {}
        if not isinstance(answer, bool):
            raise bad_response("answer", "wrong_type")
        return {"answer": answer}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        value = (form.get("choice") or [""])[-1].strip()
        return {"answer": _FORM.get(value, value)}

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        right = response["answer"] is question["right"]
        return Graded(float(right), state_of(float(right)), parts_right=int(right), parts_total=1)

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return _word(response["answer"]) if response else ""

    def right_answer(self, question: Question, variant: Variant) -> str:
        return _word(question["right"])

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return spoken([_said(question, response["answer"])]) if response else []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        options = tuple(
            Option(value, _word(answer), response.get("answer") is answer)
            for value, answer in (("true", True), ("false", False))
        )
        return Choices("radio", options, clearable=True)

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        reviewed = []
        for answer in (True, False):
            chosen, key = response.get("answer") is answer, question["right"] is answer
            said = _said(question, answer) if chosen else Words()
            reviewed.append(Reviewed(_word(answer), chosen, key if chosen else None, key=key, feedback=said))
        return tuple(reviewed)

    def random_guess(self, question: Question) -> float | None:
        return 0.5

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _word(answer: bool) -> Words:
    return TRUE if answer else FALSE


def _said(question: Question, answer: bool) -> Words:
    """The feedback for having answered so."""
    key = "feedback_true" if answer else "feedback_false"
    return words(question, key, question)


_EARTH = {
    "type": "true_false",
    "name": "Земля",
    "text": "Земля вращается вокруг Солнца.",
    "right": True,
    "feedback_true": "Верно.",
    "feedback_false": "Так считали до Коперника.",
}
EXAMPLES = (
    Example(_EARTH, {}, {"answer": True}, 1.0, "graded_right"),
    Example(_EARTH, {}, {"answer": False}, 0.0, "graded_wrong"),
    Example(_EARTH, {}, {}, None, "gave_up"),
)
TYPE = TrueFalse()
