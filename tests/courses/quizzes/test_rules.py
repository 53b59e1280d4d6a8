"""The pure rules of attempts, over thousands of cases."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes import rules
from courses.quizzes.rules import Delivery, Known

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
slots = st.lists(st.integers(1, 1000), unique=True, max_size=30)
fractions = st.one_of(st.none(), st.floats(-1, 1))
results = st.lists(st.tuples(fractions, st.floats(0, 10), st.booleans()), max_size=20)


@given(slots, st.data(), st.integers(0, 2**53))
def test_a_shuffled_layout_is_the_same_for_the_same_seed_and_leaves_texts_in_place(
    ids: list[int], data: st.DataObject, seed: int
) -> None:
    movable = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    made = rules.layout(ids, movable, seed=seed)
    assert made == rules.layout(ids, movable, seed=seed)
    assert sorted(made) == sorted(ids)
    assert all(was == is_now for was, is_now in zip(ids, made, strict=True) if was not in movable)
    assert rules.layout(ids, movable, seed=None) == ids


@given(slots, st.data(), st.integers(0, 10))
def test_pages_hold_every_slot_once_in_order_and_no_page_too_many_questions(
    ids: list[int], data: st.DataObject, per_page: int
) -> None:
    questions = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    made = rules.pages(ids, questions, per_page)
    assert [slot for page in made for slot in page] == ids
    if per_page:
        assert all(len(questions & set(page)) <= per_page for page in made)
    if questions and per_page:
        assert all(questions & set(page) for page in made), "a page with nothing to answer"
        assert len(made) == -(-len(questions) // per_page)


@given(results)
def test_the_total_waits_for_a_person_only_where_marks_are_at_stake(
    given_results: list[tuple[float | None, float, bool]],
) -> None:
    total = rules.total(given_results)
    if any(waits and mark > 0 for _, mark, waits in given_results):
        assert total is None
    else:
        expected = sum((fraction or 0) * mark for fraction, mark, _ in given_results)
        assert total is not None
        assert abs(total - expected) < 1e-6


@given(st.floats(-100, 100), st.floats(0, 100))
def test_a_fraction_lies_between_nothing_and_the_whole(mark: float, max_mark: float) -> None:
    assert 0 <= rules.fraction_of(mark, max_mark) <= 1


@given(st.integers(0, 60), st.integers(1, 60))
def test_reaching_the_threshold_exactly_is_passing(right: int, of: int) -> None:
    right = min(right, of)
    assert rules.has_passed(right / of, right / of)
    assert rules.has_passed(sum([1 / of] * right), right / of)
    assert not rules.has_passed(right / of - 0.001, right / of)


@given(st.floats(0, 1))
def test_percent_is_never_rounded_up_over_a_threshold(fraction: float) -> None:
    shown = rules.percent(fraction)
    assert 0 <= shown <= 100
    assert shown <= fraction * 100 + 0.001
    assert shown > fraction * 100 - 1


@given(st.integers(1, 100_000), st.floats(-7200, 200_000))
def test_nobody_finishes_long_after_the_deadline(limit: int, after: float) -> None:
    deadline = rules.deadline(START, limit)
    assert deadline is not None
    now = START + timedelta(seconds=after)
    moment = rules.finishing_moment(deadline, now)
    assert moment <= deadline + rules.GRACE
    assert moment == (deadline if rules.is_over(deadline, now) else now)
    left = rules.remaining_seconds(deadline, now)
    assert left is not None
    assert left >= 0
    if rules.is_over(deadline, now):
        assert left == 0


def test_without_a_limit_time_never_ends() -> None:
    assert rules.deadline(START, 0) is None
    assert not rules.is_over(None, START + timedelta(days=3650))
    assert rules.remaining_seconds(None, START) is None


@given(st.sets(st.integers(1, 50)), st.integers(1, 50))
def test_a_number_seen_before_is_a_duplicate_and_a_smaller_one_is_history(
    stored: set[int], number: int
) -> None:
    newer = {one for one in stored if one >= number}
    verdict = rules.delivery(Known({"a": 1}, 3, "page", newer), {"a": 2}, number, same=False)
    if number in stored:
        assert verdict is Delivery.DUPLICATE
    elif newer:
        assert verdict is Delivery.OLDER
    else:
        assert verdict is Delivery.NEW


def test_a_plain_form_that_says_the_same_is_nothing_new() -> None:
    assert rules.delivery(Known({"a": 1}, 3, None), {"a": 1}, None, same=True) is Delivery.SAME
    assert rules.delivery(Known(None, 0, None), {}, None, same=False) is Delivery.SAME
    assert rules.delivery(Known(None, 0, None), {"a": 1}, None, same=False) is Delivery.NEW


def test_receipts_can_be_read_back_however_they_are_typed() -> None:
    for _ in range(2_000):
        code = rules.new_receipt()
        assert rules.read_receipt(code) == code
        assert rules.read_receipt(f"  {code.lower().replace('-', ' ')} ") == code
        latin = code.translate(str.maketrans("АВЕКМНРСТУХ", "ABEKMHPCTYX"))
        assert rules.read_receipt(latin) == code


def test_receipts_are_hard_to_guess() -> None:
    assert len({rules.new_receipt() for _ in range(5_000)}) == 5_000
    assert len(set(rules.RECEIPT_ALPHABET)) ** 8 > 2**37


@given(st.text(max_size=80))
def test_what_is_no_receipt_is_read_as_none(text: str) -> None:
    read = rules.read_receipt(text)
    assert read is None or rules.read_receipt(read) == read
