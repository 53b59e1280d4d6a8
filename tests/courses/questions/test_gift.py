"""GIFT as the reference reads it, and where we are stricter (quiz semantics 4.1)."""

import time

import pytest

from courses.questions.formats import FORMATS
from courses.questions.types import TYPES

GIFT = FORMATS["gift"]
DOCS = """\
// один верный
::Узел сети:: Что в сети педагогов называют узлом? {
  =Участника, связанного с другими #Верно: узел — это участник и его связи.
  ~Папку с файлами #Папка — это ресурс, а не участник.
  #### Сеть держится на связях, а не на хранилище.
}

// несколько верных
::Признаки:: Отметьте признаки сетевого взаимодействия. {
  ~%50%Добровольность ~%50%Обмен опытом ~%-100%Обязательная отчётность
}

::Сеть:: Сеть всегда имеет одного руководителя. {FALSE #Нет: руководителей может не быть. #Верно.}

::Слово:: Одним словом: связь между двумя узлами сети. {=связь =ребро}

::Число:: Сколько связей между четырьмя участниками, если каждый связан с каждым? {#6:0}

::Пары:: Соотнесите. { =наставник -> передаёт опыт =эксперт -> оценивает =модератор -> ведёт обсуждение }

::Шаги:: Расставьте по порядку. {>
Найти коллег с той же задачей
Договориться о правилах
Сделать первый общий продукт
}
"""


def one(text):
    report = GIFT.read(text.encode())
    assert report.errors == ()
    (draft,) = report.drafts
    return draft.question


def codes(text, severity=None):
    data = text if isinstance(text, bytes) else text.encode()
    return [p.code for p in GIFT.read(data).problems if severity in (None, p.severity)]


def answers(question):
    return [(a.get("text", a.get("value")), a["fraction"]) for a in question["answers"]]


def test_the_examples_of_our_documentation_are_read_without_a_word():
    report = GIFT.read(DOCS.encode())
    assert report.problems == ()
    assert [draft.question["type"] for draft in report.drafts] == [
        "single_choice",
        "multiple_choice",
        "true_false",
        "short_answer",
        "numerical",
        "matching",
        "ordering",
    ]
    assert [draft.line for draft in report.drafts] == [2, 9, 13, 15, 17, 19, 21]
    first, *_, last = (draft.question for draft in report.drafts)
    assert first["general_feedback"] == "Сеть держится на связях, а не на хранилище."
    assert last["items"][1] == "Договориться о правилах"
    assert last["grading"] == "absolute_position"


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("2+2 is {=four =4}.", "short_answer", "2+2 is _____."),
        ("no braces", "description", "no braces"),
        ("Q{}", "essay", "Q"),
        ("Напишите { } здесь", "essay", "Напишите _____ здесь"),
        ("Q{####Спасибо.}", "essay", "Q"),
        ("Q{T}", "true_false", "Q"),
        ("Q{F#a#b}", "true_false", "Q"),
        ("Q{true}", "short_answer", "Q"),
        ("Q{=a =b ~c}", "single_choice", "Q"),
        ("Q{~%50%a ~%50%b ~%-100%c}", "multiple_choice", "Q"),
        ("Q{=a~x->b =c->d}", "single_choice", "Q"),
        ("Q{=a->b =c->d}", "matching", "Q"),
        ("Q{#1..5}", "numerical", "Q"),
        ("[foo]Q{T}", "true_false", "[foo]Q"),
        ("Q \\{x\\} \\\\neq\\n1{T}", "true_false", "Q {x} \\neq\n1"),
        ("{=Asia} is big", "short_answer", "_____ is big"),
        ("// c\nQ\n// d\nR{T}", "true_false", "Q\nR"),
    ],
)
def test_the_kind_and_the_text_are_those_of_the_reference(text, kind, shown):
    question = one(text)
    assert (question["type"], question["text"]) == (kind, shown)
    assert TYPES[kind].check(question) == []


def test_feedback_of_true_and_false_is_first_for_the_wrong_answer():
    question = one("Q{T#wrong#right####gen}")
    assert (question["feedback_false"], question["feedback_true"]) == ("wrong", "right")
    assert question["general_feedback"] == "gen"
    assert question["penalty"] == 1
    assert one("Q{F#wrong#right}")["feedback_true"] == "wrong"


def test_numbers_have_tolerances_ranges_weights_and_a_word_for_the_rest():
    question = one("Q{#=3:0#ok =%50%3:1#close ~#bad####g}")
    assert answers(question) == [(3, 1), (3, 0.5), ("*", 0)]
    assert [a["tolerance"] for a in question["answers"]] == [0, 1, 0]
    assert [a["feedback"] for a in question["answers"]] == ["ok", "close", "bad"]
    assert (one("Q{#-5..-1}")["answers"][0]["value"], one("Q{#-5..-1}")["answers"][0]["tolerance"]) == (-3, 2)


def test_feedback_may_hold_a_sharp_sign():
    assert one("Q{=a#fb#more}")["answers"][0]["feedback"] == "fb#more"


def test_formats_are_inherited_and_kept_only_where_they_differ():
    question = one("[html]<b>Q</b>{=[plain]a#[moodle]f ~b}")
    first, second = question["answers"]
    assert (question["text_format"], first["format"], first["feedback_format"]) == ("html", "plain", "moodle")
    assert "format" not in second


def test_categories_numbers_and_tags_go_with_the_questions():
    text = "$CATEGORY: $course$/top/А//Б/В\n\n// [id:7] [tag:сеть][tag:c\\]d]\nQ{T}\n\n$CATEGORY: x\n\nR{F}"
    first, second = GIFT.read(text.encode()).drafts
    assert (first.category, first.id_number, first.question["tags"]) == (("А/Б", "В"), "7", ["сеть", "c]d"])
    assert (second.category, second.id_number) == (("x",), "")


def test_a_question_without_a_name_is_called_by_its_first_words():
    assert one("[html]<p>Где <b>мы</b>?</p>{T}")["name"] == "Где мы?"
    assert len(one("слово " * 50 + "{T}")["name"]) <= 80
    assert one("::  Имя\\: да ::Q{T}")["name"] == "Имя: да"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("Q{T}\n\n  Q {", "brace_unclosed", 3, 5),
        ("Q } x", "brace_unopened", 1, 3),
        ("Q} {", "braces_reversed", 1, 2),
        ("Q{~x}", "too_few_answers", 1, 1),
        ("Q{=a->b}", "too_few_pairs", 1, 1),
        ("Q{=a->b =c}", "pair_without_arrow", 1, 10),
        ("Q{#3,14}", "number_with_comma", 1, 4),
        ("Q{#\n=1:0\n=1/2}", "number_wrong", 3, 2),
        ("Q{#abc}", "number_wrong", 1, 4),
        ("Q{#3,14:0,01}", "number_with_comma", 1, 4),
        ("Q{#}", "number_missing", 1, 4),
        ("Q{#1e999}", "number_wrong", 1, 4),
        ("Q{~%500%a =b}", "weight_out_of_range", 1, 4),
        ("Q{=a ~ =c}", "answer_empty", 1, 6),
        ("Q{> а б}", "ordering_header", 1, 5),
        ("Q{>\nа\nб\nа}", "item_repeats", 4, 1),
        ("{T}", "text_empty", 1, 1),
    ],
)
def test_an_error_says_where_it_is(text, code, line, column):
    report = GIFT.read(text.encode())
    assert [(p.code, p.line, p.column) for p in report.errors] == [(code, line, column)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Q{~% 50%a ~b}", "weight_unrecognised"),
        ("Q{~%33,3%a =b}", "weight_unrecognised"),
        ("Set {1,2} is? {=a ~b}", "second_block"),
        ("A {=x} and B {=y}.", "second_block"),
        ("$CATEGORY: x\nQ{T}", "category_with_question"),
        ("Q{true}", "looks_like_true_false"),
        ("Q{=a->b#f =c->d}", "feedback_in_matching"),
        ("Q{foo ~a =b}", "text_before_choice"),
        ("::Q{T}", "name_unclosed"),
        ("Q{=a ~%34%b}", "weight_unusual"),
        ("Q{~a ~b}", "no_right_answer"),
        ("Q{=%50%a ~b}", "no_full_answer"),
        ("Q{~%50%a ~%25%b}", "sum_not_full"),
        ("Q\ufdd0{T}", "strange_character"),
    ],
)
def test_what_the_reference_silently_takes_otherwise_is_a_warning(text, code):
    assert code in codes(text, "warning")
    assert codes(text, "error") == []


def test_a_third_written_short_is_a_third_and_all_of_them_are_the_whole():
    question = one("Q{~%33.33%a ~%33.3%b ~%33%c ~%-100%d}")
    assert [fraction for _, fraction in answers(question)] == [0.3333333, 0.3333333, 0.3333333, -1]
    assert codes("Q{~%33.33333%a ~%66.66667%b}") == []


def test_one_forgotten_blank_line_inside_braces_is_one_error():
    assert codes("Q{=a\n\n~b}\n\nR{T}") == ["brace_unclosed"]


def test_a_file_that_is_not_utf8_is_refused_by_line_and_column():
    (problem,) = GIFT.read("Q{T}\nи ещё ".encode() + "Привет".encode("cp1251")).problems
    assert (problem.code, problem.line, problem.column) == ("not_utf8", 2, 7)


def test_a_byte_order_mark_and_all_kinds_of_line_ends_are_fine():
    report = GIFT.read("\ufeffQ{T}\r\rR{F}\r\n\r\nS{T}".encode())
    assert [draft.question["text"] for draft in report.drafts] == ["Q", "R", "S"]
    assert [draft.line for draft in report.drafts] == [1, 3, 5]


def test_the_ordering_header_of_the_reference_is_understood():
    question = one("Q{>3 RANDOM HORIZONTAL ABSOLUTE_POSITION SHOW none\nа\nб\nв\nг\n####общий}")
    assert (question["select"], question["select_count"]) == ("random", 3)
    assert (question["layout"], question["grading"]) == ("horizontal", "absolute_position")
    assert question["general_feedback"] == "общий"
    assert one("Q{>ALL\nа\nб}")["grading"] == "relative_next_exclude_last"
    assert one("Q{>\n0\n1\n// пояснение\n2}")["items"] == ["0", "1", "2"]


def test_every_file_has_a_beginning_that_is_written_plainly():
    written = GIFT.write(GIFT.read(b"// [tag:x]\n::N::Q \\= {=a#f ~%50%b\n####g}").drafts).decode()
    assert written == "// [tag:x]\n::N::Q \\= {\n\t=a#f\n\t~%50%b\n\t####g\n}\n"


MEGABYTES = 10 * 1024 * 1024
HOSTILE = {
    "braces": b"{" * 100_000,
    "pairs of braces": b"{}" * 50_000,
    "blank lines": b"\n" * (MEGABYTES - 1),
    "tildes": b"Q{" + b"~" * (MEGABYTES - 3),
    "questions": b"Q{T}\n\n" * (MEGABYTES // 6),
    "errors": b"{\n\n" * (MEGABYTES // 3),
    "colons": b"::" * (MEGABYTES // 2),
    "backslashes": b"\\" * MEGABYTES,
    "tags": b"// [tag:" * (MEGABYTES // 8),
    "comments": b"//x\n" * (MEGABYTES // 4),
    "spaces": b" " * MEGABYTES,
    "slashes": b"$CATEGORY: " + b"/" * (MEGABYTES - 11),
    "items": b"Q{>" + b"\nx" * 40_000 + b"}",
    "not text": b"\xff" * MEGABYTES,
    "percent": b"Q{" + b"~%" * 40_000 + b"}",
    "sharps": b"Q{=a" + b"#" * 90_000 + b"}",
    "brackets": b"[markdown]" + b"[a](<" * 19_000 + b"{T}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_takes_bounded_time(name):
    began = time.process_time()
    report = GIFT.read(HOSTILE[name])
    assert time.process_time() - began < 15
    assert len(report.problems) <= 201


def test_a_file_that_is_too_large_is_refused_unread():
    assert codes(b"x" * (MEGABYTES + 1)) == ["file_too_large"]
