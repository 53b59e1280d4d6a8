"""What belongs to one kind of question in a Moodle XML file, one function for each (quiz semantics 4.3)."""

import html
from collections.abc import Callable, Mapping, Sequence

from courses.questions.formats._cloze_codes import nominal, number
from courses.questions.formats._moodle_xml_text import Holder, Writer, combined
from courses.questions.formats._moodle_xml_types import SHOWN, TOLERANCES, UNIT_GRADINGS

Block = Callable[[Writer, Holder], None]

_TOLERANCES = {ours: theirs for theirs, ours in TOLERANCES.items()}
_SHOWN = {ours: theirs for theirs, ours in SHOWN.items()}
_UNIT_GRADINGS = {ours: theirs for theirs, ours in UNIT_GRADINGS.items()}
_NO_UNITS, _INPUT, _SELECT = 3, 0, 2


def _nothing(_writer: Writer, _question: Holder) -> None:
    """A text says all about itself."""


def _single(writer: Writer, question: Holder) -> None:
    _choice(writer, question, single=True)


def _multiple(writer: Writer, question: Holder) -> None:
    _choice(writer, question, single=False)


def _choice(writer: Writer, question: Holder, *, single: bool) -> None:
    writer.value(2, "single", "true" if single else "false")
    writer.value(2, "shuffleanswers", "true" if question.get("shuffle", True) else "false")
    writer.value(2, "answernumbering", "abc")
    combined(writer, question)
    for answer in question["answers"]:
        writer.open_text(2, "answer", answer, "text", attributes=writer.percent(answer["fraction"]))
        if question["type"] == "calculated_multi":
            _accuracy(writer, answer)
        _end_answer(writer, answer)


def _end_answer(writer: Writer, answer: Holder) -> None:
    writer.text(3, "feedback", answer, "feedback")
    writer.line(2, "</answer>")


def _typed(writer: Writer, answer: Holder, text: str) -> None:
    """The beginning of an answer that is typed and has no format."""
    writer.line(2, f"<answer{writer.percent(answer['fraction'])}>")
    writer.bare_text(3, text)


def _true_false(writer: Writer, question: Holder) -> None:
    for answer in (True, False):
        name = "true" if answer else "false"
        writer.line(2, f"<answer{writer.percent(float(question['right'] is answer))}>")
        writer.bare_text(3, name)
        writer.text(3, "feedback", question, f"feedback_{name}")
        writer.line(2, "</answer>")


def _short_answer(writer: Writer, question: Holder) -> None:
    writer.value(2, "usecase", bool(question.get("use_case")))
    for answer in question["answers"]:
        _typed(writer, answer, answer["text"])
        _end_answer(writer, answer)


def _numerical(writer: Writer, question: Holder) -> None:
    for answer in question["answers"]:
        _typed(writer, answer, "*" if answer["value"] == "*" else number(answer["value"]))
        writer.value(3, "tolerance", nominal(answer))
        _end_answer(writer, answer)
    _units(writer, question)


def _units(writer: Writer, question: Holder) -> None:
    units = question.get("units") or []
    writer.value(2, "unitgradingtype", _UNIT_GRADINGS[question.get("unit_grading", "none")])
    writer.value(2, "unitpenalty", float(question.get("unit_penalty", 0.1)))
    select = question.get("unit_field", "input") == "select"
    writer.value(2, "showunits", (_SELECT if select else _INPUT) if units else _NO_UNITS)
    writer.value(2, "unitsleft", bool(question.get("unit_first")))
    if units:
        writer.line(2, "<units>")
        for unit in units:
            writer.line(3, "<unit>")
            writer.value(4, "multiplier", float(unit["multiplier"]))
            writer.value(4, "unit_name", unit["unit"])
            writer.line(3, "</unit>")
        writer.line(2, "</units>")


def _matching(writer: Writer, question: Holder) -> None:
    writer.value(2, "shuffleanswers", "true" if question.get("shuffle", True) else "false")
    combined(writer, question)
    for pair in question["pairs"]:
        writer.open_text(2, "subquestion", pair, "stem")
        writer.line(3, "<answer>")
        writer.bare_text(4, pair["answer"])
        writer.line(3, "</answer>")
        writer.line(2, "</subquestion>")


def _ordering(writer: Writer, question: Holder) -> None:
    select = question.get("select", "all")
    writer.value(2, "layouttype", str(question.get("layout", "vertical")).upper())
    writer.value(2, "selecttype", select.upper())
    writer.value(2, "selectcount", 0 if select == "all" else int(question.get("select_count") or 2))
    writer.value(2, "gradingtype", str(question.get("grading", "absolute_position")).upper())
    combined(writer, question)
    for place, item in enumerate(question["items"], 1):
        attributes = f' fraction="{place}"'
        writer.text(2, "answer", {"text": item}, "text", attributes=attributes)


def _essay(writer: Writer, question: Holder) -> None:
    said = {"none": "noinline", "monospaced": "monospaced"}
    writer.value(2, "responseformat", said.get(question.get("response_format", "plain"), "plain"))
    writer.value(2, "responserequired", bool(question.get("required", True)))
    writer.value(2, "responsefieldlines", int(question.get("lines") or 15))
    writer.value(2, "minwordlimit", _or_blank(question.get("least_words")))
    writer.value(2, "maxwordlimit", _or_blank(question.get("most_words")))
    writer.value(2, "attachments", int(question.get("attachments") or 0))
    writer.value(2, "attachmentsrequired", int(question.get("attachments_required") or 0))
    writer.value(2, "maxbytes", int(question.get("most_bytes") or 0))
    writer.value(2, "filetypeslist", ",".join(question.get("file_types") or ()))
    writer.text(2, "graderinfo", question, "grader_information")
    writer.text(2, "responsetemplate", question, "template")


def _or_blank(value: int | None) -> str | int:
    return int(value) if value else ""


def _gap_select(writer: Writer, question: Holder) -> None:
    _gaps(writer, question, "selectoption")


def _drag_words(writer: Writer, question: Holder) -> None:
    _gaps(writer, question, "dragbox")


def _gaps(writer: Writer, question: Holder, tag: str) -> None:
    writer.value(2, "shuffleanswers", bool(question.get("shuffle", True)))
    combined(writer, question)
    for choice in question["choices"]:
        writer.line(2, f"<{tag}>")
        _label(writer, choice, "text")
        writer.value(3, "group", int(choice.get("group") or 1))
        if choice.get("infinite"):
            writer.line(3, "<infinite/>")
        writer.line(2, f"</{tag}>")


def _calculated(writer: Writer, question: Holder) -> None:
    writer.value(2, "synchronize", bool(question.get("synchronise")))
    combined(writer, question)
    for answer in question["answers"]:
        _typed(writer, answer, answer["formula"])
        _accuracy(writer, answer)
        _end_answer(writer, answer)
    _units(writer, question)
    _datasets(writer, question)


def _accuracy(writer: Writer, answer: Holder) -> None:
    """How near a result must be and how it is shown; the reference wants it of options too."""
    writer.value(3, "tolerance", float(answer.get("tolerance") or 0))
    writer.value(3, "tolerancetype", _TOLERANCES[answer.get("tolerance_type", "relative")])
    writer.value(3, "correctanswerformat", _SHOWN[answer.get("shown", "decimals")])
    writer.value(3, "correctanswerlength", int(answer.get("digits", 2)))


def _calculated_multi(writer: Writer, question: Holder) -> None:
    writer.value(2, "synchronize", bool(question.get("synchronise")))
    _choice(writer, question, single=bool(question.get("single", True)))
    _datasets(writer, question)


def _datasets(writer: Writer, question: Holder) -> None:
    datasets = question.get("datasets") or []
    if not datasets:
        return
    writer.line(2, "<dataset_definitions>")
    for dataset in datasets:
        _dataset(writer, dataset, "calculated" if question["type"] == "calculated" else "calculatedsimple")
    writer.line(2, "</dataset_definitions>")


def _dataset(writer: Writer, dataset: Holder, kind: str) -> None:
    values = dataset.get("values") or []
    writer.line(3, "<dataset_definition>")
    writer.worded(4, "status", "shared" if dataset.get("shared") else "private")
    writer.worded(4, "name", dataset["name"])
    writer.value(4, "type", kind)
    writer.worded(4, "distribution", dataset.get("distribution", "uniform"))
    writer.worded(4, "minimum", number(dataset.get("minimum", 1.0)))
    writer.worded(4, "maximum", number(dataset.get("maximum", 10.0)))
    writer.worded(4, "decimals", str(int(dataset.get("decimals", 1))))
    writer.value(4, "itemcount", len(values))
    writer.line(4, "<dataset_items>")
    for place, value in enumerate(values, 1):
        item = f"<number>{place}</number><value>{number(value)}</value>"
        writer.line(5, f"<dataset_item>{item}</dataset_item>")
    writer.line(4, "</dataset_items>")
    writer.value(4, "number_of_items", len(values))
    writer.line(3, "</dataset_definition>")


def _drag_image(writer: Writer, question: Holder) -> None:
    _dragged(writer, question)
    for place, item in enumerate(question["items"], 1):
        writer.line(2, "<drag>")
        writer.value(3, "no", place)
        _label(writer, item, "text")
        writer.value(3, "draggroup", int(item.get("group") or 1))
        if item.get("infinite"):
            writer.line(3, "<infinite/>")
        writer.file(3, item.get("picture") or "")
        writer.line(2, "</drag>")
    for place, spot in enumerate(question["places"], 1):
        writer.line(2, "<drop>")
        _label(writer, spot, "label")
        writer.value(3, "no", place)
        writer.value(3, "choice", int(spot["item"]))
        writer.value(3, "xleft", int(spot["x"]))
        writer.value(3, "ytop", int(spot["y"]))
        writer.line(2, "</drop>")


def _drag_markers(writer: Writer, question: Holder) -> None:
    _dragged(writer, question)
    for place, marker in enumerate(question["markers"], 1):
        writer.line(2, "<drag>")
        writer.value(3, "no", place)
        _label(writer, marker, "text")
        most = int(marker.get("most", 1))
        writer.value(3, "noofdrags", most)
        if not most:
            writer.line(3, "<infinite/>")
        writer.line(2, "</drag>")
    for place, zone in enumerate(question["zones"], 1):
        writer.line(2, "<drop>")
        writer.value(3, "no", place)
        writer.value(3, "shape", zone["shape"])
        writer.value(3, "coords", _coordinates(zone["shape"], zone["points"]))
        writer.value(3, "choice", int(zone["marker"]))
        writer.line(2, "</drop>")


def _dragged(writer: Writer, question: Holder) -> None:
    """What both kinds over a picture have; their switches are on by being there."""
    if question.get("shuffle", True):
        writer.line(2, "<shuffleanswers/>")
    if question.get("show_misplaced"):
        writer.line(2, "<showmisplaced/>")
    combined(writer, question)
    writer.file(2, question["picture"])


def _label(writer: Writer, holder: Holder, key: str) -> None:
    """A short text; one without tags of its own is written with entities."""
    form = holder.get("format" if key == "text" else f"{key}_format", "plain")
    text = holder.get(key) or ""
    writer.bare_text(3, text if form == "html" else html.escape(text, quote=False))


def _coordinates(shape: str, points: Sequence[Sequence[float]]) -> str:
    if shape == "circle":
        return f"{points[0][0]:.0f},{points[0][1]:.0f};{points[1][0]:.0f}"
    return ";".join(f"{x:.0f},{y:.0f}" for x, y in points)


BLOCKS: Mapping[str, tuple[str, Block]] = {
    "description": ("description", _nothing),
    "single_choice": ("multichoice", _single),
    "multiple_choice": ("multichoice", _multiple),
    "true_false": ("truefalse", _true_false),
    "short_answer": ("shortanswer", _short_answer),
    "numerical": ("numerical", _numerical),
    "matching": ("matching", _matching),
    "ordering": ("ordering", _ordering),
    "essay": ("essay", _essay),
    "cloze": ("cloze", _nothing),
    "gap_select": ("gapselect", _gap_select),
    "drag_words": ("ddwtos", _drag_words),
    "calculated": ("calculated", _calculated),
    "calculated_simple": ("calculatedsimple", _calculated),
    "calculated_multi": ("calculatedmulti", _calculated_multi),
    "drag_image": ("ddimageortext", _drag_image),
    "drag_markers": ("ddmarker", _drag_markers),
}
