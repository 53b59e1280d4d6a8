"""Zones of a picture: what lies in them, and how many of them the set markers satisfy at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from courses.questions.rules import is_number

XY = Sequence[float]
SHAPES = ("circle", "rectangle", "polygon")
MOST_CORNERS = 200


def holds(zone: Mapping[str, Any], point: XY) -> bool:
    """Whether the point lies in the zone; its edge belongs to it."""
    return _TESTS[zone["shape"]](zone["points"], point[0], point[1])


def _in_circle(points: Sequence[XY], x: float, y: float) -> bool:
    (centre_x, centre_y), (radius, _) = points
    return (x - centre_x) ** 2 + (y - centre_y) ** 2 <= radius**2


def _in_rectangle(points: Sequence[XY], x: float, y: float) -> bool:
    (left, top), (width, height) = points
    return left <= x <= left + width and top <= y <= top + height


def _in_polygon(points: Sequence[XY], x: float, y: float) -> bool:
    """A ray to the right crosses the outline an odd number of times, or the point is on the outline."""
    inside = False
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        between = min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
        if turn == 0 and between:
            return True
        if (ay > y) != (by > y) and (turn > 0) == (by > ay):
            inside = not inside
    return inside


_TESTS: dict[str, Callable[[Sequence[XY], float, float], bool]] = {
    "circle": _in_circle,
    "rectangle": _in_rectangle,
    "polygon": _in_polygon,
}


def box(zone: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a zone."""
    points = zone["points"]
    if zone["shape"] == "circle":
        (x, y), (radius, _) = points
        return x - radius, y - radius, x + radius, y + radius
    if zone["shape"] == "rectangle":
        (left, top), (width, height) = points
        return left, top, left + width, top + height
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def middle(zone: Mapping[str, Any]) -> tuple[int, int]:
    """Where to say that a zone is: the middle of its box."""
    left, top, right, bottom = box(zone)
    return round((left + right) / 2), round((top + bottom) / 2)


def is_zone(shape: Any, points: Any) -> bool:
    """Whether this describes a shape that covers something."""
    if shape not in SHAPES or not isinstance(points, list) or not all(_is_pair(point) for point in points):
        return False
    if shape == "polygon":
        return 3 <= len(points) <= MOST_CORNERS
    if len(points) != 2:
        return False
    return bool(points[1][0] > 0) and (shape == "circle" or bool(points[1][1] > 0))


def _is_pair(point: Any) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(is_number(number) for number in point)


def matching(able: Sequence[Sequence[int]]) -> dict[int, int]:
    """Zone → marker, as many zones as can be satisfied at once when zone i may take any of the markers in
    `able[i]` and no marker serves twice.

    Zones are tried in their order, and one that has a marker never loses its place to a later one: it only
    takes another marker. So the same markers satisfy the same zones in whatever order they were set.
    """
    serves: dict[int, int] = {}

    def place(zone: int, asked: set[int]) -> bool:
        for marker in able[zone]:
            if marker in asked:
                continue
            asked.add(marker)
            if marker not in serves or place(serves[marker], asked):
                serves[marker] = zone
                return True
        return False

    for zone in range(len(able)):
        place(zone, set())
    return {zone: marker for marker, zone in serves.items()}
