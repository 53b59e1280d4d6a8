"""Single functions of the reference: wildcards, numbers with units, tolerances, formulas, rounding."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from courses.questions.types._figures import written
from courses.questions.types._formulas import evaluated, read_formula
from courses.questions.types._numbers import interval, read_quantity
from courses.questions.types._strings import matches
from tests.conformance import Tally, vectors
from tests.conformance.grades import SHOWN, TOLERANCES


def run(folder: Path) -> Iterator[Tally]:
    for name, function in FUNCTIONS.items():
        tally = Tally(name)
        for number, vector in enumerate(vectors(folder / "grading" / f"{name}.jsonl"), 1):
            what = f"line {number} {vector['args']}"
            tally.compare(what, vector["ret"], function(vector["self"] or {}, vector["args"]))
        yield tally


def wildcard(_: dict[str, Any], arguments: list[Any]) -> int:
    text, pattern, ignore_case = arguments
    return int(matches(text, pattern, use_case=not ignore_case))


def units(processor: dict[str, Any], arguments: list[Any]) -> list[Any]:
    """The recordings were made in English, where our rule about decimal commas makes no difference here."""
    text, unit = (*arguments, None)[:2]
    known = {name: float(factor) for name, factor in dict(processor["units"] or {}).items()}
    found = read_quantity(text, known, separate_unit=unit, unit_first=processor["unitsbefore"])
    return [None, None, None] if found is None else [found.value, found.unit, found.multiplier]


def tolerance(answer: dict[str, Any], _: list[Any]) -> list[float]:
    kind = TOLERANCES[int(answer["tolerancetype"])]
    return list(interval(float(answer["answer"]), float(answer["tolerance"]), kind))


def within(answer: dict[str, Any], arguments: list[Any]) -> bool:
    if answer["answer"] == "*":
        return True
    low, high = tolerance(answer, [])
    return low <= float(arguments[0]) <= high


def calculate(substituter: dict[str, Any], arguments: list[Any]) -> float:
    values = {name: float(value) for name, value in substituter["values"].items()}
    return evaluated(read_formula(str(arguments[0])), values)


def format_float(substituter: dict[str, Any], arguments: list[Any]) -> str:
    """Ours writes a point everywhere; theirs takes the sign of the page's language afterwards."""
    number, digits, shown = (*arguments, None, None)[:3]
    text = (
        written(float(number)) if digits is None else written(float(number), int(digits), SHOWN[int(shown)])
    )
    return text.replace(".", substituter["decimalpoint"])


FUNCTIONS: dict[str, Callable[[dict[str, Any], list[Any]], Any]] = {
    "fn_compare_string_with_wildcard": wildcard,
    "fn_apply_units": units,
    "fn_get_tolerance_interval": tolerance,
    "fn_within_tolerance": within,
    "fn_calculate": calculate,
    "fn_format_float": format_float,
}
