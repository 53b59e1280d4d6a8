"""The background, by fact: when it happened. `celery -A worker worker` runs it; it knows no web framework."""

from worker.queue import celery

__all__ = ["celery"]

from worker import reactions  # noqa: F401 - declares every reaction
