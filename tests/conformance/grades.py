"""Question + response → fraction and state, as the reference recorded them."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from courses.markup import plain
from courses.questions.types import TYPES
from tests.conformance import Tally, vectors

Translated = tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]
TOLERANCES = {1: "relative", 2: "nominal", 3: "geometric"}
SHOWN = {1: "decimals", 2: "significant"}
SCHEMES = {
    -1: "all_or_nothing",
    0: "absolute_position",
    1: "relative_next_exclude_last",
    2: "relative_next_include_last",
    3: "relative_one_previous_and_next",
    4: "relative_all_previous_and_next",
    5: "longest_ordered_subset",
    6: "longest_contiguous_subset",
    7: "relative_to_correct",
}


def run(folder: Path) -> Iterator[Tally]:
    tally = Tally("marks")
    for number, vector in enumerate(vectors(folder / "grading" / "grade_vectors.jsonl"), 1):
        translate = TRANSLATORS.get(vector["class"])
        if translate is None:
            tally.not_built[vector["qtype"]] += 1
            continue
        name, question, variant, raw = translate(vector["question"], vector["response"])
        kind = TYPES[name]
        graded = kind.grade(question, variant, kind.clean(question, variant, raw))
        got = graded.fraction, str(graded.state).replace("_", "")
        fraction = vector["fraction"] if vector["fraction"] is None else float(vector["fraction"])
        tally.compare(f"line {number} ({name}, {raw})", (fraction, vector["state"]), got)
    yield tally


def _answers(question: dict[str, Any], text: str = "text") -> list[dict[str, Any]]:
    return [
        {text: answer["answer"], "fraction": float(answer["fraction"]), "feedback": answer["feedback"] or ""}
        for answer in question["answers"].values()
    ]


def _shown(question: dict[str, Any]) -> dict[str, Any]:
    keys = list(question["answers"])
    return {"order": [keys.index(key) for key in question["order"]]}


def single_choice(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    chosen = {"choice": int(response["answer"])}
    return "single_choice", {"answers": _answers(question)}, _shown(question), chosen


def multiple_choice(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    ticked = [int(key.removeprefix("choice")) for key, value in response.items() if value == "1"]
    return "multiple_choice", {"answers": _answers(question)}, _shown(question), {"choices": ticked}


def true_false(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    return "true_false", {"right": question["rightanswer"]}, {}, {"answer": response["answer"] == "1"}


def short_answer(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    """Without our rules for Russian, which the reference does not have."""
    settings = {"use_case": question["usecase"] not in (False, "0", 0), "russian_equivalence": False}
    return "short_answer", {"answers": _answers(question), **settings}, {}, {"text": response["answer"]}


def numerical(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    answers = []
    for own, answer in zip(_answers(question, "value"), question["answers"].values(), strict=True):
        value = own["value"] if own["value"] == "*" else float(own["value"])
        answers.append({**own, "value": value, "tolerance": float(answer["tolerance"] or 0)})
    units = dict(question["ap"]["units"] or {})
    settings = {
        "answers": answers,
        "units": [{"unit": unit, "multiplier": float(factor)} for unit, factor in units.items()],
        "unit_first": question["ap"]["unitsbefore"],
        "unit_field": "select" if question["unitdisplay"] in (1, 2) else "input",
        "unit_grading": ("none", "of_mark", "of_max")[int(question["unitgradingtype"] or 0)],
        "unit_penalty": float(question["unitpenalty"] or 0),
    }
    return "numerical", settings, {}, {"text": response["answer"], "unit": response.get("unit")}


def calculated(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    """The recordings hold what the formulas came to, so each formula is just its result; the values of the
    variant are those recorded."""
    _, settings, _, raw = numerical(question, response)
    answers = zip(settings["answers"], question["answers"].values(), strict=True)
    settings["answers"] = [
        {
            "formula": str(own["value"]),
            "tolerance": own["tolerance"],
            "tolerance_type": TOLERANCES[int(answer["tolerancetype"])],
            "shown": SHOWN[int(answer["correctanswerformat"])],
            "digits": int(answer["correctanswerlength"]),
            "fraction": own["fraction"],
            "feedback": own["feedback"],
        }
        for own, answer in answers
    ]
    values = {name: float(value) for name, value in question["vs"]["values"].items()}
    settings["datasets"] = [{"name": name, "values": [value]} for name, value in values.items()]
    kind = "calculated_simple" if "simple" in question["__class"] else "calculated"
    return kind, settings, {"number": 1, "values": values}, raw


def essay(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    """Their answers are HTML, ours are plain text. Files of a recording are not part of it."""
    settings = {
        "response_format": "monospaced" if question["responseformat"] == "monospaced" else "plain",
        "required": bool(int(question["responserequired"])),
        "lines": int(question["responsefieldlines"]),
        "least_words": question["minwordlimit"],
        "most_words": question["maxwordlimit"],
        "template": question["responsetemplate"] or "",
        "template_format": "html",
        "attachments": int(question["attachments"]),
        "attachments_required": int(question["attachmentsrequired"]),
    }
    return "essay", settings, {}, {"text": plain(response["answer"], "html")}


def ordering(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    """The reference's response names the items by a hash; the shown order here is the author's."""
    keys = [answer["md5key"] for answer in question["answers"].values()]
    order = [keys.index(key) for key in response["response_0"].split(",")]
    items = [answer["answer"] for answer in question["answers"].values()]
    settings = {"items": items, "grading": SCHEMES[int(question["gradingtype"])]}
    return "ordering", settings, {"order": list(range(len(items)))}, {"order": order}


def matching(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    """Choices are numbered from 1 as shown, 0 is none."""
    stems = list(question["stems"])
    pairs = [{"stem": question["stems"][stem], "answer": _right(question, stem)} for stem in stems]
    pairs += [{"stem": "", "answer": text} for text in question["choices"].values()]
    shown = [question["choices"][str(key)] for key in question["choiceorder"].values()]
    answers = [pair["answer"] for pair in pairs]
    variant = {
        "stems": [stems.index(str(stem)) for stem in question["stemorder"]],
        "choices": [answers.index(text) for text in shown],
    }
    numbers = [int(response.get(f"sub{place}") or 0) for place in range(len(stems))]
    return "matching", {"pairs": pairs}, variant, {"pairs": [n - 1 if n else None for n in numbers]}


def _right(question: dict[str, Any], stem: str) -> str:
    return str(question["choices"][str(question["right"][stem])])


def drag_image(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    """Choices are numbered within their group, places answer with the shown number from 1, 0 is none."""
    items, numbers = [], {}
    for group, choices in question["choices"].items():
        for key, choice in choices.items():
            numbers[_group(group), str(key)] = len(items)
            items.append(
                {"text": choice["text"], "group": choice["group"], "infinite": bool(choice["infinite"])}
            )
    places = [
        {"x": 0, "y": 0, "item": numbers[str(place["group"]), str(question["rightchoices"][key])] + 1}
        for key, place in question["places"].items()
    ]
    choices = {
        group: [numbers[group, str(key)] for key in order.values()]
        for group, order in question["choiceorder"].items()
    }
    given = [int(response.get(f"p{place}") or 0) for place in range(1, len(places) + 1)]
    body = {"picture": "", "width": 1000, "height": 1000, "items": items, "places": places}
    variant = {"choices": choices, "places": len(places)}
    return "drag_image", body, variant, {"places": [number - 1 if number else None for number in given]}


def _group(name: str) -> str:
    """Groups are called «c1» in one file and «1» in the other."""
    return name.removeprefix("c")


def gaps(name: str, question: dict[str, Any], response: dict[str, Any]) -> Translated:
    """Choices are numbered within their group, gaps answer with the shown number from 1, 0 is none."""
    choices, numbers = [], {}
    for group, offered in question["choices"].items():
        for key, choice in offered.items():
            numbers[_group(group), str(key)] = len(choices)
            infinite = {"infinite": bool(choice["infinite"])} if "infinite" in choice else {}
            choices.append({"text": choice["text"], "group": int(_group(group)), **infinite})
    places = {
        key: numbers[str(group), str(question["rightchoices"][key])] + 1
        for key, group in question["places"].items()
    }
    shown = {
        group: [numbers[group, str(key)] for key in order.values()]
        for group, order in question["choiceorder"].items()
    }
    text = " ".join(f"[[{number}]]" for number in places.values())
    given = [int(response.get(f"p{place}") or 0) for place in places]
    variant = {"choices": shown, "gaps": [int(group) for group in question["places"].values()]}
    chosen = {"gaps": [number - 1 if number else None for number in given]}
    return name, {"text": text, "choices": choices}, variant, chosen


def cloze(question: dict[str, Any], response: Any) -> Translated:
    """Every blank is translated as the question that it is; the answer to the first is called «sub1_answer».
    One recorded response is a list, which answers nothing."""
    given = response if isinstance(response, dict) else {}
    blanks, shown, answers = [], [], []
    for number, inner in question["subquestions"].items():
        prefix = f"sub{number}_"
        own = {key.removeprefix(prefix): value for key, value in given.items() if key.startswith(prefix)}
        inner = {**inner, "order": [str(key) for key in inner.get("order") or ()]}
        typed = inner["qtype"] in ("shortanswer", "numerical")
        empty = {"answer": "" if typed else "-1"} if not own.get("answer") else {}
        name, body, variant, raw = TRANSLATORS[inner["__class"]](inner, own | empty)
        blanks.append({"kind": name, "weight": int(inner["defaultmark"]), **body})
        shown.append(variant)
        answers.append(raw)
    text = " ".join(f"[[{number}]]" for number in range(1, len(blanks) + 1))
    return "cloze", {"text": text, "blanks": blanks}, {"blanks": shown}, {"blanks": answers}


def drag_markers(question: dict[str, Any], response: dict[str, Any]) -> Translated:
    """One group of markers; «c2» holds the points of the second one shown."""
    kinds = next(iter(question["choices"].values()))
    keys = list(kinds)
    zones = [
        _zone(place["coords"]) | {"marker": keys.index(str(question["rightchoices"][key])) + 1}
        for key, place in question["places"].items()
    ]
    markers = [{"text": kind["text"], "most": int(kind["noofdrags"])} for kind in kinds.values()]
    shown = [keys.index(str(key)) for key in question["choiceorder"]["1"].values()]
    points = [_points(str(response.get(f"c{place}") or "")) for place in range(1, len(shown) + 1)]
    body = {"picture": "", "width": 1000, "height": 1000, "markers": markers, "zones": zones}
    return "drag_markers", body, {"markers": shown}, {"markers": points}


def _points(text: str) -> list[list[int]]:
    return [[int(number) for number in pair.split(",")] for pair in text.split(";") if pair]


def _zone(coordinates: str) -> dict[str, Any]:
    """«x,y;radius», «left,top;width,height» or the corners; the shape shows in the numbers."""
    pairs = coordinates.split(";")
    if "," not in pairs[-1]:
        return {"shape": "circle", "points": [*_points(pairs[0]), [int(pairs[1]), 0]]}
    return {"shape": "rectangle" if len(pairs) == 2 else "polygon", "points": _points(coordinates)}


TRANSLATORS: dict[str, Callable[[dict[str, Any], dict[str, Any]], Translated]] = {
    "qtype_multichoice_single_question": single_choice,
    "qtype_multichoice_multi_question": multiple_choice,
    "qtype_truefalse_question": true_false,
    "qtype_shortanswer_question": short_answer,
    "qtype_numerical_question": numerical,
    "qtype_calculated_question": calculated,
    "qtype_calculatedsimple_question": calculated,
    "qtype_essay_question": essay,
    "qtype_ordering_question": ordering,
    "qtype_match_question": matching,
    "qtype_randomsamatch_question": matching,
    "qtype_ddimageortext_question": drag_image,
    "qtype_ddmarker_question": drag_markers,
    "qtype_gapselect_question": partial(gaps, "gap_select"),
    "qtype_ddwtos_question": partial(gaps, "drag_words"),
    "qtype_multianswer_question": cloze,
}
