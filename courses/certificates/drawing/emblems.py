"""Medallions for the kinds of course: one geometric sign each, in a common ring."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from courses.certificates.drawing.curves import around, polygon, star
from courses.certificates.drawing.palette import LIGHT_TEAL, OCHRE, PAPER, TEAL
from courses.certificates.drawing.pictures import Form, record

SIDE = 68.0  # of the square the medallion fills, points


@cache
def emblem(kind: str) -> Form:
    """The medallion of `kind`, one of `SIGNS`."""
    return record(SIDE, SIDE, lambda canvas: draw_emblem(canvas, kind))


def draw_emblem(canvas: Any, kind: str) -> None:
    """Draw the medallion into a square of `SIDE` points."""
    canvas.translate(SIDE / 2, SIDE / 2)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    _ring(canvas)
    canvas.setStrokeColorRGB(*TEAL)
    canvas.setFillColorRGB(*TEAL)
    SIGNS[kind](canvas)


def _ring(canvas: Any) -> None:
    canvas.setFillColorRGB(*PAPER)
    canvas.setStrokeColorRGB(*TEAL)
    canvas.setLineWidth(1.3)
    canvas.circle(0, 0, 33, fill=1)
    canvas.setStrokeColorRGB(*LIGHT_TEAL)
    canvas.setLineWidth(0.35)
    for _ in range(48):
        canvas.ellipse(24.6, -1.9, 31.6, 1.9)
        canvas.rotate(7.5)
    canvas.setFillColorRGB(*PAPER)
    canvas.setStrokeColorRGB(*OCHRE)
    canvas.setLineWidth(0.6)
    canvas.circle(0, 0, 24.2, fill=1)


def _course(canvas: Any) -> None:
    """An open book, and the way up out of it."""
    for side in (-1, 1):
        path = canvas.beginPath()
        path.moveTo(0, -12.5)
        path.curveTo(side * 5, -9.2, side * 11, -9.2, side * 16.5, -11)
        path.lineTo(side * 16.5, 1)
        path.curveTo(side * 11, 2.8, side * 5, 2.8, 0, -0.5)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.setStrokeColorRGB(*PAPER)
    canvas.setLineWidth(0.9)
    canvas.line(0, -12, 0, -0.8)
    for side in (-1, 1):
        for rise in (-2.6, -5.4, -8.2):
            path = canvas.beginPath()
            path.moveTo(side * 3, rise - 0.4)
            path.curveTo(side * 6, rise + 1.2, side * 10, rise + 1.4, side * 14, rise + 0.5)
            canvas.setLineWidth(0.55)
            canvas.drawPath(path)
    canvas.setFillColorRGB(*OCHRE)
    for x, y, radius in ((0.0, 5.6, 1.7), (0.0, 10.2, 1.4), (0.0, 14.2, 1.1)):
        canvas.circle(x, y, radius, stroke=0, fill=1)
    for side in (-1, 1):
        for x, y, radius in ((5.6, 7.0, 1.2), (8.4, 11.0, 0.9)):
            canvas.circle(side * x, y, radius, stroke=0, fill=1)


def _seminar(canvas: Any) -> None:
    """People around one table: everybody is joined to everybody."""
    seats = around(8, 15.0)
    canvas.setStrokeColorRGB(*LIGHT_TEAL)
    canvas.setLineWidth(0.4)
    for number, (x0, y0) in enumerate(seats):
        for x1, y1 in seats[number + 1 :]:
            canvas.line(x0, y0, x1, y1)
    canvas.setFillColorRGB(*PAPER)
    canvas.setStrokeColorRGB(*OCHRE)
    canvas.setLineWidth(1.1)
    canvas.circle(0, 0, 6.0, fill=1)
    canvas.setFillColorRGB(*OCHRE)
    canvas.circle(0, 0, 2.2, stroke=0, fill=1)
    canvas.setFillColorRGB(*TEAL)
    for x, y in seats:
        canvas.circle(x, y, 3.1, stroke=0, fill=1)


def _master_class(canvas: Any) -> None:
    """A star of eight rays, each with a light and a dark side: skill that is shown."""
    outline = star(8, 18.5, 7.6)
    for number in range(0, 16, 2):
        ray, before, after = outline[number], outline[number - 1], outline[number + 1]
        for corner, fill in ((before, 1), (after, 0)):
            path = canvas.beginPath()
            polygon(path, [(0.0, 0.0), corner, ray])
            canvas.setLineWidth(0.6)
            canvas.drawPath(path, stroke=1, fill=fill)
    canvas.setFillColorRGB(*PAPER)
    canvas.circle(0, 0, 5.2, stroke=0, fill=1)
    canvas.setFillColorRGB(*OCHRE)
    path = canvas.beginPath()
    polygon(path, star(8, 4.4, 2.4))
    canvas.drawPath(path, stroke=0, fill=1)


def _workshop(canvas: Any) -> None:
    """A toothed wheel with a pair of compasses on it: things are made here."""
    path = canvas.beginPath()
    polygon(path, _teeth(12, outer=18.6, inner=15.2))
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFillColorRGB(*PAPER)
    canvas.circle(0, 0, 12.6, stroke=0, fill=1)
    canvas.setStrokeColorRGB(*OCHRE)
    canvas.setLineWidth(1.0)
    canvas.arc(-9, -10.2, 9, 7.8, startAng=228, extent=84)
    canvas.setFillColorRGB(*TEAL)
    for side in (-1, 1):
        path = canvas.beginPath()
        polygon(path, [(side * 0.3, 7.6), (side * 2.4, 6.4), (side * 5.8, -6.6)])
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFillColorRGB(*OCHRE)
    canvas.circle(0, 7.0, 2.7, stroke=0, fill=1)
    canvas.setFillColorRGB(*TEAL)
    canvas.rect(-0.7, 8.6, 1.4, 3.0, stroke=0, fill=1)


def _teeth(count: int, *, outer: float, inner: float) -> list[tuple[float, float]]:
    corners = []
    for number in range(count):
        middle = math.pi / 2 + 2 * math.pi * number / count
        for offset, radius in ((-0.30, inner), (-0.20, outer), (0.20, outer), (0.30, inner)):
            angle = middle + offset * 2 * math.pi / count
            corners.append((radius * math.cos(angle), radius * math.sin(angle)))
    return corners


SIGNS: dict[str, Callable[[Any], None]] = {
    "course": _course,
    "seminar": _seminar,
    "master_class": _master_class,
    "workshop": _workshop,
}
