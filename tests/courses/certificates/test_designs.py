"""What every certificate design promises: it fits, it reads, it is tagged, and it never changes."""

import hashlib
import io
import json
import os
import random
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from courses.certificates.designs import (
    DESIGNS,
    FACSIMILE,
    Design,
    IncompleteSnapshot,
    MissingGlyphs,
    find_designs,
    missing_glyphs,
)
from courses.certificates.drawing.fonts import FILES, load
from courses.certificates.drawing.metadata import srgb_profile
from courses.certificates.drawing.sheet import Box, Line
from courses.certificates.drawing.typography import fit, normalise, quote

ROOT = Path(__file__).resolve().parents[3]
LONGEST = "Константинопольская-Преображенская Александра-Елизавета Владиславовна-Станиславовна оглы"
LONG_TITLE = (
    "Проектирование и реализация программ внеурочной деятельности естественно-научной направленности "
    "в условиях сельской малокомплектной школы с использованием "
    "дистанционных образовательных технологий — 2026"
)
NAMES = ("Ли Ю", "Щербакова Наталья Фёдоровна", LONGEST, "Әбдіқұлов Нұрлан Төлегенұлы", "Zoë Strauß-Łukasz")
KINDS = ("course", "seminar", "master_class", "workshop")
LETTERS = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюяABCXYZabcxyz-'.() "

every_design = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())


def a_snapshot(**changes: Any) -> dict[str, Any]:
    """A certificate of usual length, as the service stores it."""
    organisation = {
        "name": "АНО ДПО «Институт дистанционных технологий»",
        "city": "Новосибирск",
        "head_position": "Директор",
        "head_name": "А. В. Крылова",
        "licence": "Лицензия № 054-01234 от 12 марта 2024 года",
        "signature": FACSIMILE,
        "seal": FACSIMILE,
    }
    snapshot = {
        "language": "ru",
        "design": "classic",
        "kind": "course",
        "organisation": organisation | changes.pop("organisation", {}),
        "document_title": "Сертификат участника",
        "given_to_label": "Настоящий сертификат подтверждает, что",
        "recipient": "Щербакова Наталья Фёдоровна",
        "text": "успешно завершила обучение на дистанционном курсе",
        "course_title": "Проектирование уроков",
        "volume": "в объёме 36\u00a0часов",
        "period": "с 1 по 30 ноября 2026\u202fгода",
        "issued": "23 ноября 2026\u202fгода",
        "number": "2026-СТ-00001",
        "note": "Не является документом о квалификации",
        "verify_url": "https://kafedra.example.org/v/7KQ4-M2XP-9RTD",
        "verify_label": "Проверить подлинность сертификата:",
        "code": "7KQ4-M2XP-9RTD",
    }
    return snapshot | changes


ENGLISH = {
    "language": "en",
    "document_title": "Certificate of Participation",
    "given_to_label": "This is to certify that",
    "recipient": "Natalia Shcherbakova",
    "text": "has completed the distance course",
    "course_title": "Designing Interactive Lessons",
    "volume": "36 hours",
    "period": "1–30 November 2026",
    "issued": "23 November 2026",
    "note": "This is not a qualification document",
    "verify_label": "Verify this certificate:",
}


def text_of(pdf: bytes) -> str:
    """What pdftotext reads, with any run of white space as one space."""
    command = ["pdftotext", "-enc", "UTF-8", "-", "-"]
    return " ".join(
        subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode().split()
    )


def ink(line: Line) -> Box:
    """What a line surely blackens: from descenders to capitals."""
    box = line.box()
    return Box(box.left, line.y - 0.2 * line.size, box.right, line.y + 0.7 * line.size)


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return (
        max(one.left, other.left) < min(one.right, other.right)
        and max(one.bottom, other.bottom) < min(one.top, other.top)
    )  # fmt: skip


def assert_fits(design: Design, snapshot: dict[str, Any]) -> None:
    """Every line lies inside the frame, off the pictures, and touches no other line."""
    lines = [line for part in design.layout(snapshot) for line in part.lines]
    for line in lines:
        assert line.box() in design.frame, line
        assert not any(overlap(ink(line), box) for box in design.reserved), line
    for one, other in combinations(lines, 2):
        assert not overlap(ink(one), ink(other)), (one, other)


def a_picture(mode: str, size: tuple[int, int]) -> bytes:
    """A picture file such as an administrator uploads."""
    target = io.BytesIO()
    Image.new(mode, size, (30, 40, 140, 128)[: len(mode)]).save(target, "PNG")
    return target.getvalue()


# --- the contract of every design ---


@every_design
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("title", ["Цифра", LONG_TITLE[:90], LONG_TITLE])
def test_the_shortest_and_the_longest_texts_fit_the_frame(design, name, title):
    extra = "Итоговая работа: «Урок-исследование „Вода рядом с нами“», оценка — отлично"
    assert_fits(design, a_snapshot(recipient=name, course_title=title, extra=extra))


@every_design
def test_absurdly_long_texts_still_fit(design):
    long = dict.fromkeys(
        ("text", "given_to_label", "document_title"), "Очень длинный текст этой строки " * 12
    )
    organisation = dict.fromkeys(("name", "licence", "head_name", "city"), "Очень длинное название " * 15)
    snapshot = a_snapshot(recipient="Ъ" * 300, course_title="Щ" * 500, organisation=organisation, **long)
    snapshot |= {"note": "Ж" * 400, "number": "Ш" * 90, "verify_url": "https://example.org/" + "w" * 300}
    assert_fits(design, snapshot)
    assert design.draw(snapshot).startswith(b"%PDF-1.7")


@every_design
@settings(max_examples=60)
@given(name=st.text(LETTERS, min_size=1, max_size=140).filter(lambda text: normalise(text)))
def test_any_name_fits_the_frame(design, name):
    assert_fits(design, a_snapshot(recipient=name))


@every_design
@settings(max_examples=80)
@given(name=st.text(min_size=1, max_size=60).filter(lambda text: normalise(text)))
def test_any_text_is_either_printed_whole_or_refused(design, name):
    snapshot = a_snapshot(recipient=name)
    if missing := missing_glyphs(name):
        with pytest.raises(MissingGlyphs) as refused:
            design.draw(snapshot)
        assert refused.value.characters <= missing
    else:
        assert design.draw(snapshot).startswith(b"%PDF-1.7")


@every_design
@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_read_out_as_one_run(design, name):
    assert name in text_of(design.draw(a_snapshot(recipient=name)))


@every_design
def test_russian_letters_and_marks_are_read_out_right(design):
    text = text_of(design.draw(a_snapshot(course_title="Всё о «ёлках» — и №\u00a05 (объём)")))
    assert "«Всё о „ёлках“ — и № 5 (объём)»" in text
    assert "в объёме 36 часов, с 1 по 30 ноября 2026 года" in text
    assert "№ 2026-СТ-00001" in text
    assert "Новосибирск, 23 ноября 2026 года" in text


@every_design
def test_it_is_read_in_the_order_in_which_it_is_meant(design):
    words = text_of(design.draw(a_snapshot()))
    order = (
        "Институт",
        "Сертификат участника",
        "подтверждает",
        "Щербакова",
        "успешно",
        "Проектирование",
        "36 часов",
    )
    places = [words.index(word) for word in order]
    assert places == sorted(places)


@every_design
@pytest.mark.parametrize("kind", [*KINDS, "a kind added later"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_kind_is_drawn_in_both_languages(design, kind, language):
    changes = ENGLISH if language == "en" else {}
    with pikepdf.open(io.BytesIO(design.draw(a_snapshot(kind=kind, **changes)))) as pdf:
        assert str(pdf.Root.Lang).startswith(language)
        assert len(pdf.pages) == 1


@every_design
@pytest.mark.parametrize("changes", [{}, ENGLISH, {"recipient": NAMES[3]}, {"period": "", "extra": "Ещё"}])
def test_qpdf_finds_no_fault(design, changes, tmp_path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(design.draw(a_snapshot(**changes)))
    checked = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "WARNING" not in checked.stdout + checked.stderr


@every_design
def test_title_and_language_are_set_and_the_same_everywhere(design):
    with pikepdf.open(io.BytesIO(design.draw(a_snapshot()))) as pdf:
        assert str(pdf.docinfo.Title) == "Сертификат участника № 2026-СТ-00001"
        assert str(pdf.Root.Lang) == "ru-RU"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as xmp:
            assert xmp["dc:title"] == str(pdf.docinfo.Title)
            assert xmp["dc:creator"] == [str(pdf.docinfo.Author)]
            assert xmp["dc:description"] == str(pdf.docinfo.Subject)
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("3", "A")
            assert xmp["pdfuaid:part"] == "1"


@every_design
def test_an_ampersand_in_a_name_does_not_break_the_metadata(design):
    pdf = design.draw(a_snapshot(organisation={"name": "Центр «A & B» <плюс>"}))
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as xmp:
        assert xmp["dc:creator"] == ["Центр «A & B» <плюс>"]


@every_design
def test_everything_is_tagged_and_pictures_are_described(design):
    with pikepdf.open(io.BytesIO(design.draw(a_snapshot()))) as pdf:
        page, root = pdf.pages[0], pdf.Root.StructTreeRoot
        assert pdf.Root.MarkInfo.Marked
        children = list(root.K.K)
        roles = [str(child.S) for child in children]
        assert roles.count("/H1") == 1
        assert set(roles) == {"/H1", "/P", "/Figure"}
        figures = [child for child in children if child.S == "/Figure"]
        assert len(figures) == 4  # emblem, seal, signature, QR code
        assert all(str(figure.Alt) and len(figure.A.BBox) == 4 for figure in figures)
        assert_all_content_is_marked(page)
        assert next(element.K for element in marked_content(root)) == 0


def marked_content(root: pikepdf.Object) -> list[pikepdf.Object]:
    """The elements that own the page's marked content, by its numbers."""
    return list(root.ParentTree.Nums[1])


def assert_all_content_is_marked(page: pikepdf.Page) -> None:
    depth, numbers = 0, []
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in {"BDC", "BMC"}:
            depth += 1
            if str(operator) == "BDC":
                numbers.append(int(operands[1].MCID))
        elif str(operator) == "EMC":
            depth -= 1
        elif str(operator) in {"TJ", "Do", "f", "S"}:
            assert depth == 1, f"{operator} outside of marked content"
    assert depth == 0
    assert numbers == list(range(len(numbers)))


@every_design
def test_the_address_is_a_link_that_is_part_of_the_text(design):
    with pikepdf.open(io.BytesIO(design.draw(a_snapshot()))) as pdf:
        (link,) = pdf.pages[0].Annots
        assert a_snapshot()["verify_url"] == link.A.URI
        assert str(link.Contents)
        owner = pdf.Root.StructTreeRoot.ParentTree.Nums[3]
        assert (owner.S, owner.P.S, owner.K[1].Obj.objgen) == ("/Link", "/P", link.objgen)


@every_design
def test_every_font_is_embedded_and_can_be_read_back(design):
    with pikepdf.open(io.BytesIO(design.draw(a_snapshot(recipient=NAMES[3])))) as pdf:
        fonts = pdf.pages[0].Resources.Font
        assert fonts.keys()
        for font in fonts.values():
            assert "/ToUnicode" in font
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor


@every_design
@pytest.mark.parametrize("address", ["https://kafedra.example.org/v/7KQ4", "https://курсы.рф/проверка/7KQ4"])
def test_the_qr_code_can_be_read_from_the_printed_page(design, address, tmp_path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(design.draw(a_snapshot(verify_url=address)))
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", file, tmp_path / "page"], check=True)
    with Image.open(tmp_path / "page.png") as page:
        (found,) = zxingcpp.read_barcodes(page)
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert found.ec_level == "M"
    assert found.text.isascii()
    assert found.text.startswith(("https://kafedra.example.org/v/7KQ4", "https://xn--j1amdg6b.xn--p1ai/%D0"))
    millimetres = (found.position.top_right.x - found.position.top_left.x) / 150 * 25.4
    assert millimetres >= 22


@every_design
def test_pictures_of_seal_and_signature_are_placed_under_their_keys(design):
    snapshot = a_snapshot(organisation={"seal": "files/seal", "signature": "files/pen"})
    assets = {"files/seal": a_picture("RGBA", (300, 300)), "files/pen": a_picture("RGB", (2000, 500))}
    pdf = design.draw(snapshot, assets)
    assert pdf == design.draw(snapshot, assets)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        images = [x for x in opened.pages[0].Resources.XObject.values() if x.Subtype == "/Image"]
        assert sorted((int(i.Width), i.get("/SMask") is not None) for i in images) == [
            (300, True),
            (900, False),
        ]
    with pytest.raises(KeyError, match="files/pen"):
        design.draw(snapshot, {"files/seal": assets["files/seal"]})


@every_design
def test_without_seal_and_signature_the_place_stays_empty(design):
    with pikepdf.open(
        io.BytesIO(design.draw(a_snapshot(organisation={"seal": "", "signature": None})))
    ) as pdf:
        roles = [str(child.S) for child in pdf.Root.StructTreeRoot.K.K]
    assert roles.count("/Figure") == 2  # emblem and QR code


@every_design
def test_what_the_snapshot_lacks_is_named(design):
    for key in design.needs:
        snapshot = a_snapshot()
        del snapshot[key]
        with pytest.raises(IncompleteSnapshot, match=key):
            design.draw(snapshot)


@every_design
def test_the_snapshot_is_not_touched(design):
    snapshot = a_snapshot()
    before = json.dumps(snapshot, ensure_ascii=False)
    design.draw(snapshot)
    assert json.dumps(snapshot, ensure_ascii=False) == before


# --- the same bytes ---


def a_series() -> list[dict[str, Any]]:
    """Certificates that differ in all that is kept between drawings: kinds, fonts, organisations."""
    return [
        a_snapshot(
            recipient=name, kind=kind, number=f"2026-СТ-{len(name)}", organisation={"name": f"Школа «{kind}»"}
        )
        for name in NAMES
        for kind in KINDS
    ]


@every_design
def test_the_same_certificate_has_the_same_bytes_in_any_order(design):
    first = [design.draw(snapshot) for snapshot in a_series()]
    order = list(range(len(first)))
    random.Random(7).shuffle(order)
    again = {number: design.draw(a_series()[number]) for number in order}
    assert first == [again[number] for number in range(len(first))]
    assert len(set(first)) == len(first)


@every_design
def test_threads_do_not_disturb_each_other(design):
    alone = [design.draw(snapshot) for snapshot in a_series()]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(design.draw, a_series() * 3)) == alone * 3


@every_design
def test_another_process_draws_the_same_bytes(design):
    program = (
        "import hashlib, json, sys\n"
        "from courses.certificates.designs import DESIGNS\n"
        "for snapshot in json.load(sys.stdin):\n"
        "    print(hashlib.sha256(DESIGNS[sys.argv[1]].draw(snapshot)).hexdigest())\n"
    )
    here = [hashlib.sha256(design.draw(snapshot)).hexdigest() for snapshot in a_series()]
    for seed, step in (("0", 1), ("4711", -1)):
        there = subprocess.run(
            [sys.executable, "-c", program, design.name],
            input=json.dumps(a_series()[::step]),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": "Asia/Kamchatka"},
            check=True,
        )
        assert there.stdout.split()[::step] == here


# --- finding designs ---


def test_the_classic_design_is_found_by_itself():
    assert DESIGNS["classic"].title == "Классический"


def test_two_designs_of_one_name_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "shelf_of_designs"
    package.mkdir()
    (package / "__init__.py").touch()
    for module in ("one", "two"):
        (package / f"{module}.py").write_text("from courses.certificates.designs.classic import DESIGN\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="'classic'"):
        find_designs("shelf_of_designs", [str(package)])


# --- words and letters ---


def test_missing_letters_are_named():
    assert missing_glyphs("Иванов 李 Иван 🎓") == {"李", "🎓"}
    assert missing_glyphs("Щербакова — «ёж» № 5, Әбдіқұлов, O’Brien\u202f\u2011\u00a0") == set()
    with pytest.raises(MissingGlyphs, match=r"李 \(U\+674E\)"):
        load("PTSerif-Bold").width("李")


def test_letters_are_composed_and_invisible_characters_dropped():
    assert normalise("Андре\u0438\u0306\u200b  \tФе\u0308дор\u00ad\n") == "Андрей Фёдор"
    assert normalise("2026\u202fгода") == "2026\u00a0года"
    assert missing_glyphs(unicodedata.normalize("NFD", "Фёдоров Андрей")) == set()
    assert missing_glyphs("а\u0301") == {"\u0301"}  # a loose accent would stand beside its letter


def test_a_fixed_space_holds_words_together():
    fitted = fit("раз два\u00a0три", load("PTSerif-Regular"), width=60, size=12, floor=12, max_lines=2)
    assert fitted.lines == ("раз", "два\u00a0три")


def test_a_line_does_not_end_with_a_preposition_nor_begin_with_a_dash():
    face = load("PTSerif-Regular")
    for width in range(60, 400, 7):
        text = "Обучение в школе и дома — на опыте учителей"
        lines = fit(text, face, width=width, size=12, floor=12, max_lines=6).lines
        assert " ".join(lines) == text
        assert not any(line.endswith((" в", " и", " на")) or line.startswith("—") for line in lines)


def test_a_text_shrinks_first_then_wraps_in_balance_then_shrinks_on():
    face, name = load("PTSerif-Bold"), "Константинопольский Преображенский Владиславович"
    one, two, small = (fit(name, face, width=w, size=32, floor=24, max_lines=2) for w in (800, 500, 250))
    assert (len(one.lines), len(two.lines), len(small.lines)) == (1, 2, 2)
    assert 24 <= one.size < 32
    assert 24 <= two.size <= 32
    assert small.size < 24


def test_titles_are_quoted_once():
    assert quote("Цифра", "ru") == "«Цифра»"
    assert quote("«Цифра»", "ru") == "«Цифра»"
    assert quote("О «Цифре» и не только", "ru") == "«О „Цифре“ и не только»"
    assert quote("«Цифра» и «Слово»", "ru") == "«„Цифра“ и „Слово“»"
    assert quote('Проект "Школа"', "ru") == "«Проект „Школа“»"
    assert quote('"Школа"', "ru") == "«Школа»"
    assert quote("Lessons", "en") == "“Lessons”"
    assert quote('On "new" lessons', "en") == "“On ‘new’ lessons”"


def test_usual_texts_need_only_the_small_fonts_and_rare_letters_the_wide_ones():
    usual = DESIGNS["classic"].draw(a_snapshot())
    wide = DESIGNS["classic"].draw(a_snapshot(recipient="Әбдіқұлов"))
    assert len(usual) < len(wide) < 140_000
    assert len(usual) < 110_000


def test_every_typeface_knows_the_letters_of_names():
    for name in FILES:
        assert set("АЁёяAZaz«»—–№’ЎўІіЇїЄєҐґӘәҒғҚқҢңӨөҰұҮүҺһéüßłŁ") <= load(name).glyphs.keys()


def test_the_colour_profile_is_srgb():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    colours = [(10, 100, 200), (255, 255, 255), (0, 0, 0), (128, 30, 77)]
    for colour in colours:
        there = ImageCms.applyTransform(Image.new("RGB", (1, 1), colour), transform).getpixel((0, 0))
        assert all(abs(a - b) <= 1 for a, b in zip(colour, there, strict=True))
