"""The codes of a text with blanks: their grammar (quiz semantics 3.8), both ways."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.questions.formats._cloze_codes import KINDS, read_codes, write_codes
from courses.questions.formats.problems import describe
from tests.courses.questions.strategies import LETTERS


def read(text, text_format="html"):
    return read_codes(text, text_format)


def only(text, text_format="html"):
    """The one blank of a text with nothing wrong in it."""
    codes = read(text, text_format)
    assert codes.findings == []
    assert len(codes.blanks) == 1
    return codes.blanks[0]


def answers(text, text_format="html"):
    return [
        (one.get("text", one.get("value")), one["fraction"], one["feedback"])
        for one in only(text, text_format)["answers"]
    ]


def findings(text, text_format="html"):
    """What is wrong, and from which character of the text (counted from 1)."""
    return [(problem.code, offset + 1) for problem, offset in read(text, text_format).findings]


def written(text, text_format="html"):
    codes = read(text, text_format)
    assert codes.errors == []
    return write_codes({"text": codes.text, "text_format": text_format, "blanks": codes.blanks})


def test_blanks_are_numbered_in_the_order_of_the_text():
    text = "Волга впадает в {1:SHORTANSWER:=Каспий}, Нева в {2:SA:=Балтику}."
    codes = read(text)
    assert codes.text == "Волга впадает в [[1]], Нева в [[2]]."
    assert [blank["weight"] for blank in codes.blanks] == [1, 2]
    assert codes.places == [text.index("{1"), text.index("{2")]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("NUMERICAL NM", {"kind": "numerical"}),
        ("SHORTANSWER SA MW", {"kind": "short_answer", "use_case": False}),
        ("SHORTANSWER_C SAC MWC", {"kind": "short_answer", "use_case": True}),
        ("MULTICHOICE MC", {"kind": "single_choice", "look": "menu", "shuffle": False}),
        ("MULTICHOICE_S MCS", {"kind": "single_choice", "look": "menu", "shuffle": True}),
        ("MULTICHOICE_V MCV", {"kind": "single_choice", "look": "column", "shuffle": False}),
        ("MULTICHOICE_VS MCVS", {"kind": "single_choice", "look": "column", "shuffle": True}),
        ("MULTICHOICE_H MCH", {"kind": "single_choice", "look": "row", "shuffle": False}),
        ("MULTICHOICE_HS MCHS", {"kind": "single_choice", "look": "row", "shuffle": True}),
        ("MULTIRESPONSE MR", {"kind": "multiple_choice", "look": "column", "shuffle": False}),
        ("MULTIRESPONSE_S MRS", {"kind": "multiple_choice", "look": "column", "shuffle": True}),
        ("MULTIRESPONSE_H MRH", {"kind": "multiple_choice", "look": "row", "shuffle": False}),
        ("MULTIRESPONSE_HS MRHS", {"kind": "multiple_choice", "look": "row", "shuffle": True}),
    ],
)
def test_every_kind_has_a_long_and_a_short_name(names, expected):
    for name in names.split():
        blank = only(f"{{3:{name}:=1~2}}")
        assert {key: value for key, value in blank.items() if key not in ("answers", "weight")} == expected
        assert blank["weight"] == 3


def test_there_are_no_other_kinds():
    assert len(KINDS) == 28


@pytest.mark.parametrize(("weight", "expected"), [("", 1), ("1", 1), ("0", 0), ("12", 12)])
def test_a_weight_is_a_whole_number_and_one_when_it_is_left_out(weight, expected):
    assert only(f"{{{weight}:SA:=да}}")["weight"] == expected


def test_an_equals_sign_is_the_whole_mark_and_a_percentage_a_part_of_it():
    text = "{1:MC:=Париж#Верно~%50%Лион~%33,33333%Нант~%-25%Лилль#Нет~Брест}"
    assert answers(text) == [
        ("Париж", 1, "Верно"),
        ("Лион", 0.5, ""),
        ("Нант", 0.3333333, ""),
        ("Лилль", -0.25, "Нет"),
        ("Брест", 0, ""),
    ]


def test_signs_after_a_backslash_belong_to_the_text():
    assert answers(r"{1:SA:=\{a\}#f\}b\~c\#d~%0%\~x\/\"}") == [(r"\{a}", 1, "f}b~c#d"), ('~x/"', 0, "")]


def test_only_the_first_hash_begins_the_feedback():
    assert answers("{1:SA:=a#b#c}") == [("a", 1, "b#c")]


def test_entities_are_decoded_and_their_hash_begins_no_feedback():
    assert answers("{1:SA:=&#1085;&eacute;t &quot;a&quot; &lt;b&gt;#&#171;да&raquo;}") == [
        ('нét "a" <b>', 1, "«да»")
    ]


def test_choices_stay_harmless_in_html_and_are_plain_words_elsewhere():
    assert answers("{1:MC:=a &lt;b&gt;~&eacute;}")[0][0] == "a &lt;b&gt;"
    assert answers("{1:MC:=a &lt;b&gt;~&eacute;}", "plain")[0][0] == "a <b>"
    assert answers("{1:MC:=a~&eacute;}")[1][0] == "é"


def test_an_answer_with_tags_in_a_text_without_them_says_that_it_is_html():
    first, second = only("{1:MC:=<b>да</b>~нет}", "markdown")["answers"]
    assert (first["text"], first["format"]) == ("<b>да</b>", "html")
    assert "format" not in second


@pytest.mark.parametrize(
    ("code", "value", "tolerance"),
    [
        ("=3.14", 3.14, 0),
        ("=3,14:0,01", 3.14, 0.01),
        ("= -5 : 0.5 ", -5, 0.5),
        ("=.5", 0.5, 0),
        ("=1e3:-2", 1000, 2),
        ("=*", "*", 0),
        ("=&#49;", 1, 0),
    ],
)
def test_a_number_may_have_a_tolerance_and_a_comma(code, value, tolerance):
    (answer,) = only(f"{{1:NUMERICAL:{code}}}")["answers"]
    assert (answer["value"], answer["tolerance"]) == (value, tolerance)


def test_a_star_takes_every_other_number_with_its_feedback():
    text = "{2:NM:=23.8:0.1#Да~%50%23.8:2#Почти~*#Нет}"
    assert answers(text) == [(23.8, 1, "Да"), (23.8, 0.5, "Почти"), ("*", 0, "Нет")]


@pytest.mark.parametrize(
    ("code", "fractions"),
    [
        ("=a~=b~c", [0.5, 0.5, -0.5]),
        ("=a~b~c", [1, -1, -1]),
        ("=a~=b~=c~d", [0.3333333, 0.3333333, 0.3333333, -0.3333333]),
        ("%50%a~%50%b~c", [0.5, 0.5, 0]),
        ("%100%a~%50%b~%-30%c~d", [0.6666667, 0.3333333, -0.3, 0]),
        ("=a~%50%b~c", [0.6666667, 0.3333333, 0]),
    ],
)
def test_the_right_ones_of_several_are_together_worth_one(code, fractions):
    """Without a percentage anywhere a wrong one takes away as much as a right one gives."""
    assert [answer["fraction"] for answer in only(f"{{1:MR:{code}}}")["answers"]] == fractions


def test_lines_and_blanks_around_alternatives_do_not_count():
    assert answers("{1:MC:\n~ =да \n~ нет # почему \n}") == [("да", 1, ""), ("нет", 0, "почему")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ничего нет", [("cloze_no_codes", 1)]),
        ("Вот {1:MULTICHOICE}", [("cloze_few_answers", 5)]),
        ("Вот {1:MULTICHOICE:}", [("cloze_few_answers", 5)]),
        ("Вот {1:SA:}", [("cloze_few_answers", 5)]),
        ("Вот {1:MULTICHOICE:=Яблоко#Да}", [("cloze_few_answers", 5)]),
        ("Вот {1:MR:=Яблоко}", [("cloze_few_answers", 5)]),
        ("Вот {1:MC:Груша~%50%Яблоко}", [("cloze_no_full", 5)]),
        ("Вот {1:SA:%99%a}", [("cloze_no_full", 5)]),
        ("Вот {1:MR:a~%-50%b}", [("cloze_no_full", 5)]),
        ("Вот {3:NUMERICAL:=zero}", [("cloze_number", 18)]),
        ("Вот {3:NUMERICAL:=1~%5%1:a}", [("cloze_number", 21)]),
        ("Вот {1:NM:=1e999}", [("cloze_number", 11)]),
        ("Вот {1:MULTICHOISE:=a~b}", [("cloze_kind_unknown", 5)]),
        ("Вот {1:shortanswer:=a}", [("cloze_kind_unknown", 5)]),
        ("Вот {1:SA=a}", [("cloze_colon_missing", 5)]),
        ("Вот {1:SA:=a", [("cloze_unclosed", 5)]),
        (r"Вот {1:SA:=a\}", [("cloze_unclosed", 5)]),
        ("{1:SA:=a} и {1:SA:%120%b~=c}", [("weight_out_of_range", 19)]),
        ("{1:SA:=a~#отзыв}", [("cloze_answer_missing", 10)]),
        ("{1:SA:=}", [("cloze_answer_missing", 7)]),
        ("{9999:SA:=a}", [("cloze_weight", 1)]),
        ("{1:SA:=a~~=b}", [("cloze_alternative_empty", 10)]),
        ("{1:SA:=a~%5O%b}", [("weight_unrecognised", 10)]),
    ],
)
def test_what_is_wrong_with_a_code_is_said_at_its_column(text, expected):
    assert findings(text) == expected
    for problem, _ in read(text).findings:
        sentence, values = describe(problem)
        assert sentence % values


def test_every_broken_code_of_a_text_is_reported():
    assert findings("{1:MC:=a} {1:NM:=x} {1:SA:=ok}") == [("cloze_few_answers", 1), ("cloze_number", 17)]


@pytest.mark.parametrize(
    "text", ["{1}", "{a}", "{1:2}", r"\frac{1}{2}", "{12:30:15}", "{1:foo}", "{:smile:}"]
)
def test_other_braces_are_text(text):
    codes = read(f"{text} {{1:SA:=a}} {text}")
    assert codes.findings == []
    assert codes.text == f"{text} [[1]] {text}"


@pytest.mark.parametrize("text_format", ["html", "moodle", "markdown", "plain"])
def test_an_authors_own_mark_is_not_taken_for_a_blank(text_format):
    codes = read("см. [[1]] {1:SA:=a}", text_format)
    assert codes.text.count("[[") == 1
    assert written("см. [[1]] {1:SA:=a}", text_format).count("{1:SHORTANSWER:=a}") == 1


def test_codes_are_written_in_their_long_names_with_what_they_need_escaped():
    text = r"{:MCS:=a\~b#c\}d~%-33.33333%e\#f} {2:NM:=1,5:,1} {1:SAC:=\}~%0%=x} {1:MR:=a~=b~c}"
    assert written(text) == (
        r"{1:MULTICHOICE_S:=a\~b#c\}d~%-33.33333%e\#f} {2:NUMERICAL:=1.5:0.1}"
        r" {1:SHORTANSWER_C:=\}~%0%=x} {1:MULTIRESPONSE:%50%a~%50%b~%-50%c}"
    )


@pytest.mark.parametrize("text_format", ["html", "moodle", "markdown", "plain"])
@pytest.mark.parametrize(
    "answer", ["a\\", "\\}", "a\\#b", "=x", "%50%x", "&amp;", "a<b", "#", "}~", "&#49;", "\\\\", "&"]
)
def test_any_short_answer_is_read_as_it_was_written(text_format, answer):
    blank = {"kind": "short_answer", "weight": 2, "use_case": True, "answers": []}
    blank["answers"] = [
        {"text": answer, "fraction": fraction, "feedback": ""} for fraction in (1, 0, 0.25, 0)
    ]
    question = {"text": "a [[1]] b", "text_format": text_format, "blanks": [blank]}
    codes = read(write_codes(question), text_format)
    assert codes.findings == []
    assert codes.blanks == [blank]


@pytest.mark.parametrize("text_format", ["html", "moodle", "markdown", "plain"])
def test_text_that_only_looks_like_a_code_never_becomes_one(text_format):
    blank = {"kind": "short_answer", "weight": 1, "use_case": False}
    blank["answers"] = [{"text": "a", "fraction": 1.0, "feedback": ""}]
    question = {"text": "{1:SA:=b} [[1]] {2:MC}", "text_format": text_format, "blanks": [blank]}
    codes = read(write_codes(question), text_format)
    assert codes.findings == []
    assert codes.blanks == [blank]


CODES = st.lists(
    st.one_of(
        st.sampled_from(
            ["{1:SA:", "{2:MC:", "{:MR:", "{1:NM:", "=", "~", "#", "}", "%50%", "3,14", "*", "[[1]]", "\\"]
        ),
        st.sampled_from(["a", " b", "<b>", "&amp;", "&#49;", "&#92;", "\n", "{", "да"]),
        st.text(LETTERS, max_size=5),
    ),
    max_size=25,
).map("".join)


@given(text=CODES, text_format=st.sampled_from(["html", "moodle", "markdown", "plain"]))
@settings(max_examples=2000)
def test_what_is_read_is_written_and_read_again_the_same(text, text_format):
    codes = read(text, text_format)
    for problem, offset in codes.findings:
        sentence, values = describe(problem)
        assert sentence % values
        assert 0 <= offset <= len(text)
    if codes.errors:
        return
    question = {"text": codes.text, "text_format": text_format, "blanks": codes.blanks}
    once = write_codes(question)
    again = read(once, text_format)
    assert again.errors == []
    assert (again.text, again.blanks) == (codes.text, codes.blanks)
    assert write_codes({"text": again.text, "text_format": text_format, "blanks": again.blanks}) == once


@pytest.mark.parametrize(
    "text",
    [
        "{1:SA:" * 16_000,
        "{1:SA:=" + "~" * 99_000,
        "{1:NM:=" + "1" * 99_000 + "}",
        "{1:SA:=a#" * 11_000 + "}",
        "\\" * 99_000,
    ],
)
def test_a_hundred_thousand_signs_take_no_time(text):
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 2
