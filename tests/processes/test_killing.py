"""kill -9 of any part while people study: what was acknowledged stays, what is owed is made, no gaps."""

import random
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from app.command.smoke import PASSWORD, Walk
from app.command.stranger import Disappointment, Page, Stranger
from courses.certificates.models import Certificate
from courses.db import Database
from courses.outbox import oldest_owed
from courses.settings import Settings
from tests.processes.conftest import Make

pytestmark = [pytest.mark.processes, pytest.mark.timeout(420)]
LEARNERS = 4
PATIENCE = 60
KILLS = 12
LONGEST_REST = 2.5
KILLING = KILLS * (LONGEST_REST + 1.0)  # seconds until nothing is killed any more
PARTS = ("worker", "valkey", "web", "scheduler")


class Patient(Stranger):
    """A browser whose owner presses «again» while the site is away."""

    def _send(self, request: object, expect: int) -> Page:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return super()._send(request, expect)  # type: ignore[arg-type]
            except Disappointment as failure:
                away = any(sign in str(failure) for sign in ("нет ответа", "ответ 50"))
                if not away or time.monotonic() > until:
                    raise
            time.sleep(0.3)


def test_parts_die_while_people_study(install: Make, database_url: str, tmp_path: Path) -> None:
    installation = install(database_url=database_url)
    installation.start()
    failures: list[str] = []

    def study(number: int) -> None:
        try:
            walk = Walk(installation.url, tmp_path / f"{number}.pdf", Patient, KILLING + PATIENCE)
            walk.run("", PASSWORD)
        except BaseException as failure:
            failures.append(f"learner {number}: {failure!r} {failure}")

    learners = [threading.Thread(target=study, args=(number,)) for number in range(LEARNERS)]
    for learner in learners:
        learner.start()
        time.sleep(0.5)
    dice = random.Random(20261123)
    for number in range(KILLS):
        time.sleep(dice.uniform(1.0, LONGEST_REST))
        installation.kill(PARTS[number % len(PARTS)])
    for learner in learners:
        learner.join()
    assert not failures, failures
    database = Database(Settings.from_env(installation.env).database_url)
    until = time.monotonic() + PATIENCE
    while owed(database):
        assert time.monotonic() < until, "something owed was not made within a minute"
        time.sleep(0.5)
    with database.reading() as session:
        made = session.scalars(select(Certificate).order_by(Certificate.series_number)).all()
    assert [one.series_number for one in made] == list(range(1, LEARNERS + 1))
    assert len({one.code for one in made}) == LEARNERS
    assert all(one.file_key for one in made)
    assert all((tmp_path / f"{number}.pdf").read_bytes().startswith(b"%PDF") for number in range(LEARNERS))
    database.engine.dispose()


def owed(database: Database) -> bool:
    with database.reading() as session:
        return oldest_owed(session) is not None
