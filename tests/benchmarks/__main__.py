"""`make bench`: the budgets of the product, measured and written to docs/performance.md and bench.json."""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
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
from tests.benchmarks.browser import Browser
from tests.benchmarks.bulk import crowd, grading, importing
from tests.benchmarks.installations import SECRET, Counter, Running, embedded, production
from tests.benchmarks.meter import Hello, Meter, Result, cpu_seconds, yardstick
from tests.benchmarks.report import write_report
from tests.benchmarks.works import Visitor, autosaver, take_quiz
from tests.installation import Installation
from tests.postgres import Cluster

OFFERINGS, FEW_OFFERINGS = 2000, 20
CERTIFICATES, WARMING_UP, A_ROUND = 170, 20, 50
CLIENTS = 4
STUDYING = 50
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Work:
    """Something a person would name. `unit` makes what one visitor does over and over."""

    name: str
    unit: Callable[[Visitor], Callable[[], object]]
    times: int
    budget: float
    sized: bool = False


def the_works(latencies: list[float]) -> tuple[Work, ...]:
    """The pages and the quizzes."""

    def attempt(visitor: Visitor, key: str) -> Callable[[], None]:
        return lambda: latencies.append(take_quiz(visitor, key))

    return (
        Work("catalogue, anonymous", _fetching(lambda _: "/", stranger=True), 200, 3.0, sized=True),
        Work("course page, signed in", _fetching(_course_page), 160, 5.0, sized=True),
        Work("«Моё обучение»", _fetching(lambda _: "/study/"), 160, 5.0, sized=True),
        Work("lesson", _fetching(lambda one: one.lesson), 160, 5.0, sized=True),
        Work("autosave of one answer", autosaver, 240, 2.5),
        Work("20-question attempt, one page", lambda one: attempt(one, one.world.quiz_key), 16, 25.0),
        Work("20-question attempt, page by page", lambda one: attempt(one, one.world.paged_key), 8, 100.0),
    )  # fmt: skip


def _course_page(visitor: Visitor) -> str:
    return f"/courses/{visitor.world.course_key}"


def _fetching(
    path: Callable[[Visitor], str], *, stranger: bool = False
) -> Callable[[Visitor], Callable[[], object]]:
    def unit(visitor: Visitor) -> Callable[[], object]:
        if stranger:
            visitor.browser.cookies.clear()
        return lambda: visitor.browser.get(path(visitor))

    return unit


def measured(running: Running, meter: Meter, setup: str, latencies: list[float]) -> list[Result]:
    """Every work by several clients at once, each a learner of their own; and its queries, counted aside."""
    counter, results = Counter(running), []
    learners = cycle(running.world.learners)
    for work in the_works(latencies):
        visitors = [
            Visitor.signed_in(Browser(running.port), running.world, next(learners), SECRET)
            for _ in range(CLIENTS)
        ]
        cpu, bare, wall = meter.measure([work.unit(one) for one in visitors], work.times)
        size = visitors[0].browser.compressed if work.sized else None
        queries = _queries(counter, running, work)
        results.append(Result(work.name, cpu, work.budget, bare, queries, size, wall_ms=wall, setup=setup))
        _say(results[-1])
    counter.close()
    return results


def _queries(counter: Counter, running: Running, work: Work) -> int:
    """The statements of one unit, once everything that is kept in memory is there."""
    visitor = Visitor.signed_in(counter.browser(), running.world, running.world.learners[-1], SECRET)
    unit = work.unit(visitor)
    for _ in range(2):
        unit()
    assert counter.statements
    unit()
    return counter.statements


def certificate(folder: Path, cluster: Cluster, hello: Hello) -> Result:
    """Number, snapshot, PDF, stored: in this process, as a worker does it, where nobody else works."""
    url = cluster.fresh_database()
    command.upgrade(alembic_config(url), "head")
    database, settings = Database(url), Settings.from_env({"KAFEDRA_VAR": str(folder), "DATABASE_URL": url})
    with database.unit_of_work() as session:
        people.ensure_system(session, now=utcnow())
        offering = factories.an_offering(session)
        ids = [
            factories.an_enrolment(session, factories.a_person(session), offering, completed_at=utcnow()).id
            for _ in range(CERTIFICATES)
        ]
    for enrolment_id in ids[:WARMING_UP]:
        one_certificate(database, settings, enrolment_id)
    rounds = [ids[start : start + A_ROUND] for start in range(WARMING_UP, CERTIFICATES, A_ROUND)]
    roots = [psutil.Process(), psutil.Process(cluster.pid)]
    timed = []
    for chosen in rounds:
        bare, before = hello.cpu_ms(1), cpu_seconds(roots)
        for enrolment_id in chosen:
            one_certificate(database, settings, enrolment_id)
        timed.append(((cpu_seconds(roots) - before) / len(chosen) * 1000, bare))
    database.engine.dispose()
    cpu, bare = sorted(timed, key=lambda one: one[0] / one[1])[len(timed) // 2]
    return Result("certificate: number, snapshot, PDF, stored", cpu, 12.0, bare)


def one_certificate(database: Database, settings: Settings, enrolment_id: int) -> str:
    """Issue and print one; its code."""
    files = FolderStore(settings.files_folder)
    with database.unit_of_work() as session:
        made = certificates.issue(session, enrolment_id, settings=settings, by=people.SYSTEM, now=utcnow())
    with database.reading() as session:
        snapshot = certificates.unprinted(session, made.id)
    assert snapshot is not None
    key = files.put(certificates.render(snapshot, files))
    with database.unit_of_work() as session:
        certificates.attach_pdf(session, made.id, key, now=utcnow())
    return made.code


def verification(running: Running, meter: Meter) -> Result:
    """The page that says whether a certificate is genuine, asked for by strangers."""
    with running.database.unit_of_work() as session:
        enrolment_id = factories.an_enrolment(session, completed_at=utcnow()).id
    code = one_certificate(running.database, running.settings, enrolment_id)
    strangers = [Browser(running.port) for _ in range(CLIENTS)]
    cpu, bare, wall = meter.measure([_verifying(one, code) for one in strangers], 160)
    return Result("verification page", cpu, 2.0, bare, bytes=strangers[0].compressed, wall_ms=wall)


def _verifying(stranger: Browser, code: str) -> Callable[[], None]:
    def unit() -> None:
        stranger.move()
        stranger.get(f"/verify/{code}")

    return unit


def hundredfold(folder: Path, cluster: Cluster, hello: Hello, large: Result) -> Result:
    """How much dearer the catalogue is with a hundred times as much in it."""
    with production(folder, cluster, FEW_OFFERINGS) as running:
        units = [_getting(Browser(running.port), "/") for _ in range(CLIENTS)]
        cpu, bare, _ = Meter(running.roots, hello).measure(units, 200)
    small = Result("", cpu, None, bare)
    return Result("catalogue, 100 times the data, ratio", large.scaled / small.scaled, 1.3, unit="ratio")


def _getting(browser: Browser, path: str) -> Callable[[], object]:
    return lambda: browser.get(path)


def starts(folder: Path) -> list[Result]:
    """How long one command takes with an empty folder and with a full one."""
    running = Installation(folder / "var-start")
    cold = running.start()
    running.stop()
    warm = running.start()
    running.stop()
    return [
        Result("cold start to the first answer", cold, 3.0, unit="s", setup="embedded"),
        Result("warm start to the first answer", warm, 3.0, unit="s", setup="embedded"),
    ]


def memory(running: Running) -> list[Result]:
    """At rest, and while fifty learners at once read and take a quiz."""
    rest = running.installation.pss() / MEGABYTE
    visitors = [
        Visitor.signed_in(Browser(running.port), running.world, learner, SECRET)
        for learner in running.world.learners[:STUDYING]
    ]
    with ThreadPoolExecutor(len(visitors)) as pool:
        studying = [pool.submit(_study, visitor) for visitor in visitors]
        most = rest
        while not all(one.done() for one in studying):
            most = max(most, running.installation.pss() / MEGABYTE)
            time.sleep(0.2)
        for one in studying:
            one.result()
    return [
        Result("memory at rest", rest, 250.0, unit="MB PSS", setup="embedded"),
        Result(f"memory with {STUDYING} learners", most, 400.0, unit="MB PSS", setup="embedded"),
    ]


def _study(visitor: Visitor) -> None:
    visitor.browser.get(visitor.lesson)
    visitor.browser.get("/study/")
    take_quiz(visitor, visitor.world.quiz_key)


def _waits(latencies: list[float], setup: str) -> list[Result]:
    """How long a learner waits for the mark."""
    ordered = sorted(latencies)
    late = ordered[len(ordered) * 95 // 100]
    return [
        Result("finishing until the mark, median", statistics.median(ordered), None, unit="s", setup=setup),
        Result("finishing until the mark, 95 of 100", late, 2.0, unit="s", setup=setup),
    ]


def _say(one: Result) -> None:
    print(
        f"{one.setup:<10} {one.work:<44} {one.cpu_ms:8.2f} -> {one.scaled:8.2f} of {one.budget}", flush=True
    )


def everything(folder: Path, hello: Hello) -> list[Result]:
    """All measurements, the production set-up first."""
    results: list[Result] = []
    latencies: list[float] = []
    with Cluster.shared() as cluster:
        with production(folder, cluster, OFFERINGS) as running:
            meter = Meter(running.roots, hello)
            results += measured(running, meter, "production", latencies)
            results += [verification(running, meter), *_waits(latencies, "production")]
            results += crowd(running)
        results.append(certificate(folder, cluster, hello))
        results += [*grading(cluster, hello), importing(cluster, hello)]
        results.append(hundredfold(folder, cluster, hello, results[0]))
    latencies.clear()
    with embedded(folder, OFFERINGS) as running:
        meter = Meter(running.roots, hello)
        results += memory(running) + measured(running, meter, "embedded", latencies)
        results += _waits(latencies, "embedded")
    return results + starts(folder)


def main() -> int:
    """Measure everything; 1 when a budget is missed."""
    folder, began = Path(tempfile.mkdtemp(prefix="kafedra-bench-")), datetime.now(UTC)
    with yardstick(folder) as hello:
        results = everything(folder, hello)
    var = Path(os.environ.get("KAFEDRA_VAR", "var"))
    var.mkdir(exist_ok=True)
    (var / "bench.json").write_text("".join(one.line() + "\n" for one in results))
    write_report(results, hello.median, began)
    shutil.rmtree(folder, ignore_errors=True)
    return 0 if all(one.ok for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
