"""«Проверить» and «Ещё раз» in an attempt: what is kept, what is closed, what it comes to."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import quizzes
from courses.catalogue import Activity
from courses.errors import Conflict, Invalid, NotFound
from courses.quizzes import Answer, Fate, QuizSettings, Sheet
from courses.quizzes.models import Attempt, Quiz, Slot, Step
from tests.courses.quizzes.seat import NOW, Seat, a_seat
from tests.factories import a_person, a_question, an_actor, not_yet_published

RIVERS = {
    "type": "matching",
    "name": "Реки",
    "text": "Куда впадают реки?",
    "penalty": 0.25,
    "hints": [{"text": "Посмотрите на карту."}, {"text": "Уберём лишнее.", "clear_wrong": True}],
    "shuffle": False,
    "pairs": [{"stem": "Волга", "answer": "Каспийское море"}, {"stem": "Обь", "answer": "Карское море"}],
}


def the_version_of(session: Session, quiz_id: int) -> int:
    found = select(Activity.course_version_id).join(Quiz, Quiz.activity_id == Activity.id)
    return session.scalars(found.where(Quiz.id == quiz_id)).one()


def seat_at(session: Session, behaviour: str, first: dict[str, Any] | None = None) -> Seat:
    seat = a_seat(session, settings={"behaviour": behaviour})
    if first:
        with not_yet_published(session, the_version_of(session, seat.quiz_id)):
            session.get_one(Slot, seat.slots[0]).question_version_id = a_question(session, **first).id
    seat.start()
    return seat


def check(seat: Seat, place: int) -> Any:
    return quizzes.check_answer(seat.session, seat.attempt_id, seat.slots[place], by=seat.by, now=NOW)


def again(seat: Seat, place: int) -> Any:
    return quizzes.try_again(seat.session, seat.attempt_id, seat.slots[place], by=seat.by, now=NOW)


def sheet(seat: Seat, place: int) -> Sheet:
    found = quizzes.sitting(seat.session, seat.attempt_id, by=seat.by).sheets
    return next(one for one in found if one.slot_id == seat.slots[place])


def pair(seat: Seat, *wanted: str | None) -> None:
    """Answer the pairs with these endings."""
    variant = seat.variant(0)
    texts = [RIVERS["pairs"][place]["answer"] for place in variant["choices"]]
    fields = {f"pair-{n}": ["" if text is None else str(texts.index(text))] for n, text in enumerate(wanted)}
    answer = Answer(seat.slots[0], fields)
    [told] = quizzes.save_responses(seat.session, seat.attempt_id, [answer], by=seat.by, now=NOW).slots
    assert told.fate is Fate.SAVED


def mark(seat: Seat) -> float | None:
    quizzes.finish_attempt(seat.session, seat.attempt_id, by=seat.by, now=NOW)
    quizzes.grade_attempt(seat.session, seat.attempt_id, now=NOW)
    return seat.session.scalar(select(Attempt.mark).where(Attempt.id == seat.attempt_id))


def test_a_checked_question_is_closed_and_a_later_answer_is_kept_aside(session: Session) -> None:
    seat = seat_at(session, "immediate_feedback")
    seat.save(0, seat.right(0))
    assert check(seat, 0).fraction == 1.0
    assert sheet(seat, 0).closed
    [told] = seat.save(0, seat.wrong(0)).slots
    assert told.fate is Fate.LOCKED
    kept = session.scalars(select(Step).where(Step.state == "locked")).one()
    assert not kept.current
    assert mark(seat) == pytest.approx(1.0)


def test_every_wrong_check_costs_its_penalty(session: Session) -> None:
    seat = seat_at(session, "adaptive")
    seat.save(0, seat.wrong(0))
    check(seat, 0)
    seat.save(0, seat.right(0))
    stands = check(seat, 0)
    assert stands.fraction == pytest.approx(2 / 3, abs=1e-6)
    assert sheet(seat, 0).checked
    assert mark(seat) == pytest.approx(2 / 3, abs=1e-6)


def test_checking_the_same_twice_is_one_check(session: Session) -> None:
    seat = seat_at(session, "adaptive")
    seat.save(0, seat.wrong(0))
    for _ in range(3):
        check(seat, 0)
    assert session.scalar(select(func.count()).select_from(Step).where(Step.kind == "checked")) == 1


def test_nothing_to_check_is_told_and_costs_nothing(session: Session) -> None:
    seat = seat_at(session, "adaptive")
    check(seat, 0)
    shown = sheet(seat, 0)
    assert shown.incomplete
    assert shown.advice == "Выберите один из ответов."
    seat.save(0, seat.right(0))
    assert check(seat, 0).fraction == 1.0


def test_a_hint_comes_after_a_wrong_try_and_may_clear_what_is_wrong(session: Session) -> None:
    seat = seat_at(session, "interactive", RIVERS)
    pair(seat, "Каспийское море", "Каспийское море")
    assert check(seat, 0).resting
    resting = sheet(seat, 0)
    assert (resting.hint or {})["text"] == "Посмотрите на карту."
    assert resting.tries_left == 2
    again(seat, 0)
    check(seat, 0)
    again(seat, 0)
    cleared = sheet(seat, 0)
    assert cleared.response["pairs"].count(None) == 1
    pair(seat, "Каспийское море", "Карское море")
    assert check(seat, 0).fraction == pytest.approx((1 + 0.5) / 2)
    assert mark(seat) == pytest.approx(0.75)


def test_the_same_wrong_answer_after_a_clearing_hint_is_an_answer_again(session: Session) -> None:
    seat = seat_at(session, "interactive", RIVERS)
    for _ in range(2):
        pair(seat, "Каспийское море", "Каспийское море")
        check(seat, 0)
        again(seat, 0)
    assert sheet(seat, 0).response["pairs"].count(None) == 1
    pair(seat, "Каспийское море", "Каспийское море")
    assert sheet(seat, 0).response["pairs"].count(None) == 0


def test_while_a_hint_is_read_nothing_counts_but_nothing_is_lost(session: Session) -> None:
    seat = seat_at(session, "interactive", RIVERS)
    pair(seat, "Каспийское море", "Каспийское море")
    check(seat, 0)
    answer = Answer(seat.slots[0], {"pair-0": ["0"], "pair-1": [""]})
    [told] = quizzes.save_responses(session, seat.attempt_id, [answer], by=seat.by, now=NOW).slots
    assert told.fate is Fate.LOCKED


def test_certainty_belongs_to_the_answer(session: Session) -> None:
    seat = seat_at(session, "deferred_cbm")
    fields = {"choice": [seat.right(0)], "certainty": ["3"]}
    answer = Answer(seat.slots[0], fields)
    quizzes.save_responses(session, seat.attempt_id, [answer], by=seat.by, now=NOW)
    assert session.scalars(select(Step.data).where(Step.kind == "saved")).one()["certainty"] == 3
    unsure = Answer(seat.slots[0], {**fields, "certainty": ["2"]})
    quizzes.save_responses(
        session,
        seat.attempt_id,
        [
            unsure,
        ],
        by=seat.by,
        now=NOW,
    )
    assert mark(seat) == pytest.approx(2.0)


@pytest.mark.parametrize("behaviour", ["deferred_cbm", "immediate_cbm"])
def test_certainty_is_shown_again_and_kept_when_only_the_answer_changes(
    session: Session, behaviour: str
) -> None:
    seat = seat_at(session, behaviour)
    answer = Answer(seat.slots[0], {"choice": [seat.wrong(0)], "certainty": ["3"]})
    quizzes.save_responses(session, seat.attempt_id, [answer], by=seat.by, now=NOW)
    assert sheet(seat, 0).stands.certainty == 3
    seat.save(0, seat.right(0))
    assert sheet(seat, 0).stands.certainty == 3
    assert mark(seat) == pytest.approx(3.0)


def test_the_newest_certainty_counts_although_another_page_spoke_in_between(session: Session) -> None:
    seat = seat_at(session, "deferred_cbm")

    def say(certainty: str, seen: int) -> int:
        fields = {"choice": [seat.right(0)], "certainty": [certainty]}
        answer = Answer(seat.slots[0], fields, seen=seen)
        [told] = quizzes.save_responses(session, seat.attempt_id, [answer], by=seat.by, now=NOW).slots
        return told.sequence

    first = say("1", 0)
    say("2", first)
    say("3", first)
    assert mark(seat) == pytest.approx(3.0)


def test_after_a_check_an_untouched_old_page_overwrites_nothing(session: Session) -> None:
    seat = seat_at(session, "adaptive")
    seat.save(0, seat.wrong(0))
    old = sheet(seat, 0).sequence
    seat.save(0, seat.right(0), seen=old)
    check(seat, 0)
    told = seat.save(0, seat.wrong(0), seen=old).slots[0]
    assert (told.fate, told.answered) == (Fate.SAVED, True)
    assert mark(seat) == pytest.approx(1.0)


def test_after_a_check_another_page_s_answer_is_a_conflict_still(session: Session) -> None:
    seat = seat_at(session, "adaptive")
    seat.save(0, seat.wrong(0))
    check(seat, 0)
    told = seat.save(0, seat.right(0), client="another-page", number=1, seen=0).slots[0]
    assert told.conflict_at is not None


def test_an_answer_can_be_cleared_after_a_check(session: Session) -> None:
    seat = seat_at(session, "adaptive")
    seat.save(0, seat.wrong(0))
    check(seat, 0)
    seen = sheet(seat, 0).sequence
    answer = Answer(seat.slots[0], {}, seen=seen)
    [told] = quizzes.save_responses(session, seat.attempt_id, [answer], by=seat.by, now=NOW).slots
    assert not told.answered
    assert sheet(seat, 0).response == {}


def test_a_closed_question_that_sends_no_fields_is_not_said_to_be_refused(session: Session) -> None:
    seat = seat_at(session, "immediate_feedback")
    seat.save(0, seat.right(0))
    check(seat, 0)
    answer = Answer(seat.slots[0], {}, seen=sheet(seat, 0).sequence)
    [told] = quizzes.save_responses(session, seat.attempt_id, [answer], by=seat.by, now=NOW).slots
    assert told.fate is Fate.SAVED
    assert mark(seat) == pytest.approx(1.0)


def test_a_quiz_that_answers_at_the_end_has_nothing_to_check(session: Session) -> None:
    seat = seat_at(session, "deferred_feedback")
    with pytest.raises(Conflict):
        check(seat, 0)


def test_a_finished_attempt_is_not_checked_any_more(session: Session) -> None:
    seat = seat_at(session, "adaptive")
    quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=NOW)
    with pytest.raises(Conflict):
        check(seat, 0)


def test_somebody_elses_answer_is_not_there_to_be_checked(session: Session) -> None:
    seat = seat_at(session, "adaptive")
    stranger = an_actor(a_person(session))
    with pytest.raises(NotFound):
        quizzes.check_answer(session, seat.attempt_id, seat.slots[0], by=stranger, now=NOW)
    with pytest.raises(NotFound):
        quizzes.check_answer(session, seat.attempt_id, 10**6, by=seat.by, now=NOW)


def test_an_unknown_behaviour_is_refused_before_it_is_stored() -> None:
    with pytest.raises(Invalid):
        QuizSettings(behaviour="как-нибудь").checked()
    assert QuizSettings().stored() == {}
    assert QuizSettings.read({"behaviour": "adaptive"}).stored() == {"behaviour": "adaptive"}
