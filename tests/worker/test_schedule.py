"""The periodic jobs do what they say, also after the scheduler was away."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.clock import utcnow
from courses.db import Database
from courses.errors import NotFound
from courses.files import Waiting
from courses.outbox import OutboxDelivery, OutboxMessage, dispatch
from courses.quizzes.models import Attempt, AttemptState, GradingProgress
from courses.settings import Settings
from tests import factories
from worker import schedule


def test_an_attempt_whose_time_is_over_is_closed_at_its_deadline(database: Database) -> None:
    now = utcnow()
    deadline = now - timedelta(hours=1)
    with database.unit_of_work() as session:
        attempt_id = an_attempt(session, deadline_at=deadline)
    schedule.finish_overdue(database, now)
    with database.reading() as session:
        attempt = session.get_one(Attempt, attempt_id)
        assert attempt.state == AttemptState.FINISHED
        assert attempt.finished_at == deadline


def test_a_completed_enrolment_without_a_certificate_is_asked_for_anew(database: Database) -> None:
    now = utcnow()
    with database.unit_of_work() as session:
        enrolment_id = factories.an_enrolment(session, completed_at=now - timedelta(hours=1)).id
    schedule.tell_again(database, now)
    with database.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.name == "EnrolmentCompleted")).all()
        assert [message.payload for message in told] == [{"enrolment_id": enrolment_id}]


def test_a_finished_attempt_without_a_mark_is_asked_for_anew(database: Database) -> None:
    now = utcnow()
    hour_ago = now - timedelta(hours=1)
    with database.unit_of_work() as session:
        attempt_id = an_attempt(
            session,
            state=AttemptState.FINISHED,
            finished_at=hour_ago,
            grading_progress=GradingProgress.PENDING,
        )
    schedule.tell_again(database, now)
    with database.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.name == "AttemptFinished")).all()
        assert [message.payload for message in told] == [{"attempt_id": attempt_id}]


def test_what_is_still_on_its_way_is_not_asked_for_twice(database: Database) -> None:
    now = utcnow()
    with database.unit_of_work() as session:
        owed = factories.an_enrolment(session, completed_at=now - timedelta(hours=1)).id
    schedule.tell_again(database, now)
    schedule.tell_again(database, now + timedelta(minutes=30))
    with database.unit_of_work() as session:
        dispatch(session, {"EnrolmentCompleted": ["a reaction"]}, now=now)
    schedule.tell_again(database, now + timedelta(hours=1))
    told = select(OutboxMessage).where(OutboxMessage.name == "EnrolmentCompleted")
    with database.reading() as session:
        assert [message.payload for message in session.scalars(told)] == [{"enrolment_id": owed}]
    with database.unit_of_work() as session:
        session.execute(update(OutboxDelivery).values(done_at=now, refusal="nobody"))
    schedule.tell_again(database, now + timedelta(hours=2))
    with database.reading() as session:
        assert len(session.scalars(told).all()) == 2, "what was refused is asked for anew"


def test_packages_that_waited_a_day_for_a_yes_are_dropped(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "settings", lambda: settings)
    waiting = Waiting(settings.files_folder)
    old = waiting.keep(1, b"package")
    (job,) = (job for job in schedule.JOBS if job.name == "forget_waiting")
    job.run(database, utcnow())
    assert waiting.get(1, old) == b"package"
    job.run(database, utcnow() + timedelta(hours=25))
    with pytest.raises(NotFound):
        waiting.get(1, old)


def test_every_job_may_run_on_an_empty_installation(database: Database) -> None:
    for job in schedule.JOBS:
        job.run(database, utcnow())


def an_attempt(session, **over):
    enrolment = factories.an_enrolment(session)
    quiz = factories.the_quiz_of(session, enrolment)
    values = {
        "number": 1,
        "state": AttemptState.IN_PROGRESS,
        "layout": [],
        "flagged": [],
        "started_at": utcnow() - timedelta(hours=2),
        "grading_progress": GradingProgress.NOT_READY,
    } | over
    attempt = Attempt(quiz_id=quiz.id, enrolment_id=enrolment.id, **values)
    session.add(attempt)
    session.flush()
    return attempt.id


def test_a_job_that_fails_holds_up_none_of_the_others(database, monkeypatch, capsys):
    served = []

    def fails(_base, _now):
        raise ValueError("Не та строка")

    jobs = (
        schedule.Job("first", timedelta(minutes=1), fails),
        schedule.Job("second", timedelta(minutes=1), lambda _base, _now: served.append("second")),
    )
    monkeypatch.setattr(schedule, "JOBS", jobs)
    schedule.serve_jobs(database, utcnow())
    assert served == ["second"]
    assert "job.failed" in capsys.readouterr().out


def test_a_backlog_does_not_keep_the_scheduler_from_stopping(monkeypatch):
    scheduler, relayed = schedule.Scheduler(), []

    def relay(_base):
        relayed.append(1)
        scheduler.stop()
        return 200

    monkeypatch.setattr(schedule, "relay", relay)
    monkeypatch.setattr(schedule, "serve_jobs", lambda *_: None)
    scheduler.round()
    assert len(relayed) == 1
