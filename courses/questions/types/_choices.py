"""What single and multiple choice share: the shown order and the drawing of options."""

import random
from collections.abc import Set
from typing import Literal

from courses.questions.controls import Choices, Option, Words
from courses.questions.rules import Question, Reviewed, Variant, answers_of, said, words
from courses.questions.types._base import Plain, is_permutation


class ChoiceType(Plain):
    """A list of answers shown in the order of `variant["order"]`."""

    def start(self, question: Question, rng: random.Random) -> Variant:
        order = list(range(len(answers_of(question))))
        if question.get("shuffle", True):
            rng.shuffle(order)
        return {"order": order}

    def fits(self, question: Question, variant: Variant) -> bool:
        return is_permutation(variant.get("order"), len(answers_of(question)))


def shown_fraction(question: Question, variant: Variant, shown: int) -> float:
    """The fraction of the option at a shown position."""
    return float(question["answers"][variant["order"][shown]]["fraction"])


def shown_text(question: Question, variant: Variant, shown: int, key: str = "text") -> Words:
    """A text of the option at a shown position."""
    return words(question["answers"][variant["order"][shown]], key, question)


def shown_said(question: Question, variant: Variant, shown: int) -> str:
    """The option at a shown position as plain text."""
    return said(shown_text(question, variant, shown))


def draw(
    question: Question, variant: Variant, ticked: Set[int], *, kind: Literal["radio", "checkbox"]
) -> Choices:
    """The options in their shown order, those of `ticked` checked."""
    options = tuple(
        Option(str(shown), shown_text(question, variant, shown), shown in ticked)
        for shown in range(len(variant["order"]))
    )
    return Choices(kind, options, clearable=kind == "radio")


def reviewed(question: Question, variant: Variant, ticked: Set[int], keys: Set[int]) -> tuple[Reviewed, ...]:
    """Every option with what was done about it; feedback only for the ticked ones."""
    options = []
    for shown in range(len(variant["order"])):
        chosen = shown in ticked
        options.append(
            Reviewed(
                shown_text(question, variant, shown),
                chosen,
                (shown_fraction(question, variant, shown) > 0) if chosen else None,
                key=shown in keys,
                feedback=shown_text(question, variant, shown, "feedback") if chosen else Words(),
            )
        )
    return tuple(options)
