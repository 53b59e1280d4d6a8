"""The codes of a text with blanks, `{1:MULTICHOICE:=yes~no}`, both ways (quiz semantics 3.8).

Where the reference leaves a broken code in the text, and so shows the key to the learner, we say what is
wrong with it and in which column.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from courses.errors import Problem
from courses.questions.rules import MAX_PARTS, SMALLEST, Question, finding
from courses.questions.types._blanks import MARK, MAX_WEIGHT


class Kind(NamedTuple):
    """What a name of the codes means."""

    kind: str
    use_case: bool = False
    look: str = ""
    shuffle: bool = False


def _kinds() -> dict[str, Kind]:
    """Every name and short name; S at the end shuffles, V and H are a column and a row, C minds the case."""
    kinds = {name: Kind("numerical") for name in ("NUMERICAL", "NM")}
    for name in ("SHORTANSWER", "SA", "MW"):
        kinds[name] = Kind("short_answer")
        kinds[f"{name}_C" if name == "SHORTANSWER" else f"{name}C"] = Kind("short_answer", use_case=True)
    for long, short, kind, looks in (
        ("MULTICHOICE", "MC", "single_choice", {"": "menu", "V": "column", "H": "row"}),
        ("MULTIRESPONSE", "MR", "multiple_choice", {"": "column", "H": "row"}),
    ):
        for ending, look in looks.items():
            for shuffled in ("", "S"):
                known = Kind(kind, look=look, shuffle=bool(shuffled))
                kinds[f"{short}{ending}{shuffled}"] = known
                kinds[f"{long}_{ending}{shuffled}".rstrip("_")] = known
    return kinds


KINDS = _kinds()
_NAMES = {known: max((name for name in KINDS if KINDS[name] == known), key=len) for known in KINDS.values()}

_START = re.compile(r"\{([0-9]*):([A-Za-z_]+)(:?)")
_LIKE_ANSWERS = re.compile(r"[^{}\n]{0,200}[=~%]")
# A sign counts unless a backslash stands before it; a # may also be part of an entity.
_SIGN = re.compile(r"(?<!\\)(?:[~}]|(?<!&)#)")
_PERCENT = re.compile(r"%(-?[0-9]{1,6}(?:[.,][0-9]{0,20})?)%")
_NUMBER = r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_VALUE = re.compile(rf"({_NUMBER})(?:\s*:\s*({_NUMBER}))?")
_ESCAPED = re.compile(r'\\([}#~/"])')
_TAG = re.compile(r"</?[A-Za-z!]")
_NEEDS_ESCAPE = re.compile(r'[}~]|(?<!&)#|\\(?=[}#~/"]|\Z)')
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WITH_TAGS = ("html", "moodle")


@dataclass
class Codes:
    """A text with its blanks marked `[[1]]`, what they are, where they stood, and what is wrong.

    A finding is a problem and the place in the text that it is about.
    """

    text: str = ""
    blanks: list[dict[str, Any]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    findings: list[tuple[Problem, int]] = field(default_factory=list)

    def say(self, problem: Problem, place: int) -> None:
        self.findings.append((problem, place))

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem, _ in self.findings if problem.severity == "error"]


def read_codes(text: str, text_format: str) -> Codes:
    """Every code of the text, in its order."""
    codes = Codes()
    pieces, done = [], 0
    while (start := _START.search(text, done)) is not None:
        end = _code(text, start, text_format, codes)
        if end is None:  # nothing closes it, so nothing closes what comes after it
            break
        pieces.append(_guarded_marks(text[done : start.start()], text_format))
        if end == start.end():
            pieces.append(_guarded_marks(text[start.start() : end], text_format))
        elif not codes.errors:
            pieces.append(f"[[{len(codes.blanks)}]]")
        done = end
    codes.text = "".join([*pieces, _guarded_marks(text[done:], text_format)])
    if not codes.blanks and not codes.errors:
        codes.say(finding("cloze_no_codes", "text"), 0)
    return codes


def _code(text: str, start: re.Match[str], text_format: str, codes: Codes) -> int | None:
    """Where the code ends; the end of its start when it is not one at all; None when nothing closes it."""
    weight, name, colon = start.groups()
    if name not in KINDS:
        if colon and _LIKE_ANSWERS.match(text, start.end()):
            codes.say(finding("cloze_kind_unknown", "text", kind=name[:40]), start.start())
        return start.end()
    if not colon:
        if text.startswith("}", start.end()):
            problem = finding("cloze_few_answers", "text", kind=name, least=_least(KINDS[name]), number=0)
        else:
            problem = finding("cloze_colon_missing", "text", kind=name)
        codes.say(problem, start.start())
        return start.end()
    parts = list(_alternatives(text, start.end()))
    if not parts:
        codes.say(finding("cloze_unclosed", "text"), start.start())
        return None
    blank = _blank(KINDS[name], weight, parts, text_format, codes, start.start())
    codes.blanks.append(blank)
    codes.places.append(start.start())
    return parts[-1].end + 1


class _Part(NamedTuple):
    """One alternative: where it and its feedback stand in the text."""

    start: int
    hash: int
    end: int
    answer: str
    feedback: str


def _alternatives(text: str, start: int) -> Iterator[_Part]:
    """The stretches between the signs, up to the brace that closes; none when there is no such brace."""
    found, mark = [], -1
    for sign in _SIGN.finditer(text, start):
        place = sign.start()
        if sign[0] == "#":
            mark = place if mark < 0 else mark
            continue
        middle = place if mark < 0 else mark
        feedback = "" if mark < 0 else text[mark + 1 : place]
        found.append(_Part(start, middle, place, text[start:middle], feedback))
        start, mark = place + 1, -1
        if sign[0] == "}":
            return iter(found)
    return iter(())


def _least(kind: Kind) -> int:
    return 2 if kind.look else 1


def _blank(
    kind: Kind, weight: str, parts: Sequence[_Part], text_format: str, codes: Codes, place: int
) -> dict[str, Any]:
    """The blank of one code, with complaints about whatever in it cannot be right."""
    blank: dict[str, Any] = {"kind": kind.kind, "weight": int(weight[:9] or 1), "answers": []}
    if kind.kind == "short_answer":
        blank["use_case"] = kind.use_case
    if kind.look:
        blank |= {"shuffle": kind.shuffle, "look": kind.look}
    if blank["weight"] > MAX_WEIGHT:
        codes.say(finding("cloze_weight", "text", most=MAX_WEIGHT), place)
    explicit = False
    for number, part in enumerate(parts):
        if not part.answer.strip() and part.hash == part.end:
            if number:
                codes.say(finding("cloze_alternative_empty", "text", severity="warning"), part.start)
            continue
        answer, weighed = _alternative(kind, part, text_format, codes)
        explicit = explicit or weighed
        blank["answers"].append(answer)
    if kind.kind == "multiple_choice":
        _rescale(blank["answers"], explicit=explicit)
    _judge(kind, blank["answers"], codes, place)
    return blank


def _judge(kind: Kind, answers: Sequence[Mapping[str, Any]], codes: Codes, place: int) -> None:
    """The reference's own demands: enough answers, and one that earns the whole mark."""
    if len(answers) < _least(kind):
        problem = finding(
            "cloze_few_answers", "text", kind=_NAMES[kind], least=_least(kind), number=len(answers)
        )
        codes.say(problem, place)
    elif len(answers) > MAX_PARTS:
        codes.say(finding("too_many_answers", "text", most=MAX_PARTS, number=len(answers)), place)
    elif max(answer["fraction"] for answer in answers) < (
        SMALLEST if kind.kind == "multiple_choice" else 1 - SMALLEST
    ):
        codes.say(finding("cloze_no_full", "text"), place)


def _alternative(kind: Kind, part: _Part, text_format: str, codes: Codes) -> tuple[dict[str, Any], bool]:
    """One answer, and whether its weight was written as a percentage."""
    raw = part.answer.strip()
    place = part.start + len(part.answer) - len(part.answer.lstrip())
    fraction, explicit = 0.0, False
    if raw.startswith("="):
        fraction, raw = 1.0, raw[1:]
    elif found := _PERCENT.match(raw):
        fraction, raw, explicit = float(found[1].replace(",", ".")) / 100, raw[found.end() :], True
        if abs(fraction) > 1:
            codes.say(finding("weight_out_of_range", "text", weight=found[1]), place)
    elif raw.startswith("%") and raw.find("%", 1, 20) > 0:
        codes.say(finding("weight_unrecognised", "text", severity="warning", text=raw[:40]), place)
    answer = _answer(kind, raw.strip(), text_format, codes, place)
    answer["fraction"] = round(fraction, 7) + 0.0
    answer["feedback"] = ""
    _put(answer, "feedback", "feedback_format", part.feedback, text_format)
    return answer, explicit


def _answer(kind: Kind, raw: str, text_format: str, codes: Codes, place: int) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if kind.kind == "numerical":
        value, tolerance = _value(raw, codes, place)
        return {"value": value, "tolerance": tolerance}
    if kind.kind == "short_answer":
        answer["text"] = _decoded(_ESCAPED.sub(r"\1", raw))
    else:
        _put(answer, "text", "format", raw, text_format)
    if not answer["text"]:
        codes.say(finding("cloze_answer_missing", "text"), place)
    return answer


def _value(raw: str, codes: Codes, place: int) -> tuple[float | str, float]:
    """Value and tolerance; point and comma are the same, as everywhere with us."""
    raw = html.unescape(raw).strip()
    if raw == "*":
        return "*", 0.0
    found = _VALUE.fullmatch(raw) if len(raw) <= 400 else None
    numbers = [float(number.replace(",", ".")) for number in found.groups("0")] if found else [float("inf")]
    if any(abs(number) == float("inf") for number in numbers):
        codes.say(finding("cloze_number", "text", text=raw[:40]), place)
        return 0.0, 0.0
    return numbers[0] + 0.0, abs(numbers[1])


def _put(answer: dict[str, Any], key: str, own: str, raw: str, text_format: str) -> None:
    """A text of an answer. Where the question may hold tags it stays HTML; elsewhere only tags make it so."""
    raw = _ESCAPED.sub(r"\1", raw.strip())
    tags = _TAG.search(raw) is not None
    if tags:
        answer[key] = raw.replace("&#92;", "\\")
    elif text_format in _WITH_TAGS:
        answer[key] = html.escape(_decoded(raw), quote=False)
    else:
        answer[key] = _decoded(raw)
    if tags and text_format not in _WITH_TAGS:
        answer[own] = "html"


def _decoded(raw: str) -> str:
    """The words without entities; a number of a character that no text has is a blank."""
    return _CONTROLS.sub(" ", html.unescape(raw)).strip()


def _rescale(answers: list[dict[str, Any]], *, explicit: bool) -> None:
    """The right ones together are worth 1; a wrong one without a percentage anywhere takes one share."""
    total = sum(max(0.0, answer["fraction"]) for answer in answers)
    if total < SMALLEST:
        return
    whole = abs(total - 1) < SMALLEST * 10  # only rounding is missing: it must not wander at every reading
    for answer in answers:
        if answer["fraction"] > 0 and not whole:
            answer["fraction"] = round(answer["fraction"] / total, 7)
        elif answer["fraction"] <= 0 and not explicit:
            answer["fraction"] = round(-1 / total, 7)


def _guarded_marks(text: str, text_format: str) -> str:
    """The author's own `[[1]]` must not be taken for a blank of ours."""
    if text_format == "plain":
        return MARK.sub(r"[ [\1]]", text)
    return MARK.sub(r"[&#91;\1]]", text)


# ---- writing


def write_codes(question: Question) -> str:
    """The text of a cloze question with its blanks as codes."""
    text_format = question.get("text_format", "markdown")
    blanks = question["blanks"]
    pieces, done = [], 0
    for mark in MARK.finditer(question["text"]):
        if not 1 <= int(mark[1]) <= len(blanks):
            continue
        pieces.append(_guarded_codes(question["text"][done : mark.start()], text_format))
        pieces.append(_written(blanks[int(mark[1]) - 1], text_format))
        done = mark.end()
    return "".join([*pieces, _guarded_codes(question["text"][done:], text_format)])


def _guarded_codes(text: str, text_format: str) -> str:
    """The author's own `{1:SA:` must not be taken for a code."""

    def guarded(found: re.Match[str]) -> str:
        if found[2] not in KINDS and not (found[3] and _LIKE_ANSWERS.match(text, found.end())):
            return found[0]
        return ("{ " if text_format == "plain" else "&#123;") + found[0][1:]

    return _START.sub(guarded, text)


def _written(blank: Mapping[str, Any], text_format: str) -> str:
    kind = blank["kind"]
    look = blank.get("look") or ("menu" if kind == "single_choice" else "column")
    known = Kind(
        kind,
        use_case=kind == "short_answer" and bool(blank.get("use_case")),
        look=look if kind.endswith("choice") else "",
        shuffle=kind.endswith("choice") and bool(blank.get("shuffle")),
    )
    alternatives = "~".join(_alternative_written(kind, answer, text_format) for answer in blank["answers"])
    return f"{{{blank.get('weight', 1):.0f}:{_NAMES[known]}:{alternatives}}}"


def _alternative_written(kind: str, answer: Mapping[str, Any], text_format: str) -> str:
    fraction = round(answer["fraction"], 7)
    if kind == "numerical":
        body = "*" if answer["value"] == "*" else f"{number(answer['value'])}:{number(nominal(answer))}"
    elif kind == "short_answer":
        body = _escaped(html.escape(answer["text"], quote=False))
    else:
        body = _said(answer, "text", "format", text_format)
    if kind == "multiple_choice" or fraction not in (0, 1) or (not fraction and body[:1] in ("=", "%", "")):
        percent = f"{fraction * 100:.5f}".rstrip("0").rstrip(".")
        prefix = f"%{'0' if percent == '-0' else percent}%"
    else:
        prefix = "=" if fraction else ""
    said = _said(answer, "feedback", "feedback_format", text_format)
    return f"{prefix}{body}#{said}" if said else prefix + body


def _said(answer: Mapping[str, Any], key: str, own: str, text_format: str) -> str:
    """HTML stays as it is; other words are written with entities, so that they are never taken for tags."""
    text, form = answer.get(key) or "", answer.get(own) or text_format
    return _escaped(text if form in _WITH_TAGS else html.escape(text, quote=False))


def _escaped(text: str) -> str:
    return _NEEDS_ESCAPE.sub(lambda sign: "&#92;" if sign[0] == "\\" else f"\\{sign[0]}", text.strip())


def number(value: float) -> str:
    """A number as short as it can be without losing anything."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def nominal(answer: Mapping[str, Any]) -> float:
    """The tolerance as a distance, which is all that these files can say of a plain number."""
    tolerance = abs(float(answer.get("tolerance") or 0))
    relative = answer.get("tolerance_type", "nominal") == "relative" and answer["value"] != "*"
    return tolerance * abs(float(answer["value"])) if relative else tolerance
