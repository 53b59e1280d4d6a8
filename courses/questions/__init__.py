"""Questions: the bank and its versions, the types that can be asked, the formats they are read from.

A type is one file in `types/`, a format one file in `formats/`; both are found by themselves.
"""

from courses.questions import frozen  # noqa: F401 - the guard over versions
from courses.questions.formats import FORMATS, Draft
from courses.questions.formats.problems import SENTENCES
from courses.questions.models import Question, QuestionCategory, QuestionVersion
from courses.questions.queries import drafts
from courses.questions.rules import Control, Form, Graded, QuestionType, Reviewed, State, Words
from courses.questions.service import category_path, store
from courses.questions.types import TYPES

__all__ = [
    "FORMATS",
    "SENTENCES",
    "TYPES",
    "Control",
    "Draft",
    "Form",
    "Graded",
    "Question",
    "QuestionCategory",
    "QuestionType",
    "QuestionVersion",
    "Reviewed",
    "State",
    "Words",
    "category_path",
    "drafts",
    "store",
]
