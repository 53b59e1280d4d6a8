"""Many at once: threads behind a barrier, on both databases."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from courses import catalogue, learning, quizzes
from courses.db import Database
from courses.errors import Conflict
from courses.learning.models import ActivityRecord
from courses.outbox import OutboxMessage
from courses.quizzes import Answer
from courses.quizzes.models import Attempt, AttemptState, Step
from tests.courses.quizzes.seat import NOW, Seat, a_seat
from tests.factories import a_person, an_actor, an_offering

THREADS = 8


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    """Run every deed in a thread of its own, all from the same moment; results and errors in order."""
    barrier = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = deed()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def seat(database: Database) -> Seat:
    with database.unit_of_work() as session:
        return a_seat(session, short=True, time_limit=3600)


def doing(database: Database, verb: Callable[..., Any], *args: Any, **named: Any) -> Callable[[], Any]:
    def deed() -> Any:
        with database.unit_of_work() as session:
            return verb(session, *args, **named)

    return deed


def started(database: Database, seat: Seat) -> int:
    return doing(database, quizzes.start_attempt, seat.enrolment_id, seat.activity_id, by=seat.by, now=NOW)()


def facts(database: Database, name: str) -> int:
    with database.reading() as session:
        query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.name == name)
        return session.scalar(query) or 0


def test_many_starts_begin_one_attempt(database: Database, seat: Seat) -> None:
    start = doing(database, quizzes.start_attempt, seat.enrolment_id, seat.activity_id, by=seat.by, now=NOW)
    ids = at_once([start] * THREADS)
    assert len(set(ids)) == 1, ids
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1
        assert session.scalar(select(func.count()).select_from(Step)) == len(seat.slots)
        assert session.scalar(select(func.count()).select_from(ActivityRecord)) == 1


def test_many_finishes_and_the_sweep_finish_once(database: Database, seat: Seat) -> None:
    attempt_id = started(database, seat)
    finish = doing(database, quizzes.finish_attempt, attempt_id, by=seat.by, now=NOW)
    sweep = doing(database, quizzes.finish_overdue, now=NOW + timedelta(days=1))
    results = at_once([finish, sweep] * (THREADS // 2))
    assert not [one for one in results if isinstance(one, Exception)]
    assert facts(database, "AttemptFinished") == 1


def test_many_gradings_grade_once(database: Database, seat: Seat) -> None:
    attempt_id = started(database, seat)
    doing(database, quizzes.finish_attempt, attempt_id, by=seat.by, now=NOW)()
    grade = doing(database, quizzes.grade_attempt, attempt_id, now=NOW)
    assert at_once([grade] * THREADS) == [None] * THREADS
    assert facts(database, "AttemptGraded") == 1
    with database.reading() as session:
        graded = select(func.count()).select_from(Step).where(Step.kind == "graded")
        assert session.scalar(graded) == len(seat.slots)


def test_saving_against_finishing_never_loses_an_acknowledged_answer(database: Database, seat: Seat) -> None:
    attempt_id = started(database, seat)

    def save(number: int) -> Callable[[], Any]:
        answer = Answer(seat.slots[0], {"text": [f"мел {number}"]}, number)
        return doing(
            database, quizzes.save_responses, attempt_id, [answer], client="page", by=seat.by, now=NOW
        )

    finish = doing(database, quizzes.finish_attempt, attempt_id, by=seat.by, now=NOW)
    results = at_once([*(save(number) for number in range(1, THREADS)), finish])
    assert not [one for one in results if isinstance(one, Exception)], results
    counted = [n for n, one in enumerate(results[:-1], 1) if one.slots[0].fate == "saved"]
    with database.reading() as session:
        steps = session.scalars(select(Step).where(Step.kind == "saved")).all()
        assert {step.client_sequence for step in steps} == set(range(1, THREADS))
        current = {step.client_sequence for step in steps if step.current}
        assert current == set(counted)
        sitting = quizzes.sitting(session, attempt_id, by=seat.by)
        text = next(one for one in sitting.sheets if one.slot_id == seat.slots[0]).response.get("text")
    assert text == (f"мел {max(counted)}" if counted else None)


def test_the_same_delivery_many_times_at_once_is_one_step(database: Database, seat: Seat) -> None:
    attempt_id = started(database, seat)
    answer = Answer(seat.slots[0], {"text": ["мел"]}, 1)
    save = doing(database, quizzes.save_responses, attempt_id, [answer], client="page", by=seat.by, now=NOW)
    results = at_once([save] * THREADS)
    assert {one.slots[0].fate for one in results} == {"saved"}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Step).where(Step.kind == "saved")) == 1


def test_grading_while_another_attempt_starts_does_not_deadlock(database: Database, seat: Seat) -> None:
    attempt_id = started(database, seat)
    doing(database, quizzes.finish_attempt, attempt_id, by=seat.by, now=NOW)()
    grade = doing(database, quizzes.grade_attempt, attempt_id, now=NOW)
    start = doing(database, quizzes.start_attempt, seat.enrolment_id, seat.activity_id, by=seat.by, now=NOW)
    complete = doing(database, learning.complete_if_done, seat.enrolment_id, now=NOW)
    results = at_once([grade, start, complete] * 3)
    assert not [one for one in results if isinstance(one, Exception)], results
    with database.reading() as session:
        running = select(func.count()).select_from(Attempt).where(Attempt.state == AttemptState.IN_PROGRESS)
        assert session.scalar(running) == 1


def test_the_last_seat_is_taken_once(database: Database) -> None:
    with database.unit_of_work() as session:
        offering_id = an_offering(session, seats=3).id
        people = [an_actor(a_person(session)) for _ in range(THREADS)]
    results = at_once([doing(database, learning.enrol, offering_id, by=one, now=NOW) for one in people])
    refused = [one for one in results if isinstance(one, Conflict)]
    assert len(refused) == THREADS - 3
    assert {one.code for one in refused} == {"full"}


def test_enrolling_many_times_at_once_takes_one_seat(database: Database) -> None:
    with database.unit_of_work() as session:
        offering = an_offering(session, seats=5)
        offering_id, person = offering.id, an_actor(a_person(session))
    results = at_once([doing(database, learning.enrol, offering_id, by=person, now=NOW)] * THREADS)
    assert len({one.id for one in results}) == 1, results
    with database.reading() as session:
        assert learning.enrolment_in(session, offering_id, by=person) is not None
        assert catalogue.get_offering(session, offering_id).seats_taken == 1
    assert facts(database, "EnrolmentOpened") == 1


def test_completion_is_told_once(database: Database) -> None:
    with database.unit_of_work() as session:
        seat = a_seat(session)
    with database.unit_of_work() as session:
        here = learning.study(session, seat.enrolment_id, by=seat.by, now=NOW)
        for item in here.outline.activities:
            if item.kind == "lesson":
                learning.finish_lesson(session, seat.enrolment_id, item.id, by=seat.by, now=NOW)
            else:
                learning.record_result(
                    session, seat.enrolment_id, item.id, fraction=1.0, passed=True, now=NOW
                )
    complete = doing(database, learning.complete_if_done, seat.enrolment_id, now=NOW)
    results = at_once([complete] * THREADS)
    assert sorted(results) == [False] * (THREADS - 1) + [True]
    assert facts(database, "EnrolmentCompleted") == 1
