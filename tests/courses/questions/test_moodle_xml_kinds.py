"""The longer kinds of Moodle XML: what their elements mean, whether or not the kind itself is asked here."""

import pytest

from courses.questions.formats import Draft
from courses.questions.formats._cloze_codes import write_codes
from courses.questions.formats._moodle_xml_blocks import BLOCKS
from courses.questions.formats._moodle_xml_source import Source
from courses.questions.formats._moodle_xml_text import Writer
from courses.questions.formats._moodle_xml_types import TYPES_BY_NAME
from courses.questions.formats._reading import Problems
from courses.questions.formats._xml import read_parts

FILE = '<file name="a b.png" encoding="base64">YWJj</file>'
GAPS = "<{0}><text>Волга</text><group>1</group></{0}><{0}><text>Нева</text><group>2</group>{1}</{0}>"
FORMULA = """<answer fraction="100"><text>{a}+{b}</text><tolerance>0.01</tolerance>
<tolerancetype>2</tolerancetype>
<correctanswerformat>2</correctanswerformat><correctanswerlength>3</correctanswerlength>
<feedback><text>Да</text></feedback></answer>"""
OPTIONS = """<single>false</single><shuffleanswers>1</shuffleanswers>
<answer fraction="50"><text>{={a}+1}</text><correctanswerformat>2</correctanswerformat>
<correctanswerlength>3</correctanswerlength></answer><answer fraction="50"><text>{={a}+2}</text></answer>"""
DATASET = """<dataset_definitions><dataset_definition><status><text>shared</text></status>
<name><text>a</text></name><type>calculated</type><distribution><text>loguniform</text></distribution>
<minimum><text>1</text></minimum><maximum><text>9.5</text></maximum><decimals><text>1</text></decimals>
<itemcount>2</itemcount><dataset_items><dataset_item><number>2</number><value>2.5</value></dataset_item>
<dataset_item><number>1</number><value>-1</value></dataset_item></dataset_items></dataset_definition>
</dataset_definitions><synchronize>1</synchronize>"""
DATASETS = [
    {
        "name": "a",
        "minimum": 1.0,
        "maximum": 9.5,
        "decimals": 1,
        "distribution": "loguniform",
        "values": [-1.0, 2.5],
        "shared": True,
    }
]
ESSAY = """<responseformat>{}</responseformat><responserequired>0</responserequired>
<responsefieldlines>5</responsefieldlines><minwordlimit>10</minwordlimit><maxwordlimit></maxwordlimit>
<attachments>-1</attachments><attachmentsrequired>1</attachmentsrequired><maxbytes>1024</maxbytes>
<filetypeslist>.pdf, .ODT;</filetypeslist><graderinfo format="plain_text"><text>Строже</text></graderinfo>
<responsetemplate format="html"><text>План</text></responsetemplate>"""


def read(inside, text="Вопрос", kind="x", head=""):
    """What the file says of one question, and what is wrong with it."""
    body = f'<questiontext format="html">\n<text>{text}</text>{head}</questiontext>'
    found, problems = [], Problems()
    data = f'<quiz>\n<question type="{kind}">{body}\n{inside}</question></quiz>'
    read_parts(data.encode(), "quiz", lambda element: not found.append(element), problems)
    source = Source(found[0], problems)
    source.body = source.text(found[0].child("questiontext"))
    return (
        TYPES_BY_NAME[kind][1](source),
        [(one.code, one.line, one.column) for one in problems.found],
        source,
    )


def keys(inside, kind, **more):
    said, found, _ = read(inside, kind=kind, **more)
    assert found == []
    return said


def written(kind, question):
    """The elements of a kind as we write them."""
    whole = {"type": kind, "text": "", "text_format": "html", **question}
    writer = Writer(Draft(whole))
    BLOCKS[kind][1](writer, whole)
    return "\n".join(writer.lines)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("editor", "plain"),
        ("plain", "plain"),
        ("monospaced", "monospaced"),
        ("noinline", "none"),
        ("", "plain"),
    ],
)
def test_an_essay_says_what_may_be_handed_in(theirs, ours):
    said = keys(ESSAY.format(theirs), "essay")
    assert said == {
        "response_format": ours,
        "required": False,
        "lines": 5,
        "least_words": 10,
        "most_words": None,
        "attachments": -1,
        "attachments_required": 1,
        "file_types": [".pdf", ".odt"],
        "most_bytes": 1024,
        "template": "План",
        "grader_information": "Строже",
        "grader_information_format": "plain",
    }
    assert keys(written("essay", said), "essay") == said


def test_an_essay_with_nothing_said_has_the_usual_settings():
    said = keys("", "essay")
    assert (said["required"], said["lines"], said["attachments"], said["file_types"]) == (True, 15, 0, [])
    assert (said["least_words"], said["most_words"], said["most_bytes"]) == (None, None, None)


def test_an_editor_with_pictures_is_said_to_be_less():
    assert read(ESSAY.format("editorfilepicker"), kind="essay")[1] == [("xml_essay_editor", 2, 1)]


@pytest.mark.parametrize(
    ("kind", "ours", "tag"),
    [("gapselect", "gap_select", "selectoption"), ("ddwtos", "drag_words", "dragbox")],
)
def test_gaps_have_choices_in_groups(kind, ours, tag):
    said = keys(GAPS.format(tag, "<infinite/>") + "<shuffleanswers/>", kind)
    assert said == {
        "choices": [{"text": "Волга", "group": 1}, {"text": "Нева", "group": 2, "infinite": True}],
        "shuffle": True,
    }
    assert keys(written(ours, said), kind) == said
    assert keys(GAPS.format(tag, "") + "<shuffleanswers>0</shuffleanswers>", kind)["shuffle"] is False


@pytest.mark.parametrize(
    ("kind", "ours"), [("calculated", "calculated"), ("calculatedsimple", "calculated_simple")]
)
def test_a_formula_has_its_accuracy_and_its_values_in_their_order(kind, ours):
    said = keys(FORMULA + DATASET, kind)
    assert said == {
        "answers": [
            {
                "formula": "{a}+{b}",
                "tolerance": 0.01,
                "tolerance_type": "nominal",
                "shown": "significant",
                "digits": 3,
                "fraction": 1.0,
                "feedback": "Да",
            }
        ],
        "units": [],
        "datasets": DATASETS,
        "synchronise": True,
    }
    assert keys(written(ours, said), kind) == said


def test_options_with_formulas_are_options_with_values():
    said = keys(OPTIONS + DATASET, "calculatedmulti")
    assert [answer["text"] for answer in said["answers"]] == ["{={a}+1}", "{={a}+2}"]
    assert [(answer["shown"], answer["digits"]) for answer in said["answers"]] == [
        ("significant", 3),
        ("decimals", 2),
    ]
    assert (said["single"], said["shuffle"], said["datasets"]) == (False, True, DATASETS)
    assert keys(written("calculated_multi", said), "calculatedmulti") == said


def test_the_mark_of_a_text_with_blanks_is_their_weights_together():
    said = keys("<defaultgrade>7</defaultgrade>", "cloze", text="{2:SA:=а} и {:NM:=1}")
    assert (said["text"], said["default_mark"]) == ("[[1]] и [[2]]", 3.0)
    question = {"text_format": "html", **said}
    assert write_codes(question) == "{2:SHORTANSWER:=а} и {1:NUMERICAL:=1:0}"
    assert keys("", "multianswer", text=write_codes(question)) == said


def test_a_broken_code_is_found_in_the_file_behind_entities_lines_and_files():
    """Its place is counted in the file as it is, however the text is written there."""
    picture = "&lt;img src='@@PLUGINFILE@@/a%20b.png'&gt;"
    text = f"{picture}\n  &amp;amp; {{1:MC:=a~b}} {{1:NM:=x}} <![CDATA[<b>]]>{{1:MC:=a}}"
    _, found, source = read("", text=text, kind="cloze", head=FILE)
    assert source.body.startswith("<img src='file:a_b.png'>")
    assert found == [("cloze_number", 4, 31), ("cloze_few_answers", 4, 50)]
    assert source.places["blanks"] == [(4, 13), (4, 25), (4, 50)]
