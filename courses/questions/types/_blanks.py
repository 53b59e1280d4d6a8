"""What the types with blanks in their text share: where the blanks stand, and whether pages can draw them."""

import re
from collections import Counter
from collections.abc import Sequence

from courses.errors import Problem
from courses.markup import in_texts, render_text
from courses.questions.controls import GAP, GAPS, Words
from courses.questions.rules import MAX_PARTS, Question, finding

_FORMULA = re.compile(r"<code class=\"formula-bad\">[^<]*</code>")  # a mark makes a formula of none
MARK = re.compile(r"\[\[([0-9]{1,4})\]\]")
MAX_WEIGHT = 1000

# The marks of our own pages, which an author may write as entities too.
_OURS = re.compile("[\ue000\ue001]|&#(?:x0*e00[01]|0*5734[45]);?", re.IGNORECASE)


def _text(question: Question) -> str:
    return _OURS.sub("", str(question["text"]))


def marks(question: Question) -> list[int]:
    """The numbers of the marks `[[1]]` in their order."""
    return [int(number) for number in MARK.findall(_text(question))]


def gapped(question: Question, names: Sequence[int]) -> Words:
    """The question's text with every mark turned into the place of a blank; `names` are the blanks' numbers
    in the order of the marks."""
    left = iter(names)
    text = MARK.sub(lambda _: GAP.format(next(left)), _text(question))
    return Words(text, question.get("text_format", "markdown"))


def check_drawn(question: Question, names: Sequence[int]) -> list[Problem]:
    """A blank cannot stand in a formula, a comment or an address. Pages draw it below the text then."""
    text = gapped(question, names)
    drawn: Counter[str] = Counter()

    def seen(piece: str) -> str:
        drawn.update(GAPS.findall(piece))
        return piece

    in_texts(_FORMULA.sub("", render_text(text, text.text_format, figure_url=str)), seen)
    return [
        finding("gap_not_drawn", "text", severity="warning", number=place + 1)
        for place, name in enumerate(names[:MAX_PARTS])
        if str(name) not in drawn
    ]
