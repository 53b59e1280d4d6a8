"""A word or a phrase compared with the author's list; the first match decides (quiz semantics 3.5).

Our own rule, on unless the author says no: ё is е, runs of blanks are one blank, all quotes and all dashes
are alike, and the learner is told which of these was applied.
"""

import random
from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control, Text, Words
from courses.questions.rules import (
    GAVE_UP,
    MESSAGE,
    Example,
    Form,
    Graded,
    Question,
    Response,
    Reviewed,
    State,
    Variant,
    answers_of,
    check_answers,
    check_common,
    clean_text,
    finding,
    raw_mapping,
    state_of,
    words,
)
from courses.questions.types._base import Plain, spoken
from courses.questions.types._strings import NOTES, RULES, matches, rules_used


class ShortAnswer(Plain):
    """Accepted answers with fractions; `*` in them stands for anything."""

    name = "short_answer"
    title = "Короткий ответ"

    def check(self, question: Question) -> list[Problem]:
        problems = [*check_common(question), *check_answers(question, least=1)]
        for key in ("use_case", "russian_equivalence"):
            if not isinstance(question.get(key, False), bool):
                problems.append(finding("not_yes_or_no", key))
        return problems

    def start(self, question: Question, rng: random.Random) -> Variant:
        return {}

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        value = raw_mapping(raw).get("text")
        text = "" if value is None else clean_text("text", value)
        return {"text": text} if text else {}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        return {"text": (form.get("text") or [""])[-1]}

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        number, rules = _matching(question, response["text"])
        if number is None:
            return Graded(0.0, State.WRONG, parts_total=1)
        fraction = float(question["answers"][number]["fraction"])
        right = fraction > 0
        notes = tuple(NOTES[rule] for rule in rules) if right else ()
        return Graded(fraction, state_of(fraction), (), int(right), 1, number, notes)

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return str(response.get("text", ""))

    def right_answer(self, question: Question, variant: Variant) -> str:
        best = max(answers_of(question), key=lambda answer: float(answer["fraction"]))
        return str(best["text"]).replace("\\*", "*")

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        graded = self.grade(question, variant, response)
        if graded.matched is None:
            return []
        own = words(question["answers"][graded.matched], "feedback", question)
        return spoken([own, *(Words(note, MESSAGE) for note in graded.notes)])

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        return Text(response.get("text", ""), "text")

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        graded = self.grade(question, variant, response)
        right = None if graded.fraction is None else graded.fraction > 0
        matched = graded.matched
        feedback = Words() if matched is None else words(question["answers"][matched], "feedback", question)
        typed = Words(response.get("text", ""))
        answer = self.right_answer(question, variant)
        return (Reviewed(typed, bool(typed), right, response=typed, answer=answer, feedback=feedback),)

    def random_guess(self, question: Question) -> float | None:
        return next((float(one["fraction"]) for one in answers_of(question) if one["text"] == "*"), 0.0)

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _matching(question: Question, text: str) -> tuple[int | None, tuple[str, ...]]:
    """The author's answer that decides, and the rules it took.

    The first that fits, as in the reference. An answer that fits only by our rules gives way to a later one
    that is literally what was typed: an author who lists both «все» and «всё» means the difference.
    """
    use_case = bool(question.get("use_case", False))
    rules = frozenset(RULES if question.get("russian_equivalence", True) else ())
    alike: int | None = None
    for number, answer in enumerate(question["answers"]):
        if matches(text, answer["text"], use_case=use_case):
            if alike is None or "*" not in answer["text"].replace("\\*", ""):
                return number, ()
            break
        if rules and alike is None and matches(text, answer["text"], use_case=use_case, rules=rules):
            alike = number
    if alike is None:
        return None, ()
    return alike, rules_used(text, question["answers"][alike]["text"], use_case=use_case)


_TREE = {
    "type": "short_answer",
    "name": "Дерево",
    "text": "Какое дерево наряжают к Новому году?",
    "answers": [
        {"text": "ёлка", "fraction": 1.0, "feedback": "Верно."},
        {"text": "со*а", "fraction": 0.5, "feedback": "Бывает и так."},
        {"text": "*", "fraction": 0.0, "feedback": "Подумайте о хвойных."},
    ],
}
_STRICT = {**_TREE, "russian_equivalence": False}
EXAMPLES = (
    Example(_TREE, {}, {"text": "Ёлка "}, 1.0, "graded_right"),
    Example(_TREE, {}, {"text": "елка"}, 1.0, "graded_right"),
    Example(_STRICT, {}, {"text": "елка"}, 0.0, "graded_wrong"),
    Example(_TREE, {}, {"text": "сосна"}, 0.5, "graded_partial"),
    Example(_TREE, {}, {}, None, "gave_up"),
)
TYPE = ShortAnswer()
