"""Letters: once per occasion, composed alike every time, in the person's language, with safe headers."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from courses import certificates, learning, notifications, people
from courses.clock import utcnow
from courses.notifications.composing import FOLDER, one_line
from courses.notifications.folder import keep_in_folder, paragraphs_of
from courses.notifications.models import Letter
from courses.people import Purpose, Role
from courses.people.models import Person
from courses.people.tokens import issue
from courses.quizzes import RegradePolicy
from courses.settings import Settings
from tests.courses.people.steps import NOW, link, register
from tests.courses.quizzes.seat import a_seat
from tests.courses.quizzes.test_marking import a_marker, essay_seat, handed_in, mark
from tests.courses.quizzes.test_regrading import attempt, commit, propose, undo
from tests.factories import a_person, a_role, an_actor, an_enrolment, an_offering

SETTINGS = Settings.from_env(
    {
        "KAFEDRA_SECRET_KEY": "a secret key for tests",
        "KAFEDRA_PUBLIC_URL": "https://kafedra.example",
        "KAFEDRA_MAIL_FROM": "Кафедра <no-reply@kafedra.example>",
    }
)


def composed(session, letter_id, settings=SETTINGS):
    """The message as a mail server would read it."""
    session.flush()
    message = notifications.compose(session, letter_id, settings)
    return message_from_bytes(message.as_bytes(policy=policy.SMTP), policy=policy.default)


def body(message):
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_a_letter_is_written_once_per_occasion(session):
    person = a_person(session)
    first = notifications.write_letter(session, person.id, "known", "known:1", {}, now=NOW)
    assert first is not None
    assert notifications.write_letter(session, person.id, "known", "known:1", {}, now=NOW) is None
    assert notifications.write_letter(session, person.id, "known", "known:2", {}, now=NOW) is not None


def test_told_twice_is_the_same_letter(session):
    register(session)
    person = session.scalars(select(Person).where(Person.email == "maria@school.example")).one()
    first = notifications.tell_registered(session, person.id, now=NOW)
    assert notifications.tell_registered(session, person.id, now=NOW + timedelta(minutes=1)) == first


def test_the_confirming_letter_carries_the_link_and_its_row_does_not(session):
    register(session)
    person = session.scalars(select(Person).where(Person.email == "maria@school.example")).one()
    letter_id = notifications.tell_registered(session, person.id, now=NOW)
    message = composed(session, letter_id)
    text = link(session, Purpose.CONFIRM)
    assert f"https://kafedra.example/confirm/{text}\n" in body(message)
    assert text.split(".")[1] not in str(session.get(Letter, letter_id).context)
    assert message["To"] == "Иванова Мария Петровна <maria@school.example>"
    assert message["Subject"] == "Подтвердите адрес почты"
    assert message["From"] == "Кафедра <no-reply@kafedra.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Здравствуйте, Мария Петровна!" in body(message)
    assert f'href="https://kafedra.example/confirm/{text}"' in message.get_body(("html",)).get_content()


def test_the_same_letter_is_the_same_message_to_the_byte(session):
    person = a_person(session)
    letter_id = notifications.tell_password_changed(session, person.id, now=NOW)
    session.flush()
    once, twice = (bytes(notifications.compose(session, letter_id, SETTINGS)) for _ in range(2))
    assert once == twice


def test_two_letters_have_two_message_ids_of_the_senders_domain(session):
    person = a_person(session)
    ids = {
        composed(session, letter_id)["Message-ID"]
        for letter_id in (
            notifications.tell_password_changed(session, person.id, now=NOW),
            notifications.tell_known_address(session, person.id, now=NOW),
        )
    }
    assert len(ids) == 2
    assert all(one.endswith("@kafedra.example>") for one in ids)


def test_a_person_is_written_to_in_their_language_and_zone(session):
    person = a_person(session, language="en", time_zone="Asia/Vladivostok")
    message = composed(session, notifications.tell_password_changed(session, person.id, now=NOW))
    assert message["Subject"] == "Your password was changed"
    assert message["Content-Language"] == "en"
    assert "12 October 2026, 19:00" in body(message)


def test_a_reset_letter_leads_to_the_page_that_sets_a_password(session):
    person = a_person(session, password_hash="x")
    issue(session, person.id, Purpose.RESET, now=NOW)
    message = composed(session, notifications.tell_reset_asked(session, person.id, now=NOW))
    assert f"https://kafedra.example/reset/{link(session, Purpose.RESET)}\n" in body(message)


def test_nothing_is_written_when_no_link_is_open_any_more(session):
    person = a_person(session)
    assert notifications.tell_reset_asked(session, person.id, now=NOW) is None
    assert notifications.tell_registered(session, person.id, now=NOW) is None


def test_each_new_password_is_one_notice(session):
    person = a_person(session, password_hash="first")
    one = notifications.tell_password_changed(session, person.id, now=NOW)
    assert notifications.tell_password_changed(session, person.id, now=NOW + timedelta(hours=1)) == one
    person.password_hash = "second"
    assert notifications.tell_password_changed(session, person.id, now=NOW) != one


def test_a_known_address_is_told_once_a_day_and_not_when_switched_off(session):
    person = a_person(session)
    one = notifications.tell_known_address(session, person.id, now=NOW)
    assert notifications.tell_known_address(session, person.id, now=NOW + timedelta(hours=5)) == one
    assert notifications.tell_known_address(session, person.id, now=NOW + timedelta(days=1)) != one
    person.disabled_at = NOW
    assert notifications.tell_known_address(session, person.id, now=NOW + timedelta(days=2)) is None


def test_an_enrolment_is_welcomed_with_title_hours_and_beginning(session):
    offering = an_offering(session, starts_at=NOW, time_zone="Asia/Omsk")
    enrolment = an_enrolment(session, offering=offering)
    session.flush()
    message = composed(session, notifications.tell_enrolled(session, enrolment.id, now=NOW))
    assert message["Subject"] == "Вы записаны: Сетевое взаимодействие педагога"
    assert "(36\u00a0часов)" in body(message)
    assert f"https://kafedra.example/study/{enrolment.id}\n" in body(message)
    assert "Начало: 12 октября 2026 г., 15:00." in body(message).replace("\u00a0", " ")


def test_who_comes_back_is_welcomed_again(session):
    enrolment = an_enrolment(session)
    session.flush()
    first = notifications.tell_enrolled(session, enrolment.id, now=NOW)
    by = an_actor(session.get_one(Person, enrolment.person_id))
    learning.withdraw(session, enrolment.id, by=by, now=utcnow())
    learning.enrol(session, enrolment.offering_id, by=by, now=utcnow() + timedelta(minutes=5))
    assert notifications.tell_enrolled(session, enrolment.id, now=NOW) != first


def test_who_waited_for_a_mark_is_told_and_told_again_only_of_another_mark(session):
    seat = essay_seat(session)
    attempt_id = handed_in(seat)
    assert notifications.tell_marked(session, attempt_id, now=NOW) is None
    marker = a_marker(session, seat)
    mark(seat, marker, 0.5)
    first = notifications.tell_marked(session, attempt_id, now=NOW)
    message = composed(session, first)
    assert "проверена" in message["Subject"]
    assert f"https://kafedra.example/study/attempts/{attempt_id}/result\n" in body(message)
    mark(seat, marker, 0.5, "То же, но со словами.")
    assert notifications.tell_marked(session, attempt_id, now=NOW) == first
    mark(seat, marker, 1)
    assert notifications.tell_marked(session, attempt_id, now=NOW) != first
    session.get_one(learning.Enrolment, seat.enrolment_id).withdrawn_at = utcnow()
    session.flush()
    assert notifications.tell_marked(session, attempt_id, now=NOW) is None


def test_whose_grade_a_correction_changed_learns_it_once_with_the_reason(session):
    seat = a_seat(session, short=True)
    attempt_id = attempt(seat, "мелок")
    author = a_role(session, a_person(session), Role.CONTENT_DEVELOPER)
    regrade_id = propose(seat, author, RegradePolicy.NEW_KEY, tell=True)
    commit(seat, author, regrade_id)
    first = notifications.tell_regraded(session, attempt_id, regrade_id, now=NOW)
    message = composed(session, first)
    assert "изменилась" in message["Subject"]
    assert "В ключе не было слова «мелок»." in body(message)
    assert f"https://kafedra.example/study/attempts/{attempt_id}/result\n" in body(message)
    assert notifications.tell_regraded(session, attempt_id, regrade_id, now=NOW) == first
    undo(seat, author, regrade_id)
    assert notifications.tell_regraded(session, attempt_id, regrade_id, now=NOW) is None


def test_one_who_withdrew_at_once_is_not_welcomed(session):
    enrolment = an_enrolment(session)
    enrolment.withdrawn_at = utcnow()
    session.flush()
    assert notifications.tell_enrolled(session, enrolment.id, now=NOW) is None


@pytest.fixture
def certificate(session):
    """An issued certificate."""
    enrolment = an_enrolment(session, completed_at=utcnow())
    session.flush()
    issued = certificates.issue(session, enrolment.id, settings=SETTINGS, by=people.SYSTEM, now=utcnow())
    certificates.attach_pdf(session, issued.id, "0" * 64, now=utcnow())
    return issued


def test_a_certificate_is_announced_with_its_number_and_the_page_to_check_it(session, certificate):
    message = composed(session, notifications.tell_certificate_issued(session, certificate.id, now=NOW))
    assert f"Поздравляем: вы завершили программу «{message['Subject'].split(': ')[1]}»" in body(message)
    assert f"№ {certificate.number} выдан" in body(message)
    assert f"https://kafedra.example/verify/{certificate.code}\n" in body(message)
    assert "https://kafedra.example/study/certificates\n" in body(message)


def test_a_certificate_that_is_already_revoked_is_not_announced(session, certificate):
    certificates.revoke(session, certificate.id, reason="Ошибка в часах", by=people.SYSTEM, now=utcnow())
    assert notifications.tell_certificate_issued(session, certificate.id, now=NOW) is None


def test_a_revoked_certificate_is_announced_with_the_reason(session, certificate):
    certificates.revoke(session, certificate.id, reason="Ошибка в часах", by=people.SYSTEM, now=utcnow())
    message = composed(session, notifications.tell_certificate_revoked(session, certificate.id, now=NOW))
    assert "аннулирован" in body(message)
    assert "Причина: Ошибка в часах" in body(message)


def test_a_replaced_certificate_names_the_new_one_and_the_new_one_the_old(session, certificate):
    new = certificates.replace(
        session, certificate.id, reason="Ошибка в имени", settings=SETTINGS, by=people.SYSTEM, now=utcnow()
    )
    certificates.attach_pdf(session, new.id, "1" * 64, now=utcnow())
    old_letter = notifications.tell_certificate_revoked(session, certificate.id, now=NOW)
    new_letter = notifications.tell_certificate_issued(session, new.id, now=NOW)
    assert f"заменён новым, № {new.number}" in body(composed(session, old_letter))
    text = body(composed(session, new_letter))
    assert f"Вместо сертификата № {certificate.number}" in text
    assert "Поздравляем" not in text


@pytest.mark.parametrize("template", sorted({path.name.split(".")[0] for path in FOLDER.glob("*.txt")}))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_template_has_both_languages_a_subject_and_no_blank_holes(session, template, language):
    person = a_person(session, language=language)
    token = issue(session, person.id, Purpose.RESET if template == "reset" else Purpose.CONFIRM, now=NOW)
    context = {
        "title": "Сетевое взаимодействие педагога",
        "hours": "36 часов",
        "starts_at": "",
        "number": "2026-СТ-00001",
        "code": "ABCD-1234",
        "reason": "Ошибка в фамилии",
        "replacement": "",
        "replaces": "",
    }
    if template in ("confirm", "reset"):
        context["token_id"] = token.id
    letter = notifications.write_letter(session, person.id, template, "trial", context, now=NOW)
    message = composed(session, letter.id)
    text = body(message)
    assert 5 < len(message["Subject"]) < 90
    assert text.startswith(("Здравствуйте, ", "Hello, "))
    assert "\n\n\n" not in text
    assert "https://kafedra.example/" in text
    assert "{" not in text


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_no_value_can_start_a_header_of_its_own(session, sign):
    person = a_person(session, family_name=f"Иванова{sign}Bcc: all@school.example", given_name="Мария")
    context = {"title": f"Курс{sign}Bcc: all@school.example", "hours": "", "starts_at": ""}
    letter = notifications.write_letter(session, person.id, "enrolled", "trial", context, now=NOW)
    message = composed(session, letter.id)
    assert message["Bcc"] is None
    assert len(message.get_all("Subject")) == 1
    assert message["To"].addresses[0].addr_spec == person.email


@given(st.text(max_size=200))
def test_a_header_line_is_one_line(text):
    assert one_line(text).splitlines() in ([], [one_line(text)])


def test_markup_in_a_title_stays_text_in_the_html_part(session):
    person = a_person(session)
    context = {"title": "<script>alert(1)</script>", "hours": "", "starts_at": ""}
    letter = notifications.write_letter(session, person.id, "enrolled", "trial", context, now=NOW)
    assert "<script>" not in composed(session, letter.id).get_body(("html",)).get_content()


def test_one_sender_at_a_time_holds_a_letter(session):
    letter = notifications.write_letter(session, a_person(session).id, "known", "1", {}, now=NOW)
    assert notifications.take(session, letter.id, now=NOW)
    assert not notifications.take(session, letter.id, now=NOW + timedelta(seconds=30))
    assert notifications.take(session, letter.id, now=NOW + timedelta(seconds=40))


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(seconds=1), timedelta(seconds=10)),
        (timedelta(minutes=10), timedelta(minutes=5)),
        (timedelta(hours=9), timedelta(minutes=15)),
    ],
)
def test_a_letter_that_could_not_be_sent_rests_the_longer_the_older_it_is(session, age, pause):
    letter = notifications.write_letter(session, a_person(session).id, "known", "1", {}, now=NOW)
    now = NOW + age
    assert notifications.take(session, letter.id, now=now)
    notifications.give_back(session, letter.id, now=now)
    assert not notifications.take(session, letter.id, now=now + pause - timedelta(seconds=1))
    assert notifications.take(session, letter.id, now=now + pause)


def test_a_settled_letter_is_not_taken_and_not_owed(session):
    person = a_person(session)
    sent, refused, waiting = (
        notifications.write_letter(session, person.id, "known", str(number), {}, now=NOW).id
        for number in range(3)
    )
    notifications.mark_sent(session, sent, now=NOW)
    notifications.mark_refused(session, refused, "smtp:550")
    session.flush()
    later = NOW + timedelta(minutes=1)
    assert list(notifications.owed(session, now=later)) == [waiting]
    assert not notifications.take(session, sent, now=later)
    assert not notifications.take(session, refused, now=later)
    assert notifications.take(session, waiting, now=later)
    session.flush()
    assert list(notifications.owed(session, now=later)) == []
    assert list(notifications.owed(session, now=NOW + timedelta(days=4))) == []


def test_a_folder_keeps_letters_and_gives_them_back_newest_first(session, tmp_path: Path):
    person = a_person(session)
    for occasion in ("1", "2"):
        letter = notifications.write_letter(session, person.id, "known", occasion, {}, now=NOW)
        session.flush()
        message = notifications.compose(session, letter.id, SETTINGS)
        for _ in range(2):
            keep_in_folder(tmp_path / "mail", f"letter-{letter.id:09d}", message)
    found = notifications.read_folder(tmp_path / "mail")
    assert len(found) == 2
    assert found[0].subject == "Вы уже зарегистрированы"
    assert person.email in found[0].to
    assert found[0].written_at == NOW
    links = [piece.text for block in found[0].paragraphs for line in block for piece in line if piece.link]
    assert links == ["https://kafedra.example/sign-in", "https://kafedra.example/forgotten"]
    assert list((tmp_path / "mail").glob(".*")) == []


def test_a_long_name_is_read_back_without_gaps(session, tmp_path: Path):
    person = a_person(session, family_name="Соколова", given_name="Елена", patronymic="Викторовна")
    letter = notifications.write_letter(session, person.id, "known", "1", {}, now=NOW)
    session.flush()
    keep_in_folder(tmp_path, "letter", notifications.compose(session, letter.id, SETTINGS))
    (found,) = notifications.read_folder(tmp_path)
    assert found.to == f"Соколова Елена Викторовна <{person.email}>"


def test_no_folder_is_no_letters(tmp_path: Path):
    assert notifications.read_folder(tmp_path / "none") == []


@given(st.text(max_size=300))
def test_no_text_is_lost_in_paragraphs(text):
    blocks = paragraphs_of(text)
    joined = "".join(piece.text for block in blocks for line in block for piece in line)
    assert joined.split() == text.split() or "".join(joined.split()) == "".join(text.split())


def test_a_long_name_and_title_still_make_a_valid_letter(session):
    person = a_person(session, family_name="Ж" * 100, given_name="Щ" * 100, patronymic="Ы" * 100)
    context = {"title": "Ю" * 200, "hours": "", "starts_at": ""}
    letter = notifications.write_letter(session, person.id, "enrolled", "trial", context, now=NOW)
    session.flush()
    raw = notifications.compose(session, letter.id, replace(SETTINGS, organisation="x")).as_bytes(
        policy=policy.SMTP
    )
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert "Ю" * 200 in composed(session, letter.id)["Subject"]


def test_the_people_module_knows_the_purposes_of_links():
    assert {one.value for one in people.Purpose} == {"confirm", "reset"}
