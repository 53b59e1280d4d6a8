"""Texts with blanks in them: the fields are put where the text keeps a place for them."""

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from courses.markup import in_texts
from courses.questions import GAPS

_LEFT = re.compile("[\ue000\ue001]")


def with_gaps(text: str, draw: Callable[[int], str], count: int) -> Markup:
    """The rendered text with the blanks 0 … `count` − 1 drawn in their places, each once. A blank whose place
    is not among the words (it may stand in a formula) comes after the text, so that it can be answered."""
    left = set(range(count))

    def put(name: str) -> str:
        number = int(name)
        if number not in left:
            return ""
        left.discard(number)
        return str(escape(draw(number)))

    def filled(piece: str) -> str:
        words = GAPS.split(piece)
        return "".join(put(word) if place % 2 else _LEFT.sub("", word) for place, word in enumerate(words))

    whole = in_texts(str(escape(text)), filled)
    rest = "".join(f"<p>{put(str(number))}</p>" for number in sorted(left))
    return Markup(whole + rest)  # noqa: S704 - the text is sanitised, the fields are a template's
