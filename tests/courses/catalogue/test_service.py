"""Publishing, offerings and seats: the rules, the refusals, and the race for the last seat."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from courses import audit, catalogue
from courses.catalogue import Intake, OfferingState, Terms, intake
from courses.catalogue.models import Activity, Course, CourseVersion, Module, Offering
from courses.db import Database
from courses.errors import Conflict, Forbidden, Invalid, NotFound
from courses.outbox import OutboxMessage
from courses.people.rules import SYSTEM, Actor
from courses.questions.models import QuestionVersion
from courses.quizzes.models import Quiz, Slot
from tests.factories import a_course, an_offering

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LEARNER = Actor(77)


def a_draft(session: Session, **over: Any) -> CourseVersion:
    version = a_course(session, published_at=None, **over)
    quiz = session.scalars(
        select(Activity).where(Activity.key == "quiz", Activity.course_version_id == version.id)
    )
    quiz.one().settings = {"questions": 2}
    session.flush()
    return version


# ---- publishing


def test_publishing_freezes_tells_and_is_audited(session: Session) -> None:
    version = catalogue.publish(session, a_draft(session).id, by=SYSTEM, now=NOW)
    assert version.published_at == NOW
    assert [message.name for message in session.scalars(select(OutboxMessage))] == ["CoursePublished"]
    assert audit.entries_about(session, "course_version", version.id)[0].action == "course.publish"


def test_a_version_is_published_once_and_only_by_authors(session: Session) -> None:
    version = a_draft(session)
    with pytest.raises(Forbidden):
        catalogue.publish(session, version.id, by=LEARNER, now=NOW)
    catalogue.publish(session, version.id, by=SYSTEM, now=NOW)
    with pytest.raises(Conflict, match="already_published"):
        catalogue.publish(session, version.id, by=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        catalogue.publish(session, 999_999, by=SYSTEM, now=NOW)


def test_what_a_version_lacks_is_a_list(session: Session) -> None:
    version = a_course(session, published_at=None)  # its quiz does not know of any question
    with pytest.raises(Invalid) as refusal:
        catalogue.publish(session, version.id, by=SYSTEM, now=NOW)
    assert [problem.code for problem in refusal.value.details["problems"]] == ["quiz_empty"]


def changed_title(session: Session, version: CourseVersion) -> None:
    version.title = "Другое название"


def changed_lesson(session: Session, version: CourseVersion) -> None:
    session.scalars(select(Activity).where(Activity.course_version_id == version.id)).first().title = "Другое"  # type: ignore[union-attr]


def one_module_more(session: Session, version: CourseVersion) -> None:
    session.add(Module(course_version_id=version.id, position=9, key="late", title="Поздно"))


def one_lesson_less(session: Session, version: CourseVersion) -> None:
    session.delete(session.scalars(select(Activity).where(Activity.course_version_id == version.id)).first())


def unpublished(session: Session, version: CourseVersion) -> None:
    version.published_at = None


def changed_in_bulk(session: Session, version: CourseVersion) -> None:
    session.execute(update(Activity).values(title="Другое"))


def deleted_in_bulk(session: Session, version: CourseVersion) -> None:
    session.execute(delete(Module))


def another_key(session: Session, version: CourseVersion) -> None:
    session.get_one(Course, version.course_id).key = "another-key"


def inserted_in_bulk(session: Session, version: CourseVersion) -> None:
    session.execute(
        insert(Module), [{"course_version_id": version.id, "position": 9, "key": "x", "title": "x"}]
    )


def lesson_moved_out(session: Session, version: CourseVersion) -> None:
    draft = a_course(session, published_at=None, quiz=False)
    lesson = session.scalars(select(Activity).where(Activity.course_version_id == version.id)).first()
    module = session.scalars(select(Module).where(Module.course_version_id == draft.id)).one()
    lesson.course_version_id, lesson.module_id, lesson.position, lesson.key = draft.id, module.id, 99, "moved"


def easier_quiz(session: Session, _version: CourseVersion) -> None:
    session.scalars(select(Quiz)).one().pass_fraction = 0.1


def heavier_slot(session: Session, _version: CourseVersion) -> None:
    session.scalars(select(Slot)).first().max_mark = 9.0


def another_question(session: Session, _version: CourseVersion) -> None:
    question = session.scalars(select(QuestionVersion)).first()
    question.body = {**question.body, "text": "Другой вопрос"}


def quiz_in_bulk(session: Session, _version: CourseVersion) -> None:
    session.execute(update(Quiz).values(attempts=0))


@pytest.mark.parametrize(
    "change",
    [
        changed_title,
        changed_lesson,
        one_module_more,
        one_lesson_less,
        unpublished,
        changed_in_bulk,
        deleted_in_bulk,
        inserted_in_bulk,
        another_key,
        lesson_moved_out,
        easier_quiz,
        heavier_slot,
        another_question,
        quiz_in_bulk,
    ],
)
def test_a_published_version_never_changes(
    session: Session, change: Callable[[Session, CourseVersion], None]
) -> None:
    version = a_course(session)
    session.commit()
    session.expire_all()
    with pytest.raises(Conflict, match="final"):  # noqa: PT012 - some changes are refused at once
        change(session, version)
        session.flush()


def test_a_draft_may_change(session: Session) -> None:
    version = a_draft(session)
    changed_title(session, version)
    changed_lesson(session, version)
    one_module_more(session, version)
    session.flush()


# ---- offerings


def test_only_a_published_version_is_offered(session: Session) -> None:
    with pytest.raises(Conflict, match="not_published"):
        catalogue.open_offering(session, a_draft(session).id, terms=Terms(), by=SYSTEM, now=NOW)
    with pytest.raises(Forbidden):
        catalogue.open_offering(session, a_course(session).id, terms=Terms(), by=LEARNER, now=NOW)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(starts_at=NOW + DAY, ends_at=NOW), "ends_at"),
        (Terms(ends_at=NOW + DAY, enrol_until=NOW + 2 * DAY), "enrol_until"),
        (Terms(seats=0), "seats"),
        (Terms(meeting_url="ftp://x"), "meeting_url"),
        (Terms(meeting_url="https://a b"), "meeting_url"),
        (Terms(time_zone="Nowhere"), "time_zone"),
        (Terms(time_zone="../etc/passwd"), "time_zone"),
        (Terms(ends_at=NOW - DAY), "ends_at"),
        (Terms(ends_at=NOW.replace(year=9999)), "ends_at"),
        (Terms(meeting_url="https://school.ru/" + "a" * 400), "meeting_url"),
        (Terms(meeting_url="https://school.ru/\0"), "meeting_url"),
        (Terms(code_word="!!!"), "code_word"),
        (Terms(code_word="мел\0"), "code_word"),
        (Terms(code_word="я" * 61), "code_word"),
    ],
)
def test_wrong_terms_name_their_field(session: Session, terms: Terms, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        catalogue.open_offering(session, a_course(session).id, terms=terms, by=SYSTEM, now=NOW)
    assert field in refusal.value.details


def test_an_open_offering_keeps_its_dates_but_not_its_link(session: Session) -> None:
    terms = Terms(starts_at=NOW + DAY, seats=5)
    offering = catalogue.open_offering(session, a_course(session).id, terms=terms, by=SYSTEM, now=NOW)
    later = Terms(starts_at=NOW + DAY, seats=6, meeting_url="https://meet.example/1", code_word="клён")
    assert catalogue.change_offering(session, offering.id, terms=later, by=SYSTEM, now=NOW).seats == 6
    with pytest.raises(Conflict, match="dates_stand"):
        catalogue.change_offering(session, offering.id, terms=Terms(seats=6), by=SYSTEM, now=NOW)


def test_there_are_never_fewer_seats_than_people(session: Session) -> None:
    offering = an_offering(session, seats=5, seats_taken=3)
    with pytest.raises(Invalid):
        catalogue.change_offering(session, offering.id, terms=Terms(seats=2), by=SYSTEM, now=NOW)


def test_the_log_keeps_neither_link_nor_code_word(session: Session) -> None:
    terms = Terms(meeting_url="https://meet.example/secret", code_word="секрет")
    offering = catalogue.open_offering(session, a_course(session).id, terms=terms, by=SYSTEM, now=NOW)
    entries = audit.entries_about(session, "offering", offering.id)
    assert [entry.action for entry in entries] == ["offering.open", "offering.draft"]
    assert "secret" not in str([entry.details for entry in entries])


def test_closing_twice_is_closing_once(session: Session) -> None:
    offering = an_offering(session)
    for _ in range(2):
        catalogue.close_offering(session, offering.id, by=SYSTEM, now=NOW)
    assert len(audit.entries_about(session, "offering", offering.id)) == 1


def test_offerings_that_are_over_are_closed_by_the_scheduler(session: Session) -> None:
    over, running, endless = (an_offering(session, ends_at=at) for at in (NOW - DAY, NOW + DAY, None))
    assert [catalogue.close_over(session, now=NOW) for _ in range(2)] == [1, 0]
    states = [offering.state for offering in (over, running, endless)]
    assert states == [OfferingState.CLOSED, OfferingState.OPEN, OfferingState.OPEN]


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        ({}, Intake.OPEN),
        ({"state": OfferingState.DRAFT}, Intake.NOT_OPEN_YET),
        ({"state": OfferingState.CLOSED}, Intake.CLOSED),
        ({"enrol_until": NOW}, Intake.CLOSED),
        ({"enrol_until": NOW + DAY}, Intake.OPEN),
        ({"ends_at": NOW, "state": OfferingState.CLOSED}, Intake.OVER),
        ({"seats": 1, "seats_taken": 1}, Intake.FULL),
        ({"seats": 2, "seats_taken": 1}, Intake.OPEN),
    ],
)
def test_whether_an_offering_takes_people_in(session: Session, terms: dict[str, Any], state: Intake) -> None:
    offering = an_offering(session, **terms)
    assert intake(offering, NOW) is state
    if state is Intake.OPEN:
        assert (
            catalogue.take_seat(session, offering.id, now=NOW).seats_taken == terms.get("seats_taken", 0) + 1
        )
    else:
        with pytest.raises(Conflict, match=state.value):
            catalogue.take_seat(session, offering.id, now=NOW)


def test_a_seat_given_back_is_free_again(session: Session) -> None:
    offering = an_offering(session, seats=1)
    catalogue.take_seat(session, offering.id, now=NOW)
    catalogue.give_seat_back(session, offering.id)
    assert catalogue.take_seat(session, offering.id, now=NOW).seats_taken == 1


def test_many_people_and_the_last_seats(database: Database) -> None:
    with database.unit_of_work() as session:
        offering_id = an_offering(session, seats=3).id
    together = Barrier(12)

    def race(_: int) -> str:
        together.wait()
        try:
            with database.unit_of_work() as session:
                catalogue.take_seat(session, offering_id, now=NOW)
                return "taken"
        except Conflict as refusal:
            return refusal.code

    with ThreadPoolExecutor(12) as people:
        results = sorted(people.map(race, range(12)))
    assert results == ["full"] * 9 + ["taken"] * 3
    with database.reading() as session:
        assert session.get_one(Offering, offering_id).seats_taken == 3


# ---- the outline


def test_the_outline_of_a_published_version_is_read_once(session: Session, count_queries: Any) -> None:
    version = a_course(session)
    session.commit()
    first = catalogue.version_outline(session, version.id)
    with count_queries() as counted:
        assert catalogue.version_outline(session, version.id) is first
    assert counted == []
    assert [activity.key for activity in first.activities] == ["lesson", "quiz"]
    assert first.activity(first.activities[0].id).title == "Что такое сеть"
    with pytest.raises(NotFound):
        first.activity(0)


def test_the_outline_of_a_draft_is_read_each_time(session: Session) -> None:
    version = a_draft(session)
    catalogue.version_outline(session, version.id)
    changed_title(session, version)
    session.flush()
    assert catalogue.version_outline(session, version.id).title == "Другое название"


def test_the_manifest_decides_on_attendance_and_on_the_words_of_the_certificate(session: Session) -> None:
    described = {"completion": {"attendance": True}, "certificate": {"text": "за участие в опыте"}}
    own = catalogue.version_outline(session, a_course(session, description=described).id)
    usual = catalogue.version_outline(session, a_course(session, "seminar", title="Сеть").id)
    assert own.needs_attendance
    assert own.certificate == ("Сертификат участника", "за участие в опыте")
    assert usual.needs_attendance
    assert usual.certificate == ("Сертификат участника", "за участие в семинаре «Сеть»")
