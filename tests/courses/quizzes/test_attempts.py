"""Attempts from start to mark, on both databases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import learning, quizzes
from courses.errors import Conflict, Invalid, NotFound
from courses.learning.models import ActivityRecord
from courses.outbox import OutboxMessage
from courses.people import Actor
from courses.quizzes import Answer, AttemptState, Fate, GradingProgress
from courses.quizzes.models import Attempt, Step
from tests.courses.quizzes.seat import NOW, Seat, a_seat
from tests.factories import a_person, an_actor


def facts(session: Session, name: str) -> int:
    session.flush()
    query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.name == name)
    return session.scalar(query) or 0


def test_starting_twice_goes_on_with_the_same_attempt(session: Session) -> None:
    seat = a_seat(session)
    first = seat.start()
    assert seat.start() == first
    assert session.scalar(select(func.count()).select_from(Step)) == len(seat.slots)


def test_the_first_step_of_every_slot_holds_seed_and_variant(session: Session) -> None:
    seat = a_seat(session, shuffle=True)
    attempt_id = seat.start()
    steps = session.scalars(select(Step).where(Step.attempt_id == attempt_id)).all()
    assert {step.slot_id for step in steps} == set(seat.slots)
    assert len({step.data["seed"] for step in steps}) == 1
    assert all("variant" in step.data for step in steps)
    attempt = session.get_one(Attempt, attempt_id)
    assert sorted(attempt.layout) == sorted(seat.slots)


def test_right_answers_are_saved_finished_graded_and_counted(session: Session) -> None:
    seat = a_seat(session)
    attempt_id = seat.start()
    saved = seat.save_right()
    assert {one.fate for one in saved.slots} == {Fate.SAVED}
    assert all(one.answered for one in saved.slots)
    quizzes.finish_attempt(session, attempt_id, by=seat.by, now=NOW)
    quizzes.grade_attempt(session, attempt_id, now=NOW)
    attempt = session.get_one(Attempt, attempt_id)
    session.refresh(attempt)
    assert attempt.mark == pytest.approx(2.0)
    assert attempt.grading_progress == GradingProgress.FULLY_GRADED
    record = session.scalars(select(ActivityRecord)).one()
    assert record.grade == pytest.approx(1.0)
    assert record.completed_at is not None


def test_finishing_twice_asks_for_grading_once(session: Session) -> None:
    seat = a_seat(session)
    attempt_id = seat.start()
    for _ in range(2):
        quizzes.finish_attempt(session, attempt_id, by=seat.by, now=NOW)
    assert facts(session, "AttemptFinished") == 1


def test_grading_twice_gives_one_mark_and_one_fact(session: Session) -> None:
    seat = a_seat(session)
    attempt_id = seat.start()
    quizzes.finish_attempt(session, attempt_id, by=seat.by, now=NOW)
    for _ in range(2):
        quizzes.grade_attempt(session, attempt_id, now=NOW)
    assert facts(session, "AttemptGraded") == 1
    graded = session.scalars(select(Step).where(Step.kind == "graded")).all()
    assert len(graded) == len(seat.slots)
    assert {step.state for step in graded} == {"gave_up"}


def test_an_attempt_that_was_not_finished_is_not_graded(session: Session) -> None:
    seat = a_seat(session)
    quizzes.grade_attempt(session, seat.start(), now=NOW)
    assert facts(session, "AttemptGraded") == 0


def test_the_best_attempt_counts_and_passing_stays(session: Session) -> None:
    seat = a_seat(session)
    for right in (True, False):
        attempt_id = seat.start()
        if right:
            seat.save_right()
        quizzes.finish_attempt(session, attempt_id, by=seat.by, now=NOW)
        quizzes.grade_attempt(session, attempt_id, now=NOW)
    record = session.scalars(select(ActivityRecord)).one()
    assert record.grade == pytest.approx(1.0)
    assert record.progress == learning.ActivityProgress.COMPLETED
    assert facts(session, "ActivityCompleted") == 1


def test_there_are_no_more_attempts_than_allowed(session: Session) -> None:
    seat = a_seat(session, attempts=1)
    quizzes.finish_attempt(session, seat.start(), by=seat.by, now=NOW)
    with pytest.raises(Conflict, match="no_attempts_left"):
        seat.start()


def test_the_deadline_is_the_servers_and_is_written_down_at_the_start(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    attempt = session.get_one(Attempt, seat.start())
    assert attempt.deadline_at == attempt.started_at + timedelta(seconds=600)


def test_an_answer_within_the_grace_counts_and_a_later_one_is_kept_aside(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    attempt_id = seat.start()
    in_time = seat.save(0, seat.right(0), now=NOW + timedelta(seconds=659))
    assert in_time.refusal is None
    late = seat.save(1, seat.right(1), now=NOW + timedelta(seconds=661), client="a", number=1)
    assert late.refusal == "time_over"
    assert late.slots[0].fate is Fate.LATE
    kept = session.scalars(select(Step).where(Step.state == "late")).one()
    assert not kept.current
    quizzes.finish_attempt(session, attempt_id, by=seat.by, now=NOW + timedelta(seconds=700))
    attempt = session.get_one(Attempt, attempt_id, populate_existing=True)
    assert attempt.finished_at == attempt.deadline_at
    quizzes.grade_attempt(session, attempt_id, now=NOW)
    session.refresh(attempt)
    assert attempt.mark == pytest.approx(1.0)


def test_what_arrives_after_finishing_is_kept_aside_and_refused(session: Session) -> None:
    seat = a_seat(session)
    attempt_id = seat.start()
    seat.save(0, seat.right(0), client="a", number=1)
    quizzes.finish_attempt(session, attempt_id, by=seat.by, now=NOW)
    again = seat.save(0, seat.right(0), client="a", number=1)
    assert again.slots[0].fate is Fate.SAVED
    late = seat.save(0, seat.wrong(0), client="a", number=2)
    assert (late.refusal, late.slots[0].fate) == ("finished", Fate.LATE)


def test_a_late_answer_that_is_delivered_again_is_still_called_late(session: Session) -> None:
    seat = a_seat(session)
    attempt_id = seat.start()
    quizzes.finish_attempt(session, attempt_id, by=seat.by, now=NOW)
    for _delivery in range(2):
        late = seat.save(0, seat.wrong(0), client="a", number=1)
        assert late.slots[0].fate is Fate.LATE
    assert len(session.scalars(select(Step).where(Step.state == "late")).all()) == 1


def test_overdue_attempts_are_finished_at_their_deadline_however_late_the_sweep(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    attempt_id = seat.start()
    assert quizzes.finish_overdue(session, now=NOW + timedelta(seconds=659)) == 0
    assert quizzes.finish_overdue(session, now=NOW + timedelta(hours=1)) == 1
    assert quizzes.finish_overdue(session, now=NOW + timedelta(hours=1)) == 0
    attempt = session.get_one(Attempt, attempt_id, populate_existing=True)
    assert attempt.state == AttemptState.FINISHED
    assert attempt.finished_at == attempt.deadline_at
    assert attempt.receipt
    assert facts(session, "AttemptFinished") == 1
    assert quizzes.owed(session, before=NOW + timedelta(hours=2)) == [attempt_id]


def test_starting_after_the_time_is_over_finishes_the_old_attempt(session: Session) -> None:
    seat = a_seat(session, time_limit=600)
    first = seat.start()
    second = seat.start(now=NOW + timedelta(hours=1))
    assert second != first
    assert session.get_one(Attempt, first, populate_existing=True).state == AttemptState.FINISHED


def test_other_peoples_attempts_do_not_exist(session: Session) -> None:
    seat = a_seat(session)
    attempt_id = seat.start()
    stranger = an_actor(a_person(session))
    for verb in stranger_verbs(seat, attempt_id):
        with pytest.raises(NotFound):
            verb(session, stranger)


def stranger_verbs(seat: Seat, attempt_id: int) -> list[Callable[[Session, Actor], object]]:
    return [
        lambda session, by: quizzes.finish_attempt(session, attempt_id, by=by, now=NOW),
        lambda session, by: quizzes.flag(session, attempt_id, seat.slots[0], flagged=True, by=by),
        lambda session, by: quizzes.save_responses(session, attempt_id, [], by=by, now=NOW),
        lambda session, by: quizzes.start_attempt(
            session, seat.enrolment_id, seat.activity_id, by=by, now=NOW
        ),
    ]


def test_an_activity_of_another_course_cannot_be_attempted(session: Session) -> None:
    seat, other = a_seat(session), a_seat(session)
    with pytest.raises(NotFound):
        quizzes.start_attempt(session, seat.enrolment_id, other.activity_id, by=seat.by, now=NOW)


def test_flags_come_and_go(session: Session) -> None:
    seat = a_seat(session)
    attempt_id = seat.start()
    for flagged in (True, True, False):
        quizzes.flag(session, attempt_id, seat.slots[1], flagged=flagged, by=seat.by)
        attempt = session.get_one(Attempt, attempt_id, populate_existing=True)
        assert attempt.flagged == ([seat.slots[1]] if flagged else [])


def test_nonsense_is_refused_slot_by_slot(session: Session) -> None:
    seat = a_seat(session)
    seat.start()
    answers = [
        Answer(seat.slots[0], {"choice": ["99"]}, 1),
        Answer(seat.slots[1], {"choice": ["true"]}, 1),
    ]
    saved = quizzes.save_responses(session, seat.attempt_id, answers, client="a", by=seat.by, now=NOW)
    assert [one.fate for one in saved.slots] == [Fate.REFUSED, Fate.SAVED]


@pytest.mark.parametrize("number", [0, -1, 2**31])
def test_numbers_no_page_would_send_are_refused(session: Session, number: int) -> None:
    seat = a_seat(session)
    seat.start()
    with pytest.raises(Invalid):
        seat.save(0, seat.right(0), client="a", number=number)
