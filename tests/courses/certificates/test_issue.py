"""Issuing: one certificate per enrolment, everything printed fixed at once, nothing changed afterwards."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, text, update

from courses import audit, catalogue, certificates, people
from courses.catalogue import Offering
from courses.certificates import Certificate
from courses.certificates.models import Series
from courses.clock import utcnow
from courses.errors import Conflict, Forbidden, Invalid, NotFound
from courses.learning import Enrolment
from courses.outbox import OutboxMessage
from courses.people import SYSTEM, Actor, Role
from courses.people.models import Person
from courses.texts import texts
from tests.factories import a_course, a_person, a_role, an_enrolment, an_offering

SPRING = datetime(2026, 4, 5, 9, tzinfo=UTC)
SUMMER = datetime(2026, 6, 1, 9, tzinfo=UTC)


def facts(database, name):
    with database.reading() as session:
        query = select(OutboxMessage.payload).where(OutboxMessage.name == name).order_by(OutboxMessage.id)
        return list(session.scalars(query))


def test_a_completed_enrolment_gets_one_numbered_certificate(issue, earned, database):
    enrolment_id = earned(family_name="Иванова", given_name="Мария", patronymic="Петровна")
    first = issue(enrolment_id, now=SPRING)
    again = issue(enrolment_id, now=SPRING)
    assert (first.id, first.number) == (again.id, "2026-СТ-00001")
    assert facts(database, "CertificateNumbered") == [{"certificate_id": first.id}]


def test_everything_printed_is_fixed_as_text(issue, earned, settings):
    enrolment_id = earned(family_name="Ёлкин", given_name="Фёдор", patronymic="Ильич", course={"hours": 21})
    made = issue(enrolment_id, now=SPRING)
    said = made.snapshot
    assert said["recipient"] == "Ёлкин Фёдор Ильич"
    assert said["volume"].startswith("в объёме 21\u00a0академическ")
    assert said["issued"] == "5 апреля 2026\u00a0года"
    assert said["text"] == "за участие в дистанционном курсе"
    assert said["course_title"] == "Сетевое взаимодействие педагога"
    assert said["note"] == "Не является документом о квалификации"
    assert said["verify_url"] == f"http://localhost/verify/{made.code}"
    assert said["organisation"]["name"] == settings.organisation
    assert (said["design"], said["format"], said["number"], said["code"]) == (
        "classic",
        1,
        made.number,
        made.code,
    )
    assert "\u202f" not in str(said)


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [("course", "СТ"), ("seminar", "СМ"), ("master_class", "МК"), ("workshop", "ПМ")],
)
def test_each_kind_counts_in_its_own_series(issue, earned, kind, prefix):
    numbers = [issue(earned(kind=kind), now=SPRING).number for _ in range(2)]
    assert numbers == [f"2026-{prefix}-00001", f"2026-{prefix}-00002"]


def test_the_year_is_the_organisation_s_and_starts_a_new_series(issue, earned):
    last_minute = datetime(2026, 12, 31, 20, 59, tzinfo=UTC)
    new_year_in_moscow = datetime(2026, 12, 31, 21, 0, tzinfo=UTC)
    assert issue(earned(), now=last_minute).number == "2026-СТ-00001"
    assert issue(earned(), now=new_year_in_moscow).number == "2027-СТ-00001"


def test_dates_of_an_offering_are_printed(database, issue, earned, session):
    version = a_course(session, "seminar")
    dates = {
        "starts_at": datetime(2026, 4, 5, 7, tzinfo=UTC),
        "ends_at": datetime(2026, 5, 6, 10, tzinfo=UTC),
    }
    enrolment = an_enrolment(session, offering=an_offering(session, version, **dates), completed_at=SPRING)
    session.commit()
    assert issue(enrolment.id, now=SUMMER).snapshot["period"] == "с 5 апреля по 6 мая 2026\u00a0года"


@pytest.mark.parametrize(
    ("first", "printed"), [(5, "с 5 по 20 апреля 2026\u00a0года"), (20, "20 апреля 2026\u00a0года"), (21, "")]
)
def test_no_day_is_attested_that_has_not_come(issue, session, first, printed):
    dates = {
        "starts_at": datetime(2026, 4, first, 7, tzinfo=UTC),
        "ends_at": datetime(2026, 5, 6, 10, tzinfo=UTC),
    }
    offering = an_offering(session, a_course(session, "seminar"), **dates)
    enrolment = an_enrolment(session, offering=offering, completed_at=SPRING)
    session.commit()
    now = datetime(2026, 4, 20, 9, tzinfo=UTC)
    assert issue(enrolment.id, now=now).snapshot["period"] == printed


@pytest.mark.parametrize(
    ("first", "last", "russian", "english"),
    [
        ((2026, 11, 3, 9), (2026, 11, 3, 20), "3 ноября 2026 года", "3 November 2026"),
        ((2026, 11, 1, 9), (2026, 11, 30, 9), "с 1 по 30 ноября 2026 года", "from 1 to 30 November 2026"),
        (
            (2026, 10, 28, 9),
            (2026, 11, 3, 9),
            "с 28 октября по 3 ноября 2026 года",
            "from 28 October to 3 November 2026",
        ),
        (
            (2026, 12, 28, 9),
            (2027, 1, 3, 9),
            "с 28 декабря 2026 года по 3 января 2027 года",
            "from 28 December 2026 to 3 January 2027",
        ),
        ((2026, 11, 2, 9), (2026, 11, 5, 9), "со 2 по 5 ноября 2026 года", "from 2 to 5 November 2026"),
        ((2026, 11, 22, 9), (2026, 11, 25, 9), "с 22 по 25 ноября 2026 года", "from 22 to 25 November 2026"),
        # midnight in Moscow parts the days, not midnight in Greenwich
        ((2026, 12, 31, 20), (2026, 12, 31, 22), "с 31 декабря 2026 года по 1 января 2027 года", None),
        ((2026, 11, 30, 21), (2026, 12, 1, 20), "1 декабря 2026 года", "1 December 2026"),
    ],
)
def test_a_period_is_said_in_words_and_as_short_as_is_clear(first, last, russian, english):
    starts, ends = datetime(*first, tzinfo=UTC), datetime(*last, tzinfo=UTC)
    said = texts("ru").period_in_words(starts, ends, "Europe/Moscow")
    assert said.replace("\u00a0", " ") == russian
    assert "\u202f" not in said
    if english:
        assert in_english(texts("en").period_in_words(starts, ends, "Europe/Moscow")) == english


def in_english(said: str) -> str:
    """The English catalogue gives the two little words; the dates are English without it."""
    return re.sub("^со? ", "from ", said).replace(" по ", " to ").replace("\u00a0", " ")


def test_new_dates_of_an_offering_change_nothing_printed(database, issue, session):
    offering = an_offering(
        session,
        a_course(session, "seminar"),
        starts_at=datetime(2026, 4, 5, 7, tzinfo=UTC),
        ends_at=datetime(2026, 4, 5, 10, tzinfo=UTC),
    )
    enrolment = an_enrolment(session, offering=offering, completed_at=SPRING)
    session.commit()
    made = issue(enrolment.id)
    with database.unit_of_work() as work:
        work.get(Offering, offering.id).ends_at = datetime(2026, 4, 9, 10, tzinfo=UTC)
    with database.reading() as work:
        assert work.get(Certificate, made.id).snapshot["period"] == "5 апреля 2026\u00a0года"


def test_an_author_s_wording_does_not_repeat_the_title(issue, earned):
    title = "Цифровые инструменты без суеты: выбрать, проверить, встроить в урок"
    text_ = "за участие в семинаре «Цифровые инструменты без суеты» объёмом 4 академических часа"
    chosen = {"certificate": {"title": "Сертификат докладчика", "text": text_}}
    said = issue(earned(kind="seminar", course={"title": title, "description": chosen})).snapshot
    assert (said["document_title"], said["text"], said["extra"], said["course_title"]) == (
        "Сертификат докладчика",
        "за участие в семинаре",
        "",
        title,
    )


@pytest.mark.parametrize(
    ("text_", "label"),
    [
        ("за доклад на семинаре", "Настоящим сертификатом отмечается"),
        ("принимала участие в семинаре", "Настоящий сертификат подтверждает, что"),
    ],
)
def test_the_name_stands_in_a_sentence_that_fits_the_wording(issue, earned, text_, label):
    said = issue(earned(course={"description": {"certificate": {"text": text_}}})).snapshot
    assert (said["given_to_label"], said["text"]) == (label, text_)


@pytest.mark.parametrize(
    "chosen",
    [
        {"title": "Удостоверение"},
        {"text": "за курсы повышения квалификации"},
        {"text": "прошла Профессиональную ПЕРЕПОДГОТОВКУ"},
        {"text": "за обучение по программе\nповышения профессиональной квалификации"},
        {"text": "за работу по теме «Сетевое взаимодействие педагога», подтверждённую дипломом"},
        {"title": "Диплом участника"},
    ],
)
def test_words_of_qualification_are_refused(issue, earned, chosen, database):
    with pytest.raises(Invalid) as refused:
        issue(earned(course={"description": {"certificate": chosen}}))
    assert refused.value.code == "forbidden_words"
    with database.reading() as session:
        assert session.scalars(select(Series)).all() == []


def test_a_name_the_fonts_lack_is_refused_and_takes_no_number(issue, earned):
    with pytest.raises(Invalid) as refused:
        issue(earned(family_name="山田", given_name="太郎", patronymic=""))
    assert refused.value.code == "name_cannot_be_printed"
    assert set(refused.value.details["glyphs"].split()) == set("山田太郎")
    assert issue(earned()).series_number == 1


def test_what_is_not_completed_is_not_issued(issue, earned):
    with pytest.raises(Conflict, match="not_completed"):
        issue(earned(completed=False))


def test_by_hand_an_early_one_needs_a_reason_and_is_audited(issue, earned, chief, database):
    enrolment_id = earned(completed=False)
    with pytest.raises(Conflict, match="not_completed"):
        issue(enrolment_id, by=chief)
    with pytest.raises(Invalid) as refused:
        issue(enrolment_id, by=chief, reason="так  надо")
    assert refused.value.details == {"reason": "too_short"}
    made = issue(enrolment_id, by=chief, reason="Протокол № 4 от 20 ноября")
    assert issue(enrolment_id).id == made.id
    with database.reading() as session:
        [entry] = audit.entries_about(session, "certificate", made.id)
        assert (entry.actor_id, entry.action, entry.details["reason"]) == (
            chief.id,
            "certificate.issue",
            "Протокол № 4 от 20 ноября",
        )


def test_only_who_may_issue_issues(issue, earned, database):
    enrolment_id = earned()
    with database.unit_of_work() as session:
        instructor = a_role(session, a_person(session), Role.INSTRUCTOR)
    for nobody in (instructor, Actor(2)):
        with pytest.raises(Forbidden):
            issue(enrolment_id, by=nobody)
    with pytest.raises(NotFound):
        issue(999_999)


def test_the_code_is_long_random_and_reads_well(issue, earned):
    codes = {issue(earned()).code for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code.replace("-", "")) == 16 and not set(code) & set("ILOU") for code in codes)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "2026-СТ-99999"},
        {"code": "0000-0000-0000-0000"},
        {"series_number": 7},
        {"series_id": 2},
        {"snapshot": {"recipient": "Другой"}},
        {"person_id": 1},
        {"enrolment_id": 2},
        {"issued_at": SPRING},
        {"search_key": "другой"},
        {"original_of": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_issued_never_changes(issue, earned, database, change):
    made = issue(earned())
    [(name, value)] = change.items()
    with pytest.raises(Conflict, match="certificate_is_final"), database.unit_of_work() as session:
        setattr(session.get(Certificate, made.id), name, value)


def test_no_certificate_is_deleted_and_none_is_changed_by_statement(issue, earned, database):
    made = issue(earned())
    with pytest.raises(Conflict), database.unit_of_work() as session:
        session.delete(session.get(Certificate, made.id))
    for statement in (delete(Certificate), update(Certificate).values(number="x")):
        with pytest.raises(Conflict), database.unit_of_work() as session:
            session.execute(statement)


def test_a_file_a_revocation_and_a_replacement_are_written_once(issue, earned, print_it, database):
    made = issue(earned())
    print_it(made.id)
    with pytest.raises(Conflict), database.unit_of_work() as session:
        session.get(Certificate, made.id).file_key = "0" * 64


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("revoked_at", None),
        ("revocation_reason", "переписанная причина"),
        ("file_key", "0" * 64),
        ("printed_at", None),
        ("revoked_by_id", None),
    ],
)
def test_not_even_what_was_not_looked_at_is_written_twice(issue, earned, print_it, database, name, value):
    made = issue(earned())
    print_it(made.id)
    with database.unit_of_work() as session:
        certificates.revoke(session, made.id, reason="Выдан по ошибке", by=people.SYSTEM, now=SPRING)

    def rewrite():
        with database.unit_of_work() as session:
            one = session.get(Certificate, made.id)
            session.expire(one)
            setattr(one, name, value)

    with pytest.raises(Conflict):
        rewrite()


def test_the_numbering_row_is_all_that_moves(issue, earned, database):
    for _ in range(3):
        issue(earned(), now=SPRING)
    with database.reading() as session:
        assert session.execute(text("SELECT prefix, year, last_number FROM series")).all() == [
            ("СТ", 2026, 3)
        ]


@pytest.mark.parametrize(
    "change", [{"prefix": "ЖЖ"}, {"year": 1999}, {"last_number": 0}, {"last_number": 77}]
)
def test_a_series_only_counts(issue, earned, database, change):
    made = issue(earned())
    [(name, value)] = change.items()
    with pytest.raises(Conflict, match="series_is_final"), database.unit_of_work() as session:
        setattr(session.get(Series, made.series_id), name, value)
    with pytest.raises(Conflict, match="series_is_final"), database.unit_of_work() as session:
        session.execute(update(Series).values(change))
    assert issue(earned()).series_number == 2


def test_a_series_is_not_deleted(issue, earned, database):
    made = issue(earned())
    with pytest.raises(Conflict, match="series_is_final"), database.unit_of_work() as session:
        session.delete(session.get(Series, made.series_id))
    with pytest.raises(Conflict, match="series_is_final"), database.unit_of_work() as session:
        session.execute(delete(Series))


def test_issuing_needs_few_statements(earned, database, settings, count_queries, issue):
    issue(earned())  # makes the series
    enrolment_id = earned()
    with database.unit_of_work() as session:
        outline_of(session, enrolment_id)  # a published version is read once per process
        with count_queries() as sent:
            certificates.issue(session, enrolment_id, settings=settings, by=SYSTEM, now=utcnow())
    assert len(sent) <= 6


def outline_of(session, enrolment_id):
    offering = session.get(Offering, session.get(Enrolment, enrolment_id).offering_id)
    return catalogue.version_outline(session, offering.course_version_id)


def test_a_rename_after_issue_changes_nothing_printed(issue, earned, database):
    made = issue(earned(family_name="Иванова"))
    with database.unit_of_work() as session:
        session.get(Person, made.person_id).family_name = "Петрова"
    with database.reading() as session:
        assert session.get(Certificate, made.id).snapshot["recipient"].startswith("Иванова")


def test_an_issuer_whose_name_cannot_be_printed_spends_no_number(issue, earned, database, settings):
    strange = replace(settings, organisation="Школа «Ἀθηνᾶ» 名")
    with pytest.raises(Invalid, match="issuer_cannot_be_printed"):
        issue(earned(), settings=strange)
    with database.reading() as session:
        assert session.scalars(select(Series)).all() == []
