"""What every kind of course has: its words, what its page shows, and the rule of its completion."""

from dataclasses import dataclass
from typing import ClassVar

from courses.texts import N_

ACTIVITIES_LEFT = "activities_left"
QUIZZES_FAILED = "quizzes_failed"
ATTENDANCE_MISSING = "attendance_missing"
STILL_RUNNING = "still_running"

MISSING_SENTENCES = {
    ACTIVITIES_LEFT: N_("Пройдены не все обязательные занятия."),
    QUIZZES_FAILED: N_("Тест не сдан: наберите нужный балл в ещё одной попытке."),
    ATTENDANCE_MISSING: N_(
        "Участие пока не подтверждено: введите кодовое слово или обратитесь к преподавателю."
    ),
    STILL_RUNNING: N_("Мастерская ещё идёт: итоги подводятся, когда закончится последний этап."),
}


@dataclass(frozen=True, slots=True)
class CompletionFacts:
    """What is known of one learner in one offering.

    `ended` is true when the offering's last day is over, or when it has none. `attendance_required` None
    leaves the question to the kind; a course's manifest may decide otherwise.
    """

    required_total: int
    required_done: int
    quizzes_failed: int = 0
    attended: bool = False
    ended: bool = True
    attendance_required: bool | None = None


class Kind:
    """One kind of course; a kind is words and one rule, not a tree of classes."""

    name: ClassVar[str]
    title: ClassVar[str]
    plural: ClassVar[str]
    enrol: ClassVar[str]
    go_on: ClassVar[str]
    about: ClassVar[str]
    modules: ClassVar[str]
    certificate_title: ClassVar[str] = N_("Сертификат участника")
    certificate_text: ClassVar[str]
    needs_attendance: ClassVar[bool] = False
    has_meeting: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]]

    def missing(self, facts: CompletionFacts) -> list[str]:
        """What still stands between the learner and the certificate, as codes of MISSING_SENTENCES."""
        found = activities_missing(facts)
        required = self.needs_attendance if facts.attendance_required is None else facts.attendance_required
        if required and not facts.attended:
            found.append(ATTENDANCE_MISSING)
        return found


def activities_missing(facts: CompletionFacts) -> list[str]:
    """The part of the rule that all kinds share: every required activity is completed."""
    found = []
    if facts.required_done < facts.required_total:
        found.append(ACTIVITIES_LEFT)
    if facts.quizzes_failed:
        found.append(QUIZZES_FAILED)
    return found
