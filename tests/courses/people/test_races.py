"""Many at once: threads behind a barrier, or one deed made to wait in the middle of another."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from courses import audit, people
from courses.db import Database
from courses.errors import Conflict
from courses.people import SYSTEM, Actor, Purpose, State
from courses.people.models import Person
from tests.courses.people.steps import (
    CHECKED,
    KEY,
    NOW,
    WISH,
    confirm,
    consent,
    link,
    register,
    tried,
)  # fmt: skip

NEW = "луна над огородом"
LATER = NOW.replace(hour=10)


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


def doing(database: Database, verb: Callable[..., Any], *args: Any, **named: Any) -> Callable[[], Any]:
    def deed() -> Any:
        with database.unit_of_work() as session:
            return verb(session, *args, **named)

    return deed


@contextmanager
def slow_locks(database: Database) -> Iterator[None]:
    """Whoever has locked a row pauses for a moment, so that deeds in opposite orders meet."""

    def pause(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.rstrip().endswith("FOR UPDATE"):
            time.sleep(0.2)

    event.listen(database.engine, "after_cursor_execute", pause)
    try:
        yield
    finally:
        event.remove(database.engine, "after_cursor_execute", pause)


@pytest.fixture
def maria(database: Database) -> int:
    """A person whose address is confirmed."""
    with database.unit_of_work() as session:
        confirm(session, register(session))
        return session.scalars(select(Person.id).where(Person.email_key == WISH.email)).one()


def test_a_new_password_by_letter_and_by_the_old_one_do_not_wait_for_each_other(
    database: Database, maria: int
) -> None:
    doing(database, people.ask_for_reset, WISH.email, now=NOW)()
    with database.reading() as session:
        text, proof = link(session, Purpose.RESET), tried(session)
    hashed = people.check_new_password(NEW)
    reset = doing(database, people.reset_password, text, hashed, secret_key=KEY, now=NOW)
    change = doing(
        database,
        people.change_password,
        proof,
        hashed,
        device="Firefox, Linux",
        secret_key=KEY,
        by=Actor(maria),
        now=NOW,
    )
    with slow_locks(database):
        by_letter, by_old = at_once([reset, change])
    if isinstance(by_letter, Conflict):
        assert (by_letter.code, by_old.state) == ("link_used", State.ADMITTED)
    else:
        assert (by_letter, by_old.state) == (None, State.WRONG)


def test_a_new_password_while_another_letter_is_asked_for(database: Database, maria: int) -> None:
    doing(database, people.ask_for_reset, WISH.email, now=NOW)()
    with database.reading() as session:
        text = link(session, Purpose.RESET)
    reset = doing(database, people.reset_password, text, "hash", secret_key=KEY, now=NOW)
    ask = doing(database, people.ask_for_reset, WISH.email, now=LATER)
    with slow_locks(database):
        results = at_once([reset, ask])
    assert results[1] is None
    assert results[0] is None or results[0].code == "link_used", results


def test_confirming_while_registering_once_more(database: Database) -> None:
    with database.unit_of_work() as session:
        claim, text = register(session), link(session, Purpose.CONFIRM)
    press = doing(
        database,
        people.confirm_address,
        text,
        claim=claim,
        proof=None,
        device="Firefox, Linux",
        secret_key=KEY,
        now=NOW,
    )
    again = doing(database, people.register, CHECKED[WISH], consent=consent(), secret_key=KEY, now=LATER)
    with slow_locks(database):
        pressed, registered = at_once([press, again])
    assert isinstance(registered, str)
    if isinstance(pressed, Conflict):
        assert pressed.code == "link_used"
    else:
        assert pressed.state is State.ADMITTED


def test_entering_one_address_many_times_at_once_enters_one_person(database: Database) -> None:
    CHECKED.setdefault(WISH, people.check_registration(WISH))
    start = threading.Barrier(4)

    def enter() -> int:
        with database.unit_of_work() as session:
            if database.engine.dialect.name == "postgresql":
                session.execute(select(Person.id)).all()
                start.wait()
            person_id = people.enter(session, CHECKED[WISH], by=SYSTEM, now=NOW)
            time.sleep(0.2)
            return person_id

    results = at_once([enter] * 4)
    refused = [one for one in results if not isinstance(one, int)]
    assert [one.code for one in refused] == ["known_address"] * 3
    with database.reading() as session:
        entered = session.scalars(select(Person).where(Person.email_key == WISH.email)).one()
        assert entered.id in results
        assert (entered.search_key, entered.email_confirmed_at) == ("иванова мария петровна", NOW)
        deeds = audit.entries_about(session, "person", entered.id)
    assert [deed.action for deed in deeds] == ["person.enter"]


def test_a_link_opens_for_one_of_many(database: Database, maria: int) -> None:
    doing(database, people.ask_for_reset, WISH.email, now=NOW)()
    with database.reading() as session:
        text = link(session, Purpose.RESET)
    reset = doing(database, people.reset_password, text, "hash", secret_key=KEY, now=NOW)
    results = at_once([reset] * 4)
    assert results.count(None) == 1
    assert [one.code for one in results if one is not None] == ["link_used"] * 3
