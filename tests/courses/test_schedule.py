"""A second scheduler and a missed tick are harmless."""

import threading
from datetime import UTC, datetime, timedelta

from courses.db import Database
from courses.schedule import claim

NOW = datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_of_many_schedulers_one_serves_a_period(database: Database) -> None:
    won: list[bool] = []
    start = threading.Barrier(5)

    def compete() -> None:
        start.wait()
        with database.unit_of_work() as session:
            won.append(claim(session, "sweep", every=MINUTE, now=NOW))

    threads = [threading.Thread(target=compete) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False, False, False, False, True]


def test_missed_periods_are_served_once(database: Database) -> None:
    with database.unit_of_work() as session:
        assert claim(session, "sweep", every=MINUTE, now=NOW)
        assert not claim(session, "sweep", every=MINUTE, now=NOW + timedelta(seconds=30))
        assert claim(session, "sweep", every=MINUTE, now=NOW + timedelta(hours=1))
        assert not claim(session, "sweep", every=MINUTE, now=NOW + timedelta(minutes=30))
