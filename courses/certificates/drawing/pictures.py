"""Pictures a design can place: recorded vector forms, and images given as files."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from courses.certificates.drawing.pdf import PdfFile, stream

MAX_PIXELS = 900  # a seal of 4 cm at 500 dots per inch; more only makes every certificate heavier


@dataclass(frozen=True, eq=False)
class Form:
    """A drawing recorded once, `width` × `height` points with the origin at its lower left corner."""

    width: float
    height: float
    data: bytes

    def write(self, file: PdfFile) -> int:
        """Add it to a file; returns the number of the object."""
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]/Resources<<>>/Filter/FlateDecode"
        return file.add(stream(entries % (self.width, self.height), self.data))

    def unit(self) -> tuple[float, float]:
        """What one drawn unit measures, to scale it into a box."""
        return self.width, self.height


@dataclass(frozen=True, eq=False)
class Picture:
    """An image of `columns` × `rows` pixels: compressed RGB, and compressed transparency if there is any."""

    columns: int
    rows: int
    colours: bytes
    alpha: bytes | None

    def write(self, file: PdfFile) -> int:
        """Add it to a file; returns the number of the object."""
        common = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/Filter/FlateDecode" % (
            self.columns,
            self.rows,
        )
        mask = b""
        if self.alpha is not None:
            mask = b"/SMask %d 0 R" % file.add(stream(common + b"/ColorSpace/DeviceGray", self.alpha))
        return file.add(stream(common + b"/ColorSpace/DeviceRGB" + mask, self.colours))

    def unit(self) -> tuple[float, float]:
        """Images are drawn into a unit square."""
        return 1.0, 1.0


def record(width: float, height: float, draw: Callable[[Canvas], None]) -> Form:
    """Record what `draw` does to a ReportLab canvas. Lines and fills only: text must be tagged."""
    canvas = Canvas(io.BytesIO(), pagesize=(width, height), invariant=1)
    draw(canvas)
    return Form(width, height, zlib.compress("\n".join(canvas._code).encode("ascii"), 9))


def is_picture(content: bytes) -> bool:
    """Whether these bytes are an image that can be placed."""
    try:
        picture(content)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


@lru_cache(maxsize=32)
def picture(content: bytes) -> Picture:
    """An image file (PNG, JPEG) of a seal or a signature, decoded once per process."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
        opened.thumbnail((MAX_PIXELS, MAX_PIXELS))
        image = opened.convert("RGBA")
    alpha = image.getchannel("A")
    transparent = alpha.getextrema() != (255, 255)
    return Picture(
        columns=image.width,
        rows=image.height,
        colours=zlib.compress(image.convert("RGB").tobytes(), 9),
        alpha=zlib.compress(alpha.tobytes(), 9) if transparent else None,
    )
