"""Files that only pretend to be a question table: one clear sentence, and bounded time and memory."""

import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.questions.formats import FORMATS, Draft
from courses.questions.formats._xlsx_examples import EXAMPLES
from courses.questions.formats.problems import describe

XLSX = FORMATS["xlsx"]
SHEET, TEXTS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
GOOD = XLSX.write([Draft(question, 0, category) for question, category in EXAMPLES])
SECONDS = 30  # of one processor; all of these take less than a tenth of it on an idle one
HEAD = '<?xml version="1.0"?><worksheet><sheetData>'
TAIL = "</sheetData></worksheet>"


def changed(**parts: bytes) -> bytes:
    """A good file with other contents of some of its parts."""
    named = {"sheet": SHEET, "texts": TEXTS, "book": BOOK}
    contents = {named[name]: content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, contents.get(name, old.read(name)))
    return out.getvalue()


def sheet(cells: str) -> bytes:
    return changed(sheet=f"{HEAD}{cells}{TAIL}".encode())


def only_problem(data: bytes) -> tuple[str, str]:
    """The code and the sentence of the one thing that is said, in bounded time."""
    began = time.process_time()
    report = XLSX.read(data)
    assert time.process_time() - began < SECONDS
    assert report.drafts == ()
    [problem] = report.problems
    sentence, values = describe(problem)
    return problem.code, sentence % values


def lying(data: bytes, name: str, size: int) -> bytes:
    """The same bytes, but the directory of the archive says another unpacked size of a part."""
    out = bytearray(data)
    place = out.find(b"PK\x01\x02")
    while out[place + 46 : place + 46 + len(name)] != name.encode():
        place = out.find(b"PK\x01\x02", place + 4)
    out[place + 24 : place + 28] = size.to_bytes(4, "little")
    return bytes(out)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" + b"\0" * 100, b"<table></table>", GOOD[:900]])
def test_what_is_no_archive_is_no_table(data):
    code, sentence = only_problem(data)
    assert code == "xlsx_no_table"
    assert ".xlsx" in sentence


def test_an_archive_of_something_else_is_no_table():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("курс.yaml", "title: Курс")
    assert only_problem(out.getvalue())[0] == "xlsx_no_table"


def test_a_workbook_with_a_password_is_told_to_be_saved_without_it():
    assert "без пароля" in only_problem(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)[1]


def test_a_file_over_the_limit_is_not_opened():
    assert only_problem(GOOD + b"\0" * 10 * 1024 * 1024)[0] == "file_too_large"


def test_a_hundred_megabytes_packed_into_a_few_are_not_unpacked():
    assert only_problem(sheet(" " * 100_000_000))[0] == "xlsx_too_large"


@pytest.mark.parametrize("size", [1, 2_000_000_000])
def test_a_size_in_the_directory_is_not_believed(size):
    packed = sheet("<row><c><v>1</v></c></row>" * 1_500_000 if size == 1 else "")
    assert only_problem(lying(packed, SHEET, size))[0] in ("xlsx_broken", "xlsx_too_large")


def test_entities_that_grow_are_refused_where_they_are_declared():
    bomb = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    xml = b'<!DOCTYPE sst [<!ENTITY a0 "la">' + bomb + b"]><sst><si><t>&a9;</t></si></sst>"
    for part in ("sheet", "texts", "book"):
        assert only_problem(changed(**{part: xml}))[0] == "xlsx_broken"


def test_an_entity_of_a_file_is_refused():
    xml = b'<!DOCTYPE sst [<!ENTITY f SYSTEM "file:///etc/passwd">]><sst><si><t>&f;</t></si></sst>'
    assert only_problem(changed(texts=xml))[0] == "xlsx_broken"


def test_a_million_empty_rows_are_too_many():
    code, words = only_problem(sheet('<row r="7"/>' * 1_000_000))
    assert code == "xlsx_too_many_rows"
    assert "удалите" in words


def test_a_value_in_the_last_column_is_too_wide():
    code, words = only_problem(sheet('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'))
    assert code == "xlsx_too_wide"
    assert "XFD1" in words


def test_two_cells_in_opposite_corners_cost_no_more_than_two_cells():
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'
    assert only_problem(sheet(cells))[0] == "xlsx_no_headings"


def test_one_long_text_in_many_cells_is_counted_in_each():
    texts = f"<sst><si><t>{'я' * 90_000}</t></si></sst>".encode()
    cells = "<row>" + '<c t="s"><v>0</v></c>' * 2_000 + "</row>"
    data = changed(texts=texts, sheet=f"{HEAD}{cells * 20}{TAIL}".encode())
    assert only_problem(data)[0] == "xlsx_too_full"


def test_too_many_cells_and_elements_are_refused():
    assert only_problem(sheet("<row><c><v>1</v></c></row>" * 60_000))[0] == "xlsx_too_many_rows"
    wide = "<row>" + "<c><v>1</v></c>" * 4_000 + "</row>"
    assert only_problem(sheet(wide * 200))[0] == "xlsx_too_full"
    assert only_problem(sheet("<a/>" * 4_000_000))[0] == "xlsx_too_large"


@pytest.mark.parametrize(
    "cells",
    [
        "<row>" * 100_000,
        "<row><c",
        '<row r="-1"/>',
        '<row r="9999999999"/>',
        '<row><c r="A"><v>1</v></c></row>',
        '<row><c r="AAAA1"><v>1</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        '<row><c t="s"><v>99999</v></c></row>',
        "<row><c><v>NaN</v></c></row>",
        "<row><c><v>1e999</v></c></row>",
        "<row><c><v>один</v></c></row>",
        "&nbsp;",
        "\x00",
    ],
)
def test_a_sheet_that_no_spreadsheet_writes_is_broken(cells):
    assert only_problem(sheet(cells))[0] == "xlsx_broken"


def test_one_tag_with_a_million_attributes_is_broken():
    attributes = " ".join(f'a{number}=""' for number in range(1_000_000))
    assert only_problem(sheet(f"<row {attributes}/>"))[0] == "xlsx_broken"


def test_a_merged_area_over_everything_costs_no_more_than_its_rows():
    merged = "<mergeCells>" + '<mergeCell ref="A2:XFD1048576"/>' * 100_000 + "</mergeCells>"
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        xml = archive.read(SHEET).decode()
    began = time.process_time()
    report = XLSX.read(changed(sheet=xml.replace("</sheetData>", "</sheetData>" + merged).encode()))
    assert time.process_time() - began < SECONDS
    assert len(report.drafts) == len(EXAMPLES)


def test_five_thousand_strange_headings_end_in_a_bounded_report():
    cells = (
        '<row r="1">' + "".join(f'<c t="inlineStr"><is><t>{n}</t></is></c>' for n in range(4_900)) + "</row>"
    )
    heads = '<row r="1"><c t="inlineStr"><is><t>Тип</t></is></c><c t="inlineStr"><is><t>Вопрос</t></is></c>'
    cells = heads + cells.removeprefix('<row r="1">') + cells.replace('r="1"', 'r="2"')
    assert len(XLSX.read(sheet(cells)).problems) <= 201


@given(place=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.integers(0, 40))
@settings(max_examples=300)
def test_a_damaged_file_never_raises(place, byte, cut):
    data = GOOD[:place] + bytes([byte]) + GOOD[place + 1 + cut :]
    for problem in XLSX.read(data).problems:
        sentence, values = describe(problem)
        assert sentence % values


PIECES = st.sampled_from(
    [f"<{tag}>" for tag in ("row", "/row", "/c", "is", "/is", "t", "/t", "v", "/v", "f", "/f", "rPh")]
    + [f'<c t="{kind}">' for kind in ("s", "b", "e", "d", "n", "str", "inlineStr")]
    + [
        '<row r="2">',
        '<c r="B2" s="2">',
        '<mergeCell ref="A1:B9"/>',
        "1",
        "-2",
        "3.5e10",
        "#N/A",
        "Тип",
        "Вопрос",
    ]
)


@given(pieces=st.lists(PIECES, max_size=30), part=st.sampled_from(["sheet", "texts", "book"]))
@settings(max_examples=500)
def test_parts_of_random_tags_never_raise(pieces, part):
    for problem in XLSX.read(changed(**{part: f"<x>{''.join(pieces)}</x>".encode()})).problems:
        sentence, values = describe(problem)
        assert sentence % values


@given(texts=st.lists(st.text(max_size=12), max_size=4))
@settings(max_examples=200)
def test_any_text_comes_back_and_stays_as_it_is(texts):
    [question, _] = EXAMPLES[0]
    report = XLSX.read(XLSX.write([Draft({**question, "text": f"?{text}", "name": text}) for text in texts]))
    again = XLSX.read(XLSX.write(report.drafts))
    assert len(report.drafts) == len(texts)
    assert again.drafts == report.drafts
