"""What every question type promises; a new file in `types/` is tested by being there."""

import json
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.errors import Invalid
from courses.questions.controls import Blanks, Choices, LongText, Markers, Order, Pairs, Places, Text, Words
from courses.questions.rules import State, state_of
from courses.questions.types import TYPES
from tests.courses.questions.strategies import JSON, QUESTIONS, RAW

EVERY_TYPE = pytest.mark.parametrize("kind", TYPES.values(), ids=list(TYPES))
SEEDS = st.integers(0, 2**32)


def test_every_type_has_a_strategy_so_that_none_escapes_this_file():
    assert set(QUESTIONS) == set(TYPES)


@EVERY_TYPE
def test_a_type_grades_its_own_examples(kind):
    assert kind.examples
    for question, variant, response, fraction, state in kind.examples:
        graded = kind.grade(question, variant, kind.clean(question, variant, response))
        assert (graded.fraction, graded.state) == (fraction, state)
        assert [problem for problem in kind.check(question) if problem.severity == "error"] == []
        assert kind.fits(question, variant)
        json.dumps([question, variant, response])


@EVERY_TYPE
def test_an_empty_answer_is_never_gradable(kind):
    for question, variant, *_ in kind.examples:
        keys = ("choice", "choices", "answer", "text", "pairs", "order", "gaps", "blanks")
        for nothing in ({}, dict.fromkeys(keys)):
            response = kind.clean(question, variant, nothing)
            assert response == {}
            assert not kind.is_gradable(question, variant, response)
            assert kind.grade(question, variant, response).fraction is None


@EVERY_TYPE
def test_an_empty_form_is_an_empty_answer(kind):
    for question, variant, *_ in kind.examples:
        names = ("choice", "text", "pair-0", "place-0", "gap-0", "blank-0", "blank-1")
        blank = {**{key: [""] for key in names}, "csrf_token": ["x"]}
        for form in ({}, blank):
            assert kind.clean(question, variant, kind.from_form(question, variant, form)) == {}


@EVERY_TYPE
@given(data=st.data(), seed=SEEDS)
def test_the_same_seed_gives_the_same_order(kind, data, seed):
    question = data.draw(QUESTIONS[kind.name])
    assert [p.code for p in kind.check(question) if p.severity == "error"] == []
    first, second = (kind.start(question, random.Random(seed)) for _ in range(2))
    assert first == second == json.loads(json.dumps(first))
    assert kind.fits(question, first)
    assert all(isinstance(kind.filled(question, first)[key], str) for key in ("text", "general_feedback"))


@EVERY_TYPE
@given(data=st.data(), seed=SEEDS, raw=RAW)
@settings(max_examples=400)
def test_whatever_comes_is_refused_or_cleaned_once_and_graded(kind, data, seed, raw):
    question = data.draw(QUESTIONS[kind.name])
    variant = kind.start(question, random.Random(seed))
    response = {}
    with suppress(Invalid):
        response = kind.clean(question, variant, raw)
    assert kind.clean(question, variant, response) == response == json.loads(json.dumps(response))
    assert kind.same(question, variant, response, dict(response))
    _all_of_it(kind, question, variant, response)


def _all_of_it(kind, question, variant, response):
    """Grading and everything that is shown about it."""
    graded = kind.grade(question, variant, response)
    gradable = kind.is_gradable(question, variant, response)
    if kind.by_hand:
        waits = State.NEEDS_GRADING if gradable else State.GAVE_UP
        assert (graded.fraction, graded.state) == (None, waits)
    else:
        assert (graded.fraction is not None) == gradable
    if graded.fraction is not None:
        assert kind.least_fraction(question) - 1e-9 <= graded.fraction <= 1
        # Blanks say their state together, whatever they weigh and however far one of them pulls down.
        assert graded.state == state_of(graded.fraction) or kind.name == "cloze"
        assert 0 <= graded.parts_right <= graded.parts_total or kind.name == "ordering"
    if kind.is_complete(question, variant, response) and kind.name != "description":
        assert gradable
    assert isinstance(kind.summarise(question, variant, response), str)
    assert isinstance(kind.right_answer(question, variant), str)
    assert all(isinstance(text, Words) for text in kind.feedback(question, variant, response))
    assert all(isinstance(part.text, Words) for part in kind.review(question, variant, response))
    assert isinstance(kind.advice(question, variant, response), str)
    assert -1 <= kind.least_fraction(question) <= 0
    kept = kind.without_wrong(question, variant, response)
    assert kind.clean(question, variant, kept) == kept
    counted = kind.count_back(question, variant, [response])
    assert counted in (None, graded.fraction or 0.0) or (kind.name == "cloze" and 0 <= counted <= 1)
    guess = kind.random_guess(question)
    assert guess is None or -1 <= guess <= 1


@EVERY_TYPE
@given(data=st.data(), values=st.lists(JSON, min_size=1, max_size=4))
def test_any_variant_fits_or_does_not_and_never_raises(kind, data, values):
    question = data.draw(QUESTIONS[kind.name])
    usual = kind.start(question, random.Random(0))
    assert kind.fits(question, usual)
    for key, value in zip(usual, values, strict=False):
        assert kind.fits(question, {**usual, key: value}) in (True, False)
    assert kind.fits(question, {}) == (not usual)


@EVERY_TYPE
@given(data=st.data(), seed=SEEDS, raw=RAW)
@settings(max_examples=200)
def test_what_is_drawn_comes_back_from_the_form_as_the_same_response(kind, data, seed, raw):
    question = data.draw(QUESTIONS[kind.name])
    variant = kind.start(question, random.Random(seed))
    response = {}
    with suppress(Invalid):
        response = kind.clean(question, variant, raw)
    form = _submitted(kind.controls(question, variant, response))
    again = kind.clean(question, variant, kind.from_form(question, variant, form))
    assert again == response or (kind.name == "ordering" and response == {})


def _filled(blank) -> list[str]:
    if blank.kind in ("radio", "checkbox"):
        return [option.value for option in blank.options if option.checked]
    return [blank.value]


def _submitted(control) -> dict[str, list[str]]:
    """What a browser without JavaScript sends for a drawn control."""
    match control:
        case Choices():
            return {control.name: [option.value for option in control.options if option.checked]}
        case Text():
            return {control.name: [control.value], "unit": [control.unit]}
        case LongText():
            kept = {"file": [file.value for file in control.files]}
            return {control.name: [control.value], **kept} if control.asks_text else kept
        case Blanks():
            return {blank.name: _filled(blank) for blank in control.blanks}
        case Places():
            return {place.name: [place.value] for place in control.places}
        case Markers():
            return {
                f"{marker.name}-{axis}": ["" if row is None else str(row[at]) for row in marker.rows]
                for marker in control.markers
                for at, axis in enumerate("xy")
            }
        case Pairs():
            return {f"pair-{i}": ["" if c is None else str(c)] for i, c in enumerate(control.chosen)}
        case Order():
            return {f"place-{item.value}": [str(place)] for place, item in enumerate(control.items, 1)}
        case _:
            return {}


@EVERY_TYPE
@given(
    form=st.dictionaries(
        st.sampled_from(["choice", "text", "unit", "pair-0", "place-0", "gap-0", "blank-0", "order"]),
        st.lists(st.text(max_size=5), max_size=3),
    )
)
def test_no_form_does_more_than_be_refused(kind, form):
    for question, variant, *_ in kind.examples:
        with suppress(Invalid):
            kind.clean(question, variant, kind.from_form(question, variant, form))


@EVERY_TYPE
@given(
    broken=st.dictionaries(
        st.sampled_from(
            [
                "name",
                "text",
                "text_format",
                "general_feedback",
                "default_mark",
                "penalty",
                "tags",
                "answers",
                "pairs",
                "items",
                "choices",
                "blanks",
                "right",
                "units",
                "unit_penalty",
                "grading",
                "select",
                "select_count",
                "layout",
                "use_case",
                "feedback_true",
                "unit_field",
                "datasets",
                "synchronise",
                "single",
                "response_format",
                "required",
                "lines",
                "least_words",
                "most_words",
                "attachments",
                "attachments_required",
                "file_types",
                "template",
                "grader_information",
            ]
        ),
        JSON,
    )
)
@settings(max_examples=300)
def test_checking_never_raises_whatever_the_question(kind, broken):
    kind.check(broken)
    kind.check({**kind.examples[0].question, **broken})


@EVERY_TYPE
@pytest.mark.parametrize("strange", [[], {}, 1e400, None, [[]], {"kind": []}])
def test_checking_never_raises_whatever_stands_where_a_word_or_a_list_should(kind, strange):
    for key, value in kind.examples[0].question.items():
        kind.check({**kind.examples[0].question, key: strange})
        kind.check({**kind.examples[0].question, key: [strange]})
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for inner in value[0]:
                kind.check({**kind.examples[0].question, key: [{**value[0], inner: strange}]})


@EVERY_TYPE
def test_a_text_that_is_too_long_is_refused_and_unstorable_characters_go(kind):
    question, variant, *_ = kind.examples[0]
    if kind.name not in ("short_answer", "numerical"):
        return
    with pytest.raises(Invalid):
        kind.clean(question, variant, {"text": "x" * 10_001})
    assert kind.clean(question, variant, {"text": "a\x00б\ud800"}) == {"text": "aб"}


@EVERY_TYPE
def test_a_version_with_another_number_of_answers_does_not_fit(kind):
    for key in ("answers", "pairs", "items", "blanks", "choices"):
        for question, variant, *_ in kind.examples:
            # An attempt with values but no order can be marked by any number of accepted answers.
            ordered = "values" not in variant or "order" in variant
            if key in question and variant and ordered and question.get("select", "all") == "all":
                assert not kind.fits({**question, key: question[key][:-1]}, variant)
