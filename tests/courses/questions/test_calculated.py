"""Calculated questions: values in texts and formulas, which sets there are, and marks as for numbers."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.questions.formats.problems import describe
from courses.questions.types import TYPES
from courses.questions.types._datasets import set_of, sets_of

CALCULATED, SIMPLE, MULTI = TYPES["calculated"], TYPES["calculated_simple"], TYPES["calculated_multi"]
NUMBER = TYPES["numerical"]
AREA = {
    "type": "calculated",
    "name": "Площадь",
    "text": "Стороны {a} и {b} см. Чему равна площадь?",
    "answers": [
        {"formula": "{a}*{b}", "tolerance": 0.01, "digits": 1, "fraction": 1, "feedback": "Да: {={a}*{b}}."},
        {"formula": "{a}+{b}", "digits": 1, "fraction": 0.25, "feedback": "Это {={a}+{b}}, сумма."},
    ],
    "datasets": [
        {"name": "a", "values": [2.5, 4, 9], "decimals": 1},
        {"name": "b", "values": [2, 3], "decimals": 0},
    ],
}
FIRST, SECOND = ({"number": number, "values": set_of(AREA, number)} for number in (1, 2))


def found(question, kind=CALCULATED, severity="error"):
    return [(one.code, one.where) for one in kind.check(question) if one.severity == severity]


def drawn_in(question, number=1):
    return {"number": number, "values": set_of(question, number)}


def filled(text, text_format="plain", **values):
    datasets = [{"name": name, "values": [value]} for name, value in values.items()]
    question = {**AREA, "text": text, "text_format": text_format, "answers": [], "datasets": datasets}
    return CALCULATED.filled(question, drawn_in(question))["text"]


# ---- values


def test_there_are_as_many_sets_as_the_shortest_list_has_values():
    assert sets_of(AREA) == 2
    assert (FIRST["values"], SECOND["values"]) == ({"a": 2.5, "b": 2.0}, {"a": 4.0, "b": 3.0})
    assert sets_of({"datasets": []}) == 1


def test_any_set_may_come_and_the_attempt_keeps_it():
    variants = [CALCULATED.start(AREA, random.Random(seed)) for seed in range(40)]
    assert {variant["number"] for variant in variants} == {1, 2}
    assert all(variant in (FIRST, SECOND) for variant in variants)


@given(
    low=st.floats(0.1, 50),
    width=st.floats(0, 50),
    decimals=st.integers(0, 4),
    spread=st.sampled_from(["uniform", "loguniform"]),
)
def test_drawn_values_are_always_the_same_within_their_limits_and_rounded(low, width, decimals, spread):
    dataset = {
        "name": "x",
        "minimum": low,
        "maximum": low + width,
        "decimals": decimals,
        "distribution": spread,
    }
    question = {**AREA, "datasets": [dataset]}
    values = [set_of(question, number)["x"] for number in range(1, sets_of(question) + 1)]
    assert values == [set_of(question, number)["x"] for number in range(1, 101)]
    half = 0.5 * 10**-decimals + 1e-9
    assert all(low - half <= value <= low + width + half for value in values)
    assert all(round(value, decimals) == value for value in values)


@pytest.mark.parametrize(("spread", "middle"), [("uniform", 500), ("loguniform", 31.6)])
def test_drawn_values_are_spread_as_the_author_says(spread, middle):
    dataset = {"name": "x", "minimum": 1, "maximum": 1000, "decimals": 3, "distribution": spread}
    question = {**AREA, "datasets": [dataset]}
    below = sum(set_of(question, number)["x"] < middle for number in range(1, 101))
    assert 35 <= below <= 65


def test_values_of_one_spread_differ_from_name_to_name():
    question = {**AREA, "datasets": [{"name": "a", "decimals": 6}, {"name": "b", "decimals": 6}]}
    values = set_of(question, 1)
    assert values["a"] != values["b"]


# ---- texts


def test_every_text_has_its_values():
    question = {
        **AREA,
        "general_feedback": "{a} × {b}",
        "correct_feedback": "Верно: {b}",
        "hints": [{"text": "Умножьте {a} на {b}.", "format": "plain"}],
    }
    shown = CALCULATED.filled(question, FIRST)
    assert shown["text"] == "Стороны 2.5 и 2 см. Чему равна площадь?"
    assert (shown["general_feedback"], shown["correct_feedback"]) == ("2.5 × 2", "Верно: 2")
    assert shown["hints"][0]["text"] == "Умножьте 2.5 на 2."
    assert [answer["feedback"] for answer in shown["answers"]] == ["Да: 5.0.", "Это 4.5, сумма."]
    assert question["text"] == AREA["text"]


@pytest.mark.parametrize(
    ("text", "text_format", "expected"),
    [
        ("{x} и {={x}/3}", "plain", "2 и 0.66666666666667"),
        ("{= {x}*10 }", "markdown", "20"),
        (r"$\frac{x}{4}$ и {x}", "markdown", r"$\frac{2}{4}$ и 2"),
        (r"\(\frac{{={x}*2}}{b}\) {x}", "html", r"\(\frac{{4}}{b}\) 2"),
        (r"$$x^{x}$$ {x}", "moodle", r"$$x^{2}$$ 2"),
        ("{={x}&gt;1 ? 5 : 6}", "html", "5"),
        ("цена 5$, {x} и 6$", "markdown", "цена 5$, 2 и 6$"),
        ("{ x } {y} {} {=", "plain", "{ x } {y} {} {="),
    ],
)
def test_braces_of_values_go_and_those_of_latex_stay(text, text_format, expected):
    assert filled(text, text_format, x=2) == expected


# ---- marks


@given(
    typed=st.sampled_from(["5", "5,04", "5.06", "4.5", "500 мм", "5 см", "0", "пять", "1e308"]),
    grading=st.sampled_from(["none", "of_mark", "of_max"]),
)
def test_a_formula_is_marked_as_the_number_it_comes_to(typed, grading):
    units = {
        "units": [{"unit": "см", "multiplier": 1}, {"unit": "мм", "multiplier": 100}],
        "unit_grading": grading,
    }
    answers = [{"value": 5.0, "tolerance": 0.01, "tolerance_type": "relative", "fraction": 1, "feedback": ""}]
    answers.append(
        {"value": 4.5, "tolerance": 0, "tolerance_type": "relative", "fraction": 0.25, "feedback": ""}
    )
    plain = {**AREA, "type": "numerical", "answers": answers, **units}
    ours, theirs = ({**AREA, **units}, FIRST), (plain, {})
    response = {"text": typed}
    assert CALCULATED.grade(*ours, response) == NUMBER.grade(*theirs, response)
    assert CALCULATED.is_complete(*ours, response) == NUMBER.is_complete(*theirs, response)
    assert CALCULATED.controls(*ours, response) == NUMBER.controls(*theirs, response)


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("relative", 4.5, 5.5), ("nominal", 4.9, 5.1), ("geometric", 5 / 1.1, 5.5)]
)
def test_tolerances_are_of_three_kinds(kind, low, high):
    answer = {"formula": "{a}*{b}", "tolerance": 0.1, "tolerance_type": kind, "fraction": 1, "feedback": ""}
    question = {**AREA, "answers": [answer]}
    for typed, right in ((low, 1), (high, 1), (low - 0.001, 0), (high + 0.001, 0)):
        assert CALCULATED.grade(question, FIRST, {"text": repr(typed)}).fraction == right


def test_what_is_said_about_an_answer_has_its_values_and_the_right_one_its_digits():
    assert CALCULATED.feedback(AREA, FIRST, {"text": "5"}) == ["Да: 5.0."]
    assert CALCULATED.feedback(AREA, SECOND, {"text": "7"}) == ["Это 7.0, сумма."]
    assert CALCULATED.right_answer(AREA, SECOND) == "12.0"
    (piece,) = CALCULATED.review(AREA, SECOND, {"text": "7"})
    assert (piece.response, piece.answer, piece.feedback) == ("7", "12.0", "Это 7.0, сумма.")


def test_a_choice_shows_its_options_with_values_and_is_marked_as_a_choice():
    question, variant, *_ = MULTI.examples[0]
    assert [option.text for option in MULTI.controls(question, variant, {}).options] == [
        "11 см",
        "22 см",
        "28 см",
    ]
    assert MULTI.right_answer(question, variant) == "22 см"
    assert MULTI.feedback(question, variant, {"choice": 2}) == ["Это площадь: 7 · 4."]
    several = {**question, "single": False}
    assert MULTI.controls(several, variant, {}).kind == "checkbox"
    assert MULTI.grade(several, variant, {"choices": [0, 1]}).fraction == 1


# ---- versions


def test_an_attempt_keeps_its_values_when_the_author_lists_others():
    newer = {**AREA, "datasets": [{"name": "a", "values": [1]}, {"name": "b", "values": [1]}]}
    assert CALCULATED.fits(newer, FIRST)
    assert CALCULATED.grade(newer, FIRST, {"text": "5"}).fraction == 1


@pytest.mark.parametrize(
    "change",
    [
        {"datasets": [*AREA["datasets"], {"name": "c", "values": [1]}]},
        {"answers": [{**AREA["answers"][0], "formula": "1/({b}-2)"}]},
        {"text": "{=sqrt(0-{a})}"},
    ],
)
def test_a_version_that_these_values_cannot_answer_does_not_fit(change):
    assert not CALCULATED.fits({**AREA, **change}, FIRST)


@pytest.mark.parametrize(
    "variant",
    [
        {},
        {"number": 1},
        {"number": 1, "values": {"a": 1}},
        {"number": 1, "values": {"a": 1, "b": "2"}},
        {"number": 1, "values": {"a": 1, "b": float("nan")}},
        {"number": True, "values": {"a": 1, "b": 2}},
        {"number": 1, "values": [1, 2]},
    ],
)
def test_a_variant_without_proper_values_does_not_fit(variant):
    assert not CALCULATED.fits(AREA, variant)


# ---- what an author may have got wrong


def answer(**over):
    return {"answers": [{**AREA["answers"][0], **over}]}


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (answer(formula="{a}^2"), "formula_power", "answers.0.formula"),
        (answer(formula=""), "formula_missing", "answers.0.formula"),
        (answer(formula="{a}*{c}"), "dataset_missing", "answers.0.formula"),
        (answer(formula="{a}/({b}-3)"), "formula_zero", "answers.0.formula"),
        (answer(formula="sqrt(3-{a})"), "formula_undefined", "answers.0.formula"),
        (answer(formula="pow(9, 9999999)"), "formula_infinite", "answers.0.formula"),
        (answer(feedback="{={a}+}"), "formula_ends", "answers.0.feedback"),
        (answer(feedback="и {c}"), "dataset_missing", "answers.0.feedback"),
        (answer(digits=16), "digits_wrong", "answers.0.digits"),
        (answer(digits=True), "digits_wrong", "answers.0.digits"),
        (answer(shown="round"), "digits_wrong", "answers.0.digits"),
        (answer(tolerance_type="x"), "tolerance_wrong", "answers.0.tolerance_type"),
        ({"text": "Сколько {c}?"}, "dataset_missing", "text"),
        ({"text": "Сколько {={a}*2?"}, "formula_open", "text"),
        ({"hints": [{"text": "{c}"}]}, "dataset_missing", "hints.0.text"),
        ({"general_feedback": "{={c}}"}, "dataset_missing", "general_feedback"),
        ({"datasets": {}}, "datasets_wrong", "datasets"),
        ({"datasets": [{"name": "1"}]}, "dataset_name_wrong", "datasets.0.name"),
        ({"datasets": [*AREA["datasets"], {"name": "a"}]}, "dataset_repeats", "datasets.2.name"),
        ({"datasets": [{"name": "a", "values": ["2"]}]}, "dataset_values_wrong", "datasets.0.values"),
        ({"datasets": [{"name": "a", "decimals": -1}]}, "dataset_decimals_wrong", "datasets.0.decimals"),
        ({"datasets": [{"name": "a", "minimum": 11}]}, "dataset_range_wrong", "datasets.0.minimum"),
        (
            {"datasets": [{"name": "a", "distribution": "x"}]},
            "dataset_spread_wrong",
            "datasets.0.distribution",
        ),
        ({"synchronise": 1}, "not_yes_or_no", "synchronise"),
    ],
)
def test_a_mistake_is_named_with_its_place(change, code, where):
    question = {**AREA, **change}
    assert (code, where) in found(question)
    for problem in CALCULATED.check(question):
        sentence, values = describe(problem)
        assert sentence % values


def test_values_of_a_logarithmic_spread_are_above_nothing():
    dataset = {"name": "a", "minimum": 0, "distribution": "loguniform"}
    assert found({**AREA, "datasets": [dataset]}) == [("dataset_not_positive", "datasets.0.minimum")]
    listed = {**AREA, "datasets": [{**dataset, "values": [1]}, AREA["datasets"][1]]}
    assert found(listed) == []


def test_a_failing_formula_names_the_values_with_which_it_fails():
    (problem,) = CALCULATED.check({**AREA, **answer(formula="{a}/({b}-3)")})
    sentence, values = describe(problem)
    assert "a = 4, b = 3" in sentence % values


def test_more_work_than_a_moment_is_refused():
    question = {**AREA, **answer(formula="+".join(["{a}"] * 240))}
    datasets = [{"name": name, "values": list(range(1, 1001))} for name in "ab"]
    assert found({**question, "datasets": datasets}) == [("formulas_too_much", "datasets")]


@pytest.mark.parametrize("braces", [r"\(\frac{a}{с}\)", r"\[x_{i}\]", "$$x^{n}$$", "{ }", "{1}", "{a b}"])
def test_other_braces_are_not_taken_for_values(braces):
    assert found({**AREA, "text": f"Найдите {braces}", "text_format": "html"}) == []


def test_a_right_answer_that_would_be_marked_wrong_is_a_warning():
    question = {**AREA, **answer(formula="{a}/3", digits=1, tolerance=0.001)}
    assert found(question, severity="warning") == [("shown_not_accepted", "answers.0.digits")]
    assert found({**AREA, **answer(formula="{a}/3", digits=6, tolerance=0.001)}, severity="warning") == []


def test_options_are_checked_like_any_others_and_their_formulas_too():
    question = MULTI.examples[0].question
    options = [{"text": "{={a}^2}", "fraction": 1}, {"text": "{d}", "fraction": 0}]
    codes = found({**question, "answers": options}, MULTI)
    assert codes == [("formula_power", "answers.0.text"), ("dataset_missing", "answers.1.text")]
    assert found({**question, "answers": options[:1]}, MULTI) == [("too_few_answers", "answers")]
    assert ("not_yes_or_no", "single") in found({**question, "single": 2}, MULTI)
    assert ("digits_wrong", "answers.0.digits") in found(
        {**question, "answers": [{**question["answers"][0], "digits": "2"}, *question["answers"][1:]]}, MULTI
    )
