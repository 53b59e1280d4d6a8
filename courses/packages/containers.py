"""The files of a package out of a folder or a ZIP: bounded, and nothing is believed that the archive says
of itself."""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from courses.errors import Problem
from courses.packages.manifest import MANIFEST
from courses.packages.shapes import PATH

MOST_FILES = 500
MOST_BYTES = 50 * 1024 * 1024
MOST_RATIO = 200
RATIO_MATTERS_FROM = 1024 * 1024
LONGEST_PATH = 200
CHUNK = 64 * 1024
PACKERS_OWN = ("__MACOSX/", "Thumbs.db", "desktop.ini")
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OverflowError,
    IndexError,
)

Files = dict[str, bytes]


def files_of(source: Path | bytes) -> tuple[Files, list[Problem]]:
    """Every file by its path from the root of the package, and what is wrong with the container."""
    if isinstance(source, bytes):
        return _from_zip(source)
    if source.is_dir():
        return _from_folder(source)
    if not source.is_file():
        return {}, [Problem("package_not_found", str(source))]
    if source.stat().st_size > MOST_BYTES:
        return {}, [Problem("package_too_big", source.name, details={"limit": MOST_BYTES // 1024**2})]
    return _from_zip(source.read_bytes(), source.name)


def _from_folder(folder: Path) -> tuple[Files, list[Problem]]:
    files: Files = {}
    problems: list[Problem] = []
    size = 0
    for number, path in enumerate(_walk(folder, problems), 1):
        name = path.relative_to(folder).as_posix()
        if number > MOST_FILES:
            return {}, [*problems, Problem("too_many_files", str(folder), details={"limit": MOST_FILES})]
        size += path.stat().st_size
        if size > MOST_BYTES:
            return {}, [*problems, _too_big(str(folder))]
        problems += _name_problems(name, files)
        files[name] = path.read_bytes()
    return files, problems


def _walk(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """Every file in order; hidden ones (.git and the like) are not part of a package, links never are."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in [*folders, *sorted(names)]:
            path = Path(root) / name
            if path.is_symlink():
                problems.append(Problem("link", path.relative_to(folder).as_posix()))
                if name in folders:
                    folders.remove(name)
            elif name in folders or name.startswith(".") or name in PACKERS_OWN:
                continue
            elif path.is_file():
                yield path
            else:
                problems.append(Problem("not_a_file", path.relative_to(folder).as_posix()))


def _from_zip(data: bytes, where: str = "ZIP") -> tuple[Files, list[Problem]]:
    if len(data) > MOST_BYTES:
        return {}, [_too_big(where)]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpacked(archive, where, len(data))
    except BROKEN:
        return {}, [Problem("zip_broken", where)]


def _unpacked(archive: zipfile.ZipFile, where: str, packed: int) -> tuple[Files, list[Problem]]:
    listed = archive.infolist()
    entries = [entry for entry in listed if not entry.is_dir() and not _is_packers_own(entry.filename)]
    if len(entries) > MOST_FILES or len(listed) > 2 * MOST_FILES:
        return {}, [Problem("too_many_files", where, details={"limit": MOST_FILES})]
    problems = [problem for entry in entries for problem in _entry_problems(entry)]
    if problems:
        return {}, problems
    root = _common_root([entry.filename for entry in entries])
    left = allowed = min(MOST_BYTES, max(RATIO_MATTERS_FROM, MOST_RATIO * packed))
    files: Files = {}
    for entry in entries:
        name = entry.filename.removeprefix(root)
        problems += _name_problems(name, files)
        content = _content(archive, entry, left)
        if content is None:
            return {}, [*problems, _too_big(where) if allowed == MOST_BYTES else Problem("zip_bomb", where)]
        left -= len(content)
        files[name] = content
    return files, problems


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes | None:
    """The unpacked bytes, or None once there are more than are left to have; the header's own size is not
    asked."""
    pieces = []
    with archive.open(entry) as stream:
        while piece := stream.read(CHUNK):
            left -= len(piece)
            if left < 0:
                return None
            pieces.append(piece)
    return b"".join(pieces)


def _entry_problems(entry: zipfile.ZipInfo) -> list[Problem]:
    name = entry.filename
    shown = name.encode("utf-8", "replace").decode()[:LONGEST_PATH]
    if (
        name.startswith(("/", "\\"))
        or ".." in name.replace("\\", "/").split("/")
        or ":" in name
        or "\0" in name
    ):
        return [Problem("path_unsafe", shown)]
    if stat.S_ISLNK(entry.external_attr >> 16):
        return [Problem("link", shown)]
    if entry.flag_bits & 0x1:
        return [Problem("zip_encrypted", shown)]
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return [Problem("zip_method", shown)]
    return []


def _name_problems(name: str, files: Files) -> list[Problem]:
    if not PATH.fullmatch(name) or len(name) > LONGEST_PATH:
        return [Problem("file_name_wrong", name.encode("utf-8", "replace").decode()[:LONGEST_PATH])]
    twin = name.lower()
    if any(other.lower() == twin for other in files):
        return [Problem("file_name_twice", name)]
    return []


def _is_packers_own(name: str) -> bool:
    return name.startswith(PACKERS_OWN) or any(
        part.startswith(".") and part != ".." for part in name.split("/")
    )


def _common_root(names: list[str]) -> str:
    """The one folder that was packed instead of what is in it, as most people pack; else nothing."""
    if MANIFEST in names:
        return ""
    roots = {name.split("/", 1)[0] + "/" for name in names}
    root = roots.pop() if len(roots) == 1 else ""
    return root if root + MANIFEST in names else ""


def _too_big(where: str) -> Problem:
    return Problem("package_too_big", where, details={"limit": MOST_BYTES // 1024**2})
