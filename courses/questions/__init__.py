"""Questions: the bank and its versions, the types that can be asked, the formats they are read from.

A type is one file in `types/`, a format one file in `formats/`; both are found by themselves.
"""

from courses.questions.models import Question, QuestionCategory, QuestionVersion
from courses.questions.rules import Control, Form, Graded, QuestionType, Reviewed, State, Words
from courses.questions.types import TYPES

__all__ = [
    "TYPES",
    "Control",
    "Form",
    "Graded",
    "Question",
    "QuestionCategory",
    "QuestionType",
    "QuestionVersion",
    "Reviewed",
    "State",
    "Words",
]
