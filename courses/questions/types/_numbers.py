"""Reading a number as people write it, and the interval of a tolerance (quiz semantics 3.4).

Decimal comma and decimal point mean the same everywhere: «3,14» is 3.14 in any language of the page. Where a
text has a point, or more than one comma, commas separate thousands.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

EPSILON = 1e-14  # the reference's floating precision is 14 digits

_BLANKS = re.compile(r"\s+")
_MINUS = str.maketrans("−–—‒", "----")
_POINT = re.compile(r"\.[0-9]")  # a full stop after a shortened word («руб.») parts no number
_POWER = re.compile(r"(?:[eE]|[x*×хХX·∙⋅]10(?:\^|\*\*))([+-]?[0-9]+)")
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?"
_AT_START = re.compile(_NUMBER)
_WHOLE = re.compile(_NUMBER)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, what stood beside it, and 1/factor of the unit when the unit is known."""

    value: float
    unit: str = ""
    multiplier: float | None = None


def read_quantity(
    text: str,
    units: Mapping[str, float],
    *,
    separate_unit: str | None = None,
    unit_first: bool = False,
) -> Quantity | None:
    """The number of a response and its unit; None when there is no number at the place where it must be."""
    compact = _normal(text)
    found = _at_end(compact) if unit_first else _AT_START.match(compact)
    if found is None:
        return None
    value = float(found.group())
    if not math.isfinite(value):
        return None
    unit = compact[: found.start()] if unit_first else compact[found.end() :]
    if separate_unit is not None:
        unit = separate_unit
    return Quantity(value, unit, 1 / units[unit] if unit in units else None)


def understood(text: str) -> float | None:
    """How a typed number is understood, so that the page can show it before it is submitted."""
    quantity = read_quantity(text, {})
    return None if quantity is None else quantity.value


def interval(value: float, tolerance: float, kind: str = "nominal") -> tuple[float, float]:
    """The inclusive interval of one answer, with the reference's allowance for floating arithmetic."""
    tolerance = abs(tolerance)
    if kind == "relative":
        reach = abs(value) * (tolerance + EPSILON)
        return value - reach, value + reach
    if kind == "geometric":
        quotient = 1 + tolerance + EPSILON
        return (value * quotient, value / quotient) if value < 0 else (value / quotient, value * quotient)
    reach = tolerance + EPSILON * max(tolerance, abs(value), EPSILON)
    return value - reach, value + reach


def _normal(text: str) -> str:
    """Without blanks, with one way to write a power of ten, a minus and a decimal separator."""
    compact = _POWER.sub(r"e\1", _BLANKS.sub("", text).translate(_MINUS))
    if _POINT.search(compact) or compact.count(",") > 1:
        return compact.replace(",", "")
    return compact.replace(",", ".")


def _at_end(text: str) -> re.Match[str] | None:
    """The longest number that ends the text: a unit may stand before it, nothing after."""
    start = len(text)
    while start and text[start - 1] in "0123456789.+-e":
        start -= 1
    # No number is longer than 400 characters; the bound keeps the search linear.
    for place in range(max(start, len(text) - 400), len(text)):
        found = _WHOLE.fullmatch(text, place)
        if found:
            return found
    return None
