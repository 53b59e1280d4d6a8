"""What the types over a picture share: the picture itself, and texts that stand on it."""

from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Words
from courses.questions.rules import TEXT_FORMATS, Question, finding, is_number, said

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".svg")
LARGEST = 10_000


def label(holder: Mapping[str, Any], key: str = "text") -> Words:
    """A short text as it stands on a picture or in a list, without marks: plain unless it says otherwise."""
    own = "format" if key == "text" else f"{key}_format"
    return Words(said(Words(holder.get(key) or "", holder.get(own, "plain"))))


def size_of(question: Question) -> tuple[int, int]:
    """Width and height of the picture in pixels."""
    return int(question["width"]), int(question["height"])


def check_picture(question: Question) -> list[Problem]:
    """The rules for the picture that everything lies on."""
    problems = []
    for key in ("width", "height"):
        if not is_whole(question.get(key)) or not 1 <= question[key] <= LARGEST:
            problems.append(finding("picture_size_wrong", key, most=LARGEST))
    if not isinstance(question.get("picture"), str) or not question["picture"].strip():
        problems.append(finding("picture_missing", "picture"))
    else:
        problems += check_file(question, question["picture"], "picture")
    if not isinstance(question.get("alt", ""), str):
        problems.append(finding("not_a_text", "alt"))
    if not isinstance(question.get("shuffle", True), bool):
        problems.append(finding("not_yes_or_no", "shuffle"))
    return problems


def check_file(question: Question, name: str, where: str) -> list[Problem]:
    """Whether a picture is among the question's files and of a sort that is shown."""
    files = question.get("files", {})
    if not isinstance(files, Mapping) or name not in files:
        return [finding("picture_not_attached", where, name=name[:80])]
    if not name.lower().endswith(ENDINGS):
        return [finding("picture_of_another_sort", where, name=name[:80])]
    return []


def check_label(holder: Mapping[str, Any], where: str, key: str = "text") -> list[Problem]:
    """The rules for a short text, which may be missing."""
    if not isinstance(holder.get(key, ""), str):
        return [finding("not_a_text", f"{where}.{key}")]
    if holder.get("format" if key == "text" else f"{key}_format", "plain") not in TEXT_FORMATS:
        return [finding("format_unknown", f"{where}.format")]
    return []


def is_whole(value: Any) -> bool:
    """A whole JSON number."""
    return is_number(value) and isinstance(value, int)


def on_picture(question: Question, x: Any, y: Any) -> bool:
    """Whether these are pixels of the picture; its edges belong to it."""
    if not (is_whole(x) and is_whole(y) and is_whole(question.get("width"))):
        return False
    height = question.get("height")
    return is_whole(height) and 0 <= x <= question["width"] and 0 <= y <= question["height"]
