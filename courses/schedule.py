"""The periods a scheduler has already served, so that a second scheduler or a missed tick does no harm."""

from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from courses.db import Base


class Tick(Base):
    """The last period of a job that was served; `period` counts from the epoch in the job's interval."""

    __tablename__ = "tick"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[int]
    at: Mapped[datetime]


def claim(session: Session, job: str, *, every: timedelta, now: datetime) -> bool:
    """True for exactly one caller per period. Missed periods are served once, by the first to come after."""
    period = int(now.timestamp() // every.total_seconds())
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(Tick)
        .values(job=job, period=period, at=now)
        .on_conflict_do_update(
            index_elements=["job"], set_={"period": period, "at": now}, where=Tick.period < period
        )
        .returning(Tick.job)
    )
    return session.execute(statement).first() is not None


def last_tick(session: Session) -> datetime | None:
    """When any scheduler last served any job."""
    return session.scalar(select(Tick.at).order_by(Tick.at.desc()).limit(1))
