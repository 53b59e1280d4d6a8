"""The functions that a formula may use, meaning what they mean to the reference (quiz semantics 3.11)."""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

ANY = 1_000
PLACES = 330  # no number has figures further from its point
_EXACT = Context(prec=2 * PLACES + 20, rounding=ROUND_HALF_UP)


class Function(NamedTuple):
    """A function and how many values it takes."""

    function: Callable[..., float]
    least: int = 1
    most: int = 1


def remainder(number: float, divisor: float) -> float:
    """What is left of whole numbers after division, with the sign of the first one."""
    whole = int(divisor)
    if not whole:
        raise ZeroDivisionError
    return math.fmod(int(number), whole)


def rounded(number: float, places: float = 0.0) -> float:
    """To the nearest, a half away from nothing; what is rounded is the number as it is written."""
    if not math.isfinite(number) or places > PLACES:
        return number
    if places < -PLACES:
        return 0.0
    step = Decimal((0, (1,), -int(places)))
    return float(Decimal(repr(number)).quantize(step, context=_EXACT))


def _logarithm(number: float, base: float = math.e) -> float:
    if number == 0:
        return -math.inf
    return math.log(number) if base == math.e else math.log(number) / math.log(base)


def _read_in(base: int) -> Callable[[float], float]:
    """The digits of a whole number taken as digits to this base."""

    def read(number: float) -> float:
        if number < 0 or not number.is_integer() or number >= 1e16:
            raise ValueError
        return float(int(str(int(number)), base))

    return read


def _written_in(base: str) -> Callable[[float], float]:
    """The digits of a whole number to another base, read as if they were a decimal number."""

    def written(number: float) -> float:
        if number < 0 or not number.is_integer():
            raise ValueError
        return float(format(int(number), base))

    return written


def _extreme(choose: Callable[..., float]) -> Callable[..., float]:
    """The smallest or greatest; of something that is no number there is none."""

    def chosen(*numbers: float) -> float:
        return math.nan if any(map(math.isnan, numbers)) else choose(numbers)

    return chosen


FUNCTIONS: Mapping[str, Function] = {
    **{
        function.__name__: Function(function)
        for function in (
            abs,
            math.acos,
            math.acosh,
            math.asin,
            math.asinh,
            math.atan,
            math.atanh,
            math.ceil,
            math.cos,
            math.cosh,
            math.exp,
            math.expm1,
            math.floor,
            math.log10,
            math.log1p,
            math.sin,
            math.sinh,
            math.sqrt,
            math.tan,
            math.tanh,
        )
    },
    "atan2": Function(math.atan2, 2, 2),
    "bindec": Function(_read_in(2)),
    "decbin": Function(_written_in("b")),
    "decoct": Function(_written_in("o")),
    "deg2rad": Function(math.radians),
    "fmod": Function(math.fmod, 2, 2),
    "is_finite": Function(math.isfinite),
    "is_infinite": Function(math.isinf),
    "is_nan": Function(math.isnan),
    "log": Function(_logarithm, 1, 2),
    "max": Function(_extreme(max), 2, ANY),
    "min": Function(_extreme(min), 2, ANY),
    "octdec": Function(_read_in(8)),
    "pi": Function(lambda: math.pi, 0, 0),
    "pow": Function(math.pow, 2, 2),
    "rad2deg": Function(math.degrees),
    "round": Function(rounded, 1, 2),
}
