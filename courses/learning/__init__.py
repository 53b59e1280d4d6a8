"""Learning: who studies what, how far they are, whether they were there, and when they are done.

A learner enrols, opens activities, finishes them; `progress` is one pure function over the records; the
rule of completion belongs to the kind of course. Quizzes tell their results here by `record_result`.
"""

from courses.learning.completion import Standing, complete_if_done, ended_and_open
from courses.learning.events import (
    ActivityCompleted,
    AttendanceConfirmed,
    EnrolmentCompleted,
    EnrolmentOpened,
)
from courses.learning.models import ActivityProgress, ActivityRecord, Attendance, Enrolment
from courses.learning.queries import (
    LearnerRow,
    LearnersPage,
    Study,
    StudyCard,
    enrolment_in,
    enrolments_in_course,
    my_courses,
    offering_learners,
    study,
)
from courses.learning.rules import ItemState, Progress, clean_report, progress
from courses.learning.service import (
    access_enrolment,
    confirm_attendance,
    correct_result,
    enrol,
    finish_lesson,
    hand_in_practical,
    hold_result,
    mark_attendance,
    mark_attendances,
    open_activity,
    record_result,
    withdraw,
)

__all__ = [
    "ActivityCompleted",
    "ActivityProgress",
    "ActivityRecord",
    "Attendance",
    "AttendanceConfirmed",
    "Enrolment",
    "EnrolmentCompleted",
    "EnrolmentOpened",
    "ItemState",
    "LearnerRow",
    "LearnersPage",
    "Progress",
    "Standing",
    "Study",
    "StudyCard",
    "access_enrolment",
    "clean_report",
    "complete_if_done",
    "confirm_attendance",
    "correct_result",
    "ended_and_open",
    "enrol",
    "enrolment_in",
    "enrolments_in_course",
    "finish_lesson",
    "hand_in_practical",
    "hold_result",
    "mark_attendance",
    "mark_attendances",
    "my_courses",
    "offering_learners",
    "open_activity",
    "progress",
    "record_result",
    "study",
    "withdraw",
]
