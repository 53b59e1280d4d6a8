"""Aiken: one line asks, the next ones are options, the last one names the right letter (quiz semantics 4.2).

Russian authors type А, В, С where the format wants A, B, C: letters that look alike are the same letter, and
so is «ОТВЕТ:». A letter beyond the options, silently lost by the reference, is an error.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from courses.errors import Problem
from courses.questions.formats._base import MAX_QUESTION, MAX_QUESTIONS, Draft, Report
from courses.questions.formats._losses import losses
from courses.questions.formats._reading import Problems, common, decoded, default_name
from courses.questions.rules import said, words

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")
_OPTION = re.compile(r"([A-ZА-ЯЁ])[.)](.*)")
_ANSWER = re.compile(r"(?:ANSWER|ОТВЕТ)\s*:(.*)", re.IGNORECASE)
_BREAKS = re.compile(r"\s+")
SAYS = frozenset({"shuffle"})


@dataclass
class _Open:
    """A question whose answer has not come yet."""

    text: str
    line: int
    options: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)


class Aiken:
    """Single choice without weights, feedback or formats; what else a question has is not held."""

    name = "aiken"
    title = "Aiken"
    extension = ".txt"
    also = (".aiken",)
    types = frozenset({"single_choice"})

    def read(self, data: bytes) -> Report:
        """Every question of the file, and everything that is wrong with it."""
        problems = Problems()
        drafts: list[Draft] = []
        question: _Open | None = None
        lines = re.split(r"\r\n|\r|\n", decoded(data, problems))
        for number, line in enumerate(lines, 1):
            if problems.full or len(drafts) >= MAX_QUESTIONS:
                break
            question = _read_line(line, number, question, drafts, problems)
        if question is not None:
            problems.add("answer_line_missing", question.line, 1)
        if len(drafts) >= MAX_QUESTIONS:
            problems.add("too_many_questions", len(lines), 1, most=MAX_QUESTIONS)
        return problems.report(drafts)

    def write(self, drafts: Sequence[Draft]) -> bytes:
        """The questions one after another; the best answer is the right one."""
        blocks = [_written(draft.question) for draft in drafts]
        return ("\n\n".join(blocks) + "\n").encode() if blocks else b""

    def losses(self, draft: Draft) -> list[Problem]:
        """Beside the usual: weights between right and wrong, feedback, categories."""
        found = losses(draft.question, form=self.title, types=self.types, says=SAYS)
        if draft.question["type"] not in self.types:
            return found
        answers = draft.question["answers"]
        if any(answer["fraction"] not in (0, 1) for answer in answers):
            found.append(_lost("aiken_weights", draft))
        if any(answer.get("feedback") for answer in answers):
            found.append(_lost("aiken_feedback", draft))
        if len(answers) > len(LETTERS):
            found.append(_lost("aiken_letters_over", draft, severity="error"))
        return found


def _lost(code: str, draft: Draft, *, severity: str = "warning") -> Problem:
    return Problem(code, str(draft.question.get("name", "")), severity=severity)


def _read_line(
    line: str, number: int, question: _Open | None, drafts: list[Draft], problems: Problems
) -> _Open | None:
    """What the line adds to the question that is being read; the question that is open after it."""
    if len(line.strip()) < 2:
        return question
    if len(line) > MAX_QUESTION:
        problems.add("question_too_long", number, 1, most=MAX_QUESTION)
        return question
    bare = line.strip()
    answer = _ANSWER.fullmatch(bare)
    if answer:
        _close(answer[1].strip(), number, line, question, drafts, problems)
        return None
    option = _OPTION.fullmatch(bare)
    if option and question is not None:
        question.letters.append(option[1].translate(_LOOK_ALIKE))
        question.options.append(option[2].strip())
        return question
    if question is not None and question.options:
        problems.add("answer_line_missing", question.line, 1)
    elif question is not None:
        problems.add("aiken_text_twice", number, 1)
    problems.begins.append((number, 1))
    return _Open(line.strip(), number)


def _close(
    letter: str, number: int, line: str, question: _Open | None, drafts: list[Draft], problems: Problems
) -> None:
    """The answer has come: the question is whole, or it is said what it lacks."""
    if question is None:
        problems.add("aiken_answer_alone", number, 1)
        return
    column = len(line) - len(line.lstrip()) + 1
    expected = list(LETTERS[: len(question.letters)])
    if len(question.options) < 2:
        problems.add("too_few_answers", question.line, 1, least=2, number=len(question.options))
    elif question.letters != expected:
        problems.add("aiken_letters", question.line, 1, expected=", ".join(expected))
    elif letter[:1].upper().translate(_LOOK_ALIKE) not in expected:
        problems.add("aiken_letter_unknown", number, column, letter=letter[:1], last=expected[-1])
    elif "" in question.options:
        problems.add("answer_empty", question.line, 1, number=question.options.index("") + 1)
    else:
        right = expected.index(letter[:1].upper().translate(_LOOK_ALIKE))
        drafts.append(Draft(_question(question, right), question.line))


def _question(question: _Open, right: int) -> dict[str, Any]:
    made = common("single_choice", question.text, "plain")
    made["answers"] = [
        {"text": text, "fraction": float(place == right), "feedback": ""}
        for place, text in enumerate(question.options)
    ]
    made["name"] = default_name(made)
    return made


def _written(question: dict[str, Any]) -> str:
    answers = question["answers"]
    best = max(range(len(answers)), key=lambda place: float(answers[place]["fraction"]))
    lines = [_line(said(words(question, "text", question)))]
    lines += [
        f"{letter}) {_BREAKS.sub(' ', said(words(answer, 'text', question))).strip() or '—'}"
        for letter, answer in zip(LETTERS, answers, strict=False)
    ]
    return "\n".join([*lines, f"ANSWER: {LETTERS[best]}"])


def _line(text: str) -> str:
    """On one line, long enough to be seen, and never mistaken for the answer."""
    line = _BREAKS.sub(" ", text).strip()
    return line if len(line) > 1 and not _ANSWER.fullmatch(line) else f"— {line or '…'}"


FORMAT = Aiken()
