"""The workers' duties done in this process, without a broker, so that a journey can be told in one test."""

import pytest

from courses import outbox
from courses.clock import utcnow
from courses.db import Database
from courses.settings import Settings


def work_off(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> int:
    """Dispatch, lease and run until nothing is due; the number of reactions run. Failures are raised."""
    import worker.queue as queue
    from worker import reactions  # noqa: F401 - declares the wiring

    monkeypatch.setattr(queue, "database", lambda: database)
    monkeypatch.setattr(queue, "settings", lambda: settings)
    monkeypatch.setattr(queue, "files", lambda: queue.FolderStore(settings.files_folder))
    ran = 0
    while True:
        with database.unit_of_work() as session:
            outbox.dispatch(session, queue.REACTIONS, now=utcnow())
            due = outbox.lease(session, now=utcnow())
        if not due:
            return ran
        for delivery in due:
            queue.react(delivery.id, delivery.reaction, dict(delivery.payload), delivery.request_id)
            ran += 1
