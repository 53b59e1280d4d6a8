"""Moodle XML: what its elements mean, what is wrong with a file and where, and the same both ways."""

import base64
import hashlib
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.questions.formats import FORMATS, Draft
from courses.questions.formats._moodle_xml_text import cdata
from courses.questions.formats._moodle_xml_types import TYPES_BY_NAME
from courses.questions.formats.problems import describe
from tests.courses.questions.strategies import LETTERS
from tests.courses.questions.test_formats_contract import drafted

XML = FORMATS["moodle_xml"]
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AARwxYOACRXgX7Lk3fNwAAAABJRU5ErkJggg=="
)


def quiz(*questions):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(questions) + "\n</quiz>\n"
    ).encode()


def question(kind, inside="", *, text="<p>Вопрос</p>", name="Имя", head=""):
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text>{head}</questiontext>{inside}</question>'
    )


def category(path):
    return f'<question type="category"><category><text>{path}</text></category></question>'


def answer(text, fraction="100", *, inside="", form=""):
    return f'<answer fraction="{fraction}"{form}><text>{text}</text>{inside}</answer>'


SHORT = answer("да")
TRUE = answer("true") + answer("false", "0")


def read(*questions):
    """The questions of a file in which nothing is wrong."""
    report = XML.read(quiz(*questions))
    assert report.problems == ()
    return [draft.question for draft in report.drafts]


def one(kind, inside="", **more):
    (found,) = read(question(kind, inside, **more))
    return found


def problems(data):
    report = XML.read(data if isinstance(data, bytes) else quiz(data))
    for problem in report.problems:
        sentence, values = describe(problem)
        assert sentence % values
    return [(problem.code, problem.line, problem.column) for problem in report.problems]


def codes(data):
    return [code for code, _, _ in problems(data)]


# ---- categories and what every question has


def test_a_category_holds_for_the_questions_that_follow_and_its_parent_may_come_later():
    report = XML.read(
        quiz(
            question("shortanswer", SHORT),
            category("$course$/top/А/Б"),
            question("shortanswer", SHORT),
            question("shortanswer", SHORT),
            category("$course$/А"),
            question("shortanswer", SHORT),
            category("$system$/top"),
            question("shortanswer", SHORT),
        )
    )
    assert [draft.category for draft in report.drafts] == [(), ("А", "Б"), ("А", "Б"), ("А",), ()]
    assert [draft.line for draft in report.drafts] == [3, 5, 6, 8, 10]


def test_two_slashes_in_a_path_are_one_slash_in_a_name():
    report = XML.read(quiz(category("top/км//ч/b"), question("shortanswer", SHORT)))
    assert report.drafts[0].category == ("км/ч", "b")


def test_what_every_question_has_is_read():
    found = one(
        "shortanswer",
        """<generalfeedback format="plain_text"><text>Общий</text></generalfeedback>
        <defaultgrade>2.5000000</defaultgrade><penalty>0.5</penalty><hidden>0</hidden><idnumber>К-1</idnumber>
        <hint format="html"><text>Подумайте</text><shownumcorrect/></hint>
        <hint format="markdown"><text>Ещё</text><clearwrong/></hint>
        <tags><tag><text>реки</text></tag><tag><text>реки</text></tag></tags>
        <coursetags><tag><text>моря</text></tag></coursetags>"""
        + SHORT,
    )
    assert found == {
        "type": "short_answer",
        "name": "Имя",
        "text": "<p>Вопрос</p>",
        "text_format": "html",
        "general_feedback": "Общий",
        "general_feedback_format": "plain",
        "default_mark": 2.5,
        "penalty": 0.5,
        "tags": ["реки", "моря"],
        "hints": [
            {"text": "Подумайте", "show_number_right": True, "clear_wrong": False},
            {"text": "Ещё", "format": "markdown", "show_number_right": False, "clear_wrong": True},
        ],
        "answers": [{"text": "да", "fraction": 1.0, "feedback": ""}],
        "use_case": False,
        "russian_equivalence": True,
    }


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("html", "html"), ("moodle_auto_format", "moodle"), ("plain_text", "plain"), ("markdown", "markdown")],
)
def test_formats_have_other_names(theirs, ours):
    data = quiz(question("shortanswer", SHORT).replace('format="html"', f'format="{theirs}"'))
    assert XML.read(data).drafts[0].question["text_format"] == ours


def test_an_unknown_format_is_html_and_a_missing_one_that_of_the_question():
    data = quiz(question("multichoice", answer("а") + answer("б", "0", form=' format="wiki_like"')))
    (draft,) = XML.read(data.replace(b'format="html"', b'format="markdown"')).drafts
    assert draft.question["text_format"] == "markdown"
    assert "format" not in draft.question["answers"][0]
    assert draft.question["answers"][1]["format"] == "html"
    assert codes(data) == ["xml_format_unknown"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("0.3333333", 0.3333333), ("0.33", 0.3333333), ("0.336", 0.3333333), ("0.34", 0.34)],
)
def test_a_penalty_near_a_third_is_a_third(written, meant):
    assert one("shortanswer", f"<penalty>{written}</penalty>{SHORT}")["penalty"] == meant


def test_a_question_without_a_name_is_called_by_its_text():
    assert one("shortanswer", SHORT, name="")["name"] == "Вопрос"


def test_the_same_number_twice_in_a_category_is_dropped_and_said():
    numbered = question("shortanswer", "<idnumber>7</idnumber>" + SHORT)
    data = quiz(numbered, numbered, category("А"), numbered)
    assert [draft.id_number for draft in XML.read(data).drafts] == ["7", "", "7"]
    assert problems(data) == [("xml_id_repeats", 4, 1)]


def test_a_hidden_question_is_read_and_said():
    assert codes(question("shortanswer", "<hidden>1</hidden>" + SHORT)) == ["xml_hidden"]


def test_every_question_of_a_line_is_told_apart():
    data = quiz(
        question("shortanswer", SHORT) + question("shortanswer", SHORT + "<hidden>1</hidden>") + question("x")
    )
    told = XML.read(data).by_question()
    assert [(line, draft is not None, [one.code for one in found]) for line, draft, found in told] == [
        (3, True, []),
        (3, True, ["xml_hidden"]),
        (3, False, ["xml_type_unknown"]),
    ]


# ---- fractions


@pytest.mark.parametrize(
    ("percent", "fraction"),
    [
        ("33.33333", 0.3333333),
        ("33.333", 0.3333333),
        ("-16.66667", -0.1666667),
        ("14.2857", 0.1428571),
        ("5", 0.05),
    ],
)
def test_a_fraction_near_one_of_the_list_is_that_one(percent, fraction):
    found = one("shortanswer", SHORT + answer("почти", percent))
    assert found["answers"][1]["fraction"] == fraction


@pytest.mark.parametrize(
    ("percent", "nearest"), [("33", "33.33333"), ("-47", "-50"), ("101", "100"), ("33.33", "33.33333")]
)
def test_any_other_fraction_is_an_error_that_names_the_nearest(percent, nearest):
    (problem,) = XML.read(quiz(question("shortanswer", SHORT + answer("а", percent)))).problems
    assert (problem.code, problem.severity, problem.line) == ("fraction_not_allowed", "error", 3)
    assert problem.details["nearest"] == nearest


# ---- kinds


@pytest.mark.parametrize(
    ("single", "kind"),
    [
        ("", "single_choice"),
        ("<single>true</single>", "single_choice"),
        ("<single>1</single>", "single_choice"),
        ("<single>false</single>", "multiple_choice"),
        ("<single>0</single>", "multiple_choice"),
        ("<single/>", "multiple_choice"),
    ],
)
def test_a_choice_is_single_unless_it_says_otherwise(single, kind):
    assert one("multichoice", f"{single}{answer('а')}{answer('б', '0')}")["type"] == kind


def test_a_choice_has_its_feedback_and_that_of_its_result():
    found = one(
        "multichoice",
        "<shuffleanswers>true</shuffleanswers><correctfeedback><text>Да</text></correctfeedback>"
        '<incorrectfeedback format="plain_text"><text>Нет</text></incorrectfeedback><shownumcorrect/>'
        + answer("а", inside='<feedback format="markdown"><text>Верно</text></feedback>')
        + answer("б", "-50"),
    )
    assert found["shuffle"] is True
    assert found["answers"] == [
        {"text": "а", "fraction": 1.0, "feedback": "Верно", "feedback_format": "markdown"},
        {"text": "б", "fraction": -0.5, "feedback": ""},
    ]
    assert (found["correct_feedback"], found["incorrect_feedback"]) == ("Да", "Нет")
    assert found["incorrect_feedback_format"] == "plain"
    assert "partially_correct_feedback" not in found


def test_true_or_false_goes_by_the_names_of_its_answers():
    feedback = "<feedback><text>{}</text></feedback>"
    inside = answer("false", "100", inside=feedback.format("Так")) + answer(
        "true", "0", inside=feedback.format("Нет")
    )
    found = one("truefalse", inside + "<penalty>0.5</penalty>")
    assert (found["right"], found["feedback_true"], found["feedback_false"]) == (False, "Нет", "Так")
    assert found["penalty"] == 1.0


def test_true_and_false_in_another_language_go_by_their_order():
    data = quiz(question("truefalse", answer("Верно", "0") + answer("Неверно")))
    assert XML.read(data).drafts[0].question["right"] is False
    assert codes(data) == ["xml_true_false_order"]
    assert codes(question("truefalse", answer("true") + answer("false"))) == ["xml_true_false"]
    assert codes(question("truefalse", answer("true"))) == ["xml_true_false"]


def test_a_short_answer_may_mind_the_case():
    assert one("shortanswer", "<usecase>1</usecase>" + SHORT)["use_case"] is True


def test_a_number_has_a_tolerance_and_units():
    found = one(
        "numerical",
        answer("3.14", inside="<tolerance>0.01</tolerance>")
        + answer("*", "0", inside="<feedback><text>Нет</text></feedback>")
        + "<units><unit><multiplier>1</multiplier><unit_name>м</unit_name></unit>"
        "<unit><multiplier>100</multiplier><unit_name>см</unit_name></unit></units>"
        "<unitgradingtype>2</unitgradingtype><unitpenalty>0.2</unitpenalty><showunits>1</showunits>"
        "<unitsleft>1</unitsleft>",
    )
    assert found["answers"] == [
        {"value": 3.14, "tolerance": 0.01, "fraction": 1.0, "feedback": ""},
        {"value": "*", "tolerance": 0.0, "fraction": 0.0, "feedback": "Нет"},
    ]
    assert found["units"] == [{"unit": "м", "multiplier": 1.0}, {"unit": "см", "multiplier": 100.0}]
    assert (found["unit_field"], found["unit_grading"]) == ("select", "of_max")
    assert (found["unit_penalty"], found["unit_first"]) == (0.2, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [("3,14", "number_with_comma"), ("abc", "xml_number"), ("", "xml_number"), ("1/2", "xml_number")],
)
def test_a_number_that_is_none_is_not_taken_for_any_number(text, code):
    assert codes(question("numerical", answer(text))) == [code]


def test_pairs_may_have_an_answer_without_a_stem():
    pair = '<subquestion format="html"><text>{}</text><answer><text>{}</text></answer></subquestion>'
    inside = pair.format("Франция", "Париж") + pair.format("Италия", "Рим") + pair.format("", "Берлин")
    for kind in ("matching", "match"):
        found = one(kind, inside + "<shuffleanswers>false</shuffleanswers>")
        assert found["pairs"][0] == {"stem": "Франция", "answer": "Париж"}
        assert found["pairs"][2] == {"stem": "", "answer": "Берлин"}
        assert found["shuffle"] is False


def test_an_order_has_its_scheme_and_its_selection():
    found = one(
        "ordering",
        "<layouttype>HORIZONTAL</layouttype><selecttype>RANDOM</selecttype><selectcount>2</selectcount>"
        "<gradingtype>ALL_OR_NOTHING</gradingtype>"
        + answer("первый", "1.0")
        + answer("второй &lt; первого", "2.0", form=' format="plain_text"')
        + answer("третий", "3.0"),
    )
    assert found["items"] == ["первый", "второй &lt; первого", "третий"]
    assert (found["select"], found["select_count"], found["layout"]) == ("random", 2, "horizontal")
    assert found["grading"] == "all_or_nothing"


def test_a_description_has_no_mark():
    assert one("description")["default_mark"] == 0


def test_pictures_say_their_own_size_and_items_go_by_their_numbers():
    file = f'<file name="карта.png" encoding="base64">{base64.b64encode(PIXEL).decode()}</file>'
    found = one(
        "ddimageortext",
        file + "<drag><no>2</no><text>вторая</text><draggroup>1</draggroup><infinite/></drag>"
        "<drag><no>1</no><text>a &lt;b</text><draggroup>2</draggroup></drag>"
        "<drop><text>тут</text><no>1</no><choice>2</choice><xleft>1</xleft><ytop>2</ytop></drop><shuffleanswers/>",
    )
    assert (found["picture"], found["width"], found["height"]) == ("карта.png", 3, 2)
    assert [item["infinite"] for item in found["items"]] == [False, True]
    assert found["places"] == [{"x": 1, "y": 2, "item": 2, "label": "тут"}]
    assert found["shuffle"] is True


def test_zones_are_circles_rectangles_and_polygons():
    file = f'<file name="k.png" encoding="base64">{base64.b64encode(PIXEL).decode()}</file>'
    drop = "<drop><no>{}</no><shape>{}</shape><coords>{}</coords><choice>1</choice></drop>"
    found = one(
        "ddmarker",
        file
        + "<drag><no>1</no><text>тут</text><infinite/></drag><showmisplaced/>"
        + drop.format(1, "circle", "1,1;1")
        + drop.format(2, "rectangle", "0,0;2,1")
        + drop.format(3, "polygon", "0,0;2,0;2,2"),
    )
    assert found["markers"] == [{"text": "тут", "most": 0}]
    assert [zone["points"] for zone in found["zones"]] == [
        [[1, 1], [1, 0]],
        [[0, 0], [2, 1]],
        [[0, 0], [2, 0], [2, 2]],
    ]
    assert (found["show_misplaced"], found["shuffle"]) == (True, False)


def test_a_question_of_an_unknown_kind_is_an_error_and_the_others_are_read():
    data = quiz(question("randomsamatch"), question("shortanswer", SHORT), question("stack"))
    report = XML.read(data)
    assert [draft.line for draft in report.drafts] == [4]
    assert [(problem.code, problem.details["type"], problem.line) for problem in report.errors] == [
        ("xml_type_unknown", "randomsamatch", 3),
        ("xml_type_unknown", "stack", 5),
    ]


def test_what_a_type_says_against_a_question_is_said_at_the_line_of_its_answer():
    data = quiz(question("multichoice", answer("а") + "\n" + answer("", "0") + "\n" + answer("в", "0")))
    assert problems(data) == [("answer_empty", 4, 1)]


# ---- files


def with_file(name, content, *, path="/"):
    encoded = base64.b64encode(content).decode()
    return f'<file name="{name}" path="{path}" encoding="base64">{encoded[:8]}\n{encoded[8:]}</file>'


def test_files_are_kept_beside_the_question_and_texts_name_them():
    text = '<img src="@@PLUGINFILE@@/%D0%BA%D0%B0%D1%80%D1%82%D0%B0%20%D0%B0.png">'
    data = quiz(question("shortanswer", SHORT, text=text, head=with_file("карта а.png", PIXEL)))
    (draft,) = XML.read(data).drafts
    key = hashlib.sha256(PIXEL).hexdigest()
    assert draft.question["text"] == '<img src="file:карта_а.png">'
    assert draft.question["files"] == {"карта_а.png": {"key": key, "size": len(PIXEL)}}
    assert draft.files == {key: PIXEL}


def test_two_files_of_one_name_in_two_texts_are_two_files():
    text = "@@PLUGINFILE@@/a.png и @@PLUGINFILE@@/a.png.old"
    hint = f"<hint><text>@@PLUGINFILE@@/a.png</text>{with_file('a.png', b'other')}</hint>"
    data = quiz(question("shortanswer", SHORT + hint, text=text, head=with_file("a.png", PIXEL)))
    report = XML.read(data)
    found = report.drafts[0].question
    assert found["text"] == "file:a.png и @@PLUGINFILE@@/a.png.old"
    assert found["hints"][0]["text"] == "file:a-2.png"
    assert set(found["files"]) == {"a.png", "a-2.png"}
    assert [problem.code for problem in report.problems] == ["xml_file_missing"]
    written = XML.write(report.drafts)
    assert XML.read(written).drafts == report.drafts


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\a.png", "a.png"),
        ("...", "file"),
        ("/x/.png", "png"),
        ("a b&amp;c.png", "a_b_c.png"),
    ],
)
def test_a_name_never_leads_anywhere(name, kept):
    data = quiz(question("shortanswer", SHORT, head=with_file(name, b"123456789", path="/../../x/")))
    assert list(XML.read(data).drafts[0].question["files"]) == [kept]


@pytest.mark.timeout(20)
def test_a_question_has_so_many_files_and_no_more():
    def named(count):
        head = "".join(with_file("a.png", b"content %03d" % number) for number in range(count))
        return XML.read(quiz(question("shortanswer", SHORT, head=head)))

    assert len(named(200).drafts[0].question["files"]) == 200
    many = named(300)
    assert many.drafts == ()
    assert {problem.code for problem in many.problems} == {"xml_files_many"}


@pytest.mark.timeout(20)
def test_a_text_full_of_codes_is_refused_in_a_moment():
    text = "{1:SA:=мел} " * 8_000
    report = XML.read(quiz(question("cloze", "", text=text)))
    assert report.drafts == ()
    assert report.errors


def test_a_file_in_a_folder_is_found_by_its_text():
    text = "<img src='@@PLUGINFILE@@/b/c/a.png'>"
    (draft,) = XML.read(
        quiz(question("shortanswer", SHORT, text=text, head=with_file("a.png", PIXEL, path="/b/c/")))
    ).drafts
    assert draft.question["text"] == "<img src='file:a.png'>"


@pytest.mark.parametrize("content", ["!!!", "abc", "iVBOR=w0K", '" encoding="none'])
def test_a_file_that_cannot_be_read_is_an_error(content):
    head = f'<file name="a.png" encoding="base64">{content}</file>'
    if "none" in content:
        head = '<file name="a.png" encoding="none">YWJj</file>'
    assert codes(question("shortanswer", SHORT, head=head)) == ["xml_file_broken"]


def test_a_picture_in_a_very_old_file_follows_the_text():
    encoded = base64.b64encode(PIXEL).decode()
    old = f"<image>moodle.png</image><image_base64>\n{encoded}\n</image_base64>"
    found = one("shortanswer", old + SHORT)
    assert found["text"] == '<p>Вопрос</p>\n<img src="file:moodle.png" alt="">'
    assert list(found["files"]) == ["moodle.png"]


# ---- broken and hostile files


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ("xml_broken", 1, 1)),
        (b"GIFT? {=yes}", ("xml_broken", 1, 1)),
        (b"<quiz>\n<question></quiz>", ("xml_broken", 2, 13)),
        (b"<quiz>\n  a &nbsp; b</quiz>", ("xml_entity", 2, 5)),
        (b"<questestinterop/>", ("xml_other_root", 1, 1)),
        (b"<quiz>\n\n</quiz>", ("xml_no_questions", 1, 1)),
        (b"<quiz>\n <foo/></quiz>", ("xml_not_question", 2, 2)),
        ("<quiz>\n Я\udcff</quiz>".encode("utf-8", "surrogateescape"), ("not_utf8", 2, 3)),
        (b"<?xml version='1.0' encoding='klingon'?><quiz/>", ("xml_encoding", 1, 1)),
        (b"<?xml version='1.0' encoding='zlib_codec'?><quiz/>", ("xml_encoding", 1, 1)),
        (b"\xff\xfe<\x00q", ("xml_encoding", 1, 1)),
        (b"\xff\xfe<\x00q\x00", ("xml_broken", 1, 1)),
        (b"\xff\xfe<\x00q\x00\x00\xd8", ("xml_encoding", 1, 1)),
        (b"<quiz>" + b"x" * 10 * 1024 * 1024 + b"</quiz>", ("file_too_large", 0, 0)),
    ],
)
def test_a_broken_file_gets_one_clear_sentence(data, expected):
    assert problems(data) == [expected]


@pytest.mark.parametrize("name", ["windows-1251", "koi8-r", "utf-16"])
def test_other_encodings_are_read_when_the_file_says_so(name):
    text = quiz(question("shortanswer", SHORT)).decode().replace("UTF-8", name)
    assert XML.read(text.encode(name)).drafts[0].question["text"] == "<p>Вопрос</p>"


def test_everything_before_the_place_where_a_file_breaks_is_reported_too():
    data = quiz(question("numerical", answer("x")), question("shortanswer", SHORT)).replace(b"</quiz>", b"<")
    assert codes(data) == ["xml_number", "xml_broken"]


BOMB = "<!DOCTYPE quiz [<!ENTITY a '1'>" + "".join(f"<!ENTITY a{n} '{'&a;' * 9}'>" for n in range(9)) + "]>"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (f"{BOMB}<quiz>&a8;</quiz>".encode(), "xml_doctype"),
        (b"<!DOCTYPE quiz SYSTEM 'file:///etc/passwd'><quiz/>", "xml_doctype"),
        (b"<!DOCTYPE quiz [<!ENTITY x SYSTEM 'http://127.0.0.1:1/'>]><quiz>&x;</quiz>", "xml_doctype"),
        (b"<quiz>" + b"<a>" * 3_000_000, "xml_too_deep"),
        (b"<quiz><question>" + b"<a/>" * 2_500_000, "xml_too_deep"),
        (b"<quiz>" + b"<a/>" * 2_500_000, "xml_not_question"),
        (b"<quiz>" + b"<question/>" * 900_000, "xml_type_unknown"),
        (b"<quiz><question type='" + b"x" * 10_000_000 + b"'/></quiz>", "xml_type_unknown"),
        (
            b"<quiz><question " + b" ".join(b"a%d='1'" % n for n in range(700_000)) + b"/></quiz>",
            "xml_type_unknown",
        ),
        (
            b"<quiz><question type='essay'><name><text>"
            + b"&lt;" * 2_400_000
            + b"</text></name></question></quiz>",
            "xml_part_too_long",
        ),
        (b"<quiz><question type='essay'>" + b"\n" * 10_000_000 + b"</question></quiz>", "xml_part_too_long"),
        (b"<quiz><question><file>" + b"\nA" * 5_000_000 + b"</file></question></quiz>", "xml_part_too_long"),
        (b"{" * 100_000_000, "file_too_large"),
        (b"<quiz>" + b"{1:SA:" * 1_700_000, "xml_broken"),
        (quiz(question("cloze", text="{1:SA:" * 16_000)), ""),
        (
            quiz(
                question(
                    "shortanswer", SHORT, text="@@PLUGINFILE@@/" * 6_000, head=with_file("a", b"123456") * 200
                )
            ),
            "",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_files_cost_little(data, code):
    """Ten megabytes of anything: seconds, and no more memory than so many attributes take."""
    tracemalloc.start()
    started = time.process_time()
    try:
        report = XML.read(data)
        seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert report.problems
    assert not code or report.problems[0].code == code
    assert len(report.problems) <= 201
    assert seconds < 20  # with every allocation traced, and on a busy machine
    assert peak < 250_000_000


# ---- writing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("слово", "слово"),
        ("a < b", "<![CDATA[a < b]]>"),
        ("]]>", "<![CDATA[]]]]><![CDATA[>]]>"),
        ("a\rb", "a\nb"),
    ],
)
def test_texts_are_put_into_cdata_where_they_need_it(text, expected):
    assert cdata(text) == expected


def test_a_file_is_written_in_the_text_that_names_it_and_otherwise_with_the_question():
    key = hashlib.sha256(PIXEL).hexdigest()
    files = {name: {"key": key, "size": len(PIXEL)} for name in ("a.png", "b.png")}
    found = one("shortanswer", SHORT) | {"files": files, "general_feedback": "![](file:a.png)"}
    written = XML.write([Draft(found, files={key: PIXEL})]).decode()
    assert written.count('<file name="a.png" path="/" encoding="base64">') == 1
    assert written.index("b.png") < written.index("<generalfeedback") < written.index('name="a.png"')
    assert "@@PLUGINFILE@@/a.png" in written


def test_what_a_file_does_not_say_is_listed():
    found = one("shortanswer", SHORT) | {"russian_equivalence": False, "correct_feedback": "Да"}
    assert [problem.details["setting"] for problem in XML.losses(Draft(found))] == [
        "отзыв на верный ответ",
        "строгое сравнение ё, кавычек и тире",
    ]
    assert XML.losses(Draft(one("shortanswer", SHORT))) == []


def test_a_question_with_a_fraction_outside_the_list_cannot_be_held():
    found = one("shortanswer", SHORT)
    found["answers"].append({"text": "почти", "fraction": 0.45, "feedback": ""})
    assert [problem.code for problem in XML.losses(Draft(found))] == ["fraction_not_allowed"]


def test_a_relative_tolerance_is_written_as_a_distance_and_a_geometric_one_not_at_all():
    found = one("numerical", answer("100"))
    found["answers"][0] |= {"tolerance": 0.05, "tolerance_type": "relative"}
    again = XML.read(XML.write([Draft(found)])).drafts[0].question
    assert again["answers"][0]["tolerance"] == 5
    found["answers"][0]["tolerance_type"] = "geometric"
    assert [problem.code for problem in XML.losses(Draft(found))] == ["xml_geometric"]


PIECES = st.lists(
    st.one_of(
        st.sampled_from([SHORT, TRUE, answer("*", "0"), answer("3.14", inside="<tolerance>1</tolerance>")]),
        st.sampled_from(
            [
                "<single>false</single>",
                "<shuffleanswers/>",
                "<usecase>1</usecase>",
                "<defaultgrade>3</defaultgrade>",
            ]
        ),
        st.sampled_from(
            ["<penalty>0.1</penalty>", "<hint><text>а</text><clearwrong/></hint>", "<hidden>1</hidden>"]
        ),
        st.sampled_from(
            ["<selecttype>RANDOM</selecttype>", "<units><unit><unit_name>м</unit_name></unit></units>"]
        ),
        st.sampled_from(
            [
                "<subquestion><text>а</text><answer><text>б</text></answer></subquestion>",
                "<selectoption><text>а</text><group>1</group></selectoption>",
            ]
        ),
        st.sampled_from(
            [
                "<dragbox><text>а</text></dragbox>",
                "<tags><tag><text>т</text></tag></tags>",
                "<idnumber>1</idnumber>",
            ]
        ),
        st.sampled_from(
            [
                with_file("a.png", PIXEL),
                "<drag><no>1</no><text>а</text></drag>",
                "<drop><no>1</no><shape>circle</shape><coords>1,1;1</coords><choice>1</choice></drop>",
            ]
        ),
        st.text(LETTERS, max_size=6).map(lambda text: answer(f"<![CDATA[{text}]]>", "50")),
    ),
    max_size=6,
).map("".join)
KINDS = st.sampled_from([*TYPES_BY_NAME, "category"])
TEXTS = st.one_of(
    st.text(LETTERS, max_size=20).filter(lambda text: "]]>" not in text),
    st.sampled_from(["{1:MC:=a~b} [[1]]", "[[1]] [[2]]", "@@PLUGINFILE@@/a.png", "{={x}+1}"]),
)


@given(
    drawn=st.lists(
        st.tuples(KINDS, PIECES, TEXTS, st.sampled_from(["", with_file("a.png", PIXEL)])), max_size=3
    ),
    form=st.sampled_from(["html", "moodle_auto_format", "plain_text", "markdown"]),
)
@settings(max_examples=1500)
def test_whatever_is_read_is_written_and_read_again_the_same(drawn, form):
    data = quiz(*(question(kind, inside, text=text, head=head) for kind, inside, text, head in drawn))
    report = XML.read(data.replace(b'format="html"', f'format="{form}"'.encode()))
    for problem in report.problems:
        sentence, values = describe(problem)
        assert sentence % values
        assert problem.line >= 1
        assert problem.column >= 1
    written = XML.write(report.drafts)
    again = XML.read(written)
    assert again.errors == ()
    assert again.drafts == report.drafts
    assert XML.write(again.drafts) == written


@given(data=st.data())
@settings(max_examples=500)
def test_a_file_with_a_few_bytes_changed_never_raises(data):
    whole = quiz(category("$course$/а"), question("multichoice", TRUE, head=with_file("a.png", PIXEL)))
    place = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 12))
    changed = whole[:place] + data.draw(st.binary(max_size=6)) + whole[place + cut :]
    report = XML.read(changed)
    for problem in report.problems:
        assert problem.line >= 1


def test_a_draft_with_pictures_is_read_as_it_was_written():
    item = {"text": "а", "group": 1, "infinite": False, "picture": "b.png"}
    place = {"x": 1, "y": 2, "item": 1, "label": "тут"}
    found = one("description") | {
        "type": "drag_image", "default_mark": 1.0, "picture": "a.svg", "width": 60, "height": 40,
        "files": {"a.svg": {}, "b.png": {}}, "items": [item], "places": [place], "shuffle": False,
    }  # fmt: skip
    draft = drafted(found, ("Карты",), "к1")
    assert XML.read(XML.write([draft])).drafts == (draft,)
