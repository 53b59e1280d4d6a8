"""The smallest PDF writer that certificates need: numbered objects, cross-reference table, stable identifier.

ReportLab's own document object spends milliseconds per file on resolving, encoding and compressing parts that
never change. Here a part that never changes is bytes already, and is only numbered and copied.
"""

import hashlib

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class PdfFile:
    """Objects are numbered from 1 in the order asked for; the same objects give the same bytes."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []

    def reserve(self) -> int:
        """A number for an object that others must refer to before it can be written."""
        self._bodies.append(b"")
        return len(self._bodies)

    def add(self, body: bytes) -> int:
        """Write an object; returns its number."""
        self._bodies.append(body)
        return len(self._bodies)

    def fill(self, number: int, body: bytes) -> None:
        """Write an object whose number was reserved."""
        self._bodies[number - 1] = body

    def to_bytes(self, *, root: int, info: int) -> bytes:
        """The finished file. Its identifier is a digest of its contents: no clock, no chance."""
        parts, offsets, position = [HEADER], [], len(HEADER)
        for number, body in enumerate(self._bodies, start=1):
            part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
            offsets.append(position)
            position += len(part)
            parts.append(part)
        size = len(self._bodies) + 1
        identifier = hashlib.blake2b(b"".join(parts), digest_size=16).hexdigest().encode()
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        parts.append(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
        parts.append(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (size, root, info, identifier, identifier, position)
        )
        return b"".join(parts)


def stream(entries: bytes, data: bytes) -> bytes:
    """A stream object; PDF/A wants the line end before `endstream`."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def text_string(text: str) -> bytes:
    """A text string in any language, as UTF-16 with its mark."""
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().upper().encode()


def ascii_string(text: str) -> bytes:
    """A byte string for addresses and language tags."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"(%s)" % escaped.encode("ascii")


def references(numbers: list[int]) -> bytes:
    """Several references in a row, for the inside of an array."""
    return b" ".join(b"%d 0 R" % number for number in numbers)


def decimal(value: float) -> str:
    """A coordinate to a hundredth of a point, without a useless tail."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
