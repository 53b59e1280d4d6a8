"""What the readers of all formats share: findings with their places, the text of a file, a bare question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from courses.errors import Problem
from courses.markup import plain
from courses.questions.formats._base import MAX_BYTES, MAX_PROBLEMS, Draft, Report
from courses.questions.rules import DEFAULT_PENALTY

RESERVED = re.compile("[\x00\ufdd0-\ufdef]")


@dataclass
class Problems:
    """The findings about a file, no more than anybody would read."""

    found: list[Problem] = field(default_factory=list)
    begins: list[tuple[int, int]] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.found) >= MAX_PROBLEMS

    def report(self, drafts: Sequence[Draft]) -> Report:
        """The drafts and the findings as a reader returns them; a file without questions is told so."""
        if not drafts and not self.found:
            self.add("no_questions", 0, 0, "warning")
        return Report(tuple(drafts), tuple(self.found), tuple(self.begins))

    def add(self, code: str, line: int, column: int, severity: str = "error", **details: Any) -> None:
        if not self.full:
            self.found.append(Problem(code, "", line, column, severity, details))
        if len(self.found) == MAX_PROBLEMS:
            self.found.append(Problem("too_many_problems", "", line, column, "error", {"most": MAX_PROBLEMS}))


def decoded(data: bytes, problems: Problems) -> str:
    """The text of a file in UTF-8, with characters that no text has made visible."""
    if len(data) > MAX_BYTES:
        problems.add("file_too_large", 0, 0, most=MAX_BYTES // 1024 // 1024)
        return ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        problems.add("not_utf8", before.count(b"\n") + 1, column)
        return ""
    strange = RESERVED.search(text)
    if strange is None:
        return text
    before_it = text[: strange.start()].replace("\r\n", "\n").replace("\r", "\n")
    column = len(before_it) - before_it.rfind("\n")
    problems.add("strange_character", before_it.count("\n") + 1, column, "warning")
    return RESERVED.sub("\ufffd", text)


def default_name(question: dict[str, Any]) -> str:
    """The reference's rule: the first 80 characters of the text."""
    return plain(question["text"][:400], question["text_format"])[:80].strip()


def common(kind: str, text: str, text_format: str) -> dict[str, Any]:
    """What every question has, as a file that says nothing about it means it."""
    return {
        "type": kind,
        "name": "",
        "text": text,
        "text_format": text_format,
        "general_feedback": "",
        "default_mark": 1.0,
        "penalty": 1.0 if kind == "true_false" else DEFAULT_PENALTY,
        "tags": [],
    }
