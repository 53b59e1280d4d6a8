"""The web server's settings that are the same everywhere."""

import gc
import os

from app.extensions import db

graceful_timeout = 30
timeout = 60
keepalive = 15
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a heartbeat file, no data
loglevel = "warning"
accesslog = None


def when_ready(_server: object) -> None:
    """What the parent loaded is shared by the children and never collected."""
    gc.collect()
    gc.freeze()


def post_fork(_server: object, worker: object) -> None:
    """A child opens its own connections."""
    application = worker.app.wsgi()  # type: ignore[attr-defined]
    with application.app_context():
        db.engine.dispose(close=False)
