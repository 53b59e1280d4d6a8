"""A pedagogical workshop runs in rounds:

it is complete when the rounds are over and the required work is done.
"""

from courses.catalogue.kinds._base import STILL_RUNNING, CompletionFacts, Kind
from courses.texts import N_


class _Workshop(Kind):
    name = "workshop"
    title = N_("Педагогическая мастерская")
    plural = N_("Педагогические мастерские")
    enrol = N_("Записаться в мастерскую")
    go_on = N_("Перейти в мастерскую")
    about = N_("О мастерской")
    modules = N_("Материалы мастерской")
    certificate_text = N_("за участие в педагогической мастерской «%(title)s»")
    parts = (
        "about",
        "outcomes",
        "rounds",
        "requirements",
        "audience",
        "load",
        "format",
        "certificate",
        "authors",
        "modules",
    )

    def missing(self, facts: CompletionFacts) -> list[str]:
        """Before the last round is over nobody has finished, however much they have done."""
        found = super().missing(facts)
        return found if facts.ended else [*found, STILL_RUNNING]


KIND = _Workshop()
