"""One page that knows its meaning: every mark is either tagged in reading order or declared decoration.

The result aims at PDF/A-3a and PDF/UA-1: structure tree, alternative texts with their boxes, document
language, embedded fonts with a way back to text, output intent, XMP equal to the Info dictionary.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from courses.certificates.drawing.fonts import Typeface, embed
from courses.certificates.drawing.metadata import PRODUCER, Metadata, srgb_profile
from courses.certificates.drawing.pdf import PdfFile, ascii_string, decimal, references, stream, text_string
from courses.certificates.drawing.pictures import Form, Picture

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points from the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float

    def __contains__(self, other: object) -> bool:
        return (
            isinstance(other, Box)
            and self.left <= other.left
            and self.bottom <= other.bottom
            and other.right <= self.right
            and other.top <= self.top
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: `x`, `y` is the start of its baseline, `tracking` is in parts of the size."""

    text: str
    face: Typeface
    size: float
    x: float
    y: float
    tracking: float = 0.0

    def box(self) -> Box:
        """Where it prints: the usual reach of Cyrillic capitals and descenders around the baseline."""
        width = self.face.width(self.text, self.tracking) * self.size
        return Box(self.x, self.y - 0.26 * self.size, self.x + width, self.y + 0.93 * self.size)


@dataclass(frozen=True, slots=True)
class _Element:
    """A node of the structure tree over one piece of marked content."""

    role: str
    alt: str = ""
    box: Box | None = None
    address: str = ""


class Sheet:
    """A page being written. One use, one thread; everything it copies from is immutable."""

    def __init__(self, width: float, height: float, metadata: Metadata) -> None:
        self.width, self.height, self.metadata = width, height, metadata
        self._operators: list[bytes] = []
        self._elements: list[_Element] = []
        self._faces: dict[Typeface, set[str]] = {}
        self._drawings: dict[Form | Picture, str] = {}

    def decorate(self, drawing: Form | bytes, box: Box) -> None:
        """Put a drawing that means nothing to a reader: ground, frame, rules."""
        self._operators += [b"/Artifact BMC", self._placed(drawing, box), b"EMC"]

    def write(self, role: str, lines: Iterable[Line], colour: Colour) -> None:
        """Put the lines of one heading or paragraph."""
        self._mark(_Element(role), self._text(lines, colour))

    def link(self, lines: list[Line], colour: Colour, *, address: str, alt: str) -> None:
        """Put lines that lead to `address` when clicked."""
        boxes = [line.box() for line in lines]
        box = Box(
            min(box.left for box in boxes),
            min(box.bottom for box in boxes),
            max(box.right for box in boxes),
            max(box.top for box in boxes),
        )
        self._mark(_Element("Link", alt, box, address), self._text(lines, colour))

    def figure(self, alt: str, drawing: Form | Picture | bytes, box: Box) -> None:
        """Put a picture; `alt` says what it shows. Bytes are operators in points from the box's corner."""
        self._mark(_Element("Figure", alt, box), self._placed(drawing, box))

    def to_pdf(self) -> bytes:
        """The finished file."""
        file = PdfFile()
        root, page, tree = file.reserve(), file.reserve(), file.reserve()
        annotations = self._structure(file, page, tree)
        content = zlib.compress(b"\n".join(self._operators), 6)
        contents = file.add(stream(b"/Filter/FlateDecode", content))
        pages = file.reserve()
        file.fill(pages, b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % page)
        file.fill(
            page,
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Group<</S/Transparency/CS/DeviceRGB>>"
            b"/Contents %d 0 R/Resources<<%s>>/Annots[%s]/StructParents 0/Tabs/S>>"
            % (pages, self.width, self.height, contents, self._resources(file), references(annotations)),
        )
        file.fill(root, self._catalogue(file, pages, tree))
        return file.to_bytes(root=root, info=file.add(self._info()))

    def _mark(self, element: _Element, operators: bytes) -> None:
        opening = b"/%s <</MCID %d>> BDC" % (element.role.encode(), len(self._elements))
        self._elements.append(element)
        self._operators += [opening, operators, b"EMC"]

    def _text(self, lines: Iterable[Line], colour: Colour) -> bytes:
        """Text operators. A line that continues ends with a space, so that its words do not grow together."""
        listed = list(lines)
        parts = [f"{_components(colour)} rg"]
        for number, line in enumerate(listed, start=1):
            text = line.text if number == len(listed) or line.text.endswith("-") else line.text + " "
            self._faces.setdefault(line.face, set()).update(text)
            parts.append(
                f"BT /{line.face.name} {decimal(line.size)} Tf {decimal(line.tracking * line.size)} Tc "
                f"{decimal(line.x)} {decimal(line.y)} Td {line.face.operand(text)} TJ ET"
            )
        return "\n".join(parts).encode("ascii")

    def _placed(self, drawing: Form | Picture | bytes, box: Box) -> bytes:
        corner = f"{decimal(box.left)} {decimal(box.bottom)} cm"
        if isinstance(drawing, bytes):
            return f"q 1 0 0 1 {corner}\n".encode() + drawing + b"\nQ"
        name = self._drawings.setdefault(drawing, f"D{len(self._drawings)}")
        width, height = drawing.unit()
        across, up = (box.right - box.left) / width, (box.top - box.bottom) / height
        return f"q {across:.4f} 0 0 {up:.4f} {corner} /{name} Do Q".encode()

    def _resources(self, file: PdfFile) -> bytes:
        fonts = [(face.name, embed(face, used, file)) for face, used in self._faces.items()]
        drawings = [(name, drawing.write(file)) for drawing, name in self._drawings.items()]
        return b"/Font<<%s>>/XObject<<%s>>" % (_named(fonts), _named(drawings))

    def _structure(self, file: PdfFile, page: int, tree: int) -> list[int]:
        """Write the structure tree and the link annotations; returns the numbers of the annotations."""
        document = file.reserve()
        children: list[int] = []
        marked: list[int] = []
        links: dict[int, int] = {}
        for content, element in enumerate(self._elements):
            parent, kids = document, b"%d" % content
            number = file.reserve()
            children.append(number)
            if element.address:  # a link is a word in a paragraph, and knows its annotation
                parent, number = number, file.reserve()
                file.fill(parent, _structure_element(_Element("P"), b"%d 0 R" % number, document, page))
                annotation = file.add(_link_annotation(element, len(links) + 1))
                kids = b"[%d<</Type/OBJR/Obj %d 0 R/Pg %d 0 R>>]" % (content, annotation, page)
                links[annotation] = number
            file.fill(number, _structure_element(element, kids, parent, page))
            marked.append(number)
        file.fill(document, b"<</Type/StructElem/S/Document/P %d 0 R/K[%s]>>" % (tree, references(children)))
        annotated = b"".join(b" %d %d 0 R" % pair for pair in enumerate(links.values(), start=1))
        file.fill(
            tree,
            b"<</Type/StructTreeRoot/K %d 0 R/ParentTreeNextKey %d/ParentTree<</Nums[0[%s]%s]>>>>"
            % (document, len(links) + 1, references(marked), annotated),
        )
        return list(links)

    def _catalogue(self, file: PdfFile, pages: int, tree: int) -> bytes:
        metadata = file.add(stream(b"/Type/Metadata/Subtype/XML", self.metadata.xmp()))
        profile = file.add(stream(b"/N 3/Filter/FlateDecode", _compressed_profile()))
        return (
            b"<</Type/Catalog/Pages %d 0 R/Lang%s/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R"
            b"/Metadata %d 0 R/ViewerPreferences<</DisplayDocTitle true>>"
            b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)"
            b"/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>]>>"
        ) % (pages, ascii_string(self.metadata.language), tree, metadata, profile)

    def _info(self) -> bytes:
        about = self.metadata
        return b"<</Title%s/Author%s/Subject%s/Creator(%s)/Producer(%s)>>" % (
            text_string(about.title),
            text_string(about.author),
            text_string(about.subject),
            PRODUCER.encode(),
            PRODUCER.encode(),
        )


def _structure_element(element: _Element, kids: bytes, parent: int, page: int) -> bytes:
    alt = b"/Alt" + text_string(element.alt) if element.alt else b""
    box = b""
    if element.role == "Figure" and element.box is not None:
        box = b"/A<</O/Layout/Placement/Block/BBox[%s]>>" % _corners(element.box)
    return b"<</Type/StructElem/S/%s/P %d 0 R/Pg %d 0 R/K %s%s%s>>" % (
        element.role.encode(),
        parent,
        page,
        kids,
        alt,
        box,
    )


def _link_annotation(element: _Element, key: int) -> bytes:
    """A printable, borderless link; `key` leads from it to its place in the structure tree."""
    assert element.box is not None
    return (
        b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[%s]/Contents%s/StructParent %d"
        b"/A<</Type/Action/S/URI/URI%s>>>>"
    ) % (_corners(element.box), text_string(element.alt), key, ascii_string(element.address))


def _named(objects: list[tuple[str, int]]) -> bytes:
    return b"".join(b"/%s %d 0 R" % (name.encode(), number) for name, number in objects)


def _corners(box: Box) -> bytes:
    return " ".join(map(decimal, (box.left, box.bottom, box.right, box.top))).encode()


def _components(colour: Colour) -> str:
    return " ".join(f"{part:.3f}" for part in colour)


@cache
def _compressed_profile() -> bytes:
    return zlib.compress(srgb_profile(), 9)
