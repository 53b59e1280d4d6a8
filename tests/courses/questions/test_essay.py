"""Essays: what is an answer, what it lacks, which files it holds; a person marks them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.errors import Invalid
from courses.questions.controls import LONGEST_TEXT, HandedIn, LongText
from courses.questions.formats.problems import describe
from courses.questions.rules import Advice
from courses.questions.types import TYPES
from courses.questions.types._words import count_words

ESSAY = TYPES["essay"]
STORY = {
    "type": "essay",
    "name": "Рассказ",
    "text": "Расскажите о лете.",
    "least_words": 3,
    "most_words": 5,
    "attachments": 2,
}
REPORT = {
    **STORY,
    "least_words": None,
    "most_words": None,
    "response_format": "none",
    "attachments_required": 1,
}
FILE = {"key": "0123456789abcdef" * 4, "name": "отчёт: май.pdf", "size": 2048}


def clean(question, raw):
    return ESSAY.clean(question, {}, raw)


def advice(question, response):
    """What is said, with its numbers."""
    said = ESSAY.advice(question, {}, response)
    if not isinstance(said, Advice):
        return said
    return (said if said.number == 1 else said.many) % {"num": said.number, **said.values}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        (" \n\t ", 0),
        ("слово", 1),
        ("Кое-что из-за угла", 3),
        ("Волга — река", 2),
        ("Волга—река", 2),
        ("3,14 и 1/2", 3),
        ("… — «да»!", 1),
        ("т. е. 5 %", 3),
        ("раз\u00a0два\nтри", 3),
        ("☺ _ *", 0),
    ],
)
def test_a_word_has_a_letter_or_a_digit_and_ends_at_a_blank_or_a_long_dash(text, number):
    assert count_words(text) == number


@given(st.lists(st.from_regex(r"[а-яёa-z0-9-]{0,5}[а-яё0-9][.,!»]?", fullmatch=True), max_size=20))
def test_words_are_counted_however_they_are_spaced(words):
    assert count_words(" ".join(words)) == count_words("\n— \t".join(words)) == len(words)


# ---- what is an answer


@pytest.mark.parametrize("template", ["1. Тема\n2. Вывод", " 1. Тема 2. Вывод\n"])
def test_a_template_that_nobody_changed_is_no_answer(template):
    question = {**STORY, "template": template}
    assert clean(question, {"text": "1. Тема\r\n2.  Вывод\r\n"}) == {}
    assert clean(question, {"text": "1. Тема: лето\n2. Вывод"}) == {"text": "1. Тема: лето\n2. Вывод"}
    assert ESSAY.controls(question, {}, {}).value == template


def test_a_template_of_html_is_words_and_lines():
    template = "<p>План:</p><ul><li>раз</li><li>два &amp; <b>три</b></li></ul>конец<br>"
    question = {**STORY, "template": template, "template_format": "html"}
    assert ESSAY.controls(question, {}, {}).value == "План:\nраз\nдва & три\nконец"
    assert clean(question, {"text": "План: раз два & три конец"}) == {}


def test_only_files_are_an_answer_where_no_text_is_asked():
    assert clean(REPORT, {"text": "Забыл приложить"}) == {}
    assert clean(REPORT, {"text": "", "files": [FILE]}) == {"files": [FILE]}
    assert ESSAY.controls(REPORT, {}, {}).asks_text is False


def test_an_answer_waits_for_a_person_and_no_answer_is_given_up():
    for response in ({"text": "Да."}, {"files": [FILE]}):
        graded = ESSAY.grade(STORY, {}, response)
        assert (graded.fraction, graded.state) == (None, "needs_grading")
    assert ESSAY.grade(STORY, {}, {}).state == "gave_up"
    assert ESSAY.by_hand


def test_a_text_is_bounded_and_storable():
    with pytest.raises(Invalid):
        clean(STORY, {"text": "x" * (LONGEST_TEXT + 1)})
    assert clean(STORY, {"text": "a\x00б\ud800"}) == {"text": "aб"}


# ---- what it lacks


@pytest.mark.parametrize(
    ("question", "response", "said"),
    [
        (STORY, {"text": "Было жарко."}, "Нужно не меньше 3 слов, сейчас 2."),
        ({**STORY, "most_words": 1}, {"text": "а б в"}, "Можно не больше 1 слова, сейчас 3."),
        (STORY, {"text": "Раз два три четыре пять шесть"}, "Можно не больше 5 слов, сейчас 6."),
        (
            {**STORY, "attachments_required": 2},
            {"text": "а б в"},
            "Нужно приложить хотя бы 2 файлов, сейчас 0.",
        ),
        (STORY, {}, "Напишите ответ."),
        (STORY, {"files": [FILE]}, "Напишите ответ."),
        (REPORT, {}, "Нужно приложить хотя бы 1 файл, сейчас 0."),
        ({**STORY, "required": False}, {}, "Напишите ответ или приложите файл."),
    ],
)
def test_the_advice_says_what_is_missing(question, response, said):
    assert not ESSAY.is_complete(question, {}, response)
    assert advice(question, response) == said


@pytest.mark.parametrize(
    ("question", "response"),
    [
        (STORY, {"text": "Было очень жарко."}),
        (STORY, {"text": "Лето — это маленькая целая жизнь."}),
        ({**STORY, "attachments_required": 1}, {"text": "а б в", "files": [FILE]}),
        ({**STORY, "required": False}, {"files": [FILE]}),
        (REPORT, {"files": [FILE]}),
        ({**STORY, "least_words": 0, "most_words": 0}, {"text": "Жарко"}),
    ],
)
def test_an_answer_within_all_limits_is_complete(question, response):
    assert ESSAY.is_complete(question, {}, response)


# ---- files


@pytest.mark.parametrize(
    "files",
    [
        "x",
        [FILE] * 3,
        [None],
        [{**FILE, "key": "A" * 64}],
        [{**FILE, "key": "0" * 63}],
        [{**FILE, "key": 5}],
        [{**FILE, "name": "../etc/passwd"}],
        [{**FILE, "name": "a\\b"}],
        [{**FILE, "name": ".."}],
        [{**FILE, "name": "a\nb"}],
        [{**FILE, "name": ""}],
        [{**FILE, "name": "x" * 256}],
        [{**FILE, "size": -1}],
        [{**FILE, "size": True}],
        [{**FILE, "size": 1.5}],
        [{**FILE, "size": 10**15}],
    ],
)
def test_a_file_of_another_shape_is_refused(files):
    with pytest.raises(Invalid):
        clean(STORY, {"files": files})


def test_files_are_as_many_as_are_allowed():
    with pytest.raises(Invalid):
        clean({**STORY, "attachments": 0}, {"files": [FILE]})
    assert len(clean({**STORY, "attachments": -1}, {"files": [FILE] * 20})["files"]) == 20
    assert clean(STORY, {"files": [{**FILE, "owner": 7}]}) == {"files": [FILE]}


def test_a_file_stays_while_the_form_names_it():
    control = ESSAY.controls(STORY, {}, {"text": "Было жарко.", "files": [FILE]})
    assert isinstance(control, LongText)
    assert control.files == (HandedIn(control.files[0].value, FILE["name"], FILE["size"]),)
    kept = ESSAY.from_form(STORY, {}, {"text": ["Было жарко."], "file": [control.files[0].value]})
    assert clean(STORY, kept)["files"] == [FILE]
    assert clean(STORY, ESSAY.from_form(STORY, {}, {"text": ["Было жарко."]})) == {"text": "Было жарко."}
    with pytest.raises(Invalid):
        clean(STORY, ESSAY.from_form(STORY, {}, {"file": ["нет такого"]}))


def test_a_summary_has_the_text_and_the_names_of_the_files():
    response = {"text": "Было жарко.", "files": [FILE]}
    assert ESSAY.summarise(STORY, {}, response) == "Было жарко.; отчёт: май.pdf"
    assert ESSAY.right_answer(STORY, {}) == ""


# ---- what an author may have got wrong


@pytest.mark.parametrize(
    ("change", "code", "where", "severity"),
    [
        ({"response_format": "html"}, "setting_unknown", "response_format", "error"),
        ({"required": 1}, "not_yes_or_no", "required", "error"),
        ({"lines": 0}, "essay_number_wrong", "lines", "error"),
        ({"least_words": -1}, "essay_number_wrong", "least_words", "error"),
        ({"most_words": 2.5}, "essay_number_wrong", "most_words", "error"),
        ({"attachments": -2}, "essay_number_wrong", "attachments", "error"),
        ({"file_types": ".pdf"}, "essay_endings_wrong", "file_types", "error"),
        ({"file_types": [""]}, "essay_endings_wrong", "file_types", "error"),
        ({"template": 5}, "not_a_text", "template", "error"),
        ({"template": "x" * (LONGEST_TEXT + 1)}, "essay_text_too_long", "template", "error"),
        ({"template_format": "rtf"}, "format_unknown", "template_format", "error"),
        ({"text": ""}, "text_empty", "text", "error"),
        ({"least_words": 6}, "essay_words_cross", "least_words", "warning"),
        ({"attachments_required": 3}, "essay_files_cross", "attachments_required", "warning"),
        ({"response_format": "none", "attachments": 0}, "essay_nothing_asked", "response_format", "warning"),
    ],
)
def test_a_mistake_is_named_with_its_place(change, code, where, severity):
    problems = ESSAY.check({**STORY, **change})
    assert [(one.code, one.where, one.severity) for one in problems] == [(code, where, severity)]
    sentence, values = describe(problems[0])
    assert sentence % values
