"""What most types do alike; a type overrides what it does in its own way."""

from collections.abc import Iterable

from courses.questions.rules import Question, Response, Variant, Words


class Plain:
    """Defaults: complete as soon as gradable; two responses are the same when they are equal."""

    def fits(self, question: Question, variant: Variant) -> bool:
        return True

    def is_gradable(self, question: Question, variant: Variant, response: Response) -> bool:
        return bool(response)

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        return self.is_gradable(question, variant, response)

    def same(self, question: Question, variant: Variant, a: Response, b: Response) -> bool:
        return a == b

    def random_guess(self, question: Question) -> float | None:
        return None


def spoken(texts: Iterable[Words]) -> list[str]:
    """Feedback without the empty ones."""
    return [text for text in texts if text.strip()]


def is_permutation(value: object, size: int) -> bool:
    """Whether the value is a list of the numbers 0 … size − 1, each once."""
    return isinstance(value, list) and len(value) == size and sorted(value) == list(range(size))
