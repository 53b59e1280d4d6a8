"""The certificates of a group at once: what was shown is what is issued, in that order, or nothing."""

import pytest
from sqlalchemy import select

from courses import audit, certificates
from courses.catalogue import Offering
from courses.certificates import Certificate
from courses.clock import utcnow
from courses.errors import Conflict, Forbidden, NotFound
from courses.learning.models import ActivityRecord, Attendance, Enrolment
from courses.outbox import OutboxMessage
from courses.people import Role
from courses.people.models import Person
from tests.factories import a_course, a_person, a_role, an_enrolment, an_offering

FAMILIES = ("Яковлева", "Ёлкин", "Абрамов", "Жуков", "Егорова")


@pytest.fixture
def group(database):
    """A seminar: five have completed it, one has not, one was not there, one has a name nobody can print."""
    with database.unit_of_work() as session:
        offering = an_offering(session, a_course(session, "seminar"))
        for family in FAMILIES:
            person = a_person(session, family_name=family, given_name="Лев", patronymic="")
            an_enrolment(session, person, offering, completed_at=utcnow())
        for family in ("Ленивцев", "Пустов"):
            an_enrolment(session, a_person(session, family_name=family), offering)
        an_enrolment(session, a_person(session, family_name="山田"), offering, completed_at=utcnow())
        return offering.id


def preview(database, group, by):
    with database.reading() as session:
        return certificates.preview_batch(session, group, by=by, now=utcnow())


def start(database, settings, group, fingerprint, by):
    with database.unit_of_work() as session:
        return certificates.start_batch(
            session, group, fingerprint=fingerprint, settings=settings, by=by, now=utcnow()
        )


def test_the_lists_say_who_gets_one_and_why_others_do_not(database, group, chief):
    lists = preview(database, group, chief)
    names = [one.full_name for one in lists.will_get]
    assert names == ["Абрамов Лев", "Егорова Лев", "Ёлкин Лев", "Жуков Лев", "Яковлева Лев"]
    left = {one.full_name.split()[0]: one for one in lists.will_not}
    assert left["Ленивцев"].reasons == ("activities_left", "attendance_missing")
    assert (left["山田"].reasons, left["山田"].refusal.code) == ((), "name_cannot_be_printed")


def test_numbers_follow_the_order_that_was_shown(database, settings, group, chief):
    lists = preview(database, group, chief)
    assert start(database, settings, group, lists.fingerprint, chief) == 5
    with database.reading() as session:
        issued = session.scalars(select(Certificate).order_by(Certificate.series_number)).all()
        assert [one.snapshot["recipient"] for one in issued] == [one.full_name for one in lists.will_get]
        assert [one.series_number for one in issued] == [1, 2, 3, 4, 5]
        assert [one.original_of for one in issued] == [one.enrolment_id for one in lists.will_get]
        facts = session.scalars(select(OutboxMessage).where(OutboxMessage.name == "CertificateNumbered"))
        assert len(facts.all()) == 5
        [entry] = audit.entries_about(session, "offering", group)
        assert entry.details["count"] == 5
        assert (entry.details["first"][-5:], entry.details["last"][-5:]) == ("00001", "00005")


def test_a_list_that_changed_issues_nothing(database, settings, group, chief):
    shown = preview(database, group, chief)
    with database.unit_of_work() as session:
        person = session.get(Person, shown.will_get[0].person_id)
        person.given_name = "Лука"
    with pytest.raises(Conflict, match="list_changed"):
        start(database, settings, group, shown.fingerprint, chief)
    with database.reading() as session:
        assert session.scalars(select(Certificate)).all() == []


def test_a_second_press_of_the_button_issues_nothing_more(database, settings, group, chief):
    shown = preview(database, group, chief)
    start(database, settings, group, shown.fingerprint, chief)
    with pytest.raises(Conflict, match="list_changed"):
        start(database, settings, group, shown.fingerprint, chief)
    after = preview(database, group, chief)
    assert after.will_get == ()
    assert start(database, settings, group, after.fingerprint, chief) == 0
    assert sum(one.certificate is not None for one in after.will_not) == 5


def test_what_is_met_but_not_marked_yet_is_said(database, group, chief):
    with database.unit_of_work() as session:
        enrolment = session.scalars(select(Enrolment).where(Enrolment.completed_at.is_(None))).first()
        offering = certificates.offering_card(session, group, by=chief)
        for activity in offering.outline.activities:
            session.add(
                ActivityRecord(
                    enrolment_id=enrolment.id,
                    activity_id=activity.id,
                    progress="Completed",
                    opened_at=utcnow(),
                    completed_at=utcnow(),
                )
            )
        session.add(
            Attendance(enrolment_id=enrolment.id, confirmed_at=utcnow(), confirmed_by_id=chief.id, way="x")
        )
        enrolment_id = enrolment.id
    with database.reading() as session:
        one = certificates.candidate(session, group, enrolment_id, by=chief, now=utcnow())
    assert one.reasons == ("being_completed",)


def test_who_withdrew_is_on_no_list(database, group, chief):
    with database.unit_of_work() as session:
        lazy = session.scalars(select(Enrolment).where(Enrolment.completed_at.is_(None))).all()
        for enrolment in lazy:
            enrolment.withdrawn_at = utcnow()
    assert len(preview(database, group, chief).will_not) == 1


def test_the_lists_cost_the_same_whatever_their_length(database, group, chief, count_queries):
    with database.reading() as session:
        certificates.preview_batch(session, group, by=chief, now=utcnow())
    with database.unit_of_work() as session:
        offering = session.get(Offering, group)
        for _ in range(30):
            an_enrolment(session, a_person(session), offering)
    with database.reading() as session, count_queries() as sent:
        certificates.preview_batch(session, group, by=chief, now=utcnow())
    assert len([line for line in sent if line.startswith("SELECT")]) <= 3


def test_only_those_who_may_issue_see_the_lists(database, settings, group):
    with database.unit_of_work() as session:
        instructor = a_role(session, a_person(session), Role.INSTRUCTOR, group)
        stranger = a_role(session, a_person(session), Role.INSTRUCTOR, an_offering(session).id)
    with pytest.raises(Forbidden):
        preview(database, group, instructor)
    with pytest.raises(NotFound):
        preview(database, group, stranger)
    with pytest.raises(Forbidden):
        start(database, settings, group, "", instructor)
    with pytest.raises(NotFound):
        start(database, settings, group, "", stranger)
