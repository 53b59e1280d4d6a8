"""The scheduler: wakes the relay, serves the periodic jobs, and stops when it is told.

A second scheduler is harmless: deliveries are leased and every period of a job is claimed by one of them.
"""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import redis
import structlog
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy.exc import OperationalError

from courses import catalogue, certificates, learning, logs, outbox, people, quizzes
from courses.clock import utcnow
from courses.db import Database
from courses.files import Waiting
from courses.schedule import claim
from worker.mail import send_owed
from worker.queue import database, recall, relay, settings

log = structlog.get_logger("kafedra.scheduler")

LOOK_EVERY = 1.0
MOST_RELAYS = 50  # before the jobs have their turn
AWAY = (OperationalError, BrokerError, redis.RedisError, OSError)
KEEP_TOLD = timedelta(days=14)
PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done once in every period."""

    name: str
    every: timedelta
    run: Callable[[Database, datetime], None]


def finish_overdue(base: Database, now: datetime) -> None:
    """Close attempts whose time is over, also when the browser is long gone."""
    with base.unit_of_work() as session:
        finished = quizzes.finish_overdue(session, now=now)
    if finished:
        log.info("attempts.closed", count=finished)


def forget_told(base: Database, now: datetime) -> None:
    """Drop facts that were told two weeks ago."""
    with base.unit_of_work() as session:
        outbox.forget_told(session, before=now - KEEP_TOLD)


def complete_ended(base: Database, now: datetime) -> None:
    """Offerings that ended may have completed those who did everything else (workshops wait for the end)."""
    with base.reading() as session:
        ended = learning.ended_and_open(session, now=now)
    for offering_id, enrolments in ended.items():
        for enrolment_id in enrolments:
            with base.unit_of_work() as session:
                learning.complete_if_done(session, enrolment_id, now=now)
        with base.unit_of_work() as session:
            catalogue.settle(session, offering_id, now=now)


def close_over(base: Database, now: datetime) -> None:
    """Nobody has to remember that an offering is over."""
    with base.unit_of_work() as session:
        closed = catalogue.close_over(session, now=now)
    if closed:
        log.info("offerings.closed", count=closed)


def tell_again(base: Database, now: datetime) -> None:
    """Ask anew for what was refused for a reason that may be gone, such as an unprintable name; what is still
    on its way to a worker is not asked for twice."""
    before = now - PATIENCE
    with base.unit_of_work() as session:
        finished = [quizzes.AttemptFinished(one) for one in quizzes.owed(session, before=before)]
        completed = [
            learning.EnrolmentCompleted(one) for one in certificates.unissued(session, before=before)
        ]
        numbered = [
            certificates.CertificateNumbered(one) for one in certificates.owed(session, before=before)
        ]
        for facts in (finished, completed, numbered):
            outbox.publish_missing(session, facts, now=now)


def send_letters(base: Database, now: datetime) -> None:
    """Send the letters that an absent mail server left waiting."""
    send_owed(base, settings(), now)


def forget_old(base: Database, now: datetime) -> None:
    """Drop ended sessions and dead links."""
    with base.unit_of_work() as session:
        people.forget_old(session, now=now)


def forget_waiting(_base: Database, now: datetime) -> None:
    """Drop course packages that waited a day for their author's yes."""
    Waiting(settings().files_folder).forget_old(now=now)


JOBS = (
    Job("finish_overdue", timedelta(seconds=15), finish_overdue),
    Job("close_over", timedelta(minutes=5), close_over),
    Job("complete_ended", timedelta(minutes=5), complete_ended),
    Job("tell_again", timedelta(minutes=30), tell_again),
    Job("send_letters", timedelta(seconds=15), send_letters),
    Job("forget_told", timedelta(hours=6), forget_told),
    Job("forget_old", timedelta(hours=24), forget_old),
    Job("forget_waiting", timedelta(hours=1), forget_waiting),
)


def serve_jobs(base: Database, now: datetime) -> None:
    """Run every job whose period nobody has claimed yet. One that fails holds up none of the others."""
    for job in JOBS:
        with base.unit_of_work() as session:
            mine = claim(session, job.name, every=job.every, now=now)
        if mine:
            _serve(job, base, now)


def _serve(job: Job, base: Database, now: datetime) -> None:
    try:
        job.run(base, now)
    except AWAY:
        raise
    except Exception:
        log.exception("job.failed", job=job.name)


class Scheduler:
    """The loop. `stop` ends it within a second."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._broker = redis.Redis.from_url(settings().redis_url, socket_timeout=5, socket_connect_timeout=1)
        self._jobs_at = 0.0
        self._broker_run = ""

    def stop(self, *_: object) -> None:
        """End after the present round."""
        self._stopping.set()

    def run(self) -> None:
        """Look once a second, or at once when a commit nudges, until stopped."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        log.info("scheduler.started")
        while not self._stopping.is_set():
            self.round()
            self._wait()
        log.info("scheduler.stopped")

    def round(self) -> None:
        """One look; a database or broker that is away is reported and asked again next round."""
        try:
            for _ in range(MOST_RELAYS):
                if self._stopping.is_set() or not relay(database()):
                    break
            moment = utcnow()
            if moment.timestamp() - self._jobs_at >= LOOK_EVERY * 5:
                self._jobs_at = moment.timestamp()
                self._mind_the_broker()
                serve_jobs(database(), moment)
        except AWAY as error:
            log.warning("scheduler.round_failed", reason=type(error).__name__)

    def _mind_the_broker(self) -> None:
        """A broker that was restarted may have forgotten what it was given."""
        try:
            run = str(cast(dict[str, Any], self._broker.info("server"))["run_id"])
        except redis.RedisError:
            return  # away, or not telling: what it holds is sent again when its lease runs out
        if self._broker_run and run != self._broker_run:
            recall(database())
        self._broker_run = run

    def _wait(self) -> None:
        try:
            self._broker.brpop([outbox.NUDGE_KEY], timeout=LOOK_EVERY)
        except redis.RedisError:
            self._stopping.wait(LOOK_EVERY)


def main() -> None:
    """The scheduler's process."""
    logs.configure(settings().log_level)
    Scheduler().run()


if __name__ == "__main__":
    main()
