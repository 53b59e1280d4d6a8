"""The columns of the question table and the words in its cells: which are written, which are understood.

Headings and words are Russian; English ones and those of other tables are understood too. Case, ё, blanks and
punctuation make no difference.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses.questions.types._schemes import SCHEMES

SHEET, HELP_SHEET = "Вопросы", "Как заполнять"
HELP_SHEETS = frozenset((HELP_SHEET, "How to fill in"))
MOST_HINTS = 50
MOST_NUMBER = 9_999

_NOT_LETTERS = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"(.*?)\s*([0-9]{1,4})")

Key = tuple[str, int]  # a column; the number is 0 where there is only one of its kind


def folded(text: str) -> str:
    """The words of a heading or of a choice, without what makes no difference."""
    return _NOT_LETTERS.sub(" ", text.lower().replace("ё", "е")).strip()


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, the others that mean the same, and how wide the column is."""

    key: str
    heading: str
    also: str  # other headings, between slashes
    width: int = 14
    always: bool = False  # written even if no question needs it


SINGLE = (
    Column("type", "Тип", "type/тип вопроса/вид/вид вопроса/question type/kind", 20, always=True),
    Column("name", "Название", "name/заголовок/имя/title/question name", 24, always=True),
    Column("category", "Категория", "category/раздел/тема/topic", 22, always=True),
    Column("id_number", "Код", "id/id number/код вопроса/code", 10),
    Column("text", "Вопрос", "question/текст/текст вопроса/задание/question text/text", 50, always=True),
    Column("text_format", "Формат", "format/формат текста/text format", 14, always=True),
    Column("default_mark", "Балл", "mark/баллы/points/default mark", 8, always=True),
    Column("penalty", "Штраф", "penalty/штраф за попытку", 10),
    Column("general_feedback", "Общий отзыв", "general feedback/пояснение/explanation", 34, always=True),
    Column("tags", "Метки", "tags/метка/теги/тег/tag", 20, always=True),
    Column("correct_feedback", "Отзыв на верный ответ", "correct feedback", 24),
    Column("partially_correct_feedback", "Отзыв на частично верный ответ", "partially correct feedback", 24),
    Column("incorrect_feedback", "Отзыв на неверный ответ", "incorrect feedback", 24),
    Column("shuffle", "Перемешивать", "shuffle/перемешивать ответы/shuffle answers"),
    Column("use_case", "Различать заглавные", "case sensitive/учитывать регистр/регистр"),
    Column("russian_equivalence", "Ё как е", "russian equivalence/е и ё одинаковы/lenient spelling"),
    Column("grading", "Способ оценки", "grading/grading scheme", 24),
    Column("select", "Показывать", "select/show"),
    Column("select_count", "Сколько показывать", "select count/show count"),
    Column("layout", "Расположение", "layout"),
    Column("response_format", "Вид ответа", "response format"),
    Column("required", "Текст обязателен", "required/text required"),
    Column("lines", "Строк в поле", "lines"),
    Column("least_words", "Слов не меньше", "least words/minimum words"),
    Column("most_words", "Слов не больше", "most words/maximum words"),
    Column("template", "Шаблон ответа", "template/response template", 30),
    Column("grader_information", "Указания проверяющему", "grader information", 30),
    Column("attachments", "Файлов можно", "attachments"),
    Column("attachments_required", "Файлов нужно", "attachments required"),
    Column("file_types", "Виды файлов", "file types", 16),
    Column("most_bytes", "Размер файла", "most bytes/file size"),
)
NUMBERED = (
    Column("option", "Вариант", "option/ответ/answer/вариант ответа/choice", 26),
    Column("pair", "Пара", "pair/match/соответствие", 26),
    Column("tolerance", "Допуск", "tolerance/погрешность/error", 10),
    Column("weight", "Вес", "weight/fraction/доля/grade", 9),
    Column("feedback", "Отзыв", "feedback/комментарий/comment", 26),
)
HINT = Column("hint", "Подсказка", "hint", 30)
COLUMNS: Mapping[str, Column] = {column.key: column for column in (*SINGLE, *NUMBERED, HINT)}


def _words(table: Mapping[str, str]) -> dict[str, str]:
    return {folded(word): key for key, words in table.items() for word in (key, *words.split("/"))}


_SINGLE_HEADINGS = _words({column.key: f"{column.heading}/{column.also}" for column in SINGLE})
_NUMBERED_HEADINGS = _words({column.key: f"{column.heading}/{column.also}" for column in (*NUMBERED, HINT)})


def column_of(heading: str) -> Key | None:
    """The column that a heading means; «Вариант» alone is «Вариант 1»."""
    words = folded(heading)
    if words in _SINGLE_HEADINGS:
        return _SINGLE_HEADINGS[words], 0
    found = _NUMBERED.fullmatch(words)
    name, number = (found[1].strip(), int(found[2])) if found else (words, 1)
    key = _NUMBERED_HEADINGS.get(name, "")
    return (key, number) if key and 0 < number <= (MOST_HINTS if key == "hint" else MOST_NUMBER) else None


def heading_of(key: Key) -> str:
    """The heading as it is written."""
    name, number = key
    return f"{COLUMNS[name].heading} {number}" if number else COLUMNS[name].heading


# ---- the words in the cells: the first of each is the one that is written

TYPES_SAID = {
    "single_choice": "Один ответ/одиночный выбор/выбор одного/один из многих/single/multichoice",
    "multiple_choice": "Несколько ответов/множественный выбор/выбор нескольких/multiple/multiple response",
    "true_false": "Верно или неверно/верно неверно/да или нет/да нет/true or false",
    "short_answer": "Короткий ответ/краткий ответ/слово/shortanswer",
    "numerical": "Число/числовой/числовой ответ/numeric/number",
    "matching": "Соответствие/на соответствие/пары/match",
    "ordering": "Порядок/упорядочение/последовательность/order/sequence",
    "essay": "Эссе/развернутый ответ/развёрнутый ответ/свободный ответ/long answer",
    "description": "Описание/information",
}
YES_OR_NO = {"yes": "да/истина/true/верно/1", "no": "нет/ложь/false/неверно/0"}
FORMATS_SAID = {
    "plain": "обычный текст/текст/простой текст/text",
    "markdown": "Markdown/md/разметка",
    "html": "HTML",
    "moodle": "Moodle",
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "type": TYPES_SAID,
    "text_format": FORMATS_SAID,
    "grading": {
        "all_or_nothing": "всё или ничего",
        "absolute_position": "на своём месте",
        "relative_to_correct": "близость к своему месту",
        "relative_next_exclude_last": "следующий без последнего",
        "relative_next_include_last": "следующий и последний",
        "relative_one_previous_and_next": "оба соседа",
        "relative_all_previous_and_next": "все пары",
        "longest_ordered_subset": "самая длинная цепочка",
        "longest_contiguous_subset": "самая длинная цепочка подряд",
    },
    "select": {"all": "все/всё", "random": "случайные", "contiguous": "подряд"},
    "layout": {"vertical": "столбиком/столбец", "horizontal": "в строку/строка"},
    "response_format": {
        "plain": "текст/обычный текст",
        "monospaced": "моноширинный",
        "none": "только файлы/нет текста",
    },
    **dict.fromkeys(("shuffle", "use_case", "russian_equivalence", "required", "right"), YES_OR_NO),
}
_MEANINGS = {key: _words(table) for key, table in CHOICES.items()}
FLAGS = frozenset(key for key, table in CHOICES.items() if table is YES_OR_NO)

# What a column means when its cell is empty; only what differs is written.
USUAL: Mapping[str, Any] = {
    "shuffle": True,
    "use_case": False,
    "russian_equivalence": True,
    "grading": "absolute_position",
    "select": "all",
    "layout": "vertical",
    "response_format": "plain",
    "required": True,
    "lines": 15,
}
# Columns that the questions of a type have beside those of all questions.
COMMON = frozenset(("type", "name", "category", "id_number", "text", "text_format", "default_mark"))
COMMON |= frozenset(("penalty", "general_feedback", "tags", "hint"))
_RESULTS = frozenset(("correct_feedback", "partially_correct_feedback", "incorrect_feedback"))
_WORDS = frozenset(("lines", "least_words", "most_words"))
_FILES = frozenset(("attachments", "attachments_required", "file_types", "most_bytes"))
_ANSWERS = frozenset(("option", "weight", "feedback"))
OF_TYPE: Mapping[str, frozenset[str]] = {
    "description": frozenset(),
    "single_choice": _ANSWERS | _RESULTS | {"shuffle"},
    "multiple_choice": _ANSWERS | _RESULTS | {"shuffle"},
    "true_false": _ANSWERS,
    "short_answer": _ANSWERS | {"use_case", "russian_equivalence"},
    "numerical": _ANSWERS | {"tolerance"},
    "matching": _RESULTS | {"option", "pair", "shuffle"},
    "ordering": _RESULTS | {"option", "grading", "select", "select_count", "layout"},
    "essay": _WORDS | _FILES | {"response_format", "required", "template", "grader_information"},
}


def meaning(key: str, word: str) -> str | None:
    """What a word in this column stands for; None when the column has no such word."""
    return _MEANINGS[key].get(folded(word))


def word_for(key: str, meant: str) -> str:
    """The word that is written for it."""
    return CHOICES[key][meant].partition("/")[0]


def words_for(key: str) -> list[str]:
    """All words that are written in this column."""
    return [words.partition("/")[0] for words in CHOICES[key].values()]


if set(CHOICES["grading"]) != set(SCHEMES):
    raise RuntimeError("the question table does not name every grading scheme")
