"""Aiken as teachers type it, and what is wrong with it said by line."""

import pytest

from courses.questions.formats import FORMATS

AIKEN = FORMATS["aiken"]

RIVER = """Какая река впадает в Каспийское море?
A) Дон
B) Волга
C. Днепр
ANSWER: B
"""


def codes(text: str) -> list[tuple[str, int]]:
    return [(problem.code, problem.line) for problem in AIKEN.read(text.encode()).problems]


def only(text: str) -> dict:
    report = AIKEN.read(text.encode())
    assert report.problems == ()
    [draft] = report.drafts
    return draft.question


def test_a_question_with_its_options_and_answer_is_read():
    question = only(RIVER)
    assert question["text"] == "Какая река впадает в Каспийское море?"
    assert [(one["text"], one["fraction"]) for one in question["answers"]] == [
        ("Дон", 0.0),
        ("Волга", 1.0),
        ("Днепр", 0.0),
    ]


def test_cyrillic_letters_that_look_alike_are_the_same_letters():
    assert only(RIVER.replace("A)", "А)").replace("B)", "В)").replace("C.", "С.")) == only(RIVER)
    assert only(RIVER.replace("ANSWER: B", "Ответ: В")) == only(RIVER)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n\n", "\n \n"])
def test_line_endings_and_empty_lines_make_no_difference(ending):
    assert only(RIVER.replace("\n", ending)) == only(RIVER)


def test_only_the_first_letter_of_the_answer_counts():
    assert only(RIVER.replace("ANSWER: B", "ANSWER: b, потому что")) == only(RIVER)


def test_a_letter_beyond_the_options_is_an_error_and_not_a_lost_key():
    assert codes(RIVER.replace("ANSWER: B", "  ANSWER: D")) == [("aiken_letter_unknown", 5)]
    assert codes(RIVER.replace("ANSWER: B", "ANSWER:")) == [("aiken_letter_unknown", 5)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Вопрос?\nA) да\nANSWER: A\n", [("too_few_answers", 1)]),
        ("Вопрос?\nA) да\nB) нет\n", [("answer_line_missing", 1)]),
        ("Вопрос?\nA) да\nB) нет\nДругой?\nA) да\nB) нет\nANSWER: A", [("answer_line_missing", 1)]),
        ("Вопрос?\nещё строка\nA) да\nB) нет\nANSWER: A", [("aiken_text_twice", 2)]),
        ("ANSWER: A\n" + RIVER, [("aiken_answer_alone", 1)]),
        ("Вопрос?\nA) да\nC) нет\nANSWER: A", [("aiken_letters", 1)]),
        ("Вопрос?\nA)\nB) нет\nANSWER: B", [("answer_empty", 1)]),
        ("", [("no_questions", 0)]),
    ],
)
def test_what_is_wrong_is_said_by_line(text, found):
    assert codes(text) == found


def test_one_mistake_does_not_hide_the_questions_after_it():
    report = AIKEN.read(("Вопрос?\nA) да\nANSWER: A\n" + RIVER).encode())
    assert [draft.line for draft in report.drafts] == [4]


def test_signs_of_html_are_only_signs():
    assert only(RIVER.replace("Дон", "<b>Дон</b> & Ко"))["answers"][0]["text"] == "<b>Дон</b> & Ко"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", ["ANSWER: A{}x", "A) {}x", "{}ОТВЕТ{}", "Вопрос{}?"])
def test_a_long_run_of_blanks_costs_no_more_than_other_letters(line: str):
    AIKEN.read(("Какая река?\nA) Волга\nB) Дон\n" + line.replace("{}", " " * 90_000) + "\n").encode())
