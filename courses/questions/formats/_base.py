"""What every format brings and takes: drafts of questions, and a report by line."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from courses.errors import Problem

MAX_BYTES = 10 * 1024 * 1024
MAX_QUESTIONS = 10_000
MAX_QUESTION = 100_000  # characters of one question in the file
MAX_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as read; where it began in the file does not make it another question.

    `files` holds the contents that the question's own `files` name, by their SHA-256 in hexadecimal.
    """

    question: dict[str, Any]
    line: int = field(default=0, compare=False)
    category: tuple[str, ...] = ()
    id_number: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What a file holds and what is wrong with it; with any error nothing should be imported."""

    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    begins: tuple[int, ...] = ()  # the lines where questions begin, also those that are no drafts

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def by_question(self) -> list[tuple[int, Draft | None, list[Problem]]]:
        """Each question with its line and its problems, in the order of the file; a question that would be
        refused has no draft, and line 0 is the file before the first question."""
        lines = sorted({*self.begins, *(draft.line for draft in self.drafts)})
        told: dict[int, list[Problem]] = {line: [] for line in lines}
        for problem in self.problems:
            place = bisect_right(lines, problem.line)
            told.setdefault(lines[place - 1] if place else 0, []).append(problem)
        drafts = {draft.line: draft for draft in self.drafts}
        return [(line, drafts.get(line), told[line]) for line in sorted(told)]


class Format(Protocol):
    """What one file in `formats/` offers."""

    name: str
    title: str
    extension: str
    also: tuple[str, ...]  # other endings that such files have
    types: frozenset[str]  # the question types it can hold

    def read(self, data: bytes) -> Report:
        """Everything in the file; never raises, whatever the bytes."""

    def write(self, drafts: Sequence[Draft]) -> bytes:
        """A file that `read` reads back as the same drafts, all of its `types`."""

    def losses(self, draft: Draft) -> list[Problem]:
        """What the format cannot say of this question; with an error it cannot hold it at all."""
