"""Correcting a question after people answered it: counted, committed, undone, and twice is once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import quizzes
from courses.catalogue import Offering
from courses.db import Database
from courses.errors import Conflict, Forbidden, Invalid
from courses.learning.models import ActivityRecord, Enrolment
from courses.outbox import OutboxMessage
from courses.people import Actor, Role
from courses.questions import Draft, QuestionVersion
from courses.quizzes import Answer, RegradePolicy
from courses.quizzes.models import Attempt, Regrade, RegradeLine, Slot, Step, StepKind
from tests.courses.quizzes.seat import NOW, SHORT, Seat, a_seat
from tests.courses.quizzes.test_marking import a_marker
from tests.courses.quizzes.test_races import at_once, doing
from tests.factories import a_person, a_role, an_actor, an_enrolment

LATER = NOW + timedelta(days=1)
REASON = "В ключе не было слова «мелок»."
CHALK = {**SHORT, "answers": [*SHORT["answers"], {"text": "мелок", "fraction": 1.0, "feedback": ""}]}
NOT_CHALK = {**SHORT, "answers": [{"text": "мелок", "fraction": 1.0, "feedback": ""}]}


def attempt(seat: Seat, word: str, *, right: bool = True, graded: bool = True, now: datetime = NOW) -> int:
    """A finished attempt that says this word and is right or wrong in the second question."""
    seat.start(now)
    answers = [
        Answer(seat.slots[0], {"text": [word]}),
        Answer(seat.slots[1], {"choice": [seat.right(1) if right else seat.wrong(1)]}),
    ]
    quizzes.save_responses(seat.session, seat.attempt_id, answers, by=seat.by, now=now)
    quizzes.finish_attempt(seat.session, seat.attempt_id, by=seat.by, now=now)
    if graded:
        quizzes.grade_attempt(seat.session, seat.attempt_id, now=now)
    return seat.attempt_id


def neighbour(seat: Seat) -> Seat:
    """One more learner of the same group."""
    offering = seat.session.get_one(Enrolment, seat.enrolment_id).offering_id
    person = a_person(seat.session)
    enrolment = an_enrolment(seat.session, person, seat.session.get_one(Offering, offering))
    return Seat(seat.session, an_actor(person), enrolment.id, seat.activity_id, seat.quiz_id, seat.slots)


@pytest.fixture
def seat(session: Session) -> Seat:
    return a_seat(session, short=True)


@pytest.fixture
def author(session: Session) -> Actor:
    return a_role(session, a_person(session), Role.CONTENT_DEVELOPER)


def propose(seat: Seat, author: Actor, policy: RegradePolicy, **over: Any) -> int:
    key = over.pop("key", CHALK)
    draft = Draft({"text_format": "plain", "default_mark": 1.0, **key}) if key else None
    asked = {"draft": draft, "never_lower": False, "tell": False, "reason": REASON} | over
    number = quizzes.propose_regrade(
        seat.session, seat.slots[0], policy=policy, by=author, now=LATER, **asked
    )
    run(seat, quizzes.count_regrade, number)
    return number


def run(seat: Seat, step: Any, number: int) -> None:
    after: int | None = 0
    while after is not None:
        after = step(seat.session, number, after=after, now=LATER)
        seat.session.flush()


def commit(seat: Seat, author: Actor, number: int) -> None:
    quizzes.commit_regrade(seat.session, number, by=author, now=LATER)
    run(seat, quizzes.apply_regrade, number)


def undo(seat: Seat, author: Actor, number: int) -> None:
    quizzes.undo_regrade(seat.session, number, by=author, now=LATER)
    run(seat, quizzes.restore_regrade, number)


def mark_of(seat: Seat, attempt_id: int) -> float | None:
    return seat.session.scalar(select(Attempt.mark).where(Attempt.id == attempt_id))


def grade_of(seat: Seat) -> float | None:
    return seat.session.scalar(
        select(ActivityRecord.grade).where(
            ActivityRecord.enrolment_id == seat.enrolment_id, ActivityRecord.activity_id == seat.activity_id
        )
    )


@pytest.mark.parametrize(
    ("policy", "key", "chalk", "small", "none"),
    [
        (RegradePolicy.NEW_KEY, NOT_CHALK, 1.0, 2.0, 1.0),
        (RegradePolicy.BETTER, NOT_CHALK, 2.0, 2.0, 1.0),
        (RegradePolicy.FULL_CREDIT, None, 2.0, 2.0, 2.0),
        (RegradePolicy.LATER_ONLY, NOT_CHALK, 2.0, 1.0, 1.0),
        (RegradePolicy.VOID, None, 2.0, 2.0, 2.0),
    ],
)
def test_each_policy_makes_of_each_answer_what_it_says(
    seat: Seat, author: Actor, policy: RegradePolicy, key: Any, chalk: float, small: float, none: float
) -> None:
    given = {"мел": chalk, "мелок": small, "": none}
    attempts = {attempt(seat, word): wanted for word, wanted in given.items()}
    number = propose(seat, author, policy, key=key)
    assert {one: mark_of(seat, one) for one in attempts} == dict(zip(attempts, (2.0, 1.0, 1.0), strict=True))
    commit(seat, author, number)
    assert {one: mark_of(seat, one) for one in attempts} == attempts
    assert grade_of(seat) == max(given.values()) / 2


def test_counting_says_who_gets_what_and_changes_nothing(seat: Seat, author: Actor, session: Session) -> None:
    gains, keeps = attempt(seat, "мелок"), attempt(seat, "мел")
    number = propose(seat, author, RegradePolicy.NEW_KEY)
    [line] = session.scalars(select(RegradeLine)).all()
    assert (line.attempt_id, line.old_fraction, line.new_fraction) == (gains, 0.0, 1.0)
    assert (line.old_mark, line.new_mark) == (1.0, 2.0)
    assert (mark_of(seat, gains), mark_of(seat, keeps)) == (1.0, 2.0)
    assert session.get_one(Regrade, number).counted_at == LATER


def test_a_voided_question_leaves_the_others_their_share_of_the_whole(seat: Seat, author: Actor) -> None:
    wrong = attempt(seat, "мел", right=False)
    commit(seat, author, propose(seat, author, RegradePolicy.VOID, key=None))
    assert mark_of(seat, wrong) == 0.0
    late = attempt(seat, "", now=LATER)
    assert mark_of(seat, late) == 2.0


def test_nobody_loses_where_nobody_may(seat: Seat, author: Actor, session: Session) -> None:
    lucky = attempt(seat, "мел")
    number = propose(seat, author, RegradePolicy.NEW_KEY, key=NOT_CHALK, never_lower=True)
    assert session.scalars(select(RegradeLine)).all() == []
    commit(seat, author, number)
    assert mark_of(seat, lucky) == 2.0


def test_undoing_gives_everybody_back_what_they_had(seat: Seat, author: Actor, session: Session) -> None:
    one, other = attempt(seat, "мел"), attempt(seat, "мелок")
    number = propose(seat, author, RegradePolicy.NEW_KEY, key=NOT_CHALK)
    commit(seat, author, number)
    assert (mark_of(seat, one), mark_of(seat, other)) == (1.0, 2.0)
    undo(seat, author, number)
    assert (mark_of(seat, one), mark_of(seat, other)) == (2.0, 1.0)
    kinds = session.scalars(
        select(Step.kind).where(Step.attempt_id == one, Step.slot_id == seat.slots[0]).order_by(Step.sequence)
    ).all()
    assert kinds[-3:] == [StepKind.GRADED, StepKind.REGRADED, StepKind.REGRADED]
    assert mark_of(seat, attempt(seat, "мелок", now=LATER)) == 1.0
    with pytest.raises(Conflict, match="undone_already"):
        undo(seat, author, number)


def test_later_attempts_are_graded_with_what_holds(seat: Seat, author: Actor) -> None:
    commit(seat, author, propose(seat, author, RegradePolicy.LATER_ONLY))
    assert mark_of(seat, attempt(seat, "мелок", now=LATER)) == 2.0
    shown = quizzes.sitting(seat.session, seat.attempt_id, by=seat.by).sheets[0]
    assert (shown.state, shown.fraction) == ("graded_right", 1.0)


def test_a_learner_sees_the_key_that_counted_and_why(seat: Seat, author: Actor) -> None:
    attempt(seat, "мелок")
    number = propose(seat, author, RegradePolicy.NEW_KEY, key=NOT_CHALK)
    commit(seat, author, number)
    shown = quizzes.sitting(seat.session, seat.attempt_id, by=seat.by).sheets[0]
    assert (shown.right_answer, shown.state) == ("мелок", "graded_right")
    assert shown.correction is not None
    assert shown.correction.reason == REASON
    undo(seat, author, number)
    shown = quizzes.sitting(seat.session, seat.attempt_id, by=seat.by).sheets[0]
    assert (shown.right_answer, shown.state, shown.correction) == ("мел", "graded_wrong", None)


def test_an_answer_that_a_correction_does_not_touch_says_nothing_of_it(seat: Seat, author: Actor) -> None:
    commit(seat, author, propose(seat, author, RegradePolicy.BETTER, key=NOT_CHALK))
    attempt(seat, "мел", now=LATER)
    shown = quizzes.sitting(seat.session, seat.attempt_id, by=seat.by).sheets[0]
    assert (shown.state, shown.right_answer, shown.correction) == ("graded_right", "мел", None)


def test_a_person_s_mark_stands_above_a_new_key_and_yields_to_full_credit(
    seat: Seat, author: Actor, session: Session
) -> None:
    marked = attempt(seat, "доска")
    quizzes.give_mark(
        session, marked, seat.slots[0], mark=0.5, comment="", seen=99, by=a_marker(session, seat), now=NOW
    )
    commit(seat, author, propose(seat, author, RegradePolicy.NEW_KEY))
    assert mark_of(seat, marked) == 1.5
    commit(seat, author, propose(seat, author, RegradePolicy.FULL_CREDIT, key=None))
    assert mark_of(seat, marked) == 2.0


def test_who_passes_by_a_correction_is_completed_and_who_falls_keeps_it(seat: Seat, author: Actor) -> None:
    attempt(seat, "мелок")
    completed = select(ActivityRecord.completed_at).where(ActivityRecord.enrolment_id == seat.enrolment_id)
    assert seat.session.scalar(completed) is None
    number = propose(seat, author, RegradePolicy.NEW_KEY)
    commit(seat, author, number)
    assert seat.session.scalar(completed) == LATER
    undo(seat, author, number)
    assert (grade_of(seat), seat.session.scalar(completed)) == (0.5, LATER)


def test_only_those_whose_mark_changed_are_told_and_only_if_the_author_wishes(
    seat: Seat, author: Actor, session: Session
) -> None:
    attempt(seat, "мел")
    attempt(seat, "мелок")
    told = select(func.count()).where(OutboxMessage.name == "AttemptRegraded")
    commit(seat, author, propose(seat, author, RegradePolicy.BETTER))
    assert session.scalar(told) == 0
    commit(seat, author, propose(seat, author, RegradePolicy.NEW_KEY, key=NOT_CHALK, tell=True))
    assert session.scalar(told) == 1


def test_a_batch_that_is_gone_over_again_changes_nothing_more(
    seat: Seat, author: Actor, session: Session
) -> None:
    first, second = attempt(seat, "мелок"), attempt(neighbour(seat), "мелок")
    number = propose(seat, author, RegradePolicy.NEW_KEY)
    quizzes.commit_regrade(session, number, by=author, now=LATER)
    for _ in range(3):
        assert quizzes.apply_regrade(session, number, after=0, now=LATER) == second
    steps = select(func.count()).where(Step.kind == StepKind.REGRADED)
    assert session.scalar(steps) == 2
    run(seat, quizzes.apply_regrade, number)
    run(seat, quizzes.apply_regrade, number)
    assert (session.scalar(steps), mark_of(seat, first)) == (2, 2.0)


def test_what_was_asked_stays_what_it_was(seat: Seat, author: Actor, session: Session) -> None:
    attempt(seat, "мелок")
    slot = session.get_one(Slot, seat.slots[0])
    before = (slot.question_version_id, session.get_one(QuestionVersion, slot.question_version_id).body)
    commit(seat, author, propose(seat, author, RegradePolicy.NEW_KEY))
    session.expire_all()
    slot = session.get_one(Slot, seat.slots[0])
    assert (slot.question_version_id, session.get_one(QuestionVersion, before[0]).body) == before
    corrected = session.scalars(select(Regrade.question_version_id)).one()
    version = session.get_one(QuestionVersion, corrected)
    assert (version.number, version.question_id) == (
        2,
        session.get_one(QuestionVersion, before[0]).question_id,
    )


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"reason": "Ошибка."}, "reason_wrong"),
        ({"reason": "о" * 501}, "reason_wrong"),
        ({"key": None}, "corrected_wrong"),
        ({"key": {"type": "true_false", "text": "Да?", "right": True}}, "corrected_wrong"),
        ({"key": {**SHORT, "answers": []}}, "corrected_wrong"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    seat: Seat, author: Actor, over: dict[str, Any], code: str
) -> None:
    attempt(seat, "мел")
    with pytest.raises(Invalid, match=code):
        propose(seat, author, RegradePolicy.NEW_KEY, **over)


def test_a_corrected_choice_must_have_as_many_options(session: Session, author: Actor) -> None:
    seat = a_seat(session)
    seat.start()
    body = dict(
        session.get_one(QuestionVersion, session.get_one(Slot, seat.slots[0]).question_version_id).body
    )
    body["answers"] = [*body["answers"], {"text": "Ещё один", "fraction": 0.0, "feedback": ""}]
    with pytest.raises(Invalid, match="does_not_fit"):
        propose(seat, author, RegradePolicy.NEW_KEY, key=body)


def test_only_authors_correct_and_only_what_was_counted_is_committed(
    seat: Seat, author: Actor, session: Session
) -> None:
    attempt(seat, "мел")
    for nobody in (seat.by, a_marker(session, seat)):
        with pytest.raises(Forbidden):
            propose(seat, nobody, RegradePolicy.NEW_KEY)
    number = quizzes.propose_regrade(
        session,
        seat.slots[0],
        policy=RegradePolicy.FULL_CREDIT,
        draft=None,
        never_lower=False,
        tell=False,
        reason=REASON,
        by=author,
        now=NOW,
    )
    with pytest.raises(Conflict, match="not_counted_yet"):
        commit(seat, author, number)
    run(seat, quizzes.count_regrade, number)
    commit(seat, author, number)
    with pytest.raises(Conflict, match="committed_already"):
        commit(seat, author, number)


def test_an_attempt_that_is_graded_at_the_same_moment_gets_its_new_mark_too(database: Database) -> None:
    with database.unit_of_work() as session:
        seat = a_seat(session, short=True)
        author = a_role(session, a_person(session), Role.CONTENT_DEVELOPER)
        number = propose(seat, author, RegradePolicy.NEW_KEY)
        waiting = [attempt(neighbour(seat), "мелок", graded=False) for _ in range(6)]

    def correct() -> None:
        doing(database, quizzes.commit_regrade, number, by=author, now=LATER)()
        after: int | None = 0
        while after is not None:
            after = doing(database, quizzes.apply_regrade, number, after=after, now=LATER)()

    graders = [doing(database, quizzes.grade_attempt, one, now=LATER) for one in waiting]
    assert at_once([*graders, correct]) == [None] * 7
    with database.reading() as session:
        assert session.scalars(select(Attempt.mark)).all() == [2.0] * 6
