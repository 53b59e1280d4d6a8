"""How large a picture is, which the drag types must know and the reference's files do not say."""

import io
import re

from PIL import Image

MOST = 10_000  # pixels a side
_SVG = re.compile(rb"<svg\b[^>]{0,2000}>")
_SIDE = re.compile(rb"""\b(width|height)\s*=\s*["']\s*([0-9]{1,5})(?:\.[0-9]+)?(?:px)?\s*["']""")
_BOX = re.compile(rb"""\bviewBox\s*=\s*["']\s*(?:[-0-9.]+[\s,]+){2}([0-9]{1,5})[0-9.]*[\s,]+([0-9]{1,5})""")


def size_of(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; only the head of the file is read."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "GIF", "WEBP"]) as picture:
            width, height = picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        width, height = _drawing(content[:20_000])
    return (width, height) if 0 < width <= MOST and 0 < height <= MOST else None


def _drawing(head: bytes) -> tuple[int, int]:
    found = _SVG.search(head)
    if found is None:
        return 0, 0
    sides = {side: int(number) for side, number in _SIDE.findall(found[0])}
    if len(sides) == 2:
        return sides[b"width"], sides[b"height"]
    box = _BOX.search(found[0])
    return (int(box[1]), int(box[2])) if box else (0, 0)
