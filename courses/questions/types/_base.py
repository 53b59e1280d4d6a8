"""What most types do alike; a type overrides what it does in its own way."""

from collections.abc import Iterable, Sequence
from typing import TypeGuard

from courses.questions.controls import Words
from courses.questions.rules import Question, Response, Variant
from courses.texts import N_


class Plain:
    """Defaults: complete as soon as gradable; two responses are the same when they are equal; marked by
    the machine, as a whole, below nothing only by an answer that says so."""

    by_hand = False

    def fits(self, question: Question, variant: Variant) -> bool:
        return True

    def filled(self, question: Question, variant: Variant) -> Question:
        return question

    def is_gradable(self, question: Question, variant: Variant, response: Response) -> bool:
        return bool(response)

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        return self.is_gradable(question, variant, response)

    def same(self, question: Question, variant: Variant, a: Response, b: Response) -> bool:
        return a == b

    def random_guess(self, question: Question) -> float | None:
        return None

    def least_fraction(self, question: Question) -> float:
        return min(0.0, *(float(answer["fraction"]) for answer in question.get("answers") or ()), 0.0)

    def count_back(self, question: Question, variant: Variant, tries: Sequence[Response]) -> float | None:
        return None

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        return response

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return N_("Дайте ответ, чтобы его можно было проверить.")


def spoken(texts: Iterable[Words]) -> list[str]:
    """Feedback without the empty ones."""
    return [text for text in texts if text.strip()]


def is_permutation(value: object, size: int) -> TypeGuard[list[int]]:
    """Whether the value is a list of the numbers 0 … size − 1, each once."""
    return is_numbers(value) and len(value) == size and sorted(value) == list(range(size))


def is_numbers(value: object) -> TypeGuard[list[int]]:
    """Whether the value is a list of whole numbers."""
    return isinstance(value, list) and all(
        isinstance(one, int) and not isinstance(one, bool) for one in value
    )
