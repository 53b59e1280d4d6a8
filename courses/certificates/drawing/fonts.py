"""The typefaces of certificates: metrics for layout, and small embeddable subsets built once per process.

Codes in the page are glyph numbers of the original font (Identity-H), so the same content stream works with
either of two subsets: `usual` (Russian, English, typography; about 14 kB) or `wide` (everything the font can
print), chosen by what a document really uses. Everything here is immutable after loading.
"""

import io
import logging
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, repeat
from pathlib import Path

import fontpkg_pt_sans
import fontpkg_pt_serif
from fontTools import subset
from fontTools.ttLib import TTFont

from courses.certificates.drawing.pdf import PdfFile, stream

# PT's "kern" tables are longer than their 16-bit length field can say; fontTools reads them right and warns.
logging.getLogger("fontTools.ttLib.tables._k_e_r_n").setLevel(logging.ERROR)
logging.getLogger("fontTools.subset").setLevel(logging.WARNING)

RUSSIAN = "".join(map(chr, range(0x0410, 0x0450))) + "Ёё"
TYPOGRAPHY = "«»„“”‘’–—№…·•§©°×‑"
USUAL = frozenset("".join(map(chr, range(0x20, 0x7F))) + RUSSIAN + TYPOGRAPHY)
SPACE = ord(" ")

# What may stand in when a font has no glyph of its own: all kinds of fixed space, and fixed hyphens.
STAND_INS = {0x00A0: 0x20, 0x202F: 0x20, 0x2007: 0x20, 0x2009: 0x20, 0x2011: 0x2D, 0x2010: 0x2D}


@dataclass(frozen=True, eq=False, repr=False)
class Typeface:
    """One font file: glyph numbers by character, advances and kerning in thousandths of the size."""

    name: str
    path: Path
    glyphs: Mapping[str, int]
    advances: Mapping[str, int]
    kerning: Mapping[tuple[str, str], int]
    codes: Mapping[str, str]
    widths: tuple[int, ...]
    descriptor: bytes
    usual: frozenset[int]

    def width(self, text: str, tracking: float = 0.0) -> float:
        """Width at size 1, kerned, with `tracking` (in parts of the size) between the letters."""
        try:
            advance = sum(map(self.advances.__getitem__, text))
        except KeyError:
            raise MissingGlyphs(set(text) - self.glyphs.keys()) from None
        return (advance + sum(self._shifts(text))) / 1000 + tracking * max(0, len(text) - 1)

    def operand(self, text: str) -> str:
        """The operand of TJ that shows `text`, with kerning; no glyph is an error, never a box."""
        try:
            codes = [*map(self.codes.__getitem__, text)]
        except KeyError:
            raise MissingGlyphs(set(text) - self.glyphs.keys()) from None
        for number, shift in enumerate(self._shifts(text)):
            if shift:
                codes[number] += f">{-shift}<"
        return f"[<{''.join(codes)}>]"

    def _shifts(self, text: str) -> Iterator[int]:
        """How far each letter but the first moves towards the one before it."""
        return map(self.kerning.get, pairwise(text), repeat(0))


class MissingGlyphs(ValueError):
    """Characters that no typeface of the design can print."""

    def __init__(self, characters: set[str]) -> None:
        self.characters = frozenset(characters)
        listed = ", ".join(f"{c} (U+{ord(c):04X})" for c in sorted(characters))
        super().__init__(f"no glyph for: {listed}")


@dataclass(frozen=True)
class FontProgram:
    """A subset ready to be embedded: compressed file, its raw length, widths and the way back to text."""

    base_font: str
    file: bytes
    raw_length: int
    widths: bytes
    to_unicode: bytes


@cache
def load(name: str) -> Typeface:
    """The typeface `name`, one of `FILES`."""
    path = FILES[name]
    with TTFont(path, lazy=True) as font:
        glyphs = _glyphs_by_character(font)
        metrics, scale = font["hmtx"].metrics, _scale(font)
        widths = tuple(round(metrics[glyph][0] * scale) for glyph in font.getGlyphOrder())
        return Typeface(
            name=name,
            path=path,
            glyphs=glyphs,
            advances={character: widths[number] for character, number in glyphs.items()},
            kerning=_kerning(font, glyphs),
            codes={character: f"{number:04X}" for character, number in glyphs.items()},
            widths=widths,
            descriptor=_descriptor(font),
            usual=frozenset(glyphs[character] for character in USUAL if character in glyphs),
        )


def embed(typeface: Typeface, used: Iterable[str], file: PdfFile) -> int:
    """Write the font's five objects into `file`; returns the number of the font object."""
    program = _program(typeface, wide=not typeface.usual.issuperset(map(typeface.glyphs.__getitem__, used)))
    name = program.base_font.encode()
    font_file = file.add(
        stream(b"/Filter/FlateDecode/Length1 %d" % program.raw_length, program.file),
    )
    descriptor = file.add(b"<</FontName/%s%s/FontFile2 %d 0 R>>" % (name, typeface.descriptor, font_file))
    descendant = file.add(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDToGIDMap/Identity"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor %d 0 R/DW 0/W[%s]>>" % (name, descriptor, program.widths)
    )
    to_unicode = file.add(stream(b"/Filter/FlateDecode", program.to_unicode))
    return file.add(
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H"
        b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (name, descendant, to_unicode)
    )


@cache
def _program(typeface: Typeface, *, wide: bool) -> FontProgram:
    characters = {c: g for c, g in typeface.glyphs.items() if wide or g in typeface.usual}
    raw = _subset_file(typeface.path, map(ord, characters))
    prefix = "KAFEDW" if wide else "KAFEDU"  # six capitals mark a subset; two names, for two subsets
    used = sorted(set(characters.values()))
    return FontProgram(
        base_font=f"{prefix}+{typeface.name}",
        file=zlib.compress(raw, 9),
        raw_length=len(raw),
        widths=b" ".join(b"%d[%d]" % (number, typeface.widths[number]) for number in used),
        to_unicode=zlib.compress(_to_unicode(characters), 9),
    )


def _subset_file(path: Path, codes: Iterable[int]) -> bytes:
    """A TrueType file with the same glyph numbers, without hints and without tables a PDF does not need."""
    options = subset.Options(retain_gids=True, hinting=False, notdef_outline=True, recalc_timestamp=False)
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "OS/2", "post", "name", "gasp", "LTSH", "hdmx"]
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[*codes, SPACE])
        subsetter.subset(font)
        del font["cmap"]
        target = io.BytesIO()
        font.save(target)
    return target.getvalue()


def _to_unicode(characters: Mapping[str, int]) -> bytes:
    """The CMap that gives back characters; of several for one glyph, the plainest (lowest) wins."""
    meaning: dict[int, str] = {}
    for character in sorted(characters, reverse=True):
        meaning[characters[character]] = character
    lines = [f"<{number:04X}><{ord(meaning[number]):04X}>" for number in sorted(meaning)]
    blocks = (
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in _chunks(lines, 100)
    )
    return (
        "/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        "/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n"
        + "\n".join(blocks)
        + "\nendcmap\nCMapName currentdict/CMap defineresource pop\nend\nend"
    ).encode()


def _chunks(items: list[str], size: int) -> Iterator[list[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _glyphs_by_character(font: TTFont) -> dict[str, int]:
    """What can be printed well: no private-use codes, no loose accents (they would stray)."""
    number = font.getReverseGlyphMap()
    glyphs = {
        chr(code): int(number[glyph])
        for code, glyph in font.getBestCmap().items()
        if unicodedata.category(chr(code)) not in {"Co", "Cn", "Cc", "Cf", "Mn"}
    }
    glyphs[chr(0xA0)] = glyphs[" "]  # a fixed space reads as a plain one when text is copied out
    for missing, stand_in in STAND_INS.items():
        glyphs.setdefault(chr(missing), glyphs[chr(stand_in)])
    return glyphs


def _kerning(font: TTFont, glyphs: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """Kerning between the usual characters only: the whole table would take megabytes."""
    if "kern" not in font:
        return {}
    order, scale = font.getGlyphOrder(), _scale(font)
    characters = {order[glyphs[character]]: character for character in USUAL if character in glyphs}
    return {
        (characters[left], characters[right]): round(value * scale)
        for (left, right), value in font["kern"].kernTables[0].kernTable.items()
        if value and left in characters and right in characters
    }


def _descriptor(font: TTFont) -> bytes:
    head, metrics, scale = font["head"], font["OS/2"], _scale(font)
    box = " ".join(str(round(value * scale)) for value in (head.xMin, head.yMin, head.xMax, head.yMax))
    return (
        f"/Type/FontDescriptor/Flags 4/FontBBox[{box}]/ItalicAngle {font['post'].italicAngle:g}"
        f"/Ascent {round(font['hhea'].ascent * scale)}/Descent {round(font['hhea'].descent * scale)}"
        f"/CapHeight {round(getattr(metrics, 'sCapHeight', 700) * scale)}"
        f"/StemV {140 if metrics.usWeightClass >= 600 else 80}"
    ).encode()


def _scale(font: TTFont) -> float:
    """From font units to thousandths of the size."""
    return 1000 / float(font["head"].unitsPerEm)


FILES = {
    "PTSerif-Regular": fontpkg_pt_serif.ROOT / "files" / "PT_Serif-Web-Regular.ttf",
    "PTSerif-Bold": fontpkg_pt_serif.ROOT / "files" / "PT_Serif-Web-Bold.ttf",
    "PTSerif-Italic": fontpkg_pt_serif.ROOT / "files" / "PT_Serif-Web-Italic.ttf",
    "PTSans-Regular": fontpkg_pt_sans.ROOT / "files" / "PT_Sans-Web-Regular.ttf",
}
