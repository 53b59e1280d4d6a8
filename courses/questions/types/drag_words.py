"""A text with gaps, and words to drag into them (quiz semantics 3.6)."""

from collections import Counter

from courses.questions.controls import Thing
from courses.questions.rules import Example, Question, Response, Variant, answers_of, words
from courses.questions.types._blanks import marks
from courses.questions.types._gaps import GapType, face, group_of, put
from courses.texts import N_


class DragWords(GapType):
    """A word is used once, or in as many gaps as need it, unless it is endless."""

    name = "drag_words"
    title = "Перетаскивание слов в текст"

    def is_complete(self, question: Question, variant: Variant, response: Response) -> bool:
        """Every gap is filled, and nothing stands in more gaps than it may."""
        filled = super().is_complete(question, variant, response)
        return filled and not _overused(question, variant, response)

    def words(self, question: Question, variant: Variant) -> tuple[Thing, ...]:
        """The words that some gap takes, group by group as shown."""
        return tuple(
            Thing(
                str(shown),
                words({"format": "plain", **question["choices"][number]}, "text", question),
                group=int(group),
                most=_uses(question, number),
            )
            for group, numbers in sorted(variant["choices"].items(), key=lambda pair: int(pair[0]))
            if int(group) in variant["gaps"]
            for shown, number in enumerate(numbers)
        )

    def advice(self, question: Question, variant: Variant, response: Response) -> str:
        if _overused(question, variant, response):
            return N_("Одно слово стоит в нескольких пропусках, а взять его можно один раз.")
        return super().advice(question, variant, response)

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


def _uses(question: Question, number: int) -> int:
    """How many gaps a word may stand in: those that need it, at least one, and as many for each equal word
    of its group; none is «any number»."""
    known = group_of(question, number), face(question["choices"][number])
    alike = [
        (one, choice)
        for one, choice in enumerate(answers_of(question, "choices"))
        if (group_of(question, one), face(choice)) == known
    ]
    if any(choice.get("infinite", False) for _, choice in alike):
        return 0
    needed = Counter(marks(question))
    return sum(max(1, needed[one + 1]) for one, _ in alike)


def _overused(question: Question, variant: Variant, response: Response) -> bool:
    used = Counter(number for number in put(variant, response) if number is not None)
    return any(times > _uses(question, number) > 0 for number, times in used.items())


_SAYING = {
    "type": "drag_words",
    "name": "Пословица",
    "text": "Тише [[1]], дальше [[2]]. Не красна изба [[4]], а красна [[5]].",
    "choices": [
        {"text": "едешь", "group": 1},
        {"text": "будешь", "group": 1},
        {"text": "скажешь", "group": 1},
        {"text": "углами", "group": 2, "infinite": True},
        {"text": "пирогами", "group": 2},
    ],
}
_SHOWN = {"choices": {"1": [2, 0, 1], "2": [4, 3]}, "gaps": [1, 1, 2, 2]}
EXAMPLES = (
    Example(_SAYING, _SHOWN, {"gaps": [1, 2, 1, 0]}, 1.0, "graded_right"),
    Example(_SAYING, _SHOWN, {"gaps": [1, None, 1, 1]}, 0.5, "graded_partial"),
    Example(_SAYING, _SHOWN, {"gaps": [0, 0, None, None]}, 0.0, "graded_wrong"),
    Example(_SAYING, _SHOWN, {}, None, "gave_up"),
)
TYPE = DragWords()
