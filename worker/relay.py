"""From stored facts to the queue. Any number of relays may run; each delivery is leased to one."""

import structlog

from courses import outbox
from courses.clock import utcnow
from courses.db import Database
from worker.queue import REACTIONS, react

log = structlog.get_logger("kafedra.relay")


def relay(database: Database) -> int:
    """Hand every delivery that is due to the broker; the number handed over.

    The lease is committed before the broker is asked: when the broker is down the delivery is simply due again
    after its lease, and nothing is lost.
    """
    now = utcnow()
    with database.reading() as session:
        if not outbox.anything_due(session, now=now):
            return 0
    with database.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=now)
        due = outbox.lease(session, now=now)
    for delivery in due:
        react.apply_async(
            args=(delivery.id, delivery.reaction, dict(delivery.payload), delivery.request_id),
            task_id=f"{delivery.id}.{delivery.attempts}",
        )
    return len(due)
