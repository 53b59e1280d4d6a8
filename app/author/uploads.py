"""Packages that were sent and checked, and wait for their author to say yes: a day long, each in its
author's folder."""

import hashlib
import re
import time
from pathlib import Path

from courses.errors import NotFound

KEPT_FOR = 24 * 3600
TOKEN = re.compile(r"[0-9a-f]{64}")


class Uploads:
    """A folder with one folder for each person; nobody reaches another's."""

    def __init__(self, folder: Path, person_id: int) -> None:
        self._folder = folder / "uploads" / str(person_id)

    def keep(self, data: bytes) -> str:
        """Store what was sent and return its name; what is older than a day goes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._forget_old()
        token = hashlib.sha256(data).hexdigest()
        draft = self._folder / f".{token}"
        draft.write_bytes(data)
        draft.replace(self._folder / token)
        return token

    def get(self, token: str) -> bytes:
        """What was sent under this name; NotFound when it is gone or never was yours."""
        if not TOKEN.fullmatch(token):
            raise NotFound("upload")
        try:
            return (self._folder / token).read_bytes()
        except FileNotFoundError:
            raise NotFound("upload") from None

    def forget(self, token: str) -> None:
        """Remove what is no longer needed."""
        if TOKEN.fullmatch(token):
            (self._folder / token).unlink(missing_ok=True)

    def _forget_old(self) -> None:
        for path in self._folder.iterdir():
            if path.stat().st_mtime < time.time() - KEPT_FOR:
                path.unlink(missing_ok=True)
