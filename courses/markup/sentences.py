"""What is wrong with a text, in words; Russian is the source language."""

from courses.texts import N_

SENTENCES = {
    "text_too_long": N_("Текст длиннее %(limit)d знаков, остальное не показано. Разделите его на занятия."),
    "heading_first_level": N_("Заголовок первого уровня «#» занят названием занятия. Начинайте с «##»."),
    "heading_skips": N_(
        "После заголовка уровня %(last)d идёт сразу уровень %(level)d. Не пропускайте уровни."
    ),
    "callout_unknown": N_("Выноски «%(name)s» нет. Бывают: %(known)s."),
    "callout_open": N_("Выноска «%(name)s» не закрыта. Поставьте «:::» отдельной строкой в её конце."),
    "formula_bad": N_("Формула не распознана: «%(formula)s» (%(reason)s). Проверьте команды и скобки."),
    "figure_without_alt": N_("У рисунка «%(path)s» нет описания. Напишите в квадратных скобках, что на нём."),
    "figure_outside": N_(
        "Рисунок «%(path)s» не из пакета. Положите файл в папку figures и сошлитесь на него."
    ),
    "figure_missing": N_("Рисунка «%(path)s» нет в пакете. Проверьте имя: путь считается от корня пакета."),
    "footnote_missing": N_("У сноски «%(name)s» нет текста. Добавьте строку «[^%(name)s]: текст сноски»."),
    "link_unsafe": N_(
        "Ссылка «%(address)s» не открывается: годятся https, http, mailto и адреса внутри сайта."
    ),
}
