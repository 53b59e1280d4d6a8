"""Writing Moodle XML so that reading it gives the same questions, and writing those the same bytes."""

from collections.abc import Iterable, Sequence

from courses.questions.formats._base import Draft
from courses.questions.formats._category_paths import path_of
from courses.questions.formats._cloze_codes import write_codes
from courses.questions.formats._moodle_xml_blocks import BLOCKS
from courses.questions.formats._moodle_xml_text import Holder, Writer, cdata
from courses.questions.rules import penalty_of


def write(drafts: Sequence[Draft]) -> bytes:
    """The drafts with their categories."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    category: tuple[str, ...] = ()
    for draft in drafts:
        if draft.category != category:
            category = draft.category
            lines += _category(category)
        lines += _question(draft)
    return ("\n".join([*lines, "</quiz>"]) + "\n").encode()


def _category(names: Sequence[str]) -> Iterable[str]:
    return (
        '  <question type="category">',
        f"    <category><text>{cdata(path_of(names))}</text></category>",
        "  </question>",
    )


def _question(draft: Draft) -> list[str]:
    question, writer = draft.question, Writer(draft)
    name, block = BLOCKS[question["type"]]
    writer.line(1, f'<question type="{name}">')
    writer.worded(2, "name", question.get("name", ""))
    body = write_codes(question) if question["type"] == "cloze" else question["text"]
    writer.open_text(2, "questiontext", {**question, "text": body, "format": writer.text_format}, "text")
    files_after = len(writer.lines)
    writer.line(2, "</questiontext>")
    writer.text(2, "generalfeedback", question, "general_feedback")
    if question["type"] != "cloze":
        writer.value(2, "defaultgrade", float(question.get("default_mark", 1.0)))
    writer.value(2, "penalty", round(penalty_of(question), 7))
    writer.value(2, "hidden", "0")
    writer.value(2, "idnumber", draft.id_number)
    block(writer, question)
    for hint in question.get("hints") or ():
        _hint(writer, hint)
    _tags(writer, question.get("tags") or ())
    writer.line(1, "</question>")
    _other_files(writer, files_after)
    return writer.lines


def _hint(writer: Writer, hint: Holder) -> None:
    writer.open_text(2, "hint", hint, "text")
    for key, tag in (("show_number_right", "shownumcorrect"), ("clear_wrong", "clearwrong")):
        if hint.get(key):
            writer.line(3, f"<{tag}/>")
    writer.line(2, "</hint>")


def _tags(writer: Writer, tags: Sequence[str]) -> None:
    if tags:
        writer.line(2, "<tags>")
        for tag in tags:
            writer.worded(3, "tag", tag)
        writer.line(2, "</tags>")


def _other_files(writer: Writer, place: int) -> None:
    """Files that no text names stand beside the question's own text."""
    end, writer.lines = writer.lines[place:], writer.lines[:place]
    for name in writer.contents:
        if name not in writer.written:
            writer.file(3, name)
    writer.lines += end
