"""Formulas of calculated questions: what they may hold, and what they come to (quiz semantics 3.11).

A formula is read by the rules below into a short list of steps and run on a stack of numbers. Nothing in it
ever becomes code of ours, and neither its length, its depth nor its results can take more than a moment.
Whatever is wrong with it is a `BadFormula`, with a code and the values of its sentence.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from courses.errors import Invalid
from courses.questions.types._functions import FUNCTIONS, remainder

MAX_LENGTH = 1_000
MAX_DEPTH = 25
NAME = r"[^\W\d_][^\s{}<>\"'`=]{0,99}"

_TOKEN = re.compile(
    rf"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|\{{(?P<name>{NAME})\}}"
    r"|(?P<word>[^\W\d]\w*)|(?P<refused>\^|//|/\*|\#)|(?P<sign>\*\*|<=|>=|==|!=|<>|&&|\|\||[-+*/%(),<>?:!])"
)
_BLANKS = re.compile(r"\s*")

Function = Callable[..., float]


class BadFormula(Invalid):
    """The formula cannot be read, or comes to no number."""


class Sign(NamedTuple):
    """A sign between two values: the higher its level the sooner it is done."""

    level: int
    function: Function


_EQUAL, _ORDER = 3, 4
_SIGNS: Mapping[str, Sign] = {
    "||": Sign(1, bool),  # what these two do is in `lazily`
    "&&": Sign(2, bool),
    "==": Sign(_EQUAL, operator.eq),
    "!=": Sign(_EQUAL, operator.ne),
    "<>": Sign(_EQUAL, operator.ne),
    "<": Sign(_ORDER, operator.lt),
    "<=": Sign(_ORDER, operator.le),
    ">": Sign(_ORDER, operator.gt),
    ">=": Sign(_ORDER, operator.ge),
    "+": Sign(5, operator.add),
    "-": Sign(5, operator.sub),
    "*": Sign(6, operator.mul),
    "/": Sign(6, operator.truediv),
    "%": Sign(6, remainder),
}
_BEFORE: Mapping[str, Function] = {"+": operator.pos, "-": operator.neg, "!": operator.not_}


class Step(NamedTuple):
    """One instruction: put a number or a value of this name, apply a function to the last numbers, as many as
    it takes, or go to another step (`unless` takes the last number and goes only when it is nothing)."""

    deed: str
    what: Any
    takes: int = 0


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read; `names` are those of the values it needs."""

    steps: tuple[Step, ...]
    names: frozenset[str]


def read_formula(source: str) -> Formula:
    """The formula as steps; BadFormula when any of it is not understood."""
    if len(source) > MAX_LENGTH:
        raise BadFormula("formula_too_long", most=MAX_LENGTH)
    return _read(source)


@lru_cache(4096)
def _read(source: str) -> Formula:
    reader = _Reader(_tokens(source))
    reader.expression()
    if reader.sign:
        raise reader.unexpected()
    names = frozenset(step.what for step in reader.steps if step.deed == "value")
    return Formula(tuple(reader.steps), names)


def evaluated(formula: Formula, values: Mapping[str, float]) -> float:
    """What the formula comes to with these values: a finite number, or BadFormula."""
    stack: list[float] = []
    at = 0
    while at < len(formula.steps):
        step = formula.steps[at]
        at += 1
        if step.deed == "number":
            stack.append(step.what)
        elif step.deed == "value":
            stack.append(_value(values, step.what))
        elif step.deed == "call":
            taken = stack[len(stack) - step.takes :]
            del stack[len(stack) - step.takes :]
            stack.append(_applied(step.what, taken))
        elif step.deed == "go" or not stack.pop():
            at = step.what
    return _finite(stack[0])


def _value(values: Mapping[str, float], name: str) -> float:
    if name not in values:
        raise BadFormula("dataset_missing", name=name)
    return float(values[name])


def _applied(function: Function, taken: list[float]) -> float:
    """Nothing for «false», one for «true»; what mathematics does not define is no number."""
    try:
        return float(function(*taken))
    except ZeroDivisionError:
        raise BadFormula("formula_zero") from None
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _finite(number: float) -> float:
    if math.isnan(number):
        raise BadFormula("formula_undefined")
    if math.isinf(number):
        raise BadFormula("formula_infinite")
    return number + 0.0  # there is no negative nothing


# ---- reading


class _Token(NamedTuple):
    kind: str
    text: str
    rest: str  # the source from here, for what is said about it


_END = _Token("end", "", "")


def _tokens(source: str) -> list[_Token]:
    """The pieces of the source, and the end."""
    tokens = []
    place = _after_blanks(source, 0)
    while place < len(source):
        found = _TOKEN.match(source, place)
        if found is None or found.lastgroup is None:
            raise _stranger(source[place:])
        token = _Token(found.lastgroup, found[found.lastgroup], source[place : place + 20])
        if token.kind == "refused":
            raise BadFormula("formula_power" if token.text == "^" else "formula_comment", text=token.rest)
        tokens.append(token)
        place = _after_blanks(source, found.end())
    return [*tokens, _END]


def _stranger(rest: str) -> BadFormula:
    if rest.startswith("="):
        return BadFormula("formula_equals")
    return BadFormula("formula_brace" if rest[0] in "{}" else "formula_character", text=rest[0])


def _after_blanks(source: str, place: int) -> int:
    found = _BLANKS.match(source, place)
    return found.end() if found else place


class _Reader:
    """One pass over the tokens; what is understood becomes steps at once."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.steps: list[Step] = []

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    @property
    def sign(self) -> str:
        """The present sign; any other piece is a sign of nothing, the end is empty."""
        return self.token.text if self.token.kind in ("sign", "end") else "?!"

    def take(self, sign: str) -> bool:
        """Go on when the sign stands here."""
        taken = self.token.kind == "sign" and self.token.text == sign
        self.at += taken
        return taken

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise self.unexpected()

    def unexpected(self) -> BadFormula:
        if self.token.kind == "end":
            return BadFormula("formula_ends")
        if self.token.text == ",":
            return BadFormula("formula_comma", text=self.token.rest)
        return BadFormula("formula_unexpected", text=self.token.rest)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadFormula("formula_too_deep", most=MAX_DEPTH)

    def call(self, function: Function, count: int) -> None:
        self.steps.append(Step("call", function, count))

    def jump(self, deed: str) -> int:
        """A step whose goal is told later by `land`."""
        self.steps.append(Step(deed, 0))
        return len(self.steps) - 1

    def land(self, jump: int) -> None:
        self.steps[jump] = self.steps[jump]._replace(what=len(self.steps))

    # ---- from the loosest to the tightest

    def expression(self) -> None:
        """A condition with two outcomes, of which only one is ever worked out, or a plain value."""
        self.deeper()
        self.binary(1)
        if self.take("?"):
            otherwise = self.jump("unless")
            self.expression()
            done = self.jump("go")
            self.land(otherwise)
            self.need(":")
            self.binary(1)
            self.land(done)
            if self.sign == "?":
                raise BadFormula("formula_conditions")
        self.depth -= 1

    def binary(self, least: int) -> None:
        """Values with signs of at least this level between them, from left to right."""
        self.unary()
        while (sign := _SIGNS.get(self.sign)) and sign.level >= least:
            text = self.token.text
            self.at += 1
            if text in ("&&", "||"):
                self.lazily(text, sign.level)
                continue
            self.binary(sign.level + 1)
            self.call(sign.function, 2)
            following = _SIGNS.get(self.sign)
            if sign.level in (_EQUAL, _ORDER) and following and following.level == sign.level:
                raise BadFormula("formula_chain", text=self.token.rest)

    def lazily(self, text: str, level: int) -> None:
        """«and», «or»: the right side is worked out only when the left has not decided."""
        if text == "||":
            self.call(operator.not_, 1)
        decided = self.jump("unless")
        self.binary(level + 1)
        self.call(bool, 1)
        done = self.jump("go")
        self.land(decided)
        self.steps.append(Step("number", float(text == "||")))
        self.land(done)

    def unary(self) -> None:
        """A sign before a value holds for the whole power: −2 ** 2 is −4."""
        function = _BEFORE.get(self.sign)
        if function is None:
            self.power()
            return
        self.at += 1
        self.deeper()
        self.unary()
        self.depth -= 1
        self.call(function, 1)

    def power(self) -> None:
        self.primary()
        if self.take("**"):
            self.deeper()
            self.unary()
            self.depth -= 1
            self.call(math.pow, 2)

    def primary(self) -> None:
        token = self.token
        if token.kind not in ("number", "name", "word") and token.text != "(":
            raise self.unexpected()
        self.at += 1
        if token.kind == "number":
            self.number(float(token.text))
        elif token.kind == "name":
            self.steps.append(Step("value", token.text))
        elif token.kind == "word":
            self.function(token)
        else:
            self.expression()
            self.need(")")

    def number(self, value: float) -> None:
        if math.isinf(value):
            raise BadFormula("formula_number")
        self.steps.append(Step("number", value))

    def function(self, token: _Token) -> None:
        known = FUNCTIONS.get(token.text)
        if known is None:
            raise BadFormula("formula_function", name=token.text[:40], names=", ".join(FUNCTIONS))
        if not self.take("("):
            raise BadFormula("formula_call", name=token.text)
        count = 0
        if not self.take(")"):
            self.expression()
            count = 1
            while self.take(","):
                self.expression()
                count += 1
            self.need(")")
        if not known.least <= count <= known.most:
            raise BadFormula("formula_arguments", name=token.text, number=count)
        self.call(known.function, count)
