"""What is wrong with a question or its file, in words: the problem, and how to mend it.

Russian is the source language; the pages translate the sentence and then put the values in.
"""

from typing import Any

from courses.errors import Problem
from courses.texts import N_

SENTENCES = {
    # the file
    "not_utf8": N_("Файл не в кодировке UTF-8. Сохраните его в UTF-8 и загрузите снова."),
    "file_too_large": N_("Файл больше %(most)d МБ. Разделите его на несколько."),
    "no_questions": N_("В файле нет ни одного вопроса. Вопросы отделяются друг от друга пустой строкой."),
    "too_many_questions": N_("В файле больше %(most)d вопросов. Разделите его на несколько файлов."),
    "too_many_problems": N_(
        "Замечаний больше %(most)d, остальные не показаны. Исправьте эти и загрузите снова."
    ),
    "strange_character": N_("Здесь знак, которого не бывает в тексте; он заменён на «�». Сотрите его."),
    "question_too_long": N_(
        "Вопрос длиннее %(most)d знаков. Проверьте, есть ли пустая строка между вопросами."
    ),
    # what a format cannot hold
    "type_not_held": N_("Вопрос вида «%(type)s» в формате %(form)s записать нельзя. Выберите другой формат."),
    "setting_not_held": N_("В формате %(form)s не сохранится: %(setting)s."),
    # GIFT
    "brace_unclosed": N_(
        "Фигурная скобка «{» не закрыта. Поставьте «}» в конце ответов и уберите пустые строки"
        " внутри скобок; сама скобка в тексте пишется «\\{»."
    ),
    "brace_unopened": N_(
        "Есть «}», но нет «{». Поставьте «{» перед ответами; сама скобка в тексте пишется «\\}»."
    ),
    "braces_reversed": N_("Скобка «}» стоит раньше «{». Ответы пишутся в скобках: {=верно ~неверно}."),
    "second_block": N_(
        "Ответами считается только первая пара скобок, остальные остались в тексте."
        " Если скобки — часть текста, пишите «\\{» и «\\}»."
    ),
    "category_with_question": N_(
        "Сразу после категории идёт вопрос. Мы его прочли, но лучше отделить его пустой строкой."
    ),
    "category_too_long": N_("Путь категории длиннее %(most)d знаков. Сократите его."),
    "name_unclosed": N_("Название вопроса начато «::», но не закрыто. Поставьте «::» после названия."),
    "name_cut": N_("Название длиннее %(most)d знаков и обрезано."),
    "type_not_supported": N_(
        "Вопросы вида «%(type)s» пока не поддерживаются. Уберите вопрос или дайте ему ответы."
    ),
    "text_before_choice": N_(
        "Перед первым «=» или «~» стоит текст «%(text)s»: он стал неверным вариантом."
        " Поставьте перед ним «=» или «~»."
    ),
    "looks_like_true_false": N_(
        "«%(text)s» принято за короткий ответ. Для вопроса «верно или неверно»"
        " напишите TRUE или FALSE заглавными латинскими буквами."
    ),
    "pair_without_arrow": N_("В паре «%(text)s» нет стрелки. Пишите: =левая часть -> правая часть."),
    "feedback_in_matching": N_(
        "Отзывы к парам не поддерживаются: «#» осталась в тексте. Если она нужна в тексте, пишите «\\#»."
    ),
    "number_missing": N_("После «#» нет числа. Пишите, например: {#6:0} или {#1..5}."),
    "number_with_comma": N_("«%(text)s» записано с запятой. В файле число пишется с точкой: %(better)s."),
    "number_wrong": N_("«%(text)s» не число. Пишите, например: {#3.14:0.01} или {#1..5}."),
    "ordering_header": N_("«%(text)s» — не настройка порядка. Каждый пункт пишется с новой строки после {>."),
    "weight_unrecognised": N_(
        "Вес в начале ответа не распознан и остался в тексте: «%(text)s»."
        " Пишите без пробелов и с точкой: %%50%% или %%33.33333%%."
    ),
    "weight_out_of_range": N_("Вес %(weight)s %% вне пределов от −100 до 100."),
    "weight_rounded": N_(
        "Вес %(weight)s %% понят как %(meant)s %%, чтобы верные ответы вместе давали 100 %%."
    ),
    "weight_unusual": N_(
        "Вес %(weight)s %% необычен: другие системы могут его не принять."
        " Обычные веса: 100, 50, 33.33333, 25, 20, 10 и другие доли."
    ),
    # any question
    "text_empty": N_("У вопроса нет текста. Напишите, о чём спрашиваете."),
    "name_too_long": N_("Название длиннее %(limit)d знаков. Сократите его."),
    "not_a_text": N_("Здесь должен быть текст."),
    "format_unknown": N_("Неизвестный формат текста. Бывают: markdown, html, moodle, plain."),
    "tags_wrong": N_("Метки должны быть списком непустых слов."),
    "hints_wrong": N_("Подсказки должны быть списком."),
    "hint_wrong": N_("Подсказка %(number)d записана неверно: нужен текст."),
    "mark_wrong": N_("Балл за вопрос — число от 0 до 1000."),
    "penalty_wrong": N_("Штраф за попытку — число от 0 до 1."),
    "list_missing": N_("У вопроса нет списка ответов."),
    "answer_wrong": N_("Ответ %(number)d записан неверно."),
    "answer_empty": N_("Ответ %(number)d пуст. Напишите его или уберите."),
    "fraction_wrong": N_("Вес ответа %(number)d должен быть от −100 до 100 %%."),
    "too_few_answers": N_("Ответов %(number)d, а нужно не меньше %(least)d."),
    "too_many_answers": N_("Ответов %(number)d, а можно не больше %(most)d."),
    "no_right_answer": N_("Ни один ответ не приносит баллов. Отметьте верный."),
    "no_full_answer": N_("Ни один ответ не даёт 100 %%: полного балла не получит никто."),
    "sum_not_full": N_("Верные ответы вместе дают %(sum)s %%, а не 100 %%."),
    "right_missing": N_("Не сказано, верно утверждение или нет."),
    "not_yes_or_no": N_("Здесь должно быть «да» или «нет»."),
    # numbers
    "value_wrong": N_("Ответ %(number)d — не число."),
    "tolerance_wrong": N_("Допуск ответа %(number)d — не число."),
    "units_wrong": N_("Единицы измерения записаны неверно: нужны название и множитель больше нуля."),
    # pairs and order
    "pair_wrong": N_("Пара %(number)d записана неверно."),
    "pair_without_answer": N_("У пары %(number)d нет правой части."),
    "too_few_pairs": N_("Пар %(number)d, а нужно не меньше %(least)d."),
    "too_many_pairs": N_("Пар %(number)d, а можно не больше %(most)d."),
    "too_few_stems": N_("Пар с левой частью %(number)d, а нужно не меньше %(least)d."),
    "item_empty": N_("Пункт %(number)d пуст."),
    "item_repeats": N_(
        "Пункт %(number)d повторяет другой: «%(text)s». Одинаковые пункты нельзя упорядочить."
    ),
    "too_few_items": N_(
        "Пунктов %(number)d, а нужно не меньше %(least)d. Каждый пункт пишется с новой строки после {>."
    ),
    "too_many_items": N_("Пунктов %(number)d, а можно не больше %(most)d."),
    "setting_unknown": N_("Неизвестная настройка вопроса."),
    "select_count_wrong": N_("Показывать можно не меньше %(least)d пунктов."),
}


def describe(problem: Problem) -> tuple[str, dict[str, Any]]:
    """The sentence about a problem and the values to put into it."""
    values = {"line": problem.line, "column": problem.column, "where": problem.where, **problem.details}
    return SENTENCES[problem.code], values
