"""Markup: what authors may write, what is refused, and that nothing they write ever runs."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses import markup
from courses.markup.formulas import BadFormula, mathml
from courses.markup.sentences import SENTENCES

ALLOWED_TAGS = {
    "a",
    "aside",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "math",
    "menclose",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "none",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
}


class Looker(HTMLParser):
    """Reads a page as a browser would and notes everything that could run, load or disguise itself."""

    def __init__(self):
        super().__init__()
        self.bad = []

    def handle_starttag(self, tag, attrs):
        if tag not in ALLOWED_TAGS:
            self.bad.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "formaction", "action", "xlink:href"):
                self.bad.append(f"{tag} {name}")
            bare = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name in ("href", "src") and re.match(r"(?!https?:|mailto:)[a-z][a-z0-9+.-]*:", bare):
                self.bad.append(f"{tag} {name}={value}")
        if tag == "math" and "alttext" not in dict(attrs):
            self.bad.append("math without its source")

    handle_startendtag = handle_starttag

    def handle_comment(self, data):
        self.bad.append("comment")

    def handle_decl(self, decl):
        self.bad.append("declaration")


def dangers(html):
    looker = Looker()
    looker.feed(html)
    looker.close()
    return looker.bad


def lesson(text, **settings):
    settings.setdefault("figure_url", lambda path: f"/files/{path}")
    return markup.render(text, **settings)


def found(text, **settings):
    return [(problem.code, problem.line) for problem in lesson(text, **settings).problems]


# ---- what authors write


def test_a_lesson_brings_its_headings_figures_words_and_plain_text():
    rendered = lesson(
        "## Что такое *сеть*\n\nДва слова.\n\n"
        '![Три узла](figures/set.svg "Схема сети")\n\n## Что такое сеть\n\n- пункт\n'
    )
    assert rendered.problems == ()
    assert [(h.id, h.level, h.text, h.line) for h in rendered.headings] == [
        ("h-chto-takoe-set", 2, "Что такое сеть", 1),
        ("h-chto-takoe-set-2", 2, "Что такое сеть", 7),
    ]
    (figure,) = rendered.figures
    assert (figure.path, figure.alt, figure.caption, figure.line) == (
        "figures/set.svg",
        "Три узла",
        "Схема сети",
        5,
    )
    assert (
        '<figure><img src="/files/figures/set.svg" alt="Три узла" loading="lazy">'
        "<figcaption>Схема сети</figcaption></figure>" in rendered.html
    )
    assert rendered.words == 13
    assert rendered.plain.startswith("Что такое сеть\nДва слова.")


def test_an_image_without_a_caption_or_among_words_is_no_figure():
    assert "<figure>" not in lesson("![а](figures/a.png)").html
    assert "<figure>" not in lesson('слово ![а](figures/a.png "б")').html


@pytest.mark.parametrize("kind", ["note", "important", "example", "task", "question"])
def test_callouts_are_asides_with_a_title(kind):
    html = lesson(f"::: {kind} Заголовок <b>\nТекст **да**.\n:::").html
    assert f'<aside class="callout callout-{kind}" role="note">' in html
    assert '<p class="callout-title">Заголовок &lt;b&gt;</p>' in html
    assert "<strong>да</strong>" in html
    assert '<p class="callout-title"></p>' not in lesson(f"::: {kind}\nТекст\n:::").html


def test_tables_scroll_in_a_named_region_and_align_by_class():
    html = lesson("## Итоги\n\n| а | б |\n|---|--:|\n| 1 | 2 |").html
    assert '<div class="table-scroll" role="region" tabindex="0" aria-label="Таблица: Итоги">' in html
    assert '<th scope="col">а</th>' in html
    assert '<td class="align-right">2</td>' in html
    assert 'aria-label="Таблица 1"' in lesson("| а |\n|---|\n| 1 |").html


def test_footnotes_lead_there_and_back_and_a_prefix_keeps_two_texts_apart():
    html = lesson("Слово[^1].\n\n[^1]: Сноска.", id_prefix="a-").html
    assert '<a href="#fna-1" id="fnrefa-1" role="doc-noteref">1</a>' in html
    assert '<li id="fna-1">' in html
    assert 'href="#fnrefa-1"' in html


def test_formulas_are_drawn_by_the_server_with_their_source():
    html = lesson("Пусть $a^2 < b$.\n\n$$\n\\frac{1}{2}\n$$\n").html
    assert 'alttext="a^2 &lt; b"' in html
    assert "<mo>&lt;</mo>" in html
    assert '<div class="formula"><math' in html
    assert "<math" not in lesson("Цена $5, а была $6.").html


def test_links_outside_know_nothing_about_us_and_links_inside_are_plain():
    html = lesson("[а](https://ya.ru) [б](#h-x) [в](/courses)").html
    assert '<a href="https://ya.ru" rel="noopener">а</a>' in html
    assert '<a href="#h-x">б</a> <a href="/courses">в</a>' in html


def test_html_in_a_lesson_is_shown_as_text_and_strikethrough_is_not_a_thing():
    assert lesson("<b>x</b> ~~y~~").html == "<p>&lt;b&gt;x&lt;/b&gt; ~~y~~</p>\n"


def test_code_is_plain_and_can_be_scrolled_by_keyboard():
    assert lesson("```python\na < b\n```").html == '<pre tabindex="0"><code>a &lt; b\n</code></pre>\n'


# ---- what is wrong with it, by line


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("а\n\n# Первый", ("heading_first_level", 3)),
        ("## А\n\n#### Б", ("heading_skips", 3)),
        ("а\nб ![](figures/a.png)", ("figure_without_alt", 2)),
        ("![а](figures/нет.png)", ("figure_missing", 1)),
        ("![а](https://example.org/a.png)", ("figure_outside", 1)),
        ("![а](data:image/png;base64,AAAA)", ("figure_outside", 1)),
        ("![а](/etc/passwd)", ("figure_outside", 1)),
        ("::: foo\nа\n:::", ("callout_unknown", 1)),
        ("а\n\n::: note\nа", ("callout_open", 3)),
        ("а\nб $\\frac{1}$ в", ("formula_bad", 2)),
        ("$$\n\\unknown x\n$$", ("formula_bad", 1)),
        ("$\\href{javascript:alert(1)}{x}$", ("formula_bad", 1)),
        ("$\\text{<script>}$ $\\style{color:red}{x}$", ("formula_bad", 1)),
        ("а\n[б](javascript:alert(1))", ("link_unsafe", 2)),
        ("<javascript:alert(1)>", ("link_unsafe", 1)),
        ("[б](JaVaScRiPt&colon;alert(1))", ("link_unsafe", 1)),
        ("[б](java%0ascript:alert(1))", ("link_unsafe", 1)),
        ("[б](ftp://x)", ("link_unsafe", 1)),
        ("а[^нет]", ("footnote_missing", 1)),
    ],
)
def test_a_problem_says_where_it_is(text, problem):
    rendered = lesson(text, figure_exists=lambda path: "нет" not in path)
    assert [(p.code, p.line) for p in rendered.problems] == [problem]
    assert all(SENTENCES[p.code] % {"line": p.line, **p.details} for p in rendered.problems)
    assert dangers(rendered.html) == []


def test_lines_are_those_of_the_file():
    assert found("# А", first_line=8) == [("heading_first_level", 8)]


def test_a_bad_formula_is_shown_as_it_was_written():
    assert '<code class="formula-bad">\\foo</code>' in lesson("$\\foo$").html


def test_a_text_that_is_too_long_is_cut_and_said_so():
    rendered = lesson("слово " * 50_000)
    assert [problem.code for problem in rendered.problems] == ["text_too_long"]


# ---- texts of questions


@pytest.mark.parametrize(
    ("text", "form", "block", "inline"),
    [
        ("**а**\n\n- б", "markdown", "<p><strong>а</strong></p>\n<ul>\n<li>б</li>\n</ul>\n", None),
        ("а\nб <b>в</b>", "moodle", "а<br>\nб <b>в</b>", "а<br>\nб <b>в</b>"),
        ("<p>а</p>\n<p>б</p>", "html", "<p>а</p>\n<p>б</p>", "а<br>\nб"),
        ("<b>а</b>\nб", "plain", "<p>&lt;b&gt;а&lt;/b&gt;<br>\nб</p>", "&lt;b&gt;а&lt;/b&gt;<br>\nб"),
        ("Верно", "message", "<p>Верно</p>", "Верно"),
        ("<script>x</script>а", "html", "а", "а"),
        ("# а", "markdown", '<p class="text-heading">а</p>\n', "# а"),
    ],
)
def test_the_four_formats_of_question_texts(text, form, block, inline):
    assert markup.render_text(text, form) == block
    if inline is not None:
        assert markup.render_inline(text, form) == inline


def test_formulas_of_the_reference_are_drawn_in_texts_and_never_in_attributes():
    html = markup.render_text('\\(a &lt; b\\) <a title="\\(x\\)" href="/q">q</a> $$y$$', "moodle")
    assert html.count("<math") == 2
    assert 'title="\\(x\\)"' in html
    assert dangers(html) == []


def test_figures_in_questions_come_from_the_package_only():
    assert '<img src="/f/a.png"' in markup.render_text(
        "![а](a.png)", "markdown", figure_url=lambda p: f"/f/{p}"
    )
    assert "<img" not in markup.render_text("![а](a.png)", "markdown")


@pytest.mark.parametrize(
    ("text", "form", "shown"),
    [
        ("![Круг](file:a.png)", "markdown", '<img src="/f/a.png" alt="Круг"'),
        ('<p><img src="file:a.png" alt="Круг" width="90"></p>', "html", 'src="/f/a.png"'),
        ("<p><img alt='Круг' src='a.png'></p>", "moodle", 'src="/f/a.png"'),
        ('<p><img src="file:%D0%B0 б.png" alt="Круг"></p>', "html", "Круг"),
        ('<p><img src="file:none.png" alt="Круг">', "html", "<p>Круг</p>"),
        ("![Круг](file:none.png)", "markdown", "<p>Круг</p>"),
        ('<p><img src="file:///etc/passwd" alt="Круг"></p>', "html", "<p>"),
        ('<p><a href="file:a.png">Круг</a></p>', "html", "Круг"),
    ],
)
def test_a_question_shows_the_files_it_keeps_and_says_the_words_of_those_it_has_not(text, form, shown):
    def figure_url(name: str) -> str | None:
        return f"/f/{name}" if name == "a.png" else None

    for drawn in (markup.render_text, markup.render_inline):
        html = drawn(text, form, figure_url=figure_url)
        assert shown.removeprefix("<p>").removesuffix("</p>") in html
        assert ("<img" in html) == ("/f/a.png" in html)
        assert "file:" not in html
        assert "<img" not in drawn(text, form)


@pytest.mark.parametrize(
    ("text", "form", "plain"),
    [
        ("Просто слова", "markdown", "Просто слова"),
        ("**а** [б](в) `г` $x^2$\n\n- д", "markdown", "а б г x^2 д"),
        ("<p>а&amp;б</p><p>в</p><script>1</script>", "html", "а&б в"),
        ("а\n<b>б</b>", "moodle", "а б"),
        ("<b>а</b>", "plain", "<b>а</b>"),
    ],
)
def test_plain_is_the_words_alone(text, form, plain):
    assert markup.plain(text, form) == plain


# ---- nothing runs

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    '<a href="java\tscript:alert(1)">x</a>',
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](  javascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "![x](javascript:alert(1))",
    '![x](a.png "\\"onload=alert(1)")',
    '[x](a "\\"onclick=alert(1) x=\\"")',
    "![<img src=x onerror=alert(1)>](a.png)",
    '![" onerror="alert(1)](a.png)',
    "[a]: javascript:alert(1)\n\n[a]",
    "<javascript:alert(1)>",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\text{</mtext><script>alert(1)</script>}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{background:url(x)}{x}$",
    '$\\class{a" onclick="alert(1)}{x}$',
    '$\\color{red" onclick="alert(1)}{x}$',
    '$\\mathrm{"><script>}$',
    "\\(\\text{<script>alert(1)</script>}\\)",
    "\\(&lt;script&gt;alert(1)&lt;/script&gt;\\)",
    '<a title="\\(&quot;&gt;&lt;script&gt;\\)" href="/">x</a>',
    "<a title='>\\(x\\)<script>alert(1)</script>' href='/'>x</a>",
    '\ufdd00\ufdd1 $x$ [a](b "\ufdd00\ufdd1")',
    "::: note <script>alert(1)</script>\nx\n:::",
    '::: x" onclick="alert(1)\nx\n:::',
    "|<script>alert(1)</script>|\n|:-:|\n|[x](javascript:1)|",
    "```html\n<script>alert(1)</script>\n```",
    "## <script>alert(1)</script>",
    "x[^1]\n\n[^1]: <script>alert(1)</script>",
    "<style>*{x:expression(alert(1))}</style>",
    "<b style='background:url(javascript:1)'>x</b>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<base href=//evil>",
    "<meta http-equiv=refresh content='0;javascript:alert(1)'>",
    "<p id=main class=callout>x</p>",
]


def everything(text):
    """The text through every door."""
    yield lesson(text).html
    for form in ("markdown", "html", "moodle", "plain", "message"):
        yield markup.render_text(text, form, figure_url=lambda path: f"/files/{path}")
        yield markup.render_inline(text, form, figure_url=lambda path: f"/files/{path}")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_runs_through_any_door(payload):
    for html in everything(payload):
        assert dangers(html) == []


def test_authors_html_can_neither_take_an_id_of_the_page_nor_look_like_a_part_of_it():
    html = markup.render_text("<p id=main class=callout>x</p>", "html")
    assert html == "<p>x</p>"


SIGNS = ["<", ">", '"', "'", "&", "$", "\\(", "\\)", "`", "[", "](", ")", "\n", "*", " "]
PIECES = st.sampled_from([*PAYLOADS, *SIGNS])


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=6).map("".join))
@settings(max_examples=1500)
def test_no_mixture_of_payloads_runs_and_the_result_is_always_the_same(text):
    for first, second in zip(everything(text), everything(text), strict=True):
        assert first == second
        assert dangers(first) == []
    markup.plain(text, "markdown")
    markup.plain(text, "html")


WORDS = ["frac", "text", "sqrt", "left", "right", "begin{matrix}", "end{matrix}", "href", "color", "<b>"]
LATEX = st.sampled_from([*"\\{}^_&$ abx12<>\"'|()", *(f"\\{word}" for word in WORDS), *WORDS])


@given(st.lists(LATEX, max_size=20).map("".join))
@settings(max_examples=1500)
def test_no_formula_breaks_the_page(source):
    try:
        drawn = mathml(source)
    except BadFormula:
        return
    assert dangers(drawn) == []
    assert "style=" not in drawn.replace("alttext", "", 1).split(">", 1)[1]
