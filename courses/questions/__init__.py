"""Questions: the bank and its versions, the types that can be asked, the formats they are read from.

A type is one file in `types/`, a format one file in `formats/`; both are found by themselves.
"""

from courses.questions import frozen  # noqa: F401 - the guard over versions
from courses.questions.controls import GAPS, Control, Words
from courses.questions.formats import FORMATS, Draft, Report, read_as
from courses.questions.formats.json import as_object
from courses.questions.formats.problems import SENTENCES, describe
from courses.questions.formats.xlsx import template as table_template
from courses.questions.models import Question, QuestionCategory, QuestionVersion
from courses.questions.queries import bank_of, drafts
from courses.questions.rules import (
    Advice,
    Form,
    Graded,
    QuestionType,
    Reviewed,
    State,
    marked_state_of,
    penalty_of,
)
from courses.questions.service import category_path, store
from courses.questions.types import TYPES

__all__ = [
    "FORMATS",
    "GAPS",
    "SENTENCES",
    "TYPES",
    "Advice",
    "Control",
    "Draft",
    "Form",
    "Graded",
    "Question",
    "QuestionCategory",
    "QuestionType",
    "QuestionVersion",
    "Report",
    "Reviewed",
    "State",
    "Words",
    "as_object",
    "bank_of",
    "category_path",
    "describe",
    "drafts",
    "marked_state_of",
    "penalty_of",
    "read_as",
    "store",
    "table_template",
]
