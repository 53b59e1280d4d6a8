"""The right answers of a sample course, found by what a question says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.command.stranger import Disappointment, Element, normal, parse
from courses import markup
from courses.questions import FORMATS

Values = dict[str, list[str]]


class AnswerKey:
    """Every question of a package by its text."""

    def __init__(self, folder: Path) -> None:
        self._questions: dict[str, dict[str, Any]] = {}
        for file in sorted(folder.rglob("*.gift")):
            for draft in FORMATS["gift"].read(file.read_bytes()).drafts:
                question = draft.question
                self._questions[shown(question["text"], question)] = question

    def answer(self, section: Element, slot: str) -> Values:
        """The form values that answer the question in this section of the page rightly."""
        text = section.all(id=f"s{slot}-text")[0].text
        question = self._questions.get(text)
        if question is None:
            raise Disappointment(f"вопроса «{text[:80]}» нет в пакете примера")
        solver = SOLVERS.get(question["type"])
        return dict(solver(question, section, f"s{slot}-")) if solver else {}


def shown(text: str, question: dict[str, Any]) -> str:
    """A text of an author as a reader sees it."""
    return parse(markup.render_text(text, question.get("text_format", "plain"))).text


def _labels(section: Element) -> Iterator[tuple[str, str]]:
    for label in section.all("label"):
        for control in label.all("input"):
            yield label.text, control.attributes.get("value", "")


def _choices(question: dict[str, Any], section: Element, prefix: str) -> Iterator[tuple[str, list[str]]]:
    right = {shown(one["text"], question) for one in question["answers"] if one["fraction"] > 0.0000001}
    yield f"{prefix}choice", [value for text, value in _labels(section) if text in right]


def _truth(question: dict[str, Any], section: Element, prefix: str) -> Iterator[tuple[str, list[str]]]:
    control = section.all("input", type="radio")[0].attributes["name"]
    yield control, ["true" if question["right"] else "false"]


def _text(question: dict[str, Any], _section: Element, prefix: str) -> Iterator[tuple[str, list[str]]]:
    best = max(question["answers"], key=lambda one: one["fraction"])
    yield f"{prefix}text", [best["text"].replace("*", "")]


def _number(question: dict[str, Any], _section: Element, prefix: str) -> Iterator[tuple[str, list[str]]]:
    best = max(question["answers"], key=lambda one: one["fraction"])
    yield f"{prefix}text", [f"{best['value']:g}".replace(".", ",")]


def _pairs(question: dict[str, Any], section: Element, prefix: str) -> Iterator[tuple[str, list[str]]]:
    answers = {shown(pair["stem"], question): shown(pair["answer"], question) for pair in question["pairs"]}
    for label in section.all("label"):
        control = label.attributes.get("for", "")
        for select in section.all("select", id=control):
            options = {normal(one.text): one.attributes["value"] for one in select.all("option")}
            yield control, [options[answers[label.text]]]


def _order(question: dict[str, Any], section: Element, prefix: str) -> Iterator[tuple[str, list[str]]]:
    places = {shown(text, question): place for place, text in enumerate(question["items"], 1)}
    for item in section.all("li"):
        text = item.all("span", class_="order-text")
        if text:
            yield f"{prefix}place-{item.attributes['data-value']}", [str(places[text[0].text])]


SOLVERS = {
    "single_choice": _choices,
    "multiple_choice": _choices,
    "true_false": _truth,
    "short_answer": _text,
    "numerical": _number,
    "matching": _pairs,
    "ordering": _order,
}
