"""How numbers are written in calculated questions: in full, with so many decimals, or with so many
significant figures."""

from decimal import ROUND_HALF_UP, Context, Decimal

SHOWN = ("decimals", "significant")
MOST_DIGITS = 15
_LONG = 1e15  # from here on a number is written with its power of ten
_LEAST, _MOST = -2, 4  # of the power of ten in 0.123×10ⁿ; beyond them a number is written with its power


def written(number: float, digits: int | None = None, shown: str = "decimals") -> str:
    """The number with `digits` decimals, or with `digits` significant figures; without `digits` as short as
    14 figures allow, which hides what floating arithmetic adds."""
    if digits is None or (shown == "significant" and digits < 1):
        return _positive_nothing(f"{number:.14g}")
    if shown == "significant":
        return _significant(number, digits)
    return _positive_nothing(f"{number:.{digits}f}")


def as_given(number: float, decimals: int = 0) -> str:
    """A value as its author gave it, with at least so many decimals: 9 is 9.0 where its fellows are 5.2."""
    padded = f"{number:.{decimals}f}"
    if abs(number) < _LONG and float(padded) == number:
        return _positive_nothing(padded)
    return _positive_nothing(repr(number))


def _significant(number: float, digits: int) -> str:
    exact = Decimal(repr(number))
    if not exact:
        return "0"
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).plus(exact)
    power = rounded.adjusted() + 1
    if not _LEAST <= power <= _MOST:
        return f"{rounded.scaleb(1 - power):.{digits - 1}f}e{power - 1}"
    return f"{rounded:.{max(digits - power, 0)}f}"


def _positive_nothing(text: str) -> str:
    """Rounding leaves no minus before nothing, and a power of ten has no plus or zero before it."""
    mantissa, power, exponent = text.partition("e")
    if power:
        return f"{mantissa}e{int(exponent)}"
    return text.removeprefix("-") if not float(text) else text
