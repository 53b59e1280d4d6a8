"""Facsimiles for organisations that are not real: a seal and a signature, drawn as vectors.

A real organisation gives images of its own, or leaves the place empty for ink.
"""

import math
from functools import cache, lru_cache
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from courses.certificates.drawing.curves import polygon, star
from courses.certificates.drawing.fonts import Typeface, load
from courses.certificates.drawing.palette import PEN_BLUE, SEAL_BLUE
from courses.certificates.drawing.pictures import Form, record

SEAL_SIDE = 100.0
SIGNATURE = (150.0, 60.0)
ONE_RING = 37.6  # radius of the baseline of the words around the seal
TWO_RINGS = (39.6, 32.0)
LETTER = 8.6  # largest size of these words
SMALLEST_ALONE = 6.0  # a name that would be smaller than this goes around twice
STAR_WIDTH = 1.6  # room for the star between the name's end and its beginning, in sizes


@lru_cache(maxsize=64)
def seal(organisation: str) -> Form:
    """A round seal with the organisation's name along the circle."""
    return record(SEAL_SIDE, SEAL_SIDE, lambda canvas: draw_seal(canvas, organisation))


@cache
def signature() -> Form:
    """A signature nobody has."""
    return record(*SIGNATURE, draw_signature)


def draw_seal(canvas: Any, organisation: str) -> None:
    """Draw the seal into a square of `SEAL_SIDE` points: a long name goes around it twice."""
    canvas.translate(SEAL_SIDE / 2, SEAL_SIDE / 2)
    canvas.setStrokeColorRGB(*SEAL_BLUE)
    canvas.setFillColorRGB(*SEAL_BLUE)
    for radius, line in ((48.6, 1.5), (46.4, 0.5)):
        canvas.setLineWidth(line)
        canvas.circle(0, 0, radius)
    face = load("PTSans-Regular")
    name = "".join(character for character in organisation.upper() if character in face.glyphs)
    rings = [name] if _size_on_circle(face, name, ONE_RING) >= SMALLEST_ALONE else _halves(name)
    radii = (ONE_RING,) if len(rings) == 1 else TWO_RINGS
    for words, radius in zip(rings, radii, strict=True):
        _words_around(canvas, words, radius)
    _seal_heart(canvas, radii[-1] - 3.4)


def _seal_heart(canvas: Any, radius: float) -> None:
    canvas.setLineWidth(0.7)
    canvas.circle(0, 0, radius)
    canvas.setLineWidth(0.45)
    for _ in range(24):
        canvas.ellipse(radius * 0.28, -radius * 0.15, radius - 1.8, radius * 0.15)
        canvas.rotate(15)
    path = canvas.beginPath()
    polygon(path, star(8, radius * 0.24, radius * 0.1))
    canvas.drawPath(path, stroke=0, fill=1)


def _halves(words: str) -> list[str]:
    """Two parts for an outer and an inner circle, in proportion to what each can take."""
    share = len(words) * TWO_RINGS[0] / sum(TWO_RINGS)
    spaces = [number for number, character in enumerate(words) if character == " "] or [len(words) // 2]
    cut = min(spaces, key=lambda number: abs(number - share))
    return [words[:cut].strip(), words[cut:].strip()]


def _size_on_circle(face: Typeface, words: str, radius: float) -> float:
    return min(LETTER, 2 * math.pi * radius * 0.97 / (sum(map(face.width, words)) + STAR_WIDTH))


def _words_around(canvas: Any, words: str, radius: float) -> None:
    """Words once around a circle, clockwise from below, as outlines: a seal is a picture, not text."""
    face = load("PTSans-Regular")
    size = _size_on_circle(face, words, radius)
    advances = [face.width(character) * size for character in words]
    spare = (2 * math.pi * radius - sum(advances) - STAR_WIDTH * size) / (len(words) + 1)
    path = canvas.beginPath()
    polygon(path, [(x, y - radius - 0.35 * size) for x, y in star(5, 0.34 * size, 0.14 * size)])
    travelled = STAR_WIDTH * size / 2 + spare
    with TTFont(face.path, lazy=True) as font:
        glyphs, names = font.getGlyphSet(), font.getGlyphOrder()
        for character, width in zip(words, advances, strict=True):
            angle = 1.5 * math.pi - (travelled + width / 2) / radius
            pen = TransformPen(_PathPen(path, glyphs), _on_circle(angle, width, size, radius))
            glyphs[names[face.glyphs[character]]].draw(pen)
            travelled += width + spare
    canvas.drawPath(path, stroke=0, fill=1)


def _on_circle(angle: float, width: float, size: float, radius: float) -> tuple[float, ...]:
    """From font units to a letter that stands on the circle at `angle`."""
    scale = size / 1000
    along = (math.sin(angle), -math.cos(angle))
    out = (math.cos(angle), math.sin(angle))
    x = radius * out[0] - width / 2 * along[0]
    y = radius * out[1] - width / 2 * along[1]
    return (along[0] * scale, along[1] * scale, out[0] * scale, out[1] * scale, x, y)


class _PathPen(BasePen):  # type: ignore[misc]  # the methods' names are its own
    """Draws glyph outlines into a ReportLab path, to a hundredth of a point."""

    def __init__(self, path: Any, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.path = path

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.path.moveTo(*_rounded(pt))

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.path.lineTo(*_rounded(pt))

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self.path.curveTo(*(value for point in points for value in _rounded(point)))

    def _closePath(self) -> None:  # noqa: N802
        self.path.close()


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 2), round(point[1], 2)


def draw_signature(canvas: Any) -> None:
    """Draw the signature into `SIGNATURE` points: three strokes of a pen."""
    canvas.setStrokeColorRGB(*PEN_BLUE)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    for line, stroke in STROKES:
        canvas.setLineWidth(line)
        path = canvas.beginPath()
        path.moveTo(*stroke[0])
        for first, second, end in zip(stroke[1::3], stroke[2::3], stroke[3::3], strict=True):
            path.curveTo(*first, *second, *end)
        canvas.drawPath(path)


# Each stroke: its width, then a start and three points for every cubic piece.
STROKES: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] = (
    (
        1.25,
        (
            *((18, 14), (24, 26), (30, 46), (36, 53)),
            *((39, 56), (40, 50), (37, 42), (33, 32), (28, 20), (26, 15)),
        ),
    ),
    (
        1.1,
        (
            *((22, 33), (30, 37), (42, 46), (54, 53), (48, 44), (38, 38), (34, 34)),
            *((40, 32), (44, 22), (52, 18), (57, 16), (60, 24), (63, 28)),
            *((65, 31), (60, 29), (60, 23), (60, 17), (67, 20), (70, 27)),
            *((71, 22), (70, 17), (74, 19), (78, 21), (79, 29), (82, 28)),
            *((84, 27), (80, 18), (84, 18), (88, 18), (89, 30), (94, 28)),
            *((97, 27), (92, 17), (98, 18), (106, 20), (112, 27), (132, 29)),
        ),
    ),
    (0.85, ((30, 11), (60, 6), (100, 9), (140, 17), (120, 8), (96, 5), (84, 7))),
)
