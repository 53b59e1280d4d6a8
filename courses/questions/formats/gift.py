"""GIFT, the reference's text format (quiz semantics 4.1), and its ordering extension `{>`."""

from courses.questions.formats._gift_read import read
from courses.questions.formats._gift_write import write


class Gift:
    """Both ways of the format; a file that is read and written again keeps its questions."""

    name = "gift"
    extension = ".gift"
    read = staticmethod(read)
    write = staticmethod(write)


FORMAT = Gift()
