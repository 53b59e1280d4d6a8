"""A course is studied at one's own pace; it is complete when every required activity is."""

from courses.catalogue.kinds._base import Kind
from courses.texts import N_


class _Course(Kind):
    name = "course"
    title = N_("Курс")
    plural = N_("Курсы")
    enrol = N_("Записаться на курс")
    go_on = N_("Продолжить учиться")
    about = N_("О курсе")
    modules = N_("Содержание курса")
    certificate_text = N_("за участие в дистанционном курсе «%(title)s»")
    parts = (
        "about",
        "outcomes",
        "requirements",
        "audience",
        "load",
        "format",
        "certificate",
        "authors",
        "modules",
    )


KIND = _Course()
