"""Marks that people give: who may, what they come to, and that two never overwrite each other in silence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import quizzes
from courses.db import Database
from courses.errors import Conflict, Forbidden, Invalid, NotFound
from courses.learning.models import ActivityRecord, Enrolment
from courses.outbox import OutboxMessage
from courses.people import Actor, Role
from courses.quizzes import Answer, GradingProgress
from courses.quizzes.marking import fraction_of_mark
from courses.quizzes.models import Attempt, Slot, Step, StepKind
from tests.courses.quizzes.seat import NOW, Seat, a_seat
from tests.courses.quizzes.test_checking import the_version_of
from tests.courses.quizzes.test_races import at_once, doing
from tests.factories import a_person, a_question, a_role, not_yet_published

ESSAY = {
    "type": "essay",
    "name": "Открытый урок",
    "text": "Как вы начнёте открытый урок?",
    "response_format": "plain",
    "required": True,
}
LATER = NOW + timedelta(days=1)


def essay_seat(session: Session, **settings: Any) -> Seat:
    """A learner at a quiz whose first question is an essay worth one point of two."""
    seat = a_seat(session, **settings)
    with not_yet_published(session, the_version_of(session, seat.quiz_id)):
        session.get_one(Slot, seat.slots[0]).question_version_id = a_question(session, **ESSAY).id
    return seat


def handed_in(seat: Seat, text: str = "С вопроса, на который никто не знает ответа.") -> int:
    """An attempt with the essay written and the second question right, finished and graded."""
    seat.start()
    answers = [
        Answer(seat.slots[0], {"text": [text]}),
        Answer(seat.slots[1], {"choice": [seat.right(1)]}),
    ]
    quizzes.save_responses(seat.session, seat.attempt_id, answers, by=seat.by, now=NOW)
    quizzes.finish_attempt(seat.session, seat.attempt_id, by=seat.by, now=NOW)
    quizzes.grade_attempt(seat.session, seat.attempt_id, now=NOW)
    return seat.attempt_id


def a_marker(session: Session, seat: Seat, role: Role = Role.INSTRUCTOR) -> Actor:
    offering = session.get_one(Enrolment, seat.enrolment_id).offering_id
    return a_role(session, a_person(session), role, offering)


def mark(seat: Seat, by: Actor, given: float, comment: str = "", seen: int | None = None) -> None:
    if seen is None:
        seen = work(seat, by).seen
    quizzes.give_mark(
        seat.session, seat.attempt_id, seat.slots[0], mark=given, comment=comment, seen=seen, by=by, now=LATER
    )


def work(seat: Seat, by: Actor, **named: Any) -> quizzes.Work:
    return quizzes.marking_work(
        seat.session, seat.attempt_id, seat.slots[0], by=by, **{"names": False} | named
    )


def attempt_of(seat: Seat) -> Attempt:
    return seat.session.get_one(Attempt, seat.attempt_id, populate_existing=True)


def grade_of(seat: Seat) -> float | None:
    return seat.session.scalar(
        select(ActivityRecord.grade).where(
            ActivityRecord.enrolment_id == seat.enrolment_id, ActivityRecord.activity_id == seat.activity_id
        )
    )


def facts(session: Session, name: str) -> int:
    return session.scalar(select(func.count()).where(OutboxMessage.name == name)) or 0


def test_an_essay_waits_for_a_person_and_the_last_mark_makes_the_result(session: Session) -> None:
    seat = essay_seat(session)
    handed_in(seat)
    assert attempt_of(seat).grading_progress is GradingProgress.PENDING_MANUAL
    assert (attempt_of(seat).mark, grade_of(seat), facts(session, "AttemptGraded")) == (None, None, 0)
    mark(seat, a_marker(session, seat), 0.5, "Хорошее начало, но где цель урока?")
    done = attempt_of(seat)
    assert (done.grading_progress, done.mark) == (GradingProgress.FULLY_GRADED, 1.5)
    assert done.graded_at == LATER
    assert grade_of(seat) == 0.75
    assert (facts(session, "AttemptGraded"), facts(session, "AttemptMarked")) == (1, 1)
    shown = quizzes.sitting(session, seat.attempt_id, by=seat.by).sheets[0]
    assert (shown.state, shown.fraction) == ("marked_partial", 0.5)
    assert shown.comment == "Хорошее начало, но где цель урока?"


def test_a_mark_can_be_changed_and_every_mark_stays_in_the_history(session: Session) -> None:
    seat = essay_seat(session)
    handed_in(seat)
    one, other = a_marker(session, seat), a_marker(session, seat)
    mark(seat, one, 1, "Отлично.")
    assert grade_of(seat) == 1.0
    mark(seat, other, 0, "Это переписано у соседа.")
    assert (attempt_of(seat).mark, grade_of(seat)) == (1.0, 0.5)
    assert [(given.mark, given.comment) for given in work(seat, one).given] == [
        (1.0, "Отлично."),
        (0.0, "Это переписано у соседа."),
    ]
    assert facts(session, "AttemptGraded") == 1


def test_a_lower_mark_takes_the_grade_down_to_the_best_of_all_attempts_and_undoes_no_completion(
    session: Session,
) -> None:
    seat = essay_seat(session)
    marker = a_marker(session, seat)
    handed_in(seat)
    mark(seat, marker, 0.4)
    handed_in(seat)
    mark(seat, marker, 1)
    completed = select(ActivityRecord.completed_at).where(ActivityRecord.enrolment_id == seat.enrolment_id)
    assert (grade_of(seat), session.scalar(completed)) == (1.0, LATER)
    mark(seat, marker, 0)
    assert (grade_of(seat), session.scalar(completed)) == (0.7, LATER)


def test_whoever_has_not_seen_the_newest_mark_is_told_it_and_overwrites_nothing(session: Session) -> None:
    seat = essay_seat(session)
    handed_in(seat)
    one, other = a_marker(session, seat), a_marker(session, seat)
    seen = work(seat, one).seen
    mark(seat, other, 1, "Прекрасно.", seen=seen)
    with pytest.raises(Conflict) as refused:
        mark(seat, one, 0, "Слабо.", seen=seen)
    assert refused.value.code == "marked_meanwhile"
    details = refused.value.details
    assert (details["by"], details["fraction"], details["said"]) == (other.id, 1.0, "Прекрасно.")
    assert grade_of(seat) == 1.0
    mark(seat, one, 0, "Слабо.", seen=details["sequence"])
    assert grade_of(seat) == 0.5


def test_markers_at_the_same_moment_give_one_mark(database: Database) -> None:
    with database.unit_of_work() as session:
        seat = essay_seat(session)
        handed_in(seat)
        markers = [a_marker(session, seat) for _ in range(6)]
        seen = work(seat, markers[0]).seen
    told = at_once(
        [
            doing(
                database,
                quizzes.give_mark,
                seat.attempt_id,
                seat.slots[0],
                mark=number / 10,
                comment="",
                seen=seen,
                by=marker,
                now=LATER,
            )
            for number, marker in enumerate(markers)
        ]
    )
    refused = [one for one in told if isinstance(one, Conflict)]
    [winner] = [place for place, one in enumerate(told) if not isinstance(one, Conflict)]
    assert {one.code for one in refused} == {"marked_meanwhile"}
    with database.reading() as session:
        steps = session.scalars(select(Step.fraction).where(Step.kind == StepKind.MARKED)).all()
        assert steps == [winner / 10]
        assert session.get_one(Attempt, seat.attempt_id).mark == 1 + winner / 10


def test_only_those_who_may_mark_see_and_mark_an_answer(session: Session) -> None:
    seat = essay_seat(session)
    handed_in(seat)
    stranger = a_role(session, a_person(session), Role.CONTENT_DEVELOPER)
    elsewhere = a_marker(session, essay_seat(session))
    for nobody in (stranger, elsewhere, seat.by):
        with pytest.raises(Forbidden):
            work(seat, nobody)
        with pytest.raises(Forbidden):
            mark(seat, nobody, 1, seen=10)
    assert quizzes.marking_queue(session, by=elsewhere) == []
    for nobody in (stranger, seat.by):
        with pytest.raises(Forbidden):
            quizzes.marking_queue(session, by=nobody)
    administrator = a_role(session, a_person(session), Role.ADMINISTRATOR)
    for somebody in (a_marker(session, seat, Role.EXPERT), administrator):
        assert work(seat, somebody).waits
        assert [line.waiting for line in quizzes.marking_queue(session, by=somebody)] == [1]


def test_nobody_marks_their_own_work(session: Session) -> None:
    seat = essay_seat(session)
    handed_in(seat)
    person = session.get_one(Enrolment, seat.enrolment_id).person_id
    both = Actor(person, a_role(session, a_person(session), "administrator").grants)
    with pytest.raises(Forbidden, match="own_work"):
        mark(seat, both, 1, seen=10)
    assert quizzes.marking_queue(session, by=both) == []


def test_a_running_attempt_is_not_marked(session: Session) -> None:
    seat = essay_seat(session)
    seat.start()
    with pytest.raises(NotFound):
        mark(seat, a_marker(session, seat), 1, seen=10)


@pytest.mark.parametrize("given", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_mark_outside_of_what_the_question_is_worth_is_refused(session: Session, given: float) -> None:
    seat = essay_seat(session)
    handed_in(seat)
    with pytest.raises(Invalid, match="mark_out_of_range"):
        mark(seat, a_marker(session, seat), given)


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_fraction_of_a_mark_lies_between_nothing_and_all(worth: float, part: float) -> None:
    assert 0 <= fraction_of_mark(min(part, worth), worth) <= 1


def test_an_answer_is_in_one_pair_of_hands_for_ten_minutes(session: Session) -> None:
    seat = essay_seat(session)
    handed_in(seat)
    one, other = a_marker(session, seat), a_marker(session, seat)
    take: Callable[..., Any] = quizzes.claim
    take(session, seat.attempt_id, seat.slots[0], by=one, now=NOW)
    with pytest.raises(Conflict, match="in_other_hands"):
        take(session, seat.attempt_id, seat.slots[0], by=other, now=NOW + timedelta(minutes=9))
    take(session, seat.attempt_id, seat.slots[0], by=one, now=NOW + timedelta(minutes=9))
    assert work(seat, other).held_by
    assert not work(seat, one).held_by
    with pytest.raises(Conflict, match="in_other_hands"):
        take(session, seat.attempt_id, seat.slots[0], by=other, now=NOW + timedelta(minutes=18))
    take(session, seat.attempt_id, seat.slots[0], by=other, now=NOW + timedelta(minutes=19))
    mark(seat, other, 1)
    assert not work(seat, one).held_by


def test_the_next_answer_is_one_that_waits_and_that_nobody_holds(session: Session) -> None:
    seat = essay_seat(session)
    first, second, third = handed_in(seat), handed_in(seat), handed_in(seat)
    one, other = a_marker(session, seat), a_marker(session, seat)
    offering = session.get_one(Enrolment, seat.enrolment_id).offering_id
    place = (session, offering, seat.slots[0])
    assert quizzes.next_waiting(*place, by=one, now=NOW) == first
    quizzes.claim(session, first, seat.slots[0], by=other, now=NOW)
    assert quizzes.next_waiting(*place, by=one, now=NOW) == second
    assert quizzes.next_waiting(*place, by=one, now=NOW, after=second) == third
    assert quizzes.next_waiting(*place, by=one, now=NOW, after=third) == second
    assert quizzes.next_waiting(*place, by=one, now=NOW + timedelta(minutes=11)) == first
    mark(seat, one, 1)
    assert quizzes.next_waiting(*place, by=one, now=NOW, after=first) == second


def test_the_list_of_answers_is_anonymous_unless_names_are_asked_for(session: Session) -> None:
    seat = essay_seat(session)
    handed_in(seat)
    marker = a_marker(session, seat)
    offering = session.get_one(Enrolment, seat.enrolment_id).offering_id
    shown = {"by": marker, "page": 1, "waiting_only": False}
    works = quizzes.marking_works(session, offering, seat.slots[0], names=False, **shown)
    assert ([line.name for line in works.lines], works.waiting, works.total) == ([""], 1, 1)
    assert quizzes.marking_works(session, offering, seat.slots[0], names=True, **shown).lines[0].name
    assert not work(seat, marker).name
    assert work(seat, marker, names=True).name
    mark(seat, marker, 1)
    shown["waiting_only"] = True
    assert quizzes.marking_works(session, offering, seat.slots[0], names=False, **shown).lines == ()


def test_a_marker_finds_their_earlier_comments_to_the_same_question(session: Session) -> None:
    seat = essay_seat(session)
    one, other = a_marker(session, seat), a_marker(session, seat)
    for comment in ("Где цель урока?", "Отлично.", "Отлично.", ""):
        handed_in(seat)
        mark(seat, one, 1, comment)
    assert work(seat, one).comments == ("Отлично.", "Где цель урока?")
    assert work(seat, other).comments == ()


def test_a_machine_s_mark_can_be_overruled_too(session: Session) -> None:
    seat = a_seat(session)
    seat.start()
    seat.save(0, seat.wrong(0))
    quizzes.finish_attempt(session, seat.attempt_id, by=seat.by, now=NOW)
    quizzes.grade_attempt(session, seat.attempt_id, now=NOW)
    assert attempt_of(seat).mark == 0.0
    mark(seat, a_marker(session, seat), 1, "Ответ верен: в ключе ошибка.")
    assert (attempt_of(seat).mark, grade_of(seat)) == (1.0, 0.5)
