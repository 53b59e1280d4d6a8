"""Single functions of the reference: wildcards, numbers with units, tolerances."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from courses.questions.types._numbers import interval, read_quantity
from courses.questions.types._strings import matches
from tests.conformance import Tally, vectors

KINDS = {1: "relative", 2: "nominal", 3: "geometric"}
NOT_BUILT = ("fn_calculate", "fn_format_float")


def run(folder: Path) -> Iterator[Tally]:
    for name, function in FUNCTIONS.items():
        tally = Tally(name)
        for number, vector in enumerate(vectors(folder / "grading" / f"{name}.jsonl"), 1):
            what = f"line {number} {vector['args']}"
            tally.compare(what, vector["ret"], function(vector["self"] or {}, vector["args"]))
        yield tally
    rest = Tally("calculated questions")
    for name in NOT_BUILT:
        rest.not_built[name] += len(vectors(folder / "grading" / f"{name}.jsonl"))
    yield rest


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
    kind = KINDS[int(answer["tolerancetype"])]
    return list(interval(float(answer["answer"]), float(answer["tolerance"]), kind))


def within(answer: dict[str, Any], arguments: list[Any]) -> bool:
    if answer["answer"] == "*":
        return True
    low, high = tolerance(answer, [])
    return low <= float(arguments[0]) <= high


FUNCTIONS: dict[str, Callable[[dict[str, Any], list[Any]], Any]] = {
    "fn_compare_string_with_wildcard": wildcard,
    "fn_apply_units": units,
    "fn_get_tolerance_interval": tolerance,
    "fn_within_tolerance": within,
}
