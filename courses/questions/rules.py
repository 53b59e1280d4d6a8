"""What every question type shares: states, graded results, and the contract of a type.

A question, a variant and a response are plain JSON objects. A response speaks of *shown* positions only: the
author's order would give the key away in the page. The variant, stored in the first step of an attempt, maps
shown positions to the author's.
"""

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeAlias

from courses.errors import Invalid, Problem
from courses.markup import plain
from courses.questions.controls import MAX_TEXT, Control, Words

Question: TypeAlias = Mapping[str, Any]
Variant: TypeAlias = dict[str, Any]
Response: TypeAlias = dict[str, Any]
Form: TypeAlias = Mapping[str, Sequence[str]]

TEXT_FORMATS = ("markdown", "html", "moodle", "plain")
MESSAGE = "message"  # a Russian message of ours, translated where it is shown
MAX_PARTS = 1_000
COMBINED = ("correct_feedback", "partially_correct_feedback", "incorrect_feedback")
HINT_SWITCHES = ("show_number_right", "clear_wrong")
SMALLEST = 0.000001  # quiz semantics 3.0: below it a fraction is wrong, above 1 − it right

_INDEX = re.compile(r"-?[0-9]{1,9}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class State(StrEnum):
    """How a question stands (quiz semantics 3.0).

    The first three are of a question that can still be answered: `invalid` is answered in part, or so that it
    cannot be checked. `finished` is of texts to read, the `marked_…` are given by a person.
    """

    TODO = "todo"
    INVALID = "invalid"
    COMPLETE = "complete"
    RIGHT = "graded_right"
    PARTIAL = "graded_partial"
    WRONG = "graded_wrong"
    GAVE_UP = "gave_up"
    NEEDS_GRADING = "needs_grading"
    FINISHED = "finished"
    MARKED_RIGHT = "marked_right"
    MARKED_PARTIAL = "marked_partial"
    MARKED_WRONG = "marked_wrong"


@dataclass(frozen=True, slots=True)
class Part:
    """One separately marked piece of a response; `fraction` is of the part, 1 when it is right."""

    name: str
    fraction: float
    response: str = ""
    answer: str = ""

    @property
    def right(self) -> bool:
        return self.fraction > 1 - SMALLEST


@dataclass(frozen=True, slots=True)
class Graded:
    """The result of one response; `fraction` is None when there is nothing to count.

    `matched` is the author's answer that decided (from 0); `notes` are messages about how it was understood.
    """

    fraction: float | None
    state: str
    parts: tuple[Part, ...] = ()
    parts_right: int = 0
    parts_total: int = 0
    matched: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One option or part on the review page.

    `right` is the verdict on what the learner did (None: did nothing here), `key` says that the option
    belongs to the right answer, `answer` is what would have been right for this part.
    """

    text: Words
    chosen: bool
    right: bool | None
    key: bool = False
    response: str = ""
    answer: str = ""
    feedback: Words = field(default_factory=Words)


class Advice(str):
    """A message of ours whose form depends on a number: `one` and `many` as `N2_` marks them, and the other
    values that they name. Whoever needs no number just says the message."""

    many: str
    number: int
    values: dict[str, Any]

    def __new__(cls, one: str, many: str, number: int, **values: Any) -> "Advice":
        advice = super().__new__(cls, one)
        advice.many, advice.number, advice.values = many, number, values
        return advice


class Example(NamedTuple):
    """A response with the result it must get; the contract test grades every one."""

    question: Question
    variant: Variant
    response: Response
    fraction: float | None
    state: str


class QuestionType(Protocol):
    """What one file in `types/` offers. Pure: no session, no request, no clock."""

    name: str
    title: str
    by_hand: bool  # a person gives the mark

    @property
    def examples(self) -> tuple[Example, ...]:
        """Responses with the results they must get."""

    def check(self, question: Question) -> list[Problem]:
        """Everything that is wrong with the question; never raises."""

    def start(self, question: Question, rng: random.Random) -> Variant:
        """All randomness of one attempt, to be stored in its first step."""

    def fits(self, question: Question, variant: Variant) -> bool:
        """Whether the variant can be graded against this (perhaps newer) version (quiz semantics 3.15)."""

    def filled(self, question: Question, variant: Variant) -> Question:
        """The question with what this attempt puts into its texts; whoever shows a text of a question takes
        it from here."""

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        """The response in its one normal form; Invalid when it is not a response to this question."""

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        """The same thing a JSON body would bring, read from plain HTML fields."""

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        """Enough to be checked."""

    def is_gradable(self, question: Question, variant: Variant, response: Response) -> bool:
        """Enough to get a mark at the end."""

    def same(self, question: Question, variant: Variant, a: Response, b: Response) -> bool:
        """Whether `b` is no new try after `a`."""

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        """The fraction and the state of a cleaned response."""

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        """What the learner answered, as text."""

    def right_answer(self, question: Question, variant: Variant) -> str:
        """What earns the whole mark, as text."""

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        """What to say about this response; each text is `Words` and knows its format."""

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        """What to draw, filled in with the response."""

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        """The options or parts with verdicts."""

    def random_guess(self, question: Question) -> float | None:
        """The fraction expected of blind guessing (quiz semantics 3.16); None when it has no meaning."""

    def least_fraction(self, question: Question) -> float:
        """The worst fraction there is: below nothing where wrong answers are punished, never above."""

    def count_back(self, question: Question, variant: Variant, tries: Sequence[Response]) -> float | None:
        """The fraction after several tries with credit for each part by the try that got it right (3.6,
        3.7, 3.8); None for a type whose parts do not count alone."""

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        """The response with its wrong parts taken out, for a hint that clears them."""

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        """A message of ours that says what an incomplete response still needs; `Advice` where it counts
        something."""


def state_of(fraction: float) -> State:
    """Wrong below a millionth, right within a millionth of the whole, partial between."""
    if fraction < SMALLEST:
        return State.WRONG
    return State.RIGHT if fraction > 1 - SMALLEST else State.PARTIAL


def marked_state_of(fraction: float) -> State:
    """The same for a mark that a person gave."""
    if fraction < SMALLEST:
        return State.MARKED_WRONG
    return State.MARKED_RIGHT if fraction > 1 - SMALLEST else State.MARKED_PARTIAL


GAVE_UP = Graded(None, State.GAVE_UP)
DEFAULT_PENALTY = 0.3333333


def penalty_of(question: Question) -> float:
    """What every wrong try costs, as a fraction."""
    return float(question.get("penalty", DEFAULT_PENALTY))


def counted_back(tries: Sequence[Sequence[Part]], penalty: float) -> float:
    """The mean over the parts: one that is right in the end is worth 1 less `penalty` for every try up to
    the last wrong one; the others are worth nothing (quiz semantics 3.6)."""
    earned = []
    for history in zip(*tries, strict=True):
        if not history[-1].right:
            earned.append(0.0)
            continue
        wrong = next((number for number in range(len(history), 0, -1) if not history[number - 1].right), 0)
        earned.append(max(0.0, 1 - wrong * penalty))
    return sum(earned) / len(earned)


# ---- texts of a question


def words(holder: Mapping[str, Any], key: str, question: Question) -> Words:
    """A text of a question or of one of its answers, in its own format or in that of the question."""
    own = "format" if key in ("text", "stem") else f"{key}_format"
    return Words(holder.get(key) or "", holder.get(own) or question.get("text_format", "markdown"))


def said(text: Words) -> str:
    """The text without its marks, for summaries."""
    return str(text) if text.text_format in ("plain", MESSAGE) else plain(text, text.text_format)


def answers_of(question: Question, key: str = "answers") -> list[dict[str, Any]]:
    """The author's list under `key`, in the author's order."""
    return list(question.get(key) or ())


# ---- responses


def bad_response(field_name: str, problem: str) -> Invalid:
    """The refusal of something that no page of ours could have sent."""
    return Invalid("bad_response", **{field_name: problem})


def clean_index(field_name: str, value: Any, limit: int) -> int:
    """A shown position: a whole number from 0 to `limit` − 1."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_response(field_name, "wrong_type")
    if not 0 <= value < limit:
        raise bad_response(field_name, "out_of_range")
    return value


def clean_text(field_name: str, value: Any, *, longest: int = MAX_TEXT) -> str:
    """A bounded text that every database can store: no zero bytes, no halves of characters."""
    if not isinstance(value, str):
        raise bad_response(field_name, "wrong_type")
    if len(value) > longest:
        raise bad_response(field_name, "too_long")
    text = _UNSTORABLE.sub("", value).replace("\r\n", "\n").replace("\r", "\n")
    return "" if not text.strip() else text


def raw_mapping(raw: Any) -> Mapping[str, Any]:
    """The body of a response; a list or a string is not one."""
    if not isinstance(raw, Mapping):
        raise bad_response("response", "wrong_type")
    return raw


def form_index(value: str) -> int | str | None:
    """A form value as a number where it is one; nonsense stays as it is for `clean` to refuse."""
    value = value.strip()
    if not value:
        return None
    return int(value) if _INDEX.fullmatch(value) else value


# ---- checking what an author wrote


def finding(code: str, where: str, *, severity: str = "error", **details: Any) -> Problem:
    """A problem of this code at this place, with the numbers and words its sentence needs."""
    return Problem(code, where, severity=severity, details=details)


def is_number(value: Any) -> bool:
    """A finite JSON number; booleans are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def check_common(question: Question) -> list[Problem]:
    """The rules for the keys that every question has."""
    problems = [*_check_texts(question), *_check_numbers(question)]
    if question.get("text_format", "markdown") not in TEXT_FORMATS:
        problems.append(finding("format_unknown", "text_format"))
    problems += _check_hints(question.get("hints", []))
    tags = question.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag.strip() for tag in tags):
        problems.append(finding("tags_wrong", "tags"))
    return problems


def _check_texts(question: Question) -> list[Problem]:
    problems = []
    for key in ("name", "text", "general_feedback", *COMBINED):
        if not isinstance(question.get(key, ""), str):
            problems.append(finding("not_a_text", key))
    if isinstance(question.get("name"), str) and len(question["name"]) > 255:
        problems.append(finding("name_too_long", "name", limit=255))
    if not str(question.get("text", "")).strip():
        problems.append(finding("text_empty", "text"))
    return problems


def _check_numbers(question: Question) -> list[Problem]:
    problems = []
    mark, penalty = question.get("default_mark", 1.0), question.get("penalty", DEFAULT_PENALTY)
    if not is_number(mark) or not 0 <= mark <= 1000:
        problems.append(finding("mark_wrong", "default_mark"))
    if not is_number(penalty) or not 0 <= penalty <= 1:
        problems.append(finding("penalty_wrong", "penalty"))
    return problems


def _check_hints(hints: Any) -> list[Problem]:
    if not isinstance(hints, list):
        return [finding("hints_wrong", "hints")]
    problems = []
    for number, hint in enumerate(hints):
        text = hint.get("text", "") if isinstance(hint, Mapping) else None
        switches = [hint.get(name, False) for name in HINT_SWITCHES] if isinstance(hint, Mapping) else []
        if not isinstance(text, str) or not all(isinstance(switch, bool) for switch in switches):
            problems.append(finding("hint_wrong", f"hints.{number}", number=number + 1))
        elif hint.get("format", "plain") not in TEXT_FORMATS:
            problems.append(finding("format_unknown", f"hints.{number}.format"))
    return problems


def check_list(question: Question, key: str, least: int) -> tuple[list[Any], list[Problem]]:
    """The list under `key`, or the complaint that it is missing, too short or too long."""
    value = question.get(key)
    if not isinstance(value, list):
        return [], [finding("list_missing", key)]
    if len(value) < least:
        return value, [finding(f"too_few_{key}", key, least=least, number=len(value))]
    if len(value) > MAX_PARTS:
        return [], [finding(f"too_many_{key}", key, most=MAX_PARTS, number=len(value))]
    return value, []


def check_answers(question: Question, *, least: int, text_key: str | None = "text") -> list[Problem]:
    """The rules for a list of answers with a fraction and a feedback each."""
    answers, problems = check_list(question, "answers", least)
    for number, answer in enumerate(answers):
        where = f"answers.{number}"
        if not isinstance(answer, Mapping):
            problems.append(finding("answer_wrong", where, number=number + 1))
            continue
        problems += _check_answer(answer, where, number + 1, text_key)
    usable = [a["fraction"] for a in answers if isinstance(a, Mapping) and is_number(a.get("fraction"))]
    # The reference imports a question that nobody can get right, so it is no more than a warning.
    if usable and max(usable) < SMALLEST:
        problems.append(finding("no_right_answer", "answers", severity="warning"))
    return problems


def _check_answer(answer: Mapping[str, Any], where: str, number: int, text_key: str | None) -> list[Problem]:
    problems = []
    if text_key is not None and not (isinstance(answer.get(text_key), str) and answer[text_key].strip()):
        problems.append(finding("answer_empty", f"{where}.{text_key}", number=number))
    fraction = answer.get("fraction")
    if not is_number(fraction) or not -1 <= float(fraction or 0) <= 1:
        problems.append(finding("fraction_wrong", f"{where}.fraction", number=number))
    if not isinstance(answer.get("feedback", ""), str):
        problems.append(finding("not_a_text", f"{where}.feedback"))
    for key in ("format", "feedback_format"):
        if answer.get(key, "plain") not in TEXT_FORMATS:
            problems.append(finding("format_unknown", f"{where}.{key}"))
    return problems
