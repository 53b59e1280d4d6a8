"""A text with blanks of several kinds; each is a question of its own, marked by the rules of that type (quiz
semantics 3.8)."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from courses.errors import Problem
from courses.questions.controls import Blank, Blanks, Choices, Control, Text, Words
from courses.questions.rules import (
    GAVE_UP,
    MESSAGE,
    Example,
    Form,
    Graded,
    Part,
    Question,
    QuestionType,
    Response,
    Reviewed,
    State,
    Variant,
    answers_of,
    bad_response,
    check_common,
    check_list,
    finding,
    is_number,
    penalty_of,
    raw_mapping,
    said,
)
from courses.questions.types._base import Plain
from courses.questions.types._blanks import MAX_WEIGHT, check_drawn, gapped, marks
from courses.questions.types.multiple_choice import TYPE as MULTIPLE
from courses.questions.types.numerical import TYPE as NUMBER
from courses.questions.types.short_answer import TYPE as SHORT
from courses.questions.types.single_choice import TYPE as SINGLE
from courses.texts import N_

_OF: tuple[QuestionType, ...] = (SHORT, NUMBER, SINGLE, MULTIPLE)
KINDS = {kind.name: kind for kind in _OF}
TYPED = (SHORT.name, NUMBER.name)
LOOKS = {SINGLE.name: ("menu", "column", "row"), MULTIPLE.name: ("column", "row")}
SHORTEST, LONGEST = 12, 40  # of a field, in letters


class Asks(NamedTuple):
    """One blank as a question of its own, with what this attempt shows and what was answered."""

    kind: QuestionType
    weight: float
    question: Question
    variant: Variant
    response: Response

    @property
    def about(self) -> tuple[Question, Variant, Response]:
        return self.question, self.variant, self.response

    @property
    def graded(self) -> Graded:
        return self.kind.grade(*self.about)


class Cloze(Plain):
    """Blanks with weights; those that are not answered count as nothing."""

    name = "cloze"
    title = "Текст с пропусками"

    def check(self, question: Question) -> list[Problem]:
        blanks, problems = check_list(question, "blanks", 1)
        problems = [*check_common(question), *problems]
        for number, blank in enumerate(blanks):
            problems += _check_blank(question, blank, number)
        if any(problem.severity == "error" for problem in problems):
            return problems
        if not sum(blank.get("weight", 1) for blank in blanks):
            problems.append(finding("blanks_weigh_nothing", "blanks", severity="warning"))
        return [*problems, *_check_marks(question, len(blanks))]

    def start(self, question: Question, rng: random.Random) -> Variant:
        return {"blanks": [kind.start(inner, rng) for kind, inner in _inner(question)]}

    def fits(self, question: Question, variant: Variant) -> bool:
        shown, inner = variant.get("blanks"), _inner(question)
        if not isinstance(shown, list) or len(shown) != len(inner):
            return False
        return all(
            isinstance(one, dict) and kind.fits(blank, one) and (kind.name not in TYPED or not one)
            for one, (kind, blank) in zip(shown, inner, strict=True)
        )

    def clean(self, question: Question, variant: Variant, raw: Mapping[str, Any]) -> Response:
        given = raw_mapping(raw).get("blanks")
        if given is None:
            return {}
        if not isinstance(given, list):
            raise bad_response("blanks", "wrong_type")
        if len(given) != len(variant["blanks"]):
            raise bad_response("blanks", "wrong_length")
        cleaned = [
            one.kind.clean(one.question, one.variant, {} if response is None else response)
            for one, response in zip(_asks(question, variant, {}), given, strict=True)
        ]
        return _together(cleaned)

    def from_form(self, question: Question, variant: Variant, form: Form) -> dict[str, Any]:
        """The same field is text to one kind and a choice to another."""
        given = []
        for number, one in enumerate(_asks(question, variant, {})):
            field = form.get(f"blank-{number}") or [""]
            given.append(one.kind.from_form(one.question, one.variant, {"text": field, "choice": field}))
        return {"blanks": given}

    def is_gradable(self, question: Question, variant: Variant, response: Response) -> bool:
        return any(one.kind.is_gradable(*one.about) for one in _asks(question, variant, response))

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        return all(one.kind.is_complete(*one.about) for one in _asks(question, variant, response))

    def grade(self, question: Question, variant: Variant, response: Response) -> Graded:
        if not self.is_gradable(question, variant, response):
            return GAVE_UP
        asks = _asks(question, variant, response)
        results = [one.graded for one in asks]
        parts = tuple(_part(number, *both) for number, both in enumerate(zip(asks, results, strict=True), 1))
        notes = dict.fromkeys(note for graded in results for note in graded.notes)
        return Graded(
            _weighed(asks, [graded.fraction or 0.0 for graded in results]),
            _state([graded.state for graded in results]),
            parts,
            sum(part.right for part in parts),
            len(parts),
            notes=tuple(notes),
        )

    def summarise(self, question: Question, variant: Variant, response: Response) -> str:
        answers = (one.kind.summarise(*one.about) for one in _asks(question, variant, response))
        return "; ".join(f"{number} → {answer}" for number, answer in enumerate(answers, 1) if answer)

    def right_answer(self, question: Question, variant: Variant) -> str:
        asks = _asks(question, variant, {})
        answers = (one.kind.right_answer(one.question, one.variant) for one in asks)
        return "; ".join(f"{number} → {answer}" for number, answer in enumerate(answers, 1))

    def feedback(self, question: Question, variant: Variant, response: Response) -> list[str]:
        """What every blank says; the same remark about spelling is made once."""
        said_of_all: dict[tuple[str, str], str] = {}
        for number, one in enumerate(_asks(question, variant, response)):
            for text in one.kind.feedback(*one.about):
                text_format = getattr(text, "text_format", "plain")
                said_of_all["" if text_format == MESSAGE else str(number), text] = text
        return list(said_of_all.values())

    def controls(self, question: Question, variant: Variant, response: Response) -> Control:
        names = [mark - 1 for mark in marks(question)]
        return Blanks(gapped(question, names), tuple(_drawn(question, _asks(question, variant, response))))

    def review(self, question: Question, variant: Variant, response: Response) -> tuple[Reviewed, ...]:
        asks = _asks(question, variant, response)
        return tuple(_reviewed(number, one) for number, one in enumerate(asks, 1))

    def random_guess(self, question: Question) -> float | None:
        """The guesses of the blanks by the sum of the weights. The reference leaves the weights out above the
        line, and a blank that has no guess counts as nothing."""
        total = sum(_weights(question))
        guesses = [kind.random_guess(inner) or 0.0 for kind, inner in _inner(question)]
        return min(1.0, max(-1.0, sum(guesses) / total)) if total else None

    def least_fraction(self, question: Question) -> float:
        least = [kind.least_fraction(inner) for kind, inner in _inner(question)]
        total = sum(_weights(question))
        return _mean(_weights(question), least) if total else 0.0

    def count_back(self, question: Question, variant: Variant, tries: Sequence[Response]) -> float | None:
        """Each blank is worth its fraction less the penalty for every try before its answer changed last."""
        penalty = penalty_of(question)
        walks = list(zip(*(_asks(question, variant, response) for response in tries), strict=True))
        worth = [max(0.0, (walk[-1].graded.fraction or 0.0) - _last_change(walk) * penalty) for walk in walks]
        return _weighed([walk[-1] for walk in walks], worth)

    def without_wrong(self, question: Question, variant: Variant, response: Response) -> Response:
        """A blank that is right stays; of the others the right ticks stay."""
        return _together([_kept(one) for one in _asks(question, variant, response)])

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        """What an answer that cannot be checked lacks, before what is missing altogether."""
        for one in _asks(question, variant, response):
            if one.response and not one.kind.is_complete(*one.about):
                return one.kind.advice(*one.about)
        return N_("Заполните все пропуски.")

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


# ---- blanks as questions


def _inner(question: Question) -> list[tuple[QuestionType, Question]]:
    return [(KINDS[blank["kind"]], _question_of(question, blank)) for blank in answers_of(question, "blanks")]


def _question_of(question: Question, blank: Mapping[str, Any]) -> Question:
    """A blank as a question of the type of its kind; units and other settings are not for blanks."""
    own = {key: blank[key] for key in ("answers", "use_case", "russian_equivalence") if key in blank}
    return {
        "type": blank["kind"],
        "name": "",
        "text": "[[]]",
        "text_format": question.get("text_format", "markdown"),
        "shuffle": blank.get("shuffle", False),
        **own,
    }


def _weights(question: Question) -> list[float]:
    return [float(blank.get("weight", 1)) for blank in answers_of(question, "blanks")]


def _asks(question: Question, variant: Variant, response: Response) -> list[Asks]:
    """All blanks. An answer to a blank that was of another kind in an older version is no answer now."""
    inner = _inner(question)
    given = response.get("blanks") or [None] * len(inner)
    return [
        Asks(kind, weight, blank, shown, kind.clean(blank, shown, answer) if answer else {})
        for (kind, blank), weight, shown, answer in zip(
            inner, _weights(question), variant["blanks"], given, strict=True
        )
    ]


def _together(responses: Sequence[Response]) -> Response:
    return {"blanks": [one or None for one in responses]} if any(responses) else {}


# ---- marks


def _mean(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True)) / sum(weights)


def _weighed(asks: Sequence[Asks], fractions: Sequence[float]) -> float | None:
    """The weighted mean; blanks that weigh nothing together earn nothing that could be counted."""
    weights = [one.weight for one in asks]
    return _mean(weights, fractions) if sum(weights) else None


def _state(states: Sequence[str]) -> State:
    """What the blanks say together, whatever they weigh."""
    if all(state == State.RIGHT for state in states):
        return State.RIGHT
    return State.WRONG if set(states) <= {State.WRONG, State.GAVE_UP} else State.PARTIAL


def _part(number: int, one: Asks, graded: Graded) -> Part:
    return Part(
        str(number),
        graded.fraction or 0.0,
        response=one.kind.summarise(*one.about),
        answer=one.kind.right_answer(one.question, one.variant),
    )


def _last_change(walk: Sequence[Asks]) -> int:
    """The try, from 0, at which the answer to a blank became what it is; the first one changes nothing."""
    changed, before = 0, walk[0]
    for number, one in enumerate(walk):
        if not one.kind.same(one.question, one.variant, before.response, one.response):
            changed, before = number, one
    return changed


def _kept(one: Asks) -> Response:
    if one.graded.state == State.RIGHT:
        return one.response
    return {} if one.kind.name in TYPED else one.kind.without_wrong(*one.about)


def _reviewed(number: int, one: Asks) -> Reviewed:
    """A blank with everything its answer says; remarks about spelling are of the whole question."""
    graded = one.graded
    texts = [text for text in one.kind.feedback(*one.about) if getattr(text, "text_format", "") != MESSAGE]
    formats = {getattr(text, "text_format", "plain") for text in texts}
    feedback = Words("\n\n".join(texts), formats.pop()) if len(formats) == 1 else Words()
    return Reviewed(
        Words(str(number)),
        bool(one.response),
        None if graded.fraction is None else graded.fraction > 0,
        response=one.kind.summarise(*one.about),
        answer=one.kind.right_answer(one.question, one.variant),
        feedback=feedback,
    )


# ---- drawing


def _drawn(question: Question, asks: Sequence[Asks]) -> Iterator[Blank]:
    size = _size(asks)
    for number, (blank, one) in enumerate(zip(question["blanks"], asks, strict=True)):
        name, control = f"blank-{number}", one.kind.controls(*one.about)
        if isinstance(control, Text):
            yield Blank(name, "number" if one.kind.name == NUMBER.name else "text", control.value, size=size)
        elif isinstance(control, Choices):
            yield _drawn_choices(name, blank.get("look") or LOOKS[one.kind.name][0], control)


def _drawn_choices(name: str, look: str, control: Choices) -> Blank:
    value = next((option.value for option in control.options if option.checked), "")
    if look == "menu":  # a list of the browser holds words only
        options = tuple(replace(option, text=Words(said(option.text))) for option in control.options)
        return Blank(name, "select", value, options)
    return Blank(name, control.kind, value, control.options, across=look == "row")


def _size(asks: Sequence[Asks]) -> int:
    """All fields are as long as the longest answer needs, so that none tells how long its own is."""
    answers = (one.kind.right_answer(one.question, one.variant) for one in asks if one.kind.name in TYPED)
    return min(LONGEST, max([SHORTEST, *map(len, answers)]))


# ---- checking


def _is_kind(name: Any) -> bool:
    return isinstance(name, str) and name in KINDS


def _check_blank(question: Question, blank: Any, number: int) -> list[Problem]:
    where = f"blanks.{number}"
    if not isinstance(blank, Mapping) or not _is_kind(blank.get("kind")):
        return [finding("blank_wrong", where, number=number + 1, kinds=", ".join(KINDS))]
    weight, problems = blank.get("weight", 1), []
    if not is_number(weight) or not isinstance(weight, int) or not 0 <= weight <= MAX_WEIGHT:
        problems.append(finding("blank_weight_wrong", f"{where}.weight", number=number + 1, most=MAX_WEIGHT))
    looks = LOOKS.get(blank["kind"], ())
    if looks and blank.get("look", looks[0]) not in looks:
        problems.append(
            finding("blank_look_wrong", f"{where}.look", number=number + 1, looks=", ".join(looks))
        )
    if not isinstance(blank.get("shuffle", False), bool):
        problems.append(finding("not_yes_or_no", f"{where}.shuffle"))
    own = [
        problem
        for problem in KINDS[blank["kind"]].check(_question_of(question, blank))
        if problem.where != "text_format"
    ]
    return [*problems, *(replace(problem, where=f"{where}.{problem.where}") for problem in own)]


def _check_marks(question: Question, blanks: int) -> list[Problem]:
    """Every blank stands in the text, once."""
    found = marks(question)
    problems = [
        finding("blank_unknown", "text", blank=mark) for mark in sorted(set(found)) if not 1 <= mark <= blanks
    ]
    for number in range(1, blanks + 1):
        where = f"blanks.{number - 1}"
        if number not in found:
            problems.append(finding("blank_not_in_text", where, number=number))
        elif found.count(number) > 1:
            problems.append(finding("blank_repeats", where, number=number))
    return problems or check_drawn(question, [mark - 1 for mark in found])


_VOLGA = {
    "type": "cloze",
    "name": "Волга",
    "text": "Река [[1]] длиной около [[3]] км впадает в [[2]] море. Её притоки: [[4]].",
    "blanks": [
        {
            "kind": "short_answer",
            "answers": [
                {"text": "Волга", "fraction": 1, "feedback": "Верно."},
                {"text": "Ра", "fraction": 0.5, "feedback": "Так её звали в древности."},
            ],
        },
        {
            "kind": "single_choice",
            "weight": 2,
            "look": "menu",
            "answers": [
                {"text": "Чёрное", "fraction": -0.5, "feedback": "Туда впадает Дон."},
                {"text": "Каспийское", "fraction": 1, "feedback": ""},
            ],
        },
        {
            "kind": "numerical",
            "answers": [{"value": 3530, "tolerance": 30, "fraction": 1, "feedback": ""}],
        },
        {
            "kind": "multiple_choice",
            "look": "row",
            "shuffle": True,
            "answers": [
                {"text": "Ока", "fraction": 0.5, "feedback": ""},
                {"text": "Кама", "fraction": 0.5, "feedback": ""},
                {"text": "Дон", "fraction": -1, "feedback": ""},
            ],
        },
    ],
}
_SHOWN = {"blanks": [{}, {"order": [0, 1]}, {}, {"order": [2, 0, 1]}]}
_RIGHT = [{"text": "волга"}, {"choice": 1}, {"text": "3 530"}, {"choices": [1, 2]}]
EXAMPLES = (
    Example(_VOLGA, _SHOWN, {"blanks": _RIGHT}, 1.0, "graded_right"),
    Example(_VOLGA, _SHOWN, {"blanks": [*_RIGHT[:2], None, None]}, 3 / 5, "graded_partial"),
    Example(_VOLGA, _SHOWN, {"blanks": [{"text": "Ра"}, {"choice": 0}, None, None]}, -0.1, "graded_partial"),
    Example(_VOLGA, _SHOWN, {"blanks": [None, {"choice": 0}, None, None]}, -1 / 5, "graded_wrong"),
    Example(_VOLGA, _SHOWN, {}, None, "gave_up"),
)
TYPE = Cloze()
