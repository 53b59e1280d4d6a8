"""Things put on places of a picture: each place that holds the right thing counts the same (quiz semantics
3.6)."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Control, Place, Places, Thing, Words
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
    counted_back,
    finding,
    form_index,
    penalty_of,
    raw_mapping,
    state_of,
)
from courses.questions.types._base import Plain, is_numbers
from courses.questions.types._pictures import (
    LARGEST,
    check_file,
    check_label,
    check_picture,
    is_whole,
    label,
    on_picture,
    size_of,
)
from courses.texts import N_

MOST_GROUPS = 20
LETTER, PADDING, NARROWEST, WIDEST, LINE = 9, 20, 60, 240, 32  # of a text on the picture, in its pixels
PICTURED = (96, 64)


class DragImage(Plain):
    """Items in groups, places that take the items of one group; an item is used once unless it is endless."""

    name = "drag_image"
    title = "Перетаскивание на рисунок"

    def check(self, question: Question) -> list[Problem]:
        items, found = check_list(question, "items", 1)
        places, missing = check_list(question, "places", 1)
        problems = [*check_common(question), *check_picture(question), *found, *missing]
        for number, item in enumerate(items):
            problems += _check_item(question, item, number)
        for number, place in enumerate(places):
            problems += _check_place(question, place, number, len(items))
        return problems

    def start(self, question: Question, rng: random.Random) -> Variant:
        """The number of places is kept as well: an answer fits only as many."""
        choices = _groups(question)
        if question.get("shuffle", True):
            for shown in choices.values():
                rng.shuffle(shown)
        return {"choices": choices, "places": len(answers_of(question, "places"))}

    def fits(self, question: Question, variant: Variant) -> bool:
        choices, groups = variant.get("choices"), _groups(question)
        if variant.get("places") != len(answers_of(question, "places")):
            return False
        if not isinstance(choices, dict) or choices.keys() != groups.keys():
            return False
        return all(is_numbers(shown) and sorted(shown) == groups[group] for group, shown in choices.items())

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        given, places = raw_mapping(raw).get("places"), answers_of(question, "places")
        if given is None:
            return {}
        if not isinstance(given, list):
            raise bad_response("places", "wrong_type")
        if len(given) != len(places):
            raise bad_response("places", "wrong_length")
        put = [
            None if shown is None else clean_index("places", shown, len(_choices(question, variant, place)))
            for shown, place in zip(given, places, strict=True)
        ]
        return {"places": put} if any(shown is not None for shown in put) else {}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        count = len(answers_of(question, "places"))
        return {"places": [form_index((form.get(f"place-{n}") or [""])[-1]) for n in range(count)]}

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        """Every place is filled, and nothing stands in more places than it may."""
        return (
            bool(response) and None not in response["places"] and not _overused(question, variant, response)
        )

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        parts = _parts(question, variant, response)
        right = sum(part.right for part in parts)
        fraction = right / len(parts)
        return Graded(fraction, state_of(fraction), parts, right, len(parts))

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return "; ".join(
            f"{part.name} → {part.response}" for part in _parts(question, variant, response) if part.response
        )

    def right_answer(self, question: Question, variant: Variant) -> str:
        return "; ".join(f"{part.name} → {part.answer}" for part in _parts(question, variant, {}))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        width, height = size_of(question)
        return Places(
            question["picture"],
            width,
            height,
            _drawn_places(question, variant, response),
            _things(question, variant),
            alt=str(question.get("alt") or ""),
        )

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        return tuple(
            Reviewed(
                Words(part.name),
                bool(part.response),
                part.right if part.response else None,
                response=part.response,
                answer=part.answer,
            )
            for part in _parts(question, variant, response)
        )

    def random_guess(self, question: Question) -> float | None:
        """The mean over the places of one by the number of choices."""
        groups, places = _groups(question), answers_of(question, "places")
        return sum(1 / len(groups[_group_of(question, place)]) for place in places) / len(places)

    def count_back(self, question: Question, variant: Variant, tries: Sequence[Response]) -> float | None:
        return counted_back([_parts(question, variant, one) for one in tries], penalty_of(question))

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        parts = _parts(question, variant, response)
        put = response.get("places", [None] * len(parts))
        kept = [shown if part.right else None for shown, part in zip(put, parts, strict=True)]
        return {"places": kept} if any(shown is not None for shown in kept) else {}

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        if _overused(question, variant, response):
            return N_("Один предмет стоит на нескольких местах, а поставить его можно один раз.")
        return N_("Заполните все места на рисунке.")

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _groups(question: Question) -> dict[str, list[int]]:
    """The author's positions of the items by group; JSON has texts for keys."""
    groups: dict[str, list[int]] = {}
    for number, item in enumerate(answers_of(question, "items")):
        groups.setdefault(str(item.get("group", 1)), []).append(number)
    return groups


def _group_of(question: Question, place: Mapping[str, Any]) -> str:
    """A place takes the items of the group of its right one."""
    return str(question["items"][place["item"] - 1].get("group", 1))


def _choices(question: Question, variant: Variant, place: Mapping[str, Any]) -> list[int]:
    """The author's positions of the items that a place takes, as shown."""
    return list(variant["choices"][_group_of(question, place)])


def _face(item: Mapping[str, Any]) -> tuple[str, str]:
    """What one sees of an item: items that look alike are one answer."""
    return str(label(item)), str(item.get("picture") or "")


def _named(item: Mapping[str, Any]) -> str:
    """The item in words; a picture without a text goes by the name of its file."""
    text, picture = _face(item)
    return text or picture.rpartition(".")[0]


def _place_name(place: Mapping[str, Any], number: int) -> str:
    """The number that stands on the picture, and what the author calls the place."""
    called = label(place, "label")
    return f"{number}. {called}" if called else str(number)


def _put(question: Question, variant: Variant, response: Response) -> list[int | None]:
    """The author's positions of the items that stand on the places."""
    places = answers_of(question, "places")
    shown = response.get("places", [None] * len(places))
    return [
        None if index is None else _choices(question, variant, place)[index]
        for index, place in zip(shown, places, strict=True)
    ]


def _parts(question: Question, variant: Variant, response: Response) -> tuple[Part, ...]:
    parts = []
    put = _put(question, variant, response)
    for number, (place, item) in enumerate(zip(question["places"], put, strict=True), 1):
        wanted = question["items"][place["item"] - 1]
        given = None if item is None else question["items"][item]
        right = given is not None and _face(given) == _face(wanted)
        response_said = "" if given is None else _named(given)
        parts.append(Part(_place_name(place, number), float(right), response_said, _named(wanted)))
    return tuple(parts)


def _uses(question: Question, number: int) -> int:
    """How many places an item may stand on: the places that need it, at least one; none is «any number»."""
    if question["items"][number].get("infinite", False):
        return 0
    return max(1, [place["item"] - 1 for place in question["places"]].count(number))


def _overused(question: Question, variant: Variant, response: Response) -> bool:
    used = Counter(item for item in _put(question, variant, response) if item is not None)
    return any(times > _uses(question, item) > 0 for item, times in used.items())


# ---- drawing


def _size(item: Mapping[str, Any]) -> tuple[int, int]:
    """The room an item needs on the picture, in its pixels."""
    if item.get("picture"):
        return int(item.get("width") or PICTURED[0]), int(item.get("height") or PICTURED[1])
    return min(WIDEST, max(NARROWEST, LETTER * len(_named(item)) + PADDING)), LINE


def _drawn_places(question: Question, variant: Variant, response: Response) -> tuple[Place, ...]:
    """A place is as large as the largest thing it may take, so its size tells nothing."""
    drawn = []
    put = response.get("places", [None] * len(question["places"]))
    for number, (place, shown) in enumerate(zip(question["places"], put, strict=True)):
        sizes = [_size(question["items"][item]) for item in _choices(question, variant, place)]
        drawn.append(
            Place(
                f"place-{number}",
                place["x"],
                place["y"],
                max(width for width, _ in sizes),
                max(height for _, height in sizes),
                label(place, "label"),
                value="" if shown is None else str(shown),
                group=int(_group_of(question, place)),
            )
        )
    return tuple(drawn)


def _things(question: Question, variant: Variant) -> tuple[Thing, ...]:
    """Everything that some place takes, group by group as shown."""
    taken = {_group_of(question, place) for place in question["places"]}
    return tuple(
        Thing(
            str(shown),
            Words(_named(question["items"][number])),
            str(question["items"][number].get("picture") or ""),
            group=int(group),
            most=_uses(question, number),
        )
        for group, numbers in sorted(variant["choices"].items(), key=lambda pair: int(pair[0]))
        if group in taken
        for shown, number in enumerate(numbers)
    )


# ---- checking


def _check_item(question: Question, item: Any, number: int) -> list[Problem]:
    where = f"items.{number}"
    if not isinstance(item, Mapping) or not isinstance(item.get("picture", ""), str):
        return [finding("drag_item_wrong", where, number=number + 1)]
    problems = check_label(item, where)
    if not problems and not (str(item.get("text", "")).strip() or item.get("picture")):
        problems.append(finding("drag_item_empty", where, number=number + 1))
    if not is_whole(item.get("group", 1)) or not 1 <= item.get("group", 1) <= MOST_GROUPS:
        problems.append(finding("group_wrong", f"{where}.group", number=number + 1, most=MOST_GROUPS))
    if not isinstance(item.get("infinite", False), bool):
        problems.append(finding("not_yes_or_no", f"{where}.infinite"))
    if item.get("picture"):
        problems += check_file(question, item["picture"], f"{where}.picture")
    for key in ("width", "height"):
        if not is_whole(item.get(key, 1)) or not 1 <= item.get(key, 1) <= LARGEST:
            problems.append(finding("picture_size_wrong", f"{where}.{key}", most=LARGEST))
    return problems


def _check_place(question: Question, place: Any, number: int, items: int) -> list[Problem]:
    where = f"places.{number}"
    if not isinstance(place, Mapping) or not is_whole(place.get("item")):
        return [finding("place_wrong", where, number=number + 1)]
    problems = check_label(place, where, "label")
    if not 1 <= place["item"] <= items:
        problems.append(finding("place_without_item", f"{where}.item", number=number + 1, item=place["item"]))
    if not on_picture(question, place.get("x"), place.get("y")):
        problems.append(finding("place_outside", where, number=number + 1))
    return problems


_VOLGA = {
    "type": "drag_image",
    "name": "Карта Волги",
    "text": "Поставьте города и притоки на карту.",
    "picture": "volga.svg",
    "width": 600,
    "height": 400,
    "alt": "Карта течения Волги от истока до Каспийского моря",
    "files": {"volga.svg": {"key": "0" * 64, "size": 1}, "kreml.png": {"key": "1" * 64, "size": 1}},
    "items": [
        {"text": "Казань", "group": 1},
        {"text": "Ока", "group": 2, "infinite": True},
        {"text": "Самара", "group": 1},
        {"text": "Нижний Новгород", "picture": "kreml.png", "group": 1},
        {"text": "Кама", "group": 2},
    ],
    "places": [
        {"x": 260, "y": 120, "item": 4, "label": "устье Оки"},
        {"x": 340, "y": 140, "item": 1},
        {"x": 210, "y": 150, "item": 2, "label": "правый приток"},
    ],
}
_SHOWN = {"choices": {"1": [3, 0, 2], "2": [4, 1]}, "places": 3}
EXAMPLES = (
    Example(_VOLGA, _SHOWN, {"places": [0, 1, 1]}, 1.0, "graded_right"),
    Example(_VOLGA, _SHOWN, {"places": [0, None, 0]}, 1 / 3, "graded_partial"),
    Example(_VOLGA, _SHOWN, {"places": [2, 0, None]}, 0.0, "graded_wrong"),
    Example(_VOLGA, _SHOWN, {}, None, "gave_up"),
)
TYPE = DragImage()
