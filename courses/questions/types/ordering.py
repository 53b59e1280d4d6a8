"""Putting items in order, marked by one of nine schemes (quiz semantics 3.10)."""

import random
from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control, Option, Order, Words
from courses.questions.rules import (
    GAVE_UP,
    Example,
    Form,
    Graded,
    Part,
    Question,
    Response,
    Reviewed,
    Variant,
    answers_of,
    bad_response,
    check_common,
    check_list,
    clean_index,
    finding,
    form_index,
    raw_mapping,
    said,
    state_of,
    words,
)
from courses.questions.types._base import Plain, is_numbers
from courses.questions.types._schemes import SCHEMES

SELECTIONS = ("all", "random", "contiguous")
LAYOUTS = ("vertical", "horizontal")
LEAST = 2
MOST = 100  # an author's list; nobody sorts more, and some schemes take the square of it


class Ordering(Plain):
    """Items in their right order, and the scheme that marks another one."""

    name = "ordering"
    title = "Порядок"

    def check(self, question: Question) -> list[Problem]:
        items, problems = check_list(question, "items", LEAST)
        problems = [*check_common(question), *problems, *_check_settings(question)]
        if len(items) > MOST:
            return [*problems, finding("too_many_items", "items", most=MOST, number=len(items))]
        seen: set[str] = set()
        for number, item in enumerate(items):
            problems += _check_item(item, number, seen)
        return problems

    def start(self, question: Question, rng: random.Random) -> Variant:
        order = _selected(question, rng)
        rng.shuffle(order)
        return {"order": order}

    def fits(self, question: Question, variant: Variant) -> bool:
        order = variant.get("order")
        number = len(answers_of(question, "items"))
        if not is_numbers(order) or len(order) != _count(question):
            return False
        return len(set(order)) == len(order) and all(0 <= item < number for item in order)

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        order = raw_mapping(raw).get("order")
        if order is None:
            return {}
        if not isinstance(order, list):
            raise bad_response("order", "wrong_type")
        size = len(variant["order"])
        if len(order) != size:
            raise bad_response("order", "wrong_length")
        cleaned = [clean_index("order", shown, size) for shown in order]
        if len(set(cleaned)) < size:
            raise bad_response("order", "repeats")
        return {"order": cleaned}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        """The places typed beside the items, or the order in which the page sent them.

        Two items may get the same number: they keep their order, so nothing typed is ever lost, and the saved
        order is shown at once.
        """
        size = len(variant["order"])
        places = [form_index((form.get(f"place-{shown}") or [""])[-1]) for shown in range(size)]
        if any(place is not None for place in places):
            if any(isinstance(place, str) for place in places):
                return {"order": places}
            last = size + 1
            return {"order": sorted(range(size), key=lambda shown: _number(places[shown], last))}
        sent = form.get("order")
        return {"order": [form_index(value) for value in sent]} if sent else {}

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        """A saved order always counts, the one it began with too; only never answering is giving up."""
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        ranks = _ranks(variant, response)
        fraction = SCHEMES[question.get("grading", "absolute_position")](ranks)
        parts = _parts(question, variant, response)
        return Graded(fraction, state_of(fraction), parts, sum(part.right for part in parts), len(parts))

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        order = variant["order"]
        return "; ".join(said(_item(question, order[shown])) for shown in response.get("order", ()))

    def right_answer(self, question: Question, variant: Variant) -> str:
        return "; ".join(said(_item(question, item)) for item in sorted(variant["order"]))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        order = variant["order"]
        shown_now = response.get("order", range(len(order)))
        options = tuple(Option(str(shown), _item(question, order[shown])) for shown in shown_now)
        return Order(options, question.get("layout", "vertical"))

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        if not response:
            return ()
        order = variant["order"]
        return tuple(
            Reviewed(
                _item(question, order[shown]), True, part.right, response=part.response, answer=part.answer
            )
            for shown, part in zip(response["order"], _parts(question, variant, response), strict=True)
        )

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _number(place: int | str | None, default: int) -> int:
    return place if isinstance(place, int) else default


def _item(question: Question, number: int) -> Words:
    return words({"text": question["items"][number]}, "text", question)


def _count(question: Question) -> int:
    """How many items one learner gets."""
    number = len(answers_of(question, "items"))
    if question.get("select", "all") == "all":
        return number
    return min(number, int(question.get("select_count") or number))


def _selected(question: Question, rng: random.Random) -> list[int]:
    number, count = len(answers_of(question, "items")), _count(question)
    if count == number:
        return list(range(number))
    if question["select"] == "contiguous":
        first = rng.randrange(number - count + 1)
        return list(range(first, first + count))
    return sorted(rng.sample(range(number), count))


def _ranks(variant: Variant, response: Response) -> list[int]:
    """For each place of the answer, the place where that item belongs."""
    rank = {item: place for place, item in enumerate(sorted(variant["order"]))}
    return [rank[variant["order"][shown]] for shown in response["order"]]


def _parts(question: Question, variant: Variant, response: Response) -> tuple[Part, ...]:
    """One part per place: what was put there and what belongs there; the scheme itself may be kinder."""
    right_order = sorted(variant["order"])
    parts = []
    for place, shown in enumerate(response["order"]):
        item, right = variant["order"][shown], right_order[place]
        given, answer = said(_item(question, item)), said(_item(question, right))
        parts.append(Part(str(item), float(item == right), response=given, answer=answer))
    return tuple(parts)


def _check_item(item: Any, number: int, seen: set[str]) -> list[Problem]:
    where = f"items.{number}"
    if not isinstance(item, str) or not item.strip():
        return [finding("item_empty", where, number=number + 1)]
    if item in seen:
        return [finding("item_repeats", where, number=number + 1, text=item[:60])]
    seen.add(item)
    return []


def _check_settings(question: Question) -> list[Problem]:
    problems = []
    allowed = {"grading": tuple(SCHEMES), "select": SELECTIONS, "layout": LAYOUTS}
    defaults = {"grading": "absolute_position", "select": "all", "layout": "vertical"}
    for key, values in allowed.items():
        if question.get(key, defaults[key]) not in values:
            problems.append(finding("setting_unknown", key))
    count = question.get("select_count")
    counted = isinstance(count, int) and not isinstance(count, bool) and count >= LEAST
    if question.get("select", "all") != "all" and count is not None and not counted:
        problems.append(finding("select_count_wrong", "select_count", least=LEAST))
    return problems


_WATER = {
    "type": "ordering",
    "name": "Круговорот",
    "text": "Расставьте по порядку.",
    "items": ["Испарение", "Облако", "Дождь", "Река"],
}
_ALL_PAIRS = {**_WATER, "grading": "relative_all_previous_and_next"}
_SOME = {**_WATER, "select": "random", "select_count": 2}
EXAMPLES = (
    Example(_WATER, {"order": [1, 3, 0, 2]}, {"order": [2, 0, 3, 1]}, 1.0, "graded_right"),
    Example(_WATER, {"order": [1, 3, 0, 2]}, {"order": [2, 0, 1, 3]}, 0.5, "graded_partial"),
    Example(_ALL_PAIRS, {"order": [0, 1, 2, 3]}, {"order": [3, 0, 1, 2]}, 0.5, "graded_partial"),
    Example(_SOME, {"order": [3, 1]}, {"order": [1, 0]}, 1.0, "graded_right"),
    Example(_WATER, {"order": [1, 3, 0, 2]}, {"order": [0, 1, 2, 3]}, 0.0, "graded_wrong"),
    Example(_WATER, {"order": [1, 3, 0, 2]}, {}, None, "gave_up"),
)
TYPE = Ordering()
