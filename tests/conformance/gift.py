"""GIFT files of others: each imports, reads the same as another reader says, and survives being written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from courses.questions.formats import FORMATS, Draft
from tests.conformance import Tally

GIFT = FORMATS["gift"]
OTHER_NAMES = {
    "MC": ("single_choice", "multiple_choice"),
    "TF": ("true_false",),
    "Short": ("short_answer",),
    "Matching": ("matching",),
    "Numerical": ("numerical",),
    "Description": ("description",),
    "Essay": ("essay",),
}
FEEDBACK_ORDER = "the first feedback is for the wrong answer (quiz semantics 4.1), not for «true»"


def run(folder: Path) -> Iterator[Tally]:
    examples, pairs = Tally("GIFT examples import"), Tally("GIFT as read by another")
    trips = Tally("GIFT written")
    for path in sorted((folder / "gift-moodle").glob("*.gift")):
        _imports(path, examples)
        _round_trip(path, trips)
    for path in sorted((folder / "gift-pegjs").glob("*.gift")):
        _as_other(path, pairs)
        _round_trip(path, trips)
    yield from (examples, pairs, trips)


def _imports(path: Path, tally: Tally) -> None:
    report = GIFT.read(path.read_bytes())
    problems = [f"{path.name}:{problem.line} {problem.code}" for problem in report.problems]
    tally.different += problems
    tally.equal += len(report.drafts)


def _round_trip(path: Path, tally: Tally) -> None:
    drafts = GIFT.read(path.read_bytes()).drafts
    written = GIFT.write(drafts)
    again = GIFT.read(written)
    tally.compare(path.name, (drafts, ()), (again.drafts, again.errors))
    tally.compare(path.name, written, GIFT.write(again.drafts))


def _as_other(path: Path, tally: Tally) -> None:
    report = GIFT.read(path.read_bytes())
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    drafts = list(report.drafts)
    for number, question in enumerate(expected, 1):
        what = f"{path.name} question {number}"
        if question["type"] == "Category":
            tally.equal += 1
        elif question["type"] not in OTHER_NAMES:
            tally.not_built[question["type"]] += 1
        elif not drafts:
            tally.different.append(f"{what}: missing, {[problem.code for problem in report.problems]}")
        else:
            _compare(what, question, drafts.pop(0), tally)
    if drafts:
        tally.different.append(f"{path.name}: {len(drafts)} questions too many")


def _compare(what: str, other: dict[str, Any], draft: Draft, tally: Tally) -> None:
    question = draft.question
    if question["type"] not in OTHER_NAMES[other["type"]]:
        tally.different.append(f"{what}: is {question['type']}, not {other['type']}")
        return
    if other["type"] == "TF" and question["right"] and (other["trueFeedback"] or other["falseFeedback"]):
        tally.explained[FEEDBACK_ORDER] += 1
        other = {**other, "trueFeedback": other["falseFeedback"], "falseFeedback": other["trueFeedback"]}
    tally.compare(what, _others(other), _ours(other, question))


def _bare(text: Any) -> str:
    """Without white space: the other reader collapses it, and surrounds a blank with it."""
    if isinstance(text, dict):
        return f"[{text['format']}]{_bare(text['text'])}" if text["text"] else ""
    return "".join(str(text or "").split())


def _others(other: dict[str, Any]) -> dict[str, Any]:
    shape = {
        "text": _bare(other["stem"]),
        "general": _bare(other.get("globalFeedback")),
        "tags": other["tags"] or [],
        "answers": [],
    }
    if other["title"] is not None:
        shape["title"] = _bare(other["title"])
    if other["type"] == "TF":
        shape["answers"] = [other["isTrue"], _bare(other["trueFeedback"]), _bare(other["falseFeedback"])]
    elif other["type"] == "Matching":
        shape["answers"] = [(_bare(p["subquestion"]), _bare(p["subanswer"])) for p in other["matchPairs"]]
    elif other["type"] == "Numerical":
        choices = other["choices"] if isinstance(other["choices"], list) else [{"text": other["choices"]}]
        shape["answers"] = [_numbers(choice) for choice in choices]
    elif "choices" in other:
        shape["answers"] = [_choice(choice, other["type"]) for choice in other["choices"]]
    return shape


def _choice(choice: dict[str, Any], kind: str) -> tuple[Any, ...]:
    weight = choice["weight"] if choice["weight"] is not None else (100 if choice["isCorrect"] else 0)
    text = _bare(choice["text"]["text"]) if kind == "Short" else _bare(choice["text"])
    return text, round(weight / 100, 7), _bare(choice["feedback"])


def _numbers(choice: dict[str, Any]) -> tuple[Any, ...]:
    value = choice["text"]
    weight = choice.get("weight")
    fraction = round(weight / 100, 7) if weight is not None else float(choice.get("isCorrect", True))
    said = _bare(choice.get("feedback"))
    if value.get("text") == "*":
        return "*", 0.0, fraction, said
    if value["type"] == "high-low":
        middle = (value["numberHigh"] + value["numberLow"]) / 2
        return middle, value["numberHigh"] - middle, fraction, said
    return float(value["number"]), float(value.get("range") or 0), fraction, said


def _ours(other: dict[str, Any], question: dict[str, Any]) -> dict[str, Any]:
    usual = question["text_format"]

    def text(holder: dict[str, Any], key: str, own: str) -> str:
        return _bare({"format": holder.get(own, usual), "text": holder[key]})

    shape = {
        "text": text(question, "text", "text_format"),
        "general": text(question, "general_feedback", "general_feedback_format"),
        "tags": question["tags"],
        "answers": [],
    }
    if other["title"] is not None:
        shape["title"] = _bare(question["name"])
    if question["type"] == "true_false":
        both = [text(question, f"feedback_{key}", f"feedback_{key}_format") for key in ("true", "false")]
        shape["answers"] = [question["right"], *both]
    elif question["type"] == "matching":
        shape["answers"] = [(text(p, "stem", "format"), _bare(p["answer"])) for p in question["pairs"]]
    for answer in question.get("answers", ()):
        said = text(answer, "feedback", "feedback_format")
        if question["type"] == "numerical":
            shape["answers"].append((answer["value"], answer["tolerance"], answer["fraction"], said))
        else:
            typed = question["type"] == "short_answer"
            own = _bare(answer["text"]) if typed else text(answer, "text", "format")
            shape["answers"].append((own, answer["fraction"], said))
    return shape
