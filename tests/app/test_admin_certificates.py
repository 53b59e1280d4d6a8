"""One certificate through the administrator's browser: seen, revoked, replaced."""

import pytest
from sqlalchemy import select

from courses.audit import AuditEntry
from courses.certificates import Certificate
from courses.people import Person, Role
from tests.factories import a_person, a_role

REASON = "Ошибка в фамилии слушателя"


@pytest.fixture
def held(make_group, issued, run_worker):
    """A printed certificate: its group and its id."""
    group = make_group("seminar", completed=2)
    made = issued(group.enrolments[0])
    run_worker()
    return group, made


def rows(database):
    with database.reading() as session:
        return list(session.scalars(select(Certificate).order_by(Certificate.id)))


def deeds(database):
    with database.reading() as session:
        return [
            (row.action, row.subject_id)
            for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        ]


def test_everything_printed_is_shown(office, held, database):
    _, made = held
    [row] = rows(database)
    page = office.get(f"/admin/certificates/{made}").text
    for text in (row.number, row.snapshot["recipient"], row.snapshot["course_title"], row.code, row.file_key):
        assert text in page
    assert "Действителен" in page
    assert f'href="/verify/{row.code}"' in page
    file = office.get(f"/admin/certificates/{made}.pdf")
    assert file.data.startswith(b"%PDF-")
    assert "filename*=UTF-8''" in file.headers["Content-Disposition"]


def test_revoking_is_asked_for_a_reason_and_told_in_the_journal(office, held, database):
    _, made = held
    path = f"/admin/certificates/{made}"
    assert "станет недействительным" in office.get(f"{path}/revoke").text
    for reason in ("", "мало", "\0" * 30, "я" * 501, " " * 40):
        assert office.post(f"{path}/revoke", data={"reason": reason}).status_code == 422
    assert rows(database)[0].revoked_at is None
    answer = office.post(f"{path}/revoke", data={"reason": REASON})
    assert (answer.status_code, answer.location) == (303, path)
    page = office.get(path).text
    assert "Аннулирован" in page
    assert REASON in page
    assert deeds(database) == [("certificate.revoke", made)]
    again = office.post(f"{path}/revoke", data={"reason": REASON})
    assert again.status_code == 422
    assert "уже аннулирован" in again.text


def test_replacing_prints_the_present_name_under_a_new_number(office, held, database):
    group, made = held
    with database.unit_of_work() as session:
        session.get_one(Person, group.people[0]).family_name = "Новофамильева"
    path = f"/admin/certificates/{made}"
    asked = office.get(f"{path}/replace").text
    assert "Новофамильева" in asked
    answer = office.post(f"{path}/replace", data={"reason": REASON})
    old, new = rows(database)
    assert (answer.status_code, answer.location) == (303, f"/admin/certificates/{new.id}")
    assert new.number != old.number
    assert "Новофамильева" in office.get(answer.location).text
    assert f'href="/admin/certificates/{new.id}"' in office.get(path).text
    assert deeds(database) == [("certificate.replace", old.id), ("certificate.issue", new.id)]
    again = office.post(f"{path}/replace", data={"reason": REASON})
    assert again.status_code == 422
    assert "уже заменён" in again.text


def test_a_name_that_cannot_be_printed_is_explained(office, held, database):
    group, made = held
    with database.unit_of_work() as session:
        session.get_one(Person, group.people[0]).family_name = "王"
    answer = office.post(f"/admin/certificates/{made}/replace", data={"reason": REASON})
    assert answer.status_code == 422
    assert "в имени есть знак, которого нет в шрифтах: 王" in answer.text


@pytest.mark.parametrize("role", [None, Role.INSTRUCTOR, Role.CONTENT_DEVELOPER, Role.EXPERT])
def test_to_everybody_else_certificates_are_not_there(browser, held, database, role):
    _, made = held
    with database.unit_of_work() as session:
        person = a_person(session)
        if role:
            a_role(session, person, role)
        person_id = person.id
    client = browser(person_id)
    for page in ("", ".pdf", "/revoke", "/replace"):
        assert client.get(f"/admin/certificates/{made}{page}").status_code == 404
    for deed in ("revoke", "replace"):
        assert client.post(f"/admin/certificates/{made}/{deed}", data={"reason": REASON}).status_code == 404
    assert deeds(database) == []


def test_the_group_s_own_instructor_and_learner_get_no_further(browser, client, held, database):
    group, made = held
    for person_id in (group.instructor, group.people[0]):
        assert browser(person_id).get(f"/admin/certificates/{made}").status_code == 404
    assert client.get(f"/admin/certificates/{made}").status_code == 303
    assert client.post(f"/admin/certificates/{made}/revoke", data={"reason": REASON}).status_code == 303
    assert rows(database)[0].revoked_at is None


@pytest.mark.parametrize("number", ["0", "999999", "2147483648", "9223372036854775808", "9" * 40, "-1", "x"])
def test_certificates_that_are_not_there_are_not_found(office, number):
    for page in ("", ".pdf", "/revoke", "/replace"):
        assert office.get(f"/admin/certificates/{number}{page}").status_code == 404


def test_the_page_costs_the_same_after_many_deeds(office, held, database, count_queries):
    _, made = held

    def cost(certificate_id):
        with count_queries() as counted:
            assert office.get(f"/admin/certificates/{certificate_id}").status_code == 200
        return len(counted)

    cost(made)
    fresh = cost(made)
    office.post(f"/admin/certificates/{made}/revoke", data={"reason": REASON})
    office.post(f"/admin/certificates/{made}/replace", data={"reason": REASON})
    assert cost(made) <= fresh + 1  # the names of those who did it
    assert fresh <= 6
