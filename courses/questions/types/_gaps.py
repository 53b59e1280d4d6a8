"""What gap select and drag words share: gaps in a text, each for the choices of one group, each counting the
same (quiz semantics 3.6)."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from courses.errors import Problem
from courses.questions.controls import Blank, Blanks, Control, Option, Thing, Words
from courses.questions.rules import (
    GAVE_UP,
    MAX_PARTS,
    TEXT_FORMATS,
    Form,
    Graded,
    Part,
    Question,
    Response,
    Reviewed,
    Variant,
    answers_of,
    bad_response,
    check_common,
    check_list,
    clean_index,
    counted_back,
    finding,
    form_index,
    is_number,
    penalty_of,
    raw_mapping,
    said,
    state_of,
)
from courses.questions.types._base import Plain, is_numbers
from courses.questions.types._blanks import check_drawn, gapped, marks
from courses.texts import N_

MOST_GROUPS = 20


class GapType(Plain):
    """A mark `[[2]]` names the choice that belongs there; the gap offers all choices of that one's group."""

    def check(self, question: Question) -> list[Problem]:
        choices, problems = check_list(question, "choices", 1)
        problems = [*check_common(question), *problems]
        for number, choice in enumerate(choices):
            problems += _check_choice(choice, number)
        if not isinstance(question.get("shuffle", True), bool):
            problems.append(finding("not_yes_or_no", "shuffle"))
        return problems or _check_gaps(question, len(choices))

    def start(self, question: Question, rng: random.Random) -> Variant:
        """The groups of the gaps are kept as well: an answer fits only the same gaps."""
        choices = groups(question)
        if question.get("shuffle", True):
            for shown in choices.values():
                rng.shuffle(shown)
        return {"choices": choices, "gaps": gap_groups(question)}

    def fits(self, question: Question, variant: Variant) -> bool:
        choices, known = variant.get("choices"), groups(question)
        if not isinstance(choices, dict) or choices.keys() != known.keys():
            return False
        if not all(is_numbers(shown) and sorted(shown) == known[group] for group, shown in choices.items()):
            return False
        return is_numbers(variant.get("gaps")) and variant["gaps"] == gap_groups(question)

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        given = raw_mapping(raw).get("gaps")
        if given is None:
            return {}
        if not isinstance(given, list):
            raise bad_response("gaps", "wrong_type")
        if len(given) != len(variant["gaps"]):
            raise bad_response("gaps", "wrong_length")
        chosen = [
            None if shown is None else clean_index("gaps", shown, len(variant["choices"][str(group)]))
            for shown, group in zip(given, variant["gaps"], strict=True)
        ]
        return {"gaps": chosen} if any(shown is not None for shown in chosen) else {}

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        count = len(variant["gaps"])
        return {"gaps": [form_index((form.get(f"gap-{n}") or [""])[-1]) for n in range(count)]}

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        return bool(response) and None not in response["gaps"]

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        parts = _parts(question, variant, response)
        right = sum(part.right for part in parts)
        fraction = right / len(parts)
        return Graded(fraction, state_of(fraction), parts, right, len(parts))

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        return "; ".join(
            f"{part.name} → {part.response}" for part in _parts(question, variant, response) if part.response
        )

    def right_answer(self, question: Question, variant: Variant) -> str:
        return "; ".join(f"{part.name} → {part.answer}" for part in _parts(question, variant, {}))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        return []

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        text = gapped(question, range(len(variant["gaps"])))
        return Blanks(text, tuple(_drawn(question, variant, response)), self.words(question, variant))

    def words(self, question: Question, variant: Variant) -> tuple[Thing, ...]:
        """The choices as things to drag; none where they only stand in lists."""
        return ()

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        return tuple(
            Reviewed(
                Words(part.name),
                bool(part.response),
                part.right if part.response else None,
                response=part.response,
                answer=part.answer,
            )
            for part in _parts(question, variant, response)
        )

    def random_guess(self, question: Question) -> float | None:
        """The mean over the gaps of one by the number of choices."""
        known, gaps = groups(question), gap_groups(question)
        return sum(1 / len(known[str(group)]) for group in gaps) / len(gaps)

    def count_back(self, question: Question, variant: Variant, tries: Sequence[Response]) -> float | None:
        return counted_back([_parts(question, variant, one) for one in tries], penalty_of(question))

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        parts = _parts(question, variant, response)
        kept = [
            shown if part.right else None
            for shown, part in zip(_chosen(variant, response), parts, strict=True)
        ]
        return {"gaps": kept} if any(shown is not None for shown in kept) else {}

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        return N_("Заполните все пропуски.")


def choice_text(choice: Mapping[str, Any]) -> Words:
    """The words of a choice: plain unless it says otherwise, for a list holds nothing else."""
    return Words(said(Words(choice["text"], choice.get("format", "plain"))))


def group_of(question: Question, number: int) -> int:
    """The group of a choice."""
    return int(question["choices"][number].get("group", 1))


def face(choice: Mapping[str, Any]) -> tuple[str, str]:
    """What one sees of a choice: those that look alike are one answer."""
    return choice["text"].strip(), choice.get("format", "plain")


def groups(question: Question) -> dict[str, list[int]]:
    """The author's positions of the choices by group; JSON has texts for keys. Equal ones are one choice."""
    found: dict[str, list[int]] = {}
    seen: set[tuple[int, tuple[str, str]]] = set()
    for number, choice in enumerate(answers_of(question, "choices")):
        one = group_of(question, number), face(choice)
        if one not in seen:
            seen.add(one)
            found.setdefault(str(one[0]), []).append(number)
    return found


def gap_groups(question: Question) -> list[int]:
    """The group of every gap."""
    return [group_of(question, mark - 1) for mark in marks(question)]


def put(variant: Variant, response: Response) -> list[int | None]:
    """The author's positions of what stands in the gaps."""
    return [
        None if shown is None else variant["choices"][str(group)][shown]
        for shown, group in zip(_chosen(variant, response), variant["gaps"], strict=True)
    ]


def _chosen(variant: Variant, response: Response) -> list[int | None]:
    return list(response.get("gaps") or [None] * len(variant["gaps"]))


def _parts(question: Question, variant: Variant, response: Response) -> tuple[Part, ...]:
    """One part per gap; choices are compared by what one sees of them."""
    parts = []
    for place, (mark, number) in enumerate(zip(marks(question), put(variant, response), strict=True), 1):
        wanted = question["choices"][mark - 1]
        given = None if number is None else question["choices"][number]
        right = given is not None and face(given) == face(wanted)
        response_said = "" if given is None else choice_text(given)
        parts.append(Part(str(place), float(right), response_said, choice_text(wanted)))
    return tuple(parts)


def _drawn(question: Question, variant: Variant, response: Response) -> Iterator[Blank]:
    for place, (group, chosen) in enumerate(zip(variant["gaps"], _chosen(variant, response), strict=True)):
        options = tuple(
            Option(str(shown), choice_text(question["choices"][number]), shown == chosen)
            for shown, number in enumerate(variant["choices"][str(group)])
        )
        value = "" if chosen is None else str(chosen)
        yield Blank(f"gap-{place}", "select", value, options, group=group)


def _check_choice(choice: Any, number: int) -> list[Problem]:
    where = f"choices.{number}"
    if not isinstance(choice, Mapping) or not isinstance(choice.get("text"), str):
        return [finding("gap_choice_wrong", where, number=number + 1)]
    problems = []
    if choice.get("format", "plain") not in TEXT_FORMATS:
        problems.append(finding("format_unknown", f"{where}.format"))
    elif not choice_text(choice).strip():
        problems.append(finding("answer_empty", f"{where}.text", number=number + 1))
    group = choice.get("group", 1)
    if not is_number(group) or not isinstance(group, int) or not 1 <= group <= MOST_GROUPS:
        problems.append(finding("gap_group_wrong", f"{where}.group", number=number + 1, most=MOST_GROUPS))
    if not isinstance(choice.get("infinite", False), bool):
        problems.append(finding("not_yes_or_no", f"{where}.infinite"))
    return problems


def _check_gaps(question: Question, choices: int) -> list[Problem]:
    found = marks(question)
    if not found:
        return [finding("gaps_missing", "text")]
    if len(found) > MAX_PARTS:
        return [finding("too_many_blanks", "text", most=MAX_PARTS, number=len(found))]
    lost = sorted({mark for mark in found if not 1 <= mark <= choices})
    if lost:
        return [finding("gap_without_choice", "text", gap=mark) for mark in lost]
    return [*_check_alike(question), *check_drawn(question, range(len(found)))]


def _check_alike(question: Question) -> list[Problem]:
    """In a list of words H₂O and H2O read the same when only tags tell them apart."""
    problems = []
    for numbers in groups(question).values():
        seen: set[str] = set()
        for number in numbers:
            text = choice_text(question["choices"][number])
            if text in seen:
                where = f"choices.{number}"
                problems.append(finding("gap_choices_alike", where, severity="warning", text=text[:40]))
            seen.add(text)
    return problems
