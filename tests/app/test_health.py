"""Whether this installation lives and is ready: what load balancers and people on duty ask."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.factory import create_app
from app.public import health
from courses import outbox, schedule
from courses.clock import utcnow
from courses.learning import EnrolmentOpened
from courses.outbox import OutboxMessage

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@pytest.fixture(autouse=True)
def silence():
    """Each test begins as a new process does."""
    health._told_last.clear()


@pytest.fixture
def migrated(database):
    """The mark that migrating leaves behind."""
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": health.head()})
    yield
    with database.unit_of_work() as session:
        session.execute(text("DROP TABLE alembic_version"))


@pytest.fixture
def ticking(database):
    """A scheduler that was seen a moment ago."""
    tick(database, timedelta())


def tick(database, ago):
    with database.unit_of_work() as session:
        schedule.claim(session, "relay", every=timedelta(seconds=1), now=utcnow() - ago)


def owe(database, ago):
    with database.unit_of_work() as session:
        session.add(
            OutboxMessage(name="EnrolmentOpened", payload={"enrolment_id": 1}, created_at=utcnow() - ago)
        )


def ask(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json["status"], answer.json["checks"]


def test_living_needs_nothing_and_nobody(client, count_queries):
    with count_queries() as counted:
        answer = client.get("/livez")
    assert (answer.status_code, answer.text, len(counted)) == (200, "ok\n", 0)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_broker_the_product_is_degraded_and_serves(client, migrated, ticking):
    fine = dict.fromkeys(("database", "migrations", "storage", "scheduler", "outbox"), "ok")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["checks"] == fine | {"broker": "away"}
    assert "Set-Cookie" not in answer.headers


def test_with_everything_there_it_is_ready(client, migrated, ticking, monkeypatch):
    monkeypatch.setattr(health, "_broker", lambda: "ok")
    status, word, checks = ask(client)
    assert (status, word) == (200, "ok")
    assert set(checks.values()) == {"ok"}


def test_an_unmigrated_database_is_not_served(client, ticking):
    status, word, checks = ask(client)
    assert (status, word, checks["migrations"], checks["database"]) == (503, "failing", "away", "ok")


def test_a_database_of_another_release_is_not_served(client, migrated, database):
    with database.unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    status, word, checks = ask(client)
    assert (status, word, checks["migrations"]) == (503, "failing", "late")


@pytest.mark.parametrize(("minutes", "said"), [(2, "ok"), (4, "late"), (60 * 24 * 400, "late")])
def test_a_scheduler_may_rest_three_minutes(client, migrated, database, minutes, said):
    tick(database, timedelta(minutes=minutes))
    status, word, checks = ask(client)
    assert (status, word, checks["scheduler"]) == (200, "degraded", said)


def test_a_scheduler_that_was_never_seen_is_late(client, migrated):
    assert ask(client)[2]["scheduler"] == "late"


@pytest.mark.parametrize(("seconds", "said"), [(30, "ok"), (90, "late")])
def test_a_fact_may_wait_a_minute(client, migrated, ticking, database, seconds, said):
    owe(database, timedelta(seconds=seconds))
    status, _, checks = ask(client)
    assert (status, checks["outbox"]) == (200, said)


def test_a_fact_whose_reaction_is_not_done_is_still_owed(client, migrated, ticking, database):
    owe(database, timedelta(minutes=5))
    with database.unit_of_work() as session:
        outbox.dispatch(session, {EnrolmentOpened.name(): ["say_hello"]}, now=utcnow())
    assert ask(client)[2]["outbox"] == "late"
    with database.unit_of_work() as session:
        [delivery] = outbox.lease(session, now=utcnow())
        outbox.settle(session, delivery.id, now=utcnow())
    assert ask(client)[2]["outbox"] == "ok"


def test_storage_that_cannot_be_written_is_not_served(client, app, migrated, ticking, monkeypatch):
    monkeypatch.setattr(app.extensions["files"], "writable", lambda: False)
    status, word, checks = ask(client)
    assert (status, word, checks["storage"]) == (503, "failing", "away")


def test_a_database_that_is_away_is_said_so_and_nothing_is_told_about_it(settings, monkeypatch):
    broken = create_app(replace(settings, log_level="ERROR"), TESTING=True, RATELIMIT_ENABLED=False)

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("host=secret.example password=hidden"))

    with broken.app_context():
        monkeypatch.setattr(db.engine.pool, "connect", refuse)
        answer = broken.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["status"] == "failing"
    assert answer.json["checks"]["database"] == "away"
    assert "secret" not in answer.text
    assert "hidden" not in answer.text


def test_only_changes_are_logged(client, migrated, ticking, database, capfd):
    for _ in range(3):
        ask(client)
    owe(database, timedelta(minutes=5))
    for _ in range(3):
        ask(client)
    lines = [json.loads(line) for line in "".join(capfd.readouterr()).splitlines() if line.startswith("{")]
    assert [(line["event"], line["outbox"]) for line in lines] == [("health", "ok"), ("health", "late")]


def test_the_version_is_told(client):
    answer = client.get("/version")
    assert answer.status_code == 200
    assert set(json.loads(answer.text)) == {"name", "version"}


def test_the_head_read_from_the_files_is_the_head_that_migrating_knows():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert health.head() == ScriptDirectory.from_config(config).get_current_head()


def test_looking_costs_a_bounded_number_of_queries(client, migrated, ticking, count_queries):
    ask(client)
    with count_queries() as counted:
        ask(client)
    assert len(counted) <= 6
