"""`make bench`: the budgets of the product, measured and written to docs/performance.md and bench.json."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
from alembic import command

from app.command.prepare import alembic_config
from courses import certificates, people
from courses.clock import utcnow
from courses.db import Database
from courses.files import FolderStore
from courses.settings import Settings
from tests import factories
from tests.benchmarks.meter import Browser, Result, cpu_seconds, measure, yardstick
from tests.benchmarks.report import write_report
from tests.benchmarks.works import Visitor, autosaver, take_quiz
from tests.benchmarks.world import World, a_world, fill_catalogue
from tests.installation import Installation
from tests.postgres import Cluster

SECRET = "bench-" + "s" * 40
OFFERINGS = 2000
CERTIFICATES = 150


@contextmanager
def production(
    folder: Path, cluster: Cluster, offerings: int
) -> Iterator[tuple[Installation, World, Database]]:
    """gunicorn, workers and scheduler in production mode on PostgreSQL and Valkey, with so many offerings."""
    url = cluster.fresh_database()
    command.upgrade(alembic_config(url), "head")
    database = Database(url)
    with database.unit_of_work() as session:
        people.ensure_system(session, now=utcnow())
        world = a_world(session)
        fill_catalogue(session, offerings)
    running = Installation(
        folder / f"var-{offerings}",
        url,
        KAFEDRA_ENV="production",
        KAFEDRA_SECRET_KEY=SECRET,
        KAFEDRA_PUBLIC_URL="http://127.0.0.1",
    )
    running.start()
    try:
        yield running, world, database
    finally:
        running.stop()
        database.engine.dispose()


def pages(running: Installation, world: World, roots: list[psutil.Process]) -> list[Result]:
    """The pages and the quizzes."""
    stranger = Browser(running.port)
    learner = Visitor.signed_in(running.port, world, SECRET)
    lesson = f"/study/{world.enrolment_id}/{world.lesson_key}"
    plan = (
        ("catalogue, anonymous", lambda: stranger.get("/"), 200, 3.0, stranger),
        (
            "course page, signed in",
            lambda: learner.browser.get(f"/courses/{world.course_key}"),
            200,
            5.0,
            learner.browser,
        ),
        ("«Моё обучение»", lambda: learner.browser.get("/study/"), 200, 5.0, learner.browser),
        ("lesson", lambda: learner.browser.get(lesson), 200, 5.0, learner.browser),
        ("autosave of one answer", autosaver(learner), 300, 2.5, None),
        ("20-question attempt, one page", lambda: take_quiz(learner, world.quiz_key), 15, 25.0, None),
        ("20-question attempt, page by page", lambda: take_quiz(learner, world.paged_key), 6, 100.0, None),
    )
    results = []
    for work, unit, times, budget, sized in plan:
        cpu, wall = measure(roots, unit, times=times)
        results.append(Result(work, cpu, budget, bytes=sized.size if sized else None, wall_ms=wall))
        print(f"{work:<40} {cpu:8.2f} ms  (budget {budget})", flush=True)
    return results


def certificates_made(running: Installation, database: Database, postgres: psutil.Process) -> list[Result]:
    """Number, snapshot, PDF, stored: in this process, as a worker does it; and the page that verifies one."""
    settings = Settings.from_env(running.env)
    files = FolderStore(settings.files_folder)
    with database.unit_of_work() as session:
        offering = factories.an_offering(session)
        ids = [
            factories.an_enrolment(session, factories.a_person(session), offering, completed_at=utcnow()).id
            for _ in range(CERTIFICATES)
        ]
    roots = [psutil.Process(), postgres]
    code = ""
    for index, enrolment_id in enumerate(ids):
        if index == 20:
            before = cpu_seconds(roots)
        with database.unit_of_work() as session:
            made = certificates.issue(
                session, enrolment_id, settings=settings, by=people.SYSTEM, now=utcnow()
            )
            certificate_id, code = made.id, made.code
        with database.reading() as session:
            snapshot = certificates.unprinted(session, certificate_id)
        assert snapshot is not None
        key = files.put(certificates.render(snapshot, files))
        with database.unit_of_work() as session:
            certificates.attach_pdf(session, certificate_id, key, now=utcnow())
    spent = (cpu_seconds(roots) - before) / (CERTIFICATES - 20) * 1000
    stranger = Browser(running.port)
    everything = [psutil.Process(running.process.pid), postgres] if running.process else []
    cpu, wall = measure(everything, lambda: stranger.get(f"/verify/{code}"), times=25)
    return [
        Result("certificate: number, snapshot, PDF, stored", spent, 12.0),
        Result("verification page", cpu, 2.0, bytes=stranger.size, wall_ms=wall),
    ]


def embedded(folder: Path) -> list[Result]:
    """What one command costs: the start, and the memory at rest."""
    running = Installation(folder / "var-embedded")
    running.start()
    running.stop()
    began = running.start()
    time.sleep(5)
    memory = running.pss() / 1024 / 1024
    running.stop()
    return [
        Result("embedded: warm start to first answer, s (not CPU)", began, 5.0),
        Result("embedded: memory at rest, MB PSS (not CPU)", memory, 250.0),
    ]


def main() -> int:
    """Measure everything; 1 when a budget is missed."""
    folder = Path(tempfile.mkdtemp(prefix="kafedra-bench-"))
    began = datetime.now(UTC)
    base = yardstick(folder)
    print(f"a bare Flask page: {base:.2f} ms CPU", flush=True)
    with Cluster.shared() as cluster:
        postgres = psutil.Process(cluster.pid)
        with production(folder, cluster, OFFERINGS) as (running, world, database):
            assert running.process
            roots = [psutil.Process(running.process.pid), postgres]
            results = pages(running, world, roots) + certificates_made(running, database, postgres)
        with production(folder, cluster, 20) as (running, world, database):
            assert running.process
            small = measure(
                [psutil.Process(running.process.pid), postgres],
                lambda: Browser(running.port).get("/"),
                times=200,
            )[0]
        large = next(one.cpu_ms for one in results if one.work.startswith("catalogue"))
        results.append(Result("catalogue, 100 times the data, ratio (not CPU)", large / small, 1.3))
    results += embedded(folder)
    for one in results:
        one.yardstick_cpu_ms, one.ok = base, one.cpu_ms <= one.budget
    var = Path(os.environ.get("KAFEDRA_VAR", "var"))
    var.mkdir(exist_ok=True)
    (var / "bench.json").write_text("".join(one.line() + "\n" for one in results))
    write_report(results, base, began)
    shutil.rmtree(folder, ignore_errors=True)
    return 0 if all(one.ok for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
