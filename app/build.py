"""The look of the product, made ready to serve: one stylesheet, our own font cuts, names that carry a hash.

`build` runs at set-up time; `Assets` answers templates with the address of a file. Everything it writes goes
into `static/build/`, which is not committed: the font files are modified copies and carry names of their own.
"""

import gzip
import hashlib
import json
import os
import re
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from app.assets import BUILD

COMPRESSIBLE = {".css", ".js", ".svg", ".json"}

# What Russian and English teaching texts are set in; a character outside falls back to the reader's own font.
REPERTOIRE = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "".join(map(chr, range(0x410, 0x450)))
    + "Ёё\u00a0\u0301§©«»°±²³·×÷\u00ad‐‑–—‘’“”„…№₽−\u2009\u202f←↑→↓•′″≤≥≈≠"
)
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum"]


@dataclass(frozen=True)
class FontCut:
    """One web font: where it comes from, what it is called here, which weights it keeps."""

    path: str
    package: str
    source: str
    family: str
    weights: tuple[int, int] | None = None


FONTS = (
    FontCut("fonts/interface.woff2", "fontpkg_onest", "Onest[wght].ttf", "Kafedra Interface", (400, 700)),
    FontCut("fonts/reading.woff2", "fontpkg_pt_serif", "PT_Serif-Web-Regular.ttf", "Kafedra Reading"),
    FontCut("fonts/reading-bold.woff2", "fontpkg_pt_serif", "PT_Serif-Web-Bold.ttf", "Kafedra Reading"),
    FontCut("fonts/reading-italic.woff2", "fontpkg_pt_serif", "PT_Serif-Web-Italic.ttf", "Kafedra Reading"),
)

LICENCE_NOTE = """\
The fonts in this folder are subsets of Onest and PT Serif, renamed as their licence asks, and remain under
the SIL Open Font License 1.1, https://openfontlicense.org
"""


def build(static_folder: str | os.PathLike[str]) -> dict[str, str]:
    """Write `static/build/` anew and return the manifest: source path → hashed path below `build/`."""
    static = Path(static_folder)
    target = static / BUILD
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    manifest = _fonts(target)
    for icon in sorted((static / "icons").glob("*.svg")):
        manifest[f"icons/{icon.name}"] = _write(target, icon.name, icon.read_bytes().strip())
    _scripts(static, target, manifest)
    css = minify_css(join_css(static / "css" / "site.css"))
    manifest["css/site.css"] = _write(target, "site.css", _with_hashed_fonts(css, manifest).encode())
    _remove_others(target, manifest)
    text = json.dumps(manifest, indent=1, sort_keys=True)
    _replace(target / "manifest.json", text.encode())
    return manifest


# --- stylesheet ---

_IMPORT = re.compile(r'@import url\("([^"]+)"\)(?:\s+layer\((\w+)\))?;')


def join_css(entry: Path) -> str:
    """The entry stylesheet with every `@import … layer(x)` replaced by the file itself, inside that layer."""

    def included(match: re.Match[str]) -> str:
        name, layer = match.groups()
        text = (entry.parent / name).read_text("utf-8")
        return f"@layer {layer} {{\n{text}\n}}" if layer else text

    return _IMPORT.sub(included, entry.read_text("utf-8"))


def minify_css(text: str) -> str:
    """Drop comments and the white space that means nothing; never touch what is inside quotes."""
    parts = re.split(r'("[^"]*")', re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    for i in range(0, len(parts), 2):
        part = re.sub(r"\s+", " ", parts[i])
        part = re.sub(r" ?([{};,>]) ?", r"\1", part)
        parts[i] = re.sub(r"(?<=:) ", "", part).replace(";}", "}")
    return "".join(parts).strip()


def _with_hashed_fonts(css: str, manifest: dict[str, str]) -> str:
    return re.sub(
        r'url\("\.\./build/(fonts/[^"]+)"\)', lambda found: f'url("{manifest[found.group(1)]}")', css
    )


# --- scripts ---

_MODULE = re.compile(r'((?:from|import)\s*\(?\s*")\./([\w-]+\.js)(")')


def _scripts(static: Path, target: Path, manifest: dict[str, str]) -> None:
    """Give every module a hashed name, imported ones first, so that an import names the hashed file."""

    def add(name: str) -> str:
        path = f"js/{name}"
        if path not in manifest:
            text = (static / path).read_text("utf-8")
            text = _MODULE.sub(lambda m: f"{m[1]}./{add(m[2])}{m[3]}", text)
            manifest[path] = _write(target, name, text.encode())
        return manifest[path]

    for script in sorted((static / "js").glob("*.js")):
        add(script.name)


# --- fonts ---


def _fonts(target: Path) -> dict[str, str]:
    """Cut the fonts, or keep the cuts of an earlier build when neither sources nor recipe have changed."""
    sources = {cut.path: (files(cut.package) / "files" / cut.source).read_bytes() for cut in FONTS}
    recipe = hashlib.sha256(repr((FONTS, REPERTOIRE, FEATURES)).encode())
    for data in sources.values():
        recipe.update(data)
    note = target / "fonts" / "recipe.json"
    known = json.loads(note.read_text("utf-8")) if note.exists() else {}
    made: dict[str, str] = known.get("made", {})
    complete = all((target / name).exists() for name in made.values())
    if known.get("recipe") != recipe.hexdigest() or not complete:
        made = {cut.path: _write(target, cut.path, subset(cut, sources[cut.path])) for cut in FONTS}
        _replace(note, json.dumps({"recipe": recipe.hexdigest(), "made": made}).encode())
        _replace(target / "fonts" / "LICENCE.txt", LICENCE_NOTE.encode())
    return dict(made)


def subset(cut: FontCut, source: bytes) -> bytes:
    """Our own cut of a font as WOFF2: only the repertoire, only the weights used, under its own name."""
    font = TTFont(BytesIO(source), recalcTimestamp=False)
    if cut.weights:
        font = instancer.instantiateVariableFont(font, {"wght": cut.weights})
    options = Options()
    options.hinting = False
    options.layout_features = FEATURES
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(text=REPERTOIRE)
    subsetter.subset(font)
    _rename(font, cut.family)
    font.flavor = "woff2"
    out = BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def _rename(font: TTFont, family: str) -> None:
    """A modified copy may not use the reserved name; its licence line stays, in short."""
    names = font["name"]
    style = names.getDebugName(2) or "Regular"
    copyright_line = (names.getDebugName(0) or "").split("\r")[0]
    names.names = []
    postscript = f"{family}-{style}".replace(" ", "")
    licence = "SIL Open Font License 1.1"
    values = {0: copyright_line, 1: family, 2: style, 3: postscript, 4: f"{family} {style}", 6: postscript}
    for name_id, text in (values | {13: licence, 14: "https://openfontlicense.org"}).items():
        names.setName(text, name_id, 3, 1, 0x409)


# --- files ---


def _write(target: Path, name: str, data: bytes) -> str:
    """Write `data` under a name with its hash, with compressed twins; return the path below `target`."""
    path = Path(name)
    digest = hashlib.sha256(data).hexdigest()[:10]
    hashed = str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))
    out = target / hashed
    if not out.exists():
        _replace(out, data)
        if path.suffix in COMPRESSIBLE:
            _replace(out.with_name(out.name + ".br"), brotli.compress(data))
            _replace(out.with_name(out.name + ".gz"), gzip.compress(data, 9, mtime=0))
    return hashed


def _replace(path: Path, data: bytes) -> None:
    """Write in one step, so that a reader never sees half a file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)


def _remove_others(target: Path, manifest: dict[str, str]) -> None:
    """Forget files of earlier builds."""
    kept = {f"{name}{twin}" for name in manifest.values() for twin in ("", ".br", ".gz")}
    kept |= {"manifest.json", "fonts/recipe.json", "fonts/LICENCE.txt"}
    for path in target.rglob("*"):
        if path.is_file() and str(path.relative_to(target)) not in kept:
            path.unlink(missing_ok=True)
