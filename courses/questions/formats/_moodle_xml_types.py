"""What each kind of question of a Moodle XML file means, one function for each (quiz semantics 4.3)."""

import html
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from courses.markup import plain
from courses.questions.formats._cloze_codes import read_codes
from courses.questions.formats._moodle_xml_source import Source, bare_option, label, only, option, words_of
from courses.questions.formats._pictures import size_of
from courses.questions.formats._xml import Element
from courses.questions.types._schemes import SCHEMES

_BRACE = re.compile(r"\{")
Keys = dict[str, Any]

TOLERANCES = {"1": "relative", "2": "nominal", "3": "geometric"}
SHOWN = {"1": "decimals", "2": "significant"}
UNIT_GRADINGS = {"0": "none", "1": "of_mark", "2": "of_max"}
RESPONSE_FORMATS = {"monospaced": "monospaced", "noinline": "none"}
SPREADS = {"loguniform": "loguniform"}
SHAPES = {"circle": "circle", "rectangle": "rectangle", "polygon": "polygon", "poly": "polygon"}
_TRUE, _FALSE = "true", "false"
_POINT = re.compile(r"\s*(-?[0-9]{1,6})(?:\.[0-9]+)?\s*,\s*(-?[0-9]{1,6})(?:\.[0-9]+)?\s*")


def choice(source: Source) -> Keys:
    """Options with weights; one or several may be chosen."""
    return {
        "answers": [option(source, answer) for answer in source.answers()],
        "shuffle": source.yes("shuffleanswers", usual=False),
    }


def true_false(source: Source) -> Keys:
    """Two answers by name; in old files in other languages by their order."""
    answers = source.answers()
    named = {words_of(answer).lower(): answer for answer in answers}
    if {_TRUE, _FALSE} <= set(named):
        true, false = named[_TRUE], named[_FALSE]
    elif len(answers) == 2:
        true, false = answers
        source.warn("xml_true_false_order", true.place)
    else:
        source.error("xml_true_false", source.element.place)
        return {"right": True}
    weights = [source.fraction(answer) > 0 for answer in (true, false)]
    if weights[0] == weights[1]:
        source.error("xml_true_false", source.element.place)
    keys: Keys = {"right": weights[0]}
    source.put(keys, "feedback_true", true.child("feedback"))
    source.put(keys, "feedback_false", false.child("feedback"))
    return keys


def short_answer(source: Source) -> Keys:
    """Accepted words; our own rules for Russian hold, because the file knows nothing of them."""
    answers = [bare_option(source, answer) for answer in source.answers()]
    use_case = source.yes("usecase", usual=False)
    return {"answers": answers, "use_case": use_case, "russian_equivalence": True}


def numerical(source: Source) -> Keys:
    """A number that cannot be read is an error: the reference would take it for «any number»."""
    answers = []
    for element in source.answers():
        answer = bare_option(source, element)
        text = "".join(answer.pop("text").split())
        value = "*" if text == "*" else source.parsed(text, "answer", element.place)
        tolerance = abs(source.number("tolerance", 0.0, element))
        answers.append({"value": value, "tolerance": tolerance if value != "*" else 0.0, **answer})
    return {"answers": answers, **_units(source)}


def _units(source: Source) -> Keys:
    """Units and their rule; a rule without units means nothing."""
    holder = source.element.child("units")
    units = []
    for element in holder.all("unit") if holder else ():
        name = source.value("unit_name", holder=element)
        if name:
            units.append({"unit": name, "multiplier": source.number("multiplier", 1.0, element)})
    if not units:
        return {"units": []}
    return {
        "units": units,
        "unit_field": "select" if source.value("showunits") in ("1", "2") else "input",
        "unit_grading": only(UNIT_GRADINGS, source.value("unitgradingtype"), "none"),
        "unit_penalty": source.number("unitpenalty", 0.1),
        "unit_first": source.yes("unitsleft", usual=False),
    }


def matching(source: Source) -> Keys:
    """Pairs; an answer without a stem only misleads, and a pair of nothing is no pair."""
    pairs, places = [], []
    for element in source.element.all("subquestion"):
        pair: Keys = {}
        source.put(pair, "stem", element)
        pair["answer"] = source.text(element.child("answer"))
        if pair["stem"] or pair["answer"]:
            pairs.append(pair)
            places.append(element.place)
    source.places["pairs"] = places
    return {"pairs": pairs, "shuffle": source.yes("shuffleanswers", usual=True)}


def ordering(source: Source) -> Keys:
    """Items in the order of the file, which is the right one; they share the format of the question."""
    elements = list(source.element.all("answer"))
    source.places["items"] = [element.place for element in elements]
    grading = source.value("gradingtype").lower()
    keys: Keys = {
        "items": [_item(source, element) for element in elements],
        "grading": grading if grading in SCHEMES else "absolute_position",
        "select": only({"random": "random", "contiguous": "contiguous"}, source.value("selecttype"), "all"),
        "layout": only({"horizontal": "horizontal"}, source.value("layouttype"), "vertical"),
    }
    if keys["select"] != "all":
        keys["select_count"] = max(2, min(source.whole("selectcount", 2) or len(elements), len(elements)))
    return keys


def _item(source: Source, element: Element) -> str:
    """Words without a format of their own are written so that the question's format shows them."""
    text, form = source.text(element), source.format_of(element, source.text_format)
    if source.text_format == "plain" and form != "plain":
        return plain(text, form)
    return html.escape(text, quote=False) if form == "plain" and form != source.text_format else text


def essay(source: Source) -> Keys:
    """What may be handed in; an answer with marks of its own is plain text with us."""
    said = source.value("responseformat").lower()
    keys: Keys = {
        "response_format": RESPONSE_FORMATS.get(said, "plain"),
        "required": source.yes("responserequired", usual=True),
        "lines": source.whole("responsefieldlines", 15) or 15,
        "least_words": source.whole("minwordlimit", 0) or None,
        "most_words": source.whole("maxwordlimit", 0) or None,
        "attachments": source.whole("attachments", 0),
        "attachments_required": source.whole("attachmentsrequired", 0),
        "file_types": re.split(r"[\s,;]+", source.value("filetypeslist").lower().strip(" ,;")),
        "most_bytes": source.whole("maxbytes", 0) or None,
    }
    keys["file_types"] = [name for name in keys["file_types"] if name and name != "*"]
    if said == "editorfilepicker":
        source.warn("xml_essay_editor", source.element.place)
    source.put(keys, "template", source.element.child("responsetemplate"))
    source.put(keys, "grader_information", source.element.child("graderinfo"))
    return keys


def cloze(source: Source) -> Keys:
    """The codes in the text; their weights together are the mark."""
    codes, body = read_codes(source.body, source.text_format), _Body(source)
    for problem, offset in codes.findings:
        tell = source.error if problem.severity == "error" else source.warn
        tell(problem.code, body.place_of(offset), **problem.details)
    source.places["blanks"] = [body.place_of(offset) for offset in codes.places]
    mark = float(sum(blank["weight"] for blank in codes.blanks))
    return {"text": codes.text, "blanks": codes.blanks, "default_mark": mark}


class _Body:
    """Where in the file a place of the body stands. The names of files have changed, the braces have not."""

    def __init__(self, source: Source) -> None:
        holder = source.element.child("questiontext")
        self.own = source.element.place
        self.inner = None if holder is None else holder.child("text") or holder
        self.read = [found.start() for found in _BRACE.finditer(source.body)]
        self.written = [] if self.inner is None else [one.start() for one in _BRACE.finditer(self.inner.text)]

    def place_of(self, offset: int) -> tuple[int, int]:
        if self.inner is None:
            return self.own
        number = bisect_right(self.read, offset) - 1
        if number < 0:
            return self.inner.place
        start = self.written[number] if number < len(self.written) else 0
        return self.inner.place_of(start + offset - self.read[number])


def gap_select(source: Source) -> Keys:
    """Words to select in gaps."""
    return _gaps(source, "selectoption")


def drag_words(source: Source) -> Keys:
    """Words to drag into gaps."""
    return _gaps(source, "dragbox")


def _gaps(source: Source, tag: str) -> Keys:
    choices = []
    elements = list(source.element.all(tag))
    source.places["choices"] = [element.place for element in elements]
    for element in elements:
        found = label(source.text(element), "text")
        found["group"] = source.whole("group", 1, element) or 1
        if source.has("infinite", element):
            found["infinite"] = True
        choices.append(found)
    return {"choices": choices, "shuffle": source.yes("shuffleanswers", usual=True, empty=True)}


def calculated(source: Source) -> Keys:
    """Formulas with tolerances, and the values of their letters."""
    answers = []
    for element in source.answers():
        answer = bare_option(source, element)
        answers.append(
            {
                "formula": answer.pop("text"),
                "tolerance": abs(source.number("tolerance", 0.01, element)),
                "tolerance_type": only(TOLERANCES, source.value("tolerancetype", holder=element), "relative"),
                **_accuracy(source, element),
                **answer,
            }
        )
    return {"answers": answers, **_units(source), **_datasets(source)}


def calculated_multi(source: Source) -> Keys:
    """Options with formulas in them and their accuracy, and the values of their letters."""
    keys = choice(source)
    for answer, element in zip(keys["answers"], source.answers(), strict=True):
        answer |= _accuracy(source, element)
    return {**keys, "single": source.yes("single", usual=True), **_datasets(source)}


def _accuracy(source: Source, element: Element) -> Keys:
    """How the results of an answer are written."""
    return {
        "shown": only(SHOWN, source.value("correctanswerformat", holder=element), "decimals"),
        "digits": source.whole("correctanswerlength", 2, element),
    }


def _datasets(source: Source) -> Keys:
    holder = source.element.child("dataset_definitions")
    elements = list(holder.all("dataset_definition")) if holder else []
    source.places["datasets"] = [element.place for element in elements]
    datasets = [
        {
            "name": source.value("name", holder=element),
            "minimum": source.number("minimum", 1.0, element),
            "maximum": source.number("maximum", 10.0, element),
            "decimals": source.whole("decimals", 1, element),
            "distribution": only(SPREADS, source.value("distribution", holder=element), "uniform"),
            "values": _values(source, element),
            "shared": source.value("status", holder=element).lower() == "shared",
        }
        for element in elements
    ]
    return {"datasets": datasets, "synchronise": source.yes("synchronize", usual=False)}


def _values(source: Source, definition: Element) -> list[float]:
    """The values by their numbers, wherever they stand in the file."""
    holder = definition.child("dataset_items")
    items = list(holder.all("dataset_item")) if holder else []
    numbered = [
        (source.number("number", math.inf, item), source.number("value", 0.0, item)) for item in items
    ]
    return [value for _, value in sorted(numbered, key=lambda pair: pair[0])]


def drag_image(source: Source) -> Keys:
    """Items and places by their numbers; the picture says its own size."""
    elements, numbers = _numbered(source, "drag", "items")
    items = []
    for element in elements:
        file = element.child("file")
        item = label(source.text(element.child("text")), "text")
        if file is not None:
            item["picture"] = source.kept(file)
        item["group"] = source.whole("draggroup", 1, element) or 1
        item["infinite"] = source.has("infinite", element)
        items.append(item)
    places = [
        {
            "x": source.whole("xleft", 0, element),
            "y": source.whole("ytop", 0, element),
            "item": numbers.get(source.whole("choice", 0, element), 0),
            **label(source.text(element.child("text")), "label"),
        }
        for element in _numbered(source, "drop", "places")[0]
    ]
    return {**_picture(source), "items": items, "places": places, **_dragged(source)}


def drag_markers(source: Source) -> Keys:
    """Kinds of markers by their numbers, and the zones that want them."""
    elements, numbers = _numbered(source, "drag", "markers")
    markers = []
    for element in elements:
        most = 0 if source.has("infinite", element) else source.whole("noofdrags", 1, element)
        markers.append({**label(source.text(element.child("text")), "text"), "most": most})
    zones = [
        {
            "shape": only(SHAPES, source.value("shape", holder=element), "circle"),
            "points": _points(source, element),
            "marker": numbers.get(source.whole("choice", 0, element), 0),
        }
        for element in _numbered(source, "drop", "zones")[0]
    ]
    keys = {**_picture(source), "markers": markers, "zones": zones, **_dragged(source)}
    return {**keys, "show_misplaced": source.yes("showmisplaced", usual=False, empty=True)}


def _numbered(source: Source, tag: str, key: str) -> tuple[list[Element], dict[int, int]]:
    """Elements in the order of their numbers, and which of them has which number."""
    found = sorted(source.element.all(tag), key=lambda element: source.number("no", math.inf, element))
    source.places[key] = [element.place for element in found]
    return found, {source.whole("no", place, element): place for place, element in enumerate(found, 1)}


def _dragged(source: Source) -> Keys:
    return {"shuffle": source.yes("shuffleanswers", usual=False, empty=True)}


def _picture(source: Source) -> Keys:
    file = source.element.child("file")
    name = source.kept(file) if file else ""
    size = size_of(source.files.contents[name]) if name else None
    if size is None:
        source.error("xml_picture", file.place if file else source.element.place)
    width, height = size or (1, 1)
    return {"picture": name, "width": width, "height": height}


def _points(source: Source, element: Element) -> list[list[int]]:
    """A circle is a centre and a radius, a rectangle a corner and its size, a polygon its corners."""
    text = source.value("coords", holder=element)
    shape = only(SHAPES, source.value("shape", holder=element), "circle")
    centre, semicolon, radius = text.partition(";")
    if shape == "circle" and semicolon and "," not in radius:
        text = f"{centre};{radius.strip()},0"
    found = [_POINT.fullmatch(point) for point in text.split(";")[:200]]
    points = [[int(point[1]), int(point[2])] for point in found if point is not None]
    if len(points) < len(found):
        source.error("xml_coordinates", element.place, text=text[:40])
    return points


TYPES_BY_NAME: Mapping[str, tuple[str, Callable[[Source], Keys]]] = {
    "multichoice": ("multiple_choice", choice),
    "truefalse": ("true_false", true_false),
    "shortanswer": ("short_answer", short_answer),
    "numerical": ("numerical", numerical),
    "matching": ("matching", matching),
    "match": ("matching", matching),
    "essay": ("essay", essay),
    "description": ("description", lambda _source: {"default_mark": 0.0}),
    "cloze": ("cloze", cloze),
    "multianswer": ("cloze", cloze),
    "calculated": ("calculated", calculated),
    "calculatedsimple": ("calculated_simple", calculated),
    "calculatedmulti": ("calculated_multi", calculated_multi),
    "gapselect": ("gap_select", gap_select),
    "ddwtos": ("drag_words", drag_words),
    "ddimageortext": ("drag_image", drag_image),
    "ddmarker": ("drag_markers", drag_markers),
    "ordering": ("ordering", ordering),
}
