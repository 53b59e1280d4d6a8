"""Packages broken in many ways: every problem at its file and line, with how to mend it; nothing imported."""

import io
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from courses import packages
from courses.packages.figures import figure_problems
from courses.packages.sentences import SENTENCES
from courses.texts import texts
from tests.courses.packages.factory import LESSON, MANIFEST, SVG, small_package, zipped

DATA = Path(__file__).parents[2] / "data" / "packages"
BROKEN = {
    "01-not-utf8": ["start/first.md:3 not_utf8"],
    "02-colon-in-title": ["course.yaml:5:18 yaml_colon"],
    "03-fields": [
        "course.yaml:1:1 field_missing",
        "course.yaml:7:10 word_unknown",
        "course.yaml:8:8 whole_wrong",
        "course.yaml:12:1 field_misspelt",
    ],
    "04-same-key": ["course.yaml:23:14 key_wrong", "start/task.md:2:6 key_twice"],
    "05-figures": [
        "start/first.md:10 figure_without_alt",
        "start/first.md:12 figure_missing",
        "start/first.md:14 figure_outside",
    ],
    "06-quiz": ["start/quiz.gift:1:37 brace_unclosed", "start/quiz.gift:5:44 number_wrong"],
    "07-svg-script": [
        "figures/two.svg:1:1 svg_handler",
        "figures/two.svg:2:1 svg_element",
        "figures/two.svg:3:1 svg_outside",
    ],
    "08-not-a-png": ["figures/two.png figure_not_what_it_says"],
    "09-front-matter": ["start/first.md:1:1 front_matter_missing", "start/task.md:4:10 whole_wrong"],
    "10-files": ["course.yaml:21:20 file_missing", "course.yaml:22:15 file_case"],
    "11-yaml-bomb": ["course.yaml:2:6 yaml_anchor"],
    "12-markdown": [
        "start/first.md:6 heading_first_level",
        "start/first.md:8 callout_unknown",
        "start/first.md:12 formula_bad",
        "start/first.md:12 link_unsafe",
    ],
}


def told(source: Path | bytes) -> list[str]:
    """Place and code of every problem; saying it in words must work as well."""
    package, problems = packages.read(source)
    assert (package is None) == any(problem.severity == "error" for problem in problems)
    assert all(packages.sentence(problem, texts("ru")) for problem in problems)
    return [f"{packages.place(problem)} {problem.code}" for problem in problems]


def codes(**changes: str | bytes | None) -> set[str]:
    return {problem.code for problem in packages.read(zipped(small_package(**changes)))[1]}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_package_says_what_is_wrong_where_and_how_to_mend_it(name: str) -> None:
    assert told(DATA / name) == BROKEN[name]


@pytest.mark.parametrize("name", BROKEN)
def test_the_same_in_a_zip_with_a_folder_around_it(name: str) -> None:
    files = {
        f"{name}/{path.relative_to(DATA / name)}": path.read_bytes() for path in (DATA / name).rglob("*.*")
    }
    assert told(zipped(files)) == BROKEN[name]


def test_every_broken_package_of_the_folder_is_expected_here() -> None:
    assert sorted(path.name for path in DATA.iterdir()) == sorted(BROKEN)


def test_the_small_package_itself_is_fine() -> None:
    package, problems = packages.read(zipped(small_package()))
    assert problems == []
    assert package is not None
    assert [activity.key for activity in package.activities] == ["first", "task", "start-quiz"]


def test_a_warning_does_not_stop_an_import() -> None:
    package, problems = packages.read(zipped(small_package(**{"notes.txt": "Заметки", "figures/x.svg": SVG})))
    assert package is not None
    assert {problem.code for problem in problems} == {"file_unused", "figure_unused"}


def test_a_title_may_look_like_a_number_or_a_yes() -> None:
    for title in ("1984", "yes", "0x10", "2026-01-01", "~"):
        package, _ = packages.read(
            zipped(small_package(**{"course.yaml": MANIFEST.replace("title: Начало", f"title: {title}")}))
        )
        assert package is not None
        assert package.modules[0].title == title


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("key: pervyy-shag", "key: Первый", "key_wrong"),
        ("key: start-quiz", "key: withdraw", "key_taken"),
        ("kind: course", "kind: lecture", "word_unknown"),
        ("format: kafedra-course/1", "format: kafedra-course/9", "word_unknown"),
        ("title: Начало", "title: ''", "value_empty"),
        ("title: Начало", "title:", "value_empty"),
        ("title: Начало", "title: [а, б]", "value_not_text"),
        ("title: Начало", "title: !!python/object:os.system x", "yaml_tag"),
        ("title: Начало", "title: Начало\n    title: Конец", "field_twice"),
        ("title: Начало", f"title: {'о' * 201}", "value_too_long"),
        ("title: Начало", 'title: "\\0"', "text_unprintable"),
        ("title: Начало", 'title: "\\q"', "yaml_escape"),
        ("title: Начало", 'title: "\\U00110000"', "yaml_wrong"),
        ("title: Начало", 'title: "\\UFFFFFFFF"', "yaml_wrong"),
        ("title: Начало", 'title: Начало\n    "\\uD800": да', "field_name_wrong"),
        ("title: Начало", 'title: Начало\n    "a\\x1b[31m": да', "field_name_wrong"),
        (
            "kind: course",
            "kind: course\ncertificate:\n  text: за освоение программы повышения квалификации",
            "certificate_forbidden_words",
        ),
        ("kind: course", "kind: course\ncertificate:\n  text: за участие 漢字", "certificate_unprintable"),
        ("title: Начало", 'title: "Начало', "yaml_quote"),
        ("title: Начало", "\ttitle: Начало", "yaml_sign"),
        ("title: Начало", "title Начало", "yaml_no_colon"),
        ("outcomes:\n  - Находить сообщество по своему предмету", "outcomes: всё", "not_a_list"),
        ("      - lesson: start/first.md", "      - lekciya: start/first.md", "activity_unclear"),
        ("      - lesson: start/first.md", "      - start/first.md", "activity_unclear"),
        ("start/first.md", "../first.md", "path_wrong"),
        ("start/first.md", "start/task.md", "file_twice"),
        ("minutes: 5", "minutes: 0", "whole_wrong"),
        ("minutes: 5", "minutes: 5\n        shuffle: может быть", "yes_or_no"),
        ("modules:", "---\nmodules:", "yaml_documents"),
        ("hours: 1", "hours: " + "[" * 40, "yaml_deep"),
    ],
)
def test_a_wrong_manifest(old: str, new: str, code: str) -> None:
    assert old in MANIFEST
    assert code in codes(**{"course.yaml": MANIFEST.replace(old, new, 1)})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"course.yaml": None}, "manifest_missing"),
        ({"course.yaml": ""}, "yaml_empty"),
        ({"about.md": "  \n"}, "text_missing"),
        ({"start/first.md": LESSON + "\x07"}, "text_unprintable"),
        ({"start/first.md": "---\nkey: a\ntitle: b\nminutes: 1\n"}, "front_matter_missing"),
        ({"start/quiz.gift": "// пусто\n"}, "quiz_empty"),
        ({"start/quiz.gift": "Просто текст.\n"}, "quiz_empty"),
        ({"start/quiz.gift": "![Круги](figures/none.svg) Сколько их? {#2}\n"}, "figure_missing"),
        ({"start/quiz.gift": "![Круги](https\\://x.example/a.svg) Сколько их? {#2}\n"}, "figure_outside"),
        ({"start/quiz.gift": '[html]<img src\\="figures/none.svg"> Сколько их? {#2}\n'}, "figure_missing"),
        ({"figures/two.svg": '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG}, "svg_doctype"),
        (
            {"figures/two.svg": SVG.replace("<circle", "<circle style='fill:url(//x.example/a)'")},
            "svg_outside",
        ),
        ({"figures/two.svg": SVG.replace("<circle", "<foreignObject/><circle")}, "svg_element"),
        ({"figures/two.svg": SVG.replace("<circle", "<style>@import 'a.css'</style><circle")}, "svg_outside"),
        ({"figures/two.svg": SVG.replace("<circle", "<a href=' java\nscript:x()'/><circle")}, "svg_outside"),
        *(
            ({"figures/two.svg": SVG.replace("<circle", f"{hidden}<circle")}, code)
            for hidden, code in (
                ("<style>@imp<b/>ort 'a.css'</style>", "svg_outside"),
                ("<style>rect{fill:image-set('a.png' 1x)}</style>", "svg_outside"),
                ("<rect style='fill:u\\72l(//x.example/a)'/>", "svg_outside"),
                ("<g xml:base='https://x.example/'/>", "svg_outside"),
                ("<set attributeName='onload' to='x()'/>", "svg_element"),
                ("<animate attributeName='xlink:href' to='x()'/>", "svg_element"),
                ("<img xmlns='http://www.w3.org/1999/xhtml' srcset='//x.example/a'/>", "svg_element"),
                ("<math xmlns='http://www.w3.org/1998/Math/MathML'/>", "svg_element"),
                ("<script xmlns='http://www.w3.org/2000/svg'/>", "svg_element"),
                ("<image href='//x.example/a.png'/>", "svg_outside"),
            )
        ),
        ({"figures/two.svg": "<svg/>"}, "svg_root"),
        ({"figures/two.svg": "<svg"}, "figure_broken"),
        ({"figures/two.svg": "<g>" * 200}, "svg_deep"),
    ],
)
def test_a_wrong_file(changes: dict[str, str | None], code: str) -> None:
    assert code in codes(**changes)


DRAWN = """\
<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
     xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" viewBox="0 0 10 10"
     inkscape:export-filename="C:\\Документы\\круг.png">
  <sodipodi:namedview inkscape:zoom="1"/><metadata><note xmlns="urn:x">Круг (src(1))</note></metadata>
  <defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient>
  <filter id="f"><feGaussianBlur stdDeviation="1"/></filter></defs>
  <style>.a{fill:url(#g)}</style><circle class="a" r="3" style="filter:url(#f)"/><use href="#g"/>
</svg>
"""


def test_what_drawing_programs_write_is_welcome() -> None:
    assert figure_problems("круг.svg", DRAWN.encode()) == []


# ---- hostile archives


def archive_with(name: str, *, mode: int = 0o100644, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in small_package().items():
            archive.writestr(path, data)
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        archive.writestr(entry, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (archive_with("../../etc/cron.d/x"), "path_unsafe"),
        (archive_with("/etc/passwd"), "path_unsafe"),
        (archive_with("C:\\Windows\\x.dll"), "path_unsafe"),
        (archive_with("a\\..\\..\\x"), "path_unsafe"),
        (archive_with("figures/link.svg", mode=0o120777, content=b"/etc/passwd"), "link"),
        (archive_with("START/first.md"), "file_name_twice"),
        (archive_with("start/первый.md"), "file_name_wrong"),
        (archive_with("start/a b.md"), "file_name_wrong"),
        (b"", "zip_broken"),
        (b"PK\x03\x04 not really", "zip_broken"),
        (zipped(small_package())[:-30], "zip_broken"),
        (zipped({f"f{n}.md": b"" for n in range(10_000)}), "too_many_files"),
        (zipped({**small_package(), "bomb.md": b"\0" * 60_000_000}), "zip_bomb"),
        (zipped(small_package(), compress=zipfile.ZIP_LZMA), "zip_method"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_archive_is_refused(data: bytes, code: str) -> None:
    package, problems = packages.read(data)
    assert package is None
    assert code in {problem.code for problem in problems}


def test_a_header_that_lies_about_the_size_is_not_believed() -> None:
    data = bytearray(zipped({"course.yaml": b"a" * 5_000_000}))
    for place in (data.find(b"PK\x03\x04") + 22, data.find(b"PK\x01\x02") + 24):
        data[place : place + 4] = (10).to_bytes(4, "little")
    package, problems = packages.read(bytes(data))
    assert package is None
    assert problems[0].code in {"zip_broken", "zip_bomb"}


def test_what_packers_add_is_passed_over() -> None:
    files = {**small_package(), "__MACOSX/._course.yaml": b"x", ".DS_Store": b"x", "figures/Thumbs.db": b"x"}
    del files["figures/Thumbs.db"]
    assert packages.read(zipped(files))[1] == []


def test_a_link_in_a_folder_is_refused_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    for path, data in small_package().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    assert packages.read(tmp_path)[1] == []
    (tmp_path / "figures" / "out.svg").symlink_to("/etc/passwd")
    assert [problem.code for problem in packages.read(tmp_path)[1]] == ["link"]


def test_a_path_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    assert [problem.code for problem in packages.read(tmp_path / "no")[1]] == ["package_not_found"]


# ---- pictures


def picture(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("JPEG", "jpeg"), ("WEBP", "webp")]
)
def test_a_real_picture_is_fine_and_half_of_it_is_not(kind: str, ending: str) -> None:
    data = picture(kind)
    assert figure_problems(f"a.{ending}", data) == []
    assert [problem.code for problem in figure_problems(f"a.{ending}", data[: len(data) // 2])] == [
        "figure_broken"
    ]


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    assert [p.code for p in figure_problems("a.png", picture("PNG", (6000, 6000)))] == [
        "figure_too_many_pixels"
    ]


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "svg"])
@given(tail=st.binary(max_size=300))
def test_no_picture_makes_the_check_fail(ending: str, tail: bytes) -> None:
    magic = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "webp": b"RIFF", "svg": b"<svg "}[ending]
    figure_problems(f"a.{ending}", magic + tail)


# ---- anything at all


@given(data=st.binary(max_size=400))
def test_no_bytes_make_the_check_fail(data: bytes) -> None:
    packages.read(data)
    packages.read(b"PK\x03\x04" + data)


@hypothesis_settings(max_examples=150)
@given(data=st.data(), path=st.sampled_from(sorted(small_package())))
def test_no_damage_to_one_file_makes_the_check_fail(data: st.DataObject, path: str) -> None:
    whole = small_package()[path]
    place = data.draw(st.integers(0, len(whole)))
    junk = data.draw(
        st.binary(max_size=12) | st.text(max_size=12).map(lambda text: text.encode("utf-8", "replace"))
    )
    cut = data.draw(st.integers(0, 20))
    told(zipped(small_package(**{path: whole[:place] + junk + whole[place + cut :]})))


@given(data=st.data())
def test_no_damage_to_the_archive_makes_the_check_fail(data: st.DataObject) -> None:
    whole = bytearray(zipped(small_package()))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    told(bytes(whole))


def test_figures_are_looked_for_in_questions_and_not_in_comments_or_code() -> None:
    quiz = "// пример: ![схема](figures/net.png)\nЗапись `![a](b.png)` — это картинка? {T}\n"
    assert codes(**{"start/quiz.gift": quiz}) == set()
    assert "figure_missing" in codes(**{"start/quiz.gift": "[markdown]Что на ![схеме](figures/no.png)? {T}"})


def test_a_text_full_of_openings_is_read_in_time() -> None:
    began = time.process_time()
    codes(**{"start/quiz.gift": "Вопрос {T}\n\n" + "![" * 200_000})
    codes(**{"start/quiz.gift": "[markdown]" + "![" * 45_000 + " {T}"})
    assert time.process_time() - began < 5


def test_every_sentence_is_a_sentence() -> None:
    assert [code for code, text in SENTENCES.items() if not text.rstrip().endswith((".", "?", ")"))] == []
