"""Reading GIFT: the file into items, an item into a category or a question (quiz semantics 4.1)."""

import re
from typing import Any

from courses.questions.formats._base import MAX_QUESTION, MAX_QUESTIONS, Draft, Report
from courses.questions.formats._category_paths import MOST, names_of
from courses.questions.formats._gift_answers import Block, read_block
from courses.questions.formats._gift_text import (
    Item,
    Span,
    formatted,
    items,
    unprotected,
)
from courses.questions.formats._reading import Problems, common, decoded, default_name
from courses.questions.types import TYPES

CATEGORY = "$CATEGORY:"
BLANK = "_____"
_NOTE = re.compile(r"\[(id|tag):((?:[^\[\]\\\x00-\x1f]|\\\]|\\(?!\]))+)\]")
_NUMBERED = re.compile(r"(?:answers|pairs|items)\.([0-9]+)")


def read(data: bytes) -> Report:
    """Every question of the file, and everything that is wrong with it."""
    problems = Problems()
    text = decoded(data, problems)
    drafts: list[Draft] = []
    category: tuple[str, ...] = ()
    unclosed = False
    for item in items(text, problems):
        if problems.full:
            break
        if len(drafts) >= MAX_QUESTIONS:
            problems.add("too_many_questions", item.first_line, 1, most=MAX_QUESTIONS)
            break
        offset = 0
        if item.text.startswith(CATEGORY):
            end = item.text.find("\n")
            category = _category(item, end)
            if end < 0:
                continue
            item.warn("category_with_question", end + 1)
            offset = end + 1
        unclosed = _add_question(item, offset, category, drafts, after_unclosed=unclosed)
    return problems.report(drafts)


def _category(item: Item, end: int) -> tuple[str, ...]:
    """The path without the reference's own beginning; `//` is a slash in a name."""
    path = unprotected(item.text[len(CATEGORY) : end if end >= 0 else None])
    if len(path) > MOST:
        item.error("category_too_long", 0, most=MOST)
    return names_of(path)


def _add_question(
    item: Item, offset: int, category: tuple[str, ...], drafts: list[Draft], *, after_unclosed: bool
) -> bool:
    """Read one question; whether it ended inside its braces, so that the next complaint may be left out."""
    span = Span(item.text, offset, len(item.text)).stripped()
    if not item.whole:
        item.error("question_too_long", 0, most=MAX_QUESTION)
    if not span.text:
        return False
    line, _ = item.place(span.start)
    item.problems.begins.append((line, 1))
    name, rest = _name(item, span)
    start, end = rest.find("{"), rest.find("}")
    if (start < 0) != (end < 0):
        if start >= 0 or not after_unclosed:
            item.error("brace_unclosed" if start >= 0 else "brace_unopened", max(start, end))
        return start >= 0
    if start > end:
        item.error("braces_reversed", end)
        return False
    question, places = _question(item, rest, start, end)
    if question is None:
        return False
    id_number, question["tags"] = _notes(item)
    question["name"] = name or default_name(question)
    if _checked(item, question, places, span.start):
        drafts.append(Draft(question, line, category, id_number))
    return False


def _name(item: Item, span: Span) -> tuple[str, Span]:
    if not span.text.startswith("::"):
        return "", span
    rest = span.after(span.start + 2)
    end = rest.find("::")
    if end < 0:
        item.warn("name_unclosed", span.start)
        return "", rest.stripped()
    name = " ".join(unprotected(rest.before(end).text).split())
    if len(name) > 255:
        item.warn("name_cut", span.start, most=255)
    return name[:255].strip(), rest.after(end + 2).stripped()


def _question(item: Item, span: Span, start: int, end: int) -> tuple[dict[str, Any] | None, list[int]]:
    """The question without name and tags; braces at `start` and `end`, −1 for a description."""
    if start < 0:
        text, text_format = formatted(span, "moodle")
        return common("description", text, text_format) | {"default_mark": 0.0}, []
    before, after = span.before(start).text, span.after(end + 1).text.strip()
    if "{" in after or "}" in after:
        item.warn("second_block", item.text.find(after[0], end + 1))
    # Words after the block make a sentence with a gap, even if they are only a full stop.
    whole = f"{before}{BLANK}{span.after(end + 1).text}" if after else before
    text, text_format = formatted(Span(whole, 0, len(whole)), "moodle")
    inside = Span(item.text, start + 1, end).stripped()
    general = item.text.rfind("####", inside.start, inside.end)
    said, said_format = "", text_format
    if general >= 0:
        said, said_format = formatted(inside.after(general + 4), text_format)
        inside = inside.before(general).stripped()
    block: Block | None = read_block(item, inside, text_format)
    if block is None:
        return None, []
    question = common(block.type, text, text_format) | {"general_feedback": said}
    if said_format != text_format:
        question["general_feedback_format"] = said_format
    return question | block.keys, block.places


def _notes(item: Item) -> tuple[str, list[str]]:
    """The `[id:…]` and `[tag:…]` of the comments."""
    id_number, tags = "", []
    for comment in item.comments:
        for kind, value in _NOTE.findall(comment):
            value = " ".join(value.replace("\\]", "]").split())
            if kind == "id":
                id_number = value
            elif value and value not in tags:
                tags.append(value)
    return id_number, tags


def _checked(item: Item, question: dict[str, Any], places: list[int], offset: int) -> bool:
    """Let the type itself look at the question; its complaints get the lines of the answers."""
    fine = True
    for problem in TYPES[question["type"]].check(question):
        found = _NUMBERED.match(problem.where)
        number = int(found[1]) if found else -1
        place = places[number] if 0 <= number < len(places) else offset
        (item.error if problem.severity == "error" else item.warn)(problem.code, place, **problem.details)
        fine = fine and problem.severity != "error"
    return fine
