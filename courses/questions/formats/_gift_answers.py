"""What stands between the braces of GIFT, one function for each kind of question (quiz semantics 4.1)."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from courses.questions.formats._gift_text import Item, Span, formatted, unprotected, weighed
from courses.questions.rules import MAX_PARTS

TRUE, FALSE = ("T", "TRUE"), ("F", "FALSE")
_LIKE_TRUE_FALSE = frozenset(
    ("t", "f", "true", "false", "т", "верно", "неверно", "да", "нет", "истина", "ложь")
)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")

# The header of the reference's ordering: a number and five settings, in this order, each may be left out.
_SELECT = {
    **dict.fromkeys(("ALL", "EXACT"), "all"),
    **dict.fromkeys(("RANDOM", "REL"), "random"),
    **dict.fromkeys(("CONTIGUOUS", "CONTIG"), "contiguous"),
}
_LAYOUT = {
    **dict.fromkeys(("HORIZONTAL", "HORI", "H", "1"), "horizontal"),
    **dict.fromkeys(("VERTICAL", "VERT", "V", "0"), "vertical"),
}
_GRADING = {
    "ALL_OR_NOTHING": "all_or_nothing",
    **dict.fromkeys(("ABSOLUTE_POSITION", "ABSOLUTE", "ABS"), "absolute_position"),
    **dict.fromkeys(("RELATIVE_NEXT_EXCLUDE_LAST", "RELATIVE", "REL"), "relative_next_exclude_last"),
    "RELATIVE_NEXT_INCLUDE_LAST": "relative_next_include_last",
    "RELATIVE_ONE_PREVIOUS_AND_NEXT": "relative_one_previous_and_next",
    "RELATIVE_ALL_PREVIOUS_AND_NEXT": "relative_all_previous_and_next",
    "RELATIVE_TO_CORRECT": "relative_to_correct",
    "LONGEST_ORDERED_SUBSET": "longest_ordered_subset",
    "LONGEST_CONTIGUOUS_SUBSET": "longest_contiguous_subset",
}
_SHOWN = dict.fromkeys(("SHOW", "TRUE", "YES", "1", "HIDE", "FALSE", "NO", "0"), "")
_NUMBERING = dict.fromkeys(("NONE", "123", "ABC", "ABCD", "III", "IIII"), "")


@dataclass
class Block:
    """A question made of a block: its own keys, and where its answers stand, for problems found later."""

    type: str
    keys: dict[str, Any]
    places: list[int] = field(default_factory=list)


def read_block(item: Item, span: Span, text_format: str) -> Block | None:
    """The block by its kind, in the order in which the reference asks; None after an error."""
    return _kind(span)(item, span, text_format)


def _kind(span: Span) -> Callable[[Item, Span, str], Block | None]:
    text = span.text
    if text.startswith(">"):
        return _ordering
    if not text:
        return _essay
    if text.startswith("#"):
        return _numerical
    if "~" in text:
        return _choice
    if "=" in text and "->" in text:
        return _matching
    return _true_false if text.split("#", 1)[0].strip() in TRUE + FALSE else _short_answer


def _essay(item: Item, span: Span, text_format: str) -> Block:
    """Braces with nothing between them."""
    return Block("essay", {"response_format": "plain", "required": True, "lines": 15})


def _answer(item: Item, span: Span, text_format: str, default: float) -> dict[str, Any]:
    """Weight, text and feedback of one answer; formats only where they differ from the question's."""
    fraction, rest = weighed(item, span.stripped(), default)
    mark = rest.find("#")
    own = rest if mark < 0 else rest.before(mark)
    text, form = formatted(own, text_format)
    answer = {"text": text, "fraction": fraction, "feedback": ""}
    if form != text_format:
        answer["format"] = form
    if mark >= 0:
        answer["feedback"], said = formatted(rest.after(mark + 1), text_format)
        if said != text_format:
            answer["feedback_format"] = said
    return answer


def _too_many(item: Item, span: Span, number: int) -> bool:
    if number > MAX_PARTS:
        item.error("too_many_answers", span.start, most=MAX_PARTS, number=number)
    return number > MAX_PARTS


def _choice(item: Item, span: Span, text_format: str) -> Block | None:
    """Several may be right unless one begins with `=`; every `=` and `~` begins an answer."""
    text = span.text
    if _too_many(item, span, text.count("~") + text.count("=")):
        return None
    marks = [place for place in range(span.start, span.end) if span.source[place] in "~="]
    block = Block("single_choice" if "=" in text else "multiple_choice", {"answers": []})
    before = span.before(marks[0]).stripped()
    if before.text:
        item.warn("text_before_choice", before.start, text=unprotected(before.text)[:40])
        block.keys["answers"].append(_answer(item, before, text_format, 0.0))
        block.places.append(before.start)
    for mark, end in zip(marks, [*marks[1:], span.end], strict=True):
        default = 1.0 if span.source[mark] == "=" else 0.0
        body = Span(span.source, mark + 1, end)
        if not body.text and span.source[mark] == "~" and span.source[end : end + 1] == "=":
            continue  # `~=` is one answer, as if it were `=`
        block.keys["answers"].append(_answer(item, body, text_format, default))
        block.places.append(mark)
    block.keys["shuffle"] = True
    return block


def _short_answer(item: Item, span: Span, text_format: str) -> Block | None:
    if _too_many(item, span, span.text.count("=")):
        return None
    block = Block("short_answer", {"answers": []})
    for part in _listed(span):
        block.keys["answers"].append(_answer(item, part, text_format, 1.0))
        block.places.append(part.start)
    answers = block.keys["answers"]
    if len(answers) == 1 and answers[0]["text"].lower() in _LIKE_TRUE_FALSE and "=" not in span.text:
        item.warn("looks_like_true_false", span.start, text=answers[0]["text"])
    for answer in answers:
        answer.pop("format", None)  # what is typed has no format
    block.keys |= {"use_case": False, "russian_equivalence": True}
    return block


def _listed(span: Span) -> list[Span]:
    """The parts that begin with `=`; one before the first sign counts when it is not blank."""
    parts = span.split("=")
    return parts if parts[0].text.strip() else parts[1:]


def _true_false(item: Item, span: Span, text_format: str) -> Block:
    """After the answer: what to say to the wrong one, then what to say to the right one."""
    parts = span.split("#", 2)
    right = parts[0].text.strip() in TRUE
    said = [formatted(part, text_format) for part in parts[1:]]
    said += [("", text_format)] * (2 - len(said))
    keys: dict[str, Any] = {"right": right}
    for name, (text, form) in zip(("false", "true") if right else ("true", "false"), said, strict=True):
        keys[f"feedback_{name}"] = text
        if form != text_format:
            keys[f"feedback_{name}_format"] = form
    return Block("true_false", keys)


def _matching(item: Item, span: Span, text_format: str) -> Block | None:
    if _too_many(item, span, span.text.count("=")):
        return None
    block = Block("matching", {"pairs": [], "shuffle": True})
    for part in _listed(span):
        arrow = part.find("->")
        if arrow < 0:
            item.error("pair_without_arrow", part.start, text=unprotected(part.text).strip()[:40])
            return None
        stem, form = formatted(part.before(arrow), text_format)
        pair = {"stem": stem, "answer": unprotected(part.after(arrow + 2).text).strip()}
        if form != text_format and stem:
            pair["format"] = form
        mark = part.find("#")
        if mark >= 0:
            item.warn("feedback_in_matching", mark)
        block.keys["pairs"].append(pair)
        block.places.append(part.start)
    return block


def _numerical(item: Item, span: Span, text_format: str) -> Block | None:
    """Numbers with tolerances or ranges; what follows `~` is said to every other number."""
    span = span.after(span.start + 1)
    wrong = span.find("~")
    listed = span if wrong < 0 else span.before(wrong)
    if _too_many(item, span, listed.text.count("=")):
        return None
    block = Block("numerical", {"answers": []})
    for part in _listed(listed):
        answer = _answer(item, part, text_format, 1.0)
        text = answer.pop("text")
        answer.pop("format", None)
        numbers = _value(item, part.stripped().start, text)
        if numbers is None:
            return None
        block.keys["answers"].append({"value": numbers[0], "tolerance": numbers[1], **answer})
        block.places.append(part.start)
    if not block.keys["answers"]:
        item.error("number_missing", span.start)
        return None
    if wrong >= 0:
        rest = _answer(item, span.after(wrong), text_format, 0.0)
        rest.pop("text")
        rest.pop("format", None)
        block.keys["answers"].append({"value": "*", "tolerance": 0.0, **rest, "fraction": 0.0})
        block.places.append(wrong)
    return block


def _value(item: Item, offset: int, text: str) -> tuple[float | str, float] | None:
    """Value and tolerance of `value`, `value:tolerance`, `least..most` or `*`.

    The reference takes a number it cannot read for `*`, and so gives 100 % for any answer: for us an error.
    """
    if text.find("..") > 0:
        least, most = (_number(item, offset, part.strip()) for part in text.split("..", 1))
        if least is None or most is None:
            return None
        middle = (most + least) / 2
        return _finite(item, offset, text, middle, abs(most - middle))
    value, colon, tolerance = text.partition(":")
    reach = _number(item, offset, tolerance.strip()) if colon and text.find(":") > 0 else 0.0
    if reach is None:
        return None
    if value.strip() == "*":
        return "*", 0.0
    number = _number(item, offset, value.strip())
    return None if number is None else _finite(item, offset, text, number, abs(reach))


def _finite(item: Item, offset: int, text: str, value: float, reach: float) -> tuple[float, float] | None:
    if math.isfinite(value) and math.isfinite(reach):
        return value, reach
    item.error("number_wrong", offset, text=text[:40])
    return None


def _number(item: Item, offset: int, text: str) -> float | None:
    if len(text) <= 400 and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text) + 0.0  # no minus before zero
    code = "number_with_comma" if _COMMA.fullmatch(text) else "number_wrong"
    item.error(code, offset, text=text[:40], better=text[:40].replace(",", "."))
    return None


def _ordering(item: Item, span: Span, text_format: str) -> Block | None:
    lines = span.after(span.start + 1).split("\n")
    if _too_many(item, span, len(lines) - 1):
        return None
    keys = _header(item, lines[0])
    if keys is None:
        return None
    block = Block("ordering", {"items": [], **keys})
    for line in lines[1:]:
        text, form = formatted(line, text_format)
        if form != text_format:  # items have the format of their question; anything else is their text
            text = unprotected(line.text).strip()
        if text:
            block.keys["items"].append(text)
            block.places.append(line.start)
    if block.keys["select"] != "all":
        count = block.keys["select_count"] or 6
        block.keys["select_count"] = min(count, len(block.keys["items"]))
        block.keys["select_count"] = max(2, block.keys["select_count"])
    else:
        block.keys.pop("select_count")
    return block


def _header(item: Item, span: Span) -> dict[str, Any] | None:
    """The settings on the first line. With none of them, ours; with some, the reference's for the others."""
    words = unprotected(span.text).split()
    keys: dict[str, Any] = {"select": "all", "select_count": None, "layout": "vertical"}
    if not words:
        return {**keys, "grading": "absolute_position"}
    keys["grading"] = "relative_next_exclude_last"
    if words[0].isascii() and words[0].isdigit():
        keys |= {"select": "random", "select_count": int(words.pop(0)[:6])}
    settings = (
        ("select", _SELECT),
        ("layout", _LAYOUT),
        ("grading", _GRADING),
        ("", _SHOWN),
        ("", _NUMBERING),
    )
    for key, values in settings:
        if words and words[0].upper() in values:
            value = values[words.pop(0).upper()]
            if key:
                keys[key] = value
    if words:
        item.error("ordering_header", span.stripped().start, text=words[0][:40])
        return None
    return keys
