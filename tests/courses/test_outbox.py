"""Facts are told if and only if the transaction commits, and until every reaction is done."""

import threading
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from courses import outbox
from courses.clock import utcnow
from courses.db import Database
from courses.outbox import Fact, OutboxDelivery, OutboxMessage

REACTIONS = {"SomethingHappened": ["first", "second"]}


@dataclass(frozen=True, slots=True)
class SomethingHappened(Fact):
    """A fact for these tests."""

    thing_id: int


def tell(database: Database, *things: int) -> None:
    with database.unit_of_work() as session:
        for thing in things:
            outbox.publish(session, SomethingHappened(thing), now=utcnow())


def test_a_fact_of_a_failed_transaction_is_never_told(database: Database) -> None:
    try:
        with database.unit_of_work() as session:
            outbox.publish(session, SomethingHappened(1), now=utcnow())
            raise RuntimeError("the transaction fails")
    except RuntimeError:
        pass
    with database.reading() as session:
        assert session.scalar(select(func.count(OutboxMessage.id))) == 0


def test_a_fact_becomes_one_delivery_per_reaction(database: Database) -> None:
    tell(database, 7)
    with database.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=utcnow())
        taken = outbox.lease(session, now=utcnow())
    assert [(delivery.reaction, dict(delivery.payload)) for delivery in taken] == [
        ("first", {"thing_id": 7}),
        ("second", {"thing_id": 7}),
    ]


def test_a_delivery_is_sent_again_only_when_its_lease_runs_out(database: Database) -> None:
    tell(database, 7)
    now = utcnow()
    with database.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=now)
        first = outbox.lease(session, now=now)
    with database.unit_of_work() as session:
        assert outbox.lease(session, now=now + timedelta(seconds=19)) == []
        again = outbox.lease(session, now=now + timedelta(seconds=21))
    assert [delivery.id for delivery in again] == [delivery.id for delivery in first]
    assert [delivery.attempts for delivery in again] == [2, 2]


def test_what_was_sent_to_a_dead_worker_is_due_again_at_once(database: Database) -> None:
    tell(database, 7)
    now = utcnow()
    with database.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=now)
        first, second = outbox.lease(session, now=now)
        outbox.settle(session, first.id, now=now)
        assert outbox.lease(session, now=now) == []
        assert outbox.recall(session, now=now) == 1
        assert [delivery.id for delivery in outbox.lease(session, now=now)] == [second.id]


def test_a_delivery_that_kills_its_workers_keeps_its_lease_in_the_end(database: Database) -> None:
    tell(database, 7)
    now = utcnow()
    with database.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=now)
        tries = 0
        while outbox.lease(session, now=now):
            tries += 1
            outbox.recall(session, now=now)
    assert tries == outbox.PATIENT_TRIES + 1


def test_a_settled_delivery_is_never_sent_again(database: Database) -> None:
    tell(database, 7)
    now = utcnow()
    with database.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=now)
        for delivery in outbox.lease(session, now=now):
            outbox.settle(session, delivery.id, now=now)
    with database.unit_of_work() as session:
        assert outbox.lease(session, now=now + timedelta(days=1)) == []
        assert outbox.oldest_owed(session) is None


def test_competing_relays_send_each_delivery_once(database: Database) -> None:
    tell(database, *range(40))
    taken: list[int] = []
    start = threading.Barrier(6)

    def compete() -> None:
        start.wait()
        while True:
            with database.unit_of_work() as session:
                outbox.dispatch(session, REACTIONS, now=utcnow(), limit=5)
                due = outbox.lease(session, now=utcnow(), limit=5)
            if not due:
                return
            taken.extend(delivery.id for delivery in due)

    threads = [threading.Thread(target=compete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert len(taken) == len(set(taken))
        assert session.scalar(select(func.count(OutboxDelivery.id)).where(OutboxDelivery.attempts == 0)) == 0


def test_old_told_facts_are_dropped_and_owed_ones_kept(database: Database) -> None:
    tell(database, 1)
    now = utcnow()
    with database.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=now)
        for delivery in outbox.lease(session, now=now):
            outbox.settle(session, delivery.id, now=now)
    tell(database, 2)
    with database.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=now)
        outbox.forget_told(session, before=now + timedelta(seconds=1))
    with database.reading() as session:
        assert session.scalars(select(OutboxMessage.payload)).all() == [{"thing_id": 2}]
