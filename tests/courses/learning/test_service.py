"""Enrolling, studying, being there, completing, on both databases."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import audit, catalogue, learning
from courses.catalogue import ActivityKind, Offering, OfferingState
from courses.clock import utcnow
from courses.errors import Conflict, Forbidden, Invalid, NotFound
from courses.learning import ActivityRecord, Attendance, ItemState
from courses.learning.models import Report
from courses.outbox import OutboxMessage
from courses.people import Actor, Role
from tests.factories import (
    a_course,
    a_person,
    a_role,
    an_activity,
    an_actor,
    an_enrolment,
    an_offering,
)

NOW = utcnow()
Counter = Callable[[], AbstractContextManager[list[str]]]


def facts(session: Session, name: str) -> int:
    session.flush()
    query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.name == name)
    return session.scalar(query) or 0


def enrolled(session: Session, kind: str = "course", **over: Any) -> tuple[Actor, int, Offering]:
    person = a_person(session)
    offering = an_offering(session, a_course(session, kind), **over)
    return an_actor(person), an_enrolment(session, person, offering).id, offering


def items(session: Session, offering: Offering) -> dict[str, int]:
    outline = catalogue.version_outline(session, offering.course_version_id)
    return {item.key: item.id for item in outline.activities}


# ---- enrolling


def test_enrolling_takes_a_seat_and_tells_it(session: Session) -> None:
    offering = an_offering(session, seats=2)
    by = an_actor(a_person(session))
    first = learning.enrol(session, offering.id, by=by, now=NOW)
    assert learning.enrol(session, offering.id, by=by, now=NOW).id == first.id
    assert offering.seats_taken == 1
    assert facts(session, "EnrolmentOpened") == 1


def test_an_unconfirmed_address_cannot_enrol(session: Session) -> None:
    by = an_actor(a_person(session, email_confirmed_at=None))
    with pytest.raises(Invalid, match="address_unconfirmed"):
        learning.enrol(session, an_offering(session).id, by=by, now=NOW)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"state": OfferingState.DRAFT}, "not_open_yet"),
        ({"state": OfferingState.CLOSED}, "closed"),
        ({"enrol_until": NOW - timedelta(hours=1)}, "closed"),
        ({"ends_at": NOW - timedelta(hours=1)}, "over"),
        ({"seats": 1, "seats_taken": 1}, "full"),
    ],
)
def test_nobody_enrols_where_nobody_is_taken_in(session: Session, over: dict[str, Any], code: str) -> None:
    offering = an_offering(session, **over)
    with pytest.raises(Conflict, match=code):
        learning.enrol(session, offering.id, by=an_actor(a_person(session)), now=NOW)


def test_withdrawing_gives_the_seat_back_and_one_may_return(session: Session) -> None:
    offering = an_offering(session, seats=1)
    by = an_actor(a_person(session))
    enrolment = learning.enrol(session, offering.id, by=by, now=NOW)
    learning.withdraw(session, enrolment.id, by=by, now=NOW)
    assert offering.seats_taken == 0
    with pytest.raises(NotFound):
        learning.study(session, enrolment.id, by=by, now=NOW)
    with pytest.raises(NotFound):
        learning.withdraw(session, enrolment.id, by=by, now=NOW)
    assert learning.enrol(session, offering.id, by=by, now=NOW).id == enrolment.id
    assert learning.study(session, enrolment.id, by=by, now=NOW).enrolment_id == enrolment.id


def test_what_was_completed_cannot_be_left(session: Session) -> None:
    person = a_person(session)
    enrolment = an_enrolment(session, person, completed_at=NOW)
    with pytest.raises(Conflict, match="already_completed"):
        learning.withdraw(session, enrolment.id, by=an_actor(person), now=NOW)


# ---- studying


def test_a_lesson_is_opened_read_and_told_once(session: Session) -> None:
    by, enrolment_id, offering = enrolled(session)
    lesson = items(session, offering)["lesson"]
    learning.open_activity(session, enrolment_id, lesson, by=by, now=NOW)
    here = learning.study(session, enrolment_id, by=by, now=NOW)
    assert (here.state(lesson), here.last_activity_id) == (ItemState.PROGRESS, lesson)
    for _ in range(2):
        learning.finish_lesson(session, enrolment_id, lesson, by=by, now=NOW)
    here = learning.study(session, enrolment_id, by=by, now=NOW)
    assert here.state(lesson) == ItemState.DONE
    assert here.next_activity is not None
    assert here.next_activity.key == "quiz"
    assert facts(session, "ActivityCompleted") == 1


def test_a_quiz_cannot_be_read_away(session: Session) -> None:
    by, enrolment_id, offering = enrolled(session)
    with pytest.raises(NotFound):
        learning.finish_lesson(session, enrolment_id, items(session, offering)["quiz"], by=by, now=NOW)


def test_activities_of_other_courses_and_other_peoples_enrolments_are_not_there(session: Session) -> None:
    by, enrolment_id, offering = enrolled(session)
    _, _, other = enrolled(session)
    with pytest.raises(NotFound):
        learning.open_activity(session, enrolment_id, items(session, other)["lesson"], by=by, now=NOW)
    stranger = an_actor(a_person(session))
    lesson = items(session, offering)["lesson"]
    for verb in (
        lambda: learning.open_activity(session, enrolment_id, lesson, by=stranger, now=NOW),
        lambda: learning.finish_lesson(session, enrolment_id, lesson, by=stranger, now=NOW),
        lambda: learning.withdraw(session, enrolment_id, by=stranger, now=NOW),
        lambda: learning.study(session, enrolment_id, by=stranger, now=NOW),
        lambda: learning.confirm_attendance(session, enrolment_id, code_word="x", by=stranger, now=NOW),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_practical_task_needs_a_report_and_the_learners_word(session: Session) -> None:
    person = a_person(session)
    version = a_course(session, "master_class", published_at=None)
    module_id = session.scalars(
        select(catalogue.Module).where(catalogue.Module.course_version_id == version.id)
    ).one()
    task = an_activity(session, version, module_id, ActivityKind.PRACTICAL, 3, key="task", title="Практика")
    enrolment = an_enrolment(session, person, an_offering(session, version))
    by = an_actor(person)

    def hand_in(report: str, done: bool) -> None:
        learning.hand_in_practical(session, enrolment.id, task.id, report=report, done=done, by=by, now=NOW)

    for report, done, problem in (
        ("коротко", True, {"report": "too_short"}),
        ("я" * 5_001, True, {"report": "too_long"}),
        ("Провели в пятом классе, получилось.", False, {"done": "not_confirmed"}),
    ):
        with pytest.raises(Invalid) as refused:
            hand_in(report, done)
        assert refused.value.details == problem
    hand_in("  Провели в пятом классе, получилось.\r\nДети довольны.  ", True)
    hand_in("Провели ещё раз, в шестом: получилось лучше.", True)
    record = session.scalars(select(ActivityRecord).where(ActivityRecord.activity_id == task.id)).one()
    assert record.report == "Провели ещё раз, в шестом: получилось лучше."
    kept = session.scalars(select(Report.text).order_by(Report.id)).all()
    assert len(kept) == 2
    assert kept[-1] == record.report
    assert record.completed_at is not None
    assert facts(session, "ActivityCompleted") == 1


def test_the_best_result_counts_and_a_failed_quiz_is_named(session: Session) -> None:
    by, enrolment_id, offering = enrolled(session)
    quiz = items(session, offering)["quiz"]
    for fraction, passed in ((0.4, False), (0.2, False)):
        learning.record_result(session, enrolment_id, quiz, fraction=fraction, passed=passed, now=NOW)
    here = learning.study(session, enrolment_id, by=by, now=NOW)
    assert here.records[quiz].grade == pytest.approx(0.4)
    assert here.state(quiz) == ItemState.FAILED
    assert "quizzes_failed" in here.standing.missing
    learning.record_result(session, enrolment_id, quiz, fraction=0.7, passed=True, now=NOW)
    learning.record_result(session, enrolment_id, quiz, fraction=0.1, passed=False, now=NOW)
    here = learning.study(session, enrolment_id, by=by, now=NOW)
    assert (here.state(quiz), here.records[quiz].grade) == (ItemState.DONE, pytest.approx(0.7))


# ---- being there


def at_a_seminar(session: Session) -> tuple[Actor, int, Offering]:
    return enrolled(
        session, "seminar", starts_at=NOW, ends_at=NOW + timedelta(hours=2), code_word="Подорожник"
    )


def test_the_code_word_confirms_presence_once(session: Session) -> None:
    by, enrolment_id, _ = at_a_seminar(session)
    with pytest.raises(Invalid) as refused:
        learning.confirm_attendance(session, enrolment_id, code_word="лопух", by=by, now=NOW)
    assert refused.value.details == {"code_word": "wrong_code_word"}
    for _ in range(2):
        learning.confirm_attendance(session, enrolment_id, code_word=" ПОДОРОЖНИК ", by=by, now=NOW)
    assert session.scalars(select(Attendance)).one().way == "code_word"
    assert facts(session, "AttendanceConfirmed") == 1


@pytest.mark.parametrize(("hours", "code"), [(-1, "too_early"), (27, "too_late")])
def test_the_code_word_has_its_hours(session: Session, hours: int, code: str) -> None:
    by, enrolment_id, _ = at_a_seminar(session)
    with pytest.raises(Conflict, match=code):
        learning.confirm_attendance(
            session, enrolment_id, code_word="подорожник", by=by, now=NOW + timedelta(hours=hours)
        )


def test_the_instructor_of_this_offering_marks_presence_and_it_is_audited(session: Session) -> None:
    _, enrolment_id, offering = at_a_seminar(session)
    other = an_offering(session)
    elsewhere = a_role(session, a_person(session), Role.INSTRUCTOR, other.id)
    with pytest.raises(Forbidden):
        learning.mark_attendance(session, enrolment_id, by=elsewhere, now=NOW)
    instructor = a_role(session, a_person(session), Role.INSTRUCTOR, offering.id)
    for _ in range(2):
        learning.mark_attendance(session, enrolment_id, by=instructor, now=NOW)
    entries = audit.entries_about(session, "enrolment", enrolment_id)
    assert [entry.action for entry in entries] == ["attendance.mark"]


# ---- completing


def finish_everything(session: Session, by: Actor, enrolment_id: int, offering: Offering) -> None:
    for key, item_id in items(session, offering).items():
        if key == "quiz":
            learning.record_result(session, enrolment_id, item_id, fraction=1.0, passed=True, now=NOW)
        else:
            learning.finish_lesson(session, enrolment_id, item_id, by=by, now=NOW)


def test_a_course_is_complete_when_everything_required_is(session: Session) -> None:
    by, enrolment_id, offering = enrolled(session)
    assert not learning.complete_if_done(session, enrolment_id, now=NOW)
    finish_everything(session, by, enrolment_id, offering)
    assert learning.complete_if_done(session, enrolment_id, now=NOW)
    assert not learning.complete_if_done(session, enrolment_id, now=NOW)
    assert facts(session, "EnrolmentCompleted") == 1


def test_who_left_with_everything_done_is_completed_on_coming_back(session: Session) -> None:
    by, enrolment_id, offering = enrolled(session)
    finish_everything(session, by, enrolment_id, offering)
    learning.withdraw(session, enrolment_id, by=by, now=NOW)
    assert not learning.complete_if_done(session, enrolment_id, now=NOW)
    later = NOW + timedelta(days=9)
    back = learning.enrol(session, offering.id, by=by, now=later)
    assert (back.id, back.opened_at) == (enrolment_id, later)
    assert learning.complete_if_done(session, enrolment_id, now=later)


def test_a_seminar_also_needs_presence(session: Session) -> None:
    by, enrolment_id, offering = at_a_seminar(session)
    finish_everything(session, by, enrolment_id, offering)
    assert not learning.complete_if_done(session, enrolment_id, now=NOW)
    learning.confirm_attendance(session, enrolment_id, code_word="подорожник", by=by, now=NOW)
    assert learning.complete_if_done(session, enrolment_id, now=NOW)


def test_a_workshop_is_complete_only_when_it_is_over(session: Session) -> None:
    end = NOW + timedelta(days=3)
    by, enrolment_id, offering = enrolled(session, "workshop", ends_at=end)
    finish_everything(session, by, enrolment_id, offering)
    assert not learning.complete_if_done(session, enrolment_id, now=NOW)
    later = end + timedelta(minutes=1)
    assert learning.ended_and_open(session, now=later) == {offering.id: [enrolment_id]}
    assert learning.complete_if_done(session, enrolment_id, now=later)
    assert learning.ended_and_open(session, now=later) == {offering.id: []}
    catalogue.settle(session, offering.id, now=later)
    assert learning.ended_and_open(session, now=later) == {}


def test_a_scheduler_that_slept_for_weeks_still_completes_a_workshop(session: Session) -> None:
    end = NOW + timedelta(days=3)
    by, enrolment_id, offering = enrolled(session, "workshop", ends_at=end)
    finish_everything(session, by, enrolment_id, offering)
    assert learning.ended_and_open(session, now=end + timedelta(days=60)) == {offering.id: [enrolment_id]}


def test_who_withdrew_or_is_not_there_is_not_completed(session: Session) -> None:
    by, enrolment_id, offering = enrolled(session)
    finish_everything(session, by, enrolment_id, offering)
    learning.withdraw(session, enrolment_id, by=by, now=NOW)
    assert not learning.complete_if_done(session, enrolment_id, now=NOW)
    assert not learning.complete_if_done(session, 999_999, now=NOW)


# ---- pages


def test_my_courses_counts_each_course_apart_with_as_many_queries_for_ten_as_for_one(
    session: Session, count_queries: Counter
) -> None:
    person = a_person(session)
    by = an_actor(person)
    counts = []
    for number in (1, 9):
        for _ in range(number):
            an_enrolment(session, person, an_offering(session, a_course(session)))
        session.flush()
        with count_queries() as counted:
            cards = learning.my_courses(session, by=by)
        counts.append(len(counted))
    assert len(cards) == 10
    assert counts[0] == counts[1] <= 3
    assert {(card.required, card.done, card.percent) for card in cards} == {(2, 0, 0)}
    assert learning.my_courses(session, by=an_actor(a_person(session))) == []


def test_an_offerings_learners_come_by_name_fifty_on_a_page_with_constant_queries(
    session: Session, count_queries: Counter
) -> None:
    offering = an_offering(session)
    admin = a_role(session, a_person(session), Role.ADMINISTRATOR)
    counts = []
    for number in (2, 58):
        for _ in range(number):
            an_enrolment(session, a_person(session), offering)
        session.flush()
        with count_queries() as counted:
            page = learning.offering_learners(session, offering.id, by=admin)
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 4
    assert (page.total, page.pages, len(page.rows)) == (60, 2, 50)
    names = [row.full_name.casefold().replace("ё", "е") for row in page.rows]
    assert names == sorted(names)
    assert len(learning.offering_learners(session, offering.id, by=admin, page=9).rows) == 10


def test_learners_are_seen_only_by_who_may(session: Session) -> None:
    by, _, offering = enrolled(session)
    with pytest.raises(Forbidden):
        learning.offering_learners(session, offering.id, by=by)
