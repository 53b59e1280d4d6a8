"""A master class is a demonstration with a practical task: one is there, and does the task."""

from courses.catalogue.kinds._base import Kind
from courses.texts import N_


class _MasterClass(Kind):
    name = "master_class"
    title = N_("Мастер-класс")
    plural = N_("Мастер-классы")
    enrol = N_("Записаться на мастер-класс")
    go_on = N_("Перейти к мастер-классу")
    about = N_("О мастер-классе")
    modules = N_("Показ и практическое задание")
    certificate_text = N_("за участие в мастер-классе «%(title)s»")
    needs_attendance = True
    has_meeting = True
    parts = (
        "about",
        "outcomes",
        "demonstration",
        "programme",
        "speakers",
        "meeting",
        "requirements",
        "audience",
        "load",
        "format",
        "certificate",
        "authors",
        "modules",
    )


KIND = _MasterClass()
