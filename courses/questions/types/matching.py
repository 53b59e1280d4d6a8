"""Pairs: an answer is chosen for every stem, and each right pair counts the same (quiz semantics 3.6)."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control, Pairs, Words
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
    answers_of,
    bad_response,
    check_common,
    check_list,
    clean_index,
    counted_back,
    finding,
    form_index,
    penalty_of,
    raw_mapping,
    said,
    state_of,
    words,
)
from courses.questions.types._base import Plain, is_numbers
from courses.texts import N_


class Matching(Plain):
    """Stems, each with its answer; an answer without a stem only misleads."""

    name = "matching"
    title = "Соответствие"

    def check(self, question: Question) -> list[Problem]:
        pairs, problems = check_list(question, "pairs", 2)
        problems = [*check_common(question), *problems]
        for number, pair in enumerate(pairs):
            problems += _check_pair(pair, number)
        if not problems and len(_stems(question)) < 2:
            problems.append(finding("too_few_stems", "pairs", least=2, number=len(_stems(question))))
        return problems

    def start(self, question: Question, rng: random.Random) -> Variant:
        """Choices are shuffled always, stems only when asked: their order may be part of the question."""
        stems, choices = _stems(question), _choices(question)
        if question.get("shuffle", True):
            rng.shuffle(stems)
        rng.shuffle(choices)
        return {"stems": stems, "choices": choices}

    def fits(self, question: Question, variant: Variant) -> bool:
        stems, choices = variant.get("stems"), variant.get("choices")
        if not is_numbers(stems) or not is_numbers(choices):
            return False
        return sorted(stems) == _stems(question) and sorted(choices) == _choices(question)

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        pairs = raw_mapping(raw).get("pairs")
        if pairs is None:
            return {}
        if not isinstance(pairs, list):
            raise bad_response("pairs", "wrong_type")
        if len(pairs) != len(variant["stems"]):
            raise bad_response("pairs", "wrong_length")
        limit = len(variant["choices"])
        chosen = [None if choice is None else clean_index("pairs", choice, limit) for choice in pairs]
        return {"pairs": chosen} if any(choice is not None for choice in chosen) else {}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        fields = [(form.get(f"pair-{shown}") or [""])[-1] for shown in range(len(variant["stems"]))]
        return {"pairs": [form_index(value) for value in fields]}

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        return bool(response) and None not in response["pairs"]

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        parts = _parts(question, variant, response)
        right = sum(part.right for part in parts)
        fraction = right / len(parts)
        return Graded(fraction, state_of(fraction), parts, right, len(parts))

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        if not response:
            return ""
        parts = _parts(question, variant, response)
        return "; ".join(
            f"{_stem_said(question, shown)} → {part.response}"
            for shown, part in zip(variant["stems"], parts, strict=True)
            if part.response
        )

    def right_answer(self, question: Question, variant: Variant) -> str:
        parts = _parts(question, variant, {})
        stems = (_stem_said(question, stem) for stem in variant["stems"])
        return "; ".join(f"{stem} → {part.answer}" for stem, part in zip(stems, parts, strict=True))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        pairs = question["pairs"]
        return Pairs(
            tuple(words(pairs[stem], "stem", question) for stem in variant["stems"]),
            tuple(Words(pairs[choice]["answer"]) for choice in variant["choices"]),
            tuple(response.get("pairs", [None] * len(variant["stems"]))),
        )

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        parts = _parts(question, variant, response)
        return tuple(
            Reviewed(
                words(question["pairs"][stem], "stem", question),
                bool(part.response),
                part.right if part.response else None,
                response=part.response,
                answer=part.answer,
            )
            for stem, part in zip(variant["stems"], parts, strict=True)
        )

    def random_guess(self, question: Question) -> float | None:
        return 1 / len(_choices(question))

    def count_back(self, question: Question, variant: Variant, tries: Sequence[Response]) -> float | None:
        return counted_back([_parts(question, variant, one) for one in tries], penalty_of(question))

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        parts = _parts(question, variant, response)
        kept = [
            chosen if part.right else None
            for chosen, part in zip(response.get("pairs", ()), parts, strict=False)
        ]
        return {"pairs": kept} if any(chosen is not None for chosen in kept) else {}

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return N_("Подберите пару к каждой строке.")

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _stems(question: Question) -> list[int]:
    """The pairs that ask something; the others only add a wrong choice."""
    return [number for number, pair in enumerate(answers_of(question, "pairs")) if pair["stem"].strip()]


def _choices(question: Question) -> list[int]:
    """The pairs whose answer is new: equal answers are one choice."""
    seen: set[str] = set()
    choices = []
    for number, pair in enumerate(answers_of(question, "pairs")):
        if pair["answer"] not in seen:
            seen.add(pair["answer"])
            choices.append(number)
    return choices


def _stem_said(question: Question, number: int) -> str:
    return said(words(question["pairs"][number], "stem", question))


def _parts(question: Question, variant: Variant, response: Response) -> tuple[Part, ...]:
    """One part per shown stem; answers are compared by their text, because equal texts are one choice."""
    pairs = question["pairs"]
    parts = []
    chosen = response.get("pairs", [None] * len(variant["stems"]))
    for stem, shown in zip(variant["stems"], chosen, strict=True):
        given = "" if shown is None else pairs[variant["choices"][shown]]["answer"]
        right = shown is not None and given == pairs[stem]["answer"]
        parts.append(Part(str(stem), float(right), response=given, answer=pairs[stem]["answer"]))
    return tuple(parts)


def _check_pair(pair: Any, number: int) -> list[Problem]:
    where = f"pairs.{number}"
    if not isinstance(pair, Mapping) or not isinstance(pair.get("stem"), str):
        return [finding("pair_wrong", where, number=number + 1)]
    if not isinstance(pair.get("answer"), str) or not pair["answer"].strip():
        return [finding("pair_without_answer", f"{where}.answer", number=number + 1)]
    return []


_CAPITALS = {
    "type": "matching",
    "name": "Столицы",
    "text": "Соотнесите страны и столицы.",
    "pairs": [
        {"stem": "Франция", "answer": "Париж"},
        {"stem": "Италия", "answer": "Рим"},
        {"stem": "Римская империя", "answer": "Рим"},
        {"stem": "", "answer": "Берлин"},
    ],
}
_SHOWN = {"stems": [2, 0, 1], "choices": [3, 1, 0]}
EXAMPLES = (
    Example(_CAPITALS, _SHOWN, {"pairs": [1, 2, 1]}, 1.0, "graded_right"),
    Example(_CAPITALS, _SHOWN, {"pairs": [1, None, 0]}, 1 / 3, "graded_partial"),
    Example(_CAPITALS, _SHOWN, {"pairs": [0, 0, 0]}, 0.0, "graded_wrong"),
    Example(_CAPITALS, _SHOWN, {}, None, "gave_up"),
)
TYPE = Matching()
