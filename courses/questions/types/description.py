"""A text between questions: nothing to answer and no mark (quiz semantics 3.12, information item)."""

import random
from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control, Nothing
from courses.questions.rules import (
    Example,
    Form,
    Graded,
    Question,
    Response,
    Reviewed,
    State,
    Variant,
    check_common,
    raw_mapping,
)
from courses.questions.types._base import Plain


class Description(Plain):
    """A text only: no response, no mark, no number in the navigator."""

    name = "description"
    title = "Описание"

    def check(self, question: Question) -> list[Problem]:
        return check_common(question)

    def start(self, question: Question, rng: random.Random) -> Variant:
        return {}

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        raw_mapping(raw)
        return {}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        return {}

    def is_gradable(self, question: Question, variant: Variant, response: Response) -> bool:
        return False

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        return True

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        return Graded(None, State.FINISHED)

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return ""

    def right_answer(self, question: Question, variant: Variant) -> str:
        return ""

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        return Nothing()

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        return ()

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


_READ = {"type": "description", "name": "Прочитайте", "text": "Прочитайте отрывок.", "default_mark": 0.0}
EXAMPLES = (Example(_READ, {}, {}, None, "finished"),)
TYPE = Description()
