"""`kafedra questions check` and `grade`: what a file holds, and what an answer is worth, for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.command.questions import questions
from courses.questions import FORMATS, TYPES, Draft

FILE = """// [id:7]
::Река::Какая река впадает в Каспийское море? {~Дон =Волга ~Днепр}

Пи? {#3,14}

Дерево к Новому году {=ёлка =%50%сосна}
"""


def asked(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(questions, arguments, input=given)


def graded(*lines: Any) -> list[dict[str, Any]]:
    result = asked("grade", given="".join(f"{json.dumps(line)}\n" for line in lines))
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "вопросы.gift"
    path.write_text(FILE, "utf-8")
    return path


def test_a_check_says_every_question_and_every_mistake_by_line(file):
    result = asked("check", str(file))
    assert result.exit_code == 1
    assert "вопросы.gift:2: Один ответ: Река" in result.stdout
    assert "вопросы.gift:4:7: «3,14» записано с запятой." in result.stderr
    assert "2 вопроса, 1 ошибка" in result.stdout


def test_an_empty_table_is_written_once_and_checked_by_cell(tmp_path):
    path = tmp_path / "вопросы.xlsx"
    assert "впишите вопросы" in asked("template", str(path)).stdout
    before = path.read_bytes()
    again = asked("template", str(path))
    assert again.exit_code == 1
    assert "уже есть" in again.stderr
    assert path.read_bytes() == before
    assert asked("check", str(path)).exit_code == 0


def test_a_table_goes_by_its_ending_and_a_missing_folder_is_said(tmp_path):
    assert "на .xlsx" in asked("template", str(tmp_path / "вопросы.csv")).stderr
    assert "не удалось" in asked("template", str(tmp_path / "нет" / "вопросы.xlsx")).stderr
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_a_table_is_said_by_sheet_and_cell(tmp_path):
    path = tmp_path / "вопросы.xlsx"
    question = {"type": "essay", "name": "Лето", "text": "Опишите лето.", "penalty": 5}
    path.write_bytes(FORMATS["xlsx"].write([Draft(question)]))
    assert "вопросы.xlsx:Вопросы!G2: Штраф за попытку" in asked("check", str(path)).stderr
    [row] = [json.loads(line) for line in asked("check", str(path), "--json").stdout.splitlines()]
    assert [(one["where"], one["line"], one["column"]) for one in row["problems"]] == [("Вопросы!G2", 2, 7)]


def test_for_programs_there_is_one_object_per_question_refused_or_not(file):
    result = asked("check", str(file), "--json")
    first, refused, last = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert (first["type"], first["name"], first["id_number"], first["problems"]) == (
        "single_choice",
        "Река",
        "7",
        [],
    )
    assert refused["type"] is None
    [problem] = refused["problems"]
    assert (problem["code"], problem["line"], problem["column"]) == ("number_with_comma", 4, 7)
    assert problem["message"].startswith("«3,14»")
    assert last["answers"][1]["fraction"] == 0.5


def test_what_a_check_prints_is_a_file_that_can_be_checked(file, tmp_path):
    good = tmp_path / "хорошие.jsonl"
    printed = asked("check", str(file), "--json").stdout.splitlines()
    good.write_text("\n".join(line for line in printed if json.loads(line)["type"]), "utf-8")
    again = asked("check", str(good), "--json")
    assert again.exit_code == 0
    names = [json.loads(line)["name"] for line in again.stdout.splitlines()]
    assert names == ["Река", "Дерево к Новому году"]


def test_a_file_is_read_in_the_format_that_suits_it(tmp_path):
    text = tmp_path / "вопрос.txt"
    text.write_text("Волга впадает в…\nA) Каспийское море\nB) Балтийское море\nANSWER: A\n", "utf-8")
    assert "Aiken: 1 вопрос, ошибок нет." in asked("check", str(text)).stdout
    text.write_text("Волга впадает в Каспийское море. {T}\n", "utf-8")
    assert "GIFT: 1 вопрос, ошибок нет." in asked("check", str(text)).stdout


def test_moodle_xml_is_known_by_its_ending_and_its_questions_are_told_apart_on_one_line(tmp_path):
    text = tmp_path / "вопросы.xml"
    answers = (
        '<answer fraction="{}"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
    )
    one = '<question type="truefalse"><questiontext><text>Так?</text></questiontext>{}</question>'
    text.write_text(
        f"<quiz>{one.format(answers.format(100))}{one.format(answers.format(33))}</quiz>", "utf-8"
    )
    result = asked("check", str(text), "--json")
    first, refused = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert (first["type"], first["right"], first["problems"]) == ("true_false", True, [])
    assert refused["type"] is None
    assert [problem["code"] for problem in refused["problems"]] == ["fraction_not_allowed"]
    assert "Moodle XML: 1 вопрос, 1 ошибка." in asked("check", str(text)).stdout


def test_what_was_printed_can_be_graded(file):
    question = json.loads(asked("check", str(file), "--json").stdout.splitlines()[0])
    right, wrong, nothing = graded(
        *({"question": question, "response": one} for one in ({"choice": 1}, {"choice": 0}, {}))
    )
    assert (right["fraction"], right["state"], right["complete"]) == (1.0, "graded_right", True)
    assert (wrong["fraction"], wrong["state"]) == (0.0, "graded_wrong")
    assert (nothing["fraction"], nothing["state"], nothing["gradable"]) == (None, "gave_up", False)


def test_steps_are_walked_by_the_behaviour(file):
    question = json.loads(asked("check", str(file), "--json").stdout.splitlines()[0])
    steps = [{"deed": "check", "response": {"choice": one}} for one in (0, 1)] + [{"deed": "finish"}]
    [result] = graded({"question": question, "behaviour": "adaptive", "steps": steps})
    assert result["steps"] == [
        {"state": "todo", "fraction": 0.0},
        {"state": "complete", "fraction": 1 - 0.3333333},
        {"state": "graded_right", "fraction": 1 - 0.3333333},
    ]


@pytest.mark.parametrize("kind", TYPES.values(), ids=list(TYPES))
def test_every_type_grades_its_examples_from_a_terminal(kind):
    lines = [
        {"question": one.question, "variant": one.variant, "response": one.response} for one in kind.examples
    ]
    for example, result in zip(kind.examples, graded(*lines), strict=True):
        if not kind.by_hand:
            assert (result["fraction"], result["state"]) == (example.fraction, example.state)


@pytest.mark.parametrize(
    "line",
    [
        {},
        [],
        {"question": {"type": "нет такого"}},
        {"question": {"type": "short_answer"}},
        {"question": TYPES["single_choice"].examples[0].question, "behaviour": "по-моему"},
        {"question": TYPES["single_choice"].examples[0].question, "response": {"choice": 99}},
        {"question": TYPES["single_choice"].examples[0].question, "response": [1]},
        {"question": TYPES["single_choice"].examples[0].question, "variant": {"order": ["a"]}},
        {"question": TYPES["single_choice"].examples[0].question, "steps": [{"deed": "угадать"}]},
        {"question": TYPES["single_choice"].examples[0].question, "steps": "все"},
        {"question": TYPES["single_choice"].examples[0].question, "certainty": 7},
    ],
)
def test_a_line_that_makes_no_sense_is_told_so_and_the_others_are_graded(line):
    good = {"question": TYPES["true_false"].examples[0].question, "response": {"answer": True}}
    result = asked("grade", given=f"{json.dumps(line)}\n\n{json.dumps(good)}\n")
    told, other = (json.loads(one) for one in result.stdout.splitlines())
    assert result.exit_code == 1
    assert "error" in told
    assert "fraction" in other


RIVER = {"type": "true_false", "name": "Волга", "text": "Волга впадает в Чёрное море.", "right": False}


@pytest.mark.parametrize(
    "deed",
    [
        {"deed": ["mark"]},
        {"deed": {}},
        {"deed": "save", "certainty": True},
        {"deed": "mark", "fraction": float("nan")},
        {"deed": "mark", "fraction": 1e9},
        {"deed": "mark", "fraction": True},
    ],
)
def test_a_line_with_a_deed_that_is_none_does_not_stop_the_lines_after_it(deed):
    wrong, right = graded(
        {"question": RIVER, "steps": [deed]}, {"question": RIVER, "response": {"answer": False}}
    )
    assert "error" in wrong
    assert right["fraction"] == 1.0


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[{0}, {0}]", []),
        ("{0}\n{0}\n", []),
        ("[{0}, {0}", ["json_broken"]),
        ("[{0},", ["json_broken"]),
        ("[{0} {0}]", ["json_broken"]),
        ("[{0}, {0},]", ["json_broken"]),
        ("[{0}] {0}", ["json_broken"]),
        ("[[{0}]]", ["json_no_question"]),
        ("[", ["json_broken"]),
    ],
)
def test_a_list_that_was_cut_off_is_never_taken_for_a_whole_one(text, codes):
    report = FORMATS["json"].read(text.replace("{0}", json.dumps(RIVER)).encode())
    assert [problem.code for problem in report.errors] == codes
