"""Roles, finding people, switching accounts off; and what people change about themselves."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from courses import audit, people
from courses.errors import Conflict, Forbidden, Invalid, NotFound
from courses.people import SYSTEM, SYSTEM_ID, Actor, Profile, Role
from courses.people.models import RoleGrant
from tests.courses.people.steps import NOW
from tests.factories import a_person, a_role, an_actor, an_offering

TERMS = {"now": NOW}


@pytest.fixture
def chief(session):
    return a_role(session, a_person(session, family_name="Соколова"), Role.ADMINISTRATOR)


def deeds(session, person):
    return [(entry.action, entry.actor_id) for entry in audit.entries_about(session, "person", person.id)]


def test_a_role_is_given_once_and_written_down(session, chief):
    person = a_person(session)
    for _ in range(2):
        people.grant_role(session, person.id, Role.CONTENT_DEVELOPER, by=chief, now=NOW)
    card = people.person_card(session, person.id, by=chief)
    assert [(held.role, held.offering_id) for held in card.roles] == [(Role.CONTENT_DEVELOPER, None)]
    assert deeds(session, person) == [("role.grant", chief.id)]


def test_a_role_on_an_offering_stands_beside_one_on_the_site(session, chief):
    person, one, other = a_person(session), an_offering(session).id, an_offering(session).id
    for offering_id in (None, one, other, one):
        people.grant_role(session, person.id, Role.INSTRUCTOR, offering_id=offering_id, by=chief, now=NOW)
    held = people.person_card(session, person.id, by=chief).roles
    assert [grant.offering_id for grant in held] == [None, one, other]


def test_nobody_leads_an_offering_before_there_is_one(session, chief):
    person, next_one = a_person(session), an_offering(session).id + 1
    for offering_id in (next_one, 0, -1, 2**40):
        with pytest.raises(NotFound, match="offering"):
            people.grant_role(session, person.id, Role.EXPERT, offering_id=offering_id, by=chief, now=NOW)
    assert people.person_card(session, person.id, by=chief).roles == ()
    assert deeds(session, person) == []


def test_the_database_too_knows_which_offerings_there_are(session, chief):
    person, next_one = a_person(session), an_offering(session).id + 1
    with pytest.raises(IntegrityError):
        a_role(session, person, Role.EXPERT, next_one)


def test_only_instructors_and_experts_are_named_for_one_offering(session, chief):
    with pytest.raises(Invalid):
        people.grant_role(session, a_person(session).id, Role.ADMINISTRATOR, offering_id=7, by=chief, now=NOW)


def test_everybody_is_a_learner_already(session, chief):
    with pytest.raises(Invalid):
        people.grant_role(session, a_person(session).id, Role.LEARNER, by=chief, now=NOW)


@pytest.mark.parametrize("role", [None, Role.INSTRUCTOR, Role.CONTENT_DEVELOPER, Role.EXPERT])
def test_nobody_but_an_administrator_touches_people(session, role):
    person = a_person(session)
    by = a_role(session, person, role) if role else an_actor(person)
    for deed in (
        lambda: people.grant_role(session, person.id, Role.ADMINISTRATOR, by=by, now=NOW),
        lambda: people.withdraw_role(session, person.id, 1, by=by, now=NOW),
        lambda: people.disable_person(session, person.id, by=by, now=NOW),
        lambda: people.enable_person(session, person.id, by=by, now=NOW),
        lambda: people.find_people(session, "", by=by),
        lambda: people.person_card(session, person.id, by=by),
    ):
        with pytest.raises(Forbidden):
            deed()


def test_a_role_is_withdrawn_and_written_down(session, chief):
    person = a_person(session)
    a_role(session, person, Role.EXPERT)
    grant = session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).one()
    people.withdraw_role(session, person.id, grant.id, by=chief, now=NOW)
    assert people.person_card(session, person.id, by=chief).roles == ()
    assert deeds(session, person) == [("role.withdraw", chief.id)]


def test_a_role_is_withdrawn_only_from_who_holds_it(session, chief):
    grant = session.scalars(select(RoleGrant).where(RoleGrant.person_id == chief.id)).one()
    with pytest.raises(NotFound):
        people.withdraw_role(session, a_person(session).id, grant.id, by=chief, now=NOW)


def test_the_last_administrator_stays(session, chief):
    grant = session.scalars(select(RoleGrant).where(RoleGrant.person_id == chief.id)).one()
    with pytest.raises(Conflict, match="last_administrator"):
        people.withdraw_role(session, chief.id, grant.id, by=chief, now=NOW)
    with pytest.raises(Conflict, match="last_administrator"):
        people.disable_person(session, chief.id, by=SYSTEM, now=NOW)


def test_a_disabled_administrator_does_not_count(session, chief):
    second = a_role(session, a_person(session), Role.ADMINISTRATOR)
    people.disable_person(session, second.id, by=chief, now=NOW)
    grant = session.scalars(select(RoleGrant).where(RoleGrant.person_id == chief.id)).one()
    with pytest.raises(Conflict):
        people.withdraw_role(session, chief.id, grant.id, by=chief, now=NOW)


def test_two_administrators_cannot_remove_each_other_at_once(database):
    with database.unit_of_work() as session:
        pair = [a_role(session, a_person(session), Role.ADMINISTRATOR) for _ in range(2)]
        grants = [
            session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == one.id)).one() for one in pair
        ]
    start = threading.Barrier(2)
    refused = []

    def remove(who):
        start.wait()
        try:
            with database.unit_of_work() as session:
                people.withdraw_role(session, pair[1 - who].id, grants[1 - who], by=pair[who], now=NOW)
        except Conflict as refusal:
            refused.append(refusal.code)

    threads = [threading.Thread(target=remove, args=(who,)) for who in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_administrator"]


def test_a_disabled_person_is_signed_out_and_comes_back_when_enabled(session, chief):
    person = a_person(session)
    secret = people.open_session(session, person.id, device="", now=NOW)
    people.disable_person(session, person.id, by=chief, now=NOW)
    assert people.signed_in(session, secret, now=NOW) is None
    people.enable_person(session, person.id, by=chief, now=NOW)
    session.flush()
    assert people.signed_in(session, secret, now=NOW) is None
    fresh = people.open_session(session, person.id, device="", now=NOW)
    assert people.signed_in(session, fresh, now=NOW)
    assert [action for action, _ in deeds(session, person)] == ["person.enable", "person.disable"]


def test_nobody_switches_themselves_off(session, chief):
    with pytest.raises(Conflict, match="oneself"):
        people.disable_person(session, chief.id, by=chief, now=NOW)


def test_the_system_is_not_a_person_to_be_managed(session, chief):
    for deed in (people.disable_person, people.enable_person):
        with pytest.raises(NotFound):
            deed(session, SYSTEM_ID, by=chief, now=NOW)
    assert SYSTEM_ID not in [row.id for row in people.find_people(session, "", by=chief).rows]


@pytest.mark.parametrize("asked", ["ёлкин", "ЕЛКИН", "Елк федо", "FEDOR@", "фёдор ёлк", "елкин school"])
def test_people_are_found_by_parts_whatever_the_case_and_the_dots(session, chief, asked):
    sought = a_person(
        session, family_name="Ёлкин", given_name="Фёдор", patronymic="", email="Fedor@School.example"
    )
    a_person(session, family_name="Петров", given_name="Пётр", patronymic="", email="petr@school.example")
    assert [row.id for row in people.find_people(session, asked, by=chief).rows] == [sought.id]


@pytest.mark.parametrize("asked", ["%", "_", "\\", "' or 1=1 --"])
def test_signs_of_the_query_language_are_plain_text(session, chief, asked):
    a_person(session)
    assert people.find_people(session, asked, by=chief).rows == ()


def test_the_list_has_pages_and_two_queries(session, chief, count_queries):
    for number in range(65):
        person = a_person(session, family_name=f"Иванов{'а' * (number % 3)}", email=f"p{number}@x.example")
        if number % 5 == 0:
            a_role(session, person, Role.EXPERT)
    session.flush()
    seen = []
    for number in (1, 2, 3):
        with count_queries() as counted:
            page = people.find_people(session, "иванов", page=number, by=chief)
        assert len(counted) == 2
        seen += [row.id for row in page.rows]
        assert page.more == (number < 3)
    assert len(seen) == len(set(seen)) == 65


def test_a_person_renames_themselves_and_it_is_written_down_without_the_name(session):
    person = a_person(session, family_name="Иванова", given_name="Мария", patronymic="")
    wish = Profile(" петрова ", "Мария", "Ивановна", "en", "Asia/Omsk")
    people.change_profile(session, wish, by=Actor(person.id), now=NOW)
    session.flush()
    assert (person.full_name, person.search_key) == ("Петрова Мария Ивановна", "петрова мария ивановна")
    assert (person.language, person.time_zone) == ("en", "Asia/Omsk")
    entry = audit.entries_about(session, "person", person.id)[0]
    assert (entry.action, entry.details) == ("person.rename", {})


def test_the_same_name_saved_again_is_no_deed(session):
    person = a_person(session, family_name="Иванова", given_name="Мария", patronymic="")
    people.change_profile(
        session, Profile("Иванова", "Мария", "", "ru", "Europe/Moscow"), by=Actor(person.id), now=NOW
    )
    assert deeds(session, person) == []


def test_a_profile_with_wrong_values_is_refused_whole(session):
    person = a_person(session)
    with pytest.raises(Invalid) as refusal:
        people.change_profile(
            session, Profile("", "Mария", "", "fr", "Mars/Base"), by=Actor(person.id), now=NOW
        )
    assert refusal.value.details == {
        "family_name": "required",
        "given_name": "look_alike",
        "language": "unknown",
        "time_zone": "unknown",
    }


def test_the_system_is_made_once(session):
    for _ in range(2):
        people.ensure_system(session, now=NOW + timedelta(days=1))
    assert people.get(session, SYSTEM_ID).password_hash is None
    assert a_person(session).id > SYSTEM_ID
