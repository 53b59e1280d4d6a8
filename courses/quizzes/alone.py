"""One question marked without an attempt: for previews and for programs (docs/questions.md)."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from courses.errors import Invalid
from courses.questions import TYPES, Graded
from courses.quizzes.behaviours import BEHAVIOURS, DEFAULT, Asked, Deed, Done, Standing, after, behaviour_for

if TYPE_CHECKING:
    from _typeshed import SupportsLenAndGetItem

Item = TypeVar("Item")
LEAST, MOST = -6.0, 3.0  # of certainty-based marking (quiz semantics 3.12)


class AsWritten(random.Random):
    """No chance at all: every order stays the author's, every draw takes the first."""

    def shuffle(self, x: Any) -> None:
        return None

    def sample(self, population: Sequence[Item], k: int, **_: Any) -> list[Item]:
        return list(population)[:k]

    def choice(self, seq: "SupportsLenAndGetItem[Item]") -> Item:
        return seq[0]

    def random(self) -> float:
        return 0.0

    def getrandbits(self, k: int, /) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Alone:
    """Where the question stands after all deeds, and after each of them."""

    stands: Standing
    walk: tuple[Standing, ...]
    graded: Graded
    complete: bool
    gradable: bool


def stand_alone(
    question: Mapping[str, Any],
    *,
    behaviour: str = DEFAULT,
    variant: dict[str, Any] | None = None,
    deeds: Sequence[Mapping[str, Any]],
) -> Alone:
    """What these deeds come to. A deed has `deed`, and `response`, `certainty`, `fraction` as it needs.

    Without a variant the question stands as its author wrote it. Invalid names what is wrong: `question`
    (with its problems), `behaviour`, `variant`, `deed`, or the field of a response.
    """
    asked = _asked(question, variant)
    if behaviour not in BEHAVIOURS:
        raise Invalid("bad_question", behaviour="unknown")
    way, stands, walk = behaviour_for(asked.type, behaviour), Standing(), []
    for deed in deeds:
        stands = after(way, asked, stands, _done(asked, deed))
        walk.append(stands)
    response = dict(stands.response)
    return Alone(
        stands,
        tuple(walk),
        asked.grade(response),
        asked.complete(response),
        asked.gradable(response),
    )


def _asked(question: Mapping[str, Any], variant: dict[str, Any] | None) -> Asked:
    kind = TYPES.get(str(question.get("type")))
    if kind is None:
        raise Invalid("bad_question", question="type_unknown")
    wrong = [problem for problem in kind.check(question) if problem.severity == "error"]
    if wrong:
        raise Invalid("bad_question", question=[f"{problem.where}: {problem.code}" for problem in wrong])
    if variant is None:
        variant = kind.start(question, AsWritten())
    elif not isinstance(variant, dict) or not kind.fits(question, variant):
        raise Invalid("bad_question", variant="does_not_fit")
    return Asked(kind, question, variant)


def _done(asked: Asked, deed: Mapping[str, Any]) -> Done:
    name, certainty, fraction = deed.get("deed"), deed.get("certainty"), deed.get("fraction")
    if not isinstance(name, str) or name not in set(Deed):
        raise Invalid("bad_question", deed="unknown")
    if isinstance(certainty, bool) or certainty not in (None, 1, 2, 3):
        raise Invalid("bad_question", certainty="not_1_2_or_3")
    if fraction is not None and not _is_fraction(fraction):
        raise Invalid("bad_question", fraction="not_a_number")
    raw = deed.get("response")
    response = None if raw is None else asked.type.clean(asked.body, asked.variant, raw)
    return Done(Deed(name), response, certainty, fraction)


def _is_fraction(value: Any) -> bool:
    """A number within what any behaviour can give."""
    return isinstance(value, int | float) and not isinstance(value, bool) and LEAST <= value <= MOST
