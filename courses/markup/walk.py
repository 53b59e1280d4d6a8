"""Markdown: parsing, and one pass that makes the tokens ours and notes what is wrong with them."""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from courses.errors import Problem
from courses.markup.allowlist import CALLOUTS, OWN_HTML, PHRASE_HTML, name_of_figure, safe_address
from courses.markup.formulas import formula, in_texts
from courses.texts import N_

_PLACE = re.compile("\ufdd0([0-9]+)\ufdd1")  # noncharacters, taken out of every source, mark our places
_LOST_FOOTNOTE = re.compile(r"\[\^([^\]\s]{1,50})\]")
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        re.split(" ", "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya"),
        strict=True,
    )
)


FigureUrl = Callable[[str], str | None]
"""The address where a figure of this name is shown, None for one that there is not."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The few words that rendering adds; the caller translates them."""

    table: str = N_("Таблица")
    footnotes: str = N_("Сноски")
    back: str = N_("Вернуться к тексту")
    callouts: tuple[str, ...] = (
        N_("Заметка"),
        N_("Важно"),
        N_("Пример"),
        N_("Задание"),
        N_("Вопрос для размышления"),
    )


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a lesson: its anchor, depth 1 … 6, words, and line in the source."""

    id: str
    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Figure:
    """An image of the package: `path` as the author wrote it."""

    path: str
    alt: str
    caption: str
    line: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML and what it holds; `plain` is the text alone, `words` their number."""

    html: str
    headings: tuple[Heading, ...] = ()
    figures: tuple[Figure, ...] = ()
    problems: tuple[Problem, ...] = ()
    words: int = 0
    plain: str = ""


def _parser(*, whole: bool) -> MarkdownIt:
    """`whole` for lessons; questions have no footnotes and no callouts."""
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable("table")
    md.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False, double_inline=True)
    if whole:
        md.use(footnote_plugin)
        md.use(
            container_plugin, "callout", validate=lambda params, _: bool(params.strip()), render=_draw_token
        )
    # Every address is looked at here, with its line, rather than silently left as text.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    for kind, rule in _RULES.items():
        md.add_render_rule(kind, rule)
    return md


def _draw_token(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return str(renderer.renderToken(tokens, index, options, env))


def _draw_raw(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return tokens[index].content


def _draw_math(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A place for the formula, filled after the sanitising."""
    token = tokens[index]
    block = token.type != "math_inline"
    walk: Walk = env["walk"]
    walk.formulas.append(formula(token.content, block=block and token.block))
    return f"\ufdd0{len(walk.formulas) - 1}\ufdd1"


def _note(token: Token, env: Any) -> str:
    return f"{env['walk'].id_prefix}{token.meta['id'] + 1}"


def _draw_footnote_ref(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token, note = tokens[index], _note(tokens[index], env)
    again = f"-{token.meta['subId']}" if token.meta.get("subId", 0) > 0 else ""
    number = token.meta["id"] + 1
    link = f'<a href="#fn{note}" id="fnref{note}{again}" role="doc-noteref">{number}</a>'
    return f'<sup class="footnote-ref">{link}</sup>'


def _draw_footnotes_open(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    label = html.escape(env["walk"].labels.footnotes)
    return f'<section class="footnotes" role="doc-endnotes" aria-label="{label}">\n<ol>\n'


def _draw_footnote_open(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<li id="fn{_note(tokens[index], env)}">'


def _draw_footnote_back(_: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token, label = tokens[index], html.escape(env["walk"].labels.back)
    again = f"-{token.meta['subId']}" if token.meta.get("subId", 0) > 0 else ""
    target = f"#fnref{_note(token, env)}{again}"
    return f' <a href="{target}" class="footnote-back" role="doc-backlink" aria-label="{label}">↩</a>'


@dataclass
class Walk:
    """One pass over the tokens: makes them ours, and collects what a rendering brings."""

    figure_url: FigureUrl | None
    figure_exists: Callable[[str], bool] | None
    labels: Labels
    id_prefix: str
    first_line: int
    whole: bool
    source: list[str]
    formulas: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    tables: int = 0

    def problem(self, code: str, line: int, *, severity: str = "error", **details: Any) -> None:
        self.problems.append(Problem(code, line=line, severity=severity, details=details))

    def prepare(self, tokens: list[Token]) -> list[Token]:
        """The tokens with figures, callouts, tables, headings and links as we want them."""
        out: list[Token] = []
        line = self.first_line
        for index, token in enumerate(tokens):
            line = self.first_line + token.map[0] if token.map else line
            if token.type == "inline":
                self._inline(token, line)
            elif token.type.startswith("math"):
                self._math(token, line)
            elif token.type in ("fence", "code_block"):
                self.texts.append(token.content)
                token = _raw(f'<pre tabindex="0"><code>{html.escape(token.content)}</code></pre>\n')
            out += self._block(token, tokens, index, line)
        return _with_figures(out, self)

    def _block(self, token: Token, tokens: list[Token], index: int, line: int) -> list[Token]:
        if token.type == "heading_open":
            self._heading(token, tokens[index + 1], line)
        elif token.type == "heading_close":
            token.tag = self._level_tag(token)
        elif token.type == "container_callout_open":
            return self._callout(token, line)
        elif token.type == "container_callout_close":
            token.tag = "aside"
        elif token.type == "table_open":
            return [_raw(self._table_open()), token]
        elif token.type == "table_close":
            return [token, _raw("</div>\n")]
        elif token.type in ("th_open", "td_open"):
            _cell(token)
        return [token]

    def _level_tag(self, token: Token) -> str:
        """A page has one `h1` of its own, and a question no headings at all."""
        return ("h2" if token.tag == "h1" else token.tag) if self.whole else "p"

    def _heading(self, token: Token, inline: Token, line: int) -> None:
        if not self.whole:
            token.tag = "p"
            token.attrs = {"class": "text-heading"}
            return
        if token.tag == "h1":
            self.problem("heading_first_level", line)
        token.tag = self._level_tag(token)
        level, text = int(token.tag[1]), _text(inline.children or [])
        last = self.headings[-1].level if self.headings else 1
        if level > last + 1:
            self.problem("heading_skips", line, severity="warning", level=level, last=last)
        token.attrs = {"id": self._id(text)}
        self.headings.append(Heading(str(token.attrs["id"]), level, text, line))

    def _id(self, text: str) -> str:
        """A name that stays the same while the words do; nothing else of a page begins with `h-`."""
        latin = "".join(_LATIN.get(letter, letter) for letter in text.lower())
        slug = re.sub("[^a-z0-9]+", "-", latin).strip("-")[:60]
        name = f"{self.id_prefix}h-{slug}".rstrip("-")
        own = name
        while own in self.ids:
            self.ids[name] += 1
            own = f"{name}-{self.ids[name]}"
        self.ids[own] = 1
        return own

    def _callout(self, token: Token, line: int) -> list[Token]:
        kind, _, title = token.info.strip().partition(" ")
        if kind not in CALLOUTS:
            self.problem("callout_unknown", line, name=kind[:60], known=", ".join(CALLOUTS))
            kind, title = "note", token.info.strip()
        end = token.map[1] if token.map else 0
        if end >= len(self.source) or not self.source[end].lstrip("> \t").startswith(":::"):
            self.problem("callout_open", line, severity="warning", name=kind)
        title = title.strip() or self.labels.callouts[CALLOUTS.index(kind)]
        self.texts.append(title)
        token.tag, token.attrs = "aside", {"class": f"callout callout-{kind}", "role": "note"}
        return [token, _raw(f'<p class="callout-title">{html.escape(title)}</p>\n')]

    def _table_open(self) -> str:
        """A table may be wider than a telephone: its box scrolls, by keyboard too, and says what it is."""
        self.tables += 1
        near = f": {self.headings[-1].text}" if self.headings else f" {self.tables}"
        label = html.escape(self.labels.table + near)
        return f'<div class="table-scroll" role="region" tabindex="0" aria-label="{label}">\n'

    def _math(self, token: Token, line: int) -> None:
        self.texts.append(token.content.strip())
        formula(token.content, block=token.block, problems=self.problems, line=line)

    def _inline(self, token: Token, line: int) -> None:
        self.texts.append(_text(token.children or []))
        refused = False
        for child in token.children or []:
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type == "image":
                self._image(child, line)
            elif child.type.startswith("math"):
                formula(child.content, block=False, problems=self.problems, line=line)
            elif child.type == "link_open":
                refused = self._link(child, line)
            elif child.type == "link_close" and refused:
                child.type, child.content, refused = "raw", "", False
            elif child.type == "text" and self.whole and "[^" in child.content:
                for lost in _LOST_FOOTNOTE.finditer(child.content):
                    self.problem("footnote_missing", line, severity="warning", name=lost[1])

    def _link(self, token: Token, line: int) -> bool:
        """Whether the link was refused; its words stay."""
        href = str(token.attrs.get("href", ""))
        if not safe_address(href):
            self.problem("link_unsafe", line, address=href[:80])
            token.type, token.content = "raw", ""
            return True
        if href.lower().startswith(("http:", "https:", "//")):
            token.attrs["rel"] = "noopener"
        return False

    def _image(self, token: Token, line: int) -> None:
        path, alt = unquote(str(token.attrs.get("src", ""))), _text(token.children or []).strip()
        caption = str(token.attrs.get("title", ""))
        if not alt:
            self.problem("figure_without_alt", line, path=path[:80])
        name = name_of_figure(path)
        url = self.figure_url(name) if name and self.figure_url is not None else None
        if not name:
            self.problem("figure_outside", line, path=path[:80])
        elif self.figure_exists is not None and not self.figure_exists(name):
            self.problem("figure_missing", line, path=path[:80])
        elif url is not None:
            self.figures.append(Figure(name, alt, caption, line))
            token.type, token.content = "raw", _img(url, alt)
            token.meta = {"figure": True, "caption": caption}
            return
        token.type, token.content, token.meta = "raw", html.escape(alt), {}


def _img(url: str, alt: str) -> str:
    return f'<img src="{html.escape(url)}" alt="{html.escape(alt)}" loading="lazy">'


def _raw(content: str) -> Token:
    """HTML of our own making among the tokens."""
    return Token("raw", "", 0, content=content, block=True)


def _cell(token: Token) -> None:
    """Alignment as a class: the page forbids styles in the text."""
    style = str(token.attrs.pop("style", ""))
    if style.startswith("text-align:"):
        token.attrs["class"] = f"align-{style.removeprefix('text-align:')}"
    if token.type == "th_open":
        token.attrs["scope"] = "col"


def _with_figures(tokens: list[Token], walk: Walk) -> list[Token]:
    """A captioned image alone in its paragraph is a figure."""
    out: list[Token] = []
    for token in tokens:
        out.append(token)
        if len(out) < 3 or token.type != "paragraph_close" or out[-3].type != "paragraph_open":
            continue
        children = [child for child in out[-2].children or [] if child.type != "softbreak"]
        if len(children) == 1 and children[0].meta.get("caption"):
            caption = children[0].meta["caption"]
            walk.texts.append(caption)
            drawn = f"{children[0].content}<figcaption>{html.escape(caption)}</figcaption>"
            out[-3:] = [_raw(f"<figure>{drawn}</figure>\n")]
    return out


def _text(children: Sequence[Token]) -> str:
    """The words of an inline: without marks, images by their description, formulas by their source."""
    texts = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            texts.append(" ")
        elif child.type == "image":
            texts.append(_text(child.children or []))
        elif child.type in ("text", "text_special", "code_inline") or child.type.startswith("math"):
            texts.append(child.content)
    return "".join(texts)


_RULES = {
    "math_inline": _draw_math,
    "math_inline_double": _draw_math,
    "math_block": _draw_math,
    "raw": _draw_raw,
    "footnote_ref": _draw_footnote_ref,
    "footnote_block_open": _draw_footnotes_open,
    "footnote_open": _draw_footnote_open,
    "footnote_anchor": _draw_footnote_back,
}
_WHOLE = _parser(whole=True)
_SHORT = _parser(whole=False)


def read(source: str, walk: Walk, *, inline: bool = False) -> list[Token]:
    """The prepared tokens of a text; the walk holds what was found on the way."""
    md = _WHOLE if walk.whole else _SHORT
    return walk.prepare((md.parseInline if inline else md.parse)(source, {"walk": walk}))


def drawn(source: str, walk: Walk, *, inline: bool = False) -> str:
    """Safe HTML of a text: drawn, sanitised, and only then its formulas put in their places."""
    tokens = read(source, walk, inline=inline)
    md = _WHOLE if walk.whole else _SHORT
    safe = (PHRASE_HTML if inline else OWN_HTML).clean(md.renderer.render(tokens, md.options, {"walk": walk}))
    return in_texts(safe, lambda text: _PLACE.sub(lambda place: walk.formulas[int(place[1])], text))
