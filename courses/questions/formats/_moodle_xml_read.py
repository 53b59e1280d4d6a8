"""Reading Moodle XML: categories, what every question has, and the question of its kind (quiz semantics 4.3).

Fractions, numbers and codes that the reference would take for something else are errors here, each at its
place; whether a file with errors is imported is not decided in this file.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from courses.questions.formats._base import MAX_QUESTIONS, Draft, Report
from courses.questions.formats._category_paths import MOST, names_of
from courses.questions.formats._moodle_xml_source import Source, words_of
from courses.questions.formats._moodle_xml_types import TYPES_BY_NAME
from courses.questions.formats._reading import Problems, common, default_name
from courses.questions.formats._xml import Element, read_parts
from courses.questions.rules import COMBINED, DEFAULT_PENALTY
from courses.questions.types import TYPES

_NUMBERED = re.compile(r"([a-z]+)\.([0-9]+)")
SNAP = 0.005  # as near as this to a third, a penalty is a third


def read(data: bytes) -> Report:
    """Every question of the file, and everything that is wrong with it."""
    reading = _Reading()
    read_parts(data, "quiz", reading.take, reading.problems)
    if not reading.drafts and not reading.problems.found:
        reading.problems.add("xml_no_questions", 1, 1, "warning")
    return reading.problems.report(reading.drafts)


@dataclass
class _Reading:
    """One pass over a file: a category holds for every question until the next one."""

    problems: Problems = field(default_factory=Problems)
    drafts: list[Draft] = field(default_factory=list)
    category: tuple[str, ...] = ()
    seen: set[tuple[tuple[str, ...], str]] = field(default_factory=set)

    def take(self, element: Element) -> bool:
        """One child of the root; False when the rest need not be read."""
        if len(self.drafts) >= MAX_QUESTIONS:
            self.problems.add("too_many_questions", *element.place, most=MAX_QUESTIONS)
            return False
        if element.tag != "question":
            self.problems.add("xml_not_question", *element.place, "warning", tag=element.tag[:40])
        elif element.attributes.get("type", "").strip() == "category":
            self._enter(Source(element, self.problems))
        else:
            self._add(Source(element, self.problems))
        return not self.problems.full

    def _enter(self, source: Source) -> None:
        path = source.value("category")
        if len(path) > MOST:
            source.error("category_too_long", source.element.place, most=MOST)
        self.category = names_of(path)

    def _add(self, source: Source) -> None:
        self.problems.begins.append(source.element.place)
        question = _question(source)
        if question is None or not _checked(source, question):
            return
        draft = Draft(
            question,
            source.element.line,
            self.category,
            self._id_number(source),
            source.files.by_key(),
            source.element.column,
        )
        self.drafts.append(draft)

    def _id_number(self, source: Source) -> str:
        """The number by which others know the question; a second one in a category is nobody's."""
        number = source.value("idnumber")
        if number and (self.category, number) in self.seen:
            source.warn("xml_id_repeats", source.element.place, number=number[:40])
            return ""
        self.seen.add((self.category, number))
        return number


def _question(source: Source) -> dict[str, Any] | None:
    """The question as far as it can be read; None when its kind is not known here."""
    name = source.element.attributes.get("type", "").strip()
    kind, own = TYPES_BY_NAME.get(name, ("", None))
    if name == "multichoice" and source.yes("single", usual=True):
        kind = "single_choice"
    if own is None or kind not in TYPES:
        source.error("xml_type_unknown", source.element.place, type=name[:40])
        return None
    holder = source.element.child("questiontext")
    if holder is not None:
        source.text_format = source.format_of(holder, "html")
    source.body = source.text(holder) + _old_picture(source)
    question = common(kind, source.body, source.text_format)
    _put_common(source, question)
    question |= own(source)
    if source.files.contents:
        question["files"] = source.files.named()
    question["name"] = _name(source) or default_name(question)
    return question


def _old_picture(source: Source) -> str:
    """Very old files keep one picture beside the text."""
    image, content = source.element.child("image"), source.element.child("image_base64")
    if image is None or content is None or not words_of(image):
        return ""
    content.attributes = {"name": words_of(image), "encoding": "base64"}
    name = source.kept(content)
    if not name or source.text_format == "plain":
        return ""
    markdown = source.text_format == "markdown"
    return f"\n\n![](file:{name})" if markdown else f'\n<img src="file:{name}" alt="">'


def _put_common(source: Source, question: dict[str, Any]) -> None:
    """What every kind has, as far as the file says it."""
    source.put(question, "general_feedback", source.element.child("generalfeedback"))
    question["default_mark"] = source.number("defaultgrade", 1.0)
    if question["type"] != "true_false":
        question["penalty"] = _penalty(source)
    for ours in COMBINED:
        said: dict[str, Any] = {}
        source.put(said, ours, source.element.child(ours.replace("_", "")))
        if said[ours]:
            question |= said
    hints = [_hint(source, element) for element in source.element.all("hint")]
    if hints:
        question["hints"] = hints
    question["tags"] = _tags(source)
    if source.value("hidden") == "1":
        source.warn("xml_hidden", source.element.place)


def _penalty(source: Source) -> float:
    penalty = source.number("penalty", DEFAULT_PENALTY)
    return DEFAULT_PENALTY if abs(penalty - DEFAULT_PENALTY) < SNAP else penalty


def _hint(source: Source, element: Element) -> dict[str, Any]:
    hint: dict[str, Any] = {}
    source.put(hint, "text", element)
    hint["show_number_right"] = source.has("shownumcorrect", element)
    hint["clear_wrong"] = source.has("clearwrong", element)
    return hint


def _tags(source: Source) -> list[str]:
    """Every tag once, those of a course too."""
    tags: dict[str, None] = {}
    for holder in ("tags", "coursetags"):
        for group in source.element.all(holder):
            tags |= dict.fromkeys(words_of(tag) for tag in group.all("tag"))
    return [tag for tag in tags if tag]


def _name(source: Source) -> str:
    name = source.value("name")
    if len(name) > 255:
        source.warn("name_cut", source.element.place, most=255)
    return name[:255].strip()


def _checked(source: Source, question: dict[str, Any]) -> bool:
    """Let the type itself look at the question, unless its parts are known to be wrong already."""
    if not source.fine:
        return False
    for problem in TYPES[question["type"]].check(question):
        found = _NUMBERED.match(problem.where)
        places = source.places.get(found[1], []) if found else []
        number = int(found[2]) if found else 0
        place = places[number] if number < len(places) else source.element.place
        tell = source.error if problem.severity == "error" else source.warn
        tell(problem.code, place, **problem.details)
    return source.fine
