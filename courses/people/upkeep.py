"""Rows that have served: sessions, links and counted failures are forgotten some time after they are over."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from courses.people.models import MailToken, SignInGuard, SignInSession
from courses.people.sessions import LONGEST

KEPT = timedelta(days=60)
KEPT_FAILURES = timedelta(days=2)


def forget_old(session: Session, *, now: datetime) -> None:
    """Remove sessions and links that were over two months ago, and failures older than two days."""
    session.execute(delete(SignInSession).where(SignInSession.created_at < now - LONGEST - KEPT))
    session.execute(delete(MailToken).where(MailToken.expires_at < now - KEPT))
    session.execute(delete(SignInGuard).where(SignInGuard.last_failure_at < now - KEPT_FAILURES))
