"""People and roles through the browser of an administrator."""

import pytest
from sqlalchemy import select

from courses import people
from courses.clock import utcnow
from courses.people import Role
from courses.people.models import Person, RoleGrant
from tests.factories import a_person, a_role, an_offering


@pytest.fixture
def chief(database):
    """An administrator's id."""
    with database.unit_of_work() as session:
        return a_role(session, a_person(session, family_name="Соколова"), Role.ADMINISTRATOR).id


@pytest.fixture
def teacher(database):
    """Somebody without roles."""
    with database.unit_of_work() as session:
        return a_person(session, family_name="Ёлкин", given_name="Фёдор", email="fedor@school.example").id


@pytest.fixture
def office(client, sign_in, chief):
    """The administrator's browser."""
    sign_in(client, chief)
    return client


def roles_of(database, person_id):
    with database.reading() as session:
        rows = session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id))
        return {(row.role, row.offering_id) for row in rows}


def test_people_are_found_and_shown(office, teacher):
    page = office.get("/admin/people?q=елкин").text
    assert f'href="/admin/people/{teacher}"' in page
    assert "fedor@school.example" in page
    assert "Никого не нашли" in office.get("/admin/people?q=нетаких").text


@pytest.mark.parametrize("query", ["q=%00", "page=-5", "page=x", "q=" + "я" * 500, "q=%", "page=99999999"])
def test_strange_questions_get_a_page(office, query):
    assert office.get(f"/admin/people?{query}").status_code == 200


def test_a_role_is_given_and_withdrawn(office, teacher, database):
    answer = office.post(f"/admin/people/{teacher}/roles", data={"role": "content_developer"})
    assert (answer.status_code, answer.location) == (303, f"/admin/people/{teacher}")
    assert roles_of(database, teacher) == {(Role.CONTENT_DEVELOPER, None)}
    page = office.get(f"/admin/people/{teacher}").text
    assert "Автор курсов" in page
    assert "Дана роль" in page
    path = page.split(f'action="/admin/people/{teacher}/roles/')[1].split('"')[0]
    assert office.post(f"/admin/people/{teacher}/roles/{path}").status_code == 303
    assert roles_of(database, teacher) == set()


def test_a_role_on_a_group_needs_a_group_that_exists(office, teacher, database):
    with database.unit_of_work() as session:
        offering_id = an_offering(session).id
    data = {"role": "instructor", "offering_id": str(offering_id + 1)}
    answer = office.post(f"/admin/people/{teacher}/roles", data=data)
    assert answer.status_code == 422
    assert "Группы с таким номером нет" in answer.text
    office.post(f"/admin/people/{teacher}/roles", data=data | {"offering_id": str(offering_id)})
    assert roles_of(database, teacher) == {(Role.INSTRUCTOR, offering_id)}
    assert "Сетевое взаимодействие педагога" in office.get(f"/admin/people/{teacher}").text


@pytest.mark.parametrize(
    "data",
    [{"role": "learner"}, {"role": "king"}, {}, {"role": "expert", "offering_id": "-1"},
     {"role": "expert", "offering_id": "9" * 30}, {"role": "administrator", "offering_id": "1"}],
)  # fmt: skip
def test_a_wrong_wish_gives_no_role(office, teacher, database, data):
    assert office.post(f"/admin/people/{teacher}/roles", data=data).status_code == 422
    assert roles_of(database, teacher) == set()


def test_the_last_administrator_stays(office, chief, database):
    with database.reading() as session:
        grant = session.scalars(select(RoleGrant.id).where(RoleGrant.person_id == chief)).one()
    answer = office.post(f"/admin/people/{chief}/roles/{grant}/withdraw")
    assert answer.status_code == 409
    assert "последний администратор" in answer.text
    answer = office.post(f"/admin/people/{chief}/disable")
    assert answer.status_code == 409
    assert "Себя отключить нельзя" in answer.text


def test_an_account_is_switched_off_and_on(app, office, teacher, sign_in, database):
    phone = app.test_client()
    sign_in(phone, teacher)
    assert phone.get("/account").status_code == 200
    office.post(f"/admin/people/{teacher}/disable")
    assert phone.get("/account").status_code == 303
    assert "Учётная запись отключена" in office.get(f"/admin/people/{teacher}").text
    office.post(f"/admin/people/{teacher}/enable")
    with database.reading() as session:
        assert session.get_one(Person, teacher).disabled_at is None


@pytest.mark.parametrize("role", [None, Role.INSTRUCTOR, Role.CONTENT_DEVELOPER, Role.EXPERT])
def test_nobody_else_sees_or_changes_people(client, sign_in, teacher, database, role):
    if role:
        with database.unit_of_work() as session:
            a_role(session, session.get_one(Person, teacher), role)
    sign_in(client, teacher)
    for path in ("/admin/people", f"/admin/people/{teacher}"):
        assert client.get(path).status_code in (403, 404)
    for path in ("roles", "roles/1/withdraw", "disable", "enable"):
        answer = client.post(f"/admin/people/{teacher}/{path}", data={"role": "administrator"})
        assert answer.status_code in (403, 404)
    assert (Role.ADMINISTRATOR, None) not in roles_of(database, teacher)


def test_the_system_and_strangers_are_not_found(office):
    for person_id in (1, 999_999):
        assert office.get(f"/admin/people/{person_id}").status_code == 404


def test_the_list_costs_the_same_for_few_and_many(office, database, count_queries):
    def cost():
        with count_queries() as counted:
            assert office.get("/admin/people").status_code == 200
        return len(counted)

    few = cost()
    with database.unit_of_work() as session:
        for _ in range(40):
            a_role(session, a_person(session), Role.EXPERT)
    assert cost() == few <= 4


def test_the_page_of_a_person_costs_the_same_with_many_roles(office, teacher, database, count_queries):
    def cost():
        with count_queries() as counted:
            assert office.get(f"/admin/people/{teacher}").status_code == 200
        return len(counted)

    office.post(f"/admin/people/{teacher}/roles", data={"role": "expert"})
    few = cost()
    with database.unit_of_work() as session:
        for _ in range(10):
            offering = an_offering(session)
            people.grant_role(
                session, teacher, Role.EXPERT, offering_id=offering.id, by=people.SYSTEM, now=utcnow()
            )
    assert cost() == few
