"""Setting paragraphs into a column: everything fits, then what room is left becomes air between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from courses.certificates.drawing.fonts import Typeface
from courses.certificates.drawing.sheet import Box, Colour, Line
from courses.certificates.drawing.typography import Fitted, fit

CAPITALS = 0.72  # how far letters rise above the first baseline, in parts of the size
DESCENT = 0.22
MOST_AIR = 1.8  # a gap may grow to so many times its wish before the column is centred instead
STEP = 0.96  # each attempt to fit takes so much off sizes and gaps


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text and how it would like to look: sizes and the gap above it in points, leading in sizes."""

    name: str
    text: str
    face: Typeface
    size: float
    floor: float
    colour: Colour
    gap: float = 0.0
    max_lines: int = 1
    leading: float = 1.24
    tracking: float = 0.0
    measure: float = 1.0  # how much of the column's width it may take
    role: str = "P"


@dataclass(frozen=True, slots=True)
class Placed:
    """A paragraph that has found its place; `name` says which part of the certificate it is."""

    name: str
    role: str
    lines: tuple[Line, ...]
    colour: Colour


def set_column(paragraphs: Sequence[Paragraph], box: Box) -> list[Placed]:
    """Set the paragraphs one under another, centred; if they are too high together, all become smaller."""
    room, scale = box.top - box.bottom, 1.0
    while True:
        fitted = [_fit(paragraph, box, scale) for paragraph in paragraphs]
        heights = [_height(p, f) for p, f in zip(paragraphs, fitted, strict=True)]
        gaps = [paragraph.gap * scale for paragraph in paragraphs]
        if sum(heights) + sum(gaps) <= room:
            break
        scale *= STEP
    air = min(MOST_AIR, (room - sum(heights)) / sum(gaps)) if sum(gaps) else 1.0
    top = box.top - (room - sum(heights) - sum(gaps) * air) / 2
    placed = []
    for paragraph, lines, height, gap in zip(paragraphs, fitted, heights, gaps, strict=True):
        top -= gap * air
        placed.append(_place(paragraph, lines, (box.left + box.right) / 2, top, anchor=0.5))
        top -= height
    return placed


def set_lines(
    paragraph: Paragraph,
    *,
    x: float,
    baseline: float,
    width: float,
    anchor: float = 0.0,
    upwards: bool = False,
) -> Placed:
    """Set one paragraph on a given baseline: of its first line, or of its last if it grows `upwards`.

    `anchor` says what of a line stands at `x`: 0 its start, 0.5 its middle, 1 its end.
    """
    fitted = fit(
        paragraph.text,
        paragraph.face,
        width=width,
        size=paragraph.size,
        floor=paragraph.floor,
        max_lines=paragraph.max_lines,
        tracking=paragraph.tracking,
    )
    above = (len(fitted.lines) - 1) * paragraph.leading * fitted.size if upwards else 0.0
    return _place(paragraph, fitted, x, baseline + above + CAPITALS * fitted.size, anchor=anchor)


def _fit(paragraph: Paragraph, box: Box, scale: float) -> Fitted:
    return fit(
        paragraph.text,
        paragraph.face,
        width=(box.right - box.left) * paragraph.measure,
        size=round(paragraph.size * scale, 2),
        floor=paragraph.floor * scale,
        max_lines=paragraph.max_lines,
        tracking=paragraph.tracking,
    )


def _height(paragraph: Paragraph, fitted: Fitted) -> float:
    return fitted.size * (CAPITALS + (len(fitted.lines) - 1) * paragraph.leading + DESCENT)


def _place(paragraph: Paragraph, fitted: Fitted, x: float, top: float, *, anchor: float) -> Placed:
    lines = []
    for number, text in enumerate(fitted.lines):
        width = paragraph.face.width(text, paragraph.tracking) * fitted.size
        baseline = top - fitted.size * (CAPITALS + number * paragraph.leading)
        start = x - width * anchor
        lines.append(Line(text, paragraph.face, fitted.size, start, baseline, paragraph.tracking))
    return Placed(paragraph.name, paragraph.role, tuple(lines), paragraph.colour)
