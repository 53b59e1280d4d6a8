"""Formulas: LaTeX to MathML on the server, and their places in sanitised HTML."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from courses.errors import Problem

MAX_FORMULA = 2_000

_TAG = re.compile(r"<[A-Za-z/!](?:[^>\"]|\"[^\"]*\")*>")
# A piece ends where another begins, so that a text full of openings is read once.
_INNER = r"((?:[^\\]|\\(?![()\[\]])){1,2000})"
_MATH = re.compile(rf"\\\({_INNER}\\\)|\\\[{_INNER}\\\]|\$\$([^$]{{1,2000}})\$\$")
_MATH_TAGS = frozenset(
    {
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mtext",
        "mspace",
        "mfrac",
        "msqrt",
        "mroot",
        "msub",
        "msup",
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "mtable",
        "mtr",
        "mtd",
        "mstyle",
        "menclose",
        "mpadded",
        "mphantom",
        "mmultiscripts",
        "mprescripts",
        "none",
    }
)
_MATH_ATTRIBUTES = frozenset(
    {
        "display",
        "xmlns",
        "mathvariant",
        "mathcolor",
        "mathbackground",
        "mathsize",
        "width",
        "height",
        "depth",
        "voffset",
        "lspace",
        "rspace",
        "stretchy",
        "fence",
        "form",
        "separator",
        "accent",
        "largeop",
        "symmetric",
        "movablelimits",
        "minsize",
        "maxsize",
        "displaystyle",
        "scriptlevel",
        "linethickness",
        "columnalign",
        "rowalign",
        "columnlines",
        "rowlines",
        "rowspacing",
        "columnspacing",
        "columnspan",
        "notation",
        "frame",
    }
)
# The converter lets `\\frac{1}` pass; a browser shows half a fraction as an error.
_CHILDREN = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
_MATH_VALUE = re.compile(r"[\w#.,%+\- :/]*")
_MATH_ENTITY = re.compile(r"&#x([0-9A-Fa-f]{1,6});")


_NO_SIGNS = ("Cc", "Cs", "Cn", "Co")


class BadFormula(ValueError):
    """The source is not LaTeX that we can show."""


@lru_cache(maxsize=2048)
def mathml(source: str, *, block: bool = False) -> str:
    """MathML of a LaTeX formula, its source in `alttext`; BadFormula when any of it is not understood."""
    if len(source) > MAX_FORMULA:
        raise BadFormula("too long")
    try:
        root = convert_to_element(source, display="block" if block else "inline")
        root.set("alttext", source)
        return "".join(_serialised(root))
    except BadFormula:
        raise
    # On broken input the converter raises whatever comes to hand, IndexError and RecursionError too.
    except Exception as error:
        raise BadFormula(type(error).__name__) from error


def _serialised(element: Element) -> Iterator[str]:
    """The element as text. The converter's own serialiser does not escape `\\text{<script>}`."""
    if element.tag not in _MATH_TAGS or len(element) != _CHILDREN.get(element.tag, len(element)):
        raise BadFormula(element.tag)
    yield f"<{element.tag}"
    for name, value in element.attrib.items():
        if name != "alttext" and not (name in _MATH_ATTRIBUTES and _MATH_VALUE.fullmatch(value)):
            raise BadFormula(name)
        yield f' {name}="{html.escape(value)}"'
    yield ">"
    text = _MATH_ENTITY.sub(lambda found: chr(int(found[1], 16)), element.text or "")
    if any(unicodedata.category(sign) in _NO_SIGNS for sign in text):
        raise BadFormula("unprintable")
    if element.tag in ("mi", "mo") and text.startswith("\\") and text != "\\":
        raise BadFormula(text)
    yield html.escape(text, quote=False)
    for child in element:
        yield from _serialised(child)
    yield f"</{element.tag}>"


def formula(source: str, *, block: bool, problems: list[Problem] | None = None, line: int = 0) -> str:
    """The formula, or its source as it stands and a problem about it."""
    try:
        drawn = mathml(source.strip(), block=block)
    except BadFormula as bad:
        if problems is not None:
            details = {"formula": source.strip()[:60], "reason": str(bad)[:60]}
            problems.append(Problem("formula_bad", line=line, details=details))
        drawn = f'<code class="formula-bad">{html.escape(source.strip())}</code>'
    return f'<div class="formula">{drawn}</div>' if block else drawn


def in_texts(safe: str, change: Callable[[str], str]) -> str:
    """Sanitised HTML with its texts changed and its tags left alone."""
    out, place = [], 0
    for tag in _TAG.finditer(safe):
        out += [change(safe[place : tag.start()]), tag.group()]
        place = tag.end()
    return "".join([*out, change(safe[place:])])


def with_formulas(safe: str) -> str:
    """`\\(…\\)`, `\\[…\\]` and `$$…$$` of the reference's texts, drawn."""
    if "\\(" not in safe and "\\[" not in safe and "$$" not in safe:
        return safe

    def draw(found: re.Match[str]) -> str:
        inline, block, dollars = found.groups()
        source = html.unescape(inline or block or dollars)
        return formula(source, block=False)

    return in_texts(safe, lambda text: _MATH.sub(draw, text))
