"""Whole walks through one question by behaviour, with the state and mark after every step, as recorded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from courses.questions.types import TYPES
from courses.quizzes.behaviours import Asked, Deed, Done, Standing, after, behaviour_for
from tests.conformance import Tally, vectors
from tests.conformance.grades import TRANSLATORS

NAMES = {
    "deferredfeedback": "deferred_feedback",
    "immediatefeedback": "immediate_feedback",
    "adaptive": "adaptive",
    "adaptivenopenalty": "adaptive_no_penalty",
    "interactive": "interactive",
    "deferredcbm": "deferred_cbm",
    "immediatecbm": "immediate_cbm",
}
NO_ANSWER = {
    "qtype_multichoice_single_question": {"answer": "-1"},
    "qtype_truefalse_question": {"answer": ""},
}
DEFERRED = "qbehaviour_deferredfeedback\\walkthrough_test::test_deferredfeedback"
CHANGED = "the last assertion was made after another answer had been made the right one"
ANOTHER = "the last assertion is about another attempt, begun from this one"
EXPLAINED = {
    f"{DEFERRED}_feedback_multichoice_single": CHANGED,
    "qtype_essay\\walkthrough_test::test_deferred_feedback_plain_attempt_on_last": ANOTHER,
    "qtype_ddmarker\\walkthrough_test::test_deferred_feedback": CHANGED,
    "qtype_ddimageortext\\walkthrough_test::test_deferred_feedback": CHANGED,
}


def run(folder: Path) -> Iterator[Tally]:
    tally = Tally("walks")
    for number, walk in enumerate(vectors(folder / "grading" / "moodle_walkthrough.jsonl"), 1):
        kind = walk["question"]["__class"]
        if kind not in TRANSLATORS:
            tally.not_built[walk["question"]["qtype"]] += 1
            continue
        _walk(tally, number, walk)
    yield tally


def _walk(tally: Tally, number: int, walk: dict[str, Any]) -> None:
    """Every recorded state, and the mark that was asserted when the attempt was finished."""
    question, asked, behaviour, stands = walk["question"], None, None, Standing()
    usual = next((_own(step["data"]) for step in walk["steps"] if _own(step.get("data") or {})), {})
    for place, step in enumerate(walk["steps"], 1):
        name, body, variant, raw = _translated(question, step.get("data") or {}, usual)
        if asked is None:
            asked = Asked(TYPES[name], body, variant)
            behaviour = behaviour_for(asked.type, NAMES[walk["behaviour"]])
            if step["action"] == "manual":  # a person marks what is finished: nothing was answered
                stands = after(behaviour, asked, stands, Done(Deed.FINISH))
        where = f"line {number} step {place} ({walk['test']})"
        done = _done(asked, step, raw, walk["maxmark"])
        stands = after(behaviour, asked, stands, done)
        tally.compare(where, _said(step["after"]), _stood(stands))
        asserted = step.get("asserted") or {}
        if asserted.get("state") not in (None, step["after"]["state"]):
            stands = after(behaviour, asked, stands, Done(Deed.FINISH))
            mark = None if stands.fraction is None else round(stands.fraction * walk["maxmark"], 6)
            wanted = asserted.get("mark")
            expected = asserted["state"], None if wanted is None else round(wanted, 6)
            if walk["test"] in EXPLAINED:
                tally.explained[EXPLAINED[walk["test"]]] += 1
                continue
            tally.compare(f"{where}, finished", expected, (_name(stands), mark))


def _own(data: dict[str, Any]) -> dict[str, str]:
    """The response without what the behaviour adds."""
    return {key: str(value) for key, value in data.items() if not key.startswith("-")}


def _translated(
    question: dict[str, Any], data: dict[str, Any], usual: dict[str, str]
) -> tuple[str, dict[str, Any], dict[str, Any], Any]:
    own = _own(data)
    own = own or NO_ANSWER.get(question["__class"]) or usual
    if "order" in question:
        question = {**question, "order": [str(key) for key in question["order"]]}
    name, body, variant, raw = TRANSLATORS[question["__class"]](question, {"answer": "", **own})
    body["penalty"] = float(question["penalty"])
    body["hints"] = [
        {"text": hint["hint"] or "", "clear_wrong": bool(hint.get("clearwrong"))}
        for hint in question["hints"]
    ]
    return name, body, variant, raw


def _done(asked: Asked, step: dict[str, Any], raw: Any, max_mark: float) -> Done:
    data = step.get("data") or {}
    if step["action"] == "finish":
        return Done(Deed.FINISH)
    if step["action"] == "manual":
        mark = step["mark"]
        return Done(Deed.MARK, fraction=None if mark is None or not max_mark else mark / max_mark)
    certainty = int(data["-certainty"]) if "-certainty" in data else None
    if "-tryagain" in data:
        return Done(Deed.TRY_AGAIN)
    deed = Deed.CHECK if "-submit" in data else Deed.SAVE
    return Done(deed, asked.type.clean(asked.body, asked.variant, raw), certainty)


def _said(after_step: dict[str, Any]) -> tuple[str, float | None]:
    fraction = after_step["fraction"]
    return after_step["state"], None if fraction is None else round(fraction, 6)


def _stood(stands: Standing) -> tuple[str, float | None]:
    return _name(stands), None if stands.fraction is None else round(stands.fraction, 6)


def _name(stands: Standing) -> str:
    return stands.state.replace("marked", "mangr").replace("_", "")
