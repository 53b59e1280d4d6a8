"""Values of calculated questions: which there are, and how they get into texts and formulas (quiz semantics
3.11).

A variant is one set of values. An author lists them, or says how they are spread: then they are drawn once
for all from what the author said, so that a check can try every set that anybody will ever meet.
"""

import html
import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from courses.errors import Problem
from courses.questions.rules import COMBINED, MAX_PARTS, Question, Variant, answers_of, finding, is_number
from courses.questions.types._figures import MOST_DIGITS, as_given, written
from courses.questions.types._formulas import NAME, BadFormula, evaluated, read_formula

USUAL_DIGITS = 2
DRAWN = 100  # sets there are when no value is listed
SPREADS = ("uniform", "loguniform")
MOST_DATASETS = 100
MOST_STEPS = 200_000  # of all formulas with all sets: some tenths of a second
TEXTS = ("text", "general_feedback", *COMBINED)
ANSWER_TEXTS = ("text", "feedback")

_PIECE = re.compile(
    rf"\{{=(?P<formula>(?:[^{{}}]|\{{[^{{}}]*\}})*+)\}}|\{{(?P<name>{NAME})\}}|(?P<open>\{{=)"
)
_INNER = r"(?:[^\\]|\\(?![()\[\]])){1,2000}"
# Where braces belong to LaTeX; in Markdown it stands between dollars.
_MATH = re.compile(rf"\\\({_INNER}\\\)|\\\[{_INNER}\\\]|\$\$[^$]{{1,2000}}\$\$")
_MARKDOWN_MATH = re.compile(r"\$\$[^$]{1,2000}\$\$|(?<![\\$0-9])\$(?![\s$])[^$\n]{1,2000}(?<!\s)\$(?![0-9])")


class Place(NamedTuple):
    """A formula of a question and where it stands."""

    where: str
    source: str


# ---- the sets


def sets_of(question: Question) -> int:
    """How many sets of values there are; a set needs a value of every list."""
    datasets = answers_of(question, "datasets")
    lengths = [len(dataset["values"]) for dataset in datasets if dataset.get("values")]
    return min(lengths, default=DRAWN if datasets else 1)


def set_of(question: Question, number: int) -> dict[str, float]:
    """The set of this number, from 1."""
    return {dataset["name"]: _value(dataset, number) for dataset in answers_of(question, "datasets")}


def drawn(question: Question, rng: random.Random) -> Variant:
    """One of the sets, any as likely as any other."""
    number = rng.choice(range(1, sets_of(question) + 1))
    return {"number": number, "values": set_of(question, number)}


def _value(dataset: Mapping[str, Any], number: int) -> float:
    values = dataset.get("values")
    if values:
        return float(values[number - 1])
    low, high = float(dataset.get("minimum", 1.0)), float(dataset.get("maximum", 10.0))
    decimals, spread = int(dataset.get("decimals", 1)), dataset.get("distribution", "uniform")
    seed = f"{dataset['name']}|{low!r}|{high!r}|{decimals}|{spread}|{number}"
    chance = random.Random(seed).random()  # noqa: S311 - values to count with, not secrets
    if spread == "loguniform":
        return round(math.exp(math.log(low) + (math.log(high) - math.log(low)) * chance), decimals)
    return round(low + (high - low) * chance, decimals)


def values_fit(question: Question, variant: Variant) -> bool:
    """Whether the variant has numbers for all names, and all formulas come to numbers with them."""
    values = variant.get("values")
    if not isinstance(values, Mapping) or not all(map(is_number, values.values())):
        return False
    if isinstance(variant.get("number"), bool) or not isinstance(variant.get("number"), int):
        return False
    known = {name: float(value) for name, value in values.items()}
    if not {dataset["name"] for dataset in answers_of(question, "datasets")} <= set(known):
        return False
    return all(_failure(place.source, known) is None for place in formulas_of(question))


# ---- texts with values in them


def filled(question: Question, variant: Variant) -> dict[str, Any]:
    """The question with the values of the variant in all its texts."""
    made: dict[str, Any] = dict(question)
    for key in TEXTS:
        if made.get(key):
            made[key] = _Filling(question, variant, None).text(made[key], _format_of(question, question, key))
    made["answers"] = [
        _Filling(question, variant, exactness(answer)).holder(answer, ANSWER_TEXTS)
        for answer in answers_of(question)
    ]
    if question.get("hints"):
        made["hints"] = [_Filling(question, variant, None).holder(hint, ("text",)) for hint in made["hints"]]
    return made


def exactness(answer: Mapping[str, Any]) -> tuple[int, str]:
    """How many digits the results of an answer have, and of which sort."""
    return int(answer.get("digits", USUAL_DIGITS)), str(answer.get("shown", "decimals"))


class _Filling:
    """Puts values and results into texts; results are as short as they can be unless said otherwise."""

    def __init__(self, question: Question, variant: Variant, exact: tuple[int, str] | None) -> None:
        self.question = question
        self.exact = exact or (None, "decimals")
        self.values = variant["values"]
        self.decimals = {
            dataset["name"]: int(dataset.get("decimals", 0)) for dataset in answers_of(question, "datasets")
        }

    def holder(self, holder: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
        """An answer or a hint with its texts filled."""
        return dict(holder) | {
            key: self.text(holder[key], _format_of(self.question, holder, key))
            for key in keys
            if holder.get(key)
        }

    def text(self, text: str, text_format: str) -> str:
        """In LaTeX the braces stay: of \\frac{a}{b} comes \\frac{3}{4}. So do braces of no value of ours."""
        if "{" not in text:
            return text
        out = []
        for part, in_math in _parted(text, text_format):
            place = 0
            for found in _PIECE.finditer(part):
                said = self._said(found, text_format)
                if said is not None:
                    out += [part[place : found.start()], f"{{{said}}}" if in_math else said]
                    place = found.end()
            out.append(part[place:])
        return "".join(out)

    def _said(self, found: re.Match[str], text_format: str) -> str | None:
        if found["formula"] is not None:
            formula = read_formula(_source(found["formula"], text_format))
            return written(evaluated(formula, self.values), *self.exact)
        if found["name"] not in self.values:
            return None
        return as_given(float(self.values[found["name"]]), self.decimals.get(found["name"], 0))


def _source(formula: str, text_format: str) -> str:
    """Editors of HTML write signs as entities."""
    return html.unescape(formula) if text_format in ("html", "moodle") else formula


def _parted(text: str, text_format: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each is LaTeX."""
    if text_format == "plain":
        yield text, False
        return
    place = 0
    for found in (_MARKDOWN_MATH if text_format == "markdown" else _MATH).finditer(text):
        yield text[place : found.start()], False
        yield found[0], True
        place = found.end()
    yield text[place:], False


def _format_of(question: Question, holder: Mapping[str, Any], key: str) -> str:
    own = "format" if key == "text" and holder is not question else f"{key}_format"
    return str(holder.get(own) or question.get("text_format") or "markdown")


# ---- checking


def formulas_of(question: Question) -> list[Place]:
    """Every formula, of answers and in texts."""
    places = [
        Place(f"answers.{number}.formula", answer["formula"].strip())
        for number, answer in enumerate(answers_of(question))
        if isinstance(answer.get("formula"), str) and answer["formula"].strip() != "*"
    ]
    for where, text, text_format in _texts(question):
        found = (
            piece["formula"] for part, _ in _parted(text, text_format) for piece in _PIECE.finditer(part)
        )
        places += [Place(where, _source(source, text_format)) for source in found if source is not None]
    return places


def _texts(question: Question) -> Iterator[tuple[str, str, str]]:
    """Every text that values are put into, with its place and its format."""
    for key in TEXTS:
        if isinstance(question.get(key), str):
            yield key, question[key], _format_of(question, question, key)
    for name, keys in (("answers", ANSWER_TEXTS), ("hints", ("text",))):
        for number, holder in enumerate(question.get(name) or ()):
            for key in keys:
                if isinstance(holder.get(key), str):
                    yield f"{name}.{number}.{key}", holder[key], _format_of(question, holder, key)


def check_datasets(question: Question) -> list[Problem]:
    """The rules for the values alone."""
    datasets = question.get("datasets", [])
    if not isinstance(datasets, list) or len(datasets) > MOST_DATASETS:
        return [finding("datasets_wrong", "datasets", most=MOST_DATASETS)]
    problems: list[Problem] = []
    if not isinstance(question.get("synchronise", False), bool):
        problems.append(finding("not_yes_or_no", "synchronise"))
    seen: set[str] = set()
    for number, dataset in enumerate(datasets):
        name = dataset.get("name") if isinstance(dataset, Mapping) else None
        if not isinstance(name, str) or not re.fullmatch(NAME, name):
            problems.append(finding("dataset_name_wrong", f"datasets.{number}.name", number=number + 1))
            continue
        if name in seen:
            problems.append(finding("dataset_repeats", f"datasets.{number}.name", name=name))
        seen.add(name)
        problems += _check_dataset(dataset, f"datasets.{number}", name)
    return problems


def _check_dataset(dataset: Mapping[str, Any], where: str, name: str) -> list[Problem]:
    values, decimals = dataset.get("values") or [], dataset.get("decimals", 1)
    problems = []
    if not isinstance(values, list) or len(values) > MAX_PARTS or not all(map(is_number, values)):
        problems.append(finding("dataset_values_wrong", f"{where}.values", name=name, most=MAX_PARTS))
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= MOST_DIGITS:
        problems.append(finding("dataset_decimals_wrong", f"{where}.decimals", name=name, most=MOST_DIGITS))
    if not isinstance(dataset.get("shared", False), bool):
        problems.append(finding("not_yes_or_no", f"{where}.shared"))
    low, high = dataset.get("minimum", 1.0), dataset.get("maximum", 10.0)
    spread = dataset.get("distribution", "uniform")
    if not is_number(low) or not is_number(high) or low > high or not math.isfinite(high - low):
        problems.append(finding("dataset_range_wrong", f"{where}.minimum", name=name))
    elif spread not in SPREADS:
        problems.append(finding("dataset_spread_wrong", f"{where}.distribution", name=name))
    elif spread == "loguniform" and low <= 0 and not values:
        problems.append(finding("dataset_not_positive", f"{where}.minimum", name=name))
    return problems


def check_formulas(question: Question) -> list[Problem]:
    """Whether every formula can be read, has values for its names, and comes to a number with every set."""
    names = {dataset["name"] for dataset in answers_of(question, "datasets")}
    problems, steps, sound = [], 0, []
    for place in formulas_of(question):
        try:
            formula = read_formula(place.source)
        except BadFormula as bad:
            problems.append(finding(bad.code, place.where, **bad.details))
            continue
        missing = sorted(formula.names - names)
        problems += [finding("dataset_missing", place.where, name=name) for name in missing]
        if not missing:
            sound.append(place)
            steps += len(formula.steps)
    problems += _check_braces(question, names)
    most = MOST_STEPS // max(steps, 1)
    if sets_of(question) > most:
        return [*problems, finding("formulas_too_much", "datasets", most=most)]
    return [*problems, *_check_results(question, sound)]


def _check_braces(question: Question, names: set[str]) -> list[Problem]:
    """A name in braces without a value would be shown as it stands; in LaTeX braces mean other things. The
    same is said once of a text."""
    said: dict[tuple[str, str], Problem] = {}
    for where, text, text_format in _texts(question):
        for part, in_math in _parted(text, text_format):
            for found in _PIECE.finditer(part):
                name = found["name"] or ""
                if found["open"]:
                    said[where, ""] = finding("formula_open", where)
                elif name and name not in names and not in_math:
                    said[where, name] = finding("dataset_missing", where, name=name)
    return list(said.values())


def _check_results(question: Question, places: Sequence[Place]) -> list[Problem]:
    """For every formula the first set with which it fails."""
    problems: dict[Place, Problem] = {}
    for number in range(1, sets_of(question) + 1):
        values = set_of(question, number)
        for place in places:
            failure = None if place in problems else _failure(place.source, values)
            if failure is not None:
                said = ", ".join(f"{name} = {as_given(value)}" for name, value in values.items())
                problems[place] = finding(failure, place.where, values=said or "—")
    return list(problems.values())


def _failure(source: str, values: Mapping[str, float]) -> str | None:
    try:
        evaluated(read_formula(source), values)
    except BadFormula as bad:
        return bad.code
    return None
