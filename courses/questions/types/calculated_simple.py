"""A calculated question whose values are its own: nothing else about it differs (quiz semantics 3.11)."""

from courses.questions.rules import Example, Question, Variant
from courses.questions.types.calculated import Calculated


class CalculatedSimple(Calculated):
    """The reference keeps it apart because there other questions may share the values of a calculated one."""

    name = "calculated_simple"
    title = "Простой вычисляемый"

    @property
    def examples(self) -> tuple[Example, ...]:
        return EXAMPLES


_ROOT: Question = {
    "type": "calculated_simple",
    "name": "Гипотенуза",
    "text": "Катеты равны {a} и {b}. Найдите гипотенузу с точностью до трёх значащих цифр.",
    "answers": [
        {
            "formula": "sqrt({a}*{a} + pow({b}, 2))",
            "tolerance": 0.01,
            "tolerance_type": "nominal",
            "shown": "significant",
            "digits": 3,
            "fraction": 1,
            "feedback": "",
        }
    ],
    "datasets": [
        {"name": "a", "minimum": 1, "maximum": 3, "decimals": 0},
        {"name": "b", "minimum": 1, "maximum": 3, "decimals": 0, "values": [1, 2, 3]},
    ],
}
_SECOND: Variant = {"number": 2, "values": {"a": 3.0, "b": 2.0}}
EXAMPLES = (
    Example(_ROOT, _SECOND, {"text": "3,61"}, 1.0, "graded_right"),
    Example(_ROOT, _SECOND, {"text": "3,6"}, 1.0, "graded_right"),
    Example(_ROOT, _SECOND, {"text": "3,5"}, 0.0, "graded_wrong"),
    Example(_ROOT, _SECOND, {"text": "корень из 13"}, 0.0, "graded_wrong"),
    Example(_ROOT, _SECOND, {}, None, "gave_up"),
)
TYPE = CalculatedSimple()
