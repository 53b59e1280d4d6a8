"""GIFT, the reference's text format (quiz semantics 4.1), and its ordering extension `{>`."""

from courses.errors import Problem
from courses.questions.formats._base import Draft
from courses.questions.formats._gift_read import read
from courses.questions.formats._gift_write import write
from courses.questions.formats._losses import losses

SAYS = frozenset({"general_feedback", "tags", "select"})


class Gift:
    """Both ways of the format; a file that is read and written again keeps its questions."""

    name = "gift"
    title = "GIFT"
    extension = ".gift"
    also = (".txt",)
    types = frozenset(
        {
            "description",
            "single_choice",
            "multiple_choice",
            "true_false",
            "short_answer",
            "numerical",
            "matching",
            "ordering",
            "essay",
        }
    )
    read = staticmethod(read)
    write = staticmethod(write)

    def losses(self, draft: Draft) -> list[Problem]:
        return losses(draft.question, form=self.title, types=self.types, says=SAYS)


FORMAT = Gift()
