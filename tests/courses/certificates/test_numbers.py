"""Numbers without a gap and without a double, whatever fails and however many issue at once."""

import random
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from courses import certificates
from courses.certificates import Certificate
from courses.certificates.models import Series
from courses.clock import utcnow
from courses.errors import Conflict
from courses.outbox import OutboxMessage
from courses.people import SYSTEM
from tests.factories import a_course, a_person, an_enrolment, an_offering

THREADS = 12


class Accident(RuntimeError):
    """Something that breaks a transaction after the number was taken."""


@pytest.fixture
def many(database) -> Callable[..., list[int]]:
    """`many(40, "course", "seminar")`: that many completed enrolments, evenly of these kinds."""

    def make(count: int, *kinds: str) -> list[int]:
        with database.unit_of_work() as session:
            offerings = [an_offering(session, a_course(session, kind)) for kind in kinds]
            return [
                an_enrolment(
                    session, a_person(session), offerings[place % len(kinds)], completed_at=utcnow()
                ).id
                for place in range(count)
            ]

    return make


def at_once(work: Callable[[int], None]) -> None:
    """Run `work(0)` … `work(11)` in threads that start together; what one raises is raised here."""
    barrier, failures = threading.Barrier(THREADS), []

    def run(place: int) -> None:
        barrier.wait()
        try:
            work(place)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def issued_by_series(database) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    with database.reading() as session:
        for one in session.scalars(select(Certificate)):
            found.setdefault(one.series_id, []).append(one.series_number)
    return found


def test_numbers_have_no_gap_although_every_third_transaction_breaks(database, settings, many):
    enrolments = many(36, "course", "seminar")

    def work(place: int) -> None:
        chance = random.Random(place)
        mine = enrolments[:]
        chance.shuffle(mine)  # everybody tries everything, in another order
        for enrolment_id in mine:
            try:
                with database.unit_of_work() as session:
                    certificates.issue(session, enrolment_id, settings=settings, by=SYSTEM, now=utcnow())
                    if chance.random() < 0.33:
                        raise Accident
            except Accident:
                continue

    at_once(work)
    at_once(lambda _place: issue_all(database, settings, enrolments))
    numbers = issued_by_series(database)
    assert sorted(len(taken) for taken in numbers.values()) == [18, 18]
    assert all(sorted(taken) == list(range(1, 19)) for taken in numbers.values())
    with database.reading() as session:
        assert sorted(session.scalars(select(Series.last_number))) == [18, 18]
        told = session.scalars(
            select(OutboxMessage.payload).where(OutboxMessage.name == "CertificateNumbered")
        )
        assert len({payload["certificate_id"] for payload in told}) == 36


def issue_all(database, settings, enrolments) -> None:
    for enrolment_id in enrolments:
        with database.unit_of_work() as session:
            certificates.issue(session, enrolment_id, settings=settings, by=SYSTEM, now=utcnow())


def test_the_first_certificates_of_a_series_make_one_series(database, settings, many):
    enrolments = many(THREADS, "workshop")
    at_once(lambda place: issue_all(database, settings, [enrolments[place]]))
    assert [sorted(taken) for taken in issued_by_series(database).values()] == [list(range(1, THREADS + 1))]


def test_one_enrolment_issued_by_many_at_once_has_one_certificate(database, settings, many):
    [enrolment_id] = many(1, "course")
    at_once(lambda _place: issue_all(database, settings, [enrolment_id]))
    with database.reading() as session:
        assert len(session.scalars(select(Certificate)).all()) == 1
        numbered = select(OutboxMessage).where(OutboxMessage.name == "CertificateNumbered")
        assert len(session.scalars(numbered).all()) == 1


def test_many_revoke_and_replace_at_once_and_one_does(database, settings, many, chief):
    [enrolment_id] = many(1, "course")
    issue_all(database, settings, [enrolment_id])
    with database.reading() as session:
        [first] = session.scalars(select(Certificate.id))
    done = []

    def work(place: int) -> None:
        try:
            with database.unit_of_work() as session:
                deed = {"reason": "Ошибка в фамилии слушателя", "by": chief, "now": utcnow()}
                if place % 2:
                    certificates.replace(session, first, settings=settings, **deed)
                else:
                    certificates.revoke(session, first, **deed)
            done.append("replace" if place % 2 else "revoke")
        except Conflict:
            pass

    at_once(work)
    assert len(done) == 1  # what is revoked is not replaced, what is replaced is not revoked
    with database.reading() as session:
        numbers = sorted(session.scalars(select(Certificate.series_number)))
        assert numbers == ([1, 2] if done == ["replace"] else [1])


def test_papers_drawn_by_many_at_once_are_told_once(database, settings, many, files):
    enrolments = many(4, "course")
    issue_all(database, settings, enrolments)
    with database.reading() as session:
        ids = list(session.scalars(select(Certificate.id)))

    def work(_place: int) -> None:
        for certificate_id in ids:
            with database.reading() as session:
                snapshot = session.get(Certificate, certificate_id).snapshot
            key = files.put(certificates.render(snapshot, files))
            with database.unit_of_work() as session:
                certificates.attach_pdf(session, certificate_id, key, now=utcnow())

    at_once(work)
    with database.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.name == "CertificateIssued")).all()
        assert len(told) == 4
