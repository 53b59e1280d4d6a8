"""The workers' duties done in this process, without a broker, so that a journey can be told in one test."""

import pytest

from courses import outbox
from courses.clock import utcnow
from courses.db import Database
from courses.settings import Settings
from worker import queue, reactions  # noqa: F401 - the wiring is declared on import


def work_off(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> int:
    """Dispatch, lease and run until nothing is due; the number of reactions run. Failures are raised."""
    ran = 0
    with monkeypatch.context() as patch:
        patch.setenv("KAFEDRA_VAR", str(settings.var))
        patch.setenv("DATABASE_URL", settings.database_url)
        patch.setenv("KAFEDRA_PUBLIC_URL", settings.public_url)
        patch.setattr(queue, "hand_on", lambda: None)
        for cached in (queue.settings, queue.database, queue.files):
            cached.cache_clear()
        while due := _take(database):
            for delivery in due:
                queue.react(delivery.id, delivery.reaction, dict(delivery.payload), delivery.request_id)
                ran += 1
        queue.database().engine.dispose()
    for cached in (queue.settings, queue.database, queue.files):
        cached.cache_clear()
    return ran


def _take(database: Database) -> list[outbox.Delivery]:
    with database.unit_of_work() as session:
        outbox.dispatch(session, queue.REACTIONS, now=utcnow())
        return outbox.lease(session, now=utcnow())
