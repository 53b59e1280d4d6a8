"""From an author's text to safe HTML, the same for preview, page, mail and paper.

Nothing an author writes becomes HTML by itself: Markdown is parsed with HTML off, the result goes through an
allowlist that knows neither `math` nor `svg` (nh3 with these had holes in 2026), and formulas, which the
server makes itself from LaTeX, are put in afterwards, into text only and never into an attribute.
"""

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

from courses.markup.allowlist import AUTHORS_HTML, NO_HTML, PHRASE_HTML, name_of_figure
from courses.markup.formulas import in_texts, with_formulas
from courses.markup.walk import Figure, FigureUrl, Heading, Labels, Rendered, Walk, drawn, read

__all__ = [
    "Figure",
    "FigureUrl",
    "Heading",
    "Labels",
    "Rendered",
    "in_texts",
    "name_of_figure",
    "plain",
    "render",
    "render_inline",
    "render_text",
]

MAX_SOURCE = 200_000

_RESERVED = re.compile("[\x00\ud800-\udfff\ufdd0-\ufdef]")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_BLOCK_END = re.compile(r"</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_IMG = re.compile(r"""<img((?: [\w-]+="[^"]*")*)>""")
_ATTRIBUTE = re.compile(r""" ([\w-]+)="([^"]*)\"""")
_PLAIN_ALREADY = re.compile(r"[^\W_]+(?: [^\W_]+)*[.?!]?")


def render(
    markdown: str,
    *,
    figure_url: FigureUrl,
    figure_exists: Callable[[str], bool] | None = None,
    labels: Labels | None = None,
    id_prefix: str = "",
    first_line: int = 1,
) -> Rendered:
    """A lesson. `first_line` is the line of the file where the text begins, for the problems' lines."""
    source = _bounded(markdown)
    walk = Walk(
        figure_url, figure_exists, labels or Labels(), id_prefix, first_line, True, source.split("\n")
    )
    if len(markdown) > MAX_SOURCE:
        walk.problem("text_too_long", first_line, limit=MAX_SOURCE)
    safe = drawn(source, walk)
    plain_text = "\n".join(text for text in walk.texts if text.strip())
    words = len(_WORD.findall(plain_text))
    problems = tuple(sorted(walk.problems, key=lambda problem: problem.line))
    return Rendered(safe, tuple(walk.headings), tuple(walk.figures), problems, words, plain_text)


def _bounded(text: str) -> str:
    cut = text[:MAX_SOURCE].replace("\r\n", "\n").replace("\r", "\n")
    return _RESERVED.sub("\ufffd", cut)


# ---- texts of questions


def render_text(text: str, text_format: str, *, figure_url: FigureUrl | None = None) -> str:
    """A question's text in one of GIFT's formats, as blocks."""
    if text_format == "markdown":
        return _short(text, figure_url, inline=False)
    if text_format in ("html", "moodle"):
        safe = AUTHORS_HTML.clean(_broken(_bounded(text), text_format))
        return with_formulas(_with_figures(safe, figure_url))
    return f"<p>{_lines(html.escape(_bounded(text)))}</p>" if text.strip() else ""


def render_inline(text: str, text_format: str, *, figure_url: FigureUrl | None = None) -> str:
    """The same for a label or a table cell: phrases only, blocks become line breaks."""
    if text_format == "markdown":
        return _short(text, figure_url, inline=True).strip()
    if text_format in ("html", "moodle"):
        broken = _BLOCK_END.sub("<br>", _broken(_bounded(text).strip(), text_format))
        return with_formulas(_with_figures(_trimmed(PHRASE_HTML.clean(broken)), figure_url))
    return _lines(html.escape(_bounded(text).strip()))


def plain(text: str, text_format: str = "markdown") -> str:
    """The words of a text on one line, for names, summaries, search and mail."""
    if _PLAIN_ALREADY.fullmatch(text):
        return text
    source = _bounded(text)
    if text_format == "markdown":
        walk = Walk(None, None, Labels(), "", 1, False, [])
        read(source, walk)
        source = " ".join(walk.texts)
    elif text_format in ("html", "moodle"):
        spaced = re.sub(r"(?i)(<br|</p|</div|</li|</tr|</td|</h[1-6])", r" \1", source)
        source = html.unescape(NO_HTML.clean(spaced))
    return " ".join(source.split())


def _short(text: str, figure_url: FigureUrl | None, *, inline: bool) -> str:
    source = _bounded(text)
    if inline:
        source = " ".join(source.split("\n")) if "  \n" not in source else source
    walk = Walk(figure_url, None, Labels(), "", 1, False, [])
    return drawn(source, walk, inline=inline)


def _with_figures(safe: str, figure_url: FigureUrl | None) -> str:
    """Figures get the address where they are shown; of one that there is not, the words stay."""

    def placed(image: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(image[1]))
        address = unquote(html.unescape(attributes.get("src", "")))
        if address.startswith("/"):
            return image[0]
        name = name_of_figure(address)
        url = figure_url(name) if name and figure_url is not None else None
        if url is None:
            return str(attributes.get("alt", ""))
        attributes["src"] = html.escape(url)
        return "<img" + "".join(f' {key}="{value}"' for key, value in attributes.items()) + ">"

    return _IMG.sub(placed, safe)


def _broken(text: str, text_format: str) -> str:
    """The reference keeps the line breaks of its own format, and drops those of HTML."""
    return _lines(text) if text_format == "moodle" else text


def _trimmed(safe: str) -> str:
    """Without the line breaks that end it."""
    lines = safe.split("<br>")
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    return "<br>".join(lines).strip()


def _lines(text: str) -> str:
    return text.replace("\n", "<br>\n")
