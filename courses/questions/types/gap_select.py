"""A text with gaps, a list of choices in each (quiz semantics 3.6)."""

from courses.questions.rules import Example
from courses.questions.types._gaps import GapType


class GapSelect(GapType):
    """Any choice may be taken in as many gaps as one likes."""

    name = "gap_select"
    title = "Выбор слов в тексте"

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


_VOLGA = {
    "type": "gap_select",
    "name": "Волга",
    "text": "Волга впадает в [[1]] море, а начинается на [[4]]. Её притоки: [[7]] и [[8]].",
    "choices": [
        {"text": "Каспийское", "group": 1},
        {"text": "Чёрное", "group": 1},
        {"text": "Урале", "group": 2},
        {"text": "Валдае", "group": 2},
        {"text": "Дон", "group": 3},
        {"text": "Дон", "group": 3},
        {"text": "Ока", "group": 3},
        {"text": "Кама", "group": 3},
    ],
}
_SHOWN = {"choices": {"1": [1, 0], "2": [2, 3], "3": [4, 6, 7]}, "gaps": [1, 2, 3, 3]}
EXAMPLES = (
    Example(_VOLGA, _SHOWN, {"gaps": [1, 1, 1, 2]}, 1.0, "graded_right"),
    Example(_VOLGA, _SHOWN, {"gaps": [1, None, 1, 0]}, 0.5, "graded_partial"),
    Example(_VOLGA, _SHOWN, {"gaps": [0, 0, 0, 0]}, 0.0, "graded_wrong"),
    Example(_VOLGA, _SHOWN, {}, None, "gave_up"),
)
TYPE = GapSelect()
