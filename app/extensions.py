"""The web's shared parts: database sessions, sign-in, CSRF, rate limits, and the unit of work."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from app.nudge import Nudge
from courses.db import begin_writing
from courses.outbox import took_published

db = SQLAlchemy(session_options={"expire_on_commit": False})
login = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, in_memory_fallback_enabled=True)
nudge = Nudge()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction that writes; committed when the block ends, rolled back when it raises.

    Whatever the session had read before is let go, so open it before reading what you mean to change.
    """
    session: Session = db.session()
    begin_writing(session)
    session.info["request_id"] = g.get("request_id", "")
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    if took_published(session):
        nudge.relay()
