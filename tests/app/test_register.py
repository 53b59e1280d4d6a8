"""The register and the record of deeds through the administrator's browser."""

import ast
import csv
import io
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select, text

from app.admin.audit import DEEDS, LINKS_CHECKED
from app.extensions import db
from courses import audit
from courses.certificates import Certificate
from courses.clock import utcnow
from courses.people import Person

COURSES = Path(__file__).resolve().parents[2] / "courses"
STRANGE = [
    "q=%00&prefix=%00&state=%00",
    "q=%25_%5C&year=-5&page=0",
    "q=" + "я" * 5000,
    "year=99999999999999999999&offering=9223372036854775808&page=99999999999999999999",
    "year=%D9%A3&offering=x&state=x",
    "q=%E2%80%AE%F0%9F%90%88&offering=-1",
]
STRANGE_DEEDS = [
    "before=0&action=%00&person=%00",
    "before=-1&action=нет",
    "before=99999999999999999999&person=99999999999999999999",
    "before=x&person=424242",
]


@pytest.fixture
def group(make_group, issued, run_worker):
    """Three certificates: two are printed, the third is not."""
    made = make_group("seminar", completed=3)
    for one in made.enrolments[:2]:
        issued(one)
    run_worker()
    issued(made.enrolments[2])
    return made


def certificates(database):
    with database.reading() as session:
        return list(session.scalars(select(Certificate).order_by(Certificate.id)))


def found(office, database, query):
    """The places of the certificates that a question finds."""
    page = office.get(f"/admin/register?{query}").text
    return [place for place, row in enumerate(certificates(database)) if f">{row.number}</a>" in page]


def test_the_register_is_narrowed_by_every_condition(office, group, database):
    rows = certificates(database)
    office.post(f"/admin/certificates/{rows[0].id}/revoke", data={"reason": "Выдан по ошибке учебной части"})
    year = rows[0].number.split("-")[0]
    assert found(office, database, "") == [0, 1, 2]
    assert found(office, database, f"year={year}&prefix=СМ&offering={group.id}") == [0, 1, 2]
    assert found(office, database, "state=revoked") == [0]
    assert found(office, database, "state=valid") == [1]
    assert found(office, database, "state=not_printed_yet") == [2]
    assert found(office, database, f"q={rows[2].number.lower()}") == [2]
    for nothing in (f"year={int(year) + 1}", "prefix=СТ", f"offering={group.id + 1}", "q=нетаких"):
        assert found(office, database, nothing) == []
        assert "Ничего не нашли" in office.get(f"/admin/register?{nothing}").text


def test_names_are_found_whatever_the_case_and_the_letter_yo(office, make_group, issued, database):
    made = make_group(learners=1, completed=1)
    with database.unit_of_work() as session:
        session.get_one(Person, made.people[0]).family_name = "Ёжикова-Щёлок"
    issued(made.enrolments[0])
    for asked in ("ежикова", "ЁЖИКОВА", "Щелок ежик", "сетевое ёжик"):
        assert found(office, database, f"q={asked}") == [0]


def test_what_was_chosen_stands_above_and_can_be_taken_away(office, group):
    page = office.get(f"/admin/register?q=ё&state=valid&offering={group.id}").text
    assert page.count('class="chip"') == 3
    assert "группа № " in page
    assert f'href="/admin/register?q=%D1%91&amp;offering={group.id}"' in page


def test_the_file_holds_what_the_page_shows(office, group, database):
    answer = office.get(f"/admin/register.csv?offering={group.id}&state=valid")
    assert answer.mimetype == "text/csv"
    assert quote("Реестр ") in answer.headers["Content-Disposition"].split("filename*=UTF-8''")[1]
    assert answer.headers["Content-Disposition"].isascii()
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"))
    assert [line[0] for line in lines[1:]] == [row.number for row in certificates(database)[:2]]
    assert lines[1][2] == certificates(database)[0].snapshot["recipient"]
    whole = office.get("/admin/register.csv").get_data(as_text=True)
    assert whole.count("\r\n") == 4
    assert office.get("/admin/register.csv?q=нетаких").get_data(as_text=True).count("\r\n") == 1


def test_sending_the_file_gives_the_connection_back(office, group, app):
    for buffered in (True, False):
        with office.get("/admin/register.csv", buffered=buffered) as answer:
            assert answer.status_code == 200
        with app.app_context():
            assert db.engine.pool.checkedout() == 0


@pytest.mark.parametrize("query", STRANGE)
def test_strange_questions_get_a_page_and_a_file(office, group, query):
    assert office.get(f"/admin/register?{query}").status_code == 200
    file = office.get(f"/admin/register.csv?{query}", buffered=True)
    assert file.status_code == 200
    assert file.text.startswith("\ufeffНомер;")


@pytest.mark.parametrize("path", ["/admin/register", "/admin/register.csv", "/admin/audit"])
def test_only_administrators_see_the_register_and_the_deeds(office, browser, client, group, path):
    assert office.get(path, buffered=True).status_code == 200
    assert browser(group.instructor).get(path).status_code == 403
    assert browser(group.people[0]).get(path).status_code == 404
    assert client.get(path).status_code == 303


def test_the_register_costs_the_same_for_few_and_many(office, make_group, issued, database, count_queries):
    made = make_group(learners=3, completed=3)
    for one in made.enrolments:
        issued(one)

    def cost():
        with count_queries() as counted:
            assert office.get("/admin/register").status_code == 200
        return len(counted)

    cost()
    few = cost()
    for one in make_group(learners=60, completed=60).enrolments:
        issued(one)
    assert cost() == few <= 5
    assert 'aria-current="page">2<' in office.get("/admin/register?page=2").text
    assert office.get("/admin/register?page=3000").status_code == 200


# ---- deeds


def test_deeds_are_told_in_words(office, group, administrator, database):
    office.post(f"/admin/offerings/{group.id}/learners/{group.enrolments[0]}/attendance")
    row = certificates(database)[0]
    office.post(f"/admin/certificates/{row.id}/revoke", data={"reason": "Выдан по ошибке учебной части"})
    office.post(
        f"/admin/people/{group.people[0]}/roles", data={"role": "instructor", "offering_id": str(group.id)}
    )
    page = office.get("/admin/audit").text
    for said in ("Отмечено присутствие", "Сертификат аннулирован", f"№ {row.number}. Выдан по ошибке",
                 "Преподаватель. группа № ", "Соколова", f'href="/admin/certificates/{row.id}"'):  # fmt: skip
        assert said in page
    assert "цепочка цела" in page
    only = office.get(f"/admin/audit?action=certificate.revoke&person={administrator}").text
    assert "<td>Сертификат аннулирован</td>" in only
    assert "<td>Отмечено присутствие</td>" not in only
    assert only.count('class="chip"') == 2
    assert "Таких записей нет" in office.get("/admin/audit?person=1&action=role.grant").text


def test_every_deed_that_is_recorded_has_words():
    recorded = set()
    for path in COURSES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"
            if called and isinstance(node.args[1], ast.Constant):
                recorded.add(node.args[1].value)
    assert recorded
    assert recorded <= set(DEEDS)


def test_a_touched_record_is_named_and_a_long_one_is_read_in_bounded_work(office, database, count_queries):
    def write(count):
        with database.unit_of_work() as session:
            for _ in range(count):
                audit.record(session, "offering.close", "offering", 1, by=1, now=utcnow(), reason="over")

    def look():
        with count_queries() as counted:
            page = office.get("/admin/audit").text
        return page, len(counted)

    write(3)
    page, few = look()
    assert "цепочка цела" in page
    assert "закрыт сам: срок прошёл" in page
    write(LINKS_CHECKED + 50)
    page, many = look()
    assert "цепочка цела" in page
    assert many == few <= 6
    assert office.get("/admin/audit?before=50").text.count("<td>Набор закрыт</td>") == 49
    with tampered(database, "UPDATE audit_entry SET subject_id = 7 WHERE id IN (2, 400)",
                  "DELETE FROM audit_entry WHERE id = 300"):  # fmt: skip
        page = look()[0]
        assert "Журнал изменяли в обход программы" in page
        assert "у записей: 400, 301." in page
        with database.reading() as session:
            assert list(audit.broken_links(session)) == [2, 301, 400]


@contextmanager
def tampered(database, *statements):
    """The record changed behind its guards' back; afterwards they are there again."""
    with database.unit_of_work() as session:
        audit.lift_protection(session)
        for statement in statements:
            session.execute(text(statement))
    try:
        yield
    finally:
        if database.engine.dialect.name == "postgresql":
            with database.unit_of_work() as session:
                for trigger in audit.PROTECTION["postgresql"][1:]:
                    session.execute(text(trigger))


@pytest.mark.parametrize("query", STRANGE_DEEDS)
def test_strange_questions_about_deeds_get_a_page(office, query):
    assert office.get(f"/admin/audit?{query}").status_code == 200
