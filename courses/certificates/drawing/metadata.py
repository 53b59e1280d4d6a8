"""What a file says about itself: XMP for PDF/A-3a and PDF/UA-1, and the colour space it is drawn in."""

import struct
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

PRODUCER = "Kafedra"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Facts that stand both in the Info dictionary and in XMP; PDF/A wants them equal.

    There is no date: a certificate's date is printed on it, and the moment of drawing must not change
    the bytes.
    """

    title: str
    author: str
    subject: str
    language: str

    def xmp(self) -> bytes:
        """The XMP packet, with the PDF/UA schema that PDF/A wants to see declared."""
        return XMP.format(
            title=escape(self.title),
            author=escape(self.author),
            subject=escape(self.subject),
            language=escape(self.language),
            producer=PRODUCER,
        ).encode()


XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{producer}</xmp:CreatorTool><pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""

D50 = (0.9642, 1.0, 0.8249)
PRIMARIES = {  # of sRGB, adapted to D50
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
D65_TO_D50 = (1.04791, 0.02293, -0.0502, 0.0296, 0.99046, -0.01707, -0.00925, 0.01506, 0.75179)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


@cache
def srgb_profile() -> bytes:
    """An ICC 4 profile of sRGB (IEC 61966-2.1), written out by hand: small, and the same everywhere."""
    curve = b"para" + struct.pack(">4xHxx", 3) + _fixed(*SRGB_CURVE)
    tags = {
        b"desc": _localised("sRGB"),
        b"cprt": _localised("CC0"),
        b"wtpt": _xyz(*D50),
        b"chad": b"sf32" + bytes(4) + _fixed(*D65_TO_D50),
        **{tag: _xyz(*values) for tag, values in PRIMARIES.items()},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    start = 128 + 4 + 12 * len(tags)
    placed: dict[bytes, int] = {}
    body = b""
    for content in tags.values():
        if content not in placed:
            placed[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
    table = b"".join(tag + struct.pack(">II", placed[content], len(content)) for tag, content in tags.items())
    return _profile_header(start + len(body)) + struct.pack(">I", len(tags)) + table + body


def _profile_header(size: int) -> bytes:
    date = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)  # a constant: the profile has a version, not a clock
    kind = b"mntrRGB XYZ "
    return (
        struct.pack(">I4xI", size, 0x04300000) + kind + date + b"acsp" + bytes(28) + _fixed(*D50) + bytes(48)
    )


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*values)


def _localised(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded
