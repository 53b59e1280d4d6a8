"""Revoking and replacing: with a reason, audited, told, and final."""

import pytest
from sqlalchemy import select

from courses import audit, certificates
from courses.certificates import Certificate, State
from courses.certificates.models import Series
from courses.certificates.rules import state_of
from courses.clock import utcnow
from courses.errors import Conflict, Invalid, NotFound
from courses.learning import Enrolment
from courses.outbox import OutboxMessage
from courses.people import Actor, Role
from courses.people.models import Person
from tests.factories import a_person, a_role

REASON = "Ошибка в фамилии слушателя"


@pytest.fixture
def held(issue, earned, print_it):
    """A printed certificate of Иванова Мария Петровна."""
    made = issue(earned(family_name="Иванова", given_name="Мария", patronymic="Петровна"))
    print_it(made.id)
    return made


def revoke(database, certificate_id, by, reason=REASON):
    with database.unit_of_work() as session:
        return certificates.revoke(session, certificate_id, reason=reason, by=by, now=utcnow())


def replace(database, settings, certificate_id, by, reason=REASON):
    with database.unit_of_work() as session:
        return certificates.replace(
            session, certificate_id, reason=reason, settings=settings, by=by, now=utcnow()
        )


def told(database, name):
    with database.reading() as session:
        facts = session.scalars(select(OutboxMessage.payload).where(OutboxMessage.name == name))
        return [fact["certificate_id"] for fact in facts]


def test_a_revoked_certificate_stays_with_its_reason(database, held, chief):
    revoke(database, held.id, chief)
    with database.reading() as session:
        row = session.get(Certificate, held.id)
        assert (state_of(row), row.revocation_reason, row.revoked_by_id) == (State.REVOKED, REASON, chief.id)
        [entry] = audit.entries_about(session, "certificate", held.id)
        assert (entry.action, entry.actor_id, entry.details["reason"]) == (
            "certificate.revoke",
            chief.id,
            REASON,
        )
    assert told(database, "CertificateRevoked") == [held.id]


def test_revoking_twice_is_refused(database, held, chief):
    revoke(database, held.id, chief)
    with pytest.raises(Conflict, match="already_revoked"):
        revoke(database, held.id, chief)
    assert told(database, "CertificateRevoked") == [held.id]


@pytest.mark.parametrize(
    ("reason", "problem"),
    [("", "too_short"), ("коротко", "too_short"), ("!" * 40, "too_short"), ("я" * 501, "too_long")],
)
def test_a_reason_must_say_something(database, held, chief, settings, reason, problem):
    with pytest.raises(Invalid) as refused:
        revoke(database, held.id, chief, reason)
    assert refused.value.details == {"reason": problem}
    with pytest.raises(Invalid) as refused:
        replace(database, settings, held.id, chief, reason)
    assert refused.value.details == {"reason": problem}


def test_a_reason_is_stored_without_what_no_database_takes(database, held, chief):
    revoke(database, held.id, chief, "Выдан\x00 по\ud800 ошибке\r\n дважды")
    with database.reading() as session:
        assert session.get(Certificate, held.id).revocation_reason == "Выдан по ошибке дважды"


def test_a_replacement_has_its_own_number_and_code_and_the_present_name(database, held, chief, settings):
    with database.unit_of_work() as session:
        session.get(Person, held.person_id).family_name = "Петрова"
    new = replace(database, settings, held.id, chief)
    assert (new.series_number, new.replaces_id, new.original_of) == (2, held.id, None)
    assert new.code != held.code
    assert new.snapshot["recipient"] == "Петрова Мария Петровна"
    with database.reading() as session:
        old = session.get(Certificate, held.id)
        assert (state_of(old), old.snapshot["recipient"]) == (State.REPLACED, "Иванова Мария Петровна")
    assert told(database, "CertificateRevoked") == [held.id]
    assert told(database, "CertificateNumbered") == [held.id, new.id]


def test_a_replaced_certificate_is_neither_replaced_nor_revoked_again(database, held, chief, settings):
    replace(database, settings, held.id, chief)
    with pytest.raises(Conflict, match="already_replaced"):
        replace(database, settings, held.id, chief)
    with pytest.raises(Conflict, match="already_replaced"):
        revoke(database, held.id, chief)


def test_a_chain_of_replacements_leads_from_one_to_the_next(database, held, chief, settings):
    second = replace(database, settings, held.id, chief)
    third = replace(database, settings, second.id, chief)
    with database.reading() as session:
        assert certificates.verify(session, held.code).replacement_code == second.code
        assert certificates.verify(session, second.code).replacement_code == third.code
    assert third.series_number == 3


def test_a_revoked_certificate_is_not_replaced(database, held, chief, settings):
    revoke(database, held.id, chief, "Выдан до конца курса")
    with pytest.raises(Conflict, match="already_revoked"):
        replace(database, settings, held.id, chief)
    with database.reading() as session:
        row = session.get(Certificate, held.id)
        assert (row.revocation_reason, state_of(row)) == ("Выдан до конца курса", State.REVOKED)
        assert [row.last_number for row in session.scalars(select(Series))] == [1]
    assert told(database, "CertificateNumbered") == [held.id]


def test_a_certificate_that_was_rightly_issued_is_corrected_whatever_became_of_its_owner(
    database, held, chief, settings
):
    with database.unit_of_work() as session:
        person = session.get(Person, held.person_id)
        person.family_name, person.disabled_at = "Петрова", utcnow()
        session.get(Enrolment, held.enrolment_id).withdrawn_at = utcnow()
    assert replace(database, settings, held.id, chief).snapshot["recipient"] == "Петрова Мария Петровна"


def test_one_that_was_issued_early_is_corrected_without_being_completed(
    database, issue, earned, chief, settings, print_it
):
    early = issue(earned(completed=False), by=chief, reason="Протокол № 4 от 20 ноября")
    assert replace(database, settings, early.id, chief).replaces_id == early.id
    unprinted = issue(earned())
    assert replace(database, settings, unprinted.id, chief).replaces_id == unprinted.id


def test_issuing_again_after_a_replacement_finds_the_original(database, held, chief, settings, issue):
    replace(database, settings, held.id, chief)
    assert issue(held.enrolment_id).id == held.id


def test_others_are_told_there_is_no_such_certificate(database, held, settings):
    with database.unit_of_work() as session:
        person = a_person(session)
        instructor = a_role(session, a_person(session), Role.INSTRUCTOR, held.offering_id)
        author = a_role(session, a_person(session), Role.CONTENT_DEVELOPER)
    for nobody in (Actor(person.id), instructor, author):
        with pytest.raises(NotFound):
            revoke(database, held.id, nobody)
        with pytest.raises(NotFound):
            replace(database, settings, held.id, nobody)


def test_a_name_that_cannot_be_printed_replaces_nothing(database, held, chief, settings):
    with database.unit_of_work() as session:
        session.get(Person, held.person_id).family_name = "山田"
    with pytest.raises(Invalid, match="name_cannot_be_printed"):
        replace(database, settings, held.id, chief)
    with database.reading() as session:
        assert state_of(session.get(Certificate, held.id)) is State.VALID


def test_the_chain_of_deeds_stays_whole(database, held, chief, settings):
    new = replace(database, settings, held.id, chief)
    revoke(database, new.id, chief)
    with database.reading() as session:
        assert audit.broken_links(session) == []
        actions = [
            entry.action for entry in session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.id))
        ]
        assert actions == ["certificate.replace", "certificate.issue", "certificate.revoke"]
