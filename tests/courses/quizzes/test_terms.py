"""Terms and time, on both databases: when a quiz is open, what an attempt becomes, and who may change it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import quizzes
from courses.errors import Conflict, Forbidden, Invalid, NotFound
from courses.learning.models import ActivityRecord, Enrolment
from courses.people import Actor, Grant, Role
from courses.quizzes import Answer, AttemptState, Fate, GradingProgress, interventions, monitor
from courses.quizzes.interventions import Changes
from courses.quizzes.models import Attempt, Intervention, Step, StepKind
from tests.courses.quizzes.seat import NOW, Seat, a_seat
from tests.factories import a_person

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WHY = "Перенос по заявлению"


def offering_of(seat: Seat) -> int:
    return seat.session.get_one(Enrolment, seat.enrolment_id).offering_id


def instructor(seat: Seat) -> Actor:
    return Actor(a_person(seat.session).id, (Grant(Role.INSTRUCTOR, offering_of(seat)),))


def the_attempt(seat: Seat) -> Attempt:
    attempt = seat.session.get_one(Attempt, seat.attempt_id)
    seat.session.refresh(attempt)
    return attempt


def terms(seat: Seat, *, for_all: bool = True, now: Any = NOW, **changes: Any) -> None:
    whose = {} if for_all else {"enrolment_id": seat.enrolment_id}
    interventions.set_terms(
        seat.session,
        offering_of(seat),
        seat.activity_id,
        Changes(**changes),
        reason=WHY,
        by=instructor(seat),
        now=now,
        **whose,
    )


def grade(seat: Seat, now: Any = NOW) -> None:
    quizzes.grade_attempt(seat.session, seat.attempt_id, now=now)


# ---- open and close


def test_a_quiz_opens_and_closes_for_its_group(session: Session) -> None:
    seat = a_seat(session)
    terms(seat, opens_at=NOW + HOUR, closes_at=NOW + 2 * HOUR)
    with pytest.raises(Conflict, match="quiz_not_open") as early:
        seat.start()
    assert early.value.details["at"] == NOW + HOUR
    with pytest.raises(Conflict, match="quiz_closed"):
        seat.start(NOW + 2 * HOUR)
    seat.start(NOW + HOUR)
    assert the_attempt(seat).deadline_at == NOW + 2 * HOUR
    assert not the_attempt(seat).limited


def test_what_the_learner_was_given_goes_before_what_the_group_was_given(session: Session) -> None:
    seat = a_seat(session, time_limit=600, attempts=1)
    terms(seat, opens_at=NOW - HOUR, closes_at=NOW + HOUR, time_limit=1200)
    terms(seat, for_all=False, closes_at=NOW + 3 * HOUR, attempts=0)
    seat.start()
    assert the_attempt(seat).deadline_at == NOW + timedelta(seconds=1200)
    quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=NOW)
    seat.start(NOW + 2 * HOUR)
    assert the_attempt(seat).number == 2


def test_the_newest_terms_hold_and_empty_ones_take_them_back(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    terms(seat, for_all=False, time_limit=1200)
    terms(seat, for_all=False, time_limit=1800)
    terms(seat, for_all=False)
    seat.start()
    assert the_attempt(seat).deadline_at == NOW + timedelta(seconds=600)


def test_new_terms_reach_the_attempts_that_run(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    seat.start()
    terms(seat, time_limit=1200, now=NOW + MINUTE)
    assert the_attempt(seat).deadline_at == NOW + timedelta(seconds=1200)
    terms(seat, for_all=False, time_limit=0, now=NOW + MINUTE)
    assert the_attempt(seat).deadline_at is None


def test_the_password_is_asked_at_the_start_only_and_capitals_make_no_difference(session: Session) -> None:
    seat = a_seat(session, settings={"password": "Берёза 7"})
    with pytest.raises(Invalid, match="wrong_password"):
        seat.start()
    start = (session, seat.enrolment_id, seat.activity_id)
    seat.attempt_id = quizzes.start_attempt(*start, by=seat.by, now=NOW, password=" берёза  7")
    assert seat.start() == seat.attempt_id


def test_the_next_attempt_waits_for_its_delay(session: Session) -> None:
    seat = a_seat(session, settings={"delay_first": 3600, "delay_later": 60})
    seat.start()
    quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=NOW)
    with pytest.raises(Conflict, match="too_soon") as early:
        seat.start(NOW + 59 * MINUTE)
    assert early.value.details["at"] == NOW + HOUR
    seat.start(NOW + HOUR)
    quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=NOW + HOUR)
    seat.start(NOW + HOUR + MINUTE)
    assert the_attempt(seat).number == 3


# ---- when the time is over


def test_under_grace_an_attempt_may_be_handed_in_later_but_not_changed(session: Session) -> None:
    seat = a_seat(session, time_limit=600, settings={"late": "grace", "grace": 1800})
    seat.start()
    seat.save_right()
    over = NOW + timedelta(seconds=600)
    assert quizzes.finish_overdue(session, now=over + 2 * MINUTE) == 1
    attempt = the_attempt(seat)
    assert attempt.state == AttemptState.OVERDUE
    assert attempt.hand_in_until == over + 30 * MINUTE
    late = seat.save(0, seat.wrong(0), now=over + 3 * MINUTE)
    assert [one.fate for one in late.slots] == [Fate.LATE]
    quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=over + 20 * MINUTE)
    grade(seat)
    attempt = the_attempt(seat)
    assert attempt.state == AttemptState.FINISHED
    assert attempt.finished_at == over + 20 * MINUTE
    assert attempt.mark == pytest.approx(2.0)


def test_an_overdue_attempt_that_nobody_hands_in_is_abandoned_with_its_answers(session: Session) -> None:
    seat = a_seat(session, time_limit=600, settings={"late": "grace", "grace": 1800})
    seat.start()
    seat.save_right()
    over = NOW + timedelta(seconds=600)
    quizzes.finish_overdue(session, now=over + 2 * MINUTE)
    assert quizzes.finish_overdue(session, now=over + 30 * MINUTE) == 0
    assert quizzes.finish_overdue(session, now=over + 32 * MINUTE) == 1
    attempt = the_attempt(seat)
    assert attempt.state == AttemptState.ABANDONED
    assert attempt.mark is None
    assert attempt.receipt is None
    saved = select(Step).where(Step.attempt_id == attempt.id, Step.kind == StepKind.SAVED)
    assert len(session.scalars(saved).all()) == 2
    grade(seat)
    assert the_attempt(seat).grading_progress == GradingProgress.NOT_READY
    seat.start(over + HOUR)
    assert the_attempt(seat).number == 2, "an abandoned attempt was one"


def test_an_abandoned_attempt_given_back_after_its_time_is_graded_as_it_is(session: Session) -> None:
    seat = a_seat(session, time_limit=600, settings={"late": "abandon"})
    seat.start()
    seat.save_right()
    quizzes.finish_overdue(session, now=NOW + HOUR)
    assert the_attempt(seat).state == AttemptState.ABANDONED
    state = interventions.reopen_attempt(
        session, seat.attempt_id, reason="Отключили свет", by=instructor(seat), now=NOW + 2 * HOUR
    )
    assert state is AttemptState.FINISHED
    assert the_attempt(seat).finished_at == NOW + timedelta(seconds=600)
    grade(seat)
    assert the_attempt(seat).mark == pytest.approx(2.0)


def test_a_page_that_calls_time_too_early_ends_nothing(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    seat.start()
    quizzes.time_up(session, seat.attempt_id, by=seat.by, now=NOW + MINUTE)
    assert the_attempt(seat).state == AttemptState.IN_PROGRESS
    quizzes.time_up(session, seat.attempt_id, by=seat.by, now=NOW + timedelta(seconds=600))
    assert the_attempt(seat).state == AttemptState.FINISHED


def test_a_page_turned_in_the_last_two_seconds_hands_in(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    seat.start()
    turn = (session, seat.attempt_id, 2)
    assert not quizzes.turn_to(*turn, by=seat.by, now=NOW + timedelta(seconds=597))
    assert quizzes.turn_to(*turn, by=seat.by, now=NOW + timedelta(seconds=598))
    assert the_attempt(seat).state == AttemptState.FINISHED


# ---- time given


def test_time_given_to_a_running_attempt_moves_its_deadline_and_says_why(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    seat.start()
    by = instructor(seat)
    interventions.give_time(session, seat.attempt_id, seconds=300, reason=WHY, by=by, now=NOW)
    interventions.give_time(session, seat.attempt_id, seconds=60, reason=WHY, by=by, now=NOW)
    assert the_attempt(seat).deadline_at == NOW + timedelta(seconds=960)
    terms(seat, time_limit=1200)
    assert the_attempt(seat).deadline_at == NOW + timedelta(seconds=1560), "what was given stays given"
    kept = session.scalars(select(Intervention)).all()
    assert [(one.seconds, one.reason, one.made_by) for one in kept] == [(300, WHY, by.id), (60, WHY, by.id)]
    told = quizzes.waiting(session, seat.attempt_id, by=seat.by, now=NOW)
    assert told.remaining == 1560


def test_time_given_to_an_overdue_attempt_opens_it_again(session: Session) -> None:
    seat = a_seat(session, time_limit=600, settings={"late": "grace", "grace": 1800})
    seat.start()
    later = NOW + timedelta(seconds=720)
    quizzes.finish_overdue(session, now=later)
    about = {"reason": WHY, "by": instructor(seat), "now": later}
    interventions.give_time(session, seat.attempt_id, seconds=60, **about)
    assert the_attempt(seat).state == AttemptState.OVERDUE, "not enough to answer again"
    interventions.give_time(session, seat.attempt_id, seconds=600, **about)
    assert the_attempt(seat).state == AttemptState.IN_PROGRESS
    assert [one.fate for one in seat.save(0, seat.right(0), now=later).slots] == [Fate.SAVED]


def test_an_outage_gives_everybody_at_work_what_it_took(session: Session) -> None:
    seat = a_seat(session, time_limit=3600)
    seat.start()
    given = interventions.credit_outage(
        session,
        offering_of(seat),
        seat.activity_id,
        since=NOW - 10 * MINUTE,
        until=NOW + 5 * MINUTE,
        reason="Не открывался сайт",
        by=instructor(seat),
        now=NOW + 6 * MINUTE,
    )
    assert given == 1
    assert the_attempt(seat).deadline_at == NOW + HOUR + 5 * MINUTE


def test_time_without_a_reason_or_for_an_attempt_that_ended_is_refused(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    seat.start()
    about = {"by": instructor(seat), "now": NOW}
    with pytest.raises(Invalid, match="reason_wrong"):
        interventions.give_time(session, seat.attempt_id, seconds=60, reason=" ", **about)
    with pytest.raises(Invalid, match="extra_time_wrong"):
        interventions.give_time(session, seat.attempt_id, seconds=0, reason=WHY, **about)
    quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=NOW)
    with pytest.raises(Conflict, match="attempt_ended"):
        interventions.give_time(session, seat.attempt_id, seconds=60, reason=WHY, **about)


def test_nobody_gives_time_to_themselves_and_strangers_find_nothing(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    seat.start()
    himself = Actor(seat.by.id, (Grant(Role.INSTRUCTOR, offering_of(seat)),))
    with pytest.raises(Forbidden, match="own_work"):
        interventions.give_time(session, seat.attempt_id, seconds=60, reason=WHY, by=himself, now=NOW)
    of_another_group = Actor(a_person(session).id, (Grant(Role.INSTRUCTOR, offering_of(seat) + 1000),))
    for by in (seat.by, of_another_group, Actor(a_person(session).id, (Grant(Role.EXPERT),))):
        with pytest.raises(NotFound):
            interventions.give_time(session, seat.attempt_id, seconds=60, reason=WHY, by=by, now=NOW)
        with pytest.raises(NotFound):
            monitor.attempts_page(session, offering_of(seat), seat.activity_id, by=by, now=NOW)


# ---- answers that came too late


def late_seat(session: Session) -> Seat:
    """Two wrong answers in time, right ones ten minutes after the end."""
    seat = a_seat(session, time_limit=600)
    seat.start()
    seat.save(0, seat.wrong(0))
    seat.save(1, seat.wrong(1))
    quizzes.finish_overdue(session, now=NOW + 12 * MINUTE)
    grade(seat)
    right = [Answer(slot_id, {"choice": [seat.right(n)]}) for n, slot_id in enumerate(seat.slots)]
    quizzes.save_responses(session, seat.attempt_id, right, by=seat.by, now=NOW + 20 * MINUTE)
    return seat


def decide(seat: Seat, accept: bool) -> None:
    about = {"reason": "Не было связи", "by": instructor(seat), "now": NOW + HOUR}
    interventions.decide_late(seat.session, seat.attempt_id, accept=accept, **about)


def test_late_answers_that_are_accepted_are_graded_and_the_receipt_stays(session: Session) -> None:
    seat = late_seat(session)
    receipt = the_attempt(seat).receipt
    assert the_attempt(seat).mark == pytest.approx(0.0)
    assert interventions.late_steps(session, [seat.attempt_id]) != {}
    decide(seat, accept=True)
    grade(seat, NOW + HOUR)
    attempt = the_attempt(seat)
    assert attempt.mark == pytest.approx(2.0)
    assert attempt.receipt == receipt
    assert session.scalars(select(ActivityRecord)).one().grade == pytest.approx(1.0)
    assert interventions.late_steps(session, [seat.attempt_id]) == {}


def test_late_answers_that_are_declined_count_for_nothing_and_are_decided_once(session: Session) -> None:
    seat = late_seat(session)
    decide(seat, accept=False)
    assert the_attempt(seat).mark == pytest.approx(0.0)
    with pytest.raises(Conflict, match="nothing_late"):
        decide(seat, accept=True)


# ---- pages in order


def test_what_lies_behind_cannot_be_changed_where_one_may_not_go_back(session: Session) -> None:
    seat = a_seat(session, settings={"navigation": "sequential"})
    seat.start()
    seat.save(0, seat.right(0))
    quizzes.turn_to(session, seat.attempt_id, 2, by=seat.by, now=NOW)
    changed = seat.save(0, seat.wrong(0))
    assert [one.fate for one in changed.slots] == [Fate.LOCKED]
    quizzes.turn_to(session, seat.attempt_id, 1, by=seat.by, now=NOW)
    assert the_attempt(seat).page == 2
    seat.save(1, seat.right(1))
    quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=NOW)
    grade(seat)
    assert the_attempt(seat).mark == pytest.approx(2.0)


# ---- which attempt counts


@pytest.mark.parametrize(
    ("method", "grades"),
    [
        ("highest", [0.5, 1.0, 1.0]),
        ("average", [0.5, 0.75, 0.5]),
        ("first", [0.5] * 3),
        ("last", [0.5, 1, 0]),
    ],
)
def test_the_grade_of_the_learner_follows_the_method(
    session: Session, method: str, grades: list[float]
) -> None:
    seat = a_seat(session, settings={"method": method} if method != "highest" else {})
    seen = []
    for right in (1, 2, 0):
        seat.start()
        for place in range(2):
            seat.save(place, seat.right(place) if place < right else seat.wrong(place))
        quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=NOW)
        grade(seat)
        record = session.scalars(select(ActivityRecord)).one()
        session.refresh(record)
        seen.append(record.grade)
    assert seen == pytest.approx(grades)


# ---- the monitor


def test_the_monitor_shows_who_works_how_far_and_how_long(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    seat.start()
    seat.save(0, seat.right(0), now=NOW + MINUTE)
    page = monitor.attempts_page(
        session, offering_of(seat), seat.activity_id, by=instructor(seat), now=NOW + 2 * MINUTE
    )
    line = page.lines[0]
    assert (page.open, page.total, line.answered, line.last_at) == (1, 1, 1, NOW + MINUTE)
    assert line.minutes_left(NOW + 2 * MINUTE) == 8
    seen = monitor.learner_page(
        session,
        offering_of(seat),
        seat.activity_id,
        seat.enrolment_id,
        by=instructor(seat),
        now=NOW + 12 * MINUTE,
    )
    assert seen.lines[0].state is AttemptState.FINISHED, "the clock has ended it, though nobody wrote it down"
