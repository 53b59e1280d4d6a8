"""What a format cannot say of a question: listed before anything is written, never dropped in silence."""

from collections.abc import Iterable, Mapping
from typing import Any

from courses.errors import Problem
from courses.questions.rules import DEFAULT_PENALTY
from courses.texts import N_

# What a question may have, what it is when nobody said anything, and how an author calls it.
SAYINGS: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "default_mark": ((1, 1.0), N_("балл за вопрос")),
    "penalty": ((DEFAULT_PENALTY, 1 / 3), N_("штраф за попытку")),
    "hints": (([], None), N_("подсказки")),
    "correct_feedback": (("", None), N_("отзыв на верный ответ")),
    "partially_correct_feedback": (("", None), N_("отзыв на частично верный ответ")),
    "incorrect_feedback": (("", None), N_("отзыв на неверный ответ")),
    "general_feedback": (("", None), N_("общий отзыв")),
    "tags": (([], None), N_("метки")),
    "files": (({}, None), N_("картинки и файлы")),
    "alt": (("", None), N_("описание картинки")),
    "units": (([], None), N_("единицы измерения")),
    "use_case": ((False, None), N_("учёт заглавных букв")),
    "russian_equivalence": ((True, None), N_("строгое сравнение ё, кавычек и тире")),
    "shuffle": ((True, None), N_("порядок ответов как у автора")),
    "select": (("all", None), N_("показ части пунктов")),
    "template": (("", None), N_("шаблон ответа")),
    "grader_information": (("", None), N_("указания проверяющему")),
    "response_format": (("plain",), N_("вид поля для ответа")),
    "required": ((True,), N_("ответ текстом по желанию")),
    "least_words": ((None, 0), N_("наименьшее число слов")),
    "most_words": ((None, 0), N_("наибольшее число слов")),
    "attachments": ((0, None), N_("приложенные файлы")),
    "attachments_required": ((0, None), N_("обязательные файлы")),
    "file_types": (([], None), N_("разрешённые виды файлов")),
    "most_bytes": ((0, None), N_("наибольший размер файла")),
}


def losses(
    question: Mapping[str, Any], *, form: str, types: Iterable[str], says: Iterable[str]
) -> list[Problem]:
    """An error when the type cannot be held; else a warning for each setting that is not among `says`."""
    name = str(question.get("name", ""))
    if question["type"] not in types:
        return [Problem("type_not_held", name, details={"form": form, "type": question["type"]})]
    said = frozenset(says)
    return [
        Problem("setting_not_held", name, severity="warning", details={"form": form, "setting": words})
        for key, (usual, words) in SAYINGS.items()
        if key in question and key not in said and question[key] not in usual
    ]
