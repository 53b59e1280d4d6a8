"""What anybody may learn from a code, and what nobody does."""

import dataclasses
from datetime import UTC, date, datetime

import pytest

from courses import certificates
from courses.certificates import Verification
from courses.clock import utcnow


@pytest.fixture
def held(issue, earned, print_it):
    """A printed certificate of Иванова Мария Петровна."""
    made = issue(
        earned(family_name="Иванова", given_name="Мария", patronymic="Петровна"),
        now=datetime(2026, 12, 31, 21, 30, tzinfo=UTC),
    )
    print_it(made.id)
    return made


def verify(database, entry, **more):
    with database.reading() as session:
        return certificates.verify(session, entry, **more)


def test_a_valid_one_is_told_with_what_is_printed(database, held):
    found = verify(database, held.code.lower().replace("-", " "))
    assert (found.status, found.number, found.code) == ("valid", held.number, held.code)
    assert (found.issued, found.issued_on) == ("1 января 2027\u00a0года", date(2027, 1, 1))
    assert len(found.file_sha256) == 64


def test_of_the_name_only_family_name_and_initials_are_told(database, held):
    found = verify(database, held.code, full_name="Иванова Мария Петровна")
    assert found.recipient == "Иванова\u00a0М.\u00a0П."
    assert found.name_matches is True
    told = str(dataclasses.astuple(found))
    assert "Мария" not in told
    assert "Петровна" not in told


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("иванова мария петровна", True),
        ("  Иванова  Мария   Петровна ", True),
        ("Иванова Марина Петровна", False),
        ("Иванова М. П.", False),
        ("Мария", False),
        ("", False),
    ],
)
def test_the_full_name_is_compared_and_not_shown(database, held, name, matches):
    assert verify(database, held.code, full_name=name).name_matches is matches


def test_before_it_is_printed_it_says_so(database, issue, earned):
    assert verify(database, issue(earned()).code).status == "not_printed_yet"


def test_a_revoked_one_says_why_and_since_when(database, held, chief):
    with database.unit_of_work() as session:
        certificates.revoke(session, held.id, reason="Выдан по ошибке", by=chief, now=utcnow())
    found = verify(database, held.code)
    assert (found.status, found.reason) == ("revoked", "Выдан по ошибке")
    assert found.ended_at is not None


def test_a_replaced_one_leads_to_the_new(database, held, chief, settings):
    with database.unit_of_work() as session:
        new = certificates.replace(
            session, held.id, reason="Изменилась фамилия", settings=settings, by=chief, now=utcnow()
        )
    found = verify(database, held.code)
    assert (found.status, found.replacement_code) == ("replaced", new.code)


@pytest.mark.parametrize(
    "entry", ["0000-0000-0000-0000", "", "x", "2026-СТ-00001", "\x00", "🎓" * 16, "-" * 400]
)
def test_everything_else_is_not_found_in_the_same_words(database, held, entry):
    assert verify(database, entry, full_name="Иванова Мария Петровна") == Verification()


def test_one_query_answers(database, held, count_queries):
    with database.reading() as session, count_queries() as sent:
        certificates.verify(session, held.code)
    assert len([line for line in sent if line.startswith("SELECT")]) == 1


def test_the_answer_holds_no_ids(database, held):
    assert not {field.name for field in dataclasses.fields(Verification)} & {
        "id",
        "person_id",
        "enrolment_id",
    }
