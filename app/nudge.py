"""Waking the relay right after a commit. Only speed hangs on it: the relay looks by itself every second."""

import time

import redis
import structlog

from courses import outbox

REST_AFTER_FAILURE = 5.0

log = structlog.get_logger(__name__)


class Nudge:
    """Pushes a word to a list the scheduler waits on; rests five seconds when the broker does not answer."""

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._resting_until = 0.0

    def connect(self, url: str) -> None:
        """Use the broker at `url`; nothing is sent yet."""
        self._client = redis.Redis.from_url(url, socket_timeout=0.2, socket_connect_timeout=0.2)

    def relay(self) -> None:
        """Wake the relay if the broker is there."""
        if self._client is None or time.monotonic() < self._resting_until:
            return
        try:
            with self._client.pipeline(transaction=False) as pipe:
                pipe.lpush(outbox.NUDGE_KEY, "1")
                pipe.ltrim(outbox.NUDGE_KEY, 0, 9)
                pipe.execute()
        except redis.RedisError as error:
            self._resting_until = time.monotonic() + REST_AFTER_FAILURE
            log.warning("nudge.failed", reason=type(error).__name__)
