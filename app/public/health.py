"""Whether this installation lives and is ready to serve, for load balancers and people on duty."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

import redis
import structlog
from flask import Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.extensions import db, limiter
from app.public import bp
from app.templating import settings
from courses import outbox, schedule
from courses.clock import utcnow

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"
REVISION = re.compile(r"^(down_)?revision(?:\s*:[^=]+)?\s*=\s*(.+)$", re.M)
QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
SCHEDULER_MAY_REST = timedelta(minutes=3)
OUTBOX_MAY_WAIT = timedelta(seconds=60)
OK, LATE, AWAY = "ok", "late", "away"
VITAL = ("database", "migrations", "storage")

log = structlog.get_logger("kafedra.health")
_told_last: dict[str, dict[str, str]] = {}


@bp.get("/livez")
@limiter.exempt
def livez() -> ResponseReturnValue:
    """This process answers; nothing else is looked at."""
    return _uncached(Response("ok\n", mimetype="text/plain"))


@bp.get("/readyz")
@limiter.exempt
def readyz() -> ResponseReturnValue:
    """Every part and whether it is there.

    Without a vital one 503; without another the product works on, degraded.
    """
    checks = {**_database(), "storage": _storage(), "broker": _broker()}
    failing = any(checks[name] != OK for name in VITAL)
    degraded = any(state != OK for state in checks.values())
    status = "failing" if failing else "degraded" if degraded else "ok"
    _tell(checks)
    answer = jsonify(status=status, checks=checks)
    answer.status_code = 503 if failing else 200
    return _uncached(answer)


@bp.get("/version")
@limiter.exempt
def version() -> ResponseReturnValue:
    """Which release this is."""
    return _uncached(jsonify(name="kafedra", version=_release()))


def _database() -> dict[str, str]:
    """What only the database can tell; each is asked by itself, so that no failure hides another."""
    session = db.session()
    return {name: _ask(name, look, session) for name, look in LOOKS.items()}


def _ask(name: str, look: Callable[[Session], bool], session: Session) -> str:
    try:
        return OK if look(session) else LATE
    except SQLAlchemyError as error:
        session.rollback()
        log.error("health.unanswered", check=name, reason=type(error).__name__)
        return AWAY


def _answers(session: Session) -> bool:
    return bool(session.scalar(text("SELECT 1")))


def _migrated(session: Session) -> bool:
    """Whether the schema is the one this release was written for."""
    present = session.scalars(text("SELECT version_num FROM alembic_version")).all()
    return list(present) == [head()]


def _scheduled(session: Session) -> bool:
    """Whether a scheduler was seen lately."""
    last = schedule.last_tick(session)
    return last is not None and utcnow() - last <= SCHEDULER_MAY_REST


def _told(session: Session) -> bool:
    """Whether no fact waits for its reactions longer than it should."""
    oldest = outbox.oldest_owed(session)
    return oldest is None or utcnow() - oldest <= OUTBOX_MAY_WAIT


LOOKS = {"database": _answers, "migrations": _migrated, "scheduler": _scheduled, "outbox": _told}


def _storage() -> str:
    return OK if current_app.extensions["files"].writable() else AWAY


def _broker() -> str:
    try:
        _client(settings().redis_url).ping()
    except redis.RedisError:
        return AWAY
    return OK


def _tell(checks: dict[str, str]) -> None:
    """One line in the log when something has changed, not one at every look."""
    if _told_last.get("checks", dict.fromkeys(checks, OK)) != checks:
        log.warning("health", **checks)
    _told_last["checks"] = checks


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)


@cache
def head() -> str:
    """The newest migration, read from the files: the web has no other need of the migration library."""
    present: set[str] = set()
    followed: set[str] = set()
    for path in VERSIONS.glob("*.py"):
        for down, value in REVISION.findall(path.read_text(encoding="utf-8")):
            (followed if down else present).update(QUOTED.findall(value))
    [newest] = present - followed
    return newest


@cache
def _release() -> str:
    try:
        return version_of("kafedra")
    except PackageNotFoundError:
        return "unknown"


def _uncached(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
