"""Several of several: the fractions of the ticked options are added, within 0 … 1 (quiz semantics 3.2)."""

from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control
from courses.questions.rules import (
    GAVE_UP,
    Example,
    Form,
    Graded,
    Part,
    Question,
    Response,
    Reviewed,
    Variant,
    bad_response,
    check_answers,
    check_common,
    clean_index,
    finding,
    form_index,
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


class MultipleChoice(ChoiceType):
    """Options of which several are chosen; fractions of the right ones sum to 1."""

    name = "multiple_choice"
    title = "Несколько ответов"

    def check(self, question: Question) -> list[Problem]:
        problems = [*check_common(question), *check_answers(question, least=2)]
        if problems:
            return problems
        total = sum(max(0.0, answer["fraction"]) for answer in question["answers"])
        # The reference's editor insists on this and its import does not: a warning suits both.
        if round(total, 2) != 1:
            percent = round(total * 100, 5)
            problems.append(finding("sum_not_full", "answers", severity="warning", sum=f"{percent:g}"))
        return problems

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        choices = raw_mapping(raw).get("choices")
        if choices is None:
            return {}
        if not isinstance(choices, list):
            raise bad_response("choices", "wrong_type")
        ticked = {clean_index("choices", choice, len(variant["order"])) for choice in choices}
        return {"choices": sorted(ticked)} if ticked else {}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        return {"choices": [form_index(value) for value in form.get("choice", ()) if value.strip()]}

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        fractions = [shown_fraction(question, variant, shown) for shown in response["choices"]]
        fraction = min(max(sum(fractions), 0.0), 1.0)
        return Graded(
            fraction,
            state_of(fraction),
            parts=_parts(question, variant, response),
            parts_right=sum(one > 0 for one in fractions),
            parts_total=len(variant["order"]),
        )

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return "; ".join(shown_said(question, variant, shown) for shown in response.get("choices", ()))

    def right_answer(self, question: Question, variant: Variant) -> str:
        return "; ".join(shown_said(question, variant, shown) for shown in sorted(_keys(question, variant)))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return spoken(
            shown_text(question, variant, shown, "feedback") for shown in response.get("choices", ())
        )

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        return draw(question, variant, set(response.get("choices", ())), kind="checkbox")

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        return reviewed(question, variant, set(response.get("choices", ())), _keys(question, variant))

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        right = [
            shown for shown in response.get("choices", ()) if shown_fraction(question, variant, shown) > 0
        ]
        return {"choices": right} if right else {}

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return N_("Отметьте хотя бы один ответ.")

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _keys(question: Question, variant: Variant) -> set[int]:
    positions = range(len(variant["order"]))
    return {shown for shown in positions if shown_fraction(question, variant, shown) > 0}


def _parts(question: Question, variant: Variant, response: Response) -> tuple[Part, ...]:
    """Every ticked option, worth 1 when it belongs to the right answer."""
    return tuple(
        Part(
            str(variant["order"][shown]),
            float(shown_fraction(question, variant, shown) > 0),
            response=shown_said(question, variant, shown),
        )
        for shown in response["choices"]
    )


_THIRDS = {
    "type": "multiple_choice",
    "name": "Материки",
    "text": "Отметьте материки.",
    "answers": [
        {"text": "Африка", "fraction": 0.3333333, "feedback": ""},
        {"text": "Азия", "fraction": -1.0, "feedback": "Это часть света."},
        {"text": "Австралия", "fraction": 0.3333333, "feedback": ""},
        {"text": "Антарктида", "fraction": 0.3333333, "feedback": ""},
    ],
}
EXAMPLES = (
    Example(
        _THIRDS,
        {"order": [0, 1, 2, 3]},
        {"choices": [0, 2, 3]},
        0.3333333 + 0.3333333 + 0.3333333,
        "graded_right",
    ),
    Example(_THIRDS, {"order": [3, 2, 1, 0]}, {"choices": [0]}, 0.3333333, "graded_partial"),
    Example(_THIRDS, {"order": [3, 2, 1, 0]}, {"choices": [0, 2]}, 0.0, "graded_wrong"),
    Example(_THIRDS, {"order": [0, 1, 2, 3]}, {}, None, "gave_up"),
)
TYPE = MultipleChoice()
