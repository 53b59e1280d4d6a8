"""Addresses of the static files that a build made ready; see `app.build`."""

import json
import os
from pathlib import Path

BUILD = "build"


class Assets:
    """Addresses of static files: the built, hashed one where there is one, the source otherwise."""

    def __init__(self, static_folder: str | os.PathLike[str], static_url: str = "/static") -> None:
        self.static_url = static_url.rstrip("/")
        self.manifest_path = Path(static_folder) / BUILD / "manifest.json"
        self.manifest: dict[str, str] = {}
        self.reload()

    def reload(self) -> None:
        """Read the manifest again, after a build."""
        if self.manifest_path.exists():
            self.manifest = json.loads(self.manifest_path.read_text("utf-8"))

    def url(self, path: str) -> str:
        """The address to put into a page; `path` is relative to the static folder."""
        built = self.manifest.get(path)
        return f"{self.static_url}/{BUILD}/{built}" if built else f"{self.static_url}/{path}"
