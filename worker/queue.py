"""The task queue and its guarantees: a reaction runs until it is done, and twice does no harm.

A delivery (see `courses.outbox`) is the promise; a Celery task is only one try to keep it.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_ready
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from courses import logs, outbox
from courses.clock import utcnow
from courses.db import Database
from courses.errors import DomainError
from courses.files import FolderStore
from courses.outbox import Fact
from courses.settings import Settings

log = structlog.get_logger("kafedra.worker")

VISIBILITY = 900
TIME_LIMIT = 120
REACTIONS: dict[str, list[str]] = defaultdict(list)
FUNCTIONS: dict[str, Callable[..., None]] = {}


@cache
def settings() -> Settings:
    """The installation's choices, read once per process."""
    return Settings.from_env()


@cache
def database() -> Database:
    """The process's own engine; a forked child makes its own."""
    return Database(settings().database_url)


@cache
def files() -> FolderStore:
    """Where the bytes are."""
    return FolderStore(settings().files_folder)


def make_celery(chosen: Settings) -> Celery:
    """The queue with every setting that was measured to matter."""
    app = Celery("kafedra", broker=chosen.broker_url)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure_or_timeout=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_time_limit=TIME_LIMIT,
        task_soft_time_limit=TIME_LIMIT - 10,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_soft_shutdown_timeout=30,
        visibility_timeout=VISIBILITY,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_connect_timeout": 5,
            "health_check_interval": 25,
            "global_keyprefix": "kafedra:",
        },
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_max": 1},
        timezone="UTC",
    )
    return app


celery = make_celery(settings())


@setup_logging.connect
def speak(**_: object) -> None:
    """Our log lines instead of the queue's own."""
    logs.configure(settings().log_level)


@worker_process_init.connect
def start_child(**_: object) -> None:
    """A forked child must not share its parent's connections."""
    database.cache_clear()


@worker_ready.connect
def recall_lost(**_: object) -> None:
    """A worker that starts may follow one that died with work in its hands.

    The engine is closed again at once: children are forked from this process.
    """
    base = Database(settings().database_url)
    recall(base)
    base.engine.dispose()


def recall(base: Database) -> None:
    """Make due at once whatever was sent and is not done."""
    with base.unit_of_work() as session:
        lost = outbox.recall(session, now=utcnow())
    if lost:
        log.info("deliveries.recalled", count=lost)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction that writes; what it published is handed on at once, if anything reacts to it."""
    with database().unit_of_work() as session:
        session.info["request_id"] = structlog.contextvars.get_contextvars().get("request_id", "")
        yield session
    if any(REACTIONS.get(name) for name in outbox.took_published(session)):
        hand_on()


def reacts_to(*facts: type[Fact]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare what happens, once or more often, after every stored fact of these kinds.

    The function is called with the fact's ids by name.
    """

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        for fact in facts:
            name = f"{fact.name()}.{function.__name__}"
            FUNCTIONS[name] = function
            REACTIONS[fact.name()].append(name)
        return function

    return declare


@celery.task(name="react")
def react(delivery_id: int, reaction: str, payload: dict[str, Any], request_id: str = "") -> None:
    """One try to keep one promise. A refusal by the domain is final: the world moved on."""
    structlog.contextvars.bind_contextvars(request_id=request_id, reaction=reaction, pid=os.getpid())
    with database().reading() as session:
        if outbox.is_settled(session, delivery_id):
            return
    refusal = None
    try:
        FUNCTIONS[reaction](**payload)
    except DomainError as error:
        refusal = f"{type(error).__name__}:{error.code}"[:80]
        log.warning("reaction.refused", refusal=refusal)
    except Exception:
        log.exception("reaction.failed")
        raise
    with unit_of_work() as session:
        outbox.settle(session, delivery_id, now=utcnow(), refusal=refusal)
    log.info("reaction.done", delivery=delivery_id)


def hand_on() -> None:
    """Relay at once instead of in a second; a broker that is away only costs that second."""
    try:
        relay(database())
    except (BrokerError, RedisError, OSError) as error:
        log.warning("relay.later", reason=type(error).__name__)


def relay(base: Database) -> int:
    """Hand every delivery that is due to the broker; the number handed over. Any number of relays may run.

    The lease is committed before the broker is asked: when the broker is down the delivery is simply due
    again after its lease, and nothing is lost.
    """
    now = utcnow()
    with base.reading() as session:
        if not outbox.anything_due(session, now=now):
            return 0
    with base.unit_of_work() as session:
        outbox.dispatch(session, REACTIONS, now=now)
        due = outbox.lease(session, now=now)
    for delivery in due:
        react.apply_async(
            args=(delivery.id, delivery.reaction, dict(delivery.payload), delivery.request_id),
            task_id=f"{delivery.id}.{delivery.attempts}",
        )
    return len(due)
