"""What may stand in a page: a closed list of tags, attributes and classes, and three schemes of addresses."""

import html
import re
from urllib.parse import unquote

import nh3

CALLOUTS = ("note", "important", "example", "task", "question")
SCHEMES = {"http", "https", "mailto"}
OWN_FILE = "file:"
"""So texts of questions call the files that are kept with the question."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_HIDING = re.compile(r"[\x00-\x20\x7f-\xa0]")

_PHRASING = {"a", "b", "br", "code", "del", "em", "i", "img", "ins", "kbd", "q", "s", "samp", "small", "span"}
_PHRASING |= {"strong", "sub", "sup", "u", "var"}
_BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "hr", "dl", "dt", "dd"}
_BLOCKS |= {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "div", "figure", "figcaption"}
_COMMON: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"src", "alt", "loading", "width", "height"},
    "ol": {"start"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
_OURS: dict[str, set[str]] = {
    **_COMMON,
    "a": {"href", "title", "rel", "id", "role", "aria-label"},
    "aside": {"role"},
    "div": {"role", "tabindex", "aria-label"},
    "pre": {"tabindex"},
    "section": {"role", "aria-label"},
    "li": {"id"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
_ALIGNED = {"align-left", "align-center", "align-right"}
_CLASSES = {
    "aside": {"callout", *(f"callout-{kind}" for kind in CALLOUTS)},
    "p": {"callout-title", "text-heading"},
    "div": {"table-scroll", "formula"},
    "section": {"footnotes"},
    "a": {"footnote-back"},
    "sup": {"footnote-ref"},
    "code": {"formula-bad"},
    "th": _ALIGNED,
    "td": _ALIGNED,
}


def safe_address(address: str) -> bool:
    """Relative, or one of the three schemes; control characters that hide a scheme are refused."""
    bare = unquote(html.unescape(address))
    scheme = _SCHEME.match(_HIDING.sub("", bare))
    return scheme is None or (scheme[1].lower() in SCHEMES and bare.lower().startswith(scheme[1].lower()))


def inside(path: str) -> bool:
    """Whether a figure lies in the package: a relative path."""
    return not _SCHEME.match(_HIDING.sub("", path)) and not path.lstrip().startswith(("/", "\\"))


def name_of_figure(path: str) -> str:
    """The name a figure has among the files of a question or a package; nothing for one from elsewhere."""
    name = path.removeprefix(OWN_FILE)
    return name if inside(name) else ""


def _authors_attribute(tag: str, name: str, value: str) -> str | None:
    """Pictures from elsewhere would tell others who reads; addresses that do not open a page are dropped."""
    if name == "href":
        return value if safe_address(value) else None
    if name == "src":
        strange = any(sign <= " " or sign == "\\" for sign in value)
        own = name_of_figure(value) or (value.startswith("/") and not value.startswith("//"))
        return value if own and not strange else None
    return value


def _cleaner(tags: set[str], attributes: dict[str, set[str]], classes: dict[str, set[str]]) -> nh3.Cleaner:
    """Scripts and styles go with what is inside them; other unknown tags leave their text."""
    ours = attributes is _OURS
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags={"script", "style", "svg", "math", "template", "noscript", "title"},
        attributes={tag: names for tag, names in attributes.items() if tag in tags},
        allowed_classes={tag: names for tag, names in classes.items() if tag in tags},
        url_schemes=SCHEMES | {OWN_FILE.rstrip(":")},
        link_rel=None if ours else "noopener",
        attribute_filter=_authors_attribute,
    )


OWN_HTML = _cleaner(_PHRASING | _BLOCKS | {"aside", "section"}, _OURS, _CLASSES)
AUTHORS_HTML = _cleaner(_PHRASING | _BLOCKS, _COMMON, {})
PHRASE_HTML = _cleaner(_PHRASING, _COMMON, {})
NO_HTML = _cleaner(set(), {}, {})
