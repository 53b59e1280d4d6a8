"""A package as files again, in one canonical form: equal packages are equal bytes."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from courses import questions
from courses.catalogue import ActivityKind
from courses.packages.manifest import COURSE, FORMAT, FRONT_MATTER, MANIFEST, written
from courses.packages.package import Package, PackageActivity

ZIP_TIME = (2000, 1, 1, 0, 0, 0)
ZIP_RIGHTS = 0o100644 << 16


def files_of_package(package: Package) -> dict[str, bytes]:
    """Every file of the package by its path, in canonical form."""
    files = {MANIFEST: written(COURSE, _manifest(package)).encode()}
    files[str(package.manifest["about"])] = package.about.encode()
    for activity in package.activities:
        files[activity.path] = _activity_file(activity)
    for figure in package.figures:
        files[figure.path] = figure.data
    return {path: files[path] for path in sorted(files, key=lambda path: (path != MANIFEST, path))}


def fingerprint(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the canonical files: packages that mean the same have the same."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{len(path.encode())}:{path}:{len(files[path])}:".encode())
        digest.update(files[path])
    return digest.hexdigest()


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """The files as a ZIP whose bytes depend on nothing but the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = ZIP_RIGHTS
            archive.writestr(entry, data)
    return buffer.getvalue()


def _manifest(package: Package) -> dict[str, Any]:
    modules = [
        {
            "key": module.key,
            "title": module.title,
            "summary": module.summary,
            "activities": [_entry(activity) for activity in module.activities],
        }
        for module in package.modules
    ]
    return {**package.manifest, "format": FORMAT, "modules": modules}


def _entry(activity: PackageActivity) -> dict[str, Any]:
    if activity.kind is not ActivityKind.QUIZ:
        return {activity.kind.value: activity.path}
    return {
        "quiz": activity.path,
        "key": activity.key,
        "title": activity.title,
        "minutes": activity.minutes,
        "required": activity.required,
        **activity.settings,
    }


def _activity_file(activity: PackageActivity) -> bytes:
    if activity.kind is ActivityKind.QUIZ:
        return questions.FORMATS["gift"].write(activity.drafts)
    front = {
        "key": activity.key,
        "title": activity.title,
        "minutes": activity.minutes,
        "required": activity.required,
    }
    return f"---\n{written(FRONT_MATTER, front)}---\n{activity.body}".encode()
