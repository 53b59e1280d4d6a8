"""Smooth curves for ornaments, on ReportLab paths."""

import math
from collections.abc import Callable
from typing import Any

Point = tuple[float, float]
Curve = Callable[[float], Point]


def trace(path: Any, curve: Curve, start: float, end: float, pieces: int) -> None:
    """Add `curve` from `start` to `end` to a path, as `pieces` cubic pieces that meet smoothly."""
    step = (end - start) / pieces
    path.moveTo(*_rounded(curve(start)))
    for number in range(pieces):
        here, there = start + number * step, start + (number + 1) * step
        (x0, y0), (x3, y3) = curve(here), curve(there)
        (dx0, dy0), (dx3, dy3) = _slope(curve, here, step), _slope(curve, there, step)
        path.curveTo(
            *_rounded((x0 + dx0 / 3, y0 + dy0 / 3)),
            *_rounded((x3 - dx3 / 3, y3 - dy3 / 3)),
            *_rounded((x3, y3)),
        )


def polar(radius: Callable[[float], float]) -> Curve:
    """The curve at distance `radius(angle)` from the origin."""
    return lambda angle: (radius(angle) * math.cos(angle), radius(angle) * math.sin(angle))


def polygon(path: Any, points: list[Point]) -> None:
    """Add a closed polygon to a path."""
    path.moveTo(*_rounded(points[0]))
    for point in points[1:]:
        path.lineTo(*_rounded(point))
    path.close()


def around(count: int, radius: float, *, turn: float = 0.0) -> list[Point]:
    """`count` points evenly on a circle around the origin, the first at the top but for `turn` of a step."""
    angles = [math.pi / 2 - 2 * math.pi * (number + turn) / count for number in range(count)]
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def star(points: int, outer: float, inner: float) -> list[Point]:
    """The corners of a star around the origin, the first ray upwards."""
    rays, hollows = around(points, outer), around(points, inner, turn=0.5)
    return [corner for pair in zip(rays, hollows, strict=True) for corner in pair]


def _slope(curve: Curve, at: float, step: float) -> Point:
    """How far the curve goes in one `step` at its present speed."""
    small = step * 1e-4
    (x0, y0), (x1, y1) = curve(at - small), curve(at + small)
    return (x1 - x0) / 2e-4, (y1 - y0) / 2e-4


def _rounded(point: Point) -> Point:
    return round(point[0], 2), round(point[1], 2)
