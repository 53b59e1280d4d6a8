"""The pure rules of attempts, over thousands of cases."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes import rules
from courses.quizzes.rules import AttemptState, Delivery, Ending, Known
from courses.quizzes.settings import Late, Method, Moment, QuizSettings, Section

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
slots = st.lists(st.integers(1, 1000), unique=True, max_size=30)
fractions = st.one_of(st.none(), st.floats(-1, 1))
results = st.lists(st.tuples(fractions, st.floats(0, 10), st.booleans()), max_size=20)


@given(slots, st.data(), st.integers(0, 2**53))
def test_a_shuffled_layout_is_the_same_for_the_same_seed_and_leaves_texts_in_place(
    ids: list[int], data: st.DataObject, seed: int
) -> None:
    movable = data.draw(st.sets(st.sampled_from(ids)) if ids else st.just(set()))
    made = rules.layout(ids, movable, seed=seed, shuffle=True)
    assert made == rules.layout(ids, movable, seed=seed, shuffle=True)
    assert sorted(made) == sorted(ids)
    assert all(was == is_now for was, is_now in zip(ids, made, strict=True) if was not in movable)
    assert rules.layout(ids, movable, seed=seed, shuffle=False) == ids


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
    ended = rules.handed_in(AttemptState.IN_PROGRESS, deadline, Late.SUBMIT, None, now)
    assert ended.state is AttemptState.FINISHED
    assert ended.at is not None
    assert ended.at <= deadline + rules.GRACE
    assert ended.at == (deadline if rules.is_over(deadline, now) else now)
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


# ---- terms and time

GRACE_TIME = timedelta(minutes=10)
DEADLINE = START + timedelta(hours=1)
moments = st.floats(-7200, 7200).map(lambda seconds: DEADLINE + timedelta(seconds=seconds))


@given(st.sampled_from(Late), moments, st.lists(moments, max_size=5))
def test_the_clock_never_gives_back_what_it_ended_and_looking_often_changes_nothing(
    late: Late, last: datetime, looks: list[datetime]
) -> None:
    grace = GRACE_TIME if late is Late.GRACE else None

    def after(moments_looked: list[datetime]) -> AttemptState:
        state = AttemptState.IN_PROGRESS
        for now in sorted(moments_looked):
            ending = rules.by_clock(state, DEADLINE, late, grace, now)
            state = ending.state if ending else state
        return state

    seen = [one for one in looks if one <= last]
    assert after([*seen, last]) is after([last])


@given(st.sampled_from(Late), moments)
def test_an_attempt_handed_in_before_its_time_is_over_is_finished_whatever_the_policy(
    late: Late, now: datetime
) -> None:
    grace = GRACE_TIME if late is Late.GRACE else None
    ended = rules.handed_in(AttemptState.IN_PROGRESS, DEADLINE, late, grace, now)
    if now <= DEADLINE + rules.GRACE:
        assert ended == Ending(AttemptState.FINISHED, now)
    elif late is Late.SUBMIT:
        assert ended == Ending(AttemptState.FINISHED, DEADLINE)
    elif late is Late.GRACE and now <= DEADLINE + GRACE_TIME + rules.GRACE:
        assert ended == Ending(AttemptState.FINISHED, now)
    else:
        assert ended.state is AttemptState.ABANDONED


@given(st.sampled_from(Late), moments)
def test_a_page_that_says_time_is_over_is_believed_only_when_our_clock_agrees(
    late: Late, now: datetime
) -> None:
    grace = GRACE_TIME if late is Late.GRACE else None
    ended = rules.time_up(AttemptState.IN_PROGRESS, DEADLINE, late, grace, now)
    assert (ended is None) == (now < DEADLINE)
    if ended is not None and late is Late.GRACE and now <= DEADLINE + GRACE_TIME:
        assert ended.state is AttemptState.OVERDUE
    if ended is not None and late is Late.ABANDON:
        assert ended.state is AttemptState.ABANDONED


def test_an_attempt_given_back_goes_on_or_ends_as_it_is() -> None:
    before, after = DEADLINE - timedelta(seconds=1), DEADLINE + timedelta(days=1)
    assert rules.reopened(DEADLINE, before) == Ending(AttemptState.IN_PROGRESS, None)
    assert rules.reopened(DEADLINE, after) == Ending(AttemptState.FINISHED, DEADLINE)


def test_the_deadline_is_the_limit_or_the_close_whichever_is_first_and_what_was_added() -> None:
    hour = timedelta(hours=1)
    assert rules.deadline(START, 1800, START + hour) == START + hour / 2
    assert rules.deadline(START, 7200, START + hour) == START + hour
    assert rules.deadline(START, 0, START + hour, 300) == START + hour + timedelta(minutes=5)
    assert rules.deadline(START, 0, None, 300) is None


def test_a_mere_close_is_counted_down_in_its_last_hour() -> None:
    assert rules.remaining_seconds(DEADLINE, START - timedelta(seconds=1), limited=False) is None
    assert rules.remaining_seconds(DEADLINE, START, limited=False) == 3600
    assert rules.remaining_seconds(DEADLINE, START - timedelta(seconds=1)) == 3601


@given(moments, moments, moments)
def test_an_outage_gives_no_more_than_it_took(began: datetime, since: datetime, until: datetime) -> None:
    given_back = rules.outage_seconds(began, DEADLINE, since, until)
    assert given_back >= 0
    assert given_back <= max(0, (until - since).total_seconds() + 1)
    assert given_back <= max(0, (DEADLINE - began).total_seconds() + 1)


def test_the_delay_counts_from_the_end_or_from_when_time_was_over() -> None:
    half = timedelta(minutes=30)
    early = (START, START + timedelta(minutes=5))
    late_end = (START, START + timedelta(hours=5))
    assert rules.next_start([], 1800, 60, 120) is None
    assert rules.next_start([early], 1800, 60, 120) == early[1] + timedelta(seconds=60)
    assert rules.next_start([early, late_end], 1800, 60, 120) == START + half + timedelta(seconds=120)
    assert rules.next_start([early], 1800, 0, 120) is None


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=6))
def test_the_grade_follows_the_method(fractions: list[float | None]) -> None:
    known = [one for one in fractions if one is not None]
    grades = {method: rules.grade_of(method, fractions) for method in Method}
    if not known:
        assert set(grades.values()) == {None}
        return
    assert grades[Method.HIGHEST] == max(known)
    average = grades[Method.AVERAGE]
    assert average is not None
    assert min(known) - 1e-9 <= average <= max(known) + 1e-9
    assert grades[Method.FIRST] == fractions[0]
    assert grades[Method.LAST] == fractions[-1]


def test_the_four_moments_of_a_review() -> None:
    ended = START
    close = START + timedelta(hours=1)
    assert rules.moment_of(None, close, START) is Moment.DURING
    assert rules.moment_of(ended, close, START + timedelta(seconds=119)) is Moment.JUST_AFTER
    assert rules.moment_of(ended, close, START + timedelta(seconds=120)) is Moment.LATER
    assert rules.moment_of(ended, close, close) is Moment.CLOSED
    assert rules.moment_of(ended, None, close) is Moment.LATER


@given(slots, st.data(), st.integers(0, 2**53), st.integers(0, 5))
def test_questions_stay_in_their_section_and_a_section_begins_on_its_own_page(
    ids: list[int], data: st.DataObject, seed: int, per_page: int
) -> None:
    firsts = sorted(data.draw(st.sets(st.integers(2, len(ids)), max_size=4))) if len(ids) > 1 else []
    sections = [Section(f"Раздел {n}", n, data.draw(st.booleans())) for n in (1, *firsts)]
    order = rules.layout(ids, set(ids), seed=seed, shuffle=True, sections=sections)
    parts = rules.in_sections(ids, sections)
    for (section, before), (_, after) in zip(parts, rules.in_sections(order, sections), strict=True):
        assert sorted(before) == sorted(after)
        assert section is not None
        assert section.shuffle or before == after
    pages = rules.pages(order, set(ids), per_page, sections)
    assert [one for page in pages for one in page] == order
    begins = {page[0] for page in pages if page}
    assert all(part[0] in begins for _, part in rules.in_sections(order, sections) if part)


def test_words_for_a_result_begin_at_their_percent() -> None:
    settings = QuizSettings.read(
        {"bands": [{"percent": 80, "text": "Отлично"}, {"percent": 0, "text": "Повторите модуль"}]}
    )
    assert settings.band(0.8) == "Отлично"
    assert settings.band(0.7999) == "Повторите модуль"
    assert settings.band(-0.5) == "Повторите модуль"
    assert QuizSettings().band(1.0) == ""


def test_settings_are_stored_as_they_are_read() -> None:
    stored = {
        "method": "average",
        "navigation": "sequential",
        "late": "grace",
        "grace": 600,
        "review": {"marks": ["later", "closed"], "right_answer": ["closed"]},
        "bands": [{"percent": 0, "text": "Повторите"}, {"percent": 60, "text": "Хорошо"}],
        "sections": [{"title": "Чтение", "first": 1, "shuffle": None}],
    }
    assert QuizSettings.read(stored).stored() == stored
    assert QuizSettings.read({}).stored() == {}
