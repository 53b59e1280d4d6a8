"""Deliveries shuffled, repeated, lost and late, from two pages, against a model that fits on a screen."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import catalogue, quizzes
from courses.db import Database, begin_writing
from courses.quizzes import Answer, Fate
from courses.quizzes.models import Step
from tests.courses.quizzes.seat import NOW, a_seat

TEXTS = st.sampled_from(["мел", "доска", "указка", ""])
PAGES = st.sampled_from(["page-a", "page-b"])


@contextmanager
def writing(database: Database) -> Iterator[Session]:
    with database.sessions() as session:
        begin_writing(session)
        yield session
        session.rollback()


class Deliveries(RuleBasedStateMachine):
    """Each page numbers what it says; the network delivers in any order, any number of times, or not
    at all."""

    sent = Bundle("sent")

    def __init__(self, database: Database) -> None:
        super().__init__()
        catalogue.forget()  # what was rolled back gives its numbers to the next example
        self.context = writing(database)
        self.session = self.context.__enter__()
        self.seat = a_seat(self.session, short=True)
        self.seat.start()
        self.slot = self.seat.slots[0]
        self.numbers = {"page-a": 0, "page-b": 0}
        self.heard: dict[str, set[int]] = {"page-a": set(), "page-b": set()}
        self.counted = ""
        self.acknowledged: set[tuple[str, int, str]] = set()

    @rule(target=sent, page=PAGES, text=TEXTS)
    def say(self, page: str, text: str) -> tuple[str, int, str]:
        self.numbers[page] += 1
        return page, self.numbers[page], text

    @rule(delivery=sent)
    def deliver(self, delivery: tuple[str, int, str]) -> None:
        page, number, text = delivery
        answer = Answer(self.slot, {"text": [text]}, number)
        saved = quizzes.save_responses(
            self.session, self.seat.attempt_id, [answer], client=page, by=self.seat.by, now=NOW
        )
        newest = max(self.heard[page], default=0)
        if number not in self.heard[page] and number > newest:
            self.counted = text
            assert saved.slots[0].fate is Fate.SAVED
        self.heard[page].add(number)
        self.acknowledged.add(delivery)

    @rule(text=TEXTS)
    def post_a_plain_form(self, text: str) -> None:
        saved = quizzes.save_responses(
            self.session,
            self.seat.attempt_id,
            [Answer(self.slot, {"text": [text]})],
            by=self.seat.by,
            now=NOW,
        )
        assert saved.slots[0].fate is Fate.SAVED
        self.counted = text

    @invariant()
    def what_counts_is_the_last_word_of_the_newest_delivery(self) -> None:
        sitting = quizzes.sitting(self.session, self.seat.attempt_id, by=self.seat.by)
        response = next(sheet for sheet in sitting.sheets if sheet.slot_id == self.slot).response
        assert response.get("text", "") == self.counted

    @invariant()
    def everything_acknowledged_is_kept(self) -> None:
        steps = self.session.execute(
            select(Step.client, Step.client_sequence, Step.data, Step.sequence)
            .where(Step.slot_id == self.slot, Step.kind == "saved")
            .order_by(Step.sequence)
        ).all()
        kept = {(step.client, step.client_sequence): step.data["response"].get("text", "") for step in steps}
        for page, number, text in self.acknowledged:
            assert kept[page, number] == text
        assert [step.sequence for step in steps] == list(range(1, len(steps) + 1))

    def teardown(self) -> None:
        self.context.__exit__(None, None, None)


@pytest.mark.timeout(170)
def test_whatever_the_network_does_nothing_is_lost_and_the_newest_counts(database: Database) -> None:
    run_state_machine_as_test(
        lambda: Deliveries(database), settings=settings(max_examples=25, stateful_step_count=20)
    )
