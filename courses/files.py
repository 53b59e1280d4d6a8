"""Bytes kept by what they are: the key is the SHA-256 of the content, so equal files are stored once."""

import hashlib
import os
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from courses.errors import NotFound

KEY = re.compile(r"[0-9a-f]{64}")
MOST_WAITING = 5
WAITS_FOR = timedelta(days=1)


class FileStore(Protocol):
    """Where files live. A key that was returned by `put` can be read for ever."""

    def put(self, data: bytes) -> str:
        """Store `data` durably and return its key."""

    def get(self, key: str) -> bytes:
        """The bytes of `key`; NotFound if there are none."""

    def writable(self) -> bool:
        """Whether a file can be stored now."""


def key_of(data: bytes) -> str:
    """The key under which `data` is stored, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class FolderStore:
    """Files in a folder, spread over 256 sub-folders; written beside, synced, then renamed into place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        key = key_of(data)
        path = self._path(key)
        if not (path.exists() and path.read_bytes() == data):
            _write(path, data)
        return key

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound("file") from None

    def writable(self) -> bool:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                return True
        except OSError:
            return False

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise NotFound("file")
        return self.folder / key[:2] / key


class Waiting:
    """Files that were sent and looked at, and wait for their owner's yes: for a day, and a few for each.

    They lie beside the stored files, where every machine of the installation finds them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "waiting"

    def keep(self, owner_id: int, data: bytes) -> str:
        """Let `data` wait and return its name; the owner's oldest make room for it."""
        name = key_of(data)
        path = self._path(owner_id, name)
        _write(path, data)
        others = [other for other in path.parent.iterdir() if other != path and KEY.fullmatch(other.name)]
        for surplus in sorted(others, key=_written)[: -(MOST_WAITING - 1)]:
            surplus.unlink(missing_ok=True)
        return name

    def get(self, owner_id: int, name: str) -> bytes:
        """What waits under this name; NotFound when it is gone or is another's."""
        try:
            return self._path(owner_id, name).read_bytes()
        except FileNotFoundError:
            raise NotFound("file") from None

    def forget(self, owner_id: int, name: str) -> None:
        """It waits no longer."""
        self._path(owner_id, name).unlink(missing_ok=True)

    def forget_old(self, *, now: datetime) -> int:
        """Drop what has waited for a day; the number dropped."""
        oldest = (now - WAITS_FOR).timestamp()
        old = [path for path in self._folder.glob("*/*") if _written(path) < oldest]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, owner_id: int, name: str) -> Path:
        if not KEY.fullmatch(name):
            raise NotFound("file")
        return self._folder / str(owner_id) / name


def _write(path: Path, data: bytes) -> None:
    """Written beside, synced, then renamed into place: a crash leaves the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _written(path: Path) -> float:
    """When it was written; what another has just removed counts as oldest."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
