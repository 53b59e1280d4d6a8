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
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What a file holds and what is wrong with it; with any error nothing should be imported."""

    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    begins: tuple[tuple[int, int], ...] = ()  # line and column of each question, also of those refused

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def by_question(self) -> list[tuple[int, Draft | None, list[Problem]]]:
        """Each question with its line and its problems, in the order of the file; a question that would be
        refused has no draft, and line 0 is the file before the first question."""
        drafts = {(draft.line, draft.column): draft for draft in self.drafts}
        places = sorted({*self.begins, *drafts})
        told: dict[tuple[int, int], list[Problem]] = {place: [] for place in places}
        for problem in self.problems:
            number = bisect_right(places, (problem.line, problem.column))
            told.setdefault(places[number - 1] if number else (0, 0), []).append(problem)
        return [(place[0], drafts.get(place), told[place]) for place in sorted(told)]


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
