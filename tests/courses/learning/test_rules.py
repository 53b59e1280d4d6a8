"""Progress, code words and the hours of attendance, over thousands of cases."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.learning import ItemState, progress, rules

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    id: int
    required: bool


@dataclass(frozen=True)
class Record:
    grade: float | None
    completed_at: datetime | None


records = st.builds(Record, st.one_of(st.none(), st.floats(0, 1)), st.one_of(st.none(), st.just(NOW)))
courses = st.lists(st.booleans(), max_size=25).map(
    lambda flags: [Thing(n, one) for n, one in enumerate(flags)]
)


@given(courses, st.dictionaries(st.integers(0, 40), records))
def test_progress_counts_required_items_only_and_says_where_to_go_on(
    items: list[Thing], done: dict[int, Record]
) -> None:
    reached = progress(items, done)
    required = [item for item in items if item.required]
    finished = [item for item in required if item.id in done and done[item.id].completed_at]
    assert (reached.required, reached.done) == (len(required), len(finished))
    assert 0 <= reached.percent <= 100
    assert (reached.percent == 100) == (len(finished) == len(required))
    assert set(reached.states) == {item.id for item in items}
    assert list(reached.left) == [item.id for item in required if item not in finished]
    assert set(reached.failed) <= set(reached.left)
    if reached.left:
        assert reached.continue_id == reached.left[0]
    elif reached.continue_id is not None:
        assert reached.states[reached.continue_id] != ItemState.DONE


@given(courses, st.dictionaries(st.integers(0, 24), records), st.integers(0, 24))
def test_completing_one_more_item_never_takes_progress_away(
    items: list[Thing], done: dict[int, Record], more: int
) -> None:
    before = progress(items, done)
    after = progress(items, done | {more: Record(None, NOW)})
    assert after.done >= before.done
    assert after.percent >= before.percent
    assert set(after.left) <= set(before.left)


@given(st.text(min_size=1, max_size=30), st.data())
def test_case_yo_and_everything_that_is_no_letter_make_no_difference(word: str, data: st.DataObject) -> None:
    if not rules.same_word(word, word):
        assert not any(sign.isalnum() for sign in word)
        return
    noise = data.draw(st.sampled_from(["", " ", "-", ".", "\u00a0", " !"]))
    assert rules.same_word(f"{noise}{word}{noise}", word)


def test_a_code_word_is_known_in_any_dress() -> None:
    assert rules.same_word("  ПОДОРОЖНИК ", "подорожник")
    assert rules.same_word("Ёлочка", "елочка")
    assert rules.same_word(unicodedata.normalize("NFD", "чайка"), "чайка")
    assert rules.same_word("красный мел", "Красный-мел")
    assert not rules.same_word("подорожнек", "подорожник")
    assert not rules.same_word("", "")
    assert not rules.same_word("", "мел")


@given(st.integers(-5_000, 5_000), st.integers(0, 1_000))
def test_the_code_word_is_taken_from_half_an_hour_before_to_a_day_after(minutes: int, length: int) -> None:
    start, end = NOW, NOW + timedelta(minutes=length)
    refusal = rules.attendance_refusal(start, end, NOW + timedelta(minutes=minutes))
    if minutes < -30:
        assert refusal == "too_early"
    elif minutes > length + 24 * 60:
        assert refusal == "too_late"
    else:
        assert refusal is None


def test_without_dates_the_code_word_is_always_taken() -> None:
    assert rules.attendance_refusal(None, None, NOW) is None
