"""What the addresses of staff pages ask for; what makes no sense is not asked."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from flask import request, url_for

LARGEST_NUMBER = 2**31 - 1
MOST_PAGES = 1_000_000
LONGEST_SEARCH = 200

Word = TypeVar("Word", bound=str)
Chip = tuple[str, str]


def number(name: str) -> int | None:
    """A number that a column can hold, or None."""
    asked = request.args.get(name, type=int)
    return asked if asked is not None and 0 < asked <= LARGEST_NUMBER else None


def page_number() -> int:
    """The page that is wanted."""
    return min(number("page") or 1, MOST_PAGES)


def text(name: str = "q") -> str:
    """The words to look for, without what no name or title holds."""
    words = "".join(letter if letter.isprintable() else " " for letter in request.args.get(name, ""))
    return " ".join(words.split())[:LONGEST_SEARCH]


def one_of(name: str, allowed: Iterable[Word]) -> Word | None:
    """One of the words known here, or None."""
    asked = request.args.get(name, "")
    return next((word for word in allowed if word == asked), None)


def chips(endpoint: str, chosen: Mapping[str, Any], names: Mapping[str, str]) -> list[Chip]:
    """Each choice with the address of the page without it; `names` says how it is called."""
    return [
        (url_for(endpoint, **{name: value for name, value in chosen.items() if name != gone}), names[gone])
        for gone in chosen
    ]
