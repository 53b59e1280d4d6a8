"""Writing GIFT so that reading it gives the same questions, and writing those the same bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

from courses.questions.formats._base import Draft
from courses.questions.formats._gift_read import CATEGORY
from courses.questions.formats._gift_text import ALLOWED, bracketed, endless, escaped

Answer = Mapping[str, Any]
_GRADING_DEFAULT = "absolute_position"


def write(drafts: Sequence[Draft]) -> bytes:
    """The drafts with their categories; what GIFT cannot say (marks, penalties, units) is not there."""
    blocks: list[str] = []
    category: tuple[str, ...] = ()
    for draft in drafts:
        if draft.category != category:
            category = draft.category
            blocks.append(f"{CATEGORY} {_path(category)}")
        blocks.append(_comments(draft) + _question(draft.question))
    return ("\n\n".join(blocks) + "\n").encode() if blocks else b""


def _path(names: Sequence[str]) -> str:
    """Slashes in a name are doubled, and kept away from those between names by a space."""
    if not names or names[0] == "top" or names[0].startswith("$"):
        names = ("$course$", "top", *names)
    doubled = [" ".join(name.split()).replace("\\", "\\\\").replace("/", "//") for name in names]
    return "/".join(
        f"{' ' * name.startswith('/')}{name}{' ' * name.endswith('/')}" for name in doubled
    ).strip()


def _comments(draft: Draft) -> str:
    marks = [("id", draft.id_number)] * bool(draft.id_number)
    marks += [("tag", tag) for tag in draft.question.get("tags") or ()]
    notes = []
    for kind, value in marks:
        clean = " ".join(value.split()).replace("[", "(").rstrip("\\").replace("]", "\\]")
        notes.append(f"[{kind}:{clean}]")
    return f"// {' '.join(notes)}\n" if notes else ""


def _question(question: Mapping[str, Any]) -> str:
    text_format = question.get("text_format", "markdown")
    name = escaped(" ".join(question.get("name", "").split()))
    text = _stem(question["text"], text_format, named=bool(name))
    start = f"::{name}::{text}" if name else text
    if question["type"] == "description":
        return start
    general = _formatted(question, "general_feedback", text_format)
    lines = [*_BLOCKS[question["type"]](question, text_format), *([f"####{general}"] if general else [])]
    opening = lines.pop(0)
    body = "".join(f"\t{line}\n" for line in lines)
    return f"{start} {{{opening}\n{body}}}" if lines else f"{start} {{{opening}}}"


def _stem(text: str, text_format: str, *, named: bool) -> str:
    """The format is written where it is unusual, or where the text would be taken for something else."""
    shown = escaped(text.strip())
    plain = text_format == "moodle" and not bracketed(text.strip())
    mistakable = not named and text.lstrip().startswith(("//", "::", "$"))
    return shown if plain and not mistakable else f"[{text_format}]{shown}"


def _formatted(holder: Answer, key: str, text_format: str, *, arrows: bool = False) -> str:
    """A text of an answer, with its format where that differs from the question's."""
    own = "format" if key in ("text", "stem") else f"{key}_format"
    text, form = (holder.get(key) or "").strip(), holder.get(own) or text_format
    prefix = f"[{form}]" if text and (form != text_format or bracketed(text)) else ""
    return prefix + escaped(text, arrows=arrows)


def _feedback(answer: Answer, text_format: str, *, arrows: bool = False) -> str:
    said = _formatted(answer, "feedback", text_format, arrows=arrows)
    return f"#{said}" if said else ""


def _percent(fraction: float) -> str:
    """A percentage that is read back as the same fraction: what only looks like a third keeps its digits."""
    percent = round(abs(fraction) * 100, 5)
    short = f"{percent:.5f}".rstrip("0").rstrip(".")
    digits = len(short.partition(".")[2])
    if percent not in ALLOWED and endless(percent, digits) is not None:
        short = f"{percent:.5f}"
    return f"%{'-' if fraction < 0 else ''}{short}%"


def _single(question: Mapping[str, Any], text_format: str) -> list[str]:
    """The best answers begin with `=`, or several could be chosen; one must not, or it would be typed."""
    answers = question["answers"]
    best = max(answer["fraction"] for answer in answers)
    keys = [answer["fraction"] == best for answer in answers]
    if all(keys):
        keys = [True] + [False] * (len(answers) - 1)
    return ["", *(_option(answer, text_format, key=key) for answer, key in zip(answers, keys, strict=True))]


def _multiple(question: Mapping[str, Any], text_format: str) -> list[str]:
    return ["", *(_option(answer, text_format, key=False) for answer in question["answers"])]


def _option(answer: Answer, text_format: str, *, key: bool) -> str:
    text = _formatted(answer, "text", text_format)
    usual = 1 if key else 0
    weight = "" if answer["fraction"] == usual and not text.startswith("%") else _percent(answer["fraction"])
    return f"{'=' if key else '~'}{weight}{text}{_feedback(answer, text_format)}"


def _true_false(question: Mapping[str, Any], text_format: str) -> list[str]:
    right = question["right"]
    wrong_key, right_key = (
        ("feedback_false", "feedback_true") if right else ("feedback_true", "feedback_false")
    )
    wrong, praise = (_formatted(question, key, text_format) for key in (wrong_key, right_key))
    said = f"#{wrong}#{praise}" if praise else f"#{wrong}" if wrong else ""
    return [f"{'TRUE' if right else 'FALSE'}{said}"]


def _short(question: Mapping[str, Any], text_format: str) -> list[str]:
    lines = [""]
    for answer in question["answers"]:
        text = _formatted(answer, "text", text_format, arrows=True)
        said = _feedback(answer, text_format, arrows=True)
        lines.append(f"={_percent(answer['fraction'])}{text}{said}")
    return lines


def _numerical(question: Mapping[str, Any], text_format: str) -> list[str]:
    lines = ["#"]
    for answer in question["answers"]:
        value = answer["value"]
        number = "*" if value == "*" else f"{_number(value)}:{_number(answer.get('tolerance') or 0)}"
        lines.append(f"={_percent(answer['fraction'])}{number}{_feedback(answer, text_format)}")
    return lines


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _matching(question: Mapping[str, Any], text_format: str) -> list[str]:
    lines = [""]
    for pair in question["pairs"]:
        stem = _formatted(pair, "stem", text_format, arrows=True)
        lines.append(f"={stem} -> {escaped(pair['answer'].strip())}")
    return lines


def _ordering(question: Mapping[str, Any], text_format: str) -> list[str]:
    items = [item.strip() for item in question["items"]]
    select, layout = question.get("select", "all"), question.get("layout", "vertical")
    grading = question.get("grading", _GRADING_DEFAULT)
    header = ">"
    if (select, layout, grading) != ("all", "vertical", _GRADING_DEFAULT):
        count = len(items) if select == "all" else question.get("select_count") or len(items)
        header = f">{count} {select} {layout} {grading}".upper()
    lines = []
    for item in items:
        mistakable = item.startswith("//") or bracketed(item)
        lines.append((f"[{text_format}]" if mistakable else "") + escaped(item))
    return [header, *lines]


def _essay(question: Mapping[str, Any], text_format: str) -> list[str]:
    return [""]


_BLOCKS = {
    "essay": _essay,
    "single_choice": _single,
    "multiple_choice": _multiple,
    "true_false": _true_false,
    "short_answer": _short,
    "numerical": _numerical,
    "matching": _matching,
    "ordering": _ordering,
}
