"""The catalogue: courses, their versions, and the offerings people enrol in.

A version is a draft until it is published, and final for ever after. An offering is a published version
given to a group at a time; it has dates (or none), seats (or no limit), and takes people in while it is
open. A kind of course (course, seminar, master class, workshop) is words and one rule of completion: see
`kinds/`.
"""

from courses.catalogue import frozen  # noqa: F401 - the guard over published versions
from courses.catalogue.events import CoursePublished, OfferingOpened
from courses.catalogue.kinds import KINDS, MISSING_SENTENCES, CompletionFacts, kind_of
from courses.catalogue.memory import Memory, forget
from courses.catalogue.models import Activity, Course, CourseFile, CourseVersion, Module, Offering
from courses.catalogue.outline import (
    ActivityText,
    Outline,
    OutlineActivity,
    OutlineModule,
    activity_text,
    publishing_problems,
    version_outline,
)
from courses.catalogue.queries import (
    CourseView,
    OfferingLine,
    access_version,
    course_view,
    courses_with_versions,
    file_of,
    offerings_of_version,
)
from courses.catalogue.rules import SUBJECTS, ActivityKind, CourseKind, Intake, OfferingState, intake
from courses.catalogue.search import Query, create_search, search_words
from courses.catalogue.service import (
    Terms,
    change_offering,
    close_offering,
    close_over,
    draft_offering,
    get_offering,
    give_seat_back,
    locked_course,
    locked_offering,
    open_offering,
    over_and_unsettled,
    publish,
    settle,
    take_seat,
    terms_of,
)
from courses.catalogue.shelf import Filters, Shelf, browse

__all__ = [
    "KINDS",
    "MISSING_SENTENCES",
    "SUBJECTS",
    "Activity",
    "ActivityKind",
    "ActivityText",
    "CompletionFacts",
    "Course",
    "CourseFile",
    "CourseKind",
    "CoursePublished",
    "CourseVersion",
    "CourseView",
    "Filters",
    "Intake",
    "Memory",
    "Module",
    "Offering",
    "OfferingLine",
    "OfferingOpened",
    "OfferingState",
    "Outline",
    "OutlineActivity",
    "OutlineModule",
    "Query",
    "Shelf",
    "Terms",
    "access_version",
    "activity_text",
    "browse",
    "change_offering",
    "close_offering",
    "close_over",
    "course_view",
    "courses_with_versions",
    "create_search",
    "draft_offering",
    "file_of",
    "forget",
    "get_offering",
    "give_seat_back",
    "intake",
    "kind_of",
    "locked_course",
    "locked_offering",
    "offerings_of_version",
    "open_offering",
    "over_and_unsettled",
    "publish",
    "publishing_problems",
    "search_words",
    "settle",
    "take_seat",
    "terms_of",
    "version_outline",
]
