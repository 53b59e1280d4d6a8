"""Work in bulk: ten thousand attempts graded, ten thousand questions imported, two hundred people writing."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psutil
from alembic import command
from sqlalchemy import insert, text

from app.command.prepare import alembic_config
from courses import people, questions, quizzes
from courses.clock import utcnow
from courses.db import Database
from courses.questions import formats
from courses.quizzes.models import Attempt, GradingProgress
from courses.quizzes.rules import AttemptState
from tests import factories
from tests.benchmarks.browser import Browser
from tests.benchmarks.installations import SECRET, Running
from tests.benchmarks.meter import Hello, Result, cpu_seconds
from tests.benchmarks.works import Visitor, autosaver
from tests.postgres import Cluster

ATTEMPTS, QUESTIONS = 10_000, 20
IMPORTED = 10_000
WRITERS, EVERY, SECONDS = 200, 2.0, 20.0  # as many requests a second as 1,000 people who save every ten
STEPS = """
    INSERT INTO step (attempt_id, slot_id, sequence, kind, at, data, current)
    SELECT a.id, s.id, 0, 'started', a.started_at,
           jsonb_build_object('seed', 1, 'variant', jsonb_build_object('order', jsonb_build_array(0, 1))),
           true
    FROM attempt a CROSS JOIN slot s
    UNION ALL
    SELECT a.id, s.id, 1, 'saved', a.started_at,
           jsonb_build_object('response', jsonb_build_object('choice', (a.id + s.id) % 2)), true
    FROM attempt a CROSS JOIN slot s
"""


@contextmanager
def empty(cluster: Cluster) -> Iterator[Database]:
    """A PostgreSQL database with the schema and the system."""
    url = cluster.fresh_database()
    command.upgrade(alembic_config(url), "head")
    database = Database(url)
    with database.unit_of_work() as session:
        people.ensure_system(session, now=utcnow())
    yield database
    database.engine.dispose()


def grading(cluster: Cluster, hello: Hello) -> list[Result]:
    """Ten thousand finished attempts of twenty questions, graded one by one as a worker does it."""
    with empty(cluster) as database:
        ids = _finished_attempts(database)
        roots = [psutil.Process(), psutil.Process(cluster.pid)]
        bare, before, began = hello.cpu_ms(1), cpu_seconds(roots), time.perf_counter()
        for attempt_id in ids:
            with database.unit_of_work() as session:
                quizzes.grade_attempt(session, attempt_id, now=utcnow())
        spent, passed = cpu_seconds(roots) - before, time.perf_counter() - began
        _all_graded(database)
    each = Result("grading of a 20-question attempt", spent / len(ids) * 1000, None, bare)
    each.wall_ms = passed / len(ids) * 1000
    return [
        each,
        Result("attempts graded a second by one core", len(ids) / spent, None, unit="a second"),
    ]


def _finished_attempts(database: Database) -> list[int]:
    with database.unit_of_work() as session:
        version = factories.a_course(session, quiz=False, published_at=None, published_by_id=None)
        module = factories.a_module(session, version, position=2, key="tests", title="Тесты")
        activity = factories.an_activity(session, version, module, "quiz", 2, key="test", title="Тест")
        made = [factories.a_question(session, **_body(number)) for number in range(QUESTIONS)]
        quiz = factories.a_quiz(session, activity, *made, per_page=0, attempts=0)
        version.published_at, version.published_by_id = utcnow(), people.SYSTEM_ID
        offering = factories.an_offering(session, version)
        learners = [factories.an_enrolment(session, None, offering).id for _ in range(ATTEMPTS // 20)]
        began = utcnow() - timedelta(hours=1)
        rows = [_attempt(number, quiz.id, learners, began) for number in range(ATTEMPTS)]
        ids = list(session.scalars(insert(Attempt).returning(Attempt.id), rows))
        session.execute(text(STEPS))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return ids


def _attempt(number: int, quiz_id: int, learners: list[int], began: Any) -> dict[str, Any]:
    return {
        "quiz_id": quiz_id,
        "enrolment_id": learners[number % len(learners)],
        "number": number // len(learners) + 1,
        "state": AttemptState.FINISHED,
        "layout": list(range(1, QUESTIONS + 1)),
        "flagged": [],
        "started_at": began,
        "finished_at": began + timedelta(minutes=30),
        "receipt": f"{number:024d}",
        "grading_progress": GradingProgress.PENDING,
    }


def _body(number: int) -> dict[str, Any]:
    body = dict(factories.QUESTIONS[0])
    return body | {"name": f"Вопрос {number + 1}", "text": f"{body['text']} ({number + 1})"}


def _all_graded(database: Database) -> None:
    with database.reading() as session:
        left = session.execute(text("SELECT count(*) FROM attempt WHERE mark IS NULL")).scalar_one()
    assert left == 0, f"{left} attempts have no mark"


def importing(cluster: Cluster, hello: Hello) -> Result:
    """A GIFT file of ten thousand questions: read, checked, stored."""
    data = "\n\n".join(_gift(number) for number in range(IMPORTED)).encode()
    with empty(cluster) as database:
        roots = [psutil.Process(), psutil.Process(cluster.pid)]
        bare, before, began = hello.cpu_ms(1), cpu_seconds(roots), time.perf_counter()
        _, report = formats.read_as(data, "questions.gift")
        assert not report.errors, report.errors[:3]
        assert len(report.drafts) == IMPORTED
        with database.unit_of_work() as session:
            assert len(set(questions.store(session, "замер", report.drafts, now=utcnow()))) == IMPORTED
        spent, passed = cpu_seconds(roots) - before, time.perf_counter() - began
    result = Result("10,000 GIFT questions imported, each", spent / IMPORTED * 1000, 1.0, bare)
    result.wall_ms = passed / IMPORTED * 1000
    return result


def _gift(number: int) -> str:
    return (
        f"::Вопрос {number}:: Сколько связей соединяет {number % 90 + 3} узлов в кольцо? {{\n"
        f"={number % 90 + 3}#Верно: столько же, сколько узлов.\n~{number % 90 + 2}#На одну меньше — цепь.\n"
        f"~{number % 90 + 4}\n####В кольце у каждого узла два соседа.}}"
    )


def crowd(running: Running) -> list[Result]:
    """Two hundred attempts that run at once, each saved every two seconds whatever the others wait for."""
    learners = running.world.learners[:WRITERS]
    assert len(learners) == WRITERS
    visitors = [Visitor.signed_in(Browser(running.port), running.world, one, SECRET) for one in learners]
    with ThreadPoolExecutor(8) as pool:
        savers = list(pool.map(autosaver, visitors))
    waits, lock, began = list[float](), threading.Lock(), time.monotonic() + 0.5

    def write(number: int, save: Callable[[], None]) -> None:
        for turn in range(int(SECONDS / EVERY)):
            due = began + turn * EVERY + number / WRITERS * EVERY
            time.sleep(max(0.0, due - time.monotonic()))
            save()
            with lock:
                waits.append(time.monotonic() - due)

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(write, number, save) for number, save in enumerate(savers)]:
            done.result()
    ordered = sorted(waits)
    return [
        Result("autosave, 200 attempts at once, median", ordered[len(ordered) // 2], None, unit="s"),
        Result(
            "autosave, 200 attempts at once, 95 of 100", ordered[len(ordered) * 95 // 100], 0.15, unit="s"
        ),
    ]
