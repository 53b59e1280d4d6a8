"""«Классический»: A4 landscape, PT Serif, a frame of interlaced waves, a medallion for the kind of course."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit, urlunsplit

from courses.certificates.drawing.composition import Paragraph, Placed, set_column, set_lines
from courses.certificates.drawing.design import (
    FACSIMILE,
    NO_ASSETS,
    Assets,
    Design,
    IncompleteSnapshot,
    Snapshot,
)
from courses.certificates.drawing.emblems import SIGNS, emblem
from courses.certificates.drawing.fonts import load
from courses.certificates.drawing.metadata import Metadata
from courses.certificates.drawing.ornament import draw_ground, draw_rule
from courses.certificates.drawing.palette import GREY, INK, TEAL
from courses.certificates.drawing.pictures import Form, Picture, picture, record
from courses.certificates.drawing.qr import qr_operators
from courses.certificates.drawing.seal import seal, signature
from courses.certificates.drawing.sheet import Box, Sheet
from courses.certificates.drawing.typography import normalise, quote

WIDTH, HEIGHT = 841.89, 595.28  # A4 landscape, points
MILLIMETRE = 72 / 25.4
NEEDS = frozenset(
    {
        *("language", "kind", "organisation", "document_title", "given_to_label", "recipient", "text"),
        *("course_title", "volume", "issued", "number", "note", "verify_url", "verify_label", "code"),
    }
)

FRAME = Box(66, 66, WIDTH - 66, HEIGHT - 66)
MEDALLION = Box(WIDTH / 2 - 34, HEIGHT - 79, WIDTH / 2 + 34, HEIGHT - 11)
COLUMN = Box(104, 184, WIDTH - 104, HEIGHT - 90)
LEFT, RIGHT = 94.0, WIDTH - 94  # edges of the foot of the page
LEFT_WIDTH = 216.0
QR_SIDE = 24 * MILLIMETRE
QUIET = 8.0  # four modules of the code an address of usual length needs
QR = Box(RIGHT - QR_SIDE, 106, RIGHT, 106 + QR_SIDE)
SEAL = Box(318, 80, 410, 172)
SEAL_PLACE = 372.0  # to the left of the line for the signature, as on paper forms
SIGNATURE = Box(404, 108, 554, 168)
SIGNATURE_RULE = Box(404, 112, 554, 116)
NAME_RULE_WIDTH = 260.0

WORDS = {
    "ru": {
        "tag": "ru-RU",
        "number": "№",
        "course": "Эмблема курса: раскрытая книга",
        "seminar": "Эмблема семинара: круглый стол",
        "master_class": "Эмблема мастер-класса: восьмилучевая звезда",
        "workshop": "Эмблема мастерской: зубчатое колесо и циркуль",
        "seal": "Печать организации",
        "signature": "Подпись руководителя",
        "qr": "QR-код со ссылкой на страницу проверки:",
    },
    "en": {
        "tag": "en-GB",
        "number": "No.",
        "course": "Emblem of a course: an open book",
        "seminar": "Emblem of a seminar: a round table",
        "master_class": "Emblem of a master class: an eight-pointed star",
        "workshop": "Emblem of a workshop: a gear wheel and compasses",
        "seal": "Seal of the organisation",
        "signature": "Signature of the head",
        "qr": "QR code with a link to the verification page:",
    },
}


def draw(snapshot: Snapshot, assets: Assets = NO_ASSETS) -> bytes:
    """The certificate as a PDF file."""
    printed = _printed(snapshot)
    organisation, words = printed["organisation"], _words(printed)
    kind = printed["kind"] if printed["kind"] in SIGNS else "course"
    placed = {part.name: part for part in _layout(printed)}
    sheet = Sheet(WIDTH, HEIGHT, _metadata(printed))

    sheet.decorate(_ground(), Box(0, 0, WIDTH, HEIGHT))
    sheet.figure(words[kind], emblem(kind), MEDALLION)
    for name in ("organisation", "licence", "title", "given_to", "recipient"):
        _write(sheet, placed, name)
    sheet.decorate(_rule(NAME_RULE_WIDTH), _under(placed["recipient"], NAME_RULE_WIDTH))
    for name in ("text", "course", "volume", "extra", "number", "issued"):
        _write(sheet, placed, name)
    sheet.decorate(_rule(SIGNATURE_RULE.right - SIGNATURE_RULE.left), SIGNATURE_RULE)
    for name in ("seal_place", "head_name", "head_position"):
        _write(sheet, placed, name)
    _attest(sheet, "seal", organisation, assets, words, SEAL)
    _attest(sheet, "signature", organisation, assets, words, SIGNATURE)
    address = _ascii_address(printed["verify_url"])
    sheet.figure(f"{words['qr']} {address}", qr_operators(address, size=QR_SIDE), QR)
    _write(sheet, placed, "verify_label")
    link = placed["verify_url"]
    sheet.link(list(link.lines), link.colour, address=address, alt=f"{printed['verify_label']} {address}")
    for name in ("code", "note"):
        _write(sheet, placed, name)
    return sheet.to_pdf()


def layout(snapshot: Snapshot) -> Sequence[Placed]:
    """Where each paragraph stands; an optional one that is absent is not in the list."""
    return _layout(_printed(snapshot))


def _layout(printed: Mapping[str, Any]) -> list[Placed]:
    column = [paragraph for paragraph in _column(printed) if paragraph.text]
    issuer = printed["organisation"]
    foot = (*_left_foot(printed), _seal_place(issuer), *_signatory(issuer), *_verification(printed))
    return [*set_column(column, COLUMN), *(part for part in foot if part.lines[0].text)]


def _column(printed: Mapping[str, Any]) -> list[Paragraph]:
    """The middle of the page, from the organisation down to what the course was."""
    serif, bold, italic, sans = map(
        load, ("PTSerif-Regular", "PTSerif-Bold", "PTSerif-Italic", "PTSans-Regular")
    )
    organisation = printed["organisation"]
    course = quote(printed["course_title"], printed["language"])
    volume = ", ".join(part for part in (printed["volume"], printed.get("period", "")) if part)
    return [
        Paragraph(
            "organisation",
            organisation["name"],
            sans,
            11,
            10,
            TEAL,
            max_lines=3,
            leading=1.35,
            tracking=0.02,
            measure=0.8,
        ),
        Paragraph("licence", organisation.get("licence", ""), sans, 8, 7, GREY, gap=4, max_lines=2),
        Paragraph("title", printed["document_title"], bold, 38, 26, TEAL, gap=16, tracking=0.01, role="H1"),
        Paragraph("given_to", printed["given_to_label"], italic, 13, 11, GREY, gap=11, max_lines=2),
        Paragraph("recipient", printed["recipient"], bold, 32, 23, INK, gap=11, max_lines=2, leading=1.18),
        Paragraph("text", printed["text"], italic, 13, 11, GREY, gap=20, max_lines=2),
        Paragraph("course", course, serif, 21, 18, INK, gap=10, max_lines=4, leading=1.25, measure=0.96),
        Paragraph("volume", volume, serif, 13, 11, INK, gap=10, max_lines=2),
        Paragraph("extra", printed.get("extra", ""), serif, 11, 9.5, GREY, gap=7, max_lines=2),
    ]


def _left_foot(printed: Mapping[str, Any]) -> list[Placed]:
    serif, bold, sans = map(load, ("PTSerif-Regular", "PTSerif-Bold", "PTSans-Regular"))
    city = printed["organisation"].get("city", "")
    dated = ", ".join(part for part in (city, printed["issued"]) if part)
    number = Paragraph("number", f"{_words(printed)['number']}\u00a0{printed['number']}", bold, 12, 8, INK)
    issued = Paragraph("issued", dated, serif, 11, 9, INK, max_lines=2)
    note = Paragraph("note", printed["note"], sans, 7.5, 6.5, GREY, max_lines=2, leading=1.2)
    return [
        set_lines(number, x=LEFT, baseline=122, width=LEFT_WIDTH),
        set_lines(issued, x=LEFT, baseline=106, width=LEFT_WIDTH),
        set_lines(note, x=LEFT, baseline=72.5, width=LEFT_WIDTH, upwards=True),
    ]


def _seal_place(organisation: Mapping[str, str]) -> Placed:
    """Where the seal goes when none is printed."""
    place = organisation.get("seal_place", "")
    paragraph = Paragraph("seal_place", place, load("PTSerif-Regular"), 11.5, 8, GREY)
    return set_lines(paragraph, x=SEAL_PLACE, baseline=99, width=SEAL.right - SEAL.left, anchor=0.5)


def _signatory(organisation: Mapping[str, str]) -> list[Placed]:
    """Under the line for the signature: who signs, and as what."""
    serif, sans = load("PTSerif-Regular"), load("PTSans-Regular")
    middle = (SIGNATURE_RULE.left + SIGNATURE_RULE.right) / 2
    name = Paragraph("head_name", organisation.get("head_name", ""), serif, 11.5, 8, INK)
    position = organisation.get("head_position", "")
    signs_as = Paragraph("head_position", position, sans, 8, 7, GREY, max_lines=2)
    return [
        set_lines(name, x=middle, baseline=99, width=138, anchor=0.5),
        set_lines(signs_as, x=middle, baseline=88.5, width=138, anchor=0.5),
    ]


def _verification(printed: Mapping[str, Any]) -> list[Placed]:
    """Under the QR code: what it is for, the address without its scheme, and the code to type in."""
    sans = load("PTSans-Regular")
    address = printed["verify_url"].partition("://")[2] or printed["verify_url"]
    rows = (
        (Paragraph("verify_label", printed["verify_label"], sans, 7.5, 6, GREY), 91.0),
        (Paragraph("verify_url", address, sans, 7.5, 5, TEAL), 82.0),
        (Paragraph("code", printed["code"], sans, 8, 6, INK, tracking=0.05), 72.5),
    )
    return [
        set_lines(paragraph, x=RIGHT, baseline=baseline, width=176, anchor=1) for paragraph, baseline in rows
    ]


def _write(sheet: Sheet, placed: Mapping[str, Placed], name: str) -> None:
    """Write a paragraph if the certificate has it."""
    if part := placed.get(name):
        sheet.write(part.role, part.lines, part.colour)


def _attest(
    sheet: Sheet,
    what: str,
    organisation: Mapping[str, str],
    assets: Assets,
    words: Mapping[str, str],
    box: Box,
) -> None:
    """Put the seal or the signature, if the organisation gives one."""
    key = organisation.get(what)
    if not key:
        return
    if key == FACSIMILE:
        drawing: Form | Picture = seal(organisation["name"]) if what == "seal" else signature()
    else:
        drawing = picture(assets[key])
    sheet.figure(words[what], drawing, _inside(drawing, box))


def _inside(drawing: Form | Picture, box: Box) -> Box:
    """The largest box of the drawing's own proportions in the middle of `box`."""
    width, height = (drawing.columns, drawing.rows) if isinstance(drawing, Picture) else drawing.unit()
    scale = min((box.right - box.left) / width, (box.top - box.bottom) / height)
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return Box(x - width * scale / 2, y - height * scale / 2, x + width * scale / 2, y + height * scale / 2)


def _under(part: Placed, width: float) -> Box:
    """Room for a rule of `width` under the last line of a paragraph."""
    last = part.lines[-1]
    middle = last.y - 0.30 * last.size - 6
    return Box((WIDTH - width) / 2, middle - 4, (WIDTH + width) / 2, middle + 4)


@cache
def _ground() -> Form:
    return record(WIDTH, HEIGHT, lambda canvas: draw_ground(canvas, WIDTH, HEIGHT))


@cache
def _rule(width: float) -> Form:
    return record(width, 8, lambda canvas: draw_rule(canvas, width, 8))


def _metadata(printed: Mapping[str, Any]) -> Metadata:
    words = _words(printed)
    return Metadata(
        title=f"{printed['document_title']} {words['number']} {printed['number']}",
        author=printed["organisation"]["name"],
        subject=printed["course_title"],
        language=words["tag"],
    )


def _words(printed: Mapping[str, Any]) -> Mapping[str, str]:
    return WORDS["en" if printed["language"] == "en" else "ru"]


def _printed(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as it is printed: nothing needed is missing, every text is normalised."""
    if missing := NEEDS - snapshot.keys():
        raise IncompleteSnapshot(set(missing))
    printed: dict[str, Any] = {k: normalise(v) for k, v in snapshot.items() if isinstance(v, str)}
    organisation = snapshot["organisation"]
    if "name" not in organisation:
        raise IncompleteSnapshot({"organisation.name"})
    printed["organisation"] = {k: normalise(v) for k, v in organisation.items() if isinstance(v, str)}
    return printed


def _ascii_address(address: str) -> str:
    """The address as it goes into a QR code and a link: Cyrillic domains and paths in their plain form."""
    parts = urlsplit(address)
    host = parts.netloc.encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
    path, query = (percent_encoded(part, safe="/%=&?+:;,@-._~") for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, host, path, query, ""))


DESIGN = Design(
    name="classic",
    title="Классический",
    needs=NEEDS,
    draw=draw,
    layout=layout,
    frame=FRAME,
    reserved=(MEDALLION, SEAL, SIGNATURE, Box(QR.left - QUIET, QR.bottom - QUIET, WIDTH, QR.top + QUIET)),
)
