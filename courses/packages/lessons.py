"""Texts of a package: decoding with the line of a bad byte, front matter, and Markdown checked where it
stands."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from courses import markup
from courses.errors import Problem
from courses.packages.manifest import FRONT_MATTER
from courses.packages.shapes import MISSING
from courses.packages.yaml_lines import Source

LONGEST_MANIFEST = 128 * 1024
LONGEST_TEXT = 1024 * 1024
LONGEST_FRONT_MATTER = 16 * 1024

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson or practical task as read; `first_line` is where its text begins in the file."""

    front: dict[str, Any]
    body: str
    figures: tuple[str, ...]


def decoded(path: str, data: bytes, longest: int) -> tuple[str, list[Problem]]:
    """The text of a file with `\\n` at its line ends, and why it is none."""
    if len(data) > longest:
        return "", [Problem("file_too_big", path, details={"limit": longest // 1024})]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", [Problem("not_utf8", path, line, details={"byte": f"0x{data[error.start]:02X}"})]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = _UNPRINTABLE.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        return "", [Problem("text_unprintable", path, line, bad.start() - text.rfind("\n", 0, bad.start()))]
    return text, []


def read_lesson(
    path: str, data: bytes, has_figure: Callable[[str], bool]
) -> tuple[Lesson | None, list[Problem]]:
    """Front matter and text of a lesson, with every problem at its line of the file."""
    text, problems = decoded(path, data, LONGEST_TEXT)
    if problems:
        return None, problems
    head, body, first_line = _parted(text)
    if head is None:
        return None, [Problem("front_matter_missing", path, 1, 1)]
    source = Source(path, first_line=2)
    if len(head) > LONGEST_FRONT_MATTER:
        return None, [Problem("front_matter_too_big", path, 2)]
    node = source.compose(head)
    front = MISSING if node is None else FRONT_MATTER.read(source, node)
    figures, found = check_markdown(path, body, first_line, has_figure)
    problems = source.problems + found
    if front is MISSING:
        return None, problems
    return Lesson(front, trimmed(body), figures), problems


def check_markdown(
    path: str, body: str, first_line: int, has_figure: Callable[[str], bool]
) -> tuple[tuple[str, ...], list[Problem]]:
    """The figures a text shows, and what is wrong with the text."""
    if not body.strip():
        return (), [Problem("text_missing", path, first_line)]
    rendered = markup.render(body, figure_url=str, figure_exists=has_figure, first_line=first_line)
    problems = [replace(problem, where=path) for problem in rendered.problems]
    return tuple(figure.path for figure in rendered.figures), problems


def trimmed(body: str) -> str:
    """A text in its normal form: no empty lines before and after it, one line end at the end."""
    lines = body.split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return "\n".join(lines) + "\n"


def _parted(text: str) -> tuple[str | None, str, int]:
    """Front matter, body, and the line of the body; None when the file does not begin with front matter."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None, text, 1
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number]) + "\n", "\n".join(lines[number + 1 :]), number + 2
    return None, text, 1
