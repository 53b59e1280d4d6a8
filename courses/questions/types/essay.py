"""An answer in the learner's own words, or files, which a person marks (quiz semantics 3.9)."""

import random
import re
from collections.abc import Mapping
from typing import Any

from courses.errors import Problem
from courses.markup import plain
from courses.questions.controls import LONGEST_TEXT, Control, HandedIn, LongText
from courses.questions.rules import (
    GAVE_UP,
    TEXT_FORMATS,
    Advice,
    Example,
    Form,
    Graded,
    Question,
    Response,
    Reviewed,
    State,
    Variant,
    bad_response,
    check_common,
    clean_text,
    finding,
    raw_mapping,
    words,
)
from courses.questions.types._base import Plain
from courses.questions.types._words import count_words
from courses.texts import N2_, N_

NO_TEXT = "none"
RESPONSE_FORMATS = ("plain", "monospaced", NO_TEXT)
LINES = 15
MOST_FILES = 100  # where the author sets no limit
MOST_NUMBER = 10**12
NUMBERS = {
    "lines": 1,
    "least_words": 0,
    "most_words": 0,
    "attachments": -1,
    "attachments_required": 0,
    "most_bytes": 0,
}

TOO_FEW_WORDS = N2_(
    "Нужно не меньше %(num)d слова, сейчас %(now)d.", "Нужно не меньше %(num)d слов, сейчас %(now)d."
)
TOO_MANY_WORDS = N2_(
    "Можно не больше %(num)d слова, сейчас %(now)d.", "Можно не больше %(num)d слов, сейчас %(now)d."
)
TOO_FEW_FILES = N2_(
    "Нужно приложить хотя бы %(num)d файл, сейчас %(now)d.",
    "Нужно приложить хотя бы %(num)d файлов, сейчас %(now)d.",
)

_BREAKS = re.compile(r"<br[^<>]*>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_KEY = re.compile("[0-9a-f]{64}")
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f\ud800-\udfff]{1,255}")
_KEPT = re.compile(r"([0-9a-f]{64}):([0-9]{1,12}):(.*)", re.DOTALL)


class Essay(Plain):
    """A text within its limits, files, or both; the machine says only what is missing."""

    name = "essay"
    title = "Эссе"
    by_hand = True

    def check(self, question: Question) -> list[Problem]:
        problems = [*check_common(question), *_check_settings(question), *_check_texts(question)]
        return problems if problems else _check_sense(question)

    def start(self, question: Question, rng: random.Random) -> Variant:
        return {}

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        """A template that nobody changed is no answer."""
        raw = raw_mapping(raw)
        response: Response = {}
        if raw.get("text") is not None and _has_text(question):
            text = clean_text("text", raw["text"], longest=LONGEST_TEXT)
            if text and text.split() != _template(question).split():
                response["text"] = text
        files = _clean_files(question, raw.get("files"))
        return response | {"files": files} if files else response

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        return {"text": (form.get("text") or [""])[-1], "files": [_kept(one) for one in form.get("file", ())]}

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        return bool(response) and _missing(question, response) is None

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        return Graded(None, State.NEEDS_GRADING) if response else GAVE_UP

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        names = [file["name"] for file in response.get("files", ())]
        return "; ".join([*([response["text"]] if "text" in response else []), *names])

    def right_answer(self, question: Question, variant: Variant) -> str:
        return ""

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        value = response.get("text") or _template(question)
        files = (HandedIn(_kept_as(file), file["name"], file["size"]) for file in response.get("files", ()))
        return LongText(
            value,
            lines=question.get("lines") or LINES,
            monospaced=question.get("response_format") == "monospaced",
            least=question.get("least_words") or None,
            most=question.get("most_words") or None,
            words=count_words(value),
            asks_text=_has_text(question),
            files=tuple(files),
            least_files=question.get("attachments_required") or 0,
            most_files=_most_files(question),
        )

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        return ()

    def random_guess(self, question: Question) -> float | None:
        return 0.0

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return _missing(question, response) or N_("Напишите ответ или приложите файл.")

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _has_text(question: Question) -> bool:
    return bool(question.get("response_format", "plain") != NO_TEXT)


def _most_files(question: Question) -> int:
    allowed = int(question.get("attachments") or 0)
    return MOST_FILES if allowed < 0 else min(allowed, MOST_FILES)


def _template(question: Question) -> str:
    """What stands in the field before the learner has written anything: words and lines, no marks of HTML."""
    template = words(question, "template", question)
    if template.text_format not in ("html", "moodle"):
        return str(template)
    lines = _BREAKS.split(template)
    if template.text_format == "moodle":
        lines = template.splitlines()
    return "\n".join(line for line in (plain(one, "html") for one in lines) if line)


def _missing(question: Question, response: Response) -> str | None:
    """The first thing that an answer lacks."""
    text, files = response.get("text", ""), len(response.get("files", ()))
    least, most = question.get("least_words") or 0, question.get("most_words") or 0
    needed = question.get("attachments_required") or 0
    if not text and _has_text(question) and question.get("required", True):
        return N_("Напишите ответ.")
    now = count_words(text)
    if text and now < least:
        return Advice(*TOO_FEW_WORDS, least, now=now)
    if text and most and now > most:
        return Advice(*TOO_MANY_WORDS, most, now=now)
    return Advice(*TOO_FEW_FILES, needed, now=files) if files < needed else None


# ---- files that were handed in


def _clean_files(question: Question, files: Any) -> list[dict[str, Any]]:
    if files is None:
        return []
    if not isinstance(files, list):
        raise bad_response("files", "wrong_type")
    if len(files) > _most_files(question):
        raise bad_response("files", "too_many")
    return [_clean_file(file) for file in files]


def _clean_file(file: Any) -> dict[str, Any]:
    """The shape of a file; whose it is and what is in it was asked when it was uploaded."""
    if not isinstance(file, Mapping):
        raise bad_response("files", "wrong_type")
    key, name, size = file.get("key"), file.get("name"), file.get("size")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise bad_response("files", "bad_key")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not name.strip(" ."):
        raise bad_response("files", "bad_name")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size < MOST_NUMBER:
        raise bad_response("files", "bad_size")
    return {"key": key, "name": name, "size": size}


def _kept_as(file: Mapping[str, Any]) -> str:
    return f"{file['key']}:{file['size']}:{file['name']}"


def _kept(value: str) -> Any:
    """A file as its box names it; nonsense stays as it is for `clean` to refuse."""
    found = _KEPT.fullmatch(value)
    return {"key": found[1], "size": int(found[2]), "name": found[3]} if found else value


# ---- checking


def _check_settings(question: Question) -> list[Problem]:
    problems = []
    if question.get("response_format", "plain") not in RESPONSE_FORMATS:
        problems.append(finding("setting_unknown", "response_format"))
    if not isinstance(question.get("required", True), bool):
        problems.append(finding("not_yes_or_no", "required"))
    for key, least in NUMBERS.items():
        number = question.get(key)
        if number is not None and not _is_whole(number, least):
            problems.append(finding("essay_number_wrong", key, key=key, least=least))
    endings = question.get("file_types", [])
    if not isinstance(endings, list) or not all(isinstance(one, str) and one.strip() for one in endings):
        problems.append(finding("essay_endings_wrong", "file_types"))
    return problems


def _is_whole(number: Any, least: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and least <= number < MOST_NUMBER


def _check_texts(question: Question) -> list[Problem]:
    problems = []
    for key in ("template", "grader_information"):
        text = question.get(key, "")
        if not isinstance(text, str):
            problems.append(finding("not_a_text", key))
        elif len(text) > LONGEST_TEXT:
            problems.append(finding("essay_text_too_long", key, most=LONGEST_TEXT))
        if question.get(f"{key}_format", "plain") not in TEXT_FORMATS:
            problems.append(finding("format_unknown", f"{key}_format"))
    return problems


def _check_sense(question: Question) -> list[Problem]:
    """The reference imports what nobody can hand in whole, so these are no more than warnings."""
    problems = []
    least, most = question.get("least_words") or 0, question.get("most_words")
    if most and least > most:
        problems.append(
            finding("essay_words_cross", "least_words", severity="warning", least=least, most=most)
        )
    allowed, needed = _most_files(question), question.get("attachments_required") or 0
    if needed > allowed:
        details = {"needed": needed, "allowed": allowed}
        problems.append(finding("essay_files_cross", "attachments_required", severity="warning", **details))
    if not _has_text(question) and not allowed:
        problems.append(finding("essay_nothing_asked", "response_format", severity="warning"))
    return problems


_PLAN: Question = {
    "type": "essay",
    "name": "Летний день",
    "text": "Опишите летний день, от трёх до семи слов.",
    "least_words": 3,
    "most_words": 7,
    "lines": 5,
    "template": "Летним днём…",
    "attachments": 1,
}
_REPORT: Question = {
    "type": "essay",
    "name": "Отчёт",
    "text": "Приложите отчёт.",
    "response_format": "none",
    "attachments": -1,
    "attachments_required": 1,
    "file_types": [".pdf", ".odt"],
}
_FILE = {"key": "0" * 64, "name": "отчёт.pdf", "size": 1024}
EXAMPLES = (
    Example(_PLAN, {}, {"text": "Летним днём — ни облака."}, None, "needs_grading"),
    Example(_PLAN, {}, {"text": "Жара."}, None, "needs_grading"),
    Example(_PLAN, {}, {"text": "Летним  днём…\n"}, None, "gave_up"),
    Example(_REPORT, {}, {"files": [_FILE]}, None, "needs_grading"),
    Example(_REPORT, {}, {"text": "Отчёт будет завтра."}, None, "gave_up"),
    Example(_PLAN, {}, {}, None, "gave_up"),
)
TYPE = Essay()
