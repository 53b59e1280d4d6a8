"""Bytes kept by what they are: the key is the SHA-256 of the content, so equal files are stored once."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol

from courses.errors import NotFound


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
        if path.exists() and path.read_bytes() == data:
            return key
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
        if len(key) != 64 or not all(letter in "0123456789abcdef" for letter in key):
            raise NotFound("file")
        return self.folder / key[:2] / key
