"""A learner at a quiz of two questions, for tests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import quizzes
from courses.catalogue import Activity, ActivityKind
from courses.clock import utcnow
from courses.people import Actor
from courses.quizzes import Answer, Saved
from courses.quizzes.models import Quiz, Slot, Step
from tests.factories import (
    a_course,
    a_person,
    a_question,
    an_actor,
    an_enrolment,
    an_offering,
    not_yet_published,
)

NOW = utcnow()


@dataclass
class Seat:
    """Somebody enrolled in a course with a quiz; `slots` in the author's order."""

    session: Session
    by: Actor
    enrolment_id: int
    activity_id: int
    quiz_id: int
    slots: list[int]
    attempt_id: int = 0

    def start(self, now: datetime = NOW) -> int:
        self.attempt_id = quizzes.start_attempt(
            self.session, self.enrolment_id, self.activity_id, by=self.by, now=now
        )
        return self.attempt_id

    def variant(self, place: int) -> dict[str, Any]:
        query = select(Step.data).where(
            Step.attempt_id == self.attempt_id, Step.slot_id == self.slots[place], Step.sequence == 0
        )
        return self.session.scalars(query).one()["variant"]

    def right(self, place: int) -> str:
        """The form value that is right: option 0 of the author's, or true."""
        return "true" if place else str(self.variant(0)["order"].index(0))

    def wrong(self, place: int) -> str:
        return "false" if place else str(self.variant(0)["order"].index(1))

    def save(
        self,
        place: int,
        choice: str,
        *,
        client: str | None = None,
        number: int | None = None,
        seen: int | None = None,
        now: datetime = NOW,
    ) -> Saved:
        answer = Answer(self.slots[place], {"choice": [choice]}, number, seen)
        return quizzes.save_responses(
            self.session, self.attempt_id, [answer], client=client, by=self.by, now=now
        )

    def save_right(self) -> Saved:
        answers = [Answer(slot_id, {"choice": [self.right(n)]}) for n, slot_id in enumerate(self.slots)]
        return quizzes.save_responses(self.session, self.attempt_id, answers, by=self.by, now=NOW)


SHORT = {
    "type": "short_answer",
    "name": "Слово",
    "text": "Чем пишут на доске?",
    "answers": [{"text": "мел", "fraction": 1.0, "feedback": ""}],
}


def a_seat(session: Session, *, short: bool = False, **settings: Any) -> Seat:
    """A confirmed learner, enrolled; `settings` change the quiz; `short` makes the first question one
    of words."""
    version = a_course(session)
    activity_id = session.scalars(
        select(Activity.id).where(
            Activity.course_version_id == version.id, Activity.kind == ActivityKind.QUIZ
        )
    ).one()
    quiz = session.scalars(select(Quiz).where(Quiz.activity_id == activity_id)).one()
    with not_yet_published(session, version.id):
        for name, value in settings.items():
            setattr(quiz, name, value)
        if short:
            slot = session.scalars(select(Slot).where(Slot.quiz_id == quiz.id, Slot.position == 1)).one()
            slot.question_version_id = a_question(session, **SHORT).id
    person = a_person(session)
    enrolment = an_enrolment(session, person, an_offering(session, version))
    slots = list(session.scalars(select(Slot.id).where(Slot.quiz_id == quiz.id).order_by(Slot.position)))
    return Seat(session, an_actor(person), enrolment.id, activity_id, quiz.id, slots)
