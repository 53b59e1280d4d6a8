"""The rules of each type beyond the contract: values obtained by running the reference."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.errors import Invalid
from courses.questions.types import TYPES
from courses.questions.types._numbers import interval, read_quantity, understood
from courses.questions.types._schemes import SCHEMES
from courses.questions.types._strings import matches

# quiz semantics 3.10, columns in the order of the table there
COLUMNS = (
    "all_or_nothing",
    "absolute_position",
    "relative_next_exclude_last",
    "relative_next_include_last",
    "relative_one_previous_and_next",
    "relative_all_previous_and_next",
    "longest_ordered_subset",
    "longest_contiguous_subset",
    "relative_to_correct",
)
ORDERS = {
    (1, 2, 3, 4, 5, 6): (1, 1, 1, 1, 1, 1, 1, 1, 1),
    (6, 5, 4, 3, 2, 1): (0, 0, 0, 0, 0, 0, 0, 0, 0.4),
    (2, 3, 4, 5, 6, 1): (0, 0, 0.8, 0.6667, 0.6667, 0.6667, 0.8333, 0.8333, 0.6667),
    (1, 3, 2, 4, 5, 6): (0, 0.6667, 0.4, 0.5, 0.5, 0.9333, 0.8333, 0.6667, 0.9333),
    (1, 4, 2, 5, 3, 6): (0, 0.3333, 0, 0.1667, 0.1667, 0.8, 0.6667, 0.5, 0.8),
    (2, 1, 4, 3, 6, 5): (0, 0, 0, 0, 0, 0.8, 0.5, 0.3333, 0.8),
    (6, 1, 2, 3, 4, 5): (0, 0, 0.8, 0.6667, 0.6667, 0.6667, 0.8333, 0.8333, 0.6667),
}


@pytest.mark.parametrize("order", ORDERS)
def test_every_ordering_scheme_gives_the_recorded_fractions(order):
    ranks = [place - 1 for place in order]
    got = [round(SCHEMES[name](ranks), 4) for name in COLUMNS]
    assert got == pytest.approx(ORDERS[order], abs=1e-4)


@given(st.permutations(range(7)))
def test_a_scheme_gives_the_whole_only_for_the_right_order(ranks):
    for name, scheme in SCHEMES.items():
        fraction = scheme(ranks)
        assert 0 <= fraction <= 1
        assert (fraction == 1) == (ranks == sorted(ranks)), name


@given(st.integers(2, 8), st.integers(0, 2**32), st.sampled_from(["random", "contiguous"]))
def test_a_learner_gets_some_of_the_items_and_is_marked_on_those(number, seed, select):
    kind = TYPES["ordering"]
    question = {"items": [f"п{i}" for i in range(number)], "select": select, "select_count": 3}
    variant = kind.start(question, random.Random(seed))
    shown = variant["order"]
    assert len(shown) == min(3, number)
    assert select == "random" or max(shown) - min(shown) == len(shown) - 1
    right = sorted(range(len(shown)), key=lambda place: shown[place])
    assert kind.grade(question, variant, {"order": right}).fraction == 1


def test_items_given_the_same_place_keep_their_order():
    kind = TYPES["ordering"]
    question = {"items": ["а", "б", "в", "г"]}
    form = {"place-0": ["2"], "place-1": ["2"], "place-2": ["1"], "place-3": [""]}
    assert kind.from_form(question, {"order": [3, 2, 1, 0]}, form) == {"order": [2, 0, 1, 3]}


def test_the_order_in_which_the_page_sends_the_items_counts_too():
    kind = TYPES["ordering"]
    assert kind.from_form({}, {"order": [1, 0]}, {"order": ["1", "0"]}) == {"order": [1, 0]}


# ---- numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3,14", 3.14),
        ("3,14.", 3.14),
        ("2,5 руб.", 2.5),
        ("1 000,5 руб.", 1000.5),
        ("1,5 тыс. руб.", 1.5),
        ("3.14", 3.14),
        ("1 000,5", 1000.5),
        ("1\u00a0000,5", 1000.5),
        ("1\u202f000,5", 1000.5),
        ("1,234,567", 1234567),
        ("1,234.5", 1234.5),
        ("1.5×10^3", 1500),
        ("1,5·10^3", 1500),
        ("1.5x10**3", 1500),
        ("2e-3", 0.002),
        ("-,5", -0.5),
        ("−5", -5),
        ("–5", -5),
        ("5,", 5),
        ("+7", 7),
        ("12abc", 12),
        ("1.2.3", 1.2),
        ("abc", None),
        ("", None),
        ("-", None),
        ("1e999", None),
        ("٣", None),
    ],
)
def test_a_number_is_understood_as_people_write_it(text, value):
    assert understood(text) == value


@given(st.integers(-(10**9), 10**9), st.integers(0, 999))
def test_comma_and_point_mean_the_same(whole, part):
    assert understood(f"{whole},{part:03}") == understood(f"{whole}.{part:03}")


@given(st.text(max_size=60))
@settings(max_examples=1000)
def test_no_text_breaks_the_reading_of_numbers(text):
    for first in (False, True):
        read_quantity(text, {"m": 2.0}, unit_first=first)


def test_a_number_and_its_unit():
    assert read_quantity("125 cm", {"m": 1, "cm": 100}).multiplier == 0.01
    assert read_quantity("$ 1332", {"$": 1}, unit_first=True).unit == "$"
    assert read_quantity("1332 $", {"$": 1}, unit_first=True) is None


@pytest.mark.parametrize(
    ("value", "tolerance", "kind", "low", "high"),
    [
        (3.14, 0.01, "nominal", 3.13, 3.15),
        (100, 0.05, "relative", 95, 105),
        (0, 0.5, "relative", 0, 0),
        (10, 0.1, "geometric", 9.0909, 11),
        (-10, 0.1, "geometric", -11, -9.0909),
    ],
)
def test_tolerances_reach_as_far_as_recorded(value, tolerance, kind, low, high):
    assert interval(value, tolerance, kind) == pytest.approx((low, high), abs=1e-4)


@given(st.floats(-1e6, 1e6), st.floats(0, 100))
def test_the_ends_of_a_tolerance_belong_to_it(value, tolerance):
    low, high = interval(value, tolerance)
    assert low <= value - tolerance
    assert value + tolerance <= high


def test_a_number_is_complete_only_without_leftovers():
    kind = TYPES["numerical"]
    question = {"answers": [{"value": 12.0, "tolerance": 0, "fraction": 1.0, "feedback": ""}]}
    assert kind.is_complete(question, {}, {"text": "12"})
    assert not kind.is_complete(question, {}, {"text": "12abc"})
    assert kind.grade(question, {}, {"text": "12abc"}).fraction == 1  # as the reference does


# ---- short answers


@pytest.mark.parametrize(
    ("response", "pattern", "fits"),
    [
        (" frog ", "frog", True),
        ("a  b", "a b", False),
        ("ёлка", "елка", False),
        ("line1\nline2", "line*", False),
        ("Frog*toad", "Frog\\*toad", True),
        ("Fg", "F*og", False),
        ("abcbc", "a*bc", True),
        ("aXbYbZ", "a*b*Z", True),
        ("ab", "ab*b", False),
        ("", "*", True),
        ("[a-z]", "[a-z]", True),
        ("a", "[a-z]", False),
        ("straße", "STRASSE", False),
        ("е\u0308лка", "ёлка", True),
    ],
)
def test_patterns_match_as_in_the_reference(response, pattern, fits):
    assert matches(response, pattern, use_case=False) is fits


@given(st.text("ab*\n", max_size=12), st.text("ab*\\", max_size=8))
@settings(max_examples=3000)
def test_matching_agrees_with_a_regular_expression(response, pattern):
    import re

    bits = [re.escape(bit.replace("\\*", "*")) for bit in re.split(r"(?<!\\)\*+", pattern)]
    expected = re.fullmatch(".*".join(bits), response.strip(" \t\n\r\0\x0b")) is not None
    assert matches(response, pattern, use_case=True) is expected


def test_a_hostile_pattern_takes_no_time():
    assert not matches("a" * 10_000, "a*" * 3000 + "b", use_case=True)


RUSSIAN = {
    "answers": [
        {"text": "ещё одна «ёлка» — зелёная", "fraction": 1.0, "feedback": "Да."},
        {"text": "*", "fraction": 0.0, "feedback": "Нет."},
    ]
}


@pytest.mark.parametrize(
    ("response", "number_of_notes"),
    [
        ("ещё одна «ёлка» — зелёная", 0),
        ("еще одна «елка» — зеленая", 1),
        ('Ещё одна "ёлка" — зелёная', 1),
        ("ещё одна «ёлка» - зелёная", 1),
        ("ещё  одна\u00a0«ёлка» — зелёная", 1),
        ('еще  одна "елка" - зеленая', 4),
    ],
)
def test_russian_spelling_is_forgiven_and_the_learner_is_told_why(response, number_of_notes):
    kind = TYPES["short_answer"]
    graded = kind.grade(RUSSIAN, {}, {"text": response})
    assert graded.fraction == 1
    assert len(graded.notes) == number_of_notes
    assert kind.feedback(RUSSIAN, {}, {"text": response}) == ["Да.", *graded.notes]
    strict = {**RUSSIAN, "russian_equivalence": False}
    assert kind.grade(strict, {}, {"text": response}).fraction == (0 if number_of_notes else 1)


def test_an_author_who_lists_both_spellings_means_the_difference():
    kind = TYPES["short_answer"]
    answers = [
        {"text": "все", "fraction": 0.0, "feedback": "Здесь нужна ё."},
        {"text": "всё", "fraction": 1.0, "feedback": ""},
    ]
    assert kind.grade({"answers": answers}, {}, {"text": "всё"}).fraction == 1
    assert kind.grade({"answers": answers}, {}, {"text": "все"}).fraction == 0


# ---- choices and pairs


def test_ticking_everything_is_not_worth_more_than_nothing():
    question, variant, *_ = TYPES["multiple_choice"].examples[0]
    assert TYPES["multiple_choice"].grade(question, variant, {"choices": [0, 1, 2, 3]}).fraction == 0


def test_a_negative_option_of_a_single_choice_costs():
    kind = TYPES["single_choice"]
    question, variant, *_ = kind.examples[2]
    assert kind.grade(question, variant, {"choice": 1}).fraction == -0.3333333
    assert kind.clean(question, variant, {"choice": -1}) == {}


@pytest.mark.parametrize("choice", [3, -2, True, "1", 1.0, [1], {}])
def test_a_position_that_was_not_shown_is_refused(choice):
    kind = TYPES["single_choice"]
    question, variant, *_ = kind.examples[0]
    with pytest.raises(Invalid):
        kind.clean(question, variant, {"choice": choice})


def test_equal_answers_of_pairs_are_one_choice_and_either_is_right():
    kind = TYPES["matching"]
    question, variant, *_ = kind.examples[0]
    assert len(kind.controls(question, variant, {}).choices) == 3
    assert kind.random_guess(question) == pytest.approx(1 / 3)


def test_pairs_are_complete_when_all_are_filled_and_gradable_when_any_is():
    kind = TYPES["matching"]
    question, variant, *_ = kind.examples[0]
    assert kind.is_gradable(question, variant, {"pairs": [1, None, None]})
    assert not kind.is_complete(question, variant, {"pairs": [1, None, 0]})
    assert kind.clean(question, variant, {"pairs": [None, None, None]}) == {}


def test_the_page_does_not_show_the_order_of_the_author():
    kind = TYPES["single_choice"]
    question = kind.examples[0].question
    variant = kind.start(question, random.Random(3))
    control = kind.controls(question, variant, {})
    assert [option.value for option in control.options] == ["0", "1", "2"]
    assert [option.text for option in control.options] != [answer["text"] for answer in question["answers"]]
