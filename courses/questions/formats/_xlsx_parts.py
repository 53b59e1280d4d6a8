"""The parts of an XLSX file, one pass of expat over each, within bounds.

The file is a ZIP of XML. What the archive says of itself is looked at before anything is unpacked and not
believed while it is: bytes, elements and characters are counted as they come, for all parts together.
"""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from courses.questions.formats._base import MAX_BYTES, MAX_QUESTION

MOST_PARTS = 2_000
MOST_UNPACKED = 48 * 1024 * 1024
MOST_ELEMENTS = 3_000_000
MOST_CHARACTERS = 2 * MAX_BYTES  # as many as cells show; one text may stand in many of them
MOST_DEPTH = 60
LONGEST_TAG = 1024 * 1024
_CHUNK = 64 * 1024
_ENCRYPTED = 0x1
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also what a workbook with a password is kept in
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OverflowError,
    LookupError,
)

Attributes = dict[str, str]


class Refused(Exception):
    """The whole file cannot be read; `code` says why, `details` fill its sentence."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code, self.details = code, details


class Handler:
    """What one part is read for; tags come without their prefixes."""

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """It ends."""

    def data(self, text: str) -> None:
        """A piece of text, wherever it stands."""


class Parts:
    """The parts of one file by name, case making no difference."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_BYTES:
            raise Refused("file_too_large", most=MAX_BYTES // 1024 // 1024)
        if data.startswith(_OLD_EXCEL):
            raise Refused("xlsx_locked")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN:
            raise Refused("xlsx_no_table") from None
        self._entries = {entry.filename.lower().lstrip("/"): entry for entry in self._archive.infolist()}
        if len(self._archive.infolist()) > MOST_PARTS:
            raise Refused("xlsx_too_large", most=MOST_UNPACKED // 1024 // 1024)
        self._bytes = self._elements = 0

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def read(self, name: str, handler: Handler) -> None:
        """Tell the handler what the part holds; Refused when it is broken or too much."""
        entry = self._entries.get(name.lower())
        if entry is None or entry.flag_bits & _ENCRYPTED:
            raise Refused("xlsx_broken")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("xlsx_broken")
        self._count(entry.file_size, at_once=True)
        parser = self._parser(handler)
        try:
            with self._archive.open(entry) as stream:
                fed = 0
                while piece := stream.read(_CHUNK):
                    self._count(len(piece))
                    parser.Parse(piece, False)
                    fed += len(piece)
                    if fed - parser.CurrentByteIndex > LONGEST_TAG:
                        raise Refused("xlsx_broken")
                parser.Parse(b"", True)
        except _BROKEN:
            raise Refused("xlsx_broken") from None

    def _count(self, size: int, *, at_once: bool = False) -> None:
        if self._bytes + size > MOST_UNPACKED:
            raise Refused("xlsx_too_large", most=MOST_UNPACKED // 1024 // 1024)
        self._bytes += 0 if at_once else size

    def _parser(self, handler: Handler) -> expat.XMLParserType:
        """Without document types, so without entities; what is too deep or too much ends the reading."""
        depth = 0

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            self._elements += 1
            if depth > MOST_DEPTH:
                raise Refused("xlsx_broken")
            if self._elements > MOST_ELEMENTS:
                raise Refused("xlsx_too_large", most=MOST_UNPACKED // 1024 // 1024)
            handler.start(tag.rpartition(":")[2], attributes)

        def end(tag: str) -> None:
            nonlocal depth
            depth -= 1
            handler.end(tag.rpartition(":")[2])

        def doctype(*_: Any) -> None:
            raise Refused("xlsx_broken")

        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = handler.data
        parser.StartDoctypeDeclHandler = doctype
        return parser


class Text:
    """A text that is being read; more of it than a question may have is dropped, and then it is too long
    for a question."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._left = MAX_QUESTION + 1

    def add(self, piece: str) -> None:
        if self._left > 0:
            self._pieces.append(piece[: self._left])
            self._left -= len(piece)

    def __str__(self) -> str:
        return "".join(self._pieces)


class _Relations(Handler):
    def __init__(self) -> None:
        self.found: list[tuple[str, str, str]] = []

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found.append((attributes.get("Id", ""), kind, attributes.get("Target", "")))


def relations(parts: Parts, name: str) -> list[tuple[str, str, str]]:
    """Identifier, kind and part of each relation of a part; the part "" is the package itself."""
    folder, own = posixpath.split(name)
    listed = posixpath.join(folder, "_rels", f"{own}.rels")
    if listed not in parts:
        return []
    handler = _Relations()
    parts.read(listed, handler)
    return [
        (one, kind, posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/"))
        for one, kind, target in handler.found
    ]


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """The attribute with a prefix, whichever prefix the file gives it."""
    return next((value for key, value in attributes.items() if key.endswith(f":{name}")), "")
