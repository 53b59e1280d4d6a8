"""The look keeps its promises: contrast in every scheme, one dark theme, small files, nothing CSP refuses."""

import re
from functools import cache
from pathlib import Path

import pytest

from app.assets import Assets
from app.build import FONTS, REPERTOIRE, build, join_css, minify_css

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "app" / "static"
CSS = STATIC / "css"
KINDS = ("course", "seminar", "master_class", "workshop")
GROUNDS = ("paper", "sheet", "shade")
VISION = ("white", "black", "blue", "beige", "green")

TEXT_PAIRS = [
    *(
        (text, ground)
        for text in ("ink", "ink-soft", "work", "work-strong", "done", *KINDS)
        for ground in GROUNDS
    ),
    *(("attention", ground) for ground in GROUNDS),
    *(("ink", f"{name}-tint") for name in ("work", "attention", "done", *KINDS)),
    *((name, f"{name}-tint") for name in ("attention", "done", *KINDS)),
    ("work-strong", "work-tint"),
    ("work", "work-tint"),
    ("ink-soft", "work-tint"),
    ("ink-soft", "attention-tint"),
    ("on-work", "work"),
    ("on-work", "work-strong"),
    ("on-attention", "attention"),
    ("paper", "ink"),
]
SHAPE_PAIRS = [
    *(("line-strong", ground) for ground in GROUNDS),
    *(("focus", ground) for ground in (*GROUNDS, "work-tint", "attention-tint")),
    ("work", "line"),
    ("done", "line"),
    ("work", "work-tint"),
]


@cache
def text(name: str) -> str:
    return re.sub(r"/\*.*?\*/", "", (CSS / name).read_text("utf-8"), flags=re.DOTALL)


def declared(name: str, selector: str) -> dict[str, str]:
    """The custom properties of the first rule with exactly this selector."""
    rule = re.search(r"(?:^|[{}])\s*" + re.escape(selector) + r"\s*\{([^}]*)\}", text(name))
    assert rule, selector
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", rule[1]))


def scheme(name: str) -> dict[str, str]:
    """All tokens as a reader of this scheme gets them."""
    tokens = declared("tokens.css", ":root")
    if name == "dark":
        tokens |= declared("tokens.css", ':root[data-theme="dark"]:not([data-vision="on"])')
    elif name != "light":
        tokens |= declared("vision.css", ':root[data-vision="on"]')
        if name != "white":
            tokens |= declared("vision.css", f':root[data-vision="on"][data-scheme="{name}"]')
    return tokens


def colour(tokens: dict[str, str], name: str) -> str:
    value = tokens[name]
    reference = re.fullmatch(r"var\(--([\w-]+)\)", value)
    return colour(tokens, reference[1]) if reference else value


def luminance(value: str) -> float:
    channels = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark", *VISION])
def test_text_can_be_read_in_every_scheme(name):
    tokens, least = scheme(name), 7.0 if name in VISION else 4.5
    weak = {
        f"{front} on {back}": round(ratio, 2)
        for front, back in TEXT_PAIRS
        if (ratio := contrast(colour(tokens, front), colour(tokens, back))) < least
    }
    assert weak == {}


@pytest.mark.parametrize("name", ["light", "dark", *VISION])
def test_edges_and_focus_can_be_seen_in_every_scheme(name):
    tokens = scheme(name)
    pairs = [pair for pair in SHAPE_PAIRS if name not in VISION or pair[1] != "line"]
    weak = {
        f"{front} on {back}": round(ratio, 2)
        for front, back in pairs
        if (ratio := contrast(colour(tokens, front), colour(tokens, back))) < 3
    }
    assert weak == {}


def test_the_dark_theme_is_the_same_by_wish_and_by_system():
    by_system = declared("tokens.css", ':root:not([data-theme="light"], [data-vision="on"])')
    assert by_system == declared("tokens.css", ':root[data-theme="dark"]:not([data-vision="on"])')


def test_every_token_that_is_used_is_declared():
    sheet = join_css(CSS / "site.css")
    used = set(re.findall(r"var\(--([\w-]+)\)", sheet))
    assert used - set(re.findall(r"--([\w-]+):", sheet)) == set()


def test_colours_are_written_only_as_tokens():
    """Print has its own plain set; shadows are the one exception."""
    for part in sorted(CSS.glob("*.css")):
        if part.name not in {"tokens.css", "vision.css", "print.css"}:
            assert re.findall(r"#[0-9a-f]{3,8}\b", text(part.name)) == [], part.name


def test_no_template_needs_inline_style_or_script():
    for page in sorted((ROOT / "templates").rglob("*.html")):
        if page.parent.name == "email":
            continue
        source = re.sub(r"\{#.*?#\}", "", page.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(
            r"\sstyle=|\son[a-z]+=[\"']|javascript:|<style|<script(?![^>]*\ssrc=)", source
        ), page


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A build in a folder of its own."""
    static = tmp_path_factory.mktemp("site") / "static"
    for name in ("css", "js", "icons"):
        (static / name).mkdir(parents=True)
        for source in (STATIC / name).iterdir():
            (static / name / source.name).write_bytes(source.read_bytes())
    return static, build(static)


def test_the_first_view_is_small(built):
    static, manifest = built

    def size(path):
        file = static / "build" / manifest[path]
        small = file.with_name(file.name + ".br")
        return (small if small.exists() else file).stat().st_size

    assert size("css/site.css") <= 20_000
    first = ("css/site.css", "js/site.js", "icons/icons.svg", "fonts/interface.woff2", "fonts/reading.woff2")
    assert sum(map(size, first)) <= 60_000


def test_a_second_build_changes_nothing(built):
    static, manifest = built
    before = {path: path.stat().st_mtime_ns for path in (static / "build" / "fonts").glob("*.woff2")}
    assert build(static) == manifest
    assert {path: path.stat().st_mtime_ns for path in (static / "build" / "fonts").glob("*.woff2")} == before


def test_pages_get_the_hashed_address(built):
    static, manifest = built
    assert Assets(static).url("css/site.css") == f"/static/build/{manifest['css/site.css']}"
    assert Assets(static).url("css/unknown.css") == "/static/css/unknown.css"
    css = (static / "build" / manifest["css/site.css"]).read_text("utf-8")
    assert manifest["fonts/interface.woff2"] in css
    assert "@import" not in css


def test_fonts_have_our_name_and_the_letters_we_need(built):
    from fontTools.ttLib import TTFont

    static, manifest = built
    for cut in FONTS:
        font = TTFont(static / "build" / manifest[cut.path])
        names = font["name"]
        assert names.getDebugName(1) == cut.family
        assert not any(
            reserved in str(record) for record in names.names[1:] for reserved in ("PT Serif", "Onest")
        )
        missing = {char for char in REPERTOIRE if ord(char) not in font.getBestCmap()}
        assert missing <= set("\u00ad‐‑\u2009\u202f′″←↑→↓"), cut.path


def test_minifying_keeps_what_has_meaning():
    css = 'a > b , c { color : red ;  width: calc(1px + 2px); } /* note */\n.d::after { content: "a  ;  b"; }'
    assert minify_css(css) == 'a>b,c{color :red;width:calc(1px + 2px)}.d::after{content:"a  ;  b"}'
