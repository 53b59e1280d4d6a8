"""Pictures of a package: the ending, the first bytes and the whole content must agree, and an SVG may only
draw."""

import io
import re
import struct
import zlib
from typing import Any
from xml.parsers import expat

from PIL import Image

from courses.errors import Problem

ENDINGS = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
RASTERS = {
    "image/png": ("PNG", b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": ("JPEG", b"\xff\xd8\xff"),
    "image/webp": ("WEBP", b"RIFF"),
}
MOST_PIXELS = 25_000_000
BIGGEST = 5 * 1024 * 1024
DEEPEST = 100
SVG = "http://www.w3.org/2000/svg"
MUTE = frozenset(("http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"))
"""The namespaces whose elements a browser would act on; those of drawing programs mean nothing to it."""

READ = frozenset(("", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace", SVG))
"""The namespaces of attributes that a browser reads."""

WORDS = frozenset(("id", "class", "d", "points", "aria-label", "alt", "data-name"))
"""Attributes that hold words and numbers, in which a bracket or a backslash does nothing."""

DRAWS = frozenset(
    (
        *("svg", "g", "defs", "symbol", "use", "switch", "title", "desc", "metadata", "style", "a", "view"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "image", "marker", "pattern"),
        *(
            "text",
            "tspan",
            "textpath",
            "tref",
            "lineargradient",
            "radialgradient",
            "stop",
            "clippath",
            "mask",
        ),
        *("animate", "animatemotion", "animatetransform", "mpath", "filter", "feblend", "fecolormatrix"),
        *("fecomponenttransfer", "fecomposite", "feconvolvematrix", "fediffuselighting", "fedisplacementmap"),
        *("fedistantlight", "fedropshadow", "feflood", "fefunca", "fefuncb", "fefuncg", "fefuncr"),
        *("fegaussianblur", "femerge", "femergenode", "femorphology", "feoffset", "fepointlight"),
        *("fespecularlighting", "fespotlight", "fetile", "feturbulence"),
    )
)
"""Every element of SVG that draws and does nothing else (SVG 1.1, with drop shadows of the later filters)."""

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
_URL = re.compile(r"url\(\s*['\"]?\s*([^)'\"\s]*)", re.IGNORECASE)
_FETCHES = re.compile(r"(?:image-set|cross-fade|image|src)\s*\(|@import|\\", re.IGNORECASE)  # and CSS escapes
_DATA_PICTURE = re.compile(r"data:image/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=\s]*")


def media_type_of(path: str) -> str | None:
    """What a file is by its ending; None when it is no picture of a kind we show."""
    lowered = path.lower()
    return next((kind for ending, kind in ENDINGS.items() if lowered.endswith(ending)), None)


def picture_type(path: str, data: bytes) -> str | None:
    """What kind of picture this is; None when it may not be shown."""
    media_type = media_type_of(path)
    return None if media_type is None or figure_problems(path, data) else media_type


def figure_problems(path: str, data: bytes) -> list[Problem]:
    """Why a picture may not be shown; never raises."""
    media_type = media_type_of(path)
    if len(data) > BIGGEST:
        return [Problem("figure_too_big", path, details={"limit": BIGGEST // 1024**2})]
    if media_type == "image/svg+xml":
        return _svg_problems(path, data)
    return _raster_problems(path, data, *RASTERS[str(media_type)])


def _raster_problems(path: str, data: bytes, name: str, magic: bytes) -> list[Problem]:
    if not data.startswith(magic):
        return [Problem("figure_not_what_it_says", path, details={"name": name})]
    try:
        with Image.open(io.BytesIO(data), formats=[name]) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                return [Problem("figure_too_many_pixels", path, details={"width": width, "height": height})]
            picture.verify()
        with Image.open(io.BytesIO(data), formats=[name]) as picture:
            picture.load()
    except UNREADABLE:
        return [Problem("figure_broken", path)]
    return []


class _Drawing:
    """One pass over an SVG, noting everything that could do more than draw."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.depth = 0
        self.style: list[str] = []
        self.styled = 0  # how deep the style sheet stands that is being read
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.ProcessingInstructionHandler = self.instruction

    def complain(self, code: str, **details: Any) -> None:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        self.problems.append(Problem(code, self.path, line, column, details=details))

    def doctype(self, *_: Any) -> None:
        self.complain("svg_doctype")

    def instruction(self, target: str, _data: str) -> None:
        self.complain("svg_instruction", name=target[:40])

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        namespace, _, local = name.rpartition(" ")
        if self.depth == 1 and (local != "svg" or namespace != SVG):
            self.complain("svg_root")
        if self.depth == DEEPEST:
            self.complain("svg_deep")
        if namespace in MUTE or (namespace == SVG and local.lower() not in DRAWS):
            self.complain("svg_element", name=local[:40])
        if local.lower() == "style" and not self.styled:
            self.styled = self.depth
        for attribute, value in attributes.items():
            space, _, own = attribute.rpartition(" ")
            if space in READ:
                self.attribute(local.lower(), own.lower(), value)

    def attribute(self, element: str, name: str, value: str) -> None:
        plain = "".join(value.split()).lower()
        if name.startswith("on"):
            self.complain("svg_handler", name=name[:40])
        elif name in ("href", "src", "base") and not _stays_inside(value):
            self.complain("svg_outside", value=value[:80])
        elif element.startswith("animate") and name == "attributename" and plain.endswith("href"):
            self.complain("svg_element", name=element)
        elif name in WORDS:
            return
        elif "javascript:" in plain or _reaches_out(value):
            self.complain("svg_outside", value=value[:80])

    def characters(self, text: str) -> None:
        if self.styled:
            self.style.append(text)

    def end(self, _name: str) -> None:
        if self.styled == self.depth:
            css = "".join(self.style)
            self.style, self.styled = [], 0
            if _reaches_out(css):
                self.complain("svg_outside", value=css[:80])
        self.depth -= 1


def _stays_inside(address: str) -> bool:
    return address.strip().startswith("#") or bool(_DATA_PICTURE.fullmatch(address.strip()))


def _reaches_out(css: str) -> bool:
    """Whether a style may fetch; escapes could hide anything."""
    return bool(_FETCHES.search(css)) or any(not address.startswith("#") for address in _URL.findall(css))


def _svg_problems(path: str, data: bytes) -> list[Problem]:
    drawing = _Drawing(path)
    try:
        drawing.parser.Parse(data, True)
    except expat.ExpatError as error:
        drawing.problems.append(Problem("figure_broken", path, error.lineno, error.offset + 1))
    except (ValueError, LookupError):
        drawing.problems.append(Problem("figure_broken", path))
    return drawing.problems[:20]
