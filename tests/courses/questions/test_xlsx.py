"""The question table as teachers fill it in, what is wrong with it said by sheet and cell, and what is
written so that no spreadsheet runs it."""

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from courses.errors import Problem
from courses.questions import TYPES, table_template
from courses.questions.formats import FORMATS, Draft
from courses.questions.formats._xlsx_cells import sheets_of
from courses.questions.formats._xlsx_examples import EXAMPLES
from courses.questions.formats.problems import describe

XLSX = FORMATS["xlsx"]
CHOICE = ("Тип", "Вопрос", "Вариант 1", "Вес 1", "Вариант 2", "Вес 2", "Вариант 3", "Вес 3")
RIVER = ("Один ответ", "Какая река впадает в Каспий?", "Дон", 0, "Волга", 100)


def book(fill) -> bytes:
    """A workbook as `fill(workbook)` makes it."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    fill(workbook)
    workbook.close()
    return out.getvalue()


def table(headings, *rows, sheet: str = "Вопросы") -> bytes:
    def fill(workbook):
        page = workbook.add_worksheet(sheet)
        for number, row in enumerate((headings, *rows)):
            for column, value in enumerate(row):
                page.write(number, column, value)

    return book(fill)


def styled(value: Any, style: str, *, headings=CHOICE, row=RIVER, column: int = 3) -> bytes:
    """A table with one cell of a number format of its own."""

    def fill(workbook):
        page = workbook.add_worksheet("Вопросы")
        page.write_row(0, 0, headings)
        page.write_row(1, 0, row)
        form = workbook.add_format({"num_format": style})
        write = page.write_datetime if isinstance(value, datetime) else page.write_number
        write(1, column, value, form)

    return book(fill)


def day(*parts: int) -> datetime:
    return datetime(*parts)  # noqa: DTZ001 - as a sheet keeps it


def questions(data: bytes) -> list[dict[str, Any]]:
    report = XLSX.read(data)
    assert report.errors == ()
    return [draft.question for draft in report.drafts]


def only(*row: Any, headings=CHOICE) -> dict[str, Any]:
    [question] = questions(table(headings, row))
    return question


def fractions(*row: Any, headings=CHOICE) -> list[float]:
    return [answer["fraction"] for answer in only(*row, headings=headings)["answers"]]


def found(data: bytes) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in XLSX.read(data).problems]


def said(problem: Problem) -> str:
    sentence, values = describe(problem)
    return sentence % values


# ---- what teachers write


def test_a_row_is_a_question_and_its_line_is_the_row():
    report = XLSX.read(table(CHOICE, RIVER, (), RIVER))
    assert report.problems == ()
    assert [draft.line for draft in report.drafts] == [2, 4]
    question = report.drafts[0].question
    assert (question["type"], question["name"]) == ("single_choice", "Какая река впадает в Каспий?")
    assert [(one["text"], one["fraction"]) for one in question["answers"]] == [("Дон", 0.0), ("Волга", 1.0)]


def test_every_example_of_the_help_sheet_is_a_question_without_remarks():
    drafts = [Draft(question, 0, category) for question, category in EXAMPLES]
    report = XLSX.read(XLSX.write(drafts))
    assert report.problems == ()
    assert {draft.question["type"] for draft in report.drafts} == XLSX.types
    for (question, category), draft in zip(EXAMPLES, report.drafts, strict=True):
        assert draft.category == category
        for key in question.keys() - {"answers"}:
            assert draft.question[key] == question[key]
        assert not TYPES[question["type"]].check(draft.question)


def test_the_examples_can_be_copied_from_the_help_sheet_as_they_stand():
    [_, shown] = sheets_of(table_template())
    top = next(row for row in shown.rows if len(shown.rows[row]) > 5)
    copied = [[cell.value for _, cell in sorted(shown.rows[top].items())]]
    for row in sorted(shown.rows):
        if row > top:
            last = max(shown.rows[row])
            copied.append(
                [shown.rows[row][n].value if n in shown.rows[row] else None for n in range(1, last + 1)]
            )
    assert len(questions(table(*copied))) == len(EXAMPLES)


def test_headings_stand_in_any_order_and_language_under_a_title():
    headings = ("Option 1", "Weight 1", "question", "TYPE", "Ответ 2", "вес №2", "Категория:", "№")
    data = table(("Тест по географии",), headings, ("Волга", 100, "Река?", "single choice", "Дон", 0, "А/Б"))
    report = XLSX.read(data)
    assert [draft.category for draft in report.drafts] == [("А", "Б")]
    assert report.problems == ()


@pytest.mark.parametrize("kind", ["Развёрнутый ответ", "развернутый  ответ", "ЭССЕ", "essay"])
def test_case_and_the_letter_yo_make_no_difference_in_types(kind):
    assert only(kind, "Опишите лето.", headings=("Тип", "Вопрос"))["type"] == "essay"


@pytest.mark.parametrize(
    ("weight", "fraction"),
    [
        (50, 0.5),
        ("50", 0.5),
        ("12,5", 0.125),
        ("12.5%", 0.125),
        ("−50 %", -0.5),
        (1, 1.0),
        ("+", 1.0),
        (True, 1.0),
        ("нет", 0.0),
        ("-", 0.0),
        ("0,5%", 0.005),
        (0.5, 0.5),
        (33.33333, 0.3333333),
    ],
)
def test_weights_are_percents_with_comma_or_point_or_a_sign(weight, fraction):
    assert fractions("Один ответ", "Река?", "Дон", weight, "Волга", 100) == [fraction, 1.0]


def test_a_cell_that_shows_percents_holds_percents():
    [question] = questions(styled(0.5, "0%"))
    assert question["answers"][0]["fraction"] == 0.5
    [question] = questions(styled(0.005, '0.0" "%'))
    assert question["answers"][0]["fraction"] == 0.005
    headings = ("Тип", "Вопрос", "Вариант 1", "Допуск 1")
    [question] = questions(styled(0.05, "0%", headings=headings, row=("Число", "Пи?", 3.14)))
    assert (question["answers"][0]["tolerance"], question["answers"][0]["tolerance_type"]) == (
        0.05,
        "relative",
    )


def test_a_shortened_third_is_a_third_and_that_is_said():
    headings = (*CHOICE[:2], *(name for n in (1, 2, 3) for name in (f"Вариант {n}", f"Вес {n}")))
    data = table(headings, ("Несколько ответов", "?", "а", 33.3, "б", "33,3", "в", 33))
    report = XLSX.read(data)
    assert [one["fraction"] for one in report.drafts[0].question["answers"]] == [0.3333333] * 3
    assert {problem.code for problem in report.problems} == {"weight_rounded"}


def test_signs_share_the_mark_where_several_are_right():
    assert fractions("Несколько ответов", "?", "а", "+", "б", "", "в", "+") == [0.5, 0.0, 0.5]


def test_short_answers_and_numbers_without_weights_are_right():
    assert fractions("Короткий ответ", "Столица?", "Москва") == [1.0]
    answer = only("Число", "Пи?", "3,14", "0,01", headings=("Тип", "Вопрос", "Вариант 1", "Допуск 1"))
    assert answer["answers"][0] == {
        "value": 3.14,
        "tolerance": 0.01,
        "tolerance_type": "nominal",
        "feedback": "",
        "fraction": 1.0,
    }


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (("верно",), True),
        (("Неверно",), False),
        ((False,), False),
        (("верно", 0, "неверно", 100), False),
        (("Нет", 0), True),
        (("да", "+", "нет"), True),
    ],
)
def test_a_statement_is_true_or_false_by_its_weighted_word(cells, right):
    assert only("Верно/неверно", "Волга впадает в Каспий.", *cells)["right"] is right


def test_numbers_in_texts_look_as_in_the_sheet():
    question = only("Один ответ", 2024, 3.14, 100, 0.1 + 0.2, 0, 1e20)
    assert question["text"] == "2024"
    assert [one["text"] for one in question["answers"]] == ["3,14", "0,3", "1E+20"]


def test_a_date_that_the_spreadsheet_made_is_read_as_shown_with_a_warning():
    data = styled(day(2024, 10, 5), "dd.mm.yyyy", column=2)
    report = XLSX.read(data)
    assert report.drafts[0].question["answers"][0]["text"] == "05.10.2024"
    assert [(one.code, one.where, one.severity) for one in report.problems] == [
        ("xlsx_date", "Вопросы!C2", "warning")
    ]


def test_a_date_instead_of_a_number_is_an_error_that_says_how_to_mend_it():
    report = XLSX.read(styled(day(2024, 10, 5), "mm-dd-yy"))
    assert report.drafts == ()
    [problem] = report.errors
    assert (problem.code, problem.where) == ("xlsx_date_for_number", "Вопросы!D2")
    assert "05.10.2024" in said(problem)
    assert "Числовой" in said(problem)


def test_dates_and_times_are_those_that_another_reader_sees():
    moments = [
        day(1900, 1, 2),
        day(1900, 3, 1),
        day(2026, 2, 28, 23, 59, 59),
        day(9999, 12, 31),
    ]

    def fill(workbook):
        page = workbook.add_worksheet("Д")
        for row, moment in enumerate(moments):
            page.write_datetime(row, 0, moment, workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"}))

    data = book(fill)
    [sheet] = sheets_of(data)
    others = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    for row, [other] in enumerate(others, 1):
        pattern = "%d.%m.%Y" if type(other).__name__ == "date" else "%d.%m.%Y %H:%M:%S"
        assert sheet.rows[row][1] == ("date", other.strftime(pattern))


def test_a_formula_gives_the_value_that_was_saved_with_it():
    def fill(workbook):
        page = workbook.add_worksheet("Вопросы")
        page.write_row(0, 0, CHOICE)
        page.write_row(1, 0, RIVER)
        page.write_formula(1, 2, '="До"&"н"', None, "Дон")
        page.write_formula(1, 5, "=99+1", None, 100)

    assert questions(book(fill)) == questions(table(CHOICE, RIVER))


def test_a_formula_without_a_value_or_with_an_error_is_said_by_cell():
    def fill(workbook):
        page = workbook.add_worksheet("Вопросы")
        page.write_row(0, 0, CHOICE)
        page.write_row(1, 0, RIVER)
        page.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        page.write_formula(1, 4, "=НЕТ()", None, "#NAME?")

    data = with_part(book(fill), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>#NAME?</v>", b""))
    assert found(data) == [
        ("xlsx_formula_failed", "Вопросы!C2"),
        ("xlsx_formula_uncounted", "Вопросы!E2"),
    ]


def test_cells_merged_down_give_their_category_to_every_question():
    def fill(workbook):
        page = workbook.add_worksheet("Вопросы")
        page.write_row(0, 0, (*CHOICE[:6], "Категория"))
        for row in (1, 2, 5):
            page.write_row(row, 0, RIVER)
        page.merge_range(1, 6, 3, 6, "Реки")

    report = XLSX.read(book(fill))
    assert report.problems == ()
    assert [draft.category for draft in report.drafts] == [("Реки",), ("Реки",), ()]


def test_a_question_merged_over_several_rows_is_an_error_with_its_cells():
    def fill(workbook):
        page = workbook.add_worksheet("Вопросы")
        page.write_row(0, 0, CHOICE)
        page.write_row(1, 0, RIVER)
        page.write_row(2, 0, ("Один ответ", "", "да", 100, "нет", 0))
        page.merge_range(1, 1, 2, 1, "Река?")

    report = XLSX.read(book(fill))
    assert ("xlsx_merged", "Вопросы!B2") in found(book(fill))
    assert "B2:B3" in said(report.errors[0])


def test_texts_in_pieces_and_lines_are_read_whole():
    def fill(workbook):
        page = workbook.add_worksheet("Вопросы")
        page.write_row(0, 0, CHOICE)
        page.write_row(1, 0, RIVER)
        page.write_rich_string(1, 2, "ти", workbook.add_format({"bold": True}), "хий\nДон")

    assert questions(book(fill))[0]["answers"][0]["text"] == "тихий\nДон"


# ---- sheets


def test_a_hidden_sheet_is_not_read_and_that_is_said():
    def fill(workbook):
        for name in ("Вопросы", "Старые"):
            page = workbook.add_worksheet(name)
            page.write_row(0, 0, CHOICE)
            page.write_row(1, 0, RIVER)
        page.hide()

    report = XLSX.read(book(fill))
    assert len(report.drafts) == 1
    assert [(one.code, one.severity) for one in report.problems] == [("xlsx_hidden_too", "warning")]


def test_questions_on_a_second_sheet_are_an_error_and_not_lost():
    def fill(workbook):
        for name in ("Реки", "Горы"):
            page = workbook.add_worksheet(name)
            page.write_row(0, 0, CHOICE)
            page.write_row(1, 0, RIVER)

    [problem] = XLSX.read(book(fill)).errors
    assert said(problem).startswith("Вопросы есть и на листе «Горы», а читается только «Реки».")


def test_only_a_hidden_sheet_or_none_with_headings_is_said_in_one_sentence():
    def fill(workbook):
        workbook.add_worksheet("Пусто").activate()
        page = workbook.add_worksheet("Вопросы")
        page.write_row(0, 0, CHOICE)
        page.hide()

    assert found(book(fill)) == [("xlsx_hidden", "")]
    assert found(table(("Фамилия", "Класс"), ("Иванова", "7А"))) == [("xlsx_no_headings", "")]
    assert found(table(CHOICE)) == [("xlsx_no_questions", "Вопросы!A1")]


# ---- what is wrong, by cell


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("", "Река?", "Дон"), ("xlsx_type_missing", "Вопросы!A2")),
        (("Загадка", "Река?", "Дон"), ("xlsx_type_unknown", "Вопросы!A2")),
        (("Один ответ", "Река?", "Дон", 100), ("xlsx_few_options", "Вопросы!E2")),
        (("Один ответ", "", "Дон", 100, "Обь", 0), ("text_empty", "Вопросы!B2")),
        (("Один ответ", "Река?", "Дон", "много", "Обь", 0), ("xlsx_number", "Вопросы!D2")),
        (("Один ответ", "Река?", "Дон", 0, "Обь", 120), ("weight_out_of_range", "Вопросы!F2")),
        (("Один ответ", "Река?", "Дон", 0, "", 100, "Обь", 0), ("answer_empty", "Вопросы!E2")),
        (("Один ответ", "Река?", "Дон", 0, "Обь", 0), ("no_right_answer", "Вопросы!D2")),
        (("Число", "Пи?", "три"), ("xlsx_number", "Вопросы!C2")),
        (("Верно или неверно", "Волга?", "может быть"), ("xlsx_true_false", "Вопросы!C2")),
        (("Верно или неверно", "?", "да", 100, "нет", 100), ("xlsx_true_false_weights", "Вопросы!D2")),
        (("Порядок", "?", "а", "", "б", "", "а"), ("item_repeats", "Вопросы!G2")),
        (("Соответствие", "?", "а", "", "б"), ("pair_without_answer", "Вопросы!C2")),
        (("Эссе", "?", "а"), ("xlsx_cell_unused", "Вопросы!C2")),
        (("Описание", "?", "", 5), ("xlsx_cell_unused", "Вопросы!D2")),
    ],
)
def test_what_is_wrong_is_said_by_cell(row, problem):
    assert problem in found(table(CHOICE, row))


def test_headings_that_repeat_or_are_strange_are_said():
    headings = (*CHOICE, "Вес 2", "Сложность")
    data = table(headings, (*RIVER, "", "", "", 3, "заметка"))
    assert found(data) == [
        ("xlsx_heading_twice", "Вопросы!I1"),
        ("xlsx_heading_unknown", "Вопросы!J1"),
        ("xlsx_heading_missing", "Вопросы!K2"),
    ]


def test_one_wrong_row_does_not_hide_the_others():
    report = XLSX.read(table(CHOICE, ("Загадка", "?"), RIVER))
    [(line, draft, problems), (other_line, other, none)] = report.by_question()
    assert (line, draft, [one.code for one in problems]) == (2, None, ["xlsx_type_unknown"])
    assert (other_line, bool(other), none) == (3, True, [])


# ---- writing


DANGEROUS = [
    "=1+1",
    "+7",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    "http://a.ru",
    "mailto:a@b",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_nothing_that_is_written_is_a_formula_or_a_link(text):
    question = {
        **EXAMPLES[0][0],
        "name": text,
        "text": text,
        "tags": [text],
        "general_feedback": text,
        "answers": [{"text": text, "fraction": fraction, "feedback": text} for fraction in (1, 0)],
    }
    data = XLSX.write([Draft(question, 0, (text,), text)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in archive.namelist() if "worksheets/_rels" in name or "external" in name]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    shown = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert shown[1][1].strip() == text.strip()
    [draft] = XLSX.read(data).drafts
    assert draft.question["answers"][0]["text"] == text.strip()


def test_a_question_keeps_the_settings_that_need_columns_of_their_own():
    question = {
        "type": "essay",
        "name": "Отчёт",
        "text": "<p>Приложите отчёт.</p>",
        "text_format": "html",
        "default_mark": 2.5,
        "penalty": 0.1,
        "response_format": "none",
        "required": False,
        "lines": 20,
        "least_words": 3,
        "attachments": -1,
        "attachments_required": 1,
        "file_types": [".pdf", ".odt"],
        "most_bytes": 1_000_000,
        "template": "Начните *так*",
        "template_format": "markdown",
        "grader_information": "[html] — не формат",
        "hints": [{"text": "Подумайте"}],
    }
    draft = Draft(question, 0, ("top", "a/b"), "17")
    assert XLSX.losses(draft) == []
    [again] = XLSX.read(XLSX.write([draft])).drafts
    assert {key: again.question[key] for key in question} == question
    assert (again.category, again.id_number) == (("top", "a/b"), "17")


def test_what_the_table_cannot_say_is_listed():
    [question, _] = EXAMPLES[4]
    units = Draft({**question, "units": [{"unit": "м", "multiplier": 1}]})
    assert [(one.code, one.severity) for one in XLSX.losses(units)] == [("setting_not_held", "warning")]
    hints = Draft({**question, "hints": [{"text": "а", "clear_wrong": True}]})
    assert "подсказки" in said(XLSX.losses(hints)[0])
    long = Draft({**EXAMPLES[0][0], "text": "я" * 40_000})
    assert [(one.code, one.severity) for one in XLSX.losses(long)] == [("xlsx_cell_too_long", "error")]
    assert "32767" in said(XLSX.losses(long)[0])
    gaps = Draft({"type": "cloze", "name": "Текст", "text": "[[1]]"})
    assert [one.code for one in XLSX.losses(gaps)] == ["type_not_held"]


def test_odd_characters_and_escapes_come_back_as_they_were():
    text = "a\x01b _x0041_ 😀 \ufffe _x005F_"
    [draft] = XLSX.read(XLSX.write([Draft({**EXAMPLES[0][0], "text": text})])).drafts
    assert draft.question["text"] == text


def test_numbers_keep_their_last_digit():
    answers = [{"value": 0.1 + 0.2, "tolerance": 1e-9, "fraction": 1, "feedback": ""}]
    [draft] = XLSX.read(XLSX.write([Draft({**EXAMPLES[4][0], "answers": answers})])).drafts
    assert draft.question["answers"][0]["value"] == 0.1 + 0.2


@pytest.mark.parametrize("kind", ["nominal", "relative", "geometric"])
def test_every_kind_of_tolerance_is_kept(kind):
    answers = [{"value": 5, "tolerance": 0.07, "tolerance_type": kind, "fraction": 1, "feedback": ""}]
    [draft] = XLSX.read(XLSX.write([Draft({**EXAMPLES[4][0], "answers": answers})])).drafts
    assert draft.question["answers"] == answers


def test_an_empty_table_has_headings_help_and_no_questions():
    report = XLSX.read(table_template())
    assert [(one.code, one.severity) for one in report.problems] == [("xlsx_no_questions", "warning")]
    assert [sheet.name for sheet in sheets_of(table_template())] == ["Вопросы", "Как заполнять"]
    assert table_template() == table_template()


def with_part(data: bytes, name: str, change) -> bytes:
    """The same file with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return out.getvalue()
