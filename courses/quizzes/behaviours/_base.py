"""What every behaviour shares: deeds, standings, and the contract of a behaviour.

A type says whether a response is right; a behaviour says when that counts and what it earns. Neither knows
the other. Where a question stands is a fold over its deeds: the same deeds always come to the same mark, and
a regrade is the same fold over another version of the question.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

from courses.questions import Graded, QuestionType, State, marked_state_of, penalty_of

Answer = Mapping[str, Any]


class Deed(StrEnum):
    """What can be done with one question of an attempt."""

    SAVE = "save"
    CHECK = "check"
    TRY_AGAIN = "try_again"
    FINISH = "finish"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Done:
    """One deed. `response` is None when it brings no answer; `certainty` is 1, 2 or 3; `fraction` belongs to
    MARK, where None takes the person's mark away."""

    deed: Deed
    response: Answer | None = None
    certainty: int | None = None
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The question as it is asked in this attempt."""

    type: QuestionType
    body: Mapping[str, Any]
    variant: dict[str, Any]

    def grade(self, response: Answer) -> Graded:
        return self.type.grade(self.body, self.variant, dict(response))

    def complete(self, response: Answer) -> bool:
        return self.type.is_complete(self.body, self.variant, dict(response))

    def gradable(self, response: Answer) -> bool:
        return self.type.is_gradable(self.body, self.variant, dict(response))

    def same(self, one: Answer, other: Answer) -> bool:
        return self.type.same(self.body, self.variant, dict(one), dict(other))

    def counted_back(self, responses: Iterable[Answer]) -> float | None:
        return self.type.count_back(self.body, self.variant, [dict(one) for one in responses])

    @property
    def hints(self) -> int:
        return len(self.body.get("hints") or ())

    @property
    def penalty(self) -> float:
        return penalty_of(self.body)

    @property
    def least(self) -> float:
        return self.type.least_fraction(self.body)


@dataclass(frozen=True, slots=True)
class Try:
    """A response that was checked, and what it would have earned alone."""

    response: Answer
    fraction: float
    state: State


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a question stands after its deeds.

    `fraction` is what counts so far, None while nothing does. `checked`: the present response is that of the
    last try. `resting`: the pause of an interactive question between a wrong try and «Ещё раз».
    `by_machine` is what a person's mark stands above.
    """

    state: State = State.TODO
    fraction: float | None = None
    response: Answer = field(default_factory=dict)
    certainty: int | None = None
    tries: tuple[Try, ...] = ()
    checked: bool = False
    resting: bool = False
    finished: bool = False
    by_machine: tuple[State, float | None] | None = None


class Behaviour(Protocol):
    """What one file in `behaviours/` offers. Pure: no session, no request, no clock."""

    name: str
    title: str
    explained: str
    can_check: bool  # the page has «Проверить»
    asks_certainty: bool
    gives_hints: bool

    def saved(self, asked: Asked, stands: Standing) -> Standing:
        """After the response that stands there was kept."""

    def check(self, asked: Asked, stands: Standing) -> Standing:
        """After «Проверить» on the response that stands there."""

    def finish(self, asked: Asked, stands: Standing) -> Standing:
        """At the end of the attempt."""

    def limits(self, asked: Asked) -> tuple[float, float]:
        """The worst and the best fraction there is."""


def replay(behaviour: Behaviour, asked: Asked, deeds: Iterable[Done]) -> Standing:
    """Where the question stands after all its deeds."""
    stands = Standing()
    for done in deeds:
        stands = after(behaviour, asked, stands, done)
    return stands


def after(behaviour: Behaviour, asked: Asked, stands: Standing, done: Done) -> Standing:
    """Where the question stands after one more deed; one that makes no sense now changes nothing."""
    if done.deed is Deed.MARK:
        return _marked(stands, done)
    if stands.finished:
        return stands
    if done.deed is Deed.FINISH:
        kept = stands if stands.resting else _kept(behaviour, asked, stands, done)
        return replace(behaviour.finish(asked, kept), finished=True, resting=False)
    if stands.resting:
        return _tried_again(asked, stands, done)
    stands = _kept(behaviour, asked, stands, done)
    return behaviour.check(asked, stands) if done.deed is Deed.CHECK and behaviour.can_check else stands


def _kept(behaviour: Behaviour, asked: Asked, stands: Standing, done: Done) -> Standing:
    """The answer that came with a deed; saying the same again is saying nothing."""
    if done.response is None:
        return stands
    certainty = done.certainty if done.certainty is not None else stands.certainty
    if asked.same(stands.response, done.response) and certainty == stands.certainty:
        return stands
    kept = replace(stands, response=dict(done.response), certainty=certainty, checked=False)
    return behaviour.saved(asked, kept)


def _tried_again(asked: Asked, stands: Standing, done: Done) -> Standing:
    """Nothing else can be done in the pause; a hint may have taken the wrong parts out of the answer."""
    if done.deed is not Deed.TRY_AGAIN:
        return stands
    response = stands.response
    hint = asked.body["hints"][len(stands.tries) - 1]
    if hint.get("clear_wrong", False):
        response = asked.type.without_wrong(asked.body, asked.variant, dict(response))
    return replace(stands, state=State.TODO, response=response, resting=False, checked=False)


def _marked(stands: Standing, done: Done) -> Standing:
    """A person's mark stands above the machine's; taken away, the machine's is there again."""
    if not stands.finished:
        return stands
    machine = stands.by_machine or (stands.state, stands.fraction)
    if done.fraction is None:
        return replace(stands, state=machine[0], fraction=machine[1], by_machine=None)
    return replace(stands, state=marked_state_of(done.fraction), fraction=done.fraction, by_machine=machine)


class Deferred:
    """Marks at the end and not before; the ground on which the other behaviours stand."""

    can_check = False
    asks_certainty = False
    gives_hints = False

    def saved(self, asked: Asked, stands: Standing) -> Standing:
        return replace(stands, state=answered_state(asked, stands.response))

    def check(self, asked: Asked, stands: Standing) -> Standing:
        return stands

    def finish(self, asked: Asked, stands: Standing) -> Standing:
        """What cannot be marked is given up; a text to read is read."""
        graded = asked.grade(stands.response)
        return replace(stands, state=State(graded.state), fraction=graded.fraction)

    def limits(self, asked: Asked) -> tuple[float, float]:
        return asked.least, 1.0


class Checked(Deferred):
    """Marks when the learner asks for it, so an answer that is only kept is still to do."""

    can_check = True

    def saved(self, asked: Asked, stands: Standing) -> Standing:
        return replace(stands, state=State.TODO)


def answered_state(asked: Asked, response: Answer) -> State:
    """Answered, answered in part, or not at all."""
    if asked.complete(response):
        return State.COMPLETE
    return State.INVALID if asked.gradable(response) else State.TODO


def tried(asked: Asked, stands: Standing) -> tuple[Try, Standing]:
    """The present response as one more try."""
    graded = asked.grade(stands.response)
    one = Try(stands.response, graded.fraction or 0.0, State(graded.state))
    return one, replace(stands, tries=(*stands.tries, one), checked=True)
