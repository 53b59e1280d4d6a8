"""Pictures of questions as pages show them: of a few kinds, and looked at before they are sent."""

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, Protocol

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from app.public.catalogue import DRAWING_ONLY
from courses import packages
from courses.errors import NotFound
from courses.files import KEY

CACHING = "private, max-age=3600"


class FileUrl(Protocol):
    """What controls ask for the address of one of their question's files."""

    def __call__(self, name: str) -> str:
        """The address of the file of this name."""


def file_url_of(question_version_id: int) -> FileUrl:
    """The addresses of the files of a question that a learner is asked."""
    return partial(_address, question_version_id)


def _address(question_version_id: int, name: str) -> str:
    return url_for("learner.question_file", question_id=question_version_id, name=name)


def picture(body: Mapping[str, Any], name: str) -> ResponseReturnValue:
    """One picture of a question; whatever else is kept with it is not found.

    A question may have come in any file, so the bytes are judged here and not only where they came in.
    """
    files = body.get("files")
    entry = files.get(name) if isinstance(files, Mapping) else None
    key = entry.get("key") if isinstance(entry, Mapping) else None
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise NotFound("file")
    media_type = _kind_of(key, "." + name.rpartition(".")[2].lower())
    if media_type is None:
        raise NotFound("file")
    response = Response(current_app.extensions["files"].get(key), mimetype=media_type)
    response.set_etag(key)
    response.headers["Cache-Control"] = CACHING
    response.headers["Content-Security-Policy"] = DRAWING_ONLY
    return response.make_conditional(request)


@lru_cache(4096)
def _kind_of(key: str, ending: str) -> str | None:
    """The key is made of the content, so the verdict holds for ever."""
    return packages.picture_type(f"picture{ending}", current_app.extensions["files"].get(key))
