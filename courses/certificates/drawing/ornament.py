"""The ground of a certificate: paper, a pale rosette, a frame of waves with rosettes in its corners."""

import math
from functools import partial
from typing import Any

from courses.certificates.drawing.curves import around, polar, polygon, star, trace
from courses.certificates.drawing.palette import LIGHT_OCHRE, LIGHT_TEAL, OCHRE, PALE, PAPER, TEAL

BAND = 45.0  # from the page's edge to the middle of the frame's band, points
HALF_BAND = 11.0
WAVE = 30.0  # wished length of one wave
STRANDS = 6
CORNER = 21.0  # radius of the corner rosettes


def draw_ground(canvas: Any, width: float, height: float) -> None:
    """Draw everything that lies under the text of a page of `width` × `height` points."""
    canvas.setFillColorRGB(*PAPER)
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    _watermark(canvas, width / 2, height / 2 + 6)
    _rules(canvas, width, height)
    across, up = width - 2 * BAND, height - 2 * BAND
    for x, y, turn, length in (
        (BAND, BAND, 0, across),
        (width - BAND, BAND, 90, up),
        (width - BAND, height - BAND, 180, across),
        (BAND, height - BAND, 270, up),
    ):
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(turn)
        _ribbon(canvas, length)
        canvas.restoreState()
    for x in (BAND, width - BAND):
        for y in (BAND, height - BAND):
            _corner(canvas, x, y)


def _watermark(canvas: Any, x: float, y: float) -> None:
    """Pale loops turned around the middle; the same loop each time, so that the file stays small."""
    canvas.saveState()
    canvas.translate(x, y)
    canvas.setStrokeColorRGB(*PALE)
    canvas.setLineWidth(0.5)
    for count, reach, thickness in ((48, 172.0, 64.0), (36, 92.0, 40.0)):
        for _ in range(count):
            canvas.ellipse(reach * 0.28, -thickness / 2, reach, thickness / 2)
            canvas.rotate(360 / count)
    canvas.restoreState()


def _rules(canvas: Any, width: float, height: float) -> None:
    for inset, line, colour in (
        (BAND - HALF_BAND - 5.5, 1.3, TEAL),
        (BAND - HALF_BAND - 2.6, 0.35, OCHRE),
        (BAND + HALF_BAND + 2.6, 0.35, OCHRE),
        (BAND + HALF_BAND + 5.0, 0.7, TEAL),
    ):
        canvas.setStrokeColorRGB(*colour)
        canvas.setLineWidth(line)
        canvas.rect(inset, inset, width - 2 * inset, height - 2 * inset)


def _ribbon(canvas: Any, length: float) -> None:
    """One side of the frame: the same wave again and again, a whole number of times."""
    count = round(length / WAVE)
    wave = length / count
    canvas.setLineWidth(0.4)
    net = [_strand(canvas.beginPath(), wave, strand) for strand in range(STRANDS)]
    for _ in range(count):
        for strand, path in enumerate(net):
            canvas.setStrokeColorRGB(*(LIGHT_OCHRE if strand % 3 == 2 else LIGHT_TEAL))
            canvas.drawPath(path)
        canvas.translate(wave, 0)


def _strand(path: Any, wave: float, strand: int) -> Any:
    """One thread of the net: it swings wide or close, and its mirror image crosses it."""
    swing = HALF_BAND * math.cos(math.pi * strand / (2 * STRANDS))
    shift = math.pi * strand / STRANDS

    def thread(part: float, side: int) -> tuple[float, float]:
        return part * wave, side * swing * math.sin(2 * math.pi * part + shift)

    for side in (1, -1):
        trace(path, partial(thread, side=side), 0, 1, 6)
    return path


def _corner(canvas: Any, x: float, y: float) -> None:
    canvas.saveState()
    canvas.translate(x, y)
    canvas.setFillColorRGB(*PAPER)
    canvas.setStrokeColorRGB(*TEAL)
    canvas.setLineWidth(1.1)
    canvas.circle(0, 0, CORNER, fill=1)
    canvas.setLineWidth(0.35)
    canvas.circle(0, 0, CORNER - 2.4)
    canvas.setStrokeColorRGB(*LIGHT_TEAL)
    for _ in range(24):
        canvas.ellipse(4.0, -3.6, CORNER - 2.8, 3.6)
        canvas.rotate(15)
    _corner_heart(canvas)
    canvas.restoreState()


def _corner_heart(canvas: Any) -> None:
    canvas.setFillColorRGB(*PAPER)
    canvas.setStrokeColorRGB(*OCHRE)
    canvas.setLineWidth(0.5)
    path = canvas.beginPath()
    trace(path, polar(lambda angle: 6.4 + 1.1 * math.cos(8 * angle)), 0, 2 * math.pi, 48)
    path.close()
    canvas.drawPath(path, fill=1)
    canvas.setFillColorRGB(*OCHRE)
    path = canvas.beginPath()
    polygon(path, star(8, 4.4, 1.9))
    canvas.drawPath(path, stroke=0, fill=1)


def draw_rule(canvas: Any, width: float, height: float) -> None:
    """A thin rule that fades to points, with a lozenge in the middle."""
    middle, axis = width / 2, height / 2
    canvas.setFillColorRGB(*OCHRE)
    for end, start in ((0.0, middle - 9), (width, middle + 9)):
        path = canvas.beginPath()
        polygon(path, [(end, axis), (start, axis + 0.42), (start, axis - 0.42)])
        canvas.drawPath(path, stroke=0, fill=1)
    for centre, size in ((middle, 3.2), (middle - 6.6, 1.2), (middle + 6.6, 1.2)):
        path = canvas.beginPath()
        polygon(path, [(centre + x, axis + y) for x, y in around(4, size)])
        canvas.drawPath(path, stroke=0, fill=1)
