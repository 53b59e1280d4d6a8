"""One of several: the mark is the fraction of the chosen option (quiz semantics 3.1)."""

from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control
from courses.questions.rules import (
    GAVE_UP,
    SMALLEST,
    Example,
    Form,
    Graded,
    Question,
    Response,
    Reviewed,
    Variant,
    answers_of,
    check_answers,
    check_common,
    clean_index,
    finding,
    form_index,
    is_number,
    raw_mapping,
    state_of,
)
from courses.questions.types._base import spoken
from courses.questions.types._choices import (
    ChoiceType,
    draw,
    reviewed,
    shown_fraction,
    shown_said,
    shown_text,
)
from courses.texts import N_

NO_CHOICE = -1  # the page sends it for "clear my choice"


class SingleChoice(ChoiceType):
    """Options of which one is chosen; fractions may be negative."""

    name = "single_choice"
    title = "Один ответ"

    def check(self, question: Question) -> list[Problem]:
        problems = [*check_common(question), *check_answers(question, least=2)]
        if problems:
            return problems
        if max(answer["fraction"] for answer in question["answers"]) < 1 - SMALLEST:
            problems.append(finding("no_full_answer", "answers", severity="warning"))
        return problems

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        choice = raw_mapping(raw).get("choice")
        if choice is None or (choice == NO_CHOICE and is_number(choice)):
            return {}
        return {"choice": clean_index("choice", choice, len(variant["order"]))}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        values = form.get("choice") or [""]
        return {"choice": form_index(values[-1])}

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        fraction = shown_fraction(question, variant, response["choice"])
        return Graded(
            fraction,
            state_of(fraction),
            parts_right=int(fraction > 0),
            parts_total=1,
            matched=variant["order"][response["choice"]],
        )

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return shown_said(question, variant, response["choice"]) if response else ""

    def right_answer(self, question: Question, variant: Variant) -> str:
        return "; ".join(shown_said(question, variant, shown) for shown in sorted(_keys(question, variant)))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return spoken([shown_text(question, variant, response["choice"], "feedback")]) if response else []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        return draw(question, variant, set(response.values()), kind="radio")

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        return reviewed(question, variant, set(response.values()), _keys(question, variant))

    def random_guess(self, question: Question) -> float | None:
        fractions = [float(answer["fraction"]) for answer in answers_of(question)]
        return sum(fractions) / len(fractions)

    def least_fraction(self, question: Question) -> float:
        return min(0.0, *(float(answer["fraction"]) for answer in answers_of(question)))

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        right = bool(response) and shown_fraction(question, variant, response["choice"]) > 1 - SMALLEST
        return response if right else {}

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return N_("Выберите один из ответов.")

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _keys(question: Question, variant: Variant) -> set[int]:
    """The shown positions that earn the whole mark, or the best ones when none does."""
    fractions = [shown_fraction(question, variant, shown) for shown in range(len(variant["order"]))]
    best = max(fractions)
    return {shown for shown, fraction in enumerate(fractions) if fraction == best}


_CAPITALS = {
    "type": "single_choice",
    "name": "Столица",
    "text": "Какой город — столица России?",
    "answers": [
        {"text": "Казань", "fraction": -0.3333333, "feedback": "Это столица Татарстана."},
        {"text": "Москва", "fraction": 1, "feedback": "Верно."},
        {"text": "Петербург", "fraction": 0.5, "feedback": "До 1918 года."},
    ],
}
EXAMPLES = (
    Example(_CAPITALS, {"order": [2, 0, 1]}, {"choice": 2}, 1.0, "graded_right"),
    Example(_CAPITALS, {"order": [2, 0, 1]}, {"choice": 0}, 0.5, "graded_partial"),
    Example(_CAPITALS, {"order": [2, 0, 1]}, {"choice": 1}, -0.3333333, "graded_wrong"),
    Example(_CAPITALS, {"order": [2, 0, 1]}, {}, None, "gave_up"),
)
TYPE = SingleChoice()
