"""Groups through the browser of those who look after them."""

import pytest
from sqlalchemy import func, select

from courses import catalogue
from courses.certificates import Certificate
from courses.clock import utcnow
from courses.learning import Attendance, Enrolment
from courses.people import Person
from tests.factories import a_course, a_person, an_enrolment, an_offering

PAGES = ("", "/certificates", "/certificates/progress")


def present(database):
    with database.reading() as session:
        return set(session.scalars(select(Attendance.enrolment_id)))


def numbers(database):
    with database.reading() as session:
        return list(session.scalars(select(Certificate.number).order_by(Certificate.id)))


# ---- who sees what


def test_an_administrator_sees_every_group(office, make_group):
    for group in (make_group("course"), make_group("seminar")):
        assert f'href="/admin/offerings/{group.id}"' in office.get("/admin/offerings").text
        for page in PAGES:
            assert office.get(f"/admin/offerings/{group.id}{page}").status_code == 200


def test_an_instructor_sees_the_groups_they_teach_and_no_others(browser, make_group):
    mine, other = make_group("seminar"), make_group("course")
    client = browser(mine.instructor)
    listed = client.get("/admin/offerings").text
    assert f'href="/admin/offerings/{mine.id}"' in listed
    assert f'href="/admin/offerings/{other.id}"' not in listed
    page = client.get(f"/admin/offerings/{mine.id}")
    assert page.status_code == 200
    assert "Выпустить сертификаты группе" not in page.text
    assert "Назначить преподавателя" not in page.text
    for path in PAGES:
        assert client.get(f"/admin/offerings/{other.id}{path}").status_code == 404
    assert client.get(f"/admin/offerings/{mine.id}/certificates").status_code == 403
    answer = client.post(f"/admin/offerings/{other.id}/attendance", data={"enrolment": other.enrolments[0]})
    assert answer.status_code == 404


def test_an_instructor_neither_issues_nor_sees_the_register(browser, make_group, database):
    group = make_group(completed=1)
    client = browser(group.instructor)
    path = f"/admin/offerings/{group.id}"
    one = f"{path}/learners/{group.enrolments[0]}/certificate"
    assert client.get(one).status_code == 403
    assert client.post(one, data={"reason": "потому что так решили"}).status_code == 403
    assert client.post(f"{path}/certificates", data={"fingerprint": "x"}).status_code == 403
    assert client.get("/admin/register").status_code == 403
    assert numbers(database) == []


def test_to_a_learner_and_a_stranger_the_door_is_not_there(browser, client, make_group):
    group = make_group()
    learner = browser(group.people[0])
    for path in ("/admin/offerings", *(f"/admin/offerings/{group.id}{page}" for page in PAGES)):
        assert learner.get(path).status_code == 404
        assert client.get(path).status_code == 303
    assert learner.post(f"/admin/offerings/{group.id}/attendance").status_code == 404


def test_the_instructors_of_a_group_are_named(office, make_group):
    page = office.get(f"/admin/offerings/{make_group().id}").text
    assert "Преподавателева" in page
    assert "Кто ведёт группу" in page


# ---- finding


def test_groups_are_found_by_words_kind_state_and_number(office, database):
    with database.unit_of_work() as session:
        titles = {"Ёлка и физика": "елк физик", "Чтение вслух": "чтен вслух"}
        ids = {
            title: an_offering(
                session,
                a_course(session, kind, title=title, search_words=catalogue.search_words(title, "", "")),
            ).id
            for title, kind in zip(titles, ("seminar", "course"), strict=True)
        }
    physics, reading = (f'href="/admin/offerings/{ids[title]}"' for title in titles)

    def found(query):
        page = office.get(f"/admin/offerings?{query}").text
        return (physics in page, reading in page)

    assert found("q=елка") == found("q=физику") == found("kind=seminar") == (True, False)
    assert found(f"q={ids['Чтение вслух']}") == found(f"q=№ {ids['Чтение вслух']}") == (False, True)
    assert found("state=open") == found("kind=ерунда") == found("") == (True, True)
    assert found("state=closed") == found("q=нетаких") == found("q=%25%25") == (False, False)
    assert "Таких групп нет" in office.get("/admin/offerings?state=closed").text
    assert 'class="chip"' in office.get("/admin/offerings?q=физика&state=open").text


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%27%3B--", "q=%5C%25_", "q=99999999999999999999999", "q=" + "я" * 5000, "page=-1", "page=x",
     "page=99999999999999999999", "kind=%00", "state=%F0%9F%90%88", "q=%E2%80%AE"],
)  # fmt: skip
def test_strange_questions_get_a_page(office, make_group, query):
    group = make_group()
    assert office.get(f"/admin/offerings?{query}").status_code == 200
    assert office.get(f"/admin/offerings/{group.id}?{query}").status_code == 200


@pytest.mark.parametrize("number", ["0", "999999", "2147483648", "9223372036854775808", "9" * 40, "x"])
def test_groups_that_are_not_there_are_not_found(office, make_group, number):
    group = make_group()
    for page in PAGES:
        assert office.get(f"/admin/offerings/{number}{page}").status_code == 404
    assert office.get(f"/admin/offerings/{group.id}/learners/{number}/certificate").status_code == 404
    assert office.post(f"/admin/offerings/{group.id}/learners/{number}/attendance").status_code == 404


# ---- presence


def test_presence_is_marked_once_and_completes_nothing_twice(browser, make_group, database):
    group = make_group("seminar")
    client = browser(group.instructor)
    one, two, three = group.enrolments
    path = f"/admin/offerings/{group.id}"
    answer = client.post(f"{path}/learners/{one}/attendance")
    assert (answer.status_code, answer.location) == (303, f"{path}?page=1")
    assert present(database) == {one}
    client.post(f"{path}/attendance?page=1", data={"enrolment": [str(one), str(two), str(three)]})
    assert present(database) == {one, two, three}
    page = client.get(path).text
    assert "Присутствие отмечено у 2 слушателей." in page
    assert "Отметить выбранных" not in page
    client.post(f"{path}/learners/{one}/attendance")
    assert "уже было отмечено" in client.get(path).text


def test_marking_nobody_says_what_to_do(office, make_group, database):
    group = make_group("seminar")
    answer = office.post(f"/admin/offerings/{group.id}/attendance")
    assert answer.status_code == 422
    assert "Отметьте галочками" in answer.text
    assert present(database) == set()


@pytest.mark.parametrize("value", ["x", "-1", "0", "9" * 30, "\0", "१"])
def test_strange_ticks_mark_nobody(office, make_group, database, value):
    group = make_group("seminar")
    answer = office.post(f"/admin/offerings/{group.id}/attendance", data={"enrolment": value})
    assert answer.status_code in (404, 422)
    assert present(database) == set()


def test_learners_of_another_group_are_marked_neither_alone_nor_among_others(browser, make_group, database):
    mine, other = make_group("seminar"), make_group("seminar")
    client = browser(mine.instructor)
    answer = client.post(f"/admin/offerings/{mine.id}/learners/{other.enrolments[0]}/attendance")
    assert answer.status_code == 404
    ticked = [str(mine.enrolments[0]), str(other.enrolments[0])]
    answer = client.post(f"/admin/offerings/{mine.id}/attendance", data={"enrolment": ticked})
    assert answer.status_code == 404
    assert present(database) == set()


def test_a_course_needs_no_presence(office, make_group):
    assert "Присутствие" not in office.get(f"/admin/offerings/{make_group('course').id}").text


# ---- certificates


def test_each_learner_s_certificate_is_in_one_word(office, make_group, issued, run_worker, database):
    group = make_group(learners=4, completed=3)
    path = f"/admin/offerings/{group.id}"
    first = issued(group.enrolments[0])
    assert "Готовится" in office.get(path).text
    run_worker()
    assert "Готов<" in office.get(path).text
    office.post(f"/admin/certificates/{first}/revoke", data={"reason": "Выдан по ошибке, зачёта не было"})
    assert "Аннулирован" in office.get(path).text
    with database.unit_of_work() as session:
        session.get_one(Person, group.people[1]).family_name = "王"
    assert "Не выпущен: в имени есть знак" in office.get(path).text


def test_a_certificate_is_issued_by_hand_only_for_a_reason(office, make_group, database):
    group = make_group(completed=0)
    path = f"/admin/offerings/{group.id}/learners/{group.enrolments[0]}/certificate"
    assert "не завершена" in office.get(path).text
    for reason in ("", "коротко", "я" * 501, "\0" * 20):
        assert office.post(path, data={"reason": reason}).status_code == 422
    assert numbers(database) == []
    answer = office.post(path, data={"reason": "Протокол № 4 от 20 ноября"})
    assert answer.status_code == 303
    assert len(numbers(database)) == 1
    page = office.get(answer.location).text
    assert "Протокол № 4 от 20 ноября" in page
    assert "уже выпущен" in office.get(path).text


def test_a_batch_is_shown_confirmed_and_watched(office, make_group, database, run_worker):
    group = make_group(learners=4, completed=3)
    path = f"/admin/offerings/{group.id}/certificates"
    page = office.get(path).text
    assert "Получат 3 чел" in page
    assert "Не получит 1 чел" in page
    assert "Выпустить 3 сертификат" in page
    answer = office.post(path, data={"fingerprint": fingerprint(page)})
    assert (answer.status_code, answer.location) == (303, f"{path}/progress")
    assert len(numbers(database)) == 3
    watching = office.get(f"{path}/progress")
    assert watching.headers["Refresh"] == "3"
    assert "Напечатано 0 из 3" in watching.text
    assert "Осталось 3 сертификат" in watching.text
    run_worker()
    done = office.get(f"{path}/progress")
    assert "Refresh" not in done.headers
    assert "Готово: напечатано 3 сертификат" in done.text
    again = office.get(path).text
    assert "Выпускать некому" in again
    assert office.post(path, data={"fingerprint": fingerprint(page)}).status_code == 409


def test_a_list_that_changed_meanwhile_is_told_and_nothing_is_issued(office, make_group, database):
    group = make_group(learners=2, completed=1)
    path = f"/admin/offerings/{group.id}/certificates"
    shown = office.get(path).text
    with database.unit_of_work() as session:
        session.get_one(Enrolment, group.enrolments[1]).completed_at = utcnow()
    answer = office.post(path, data={"fingerprint": fingerprint(shown)})
    assert answer.status_code == 409
    assert "Список изменился" in answer.text
    assert "Получат 2 чел" in answer.text
    assert numbers(database) == []
    assert office.post(path, data={"fingerprint": fingerprint(answer.text)}).status_code == 303
    assert len(numbers(database)) == 2


@pytest.mark.parametrize("mark", ["", "x", "\0", "0" * 64, "я" * 1000])
def test_a_foreign_fingerprint_issues_nothing(office, make_group, database, mark):
    group = make_group(completed=1)
    answer = office.post(f"/admin/offerings/{group.id}/certificates", data={"fingerprint": mark})
    assert answer.status_code == 409
    assert numbers(database) == []


def fingerprint(page):
    return page.split('id="fingerprint" name="fingerprint" type="hidden" value="')[1].split('"')[0]


# ---- cost


def test_pages_cost_the_same_for_few_learners_and_many(office, make_group, database, count_queries, issued):
    group = make_group("seminar", learners=3, completed=2)
    for one in group.enrolments[:2]:
        issued(one)

    def costs():
        found = []
        for path in ("/admin/offerings", *(f"/admin/offerings/{group.id}{page}" for page in PAGES)):
            office.get(path)
            with count_queries() as counted:
                assert office.get(path).status_code == 200
            found.append(len(counted))
        return found

    few = costs()
    with database.unit_of_work() as session:
        offering = session.get_one(catalogue.Offering, group.id)
        late = [
            an_enrolment(session, a_person(session), offering, completed_at=utcnow()).id for _ in range(60)
        ]
        for _ in range(20):
            an_offering(session)
    for one in late[:30]:
        issued(one)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Certificate)) == 32
    assert costs() == few
    assert max(few) <= 13
