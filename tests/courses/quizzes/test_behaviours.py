"""When an answer counts and what it earns: every behaviour, whatever is done in whatever order."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.questions import TYPES, State
from courses.quizzes.behaviours import BEHAVIOURS, Asked, Deed, Done, Standing, after, behaviour_for, replay

EVERY = pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=list(BEHAVIOURS))

RIVERS = {
    "type": "matching",
    "name": "Реки",
    "text": "Куда впадают реки?",
    "penalty": 0.25,
    "hints": [{"text": "Посмотрите на карту."}, {"text": "Волга не впадает в океан.", "clear_wrong": True}],
    "pairs": [
        {"stem": "Волга", "answer": "Каспийское море"},
        {"stem": "Обь", "answer": "Карское море"},
        {"stem": "Дон", "answer": "Азовское море"},
        {"stem": "Амур", "answer": "Охотское море"},
    ],
}
CITY = {
    "type": "single_choice",
    "name": "Столица",
    "text": "Какой город — столица России?",
    "penalty": 0.25,
    "hints": [{"text": "Он стоит не на Неве."}],
    "answers": [
        {"text": "Казань", "fraction": -0.5},
        {"text": "Москва", "fraction": 1},
        {"text": "Петербург", "fraction": 0.5},
    ],
}
PAIRS = Asked(TYPES["matching"], RIVERS, {"stems": [0, 1, 2, 3], "choices": [0, 1, 2, 3]})
CHOICE = Asked(TYPES["single_choice"], CITY, {"order": [0, 1, 2]})
KAZAN, MOSCOW, PETERSBURG = {"choice": 0}, {"choice": 1}, {"choice": 2}
ALL_RIGHT = {"pairs": [0, 1, 2, 3]}

RESPONSES = {
    "matching": st.lists(st.none() | st.integers(0, 3), min_size=4, max_size=4).map(
        lambda pairs: {"pairs": pairs} if any(one is not None for one in pairs) else {}
    ),
    "single_choice": st.sampled_from([{}, KAZAN, MOSCOW, PETERSBURG]),
}


def deeds(asked: Asked, *, marks: bool = False) -> st.SearchStrategy[list[Done]]:
    kinds = [Deed.SAVE, Deed.CHECK, Deed.TRY_AGAIN]
    return st.lists(
        st.builds(
            Done,
            st.sampled_from([*kinds, Deed.MARK] if marks else kinds),
            st.none() | RESPONSES[asked.type.name],
            st.sampled_from([None, 1, 2, 3]),
            st.none() | st.floats(0, 1),
        ),
        max_size=12,
    )


def save(response: dict[str, Any], certainty: int | None = None) -> Done:
    return Done(Deed.SAVE, response, certainty)


def check(response: dict[str, Any], certainty: int | None = None) -> Done:
    return Done(Deed.CHECK, response, certainty)


AGAIN = Done(Deed.TRY_AGAIN)
FINISH = Done(Deed.FINISH)


def stood(name: str, asked: Asked, *done: Done) -> tuple[State, float | None]:
    stands = replay(BEHAVIOURS[name], asked, done)
    return stands.state, None if stands.fraction is None else round(stands.fraction, 6)


# ---- what holds for all of them


@EVERY
@pytest.mark.parametrize("asked", [PAIRS, CHOICE], ids=["pairs", "choice"])
@given(data=st.data())
@settings(max_examples=300)
def test_whatever_is_done_the_fraction_stays_within_its_limits(behaviour, asked, data):
    stands = replay(behaviour, asked, [*data.draw(deeds(asked)), FINISH])
    least, most = behaviour.limits(asked)
    assert stands.finished
    assert stands.fraction is None or least - 1e-9 <= stands.fraction <= most + 1e-9
    if stands.state not in (State.GAVE_UP, State.NEEDS_GRADING):
        assert stands.fraction is not None


@EVERY
@given(data=st.data())
@settings(max_examples=200)
def test_what_is_finished_is_moved_by_nothing_but_a_person(behaviour, data):
    stands = replay(behaviour, CHOICE, [*data.draw(deeds(CHOICE)), FINISH])
    for done in (*data.draw(deeds(CHOICE)), FINISH):
        assert after(behaviour, CHOICE, stands, done) == stands
    marked = after(behaviour, CHOICE, stands, Done(Deed.MARK, fraction=0.4))
    assert (marked.state, marked.fraction) == (State.MARKED_PARTIAL, 0.4)
    assert after(behaviour, CHOICE, marked, Done(Deed.MARK)) == stands


@EVERY
@given(data=st.data())
def test_keeping_answers_alone_earns_nothing_before_the_end(behaviour, data):
    kept = [replace(done, deed=Deed.SAVE) for done in data.draw(deeds(PAIRS))]
    stands = replay(behaviour, PAIRS, kept)
    assert stands.fraction is None
    assert not stands.finished


@EVERY
@given(data=st.data())
def test_saying_the_same_twice_is_saying_it_once(behaviour, data):
    once = data.draw(deeds(PAIRS))
    twice = [done for one in once if one.deed is Deed.SAVE for done in (one, one)]
    saved = [one for one in once if one.deed is Deed.SAVE]
    assert replay(behaviour, PAIRS, twice) == replay(behaviour, PAIRS, saved)


@EVERY
def test_nobody_is_marked_before_the_attempt_is_over(behaviour):
    running = Standing()
    assert after(behaviour, CHOICE, running, Done(Deed.MARK, fraction=1.0)) == running


@given(data=st.data())
def test_without_checks_and_certainty_only_the_last_answer_counts(data):
    done = data.draw(deeds(PAIRS))
    stands = replay(BEHAVIOURS["deferred_feedback"], PAIRS, [*done, FINISH])
    last = next((one.response for one in reversed(done) if one.response is not None), {})
    assert stands.fraction == PAIRS.grade(last).fraction


@given(data=st.data())
@settings(max_examples=300)
def test_a_penalty_never_helps_and_checking_never_takes_away(data):
    done = data.draw(deeds(PAIRS))
    dear, free = (BEHAVIOURS[name] for name in ("adaptive", "adaptive_no_penalty"))
    stands, best = Standing(), 0.0
    for one in done:
        stands = after(dear, PAIRS, stands, one)
        assert (stands.fraction or 0.0) >= best
        best = stands.fraction or 0.0
    assert (replay(dear, PAIRS, [*done, FINISH]).fraction or 0) <= (
        replay(free, PAIRS, [*done, FINISH]).fraction or 0
    ) + 1e-9


def test_what_only_a_person_can_mark_is_marked_by_a_person():
    by_hand = type("ByHand", (), {"name": "essay", "by_hand": True})()
    assert {behaviour_for(by_hand, name).name for name in BEHAVIOURS} == {"manual"}
    assert behaviour_for(TYPES["matching"], "adaptive").name == "adaptive"


def test_a_text_to_read_is_finished_with_any_behaviour():
    text = Asked(TYPES["description"], {"type": "description", "text": "Прочитайте."}, {})
    for name in BEHAVIOURS:
        stands = replay(behaviour_for(text.type, name), text, [FINISH])
        assert (stands.state, stands.fraction) == (State.FINISHED, None)


# ---- each of them


def test_immediate_feedback_locks_what_was_checked():
    assert stood("immediate_feedback", CHOICE, check({})) == (State.INVALID, None)
    assert stood("immediate_feedback", CHOICE, check(PETERSBURG), save(MOSCOW), FINISH) == (
        State.PARTIAL,
        0.5,
    )
    assert stood("immediate_feedback", CHOICE, save(KAZAN), FINISH) == (State.WRONG, -0.5)
    assert stood("immediate_feedback", CHOICE, FINISH) == (State.GAVE_UP, None)


def test_adaptive_takes_the_best_try_less_the_penalties_before_it():
    assert stood("adaptive", CHOICE, check(KAZAN), check(PETERSBURG)) == (State.TODO, 0.25)
    assert stood("adaptive", CHOICE, check(KAZAN), check(MOSCOW)) == (State.COMPLETE, 0.75)
    assert stood("adaptive", CHOICE, check(MOSCOW), check(KAZAN), FINISH) == (State.WRONG, 1.0)
    assert stood("adaptive", CHOICE, check(KAZAN), save(MOSCOW), FINISH) == (State.RIGHT, 0.75)


def test_adaptive_does_not_charge_for_the_same_answer_again():
    assert stood("adaptive", CHOICE, check(KAZAN), check(KAZAN), check(MOSCOW)) == (State.COMPLETE, 0.75)
    assert stood("adaptive", CHOICE, check(PETERSBURG), FINISH) == (State.PARTIAL, 0.5)


def test_adaptive_says_what_is_incomplete_and_does_not_charge_for_it():
    assert stood("adaptive", PAIRS, check({"pairs": [0, None, None, None]})) == (State.INVALID, None)
    assert stood("adaptive", PAIRS, check({"pairs": [0, None, 2, 3]}), check(ALL_RIGHT)) == (
        State.COMPLETE,
        1.0,
    )


def test_interactive_gives_one_try_more_than_there_are_hints():
    assert stood("interactive", CHOICE, check(KAZAN)) == (State.TODO, None)
    assert stood("interactive", CHOICE, check(KAZAN), check(MOSCOW)) == (State.TODO, None)
    assert stood("interactive", CHOICE, check(KAZAN), AGAIN, check(MOSCOW)) == (State.RIGHT, 0.75)
    assert stood("interactive", CHOICE, check(KAZAN), AGAIN, check(PETERSBURG)) == (State.PARTIAL, 0.25)
    assert stood("interactive", CHOICE, check(KAZAN), FINISH) == (State.WRONG, 0.0)


def test_interactive_credits_each_part_by_the_try_that_got_it_right():
    half = {"pairs": [0, 1, 3, 2]}
    assert stood("interactive", PAIRS, check(half), AGAIN, check(ALL_RIGHT)) == (State.RIGHT, 0.875)
    spoiled = {"pairs": [1, 0, 2, 3]}
    assert stood("interactive", PAIRS, check(half), AGAIN, check(spoiled), AGAIN, check(ALL_RIGHT)) == (
        State.RIGHT,
        (0.5 + 0.5 + 0.75 + 0.75) / 4,
    )


def test_a_hint_may_clear_what_is_wrong():
    half = {"pairs": [0, 1, 3, 2]}
    stands = replay(BEHAVIOURS["interactive"], PAIRS, [check(half), AGAIN])
    assert stands.response == half
    stands = replay(BEHAVIOURS["interactive"], PAIRS, [check(half), AGAIN, check(half), AGAIN])
    assert stands.response == {"pairs": [0, 1, None, None]}


@pytest.mark.parametrize(
    ("certainty", "right", "wrong"), [(1, 1.0, 0.0), (2, 2.0, -2.0), (3, 3.0, -6.0), (None, 1.0, 0.0)]
)
def test_certainty_makes_a_right_answer_dearer_and_a_wrong_one_too(certainty, right, wrong):
    assert stood("deferred_cbm", CHOICE, save(MOSCOW, certainty), FINISH) == (State.RIGHT, right)
    assert stood("deferred_cbm", CHOICE, save(KAZAN, certainty), FINISH) == (State.WRONG, wrong)
    if certainty:
        assert stood("immediate_cbm", CHOICE, check(MOSCOW, certainty)) == (State.RIGHT, right)
        assert stood("immediate_cbm", CHOICE, check(KAZAN, certainty)) == (State.WRONG, wrong)


def test_an_answer_without_certainty_is_not_complete():
    assert stood("deferred_cbm", CHOICE, save(MOSCOW)) == (State.INVALID, None)
    assert stood("deferred_cbm", CHOICE, save(MOSCOW, 2)) == (State.COMPLETE, None)
    assert stood("immediate_cbm", CHOICE, check(MOSCOW)) == (State.INVALID, None)


def test_by_hand_an_answer_waits_for_a_person():
    assert stood("manual", CHOICE, save(MOSCOW), FINISH) == (State.NEEDS_GRADING, None)
    assert stood("manual", CHOICE, FINISH) == (State.GAVE_UP, None)
    marked = Done(Deed.MARK, fraction=1.0)
    assert stood("manual", CHOICE, save(MOSCOW), FINISH, marked) == (State.MARKED_RIGHT, 1.0)
