"""Counting the words of an answer."""

import re

_BETWEEN = re.compile(r"[\s—]+")


def count_words(text: str) -> int:
    """What stands between blanks or long dashes, with a letter or a digit in it: «кое-что» and «3,14» are one
    word each, a dash and «…» are none. The script of the page counts in the same way."""
    return sum(any(map(str.isalnum, piece)) for piece in _BETWEEN.split(text))
