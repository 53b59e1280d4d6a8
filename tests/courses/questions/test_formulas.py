"""Formulas: what they come to, what they refuse with which advice, and how their results are written."""

import math
import operator
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.errors import Invalid
from courses.questions.types._figures import as_given, written
from courses.questions.types._formulas import MAX_DEPTH, MAX_LENGTH, BadFormula, evaluated, read_formula
from courses.questions.types._functions import FUNCTIONS

VALUES = {"x": 2.5, "y": -3.0, "длина": 4.0, "нуль": 0.0}
LISTED = """abs acos acosh asin asinh atan atanh bindec ceil cos cosh decbin decoct deg2rad exp expm1 floor
is_finite is_infinite is_nan log10 log1p octdec rad2deg sin sinh sqrt tan tanh log round atan2 fmod pow min
max pi"""


def result(source: str) -> float:
    return evaluated(read_formula(source), VALUES)


def refusal(source: str) -> str:
    with pytest.raises(BadFormula) as caught:
        result(source)
    return caught.value.code


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 - 4 - 3", 3),
        ("{x} * 2 + {y}", 2),
        ("{длина} / 8", 0.5),
        ("-{y}", 3),
        ("--1", 1),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("1.5e2 + .5", 150.5),
        ("7.9 % 3.9", 1),
        ("-7 % 3", -1),
        ("1 < 2", 1),
        ("1 <> 1", 0),
        ("1 < 2 == 1", 1),
        ("!0 + 1", 2),
        ("{нуль} ? 1 : 2", 2),
        ("{x} > 2 ? {x} < 3 ? 7 : 8 : 9", 7),
        ("0 ? 1 : (0 ? 2 : 3)", 3),
        ("pi()", math.pi),
        ("pow(2, 10)", 1024),
        ("log(8, 2)", 3),
        ("log(exp(1))", 1),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(1.005, 2)", 1.01),
        ("round(1234.5, -2)", 1200),
        ("min(3, {y}, 1)", -3),
        ("max(3, {y})", 3),
        ("fmod(7.5, 2)", 1.5),
        ("atan2(1, 1) * 4", math.pi),
        ("bindec(1010)", 10),
        ("decbin(10)", 1010),
        ("octdec(17)", 15),
        ("decoct(15)", 17),
        ("is_nan(sqrt(-1))", 1),
        ("is_infinite(log(0))", 1),
        ("is_finite(exp(1000))", 0),
        ("deg2rad(180)", math.pi),
        ("rad2deg(pi())", 180),
        ("expm1(0) + log1p(0)", 0),
    ],
)
def test_a_formula_comes_to_what_mathematics_says(source, expected):
    assert result(source) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("source", ["{нуль} == 0 ? 5 : 1 / {нуль}", "5 + (0 && 1 / 0)", "4 + (1 || 1 / 0)"])
def test_only_the_side_that_counts_is_worked_out(source):
    assert result(source) == 5


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("2 ^ 3", "formula_power"),
        ("1 // 2", "formula_comment"),
        ("1 /* 2 */", "formula_comment"),
        ("1 # 2", "formula_comment"),
        ("= 1", "formula_equals"),
        ("{x} = 1", "formula_equals"),
        ("", "formula_ends"),
        ("1 +", "formula_ends"),
        ("(1", "formula_ends"),
        ("1 ? 2", "formula_ends"),
        ("1)", "formula_unexpected"),
        ("2 {x}", "formula_unexpected"),
        ("2 3", "formula_unexpected"),
        ("* 2", "formula_unexpected"),
        ("3,14", "formula_comma"),
        ("{x", "formula_brace"),
        ("{1x}", "formula_brace"),
        ("{x}}", "formula_brace"),
        ("2 × 2", "formula_character"),
        ("2 − 1", "formula_character"),
        ("'a'", "formula_character"),
        ("$x", "formula_character"),
        ("`ls`", "formula_character"),
        ("1; 2", "formula_character"),
        ("x", "formula_function"),
        ("system(1)", "formula_function"),
        ("__import__(1)", "formula_function"),
        ("соs(1)", "formula_function"),
        ("pi", "formula_call"),
        ("pi(1)", "formula_arguments"),
        ("pow(2)", "formula_arguments"),
        ("min(1)", "formula_arguments"),
        ("round(1, 2, 3)", "formula_arguments"),
        ("1 < 2 < 3", "formula_chain"),
        ("1 == 1 == 1", "formula_chain"),
        ("1 ? 2 : 0 ? 3 : 4", "formula_conditions"),
        ("{z}", "dataset_missing"),
        ("1 / 0", "formula_zero"),
        ("5 % 0.5", "formula_zero"),
        ("sqrt(-1)", "formula_undefined"),
        ("acos(2)", "formula_undefined"),
        ("fmod(7, 0)", "formula_undefined"),
        ("bindec(12)", "formula_undefined"),
        ("log(0)", "formula_infinite"),
        ("exp(1000)", "formula_infinite"),
        ("1e308 * 10", "formula_infinite"),
        ("1e999", "formula_number"),
        ("9" * (MAX_LENGTH + 1), "formula_too_long"),
        ("(" * (MAX_DEPTH + 1) + "1", "formula_too_deep"),
        ("-" * (MAX_DEPTH + 1) + "1", "formula_too_deep"),
        ("!" * 900 + "1", "formula_too_deep"),
        ("2**" * 100 + "1", "formula_too_deep"),
        ("abs(" * 100 + "1" + ")" * 100, "formula_too_deep"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_by_name(source, code):
    assert refusal(source) == code


def test_the_functions_are_those_of_the_reference():
    assert set(FUNCTIONS) == set(LISTED.split())


@pytest.mark.parametrize(
    "source",
    ["pow(9, 9999999)", "9 ** 9999999", "9**9**9**9", "decbin(1e308) - decbin(1e308)", "1+" * 499 + "1"],
)
def test_no_formula_takes_more_than_a_moment(source):
    started = time.process_time()
    try:
        assert math.isfinite(result(source))
    except BadFormula as bad:
        said = bad.code
        assert said in ("formula_infinite", "formula_undefined")
    assert time.process_time() - started < 0.5


LEAVES = st.one_of(
    st.sampled_from([("{x}", 2.5), ("{y}", -3.0)]),
    st.integers(0, 50).map(lambda number: (str(number), float(number))),
)
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def joined(inner):
    both = st.tuples(inner, st.sampled_from(sorted(OPERATORS)), inner)
    return both.map(
        lambda pair: (f"({pair[0][0]}{pair[1]}{pair[2][0]})", OPERATORS[pair[1]](pair[0][1], pair[2][1]))
    )


@given(tree=st.recursive(LEAVES, joined, max_leaves=20))
def test_a_formula_comes_to_what_its_parts_come_to(tree):
    source, expected = tree
    assert result(source) == expected


@given(terms=st.lists(st.tuples(st.sampled_from("+-"), st.integers(0, 99)), min_size=1, max_size=30))
def test_signs_of_one_level_are_done_from_the_left(terms):
    source = "0" + "".join(f"{sign}{number}" for sign, number in terms)
    assert result(source) == sum(number if sign == "+" else -number for sign, number in terms)


FORMULA_LIKE = st.lists(
    st.sampled_from(
        [*"+-*/%(),<>=?:!&|^{}.#e_ \n7", "{x}", "{y}", "pow(", "min(", "**", "==", "&&", "1e9", "log"]
    ),
    max_size=40,
).map("".join)


@given(source=st.one_of(st.text(max_size=60), FORMULA_LIKE))
def test_whatever_is_written_is_a_number_or_one_kind_of_refusal(source):
    try:
        assert math.isfinite(result(source))
    except Invalid as bad:
        said = type(bad), bad.code.partition("_")[0]
        assert said in {(BadFormula, "formula"), (BadFormula, "dataset")}


# ---- how results are written


@pytest.mark.parametrize(
    ("number", "digits", "shown", "expected"),
    [
        (9.899999999999999, 2, "decimals", "9.90"),
        (10, 2, "decimals", "10.00"),
        (0.12345, 0, "decimals", "0"),
        (-0.001, 2, "decimals", "0.00"),
        (0.1 + 0.2, None, "decimals", "0.3"),
        (1e25, None, "decimals", "1e25"),
        (0.00001, None, "decimals", "1e-5"),
        (0.12345, 2, "significant", "0.12"),
        (0.0012345, 3, "significant", "0.00123"),
        (0.00012345, 3, "significant", "1.23e-4"),
        (9999, 2, "significant", "1.0e4"),
        (1234, 2, "significant", "1200"),
        (12345, 3, "significant", "1.23e4"),
        (-9.9, 4, "significant", "-9.900"),
        (1.005, 3, "significant", "1.01"),
        (0, 3, "significant", "0"),
        (2 / 3, 0, "significant", "0.66666666666667"),
    ],
)
def test_a_result_is_written_with_decimals_or_significant_figures(number, digits, shown, expected):
    assert written(float(number), digits, shown) == expected


@given(
    number=st.floats(-1e307, 1e307),
    digits=st.integers(1, 15),
)
def test_significant_figures_are_as_near_as_they_promise(number, digits):
    said = written(number, digits, "significant")
    assert abs(float(said) - number) <= abs(number) * 0.5000001 * 10 ** (1 - digits) + 5e-324
    figures = said.partition("e")[0].replace(".", "").strip("-").lstrip("0")
    assert number == 0 or len(figures) >= digits


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [(9.0, 1, "9.0"), (2.55, 1, "2.55"), (3.0, 0, "3"), (-0.0, 0, "0"), (1e22, 2, "1e22"), (0.1, 0, "0.1")],
)
def test_a_value_is_written_as_it_was_given_with_the_decimals_of_its_fellows(number, decimals, expected):
    assert as_given(number, decimals) == expected
