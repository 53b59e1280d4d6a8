"""A seminar happens at an hour: presence counts, and so do the required activities."""

from courses.catalogue.kinds._base import Kind
from courses.texts import N_


class _Seminar(Kind):
    name = "seminar"
    title = N_("Семинар")
    plural = N_("Семинары")
    enrol = N_("Записаться на семинар")
    go_on = N_("Перейти к семинару")
    about = N_("О семинаре")
    modules = N_("Материалы семинара")
    certificate_text = N_("за участие в семинаре «%(title)s»")
    needs_attendance = True
    has_meeting = True
    parts = (
        "about",
        "outcomes",
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


KIND = _Seminar()
