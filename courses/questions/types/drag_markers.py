"""Markers set on a picture: each zone is satisfied once by a marker of its kind, and markers set beyond the
zones lower the result (quiz semantics 3.7)."""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from courses.errors import Problem
from courses.questions.controls import Control, Marker, Markers, Words
from courses.questions.rules import (
    GAVE_UP,
    MESSAGE,
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
    finding,
    penalty_of,
    raw_mapping,
    state_of,
)
from courses.questions.types._base import Plain, is_permutation
from courses.questions.types._pictures import (
    check_label,
    check_picture,
    is_whole,
    label,
    on_picture,
    size_of,
)
from courses.questions.types._zones import box, holds, is_zone, matching, middle
from courses.texts import N_

MOST_ZONES = 100
MOST_POINTS = 200  # of one answer, so that nobody's answer takes long to mark
_WHOLE = re.compile(r"-?[0-9]{1,6}")


class Set(NamedTuple):
    """One marker where it was set: the author's number of its kind, and the point."""

    kind: int
    x: int
    y: int


class DragMarkers(Plain):
    """Kinds of markers, each to be set up to `most` times, and zones that want one of a kind each."""

    name = "drag_markers"
    title = "Метки на рисунке"

    def check(self, question: Question) -> list[Problem]:
        markers, found = check_list(question, "markers", 1)
        zones, missing = check_list(question, "zones", 1)
        problems = [*check_common(question), *check_picture(question), *found, *missing]
        for number, marker in enumerate(markers):
            problems += _check_marker(marker, number)
        if len(zones) > MOST_ZONES:
            return [*problems, finding("too_many_zones", "zones", most=MOST_ZONES, number=len(zones))]
        for number, zone in enumerate(zones):
            problems += _check_zone(question, zone, number, len(markers))
        if not isinstance(question.get("show_misplaced", False), bool):
            problems.append(finding("not_yes_or_no", "show_misplaced"))
        return problems or _check_enough(question)

    def start(self, question: Question, rng: random.Random) -> Variant:
        shown = list(range(len(answers_of(question, "markers"))))
        if question.get("shuffle", True):
            rng.shuffle(shown)
        return {"markers": shown}

    def fits(self, question: Question, variant: Variant) -> bool:
        return is_permutation(variant.get("markers"), len(answers_of(question, "markers")))

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        given = raw_mapping(raw).get("markers")
        if given is None:
            return {}
        if not isinstance(given, list):
            raise bad_response("markers", "wrong_type")
        if len(given) != len(variant["markers"]):
            raise bad_response("markers", "wrong_length")
        points = [
            _clean_points(question, one, question["markers"][kind].get("most", 1))
            for kind, one in zip(variant["markers"], given, strict=True)
        ]
        if sum(map(len, points)) > MOST_POINTS:
            raise bad_response("markers", "too_long")
        return {"markers": points} if any(points) else {}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        """Numbers come in pairs; a pair with nothing in one half is a marker that is not set."""
        markers = []
        for shown in range(len(variant["markers"])):
            xs, ys = form.get(f"marker-{shown}-x") or (), form.get(f"marker-{shown}-y") or ()
            pairs = ((x.strip(), y.strip()) for x, y in zip(xs, ys, strict=False))
            markers.append([[_number(x), _number(y)] for x, y in pairs if x and y])
        return {"markers": markers}

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        zones, placed = question["zones"], _set(variant, response)
        hits = _hits(question, placed)
        fraction = len(hits) / max(len(zones), len(placed))
        parts = tuple(
            Part(
                str(number),
                float(number in hits),
                _at(placed[hits[number]]) if number in hits else "",
                _at(middle(zone)),
            )
            for number, zone in enumerate(zones)
        )
        return Graded(fraction, state_of(fraction), parts, len(hits), len(zones))

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return "; ".join(f"{_kind(question, one.kind)} → {_at(one)}" for one in _set(variant, response))

    def right_answer(self, question: Question, variant: Variant) -> str:
        zones = question["zones"]
        return "; ".join(f"{_kind(question, zone['marker'] - 1)} → {_at(middle(zone))}" for zone in zones)

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        """Which markers stand wrong, where the author wants that said."""
        if not question.get("show_misplaced", False):
            return []
        wrong = [_kind(question, one.kind) for one in _misplaced(question, variant, response)]
        return [Words(N_("Не на своём месте:"), MESSAGE), *dict.fromkeys(wrong)] if wrong else []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        width, height = size_of(question)
        points = response.get("markers", [[] for _ in variant["markers"]])
        return Markers(
            question["picture"],
            width,
            height,
            tuple(
                Marker(
                    f"marker-{shown}",
                    _kind(question, kind),
                    question["markers"][kind].get("most", 1),
                    tuple((x, y) for x, y in points[shown]),
                )
                for shown, kind in enumerate(variant["markers"])
            ),
            alt=str(question.get("alt") or ""),
        )

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        """The zones, and then the markers that satisfied none."""
        placed = _set(variant, response)
        hits = _hits(question, placed)
        zones = [
            Reviewed(
                _kind(question, zone["marker"] - 1),
                number in hits,
                True if number in hits else None,
                key=True,
                response=_at(placed[hits[number]]) if number in hits else "",
                answer=_at(middle(zone)),
            )
            for number, zone in enumerate(question["zones"])
        ]
        wrong = _misplaced(question, variant, response)
        return (
            *zones,
            *(Reviewed(_kind(question, one.kind), True, False, response=_at(one)) for one in wrong),
        )

    def random_guess(self, question: Question) -> float | None:
        """One by the number of kinds, the same for every zone."""
        return 1 / len(question["markers"])

    def count_back(self, question: Question, variant: Variant, tries: Sequence[Response]) -> float | None:
        """A zone earns by the first try from which it has been hit without a break until the last."""
        placed = [_set(variant, one) for one in tries]
        hit = [_hits(question, one).keys() for one in placed]
        earned = 0.0
        for zone in hit[-1]:
            misses = (number for number in range(len(hit), 0, -1) if zone not in hit[number - 1])
            earned += max(0.0, 1 - next(misses, 0) * penalty_of(question))
        return earned / max(len(question["zones"]), *map(len, placed))

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        placed = _set(variant, response)
        kept = [placed[number] for number in sorted(_hits(question, placed).values())]
        points = [[[one.x, one.y] for one in kept if one.kind == kind] for kind in variant["markers"]]
        return {"markers": points} if kept else {}

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return N_("Поставьте на рисунок хотя бы одну метку.")

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _number(text: str) -> int | str:
    """A whole number; nonsense stays as it is for `clean` to refuse."""
    return int(text) if _WHOLE.fullmatch(text) else text


def _clean_points(question: Question, given: Any, most: int) -> list[list[int]]:
    """The points of one kind in the order they were set."""
    if not isinstance(given, list):
        raise bad_response("markers", "wrong_type")
    if len(given) > (most or MOST_POINTS):
        raise bad_response("markers", "too_long")
    for point in given:
        if not isinstance(point, list) or len(point) != 2 or not all(is_whole(number) for number in point):
            raise bad_response("markers", "wrong_type")
        if not on_picture(question, *point):
            raise bad_response("markers", "out_of_range")
    return [list(point) for point in given]


def _kind(question: Question, number: int) -> Words:
    return label(question["markers"][number])


def _at(point: Set | tuple[int, int]) -> str:
    x, y = point[-2:]
    return f"({x}, {y})"


def _set(variant: Variant, response: Response) -> list[Set]:
    """Every marker that was set."""
    return [
        Set(kind, x, y)
        for kind, points in zip(variant["markers"], response.get("markers", ()), strict=False)
        for x, y in points
    ]


def _hits(question: Question, placed: Sequence[Set]) -> dict[int, int]:
    """Zone → the marker that satisfies it, for as many zones as can be satisfied at once."""
    able = [
        [
            number
            for number, one in enumerate(placed)
            if one.kind == zone["marker"] - 1 and holds(zone, (one.x, one.y))
        ]
        for zone in question["zones"]
    ]
    return matching(able)


def _misplaced(question: Question, variant: Variant, response: Response) -> list[Set]:
    placed = _set(variant, response)
    used = set(_hits(question, placed).values())
    return [one for number, one in enumerate(placed) if number not in used]


# ---- checking


def _check_marker(marker: Any, number: int) -> list[Problem]:
    where = f"markers.{number}"
    if not isinstance(marker, Mapping):
        return [finding("marker_wrong", where, number=number + 1)]
    problems = check_label(marker, where)
    if not problems and not label(marker).strip():
        problems.append(finding("marker_empty", f"{where}.text", number=number + 1))
    if not is_whole(marker.get("most", 1)) or not 0 <= marker.get("most", 1) <= MOST_POINTS:
        problems.append(finding("marker_most_wrong", f"{where}.most", number=number + 1, most=MOST_POINTS))
    return problems


def _check_zone(question: Question, zone: Any, number: int, markers: int) -> list[Problem]:
    where = f"zones.{number}"
    if not isinstance(zone, Mapping) or not is_zone(zone.get("shape"), zone.get("points")):
        return [finding("zone_wrong", where, number=number + 1)]
    problems = []
    if not is_whole(zone.get("marker")) or not 1 <= zone["marker"] <= markers:
        problems.append(finding("zone_without_marker", f"{where}.marker", number=number + 1))
    left, top, right, bottom = box(zone)
    sizes = [question.get(key) for key in ("width", "height")]
    if all(is_whole(size) for size in sizes) and not (
        right >= 0 and bottom >= 0 and left <= question["width"] and top <= question["height"]
    ):
        problems.append(finding("zone_outside", where, number=number + 1))
    return problems


def _check_enough(question: Question) -> list[Problem]:
    """The reference takes a marker that cannot serve all its zones, so it is no more than a warning."""
    problems = []
    for number, marker in enumerate(question["markers"]):
        needed = sum(zone["marker"] - 1 == number for zone in question["zones"])
        if 0 < marker.get("most", 1) < needed:
            where = f"markers.{number}.most"
            problems.append(
                finding("marker_too_few", where, severity="warning", number=number + 1, needed=needed)
            )
    return problems


_VOLGA = {
    "type": "drag_markers",
    "name": "Города на Волге",
    "text": "Отметьте на карте города и места, где в Волгу впадают притоки.",
    "picture": "volga.svg",
    "width": 600,
    "height": 400,
    "alt": "Карта течения Волги от истока до Каспийского моря",
    "files": {"volga.svg": {"key": "0" * 64, "size": 1}},
    "markers": [{"text": "Казань", "most": 1}, {"text": "приток", "most": 0}, {"text": "Омск", "most": 1}],
    "zones": [
        {"shape": "circle", "points": [[340, 140], [20, 0]], "marker": 1},
        {"shape": "rectangle", "points": [[240, 110], [40, 30]], "marker": 2},
        {"shape": "polygon", "points": [[360, 150], [400, 150], [380, 190]], "marker": 2},
    ],
}
_SHOWN = {"markers": [1, 2, 0]}
EXAMPLES = (
    Example(_VOLGA, _SHOWN, {"markers": [[[250, 120], [380, 160]], [], [[340, 140]]]}, 1.0, "graded_right"),
    Example(
        _VOLGA, _SHOWN, {"markers": [[[250, 120], [10, 10]], [[5, 5]], [[320, 140]]]}, 0.5, "graded_partial"
    ),
    Example(_VOLGA, _SHOWN, {"markers": [[], [[340, 140]], []]}, 0.0, "graded_wrong"),
    Example(_VOLGA, _SHOWN, {}, None, "gave_up"),
)
TYPE = DragMarkers()
